"""Which queued runs may start: limits, tag limits, unique-value limits, priority (classic's cases)."""

from __future__ import annotations

from typing import Any

import pytest

from jupyter_orch.records.run import Run
from jupyter_orch.records.status import RunStatus
from jupyter_orch.runs.coordinator import LimitError, QueuedRunCoordinator
from tests.conftest import submission

PRIORITY = "dagster/priority"
EACH = {"applyLimitPerUniqueValue": True}


def run(name: str, status: RunStatus = RunStatus.QUEUED, **tags: str) -> Run:
    return Run(run_id=name, submission=submission(tags=tags), status=status)


def started(coordinator: QueuedRunCoordinator, queued: list[Run], in_progress: list[Run] | None = None) -> list[str]:
    return [r.run_id for r in coordinator.choose(queued, in_progress or [])]


@pytest.mark.parametrize("busy", range(6))
def test_so_many_start_as_there_are_places(busy: int) -> None:
    kinds = [RunStatus.STARTING, RunStatus.STARTED, RunStatus.CANCELING] * 2
    working = [run(f"w{n}", kinds[n]) for n in range(busy)]
    queued = [run(f"q{n}") for n in range(5)]
    expected = [f"q{n}" for n in range(max(0, 4 - busy))]
    assert started(QueuedRunCoordinator(4), queued, working) == expected


def test_priority_first_and_a_malformed_one_counts_as_none() -> None:
    queued = [
        run("default"),
        run("low", **{PRIORITY: "-1"}),
        run("high", **{PRIORITY: "3"}),
        run("odd", **{PRIORITY: "x"}),
    ]
    assert started(QueuedRunCoordinator(10), queued) == ["high", "default", "odd", "low"]


def test_a_blocked_run_blocks_nobody_behind_it() -> None:
    coordinator = QueuedRunCoordinator(10, [{"key": "database", "value": "tiny", "limit": 1}])
    queued = [run("tiny-1", database="tiny"), run("tiny-2", database="tiny"), run("large-1", database="large")]
    assert started(coordinator, queued) == ["tiny-1", "large-1"]


def test_limits_on_a_key_and_on_its_value_hold_together() -> None:
    coordinator = QueuedRunCoordinator(10, [{"key": "foo", "limit": 2}, {"key": "foo", "value": "bar", "limit": 1}])
    queued = [run("b1", foo="bar"), run("b2", foo="bar"), run("o1", foo="other"), run("o2", foo="other")]
    assert started(coordinator, queued) == ["b1", "o1"]


def test_each_value_has_the_limit_for_itself() -> None:
    coordinator = QueuedRunCoordinator(10, [{"key": "foo", "value": EACH, "limit": 1}, {"key": "foo", "limit": 2}])
    working = [run("b0", RunStatus.STARTED, foo="bar")]
    queued = [run("b1", foo="bar"), run("o1", foo="other"), run("o2", foo="other"), run("third", foo="third")]
    assert started(coordinator, queued, working) == ["o1"]


def test_any_number_may_run_without_a_limit() -> None:
    assert len(started(QueuedRunCoordinator(-1), [run(str(n)) for n in range(50)])) == 50


@pytest.mark.parametrize(
    "given",
    [
        {"max_concurrent_runs": "many"},
        {"max_concurrent_runs": -2},
        {"tag_concurrency_limits": [{"key": "a"}]},
        {"tag_concurrency_limits": [{"key": "a", "limit": 1, "value": {"each": True}}]},
        {"tag_concurrency_limits": ["a"]},
    ],
)
def test_a_limit_of_another_form_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(LimitError, match="expected"):
        QueuedRunCoordinator(**given)
