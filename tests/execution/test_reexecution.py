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
