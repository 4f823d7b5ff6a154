"""Executing again from failure, from a script (case 28)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import jupyter_orch as orch
from tests.execution.quiet import QUIET, inc, one, run

FAILING = {"b": True}


@orch.solid
def b(x: int) -> int:
    if FAILING["b"]:
        raise ValueError("not yet")
    return x * 10


@orch.solid(output_defs=[orch.OutputDefinition(int, is_required=False)])
def absent() -> Any:
    yield from ()


@orch.pipeline
def flow() -> None:
    inc.alias("c")(b(one()))
    inc.alias("d")(absent())
    inc.alias("e")(one.alias("other")())


def started(result: Any) -> list[str]:
    return [str(event.step_key) for event in result.event_list if event.is_step_start]


def test_from_failure_runs_what_failed_and_what_follows_again_and_again(tmp_path: Path) -> None:
    instance = orch.DagsterInstance.local_temp(str(tmp_path))
    FAILING["b"] = True
    first = run(flow, instance=instance)
    assert not first.success
    second = orch.reexecute_pipeline(
        flow, first.run_id, QUIET, instance=instance, from_failure=True, raise_on_error=False
    )
    assert started(second) == ["b"]
    assert not second.success
    FAILING["b"] = False
    third = orch.reexecute_pipeline(flow, second.run_id, QUIET, instance=instance, from_failure=True)
    assert started(third) == ["b", "c"]
    assert third.output_for_solid("c") == 11
    assert third.result_for_solid("d").skipped, "what was skipped is skipped again"
    stored = instance.get_run_by_id(third.run_id)
    assert stored is not None
    assert (stored.parent_run_id, stored.root_run_id) == (second.run_id, first.run_id)
    assert stored.tags["dagster/is_resume_retry"] == "true"
    with pytest.raises(orch.DagsterInvariantViolationError, match="nothing to run again"):
        orch.reexecute_pipeline(flow, third.run_id, QUIET, instance=instance, from_failure=True)


def test_values_that_were_only_in_memory_say_so(tmp_path: Path) -> None:
    instance = orch.DagsterInstance.ephemeral()
    FAILING["b"] = False
    first = run(flow, instance=instance)
    with pytest.raises(orch.DagsterInvariantViolationError, match="only kept in its memory"):
        orch.reexecute_pipeline(flow, first.run_id, QUIET, ["c"], instance=instance)


def test_an_unknown_run_or_a_missing_instance_is_said() -> None:
    with pytest.raises(orch.DagsterRunNotFoundError, match="knows no run 'x'"):
        orch.reexecute_pipeline(flow, "x", instance=orch.DagsterInstance.ephemeral())
    with pytest.raises(orch.DagsterInvariantViolationError, match="pass instance="):
        orch.reexecute_pipeline(flow, "x")


CALLS = {"counted": 0, "spread": 0}


@orch.solid
def counted() -> int:
    CALLS["counted"] += 1
    return CALLS["counted"]


@orch.pipeline
def counting() -> None:
    inc(counted())


@pytest.mark.parametrize("where", ["fs", "memory"])
@pytest.mark.parametrize("selection", [["*inc"], ["counted", "inc"], ["counted*"]])
def test_what_runs_again_feeds_what_runs_behind_it(where: str, selection: list[str], tmp_path: Path) -> None:
    local = orch.DagsterInstance.local_temp(str(tmp_path))
    instance = local if where == "fs" else orch.DagsterInstance.ephemeral()
    first = run(counting, instance=instance)
    again = orch.reexecute_pipeline(counting, first.run_id, QUIET, selection, instance=instance)
    assert again.output_for_solid("counted") == first.output_for_solid("counted") + 1
    assert again.output_for_solid("inc") == again.output_for_solid("counted") + 1


@orch.solid(output_defs=[orch.DynamicOutputDefinition(int)])
def spread() -> Any:
    """The second time it gives one value less."""
    CALLS["spread"] += 1
    for index in range(3 if CALLS["spread"] == 1 else 2):
        yield orch.DynamicOutput(10 * CALLS["spread"] + index, str(index))


@orch.solid
def collected(xs: list[int]) -> list[int]:
    return xs


@orch.pipeline
def mapping() -> None:
    collected(spread().map(inc).collect())


@pytest.fixture
def mapped(tmp_path: Path) -> tuple[orch.DagsterInstance, str]:
    """An instance with a run of the mapping pipeline."""
    CALLS["spread"] = 0
    instance = orch.DagsterInstance.local_temp(str(tmp_path))
    first = run(mapping, instance=instance)
    assert first.output_for_solid("collected") == [11, 12, 13]
    return instance, first.run_id


@pytest.mark.parametrize(
    ("selection", "steps", "values"),
    [
        (["spread*"], ["spread", "inc[0]", "inc[1]", "collected"], [21, 22]),
        (["spread", "inc", "collected"], ["spread", "inc[0]", "inc[1]", "collected"], [21, 22]),
        (["spread", "collected"], ["spread", "collected"], [11, 12]),
        (["inc*"], ["inc[0]", "inc[1]", "inc[2]", "collected"], [11, 12, 13]),
        (["inc[1]*"], ["inc[1]", "collected"], [11, 12, 13]),
        (["collected"], ["collected"], [11, 12, 13]),
    ],
)
def test_mapped_steps_run_again_on_the_newest_values(
    mapped: tuple[orch.DagsterInstance, str], selection: list[str], steps: list[str], values: list[int]
) -> None:
    instance, parent = mapped
    again = orch.reexecute_pipeline(mapping, parent, QUIET, selection, instance=instance)
    assert started(again) == steps
    assert again.output_for_solid("collected") == values


def test_a_mapping_key_that_never_was_is_no_step(mapped: tuple[orch.DagsterInstance, str]) -> None:
    instance, parent = mapped
    with pytest.raises(orch.DagsterExecutionStepNotFoundError, match=r"no step 'inc\[9\]' in what 'spread' gave"):
        orch.reexecute_pipeline(mapping, parent, QUIET, ["inc[9]"], instance=instance)
    assert len(instance.get_runs()) == 1, "nothing was run"


def test_values_of_a_mapping_that_ran_again_are_the_newest_in_the_next_run_too(
    mapped: tuple[orch.DagsterInstance, str],
) -> None:
    instance, parent = mapped
    second = orch.reexecute_pipeline(mapping, parent, QUIET, ["spread", "inc"], instance=instance)
    third = orch.reexecute_pipeline(mapping, second.run_id, QUIET, ["collected"], instance=instance)
    assert third.output_for_solid("collected") == [21, 22]
