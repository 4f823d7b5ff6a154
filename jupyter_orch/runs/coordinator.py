"""Policies between "submitted" and "launched"."""

from __future__ import annotations

from collections.abc import Sequence

from jupyter_orch.ports import RunCoordinator
from jupyter_orch.records.run import Run

PRIORITY_TAG = "dagster/priority"


class DefaultRunCoordinator(RunCoordinator):
    """Everything starts at once."""

    is_pass_through = True

    def choose(self, queued: Sequence[Run], in_progress: Sequence[Run]) -> list[Run]:
        return list(queued)


class QueuedRunCoordinator(RunCoordinator):
    """At most so many runs at a time; higher priority first, then the order of submission."""

    def __init__(self, max_concurrent_runs: int = 10) -> None:
        """Args:
        max_concurrent_runs: how many may be STARTING, STARTED or CANCELING at once.
        """
        self._limit = max_concurrent_runs

    def choose(self, queued: Sequence[Run], in_progress: Sequence[Run]) -> list[Run]:
        free = max(0, self._limit - len(in_progress))
        return sorted(queued, key=lambda run: -priority_of(run))[:free]


def priority_of(run: Run) -> int:
    """The number in the run's priority tag; anything that is no whole number counts as 0."""
    try:
        return int(run.submission.tags.get(PRIORITY_TAG, "0"))
    except ValueError:
        return 0
