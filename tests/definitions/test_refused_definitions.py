"""Definitions that are wrong are refused where they stand, with a sentence that says what to write instead."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, NewType

import pytest

import jupyter_orch as orch

Refused = orch.DagsterInvalidDefinitionError


@orch.solid
def one(_: Any) -> int:
    return 1


def _named(context: Any) -> None:
    """Something to decorate."""


def test_a_plain_string_is_no_set_of_resource_keys() -> None:
    for decorator in (orch.solid, orch.resource, orch.failure_hook, orch.io_manager):
        with pytest.raises(Refused, match=r"required_resource_keys of .* must be a set of strings, e\.g\. \{'abc'\}"):
            decorator(required_resource_keys="abc")(_named)


def test_a_plain_string_is_no_selection() -> None:
    @orch.pipeline
    def p() -> None:
        one()

    with pytest.raises(orch.DagsterInvalidSubsetError, match=r"must be a list of strings, e\.g\. \['one\*'\]"):
        orch.execute_pipeline(p, solid_selection="one*")  # type: ignore[arg-type]
    with pytest.raises(Refused, match="solid_selection of preset 'x' must be a list"):
        orch.PresetDefinition("x", solid_selection="one*")  # type: ignore[arg-type]


def test_a_context_under_another_name_is_refused_with_the_name_to_use() -> None:
    with pytest.raises(Refused, match="'ctx', so it would be an input; to get the context name it `context`"):
        orch.solid(lambda ctx: 1)

    def annotated(c: orch.SolidExecutionContext) -> int:
        return 1

    with pytest.raises(Refused, match="'c', so it would be an input"):
        orch.solid(annotated)

    @orch.solid(input_defs=[orch.InputDefinition("ctx", int)])
    def meant(ctx: int) -> int:
        return ctx

    assert [place.name for place in meant.input_defs] == ["ctx"]
    assert [place.name for place in orch.lambda_solid(name="all_inputs")(lambda ctx: ctx).input_defs] == ["ctx"]


def test_a_string_is_no_type() -> None:
    with pytest.raises(Refused, match="the type of input 'x' is the string 'int'"):
        orch.InputDefinition("x", "int")
    with pytest.raises(Refused, match="the type of output 'result' is the string 'int'"):
        orch.OutputDefinition("int")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"output_defs": ["a"]}, "output_defs of solid '<lambda>' must be OutputDefinition objects, not 'a'"),
        ({"output_defs": orch.OutputDefinition()}, "must be a list of OutputDefinition objects"),
        ({"input_defs": orch.InputDefinition("x")}, "must be a list of InputDefinition objects"),
        ({"input_defs": [orch.OutputDefinition()]}, "must be InputDefinition objects"),
    ],
)
def test_inputs_and_outputs_are_lists_of_definitions(options: dict[str, Any], said: str) -> None:
    with pytest.raises(Refused, match=said):
        orch.solid(**options)(lambda _, x: x)


def test_the_run_config_of_a_preset_is_a_dict() -> None:
    with pytest.raises(Refused, match="must be a dict, not str 'a: 1'; for YAML text use .*from_yaml_strings"):
        orch.PresetDefinition("x", run_config="a: 1")  # type: ignore[arg-type]


def test_what_an_io_manager_function_gives_instead_of_an_io_manager_is_named() -> None:
    @orch.io_manager
    def broken(_: Any) -> Any:
        return 5

    @orch.pipeline(mode_defs=[orch.ModeDefinition(resource_defs={"io_manager": broken})])
    def p() -> None:
        one()

    with pytest.raises(orch.DagsterInvariantViolationError, match="the resource 'io_manager' must be .* gave int 5"):
        orch.execute_pipeline(p)


def test_what_a_root_manager_gives_instead_of_a_manager_is_named() -> None:
    @orch.solid(input_defs=[orch.InputDefinition("x", root_manager_key="loader")])
    def takes(_: Any, x: Any) -> Any:
        return x

    loader = orch.ResourceDefinition.hardcoded_resource("abc")

    @orch.pipeline(mode_defs=[orch.ModeDefinition(resource_defs={"loader": loader})])
    def p() -> None:
        takes()

    with pytest.raises(orch.DagsterInvariantViolationError, match="the resource 'loader' must be .*load_input"):
        orch.execute_pipeline(p)


def test_a_resource_called_with_none_gets_its_defaults() -> None:
    @orch.resource(config_schema={"n": orch.Field(int, default_value=3)})
    def three(init_context: Any) -> Any:
        return init_context.resource_config["n"]

    assert three(None) == 3
    with pytest.raises(orch.DagsterInvariantViolationError, match="no folder for values; give base_dir"):
        orch.fs_io_manager(None)


def test_fixed_config_given_to_configured_needs_a_name_where_definitions_have_names() -> None:
    with pytest.raises(Refused, match="executor 'multiprocess' needs a name of its own; give name="):
        orch.configured(orch.multiprocess_executor)({"max_concurrent": 1})
    made = orch.configured(orch.multiprocess_executor, name="narrow")({"max_concurrent": 1})
    assert made.name == "narrow"


def test_an_unknown_log_level_is_a_mistake_in_the_run_config() -> None:
    @orch.pipeline
    def p() -> None:
        one()

    def run(level: str) -> orch.PipelineExecutionResult:
        return orch.execute_pipeline(p, {"loggers": {"console": {"config": {"log_level": level}}}})

    with pytest.raises(orch.DagsterInvalidConfigError, match="log_level 'LOUD'; known: 'CRITICAL', 'DEBUG', 'ERROR'"):
        run("LOUD")
    assert run("error").success
    assert run("FATAL").success


def _taking(kind: Any, name: str) -> orch.SolidDefinition:
    return orch.SolidDefinition(name, [orch.InputDefinition("x", kind)], lambda context, inputs: None)


def test_two_types_of_one_name_in_a_pipeline_are_refused() -> None:
    first, second = (orch.DagsterType(lambda _, value: True, name="Row") for _ in range(2))

    with pytest.raises(Refused, match="two different types named 'Row': of input 'x' of solid 'a', and of .* 'b'"):
        orch.PipelineDefinition([_source(first), _taking(first, "a"), _taking(second, "b")], "p", dependencies=_WIRES)
    orch.PipelineDefinition([_source(first), _taking(first, "a"), _taking(first, "b")], "p", dependencies=_WIRES)
    lists = [_source(list[int]), _taking(list[int], "a"), _taking(list[int], "b")]
    orch.PipelineDefinition(lists, "p", dependencies=_WIRES)


_WIRES = {name: {"x": orch.DependencyDefinition("source")} for name in ("a", "b")}


def _source(kind: Any) -> orch.SolidDefinition:
    return orch.SolidDefinition("source", [], lambda context, inputs: None, [orch.OutputDefinition()])


def _line(fn: Callable[..., Any], text: str) -> int:
    lines, first = inspect.getsourcelines(fn)
    return first + next(number for number, line in enumerate(lines) if text in line)


def test_a_wrong_wire_is_said_with_file_and_line() -> None:
    def p() -> None:
        one(1)  # here

    with pytest.raises(Refused, match=rf"test_refused_definitions.py:{_line(p, '# here')}\)$"):
        orch.pipeline(p)


def test_a_missing_resource_and_an_unknown_input_are_said_with_file_and_line() -> None:
    @orch.solid(required_resource_keys={"db"})
    def needs(_: Any) -> int:
        return 1

    def p() -> None:
        needs()

    with pytest.raises(Refused, match=rf"needs the resource 'db'.*\.py:{_line(p, 'def p')}\)$"):
        orch.pipeline(p)

    def lacks(_: Any) -> int:
        return 1

    with pytest.raises(Refused, match=rf"declares the input 'b'.*\.py:{_line(lacks, 'def lacks')}\)$"):
        orch.solid(input_defs=[orch.InputDefinition("b")])(lacks)


def test_an_error_inside_a_composite_keeps_the_place_of_the_composite() -> None:
    def inner() -> None:
        one(1)  # inner

    def p() -> None:
        orch.composite_solid(inner)()

    with pytest.raises(Refused) as caught:
        orch.pipeline(p)
    assert str(caught.value).count(".py:") == 1
    assert str(caught.value).endswith(f".py:{_line(inner, '# inner')})")


def test_an_unknown_output_lists_those_there_are() -> None:
    @orch.solid(output_defs=[orch.OutputDefinition(int, "a"), orch.OutputDefinition(int, "b")])
    def two(_: Any) -> Any:
        yield orch.Output(1, "a")
        yield orch.Output(2, "b")

    with pytest.raises(Refused, match="no output 'zzz' in 'two'; known: 'a', 'b'"):
        orch.pipeline(name="p")(lambda: two().zzz)
    with pytest.raises(Refused, match="'one' has one output, 'result'.* without .zzz"):
        orch.pipeline(name="p")(lambda: one().zzz)


def test_a_hook_that_takes_no_context_is_refused() -> None:
    def h() -> None:
        pass

    for decorator in (orch.failure_hook, orch.success_hook, orch.event_list_hook):
        with pytest.raises(Refused, match=r"the function of hook 'h' must take \(context"):
            decorator(h)


def test_an_enum_of_config_has_each_value_once() -> None:
    with pytest.raises(orch.DagsterInvalidConfigDefinitionError, match="the enum 'E' has the value 'A' twice"):
        orch.Enum("E", [orch.EnumValue("A"), orch.EnumValue("A")])


Meters = NewType("Meters", int)


@pytest.mark.parametrize(
    ("annotation", "fitting", "misfit"),
    [
        (Literal["a", "b"], "a", "c"),
        (Literal[1, 2], 2, True),
        (Sequence[int], (1, 2), ["x"]),
        (Sequence[str], ["x"], "x"),
        (Mapping[str, int], {"a": 1}, {"a": "x"}),
        (Meters, 3, "3"),
    ],
)
def test_annotations_of_typing_are_checked(annotation: Any, fitting: Any, misfit: Any) -> None:
    assert orch.check_dagster_type(annotation, fitting).success
    assert not orch.check_dagster_type(annotation, misfit).success


def test_tags_of_the_system_are_refused_from_partitions() -> None:
    made = orch.PartitionSetDefinition(
        name="days",
        pipeline_name="p",
        partition_fn=lambda: ["a"],
        tags_fn_for_partition=lambda partition: {"dagster/root_run_id": "x"},
    )
    with pytest.raises(Refused, match="partition 'a': 'dagster/root_run_id' is set by the system alone"):
        made.tags_for_partition(made.get_partition("a"))
