"""Reusable parts: composites in composites, config mapping, configured, and the same graph written without decorators."""

from __future__ import annotations

import enum

import pytest

from jupyter_orch import (
    Any,
    Array,
    Bool,
    CompositeSolidDefinition,
    ConfigMapping,
    DagsterInvalidConfigError,
    DagsterInvalidDefinitionError,
    DependencyDefinition,
    Enum,
    EnumValue,
    Field,
    Float,
    InputDefinition,
    InputMapping,
    Int,
    List,
    ModeDefinition,
    MultiDependencyDefinition,
    Noneable,
    Nothing,
    Output,
    OutputDefinition,
    OutputMapping,
    Permissive,
    PipelineDefinition,
    ResourceDefinition,
    ScalarUnion,
    Selector,
    Shape,
    SolidDefinition,
    SolidInvocation,
    String,
    composite_solid,
    configured,
    execute_pipeline,
    execute_solid,
    lambda_solid,
    pipeline,
    resource,
    solid,
)


@solid(config_schema={"factor": Int, "note": Field(String, is_required=False)})
def multiply(context, number: int) -> int:
    return number * context.solid_config["factor"]


double = multiply.configured({"factor": 2}, name="double")


@configured(multiply, config_schema={"percent": Float})
def by_percent(config):
    return {"factor": int(config["percent"] / 100), "note": "computed"}


@lambda_solid
def five():
    return 5


@lambda_solid(input_defs=[InputDefinition("numbers", List[Int])], output_def=OutputDefinition(Int))
def total(numbers):
    return sum(numbers)


@composite_solid(
    config_schema={"by": Int},
    config_fn=lambda cfg: {
        "first": {"config": {"factor": cfg["by"]}},
        "by_percent": {"config": {"percent": 100.0 * cfg["by"]}},
    },
)
def twice(number: int) -> int:
    return by_percent(multiply.alias("first")(number))


@composite_solid(
    input_defs=[InputDefinition("start", Int)],
    output_defs=[OutputDefinition(Int, "end"), OutputDefinition(Int, "doubled")],
)
def outer(start):
    return {"end": twice(double(start)), "doubled": double.alias("again")(start)}


@pipeline
def nested():
    end, doubled = outer(five())
    total([end, doubled, five.alias("another_five")()])


CONFIG = {"solids": {"outer": {"solids": {"twice": {"config": {"by": 3}}}}}}


def test_config_goes_down_through_all_levels() -> None:
    result = execute_pipeline(nested, run_config=CONFIG)
    assert result.output_for_solid("outer", "end") == 90
    assert result.output_for_solid("total") == 90 + 10 + 5
    assert result.output_for_solid("outer.twice.first") == 30
    names = [r.solid.name for r in result.result_for_solid("outer").solid_result_list]
    assert sorted(names) == ["again", "double", "twice"]


def test_every_mistake_is_told_where_it_is() -> None:
    with pytest.raises(DagsterInvalidConfigError) as caught:
        execute_pipeline(
            nested,
            run_config={
                "solids": {"outer": {"solids": {"twice": {"config": {"by": "3"}}, "double": {"config": {}}, "x": 1}}}
            },
        )
    assert [error.path for error in caught.value.errors] == [
        ("solids", "outer", "solids"),
        ("solids", "outer", "solids", "twice", "config", "by"),
    ]


def test_a_mapping_that_gives_wrong_config_is_its_authors_mistake() -> None:
    @composite_solid(config_schema={}, config_fn=lambda _: {"multiply": {"config": {"factor": "no"}}})
    def wrong(number):
        return multiply(number)

    with pytest.raises(DagsterInvalidConfigError, match="factor"):
        execute_solid(wrong, input_values={"number": 1}, run_config={"solids": {"wrong": {"config": {}}}})

    @composite_solid(config_schema={}, config_fn=lambda config: config["missing"])
    def raising(number):
        return multiply(number)

    with pytest.raises(DagsterInvalidConfigError, match="raised KeyError: 'missing'"):
        execute_solid(raising, input_values={"number": 1}, run_config={"solids": {"raising": {"config": {}}}})


def add_two(_context, inputs):
    yield Output(inputs["a"] + inputs["b"])


adder = SolidDefinition(
    name="adder",
    input_defs=[InputDefinition("a", Int), InputDefinition("b", Int, default_value=100)],
    compute_fn=add_two,
    output_defs=[OutputDefinition(Int)],
    description="Adds.",
    tags={"kind": "sum"},
)


def collect(_context, inputs):
    yield Output(list(inputs["items"]))


collector = SolidDefinition("collector", [InputDefinition("items", List[Any])], collect, [OutputDefinition()])
wrapped = CompositeSolidDefinition(
    name="wrapped",
    solid_defs=[adder],
    dependencies={SolidInvocation("adder", alias="inside"): {}},
    input_mappings=[InputDefinition("left", Int).mapping_to("inside", "a")],
    output_mappings=[OutputDefinition(Int).mapping_from("inside")],
)
by_hand = PipelineDefinition(
    name="by_hand",
    solid_defs=[adder, wrapped, collector, five],
    dependencies={
        SolidInvocation("adder", alias="sum_of_fives", tags={"a": "b"}): {
            "a": DependencyDefinition("five"),
            "b": DependencyDefinition("five"),
        },
        "wrapped": {"left": DependencyDefinition("sum_of_fives", "result")},
        "collector": {
            "items": MultiDependencyDefinition([DependencyDefinition("wrapped"), DependencyDefinition("sum_of_fives")])
        },
    },
    mode_defs=[ModeDefinition()],
)


def test_the_same_without_decorators() -> None:
    result = execute_pipeline(by_hand)
    assert result.output_for_solid("collector") == [110, 10]
    assert by_hand.solid_named("sum_of_fives").tags["a"] == "b"
    assert {s.name for s in by_hand.solids} == {"sum_of_fives", "wrapped", "collector", "five"}


class Color(enum.Enum):
    RED = 1
    BLUE = 2


@solid(
    config_schema={
        "color": Field(Enum.from_python_enum(Color), is_required=False, default_value="RED"),
        "size": Field(Enum("Size", [EnumValue("S", python_value=1), EnumValue("L", 3)]), default_value="L"),
        "either": Field(ScalarUnion(str, Shape({"a": int})), is_required=False),
        "maybe": Noneable(int),
        "rows": Array({"n": Int}),
        "free": Permissive({"known": Field(Bool, default_value=True)}),
        "source": Selector({"file": {"path": String}, "inline": Field(str)}),
        "nested": {"deep": Field([str], default_value=["x"])},
        "any": Field(Any, is_required=False),
    }
)
def configurable(context):
    return context.solid_config


def test_all_kinds_of_config() -> None:
    config = {
        "either": {"a": 1},
        "maybe": None,
        "rows": [{"n": 1}],
        "free": {"other": [1]},
        "source": {"inline": "x"},
        "any": {"x": [1, None]},
    }
    value = execute_solid(configurable, run_config={"solids": {"configurable": {"config": config}}}).output_value()
    assert value["color"] is Color.RED and value["size"] == 3 and value["nested"] == {"deep": ["x"]}
    assert value["free"] == {"known": True, "other": [1]}
    bad = {**config, "color": "GREEN", "rows": [{"n": "x"}, {}], "source": {}, "maybe": "x", "more": 1}
    with pytest.raises(DagsterInvalidConfigError) as caught:
        execute_solid(configurable, run_config={"solids": {"configurable": {"config": bad}}})
    assert len(caught.value.errors) == 6


@resource(config_schema={"host": str, "port": int})
def server(context):
    return "{host}:{port}".format(**context.resource_config)


@configured(server, config_schema={"region": str})
def regional(config):
    return {"host": f"{config['region']}.example", "port": 80}


@solid(required_resource_keys={"server", "other"}, input_defs=[InputDefinition("before", Nothing)])
def ask(context):
    return context.resources.server, context.resources.other


@solid(output_defs=[OutputDefinition(Nothing)])
def prepare(_):
    pass


@pipeline(
    mode_defs=[
        ModeDefinition(
            resource_defs={"server": regional, "other": ResourceDefinition.none_resource()},
        )
    ]
)
def asking():
    ask(prepare())


def test_configured_resources() -> None:
    config = {"resources": {"server": {"config": {"region": "eu"}}}}
    assert execute_pipeline(asking, config).output_for_solid("ask") == ("eu.example:80", None)


def test_what_can_not_be_is_refused_when_it_is_written() -> None:
    with pytest.raises(DagsterInvalidDefinitionError):
        multiply.configured({"factor": 2})  # a solid needs a name of its own
    with pytest.raises(DagsterInvalidConfigError):
        multiply.configured({"factor": "2"}, name="x")
    with pytest.raises(DagsterInvalidDefinitionError):
        PipelineDefinition(name="p", solid_defs=[adder], dependencies={"adder": {"c": DependencyDefinition("adder")}})
    assert isinstance(InputDefinition("left").mapping_to("inside", "a"), InputMapping)
    assert isinstance(OutputDefinition().mapping_from("inside"), OutputMapping)
    assert ConfigMapping(config_fn=lambda _: {}, config_schema={"x": int}) is not None
