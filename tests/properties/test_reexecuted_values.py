"""Chained re-executions of chosen steps: every consumer sees the value that was made last in its own lineage."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_orch import (
    DagsterInstance,
    ModeDefinition,
    execute_pipeline,
    fs_io_manager,
    in_process_executor,
    mem_io_manager,
    multiprocess_executor,
    reexecute_pipeline,
)
from jupyter_orch.definitions.pipeline import PipelineDefinition
from jupyter_orch.records.messages import KnownState
from tests.properties import law
from tests.properties.graphs import Feeding, distances, graphs, pipeline_of
from tests.properties.test_retry_set import Runs, left_after

Value = tuple[str, tuple[Any, ...]]
Values = dict[str, Value]
MANAGERS = {"fs": fs_io_manager, "memory": mem_io_manager}


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def made_by(context: Any, name: str, values: list[Any]) -> Value:
    """A value that says which run made it, of which values."""
    return name + "@" + context.run_id, tuple(sorted(values))


def telling(feeding: Feeding, manager: str, executor: Any) -> PipelineDefinition:
    """The pipeline of a graph; its values tell their origin."""
    mode = ModeDefinition(resource_defs={"io_manager": MANAGERS[manager]}, executor_defs=[executor])
    return pipeline_of(feeding, made_by, is_typed=False, mode_defs=[mode])


def made_after(feeding: Feeding, before: Values, chosen: set[str], run_id: str) -> Values:
    """The model: what is chosen is made anew of the newest values, everything else stays."""
    found = {name: value for name, value in before.items() if name not in chosen}
    far = distances(feeding)
    for name in sorted(chosen, key=lambda name: sum(b == name for _, b in far)):
        found[name] = (f"{name}@{run_id}", tuple(sorted(found[source] for source in feeding[name])))
    return found


def above(feeding: Feeding, names: set[str]) -> set[str]:
    """The names, and all that they depend on."""
    return {a for a, b in distances(feeding) if b in names}


def choose(data: st.DataObject, feeding: Feeding, manager: str) -> set[str]:
    """Steps to run again; values in memory end with their process, so there all that feeds a step runs too."""
    chosen = data.draw(st.sets(st.sampled_from(sorted(feeding)), min_size=1), label="chosen")
    return above(feeding, chosen) if manager == "memory" else chosen


def check_a_chain(feeding: Feeding, manager: str, executor: Any, data: st.DataObject, length: int) -> None:
    definition = telling(feeding, manager, executor)
    config = {"execution": {executor.name: {}}}
    with DagsterInstance.local_temp() as instance:
        first = execute_pipeline(definition, config, instance=instance)
        history = [(first.run_id, made_after(feeding, {}, set(feeding), first.run_id))]
        for _ in range(length):
            parent, before = data.draw(st.sampled_from(history), label="parent")
            chosen = choose(data, feeding, manager)
            result = reexecute_pipeline(definition, parent, config, sorted(chosen), instance=instance)
            values = made_after(feeding, before, chosen, result.run_id)
            assert {name: result.output_for_solid(name) for name in chosen} == {name: values[name] for name in chosen}
            history.append((result.run_id, values))


@pytest.mark.parametrize("manager", MANAGERS)
@law(25)
@given(feeding=graphs(most=6), data=st.data())
def test_in_one_process_every_consumer_sees_the_value_made_last(
    manager: str, feeding: Feeding, data: st.DataObject
) -> None:
    check_a_chain(feeding, manager, in_process_executor, data, length=4)


@law(4)
@given(feeding=graphs(most=4), data=st.data())
def test_with_a_process_for_each_step_every_consumer_sees_the_value_made_last(
    feeding: Feeding, data: st.DataObject
) -> None:
    check_a_chain(feeding, "fs", multiprocess_executor, data, length=2)


@law(25)
@given(feeding=graphs(most=6), data=st.data())
def test_a_runner_takes_no_value_of_a_step_that_it_runs_from_elsewhere_whatever_it_is_told(
    tmp_path_factory: pytest.TempPathFactory, feeding: Feeding, data: st.DataObject
) -> None:
    """The server's path: what is known of the parent is handed over whole, and the runner takes only what it may."""
    seen: Values = {}

    def compute(context: Any, name: str, values: list[Any]) -> Value:
        seen[name] = made_by(context, name, values)
        return seen[name]

    runs = Runs(pipeline_of(feeding, compute, is_typed=False), str(tmp_path_factory.mktemp("values")))
    known = left_after(runs.run("r0")).known
    values = made_after(feeding, {}, set(feeding), "r0")
    for number in range(1, 5):
        chosen = choose(data, feeding, "fs")
        seen.clear()
        log = runs.run(f"r{number}", tuple(sorted(chosen)), known)
        values = made_after(feeding, values, chosen, f"r{number}")
        assert seen == {name: values[name] for name in chosen}
        known = left_after(log, known).known
        assert isinstance(known, KnownState)
        assert {key: run_id for key, run_id in known.source_run_ids.items() if key in chosen} == dict.fromkeys(
            chosen, f"r{number}"
        )


@law(40)
@given(feeding=graphs(most=6), data=st.data())
def test_after_failures_too_every_value_is_made_of_the_newest_ones(feeding: Feeding, data: st.DataObject) -> None:
    """Runs of chosen steps and from failure, one on the other, while steps fail at random."""
    failing: set[str] = set()
    seen: Values = {}
    some = st.sets(st.sampled_from(sorted(feeding)), max_size=2)

    def compute(context: Any, name: str, values: list[Any]) -> Value:
        if name in failing:
            raise ValueError(name)
        seen[name] = made_by(context, name, values)
        return seen[name]

    definition = pipeline_of(feeding, compute, is_typed=False)
    with DagsterInstance.local_temp() as instance:
        failing |= data.draw(some, label="failing")
        result = execute_pipeline(definition, instance=instance, raise_on_error=False)
        newest = dict(seen)
        for _ in range(4):
            failing.clear()
            failing |= data.draw(some, label="failing")
            seen.clear()
            parent, options = result.run_id, {"instance": instance, "raise_on_error": False}
            if not result.success and data.draw(st.booleans(), label="from failure"):
                result = reexecute_pipeline(definition, parent, from_failure=True, **options)
                assert set(newest) | set(seen) == set(feeding) or not result.success
            else:
                chosen = data.draw(st.sets(st.sampled_from(sorted(feeding)), min_size=1), label="chosen")
                newest = {name: value for name, value in newest.items() if name not in chosen}
                result = reexecute_pipeline(definition, parent, step_selection=sorted(chosen), **options)
            newest |= seen
            for name, value in seen.items():
                assert value == (f"{name}@{result.run_id}", tuple(sorted(newest[s] for s in feeding[name])))
