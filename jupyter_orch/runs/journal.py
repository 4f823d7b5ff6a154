"""The one door to a run's history: every change of a status is here, with its events, in one transaction.

Each verb names the statuses it may start from and the epoch it speaks for; when the row has moved on, nothing is
written and the verb says so (None). Nobody else calls ``move_run``.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Sequence
from typing import Any

from jupyter_orch import clock
from jupyter_orch.ports import Bell, Guard, NewRun, RunStorage
from jupyter_orch.records import codec
from jupyter_orch.records.event import Event, EventType
from jupyter_orch.records.failure import Failure
from jupyter_orch.records.run import ProcessIdentity, Run, Submission
from jupyter_orch.records.status import RunStatus
from jupyter_orch.runs.problems import RunConflict

LEASE = 30.0
START_TIMEOUT = 120.0
MAX_LAUNCH_TRIES = 3


class Journal:
    """Writes runs' histories and rings the bell after each commit."""

    def __init__(self, storage: RunStorage, bell: Bell) -> None:
        self._storage = storage
        self._bell = bell

    # submit

    def new_run(self, submission: Submission, run_id: str | None = None) -> NewRun:
        """A run as it will be stored by ``submit`` or together with its tick."""
        pipeline = submission.selector.pipeline
        enqueued = _event(
            EventType.PIPELINE_ENQUEUED, f"Run of {pipeline} was submitted by {submission.created_by or 'nobody'}."
        )
        return NewRun(run_id=run_id or str(uuid.uuid4()), submission=submission, events=(enqueued,))

    def submit(self, submission: Submission, run_id: str | None = None) -> tuple[Run, bool]:
        """Store a run as QUEUED; a known idempotency key gives the earlier run and False.

        Raises:
            RunConflict: the key or the run id belongs to a run of something else.
        """
        run, created = self._storage.add_run(self.new_run(submission, run_id))
        if created:
            self._bell(run.run_id)
        elif not _asks_for_the_same(run.submission, submission):
            raise RunConflict(
                f"run {run.run_id} of pipeline {run.submission.selector.pipeline!r} has this run id or idempotency key "
                "already, and asks for something else; choose another key"
            )
        return run, created

    # coordinate and launch

    def dequeue(self, run: Run) -> tuple[Run, str] | None:
        """QUEUED → STARTING: win the run, with a new epoch and a token that only its worker gets."""
        token = secrets.token_hex(16)
        events = (
            _event(EventType.PIPELINE_DEQUEUED, "Taken from the queue."),
            _event(EventType.PIPELINE_STARTING, "Asking for a worker."),
        )
        won = self._move(
            run.run_id,
            Guard(statuses=(RunStatus.QUEUED,), epoch=run.epoch),
            RunStatus.STARTING,
            events,
            epoch=run.epoch + 1,
            launch_token=token,
            start_deadline=clock.now() + START_TIMEOUT,
        )
        return (won, token) if won is not None else None

    def launch_failed(self, run: Run, reason: str) -> Run | None:
        """STARTING → QUEUED for another try, or FAILURE after the last; the epoch moves, so a late worker is void."""
        guard = Guard(statuses=(RunStatus.STARTING,), epoch=run.epoch)
        tries = run.launch_tries + 1
        if tries < MAX_LAUNCH_TRIES:
            note = _event(EventType.ENGINE_EVENT, f"Launch {tries} of {MAX_LAUNCH_TRIES} failed: {reason}", "WARNING")
            return self._move(
                run.run_id, guard, RunStatus.QUEUED, (note,), epoch=run.epoch + 1, launch_tries=tries, launch_token=None
            )
        return self.fail(run, f"no worker could be started: {reason}", epoch=run.epoch + 1, launch_tries=tries)

    # worker

    def claim(self, run_id: str, epoch: int, token: str, worker: ProcessIdentity, how: str) -> Run | None:
        """STARTING → STARTED: the worker shows the token of this epoch; only now may user code run."""
        now = clock.now()
        started = _event(
            EventType.PIPELINE_START,
            f"Started in process {worker.pid} on {worker.host}, {how}.",
            pid=worker.pid,
            host=worker.host,
        )
        return self._move(
            run_id,
            Guard(statuses=(RunStatus.STARTING,), epoch=epoch, launch_token=token),
            RunStatus.STARTED,
            (started,),
            launch_token=None,
            worker=worker,
            lease_until=now + LEASE,
            start_time=now,
        )

    def append(self, run_id: str, epoch: int, events: Sequence[Event]) -> bool:
        """Events of the worker; False when the run is no longer this worker's."""
        last = self._storage.append_events(run_id, epoch, events)
        if last is not None:
            self._bell(run_id)
        return last is not None

    def hold(self, submission: Submission, run_id: str, worker: ProcessIdentity, message: str) -> Run:
        """Store a run that the process which asks for it executes itself: STARTED from the beginning.

        Args:
            message: the first line of its log.
        """
        started = _event(EventType.PIPELINE_START, message, pid=worker.pid, host=worker.host)
        new = NewRun(
            run_id=run_id,
            submission=submission,
            events=(started,),
            held_by=worker,
            lease_until=clock.now() + LEASE,
        )
        run, _ = self._storage.add_run(new)
        self._bell(run_id)
        return run

    def note(self, run: Run, event: Event) -> Run | None:
        """A line in the log of a run that has not ended, whoever executes it."""
        moved = self._storage.move_run(run.run_id, Guard(statuses=_UNFINISHED), None, (event,))
        if moved is not None:
            self._bell(run.run_id)
        return moved

    def renew(self, run: Run, runner: ProcessIdentity | None = None) -> Run | None:
        """Worker and runner live; the answer tells the worker whether it shall cancel, None that it lost the run."""
        held = Guard(statuses=(RunStatus.STARTED, RunStatus.CANCELING), epoch=run.epoch)
        known = {} if runner is None else {"runner": runner}
        return self._storage.move_run(run.run_id, held, None, (), lease_until=clock.now() + LEASE, **known)

    def succeed(self, run: Run, events: Sequence[Event]) -> Run | None:
        """STARTED or CANCELING → SUCCESS."""
        seconds = clock.now() - (run.start_time or clock.now())
        end = _event(EventType.PIPELINE_SUCCESS, f"Finished in {seconds:.2f} s.")
        return self._end(run, (RunStatus.STARTED, RunStatus.CANCELING), RunStatus.SUCCESS, (*events, end), None)

    def fail(self, run: Run, reason: str | Failure, events: Sequence[Event] = (), **changes: Any) -> Run | None:
        """Any unfinished status → FAILURE, with the reason."""
        failure = reason if isinstance(reason, Failure) else Failure(cls="RunFailure", message=reason)
        end = _event(EventType.PIPELINE_FAILURE, failure.message, "ERROR", failure=codec.to_json(failure))
        return self._end(run, _UNFINISHED, RunStatus.FAILURE, (*events, end), failure, **changes)

    # cancel

    def cancel_waiting(self, run: Run) -> Run | None:
        """QUEUED or STARTING → CANCELED; a worker that is on its way finds another epoch and leaves."""
        end = _event(EventType.PIPELINE_CANCELED, "Canceled before it started.")
        waiting = (RunStatus.QUEUED, RunStatus.STARTING)
        return self._end(run, waiting, RunStatus.CANCELED, (end,), None, epoch=run.epoch + 1)

    def request_cancel(self, run: Run, who: str) -> Run | None:
        """STARTED → CANCELING: the worker ends the process groups and then the run."""
        asked = _event(EventType.PIPELINE_CANCELING, f"Cancel requested by {who or 'nobody'}.")
        return self._move(
            run.run_id, Guard(statuses=(RunStatus.STARTED,), epoch=run.epoch), RunStatus.CANCELING, (asked,)
        )

    def canceled(
        self, run: Run, events: Sequence[Event], note: str = "All processes of the run have ended."
    ) -> Run | None:
        """CANCELING → CANCELED."""
        end = _event(EventType.PIPELINE_CANCELED, note)
        return self._end(run, (RunStatus.CANCELING,), RunStatus.CANCELED, (*events, end), None)

    def _end(
        self,
        run: Run,
        before: tuple[RunStatus, ...],
        to: RunStatus,
        events: Sequence[Event],
        failure: Failure | None,
        **changes: Any,
    ) -> Run | None:
        guard = Guard(statuses=before, epoch=run.epoch)
        return self._move(
            run.run_id, guard, to, events, end_time=clock.now(), failure=failure, launch_token=None, **changes
        )

    def _move(self, run_id: str, guard: Guard, to: RunStatus, events: Sequence[Event], **changes: Any) -> Run | None:
        moved = self._storage.move_run(run_id, guard, to, events, **changes)
        if moved is not None:
            self._bell(run_id)
        return moved


def _asks_for_the_same(first: Submission, second: Submission) -> bool:
    """Whether two submissions want the same done; who asks and at which version of the code does not matter."""
    return all(
        getattr(first, part) == getattr(second, part) for part in ("location", "selector", "run_config", "step_keys")
    )


_UNFINISHED = (RunStatus.QUEUED, RunStatus.STARTING, RunStatus.STARTED, RunStatus.CANCELING)


def _event(kind: EventType, message: str, level: str = "INFO", **data: Any) -> Event:
    return Event(type=kind, timestamp=clock.now(), message=message, level=level, data=data)
