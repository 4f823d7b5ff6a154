"""Wrong wiring is an error where the pipeline is defined, and it names both ends of the wire."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from jupyter_orch import (
    DagsterInvalidDefinitionError,
    DependencyDefinition,
    DynamicOutput,
    DynamicOutputDefinition,
    InputDefinition,
    Int,
    Nothing,
    OutputDefinition,
    PipelineDefinition,
    composite_solid,
    lambda_solid,
    pipeline,
    solid,
)


@solid
def source() -> int:
    return 1


@solid(output_defs=[OutputDefinition(int, "left"), OutputDefinition(int, "right")])
def fork() -> Any:
    raise NotImplementedError


@solid
def sink(number: int) -> int:
    return number


@solid(output_defs=[OutputDefinition(Nothing)])
def silent() -> None:
    return None


@solid(output_defs=[DynamicOutputDefinition(int)])
def scatter() -> Any:
    yield DynamicOutput(1, mapping_key="a")


@solid(output_defs=[DynamicOutputDefinition(int)])
def scatter_again(number: int) -> Any:
    yield DynamicOutput(number, mapping_key="b")


@solid
def meet(one: int, two: int) -> int:
    return one + two


def drawn(draw: Callable[[], Any]) -> str:
    """What is said about a pipeline whose function does this."""
    with pytest.raises(DagsterInvalidDefinitionError) as refused:
        pipeline(name="flow")(draw)
    return str(refused.value)


def given(*solids: Any, **dependencies: Any) -> str:
    """What is said about a pipeline with these explicit dependencies."""
    with pytest.raises(DagsterInvalidDefinitionError) as refused:
        PipelineDefinition(list(solids), "flow", dependencies=dependencies)
    return str(refused.value)


def assert_names(message: str, *ends: str) -> None:
    missing = [end for end in ends if repr(end) not in message]
    assert not missing, f"{missing} not in: {message}"


def test_an_output_that_is_not_there() -> None:
    message = given(fork, sink, sink={"number": DependencyDefinition("fork", "middle")})
    assert_names(message, "number", "sink", "middle", "fork", "left", "right")


def test_a_solid_that_is_not_there() -> None:
    assert_names(
        given(source, sink, sink={"number": DependencyDefinition("sauce")}), "number", "sink", "sauce", "source"
    )


def test_an_input_that_is_not_there() -> None:
    assert_names(given(source, sink, sink={"nummer": DependencyDefinition("source")}), "nummer", "number", "sink")
    assert_names(drawn(lambda: sink(nummer=source())), "nummer", "number", "sink")


def test_dependencies_of_a_solid_that_is_not_there() -> None:
    assert_names(given(source, sink, zink={"number": DependencyDefinition("source")}), "zink", "sink")


def test_no_value_where_one_is_wanted() -> None:
    message = drawn(lambda: sink(silent()))
    assert_names(message, "number", "sink", "result", "silent")
    assert "Nothing" in message and "int" in message.lower()


def test_several_outputs_where_one_is_wanted() -> None:
    message = drawn(lambda: sink(fork()))
    assert_names(message, "number", "sink", "fork")
    assert "left" in message and "right" in message


def test_a_value_that_comes_from_no_solid() -> None:
    message = drawn(lambda: sink(3))
    assert_names(message, "number", "sink")
    assert "3" in message


def test_a_circle() -> None:
    chain = {
        "first": {"number": DependencyDefinition("second")},
        "second": {"number": DependencyDefinition("first")},
    }
    first = lambda_solid(name="first", input_defs=[InputDefinition("number", Int)])(lambda number: number)
    second = lambda_solid(name="second", input_defs=[InputDefinition("number", Int)])(lambda number: number)
    message = given(first, second, **chain)
    assert "first" in message and "second" in message and "circle" in message


def test_a_dynamic_output_as_it_is() -> None:
    message = drawn(lambda: sink(scatter()))
    assert_names(message, "number", "sink", "result", "scatter")
    assert ".map(" in message and ".collect(" in message


def test_two_dynamic_outputs_in_one_solid() -> None:
    other = solid(name="other", output_defs=[DynamicOutputDefinition(int)])(lambda: iter(()))
    message = given(
        scatter, other, meet, meet={"one": DependencyDefinition("scatter"), "two": DependencyDefinition("other")}
    )
    assert_names(message, "meet", "scatter", "other")


def test_a_dynamic_output_inside_another() -> None:
    assert_names(drawn(lambda: scatter().map(scatter_again)), "scatter_again", "scatter")


def test_a_composite_names_the_inner_wire() -> None:
    with pytest.raises(DagsterInvalidDefinitionError) as refused:

        @composite_solid
        def inner() -> Any:
            return sink(silent())

    assert_names(str(refused.value), "inner", "number", "sink", "silent")
