"""Where runs and their events are kept."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from jupyter_orch.records.event import Event, StoredEvent
from jupyter_orch.records.failure import Failure
from jupyter_orch.records.run import ProcessIdentity, Run, RunBrief, RunFilter, Submission
from jupyter_orch.records.status import RunStatus
from jupyter_orch.records.status_change import StatusChangeFilter, StatusChangePage

ALL_EVENTS = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """What must still be true of a run for a write to count (compare-and-set).

    Attributes:
        event_seq: no event was stored since this number.
        is_retry_due: the run is still marked as one to be tried again.
        queue_turn: nobody has taken a run from the queue since; the turn counts on with the move.
        pools: in each of these pools, with so many slots, one is free; the run holds it from the move on, until it
            ends or goes back to the queue.
    """

    statuses: tuple[RunStatus, ...]
    epoch: int | None = None
    launch_token: str | None = None
    event_seq: int | None = None
    is_retry_due: bool = False
    queue_turn: int | None = None
    pools: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRun:
    """A run to be stored, with the events that tell of its creation.

    Attributes:
        failure: why it can not run at all; it is then stored as FAILURE instead of QUEUED.
        held_by: the process that executes it itself; it is then stored as STARTED, with epoch 1.
        lease_until: of that process.
    """

    run_id: str
    submission: Submission
    events: tuple[Event, ...] = ()
    failure: Failure | None = None
    held_by: ProcessIdentity | None = None
    lease_until: float | None = None


class StatusChanges(ABC):
    """Every change of any run's status, in order, for readers that must miss none."""

    @abstractmethod
    def status_changes(self, after: str, where: StatusChangeFilter, limit: int) -> StatusChangePage:
        """The changes behind a place that fit, oldest first, and the place up to which was read.

        A change is shown only when no earlier one can appear any more, so going on from the page's place misses none.

        Args:
            after: a place given by this class; empty for the very beginning.
        """

    @abstractmethod
    def newest_change(self) -> str:
        """The place behind every change that there is by now."""


class RunStorage(StatusChanges):
    """Runs and their events. Every method is one transaction; readers see all of it or nothing.

    Thread-safe; not shared across a fork. Methods that are not abstract are made of the others; a storage that can do
    it in one query does.
    """

    @abstractmethod
    def add_run(self, new: NewRun) -> tuple[Run, bool]:
        """Store a run as QUEUED, or find the one that has the same idempotency key.

        Returns:
            The run, and whether it was created by this call.
        """

    @abstractmethod
    def get_run(self, run_id: str) -> Run | None:
        """The run as it is now."""

    @abstractmethod
    def list_runs(
        self, where: RunFilter, *, limit: int, before: int | None = None, oldest_first: bool = False
    ) -> list[Run]:
        """Runs that fit, newest first; with ``before`` only those older than that ``Run.cursor``."""

    def queued_runs(self, known: Mapping[int, Run], *, limit: int) -> list[Run]:
        """The runs that are QUEUED, oldest first; asked for again and again while many wait.

        Args:
            known: by ``Run.cursor``, as they were read before; at the same epoch they need not be read again.
        """
        return self.list_runs(RunFilter(statuses=(RunStatus.QUEUED,)), limit=limit, oldest_first=True)

    @abstractmethod
    def count_runs(self, where: RunFilter) -> int:
        """How many runs fit."""

    @abstractmethod
    def move_run(
        self, run_id: str, guard: Guard, to: RunStatus | None, events: Sequence[Event] = (), **changes: Any
    ) -> Run | None:
        """Change a run if the guard holds, and append the events, in one transaction.

        Args:
            to: the new status; None keeps it.
            changes: columns of the run: ``epoch, launch_token, worker, runner, lease_until, start_deadline,
                launch_tries, resume_count, start_time, end_time, failure, retry_due``.

        Returns:
            The run after the change, or None when the guard did not hold and nothing was written.
        """

    @abstractmethod
    def queue_turn(self) -> int:
        """How many runs have been taken from the queue with a guard that says so."""

    @abstractmethod
    def pool_slots(self) -> dict[str, tuple[str, ...]]:
        """Ids of the runs that hold a slot, by pool."""

    @abstractmethod
    def append_events(self, run_id: str, epoch: int, events: Sequence[Event]) -> int | None:
        """Append events of a worker in the order given.

        Returns:
            The number of the last one, or None when the run has another epoch or has ended (nothing written).
        """

    @abstractmethod
    def read_events(
        self, run_id: str, *, after: int = 0, limit: int = 1000, types: Iterable[str] | None = None
    ) -> list[StoredEvent]:
        """Events with a number greater than ``after``, oldest first."""

    def events_of(self, run_ids: Sequence[str], types: Iterable[str]) -> dict[str, list[StoredEvent]]:
        """All events of these types of several runs, oldest first, for every run that has any."""
        wanted = list(types)
        found = {run_id: self.read_events(run_id, limit=ALL_EVENTS, types=wanted) for run_id in run_ids}
        return {run_id: events for run_id, events in found.items() if events}

    def newest_runs(self, wheres: Sequence[RunFilter], limit: int) -> list[list[Run]]:
        """For each filter the newest runs that fit, at most ``limit`` of them, newest first."""
        return [self.list_runs(where, limit=limit) for where in wheres]

    def newest_families(self, where: RunFilter, *, limit: int, before: int | None = None) -> list[str]:
        """Root ids of the families that have a run that fits, those with the newest run first.

        Args:
            before: only runs older than that ``Run.cursor`` count.
        """
        roots: dict[str, None] = {}
        while len(roots) < limit and (page := self.list_runs(where, limit=1000, before=before)):
            roots.update((run.submission.root_run_id or run.run_id, None) for run in page)
            before = page[-1].cursor
        return list(roots)[:limit]

    def tag_values(self, limit: int) -> list[tuple[str, str]]:
        """The keys and values that runs have been tagged with, in order, each pair once, at most ``limit``."""
        pairs: set[tuple[str, str]] = set()
        before = None
        while page := self.list_runs(RunFilter(), limit=1000, before=before):
            pairs.update(pair for run in page for pair in run.submission.tags.items())
            before = page[-1].cursor
        return sorted(pairs)[:limit]

    def newest_by_tag(self, where: RunFilter, key: str) -> dict[str, RunBrief]:
        """For each value of a tag, the newest of the runs that fit."""
        found: dict[str, RunBrief] = {}
        before = None
        while page := self.list_runs(where, limit=1000, before=before):
            for run in page:
                value = run.submission.tags.get(key)
                if value is not None:
                    found.setdefault(value, RunBrief(run_id=run.run_id, status=run.status))
            before = page[-1].cursor
        return found

    @abstractmethod
    def delete_run(self, run_id: str) -> bool:
        """Remove a finished run and its events; False when it has not ended or does not exist."""

    @abstractmethod
    def drop_events(self, run_id: str, through: int) -> bool:
        """Let go of a run's events up to a number: they are kept elsewhere, or too old to keep.

        Returns:
            False when there is no such run.
        """

    @abstractmethod
    def runs_with_events(self, *, limit: int, after: int = 0) -> list[Run]:
        """Runs that have events here, oldest first, with a ``Run.cursor`` greater than ``after``."""
