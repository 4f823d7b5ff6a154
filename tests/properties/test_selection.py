"""Which part of a graph runs, and in which order, compared with a slow and simple answer."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from jupyter_orch import execute_pipeline
from jupyter_orch.plan.prepare import prepare
from jupyter_orch.plan.select import selected, subset_of
from tests.properties import law
from tests.properties.graphs import Feeding, distances, graphs, pipeline_of

REACH = st.sampled_from(["", "+", "++", "+++", "*"])


@st.composite
def selections(draw: st.DrawFn) -> tuple[Feeding, list[tuple[str, str, str]]]:
    """A graph, and a few queries as (up, name, down)."""
    feeding = draw(graphs())
    query = st.tuples(REACH, st.sampled_from(sorted(feeding)), REACH)
    return feeding, draw(st.lists(query, min_size=1, max_size=3))


def meant(feeding: Feeding, queries: list[tuple[str, str, str]]) -> set[str]:
    """Every name that is near enough to a query's name."""
    far = distances(feeding)
    reach = {mark: 99 if mark == "*" else len(mark) for mark in ("", "+", "++", "+++", "*")}
    return {
        name
        for up, at, down in queries
        for name in feeding
        if far.get((name, at), 100) <= reach[up] or far.get((at, name), 100) <= reach[down]
    }


@law(300)
@given(selections())
def test_a_selection_means_all_that_is_near_enough_on_every_branch(
    chosen: tuple[Feeding, list[tuple[str, str, str]]],
) -> None:
    feeding, queries = chosen
    texts = ["".join(query) for query in queries]
    assert selected(texts, feeding, "solid", "it") == meant(feeding, queries)


@law(80)
@given(selections())
def test_a_pipeline_is_cut_to_its_selection_with_the_wires_inside(
    chosen: tuple[Feeding, list[tuple[str, str, str]]],
) -> None:
    feeding, queries = chosen
    names = meant(feeding, queries)
    part = subset_of(pipeline_of(feeding), ["".join(query) for query in queries])
    assert set(part.graph.invocations) == names
    kept = {
        name: {
            feeder.solid for dependency in part.graph.dependencies.get(name, {}).values() for feeder in _all(dependency)
        }
        for name in names
    }
    assert kept == {name: feeding[name] & names for name in names}


def _all(dependency: object) -> list[object]:
    return list(getattr(dependency, "dependencies", [dependency]))


@law(150)
@given(graphs(most=10))
def test_a_plan_has_every_step_once_and_each_after_those_that_feed_it(feeding: Feeding) -> None:
    plan = prepare(pipeline_of(feeding), None, {}).plan
    order = list(plan.steps)
    assert sorted(order) == sorted(feeding)
    for name in feeding:
        assert plan.feeders(name) == feeding[name]
        assert all(order.index(source) < order.index(name) for source in feeding[name])
    assert [step.key for step in plan.snapshot().steps] == order


@law(40)
@given(graphs())
def test_a_run_gives_what_the_graph_adds_up_to(feeding: Feeding) -> None:
    result = execute_pipeline(pipeline_of(feeding))
    values: dict[str, int] = {}
    for name in prepare(pipeline_of(feeding), None, {}).plan.steps:
        values[name] = sum(values[source] for source in feeding[name]) + 1
    assert {name: result.output_for_solid(name) for name in feeding} == values
