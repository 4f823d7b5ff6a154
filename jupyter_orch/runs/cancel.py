"""Stopping a run, wherever it is."""

from __future__ import annotations

import signal

from jupyter_orch.failpoints import failpoint
from jupyter_orch.ports import RunStorage
from jupyter_orch.processes import end_process, is_local, kill_run, signal_process
from jupyter_orch.records.run import Run
from jupyter_orch.records.spool import remove_spool, spool_file
from jupyter_orch.records.status import RunStatus
from jupyter_orch.runs import problems
from jupyter_orch.runs.history import STEP_EVENTS, cut_off, step_states
from jupyter_orch.runs.journal import Journal

MANY_EVENTS = 1_000_000


class Canceler:
    """Cancels runs. A cancel that races with a start is decided by the row: one of the two changes it."""

    def __init__(self, storage: RunStorage, journal: Journal) -> None:
        self._storage = storage
        self._journal = journal

    def cancel(self, run_id: str, who: str, *, immediately: bool = False) -> Run:
        """Ask a run to stop; one that has not started is canceled at once.

        Args:
            immediately: do not wait for an orderly end: kill, and mark the run as canceled.

        Raises:
            RunNotFound: there is no such run.
            CannotTerminate: it has ended already.
        """
        for attempt in range(10):  # each round that loses a race has seen the run one status further
            run = self._storage.get_run(run_id)
            if run is None:
                raise problems.RunNotFound(f"there is no run {run_id!r}", run_id=run_id)
            if attempt and run.status == RunStatus.CANCELED:
                return run  # somebody who watches the run was faster than we with the end that we began
            if run.is_final:
                raise problems.CannotTerminate(f"run {run_id} has ended already: it is {run.status}", run=run)
            moved = self._step(run, who, immediately)
            if moved is not None:
                return moved
        raise problems.CannotTerminate(f"run {run_id} changes too fast, try again", run=run)

    def _step(self, run: Run, who: str, immediately: bool) -> Run | None:
        if run.status in (RunStatus.QUEUED, RunStatus.STARTING):
            return self._journal.cancel_waiting(run)
        if run.status == RunStatus.STARTED:
            asked = self._journal.request_cancel(run, who)
            if asked is None:
                return None
            failpoint("cancel.requested")
            run = asked
        if immediately:
            return self._end_now(run)
        if run.worker is not None and is_local(run.worker) and not run.is_held:
            signal_process(run.worker, signal.SIGUSR1)  # look at your row now
        return run

    def _is_still(self, run: Run) -> bool:
        found = self._storage.get_run(run.run_id)
        return found is not None and not found.is_final and found.epoch == run.epoch

    def _end_now(self, run: Run) -> Run | None:
        note = "Marked as canceled at once; its processes were killed."
        if run.is_held:
            note = "Marked as canceled at once; the process that executes it was told, and goes on with other things."
        elif run.worker is not None and is_local(run.worker):
            failpoint("cancel.kill.before")
            if not self._is_still(run):
                return None  # its worker may hold another run by now
            end_process(run.worker)
            if run.runner is not None:
                kill_run(run.runner, run.run_id)
            remove_spool(spool_file(run.worker.home, run.run_id, run.epoch))
            failpoint("cancel.killed")
        elif run.worker is not None:
            note = f"Marked as canceled at once; what runs on {run.worker.host} was not confirmed to have ended."
        states = step_states(self._storage.read_events(run.run_id, limit=MANY_EVENTS, types=STEP_EVENTS))
        canceled = self._journal.canceled(run, cut_off(states, "the run was marked as canceled at once"), note)
        failpoint("cancel.ended")
        return canceled
