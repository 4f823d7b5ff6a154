"""The one door to a run's history: every change of a status is here, with its events, in one transaction.

Each verb names the statuses it may start from and the epoch it speaks for; when the row has moved on, nothing is
written and the verb says so (None). Nobody else calls ``move_run``.
"""

from __future__ import annotations

import contextlib
import secrets
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from jupyter_orch import clock
from jupyter_orch.errors import OrchError
from jupyter_orch.failpoints import failpoint
from jupyter_orch.ports import Bell, Guard, NewRun, RunStorage, StorageUnavailable
from jupyter_orch.processes import this_process
from jupyter_orch.records import codec
from jupyter_orch.records.event import Event, EventType
from jupyter_orch.records.failure import Failure, failure_of
from jupyter_orch.records.run import ProcessIdentity, Run, Submission
from jupyter_orch.records.status import RunStatus
from jupyter_orch.runs.problems import RunConflict
from jupyter_orch.runs.run_tags import max_retries_of, retry_number_of
from jupyter_orch.settings import RunRetries

LEASE = 30.0
START_TIMEOUT = 180.0
MAX_LAUNCH_TRIES = 3
ALL_EVENTS = 1_000_000
NO_RETRIES = RunRetries()


class Journal:
    """Writes runs' histories and rings the bell after each commit."""

    def __init__(
        self,
        storage: RunStorage,
        bell: Bell,
        start_timeout: float | None = START_TIMEOUT,
        retries: RunRetries = NO_RETRIES,
        use_snapshot: Callable[[str, str], None] = lambda location, code_version: None,
    ) -> None:
        """Args:
        start_timeout: seconds from launch to the worker's claim; None waits for ever.
        retries: which failed runs are to be tried again as new runs.
        use_snapshot: told of each location and code version that runs are made of, so that these definitions are kept.
        """
        self._storage = storage
        self._bell = bell
        self._start_timeout = start_timeout
        self._retries = retries
        self._use_snapshot = use_snapshot
        self._in_use: set[tuple[str, str]] = set()

    # submit

    def new_run(self, submission: Submission, run_id: str | None = None) -> NewRun:
        """A run as it will be stored by ``submit`` or together with its tick."""
        self._keep_definitions(submission)
        pipeline = submission.selector.pipeline
        enqueued = _event(
            EventType.PIPELINE_ENQUEUED, f"Run of {pipeline} was submitted by {submission.created_by or 'nobody'}."
        )
        return NewRun(run_id=run_id or str(uuid.uuid4()), submission=submission, events=(enqueued,))

    def _keep_definitions(self, submission: Submission) -> None:
        code = (submission.location, submission.code_version)
        if submission.code_version and code not in self._in_use:
            with contextlib.suppress(OrchError):  # the run itself matters more; the next one tries again
                self._use_snapshot(*code)
                self._in_use.add(code)

    def rejected_run(self, submission: Submission, run_id: str, problem: OrchError) -> NewRun:
        """A run that can not run, as it will be stored: it has failed from the beginning, for a reason that it tells.

        Args:
            problem: what is wrong with what was asked for.
        """
        failure = Failure(cls=type(problem).__name__, message=problem.message)
        end = _event(EventType.PIPELINE_FAILURE, failure.message, "ERROR", failure=codec.to_json(failure))
        new = self.new_run(submission, run_id)
        return replace(new, events=(*new.events, end), failure=failure)

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

    def dequeue(
        self, run: Run, *, turn: int | None = None, pools: Mapping[str, int] | None = None
    ) -> tuple[Run, str] | None:
        """QUEUED → STARTING: win the run, with a new epoch and a token that only its worker gets.

        Args:
            turn: the queue's turn when the run was chosen; None when it was not chosen by what is in progress.
            pools: in which pools it needs a slot, and how many these have.
        """
        failpoint("queue.dequeue.before")
        token = secrets.token_hex(16)
        events = (
            _event(EventType.PIPELINE_DEQUEUED, "Taken from the queue."),
            _event(EventType.PIPELINE_STARTING, "Asking for a worker.", asked_by=codec.to_json(this_process())),
        )
        won = self._move(
            run.run_id,
            Guard(statuses=(RunStatus.QUEUED,), epoch=run.epoch, queue_turn=turn, pools=pools or {}),
            RunStatus.STARTING,
            events,
            epoch=run.epoch + 1,
            launch_token=token,
            start_deadline=None if self._start_timeout is None else clock.shared() + self._start_timeout,
        )
        failpoint("queue.dequeue.after")
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

    def launch_anew(self, run: Run, reason: str) -> Run | None:
        """STARTING → QUEUED, and no try is counted; the epoch moves, so a worker that is still to come is void."""
        guard = Guard(statuses=(RunStatus.STARTING,), epoch=run.epoch)
        note = _event(EventType.ENGINE_EVENT, f"It is launched anew: {reason}", "WARNING")
        return self._move(run.run_id, guard, RunStatus.QUEUED, (note,), epoch=run.epoch + 1, launch_token=None)

    def not_launchable(self, run: Run, error: Exception) -> Run | None:
        """STARTING → FAILURE at once; the error of the launcher, with its stack, is in the run's log."""
        told = f"run {run.run_id} could not be launched: {type(error).__name__}: {error}"
        failure = Failure(cls="RunFailure", message=told, cause=failure_of(error))
        return self.fail(run, failure, epoch=run.epoch + 1)

    # worker

    def claim(
        self,
        run_id: str,
        epoch: int,
        token: str,
        worker: ProcessIdentity,
        how: str,
        *,
        runner: ProcessIdentity | None = None,
        resumed: bool = False,
    ) -> Run | None:
        """STARTING → STARTED: the worker shows the token of this epoch; only now may user code run.

        Args:
            how: how the worker was started, for the run's log.
            runner: the process that waits for the order to run; the row says from the claim on what to end.
            resumed: the run goes on after a lost worker; its start time stays.
        """
        failpoint("worker.claim.before")
        now = clock.now()
        started = _event(
            EventType.PIPELINE_START,
            f"Started in process {worker.pid} on {worker.host}, {how}.",
            pid=worker.pid,
            host=worker.host,
        )
        claimed = self._move(
            run_id,
            Guard(statuses=(RunStatus.STARTING,), epoch=epoch, launch_token=token),
            RunStatus.STARTED,
            (started,),
            launch_token=None,
            worker=worker,
            runner=runner,
            lease_until=clock.shared() + LEASE,
            **({} if resumed else {"start_time": now}),
        )
        failpoint("worker.claim.after")
        return claimed

    def append(self, run_id: str, epoch: int, events: Sequence[Event]) -> int | None:
        """Events of the worker; the number of the last, or None when the run is no longer this worker's."""
        last = self._storage.append_events(run_id, epoch, events)
        if last is not None:
            self._bell(run_id)
        return last

    def append_in_doubt(self, run: Run, events: Sequence[Event], after: int) -> int | None:
        """Events of the worker whose storing was not answered: they are stored now, unless they are already.

        Args:
            after: the number behind which they would be.

        Returns:
            The number of the last, or None when the run is no longer this worker's.

        Raises:
            StorageUnavailable: something was stored just now, perhaps the very same; ask again.
        """
        found = self._storage.get_run(run.run_id)
        if found is None or found.epoch != run.epoch or found.status not in _HELD:
            return None
        first = self._number_of(run.run_id, events[0], after)
        if first is not None:
            return first + len(events) - 1
        guard = Guard(statuses=_HELD, epoch=run.epoch, event_seq=found.event_seq)
        moved = self._storage.move_run(run.run_id, guard, None, events)
        if moved is None:
            raise StorageUnavailable(f"whether events of run {run.run_id} were stored is not known yet")
        self._bell(run.run_id)
        return moved.event_seq

    def _number_of(self, run_id: str, event: Event, after: int) -> int | None:
        """Where an event of the worker was stored after all, behind number ``after``; None when it was not."""
        for stored in self._storage.read_events(run_id, after=after, types=[event.type]):
            if (stored.event.timestamp, stored.event.step_key) == (event.timestamp, event.step_key):
                return stored.seq
        return None

    def append_lost(self, run: Run, events: Sequence[Event]) -> bool:
        """Events that a dead worker had on its way: those that were not stored, once, however many see to it.

        Returns:
            False when the run is another's, or somebody else has just stored events of it.
        """
        found = self._storage.get_run(run.run_id)
        if found is None or found.epoch != run.epoch:
            return False
        stored = self._storage.read_events(run.run_id, limit=ALL_EVENTS, types={event.type for event in events})
        known = {(e.event.type, e.event.timestamp, e.event.step_key, e.event.message) for e in stored}
        lost = [e for e in events if (e.type, e.timestamp, e.step_key, e.message) not in known]
        if not lost:
            return True
        guard = Guard(statuses=_HELD, epoch=run.epoch, event_seq=found.event_seq)
        moved = self._storage.move_run(run.run_id, guard, None, lost)
        if moved is not None:
            self._bell(run.run_id)
        return moved is not None

    def is_over(self, run: Run) -> bool:
        """Whether the run has ended in the hands of this epoch."""
        found = self._storage.get_run(run.run_id)
        return found is not None and found.is_final and found.epoch == run.epoch

    def is_held_by(self, run_id: str, epoch: int, worker: ProcessIdentity) -> Run | None:
        """The run, if that worker has claimed it in that epoch."""
        found = self._storage.get_run(run_id)
        return found if found is not None and found.epoch == epoch and found.worker == worker else None

    def resume(self, run: Run, number: int, most: int, events: Sequence[Event], note: str) -> Run | None:
        """STARTED → QUEUED: the worker is confirmed dead; another one goes on, under a new epoch.

        Args:
            number, most: which resumption this is, of how many.
            events: what becomes of the steps that were in flight.
            note: why, and how much is kept.
        """
        told = _event(EventType.ENGINE_EVENT, f"{note} Resuming, attempt {number} of {most}.", "WARNING", resume=number)
        return self._move(
            run.run_id,
            Guard(statuses=(RunStatus.STARTED,), epoch=run.epoch),
            RunStatus.QUEUED,
            (*events, told),
            epoch=run.epoch + 1,
            resume_count=number,
            launch_tries=0,
            launch_token=None,
            worker=None,
            runner=None,
            lease_until=None,
        )

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
            lease_until=clock.shared() + LEASE,
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
        return self._storage.move_run(run.run_id, held, None, (), lease_until=clock.shared() + LEASE, **known)

    def succeed(self, run: Run, events: Sequence[Event]) -> Run | None:
        """STARTED or CANCELING → SUCCESS."""
        seconds = clock.now() - (run.start_time or clock.now())
        end = _event(EventType.PIPELINE_SUCCESS, f"Finished in {seconds:.2f} s.")
        return self._end(run, (RunStatus.STARTED, RunStatus.CANCELING), RunStatus.SUCCESS, (*events, end), None)

    def fail(self, run: Run, reason: str | Failure, events: Sequence[Event] = (), **changes: Any) -> Run | None:
        """Any unfinished status → FAILURE, with the reason; it is tried again only if nobody has asked to cancel it."""
        failure = reason if isinstance(reason, Failure) else Failure(cls="RunFailure", message=reason)
        end = _event(EventType.PIPELINE_FAILURE, failure.message, "ERROR", failure=codec.to_json(failure))
        said = (*events, end)
        retry = {"retry_due": self._is_retried(run)}
        return self._end(run, _WANTED, RunStatus.FAILURE, said, failure, **retry, **changes) or self._end(
            run, (RunStatus.CANCELING,), RunStatus.FAILURE, said, failure, **changes
        )

    def retried(self, run: Run, note: str) -> Run | None:
        """A failed run is done with: its retry is stored, or can not be had; the note says which, once."""
        told = _event(EventType.ENGINE_EVENT, note)
        guard = Guard(statuses=(RunStatus.FAILURE,), epoch=run.epoch, is_retry_due=True)
        moved = self._storage.move_run(run.run_id, guard, None, (told,), retry_due=False)
        if moved is not None:
            self._bell(run.run_id)
        return moved

    def _is_retried(self, run: Run) -> bool:
        tags = run.submission.tags
        most = max_retries_of(tags, self._retries.max_retries)
        return self._retries.enabled and not run.is_held and retry_number_of(tags) < most

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


_WANTED = (RunStatus.QUEUED, RunStatus.STARTING, RunStatus.STARTED)
_HELD = (RunStatus.STARTED, RunStatus.CANCELING)
_UNFINISHED = (*_WANTED, RunStatus.CANCELING)


def _event(kind: EventType, message: str, level: str = "INFO", **data: Any) -> Event:
    return Event(type=kind, timestamp=clock.now(), message=message, level=level, data=data)
