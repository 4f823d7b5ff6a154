"""Ends what is lost: workers that died, launches that never arrived, cancels that hang.

A worker of this host is watched by its process (pidfd), so its death is seen at once. A worker of another host is
judged by its lease, and only after this process has itself been in touch with the database for a whole lease: an
outage must not look like the death of every worker.
"""

from __future__ import annotations

import contextlib
import os
import select

from jupyter_orch import clock
from jupyter_orch.daemon.loop import Loop
from jupyter_orch.ports import RunStorage
from jupyter_orch.processes import end_process, is_alive, is_local, kill_run
from jupyter_orch.records.failure import Failure
from jupyter_orch.records.run import Run, RunFilter
from jupyter_orch.records.status import RunStatus
from jupyter_orch.runs.history import STEP_EVENTS, cut_off, step_states
from jupyter_orch.runs.journal import LEASE, Journal

IDLE = 1.0
CANCEL_TIMEOUT = 60.0
MANY_EVENTS = 1_000_000


class Rescuer(Loop):
    """Confirms deaths and tells the journal."""

    name = "MONITORING"

    def __init__(self, storage: RunStorage, journal: Journal) -> None:
        super().__init__()
        self._storage = storage
        self._journal = journal
        self._in_touch_since = clock.now()
        self._last_turn = clock.now()
        self._pidfds: dict[int, int] = {}

    def poll(self) -> float:
        now = clock.now()
        if not self._last_turn <= now <= self._last_turn + LEASE / 2:  # asleep, starved, or the clock jumped
            self._in_touch_since = now
        self._last_turn = now
        held = self._storage.list_runs(
            RunFilter(statuses=(RunStatus.STARTING, RunStatus.STARTED, RunStatus.CANCELING)), limit=10_000
        )
        for run in held:
            self._look_at(run, now)
        return self._wait_for_a_death(held)

    def _look_at(self, run: Run, now: float) -> None:
        if run.status == RunStatus.STARTING:
            if run.start_deadline is not None and now > run.start_deadline:
                self._journal.launch_failed(run, "the worker did not start in time")
        elif run.worker is None:
            return
        elif is_local(run.worker):
            if not is_alive(run.worker):
                self._bury(run, f"worker process {run.worker.pid} is gone")
        elif self._lease_has_passed(run, now):
            silent = now - (run.lease_until or now) + LEASE
            self._bury(run, f"worker on {run.worker.host} has not reported for {silent:.0f} s")

    def _lease_has_passed(self, run: Run, now: float) -> bool:
        in_touch_long_enough = now - self._in_touch_since > LEASE
        return in_touch_long_enough and run.lease_until is not None and run.lease_until < now - LEASE

    def _bury(self, run: Run, how: str) -> None:
        """The worker is dead: end what it started, then the run."""
        current = self._storage.get_run(run.run_id)
        if current is None or current.is_final or current.epoch != run.epoch:
            return
        if run.worker is not None and is_local(run.worker) and not end_process(run.worker):
            return
        states = step_states(self._storage.read_events(run.run_id, limit=MANY_EVENTS, types=STEP_EVENTS))
        if current.runner is not None:
            kill_run(current.runner, run.run_id)
        ends = cut_off(states, how)
        if current.status == RunStatus.CANCELING:
            self._journal.canceled(current, ends, f"Canceled; {how}.")
            return
        reason = Failure(
            cls="WorkerLost", message=f"worker lost: {how}", hint="‘Re-run from failure’ keeps the steps that succeeded"
        )
        self._journal.fail(current, reason, ends)

    def _wait_for_a_death(self, held: list[Run]) -> float:
        """Watch the local workers for at most ``IDLE`` seconds; returns how long to sleep when there are none."""
        local = {run.worker.pid for run in held if run.worker is not None and is_local(run.worker)}
        for pid in self._pidfds.keys() - local:
            os.close(self._pidfds.pop(pid))
        for pid in local - self._pidfds.keys():
            with contextlib.suppress(OSError):
                self._pidfds[pid] = os.pidfd_open(pid)
        if not self._pidfds:
            return IDLE
        poll = select.poll()
        for fd in self._pidfds.values():
            poll.register(fd, select.POLLIN)
        died = {fd for fd, _ in poll.poll(IDLE * 1000)}
        for pid in [pid for pid, fd in self._pidfds.items() if fd in died]:
            os.close(self._pidfds.pop(pid))
        return 0.05 if died else 0.0  # a worker that ended in order has told the journal by then
