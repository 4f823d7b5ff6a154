"""Removes what the settings say is old, a little at a time, so that no writer ever waits for it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator

from jupyter_orch import clock
from jupyter_orch.daemon.loop import Loop
from jupyter_orch.ports import RunStorage, ScheduleStorage
from jupyter_orch.records.run import Run, RunFilter
from jupyter_orch.records.status import FINAL, MOVES
from jupyter_orch.records.tick import TickStatus
from jupyter_orch.settings import Retention, TickRetention

log = logging.getLogger("jupyter_orch.daemon")
DAY = 86_400.0
BETWEEN = 3600.0
PAUSE = 0.05
TICKS_A_TURN = 500
RUNS_A_TURN = 20
EVENTS_A_TIME = 2000
UNFINISHED = MOVES.keys() - FINAL


class Janitor(Loop):
    """Keeps runs, events, ticks and captured output as long as the settings say. Several replicas may do so at once."""

    name = "RETENTION"

    def __init__(
        self,
        runs: RunStorage,
        schedules: ScheduleStorage,
        retention: Retention,
        remove_files: Callable[[Run], None],
        remove_output: Callable[[Run], bool],
    ) -> None:
        """Args:
        remove_files: removes whatever a run left outside the storage.
        remove_output: removes a run's captured output only; False when there is none (any more).
        """
        super().__init__()
        self._runs = runs
        self._schedules = schedules
        self._retention = retention
        self._remove_files = remove_files
        self._remove_output = remove_output
        self._without_output: set[str] = set()  # asking a store far away about every old run each hour would be dear

    def poll(self) -> float:
        now = clock.now()
        removed = self._old_ticks(now) + self._old_runs(now) + self._old_output(now)
        return PAUSE if removed else BETWEEN

    def _old_ticks(self, now: float) -> int:
        removed = 0
        for kind, kept in (("schedule", self._retention.schedule), ("sensor", self._retention.sensor)):
            for status, days in _days_of(kept):
                if days is not None:
                    removed += self._schedules.delete_ticks(kind, [status], now - days * DAY, limit=TICKS_A_TURN)
        return removed

    def _old_runs(self, now: float) -> int:
        removed = 0
        for run in self._ended_before(now, self._retention.runs):
            if self._family_goes_on(run):
                continue
            self._remove_files(run)
            for through in range(EVENTS_A_TIME, run.event_seq, EVENTS_A_TIME):
                self._runs.drop_events(run.run_id, through)
            removed += self._runs.delete_run(run.run_id)
            self._without_output.discard(run.run_id)
            if removed >= RUNS_A_TURN:
                break
        return removed

    def _old_output(self, now: float) -> int:
        removed = 0
        for run in self._ended_before(now, self._retention.compute_logs):
            if run.run_id in self._without_output:
                continue
            removed += self._remove_output(run)
            self._without_output.add(run.run_id)
            if removed >= RUNS_A_TURN:
                break
        return removed

    def _family_goes_on(self, run: Run) -> bool:
        """Whether a re-execution may still read what this run has made."""
        root = run.submission.root_run_id or run.run_id
        return self._runs.count_runs(RunFilter(root_run_id=root, statuses=tuple(UNFINISHED))) > 0

    def _ended_before(self, now: float, days: float | None) -> Iterator[Run]:
        if days is None:
            return
        until = now - days * DAY
        old, before = RunFilter(statuses=tuple(FINAL), created_before=until), None
        while page := self._runs.list_runs(old, limit=1000, before=before):
            before = page[-1].cursor
            yield from (run for run in page if (run.end_time or run.create_time) < until)


def _days_of(kept: TickRetention) -> Iterator[tuple[TickStatus, float | None]]:
    yield TickStatus.SKIPPED, kept.skipped
    yield TickStatus.SUCCESS, kept.success
    yield TickStatus.FAILURE, kept.failure
