"""Selections of solids (case 27)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import jupyter_orch as orch
from jupyter_orch.plan.select import selected, subset_of


@orch.solid
def one() -> int:
    return 1


@orch.solid
def add(a: int, b: int) -> int:
    return a + b


@orch.solid
def mul(x: int) -> int:
    return x * 3


@orch.pipeline
def sums() -> None:
    mul.alias("inc")(mul(add(one(), one.alias("two")())))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (["add*"], {"add", "mul", "inc"}),
        (["*add+"], {"one", "two", "add", "mul"}),
        (["+add"], {"one", "two", "add"}),
        (["one", "add+"], {"one", "add", "mul"}),
        (["*"], {"one", "two", "add", "mul", "inc"}),
    ],
)
def test_queries_go_up_and_down(query: list[str], expected: set[str]) -> None:
    assert set(subset_of(sums, query).graph.invocations) == expected


@pytest.mark.parametrize(
    ("query", "said"),
    [
        (["*add", "a"], "no solid 'a'"),
        (["1+add"], "is no selection|no solid"),
        ([], "is empty"),
        (["add++*"], "is no selection"),
    ],
)
def test_wrong_queries_are_named(query: list[str], said: str) -> None:
    with pytest.raises(orch.DagsterInvalidSubsetError, match=said):
        subset_of(sums, query)


def test_two_levels_up_follow_every_branch_equally_far() -> None:
    feeding = {"X": ["A", "B"], "A": ["A1"], "B": ["B1"], "A1": ["A2"], "B1": ["B2"], "A2": [], "B2": []}
    assert selected(["++X"], feeding, "solid", "g") == {"X", "A", "B", "A1", "B1"}


def test_a_subset_runs_alone_and_wants_its_open_inputs_from_config() -> None:
    result = orch.execute_pipeline(sums, {"solids": {"mul": {"inputs": {"x": 4}}}}, solid_selection=["mul+"])
    assert result.output_for_solid("inc") == 36
    with pytest.raises(orch.DagsterInvalidConfigError, match="inputs"):
        orch.execute_pipeline(sums, solid_selection=["mul"])


@given(st.integers(2, 8), st.data())
def test_property_a_starred_name_is_the_transitive_closure(size: int, data: st.DataObject) -> None:
    names = [f"n{index}" for index in range(size)]
    feeding = {
        name: data.draw(st.sets(st.sampled_from(names[:index]))) if index else set() for index, name in enumerate(names)
    }
    start = data.draw(st.sampled_from(names))
    closure, edge = {start}, {start}
    while edge:
        edge = {source for name in edge for source in feeding[name]} - closure
        closure |= edge
    assert selected([f"*{start}"], feeding, "solid", "g") == closure
    assert selected(["+" * size + start], feeding, "solid", "g") == closure
