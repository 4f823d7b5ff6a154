"""Writing graphs by calling solids, and by explicit dependencies; wrong wiring names both ends."""

from __future__ import annotations

from typing import Any

import pytest

import jupyter_orch as orch


@orch.solid
def one() -> int:
    return 1


@orch.solid
def inc(x: int) -> int:
    return x + 1


@orch.solid
def add(a: int, b: int) -> int:
    return a + b


@orch.solid(output_defs=[orch.OutputDefinition(int, "left"), orch.OutputDefinition(int, "right")])
def split() -> Any:
    yield orch.Output(1, "left")
    yield orch.Output(2, "right")


def test_calls_become_wires_and_repeated_names_get_numbers() -> None:
    @orch.pipeline
    def wired() -> None:
        add(inc(one()), inc(one()))

    assert wired.solid_names == ["one", "inc", "one_2", "inc_2", "add"]
    assert wired.dependencies["add"] == {"a": orch.DependencyDefinition("inc"), "b": orch.DependencyDefinition("inc_2")}


def test_several_outputs_come_as_a_named_tuple() -> None:
    @orch.pipeline
    def halves() -> None:
        left, right = split()
        add(left, b=right)

    assert halves.dependencies["add"]["b"] == orch.DependencyDefinition("split", "right")


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: inc(3), "int 3"),
        (lambda: inc(split()), "choose one by its name"),
        (lambda: inc(one), "without calling it"),
        (lambda: inc(one(), one()), "called with 2 arguments"),
        (lambda: inc(y=one()), "no input 'y'"),
        (lambda: inc([]), "an empty list"),
        (lambda: inc(None), "None"),
        (lambda: one() + 1 if one() else None, "decide on"),
        (lambda: list(one()), "iterate over"),
        (lambda: one()[0], "take an item of"),
        (lambda: one().map(inc), "no dynamic output"),
    ],
)
def test_wrong_calls_say_what_was_given_and_where(call: Any, said: str) -> None:
    def wrong() -> None:
        call()

    with pytest.raises(orch.DagsterInvalidDefinitionError, match=said):
        orch.pipeline(wrong)


def test_explicit_dependencies_build_the_same_graph() -> None:
    made = orch.PipelineDefinition(
        [one, inc],
        "explicit",
        dependencies={
            "inc": {"x": orch.DependencyDefinition("one")},
            orch.SolidInvocation("inc", alias="again"): {"x": orch.DependencyDefinition("inc")},
        },
    )
    assert orch.execute_pipeline(made).output_for_solid("again") == 3


@pytest.mark.parametrize(
    ("dependencies", "said"),
    [
        ({"nope": {}}, "no solid 'nope'"),
        ({"inc": {"y": orch.DependencyDefinition("one")}}, "no input 'y' in 'inc'"),
        (
            {"inc": {"x": orch.DependencyDefinition("onee")}},
            "input 'x' of 'inc' .* output 'result' of 'onee'.*did you mean 'one'",
        ),
        ({"inc": {"x": orch.DependencyDefinition("one", "other")}}, "no output 'other' in 'one'"),
        ({"inc": {"x": orch.DependencyDefinition("inc")}}, "in a circle: inc → inc"),
    ],
)
def test_wrong_dependencies_name_both_ends(dependencies: Any, said: str) -> None:
    with pytest.raises(orch.DagsterInvalidDefinitionError, match=said):
        orch.PipelineDefinition([one, inc], "wrong", dependencies=dependencies)


def test_a_circle_is_named_as_it_runs() -> None:
    other = orch.SolidInvocation("inc", alias="other")
    with pytest.raises(orch.DagsterInvalidDefinitionError, match="inc → other → inc|other → inc → other"):
        orch.PipelineDefinition(
            [inc],
            "circle",
            dependencies={
                "inc": {"x": orch.DependencyDefinition("other")},
                other: {"x": orch.DependencyDefinition("inc")},
            },
        )


def test_two_different_solids_of_one_name_are_refused_with_both_places() -> None:
    def make(value: int) -> orch.SolidDefinition:
        @orch.solid(name="same")
        def made() -> int:
            return value

        return made

    first, second = make(1), make(2)

    def clash() -> None:
        first()
        second()

    with pytest.raises(
        orch.DagsterInvalidDefinitionError, match=r"two different solids named 'same' \(.*test_composition.py:\d+ and"
    ):
        orch.pipeline(clash)


@pytest.mark.parametrize("name", ["a b", "a-b", "", "ü", "x" * 256, "a.b", "\u202eevil"])
def test_names_have_letters_digits_and_underscores(name: str) -> None:
    with pytest.raises(orch.DagsterInvalidDefinitionError, match="can not be the name of a solid"):
        orch.solid(name=name)(lambda: 1)


def test_composites_nest_and_their_values_flow_through() -> None:
    @orch.composite_solid
    def plus_two(x: int) -> Any:
        return inc(inc(x))

    @orch.composite_solid(output_defs=[orch.OutputDefinition(int, "low"), orch.OutputDefinition(int, "high")])
    def both(x: int) -> Any:
        return {"low": inc(x), "high": plus_two(x)}

    @orch.pipeline
    def nested() -> None:
        low, high = both(one())
        add(low, high)

    result = orch.execute_pipeline(nested)
    assert result.output_for_solid("add") == 5
    assert result.output_for_solid("both.plus_two.inc_2") == 3
    assert result.result_for_solid("both").output_value("high") == 3


def test_a_composite_by_mappings() -> None:
    made = orch.CompositeSolidDefinition(
        "mapped",
        [inc],
        [orch.InputDefinition("outer", int).mapping_to("inc", "x")],
        [orch.OutputDefinition(int).mapping_from("inc")],
    )
    assert orch.execute_solid(made, input_values={"outer": 4}).output_value() == 5


def test_a_composite_that_drops_its_input_is_refused() -> None:
    with pytest.raises(orch.DagsterInvalidDefinitionError, match="gives it to no solid inside"):

        @orch.composite_solid
        def dropping(x: int) -> Any:
            return one()


def test_fan_in_gives_a_list_in_order() -> None:
    @orch.solid
    def gather(items: list[int]) -> list[int]:
        return items

    @orch.pipeline
    def fanned() -> None:
        gather([one(), inc(one()), one.alias("third")()])

    assert orch.execute_pipeline(fanned).output_for_solid("gather") == [1, 2, 1]


def test_nothing_orders_without_passing_a_value() -> None:
    seen: list[str] = []

    @orch.solid
    def first() -> None:
        seen.append("first")

    @orch.solid(input_defs=[orch.InputDefinition("start", orch.Nothing)])
    def second() -> None:
        seen.append("second")

    @orch.pipeline
    def ordered() -> None:
        second(start=first())

    assert orch.execute_pipeline(ordered).success
    assert seen == ["first", "second"]


def test_tags_hooks_and_policies_of_an_invocation_stay_with_it() -> None:
    @orch.pipeline
    def tagged() -> None:
        one.tag({"dagster/priority": "3"}).alias("first")()
        one()

    assert tagged.solid_named("first").tags == {"dagster/priority": "3"}
    assert tagged.solid_named("one").tags == {}


def test_a_pending_solid_can_not_be_called_outside_of_a_graph() -> None:
    with pytest.raises(orch.DagsterInvalidDefinitionError, match="only be called inside"):
        one.alias("x")()


def test_reserved_tags_are_refused_except_those_that_users_may_set() -> None:
    with pytest.raises(orch.DagsterInvalidDefinitionError, match="set by the system alone"):
        orch.PipelineDefinition([one], "tagged", tags={"dagster/backfill": "x"})
    assert orch.PipelineDefinition([one], "tagged", tags={"dagster/priority": "2"}).tags == {"dagster/priority": "2"}


def test_dynamic_outputs_do_not_nest_meet_or_slip_through() -> None:
    @orch.solid(output_defs=[orch.DynamicOutputDefinition()])
    def many(x: Any = None) -> Any:
        yield orch.DynamicOutput(1, "a")

    def nested() -> None:
        many().map(lambda item: many.alias("again")(item))

    def direct() -> None:
        inc(many())

    def meeting() -> None:
        other = many.alias("other")()
        many().map(lambda item: other.map(lambda second: add(item, second)))

    def listed() -> None:
        many().map(lambda item: inc.alias("gather")([item, one()]))

    for graph, said in (
        (nested, "can not nest"),
        (direct, r"use .map"),
        (meeting, "two different dynamic outputs"),
        (listed, "collect it instead"),
    ):
        with pytest.raises(orch.DagsterInvalidDefinitionError, match=said):
            orch.pipeline(graph)
