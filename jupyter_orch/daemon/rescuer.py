"""Ends or resumes what is lost: workers that died or hang, launches that never arrived, cancels and runs without end.

A worker of this host is watched by its process (pidfd), so its death is seen at once. A worker of another host is
judged by what its launcher knows of it, else by its lease, and only after this process has itself been in touch with
the database for a whole lease: an outage must not look like the death of every worker.
"""

from __future__ import annotations

import contextlib
import os
import select
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from jupyter_orch import clock
from jupyter_orch.daemon.loop import Loop
from jupyter_orch.failpoints import failpoint
from jupyter_orch.masking import Mask
from jupyter_orch.ports import RunLauncher, RunStorage, WorkerHealth
from jupyter_orch.processes import end_process, is_alive, is_local, kill_run
from jupyter_orch.records import codec
from jupyter_orch.records.event import EventType
from jupyter_orch.records.failure import Failure
from jupyter_orch.records.run import ProcessIdentity, Run, RunFilter
from jupyter_orch.records.status import IN_PROGRESS, RunStatus
from jupyter_orch.runs.journal import ALL_EVENTS, LEASE, Journal
from jupyter_orch.runs.leftover_spools import sweep_spools
from jupyter_orch.runs.recovery import Recovery
from jupyter_orch.runs.run_tags import max_runtime_of
from jupyter_orch.settings import RunMonitoring

TURN = 0.15
"""Seconds between two looks at the runs in progress."""

SOON = 0.04
"""The same while a worker is on its way: it is watched from the look on that finds it has claimed its run."""

SHARE = 0.1
"""Of this loop's time that the looks may take for being so frequent."""

SETTLING = 0.005
"""Seconds from a worker's end to the look at its run: those that end together are looked at together."""

UNCLAIMED = 15.0
"""Seconds that a worker has for its claim when the process that had asked for it has ended."""

SWEEP = 60.0
"""Seconds between two looks at the spools."""

OVERTIME = 20.0
"""Seconds after the end of its time that a run's own worker has for ending it in order."""


@dataclass(frozen=True, slots=True)
class Loss:
    """Why a run's worker can not go on.

    Attributes:
        how: in words, for the run's log.
        may_resume: False when another worker would do no better.
    """

    how: str
    may_resume: bool = True


class Rescuer(Loop):
    """Confirms deaths and tells the journal."""

    name = "MONITORING"

    def __init__(
        self,
        storage: RunStorage,
        journal: Journal,
        launcher: RunLauncher,
        monitoring: RunMonitoring | None = None,
        requeued: Callable[[], None] = lambda: None,
        cover: Callable[[Run], Mask] = lambda run: Mask(()),
        home: Path | None = None,
    ) -> None:
        """Args:
        launcher: knows of workers that are no processes of this host.
        monitoring: what is watched, and for how long.
        requeued: called after a run went back to the queue.
        cover: hides secrets in the files of a lost run, and gives what hides them in what it had on its way.
        home: the instance's folder, whose spools are looked after.
        """
        super().__init__()
        self._storage = storage
        self._journal = journal
        self._launcher = launcher
        self._watch = monitoring or RunMonitoring()
        self._recovery = Recovery(storage, journal, self._watch)
        self._requeued = requeued
        self._cover = cover
        self._home = home
        self._swept_at = 0.0
        self._in_touch_since = clock.shared()
        self._last_turn = clock.shared()
        self._pidfds: dict[int, int] = {}
        self._cancel_asked: dict[str, float] = {}
        self._launches_seen: dict[tuple[str, int], float] = {}

    def poll(self) -> float:
        now = clock.shared()
        is_in_touch = self._last_turn <= now <= self._last_turn + LEASE / 2  # was not asleep or without an answer
        if not is_in_touch or self.outage.is_told:  # a storage that can be read and not written is away as well
            self._in_touch_since = now
        begun = time.monotonic()
        held = self._storage.list_runs(RunFilter(statuses=tuple(IN_PROGRESS)), limit=10_000)
        soon = max(SOON, min(TURN, (time.monotonic() - begun) / SHARE))
        self._last_turn = now
        for run in held:
            self._look_at(run, now)
        self._forget_all_but(held)
        self._sweep()
        return self._wait_for_a_death(held, soon)

    def _look_at(self, run: Run, now: float) -> None:
        if run.status == RunStatus.STARTING:
            self._look_at_launch(run, now)
        elif (loss := self._loss(run, now)) is not None:
            self._bury(run, loss)

    def _look_at_launch(self, run: Run, now: float) -> None:
        reason = None
        if run.start_deadline is not None and now > run.start_deadline:
            reason = "the worker did not start in time"
        elif (health := self._launcher.check_run_worker_health(run)) is WorkerHealth.GONE:
            reason = "the worker ended before it had taken its run"
        elif health is WorkerHealth.UNKNOWN and self._is_abandoned(run, now):
            self._journal.launch_anew(run, "the process that had asked for a worker has ended, and none came")
            self._requeued()
        if reason is not None:
            if self._journal.launch_failed(run, reason) is not None and self._launcher.can_terminate(run):
                self._launcher.terminate(run)  # it would find its claim refused, if it ever came to it
            self._requeued()

    def _is_abandoned(self, run: Run, now: float) -> bool:
        """Whether nobody is left who would know of a worker on its way, and none has come for a while."""
        if now - self._launches_seen.setdefault((run.run_id, run.epoch), now) < UNCLAIMED:
            return False
        told = self._storage.read_events(run.run_id, limit=ALL_EVENTS, types={EventType.PIPELINE_STARTING})
        asked_by = told[-1].event.data.get("asked_by") if told else None
        asker = codec.from_json(ProcessIdentity, asked_by) if asked_by else None
        return asker is not None and is_local(asker) and not is_alive(asker)

    def _loss(self, run: Run, now: float) -> Loss | None:
        """Why the run's worker must be taken for lost; None while there is no reason to."""
        if run.worker is None:
            return None
        if is_local(run.worker):
            if not is_alive(run.worker):
                return Loss(f"worker process {run.worker.pid} is gone")
            if self._is_silent(run, now) and not run.is_held:
                return Loss(f"worker process {run.worker.pid} has not reported for {_silence(run, now):.0f} s")
        elif self._launcher.check_run_worker_health(run) is WorkerHealth.GONE:
            return Loss(f"worker on {run.worker.host} is gone")
        elif self._is_silent(run, now):
            return Loss(f"worker on {run.worker.host} has not reported for {_silence(run, now):.0f} s")
        return self._overdue(run, now)

    def _overdue(self, run: Run, now: float) -> Loss | None:
        """A run that its own worker should have ended by now, and that it did not end."""
        if run.status == RunStatus.CANCELING:
            limit = self._watch.cancel_timeout
            if limit is not None and now > self._canceling_since(run, now) + limit:
                return Loss(f"it was asked to cancel {limit:g} s ago", may_resume=False)
            return None
        limit = max_runtime_of(run.submission.tags, self._watch.max_runtime)
        if limit is not None and run.start_time is not None and now > run.start_time + limit + OVERTIME:
            return Loss(f"it ran longer than its maximum runtime of {limit:g} s", may_resume=False)
        return None

    def _is_silent(self, run: Run, now: float) -> bool:
        in_touch_long_enough = now - self._in_touch_since > LEASE
        return in_touch_long_enough and run.lease_until is not None and run.lease_until < now - LEASE

    def _canceling_since(self, run: Run, now: float) -> float:
        if run.run_id not in self._cancel_asked:
            asked = self._storage.read_events(run.run_id, types=[EventType.PIPELINE_CANCELING])
            self._cancel_asked[run.run_id] = asked[-1].event.timestamp if asked else now
        return self._cancel_asked[run.run_id]

    def _forget_all_but(self, held: list[Run]) -> None:
        ids = {run.run_id for run in held}
        for run_id in self._cancel_asked.keys() - ids:
            del self._cancel_asked[run_id]
        starting = {(run.run_id, run.epoch) for run in held if run.status == RunStatus.STARTING}
        for launch in self._launches_seen.keys() - starting:
            del self._launches_seen[launch]

    def _sweep(self) -> None:
        """Now and then remove what killed workers of runs that have ended have left behind."""
        now = clock.now()
        if self._home is not None and not self._swept_at <= now < self._swept_at + SWEEP:
            self._swept_at = now
            sweep_spools(self._home, self._storage, now)

    def _bury(self, run: Run, loss: Loss) -> None:
        """The worker is lost: end it and what it started, for certain, then end the run or let another go on."""
        current = self._storage.get_run(run.run_id)
        if current is None or current.epoch != run.epoch or current.status not in _HELD:
            return
        failpoint("monitor.lost.seen")
        is_confirmed = self._end_everything_of(current)
        if not is_confirmed and current.worker is not None and is_local(current.worker):
            return  # the next turn tries again
        failpoint("monitor.killed")
        left = self._recovery.take_stock(current, cover=self._cover(current).event)
        if left is None:
            return
        if current.status == RunStatus.CANCELING:
            note = f"Canceled; {loss.how}." if is_confirmed else f"Canceled; {loss.how}. Its end was not confirmed."
            self._journal.canceled(current, left.ends(loss.how, left.states), note)
        elif loss.may_resume and self._recovery.goes_on(current, left):
            self._recovery.resume(current, left, f"Worker lost: {loss.how}", loss.how)
            failpoint("monitor.resumed")
            self._requeued()
            return
        else:
            self._journal.fail(current, _reason(loss), left.ends(loss.how, left.states))
        self._recovery.forget(current)

    def _end_everything_of(self, run: Run) -> bool:
        """Kill worker, runner and steps; whether nothing of them is left for certain."""
        if run.is_held:  # its process does other things as well; it notices that the run is over
            return True
        if run.worker is None or is_local(run.worker):
            if run.worker is not None and not end_process(run.worker):
                return False
            return run.runner is None or kill_run(run.runner, run.run_id)
        return self._launcher.can_terminate(run) and self._launcher.terminate(run)

    def _wait_for_a_death(self, held: list[Run], soon: float) -> float:
        """Watch the local workers for at most a turn; returns how long to sleep when there are none.

        Args:
            soon: seconds of a turn while a worker is on its way.
        """
        local = {run.worker.pid for run in held if run.worker is not None and is_local(run.worker)}
        for pid in self._pidfds.keys() - local:
            os.close(self._pidfds.pop(pid))
        for pid in local - self._pidfds.keys():
            with contextlib.suppress(OSError):
                self._pidfds[pid] = os.pidfd_open(pid)
        turn = soon if any(run.status == RunStatus.STARTING for run in held) else TURN
        if not self._pidfds:
            return turn if held else max(TURN, self._watch.poll_interval)
        poll = select.poll()
        for fd in self._pidfds.values():
            poll.register(fd, select.POLLIN)
        died = {fd for fd, _ in poll.poll(turn * 1000)}
        for pid in [pid for pid, fd in self._pidfds.items() if fd in died]:
            os.close(self._pidfds.pop(pid))
        return SETTLING if died else 0.0


_HELD = (RunStatus.STARTED, RunStatus.CANCELING)


def _silence(run: Run, now: float) -> float:
    """Seconds since a worker's last report."""
    return now - (run.lease_until or now) + LEASE


def _reason(loss: Loss) -> Failure:
    if loss.may_resume:
        hint = "‘Re-run from failure’ keeps the steps that succeeded"
        return Failure(cls="WorkerLost", message=f"worker lost: {loss.how}", hint=hint)
    return Failure(cls="RunTimeout", message=f"the run was ended: {loss.how}")
