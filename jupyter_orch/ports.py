"""Every seam of the server wing, on one page: what each part promises to the others.

Storages, launchers and coordinators are chosen in ``orch.yaml`` by ``{module, class, config}``; a class of somebody
else fits when it keeps these promises (``jupyter_orch.testing`` holds the behaviour suites).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from jupyter_orch.errors import OrchError
from jupyter_orch.records.event import Event, StoredEvent
from jupyter_orch.records.failure import Failure
from jupyter_orch.records.run import Run, RunFilter, Submission
from jupyter_orch.records.snapshot import LocationSnapshot
from jupyter_orch.records.status import RunStatus
from jupyter_orch.records.tick import Instigator, Replica, Tick, TickStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """What must still be true of a run for a write to count (compare-and-set)."""

    statuses: tuple[RunStatus, ...]
    epoch: int | None = None
    launch_token: str | None = None
    lease_before: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRun:
    """A run to be stored, with the events that tell of its creation."""

    run_id: str
    submission: Submission
    events: tuple[Event, ...] = ()


class RunStorage(ABC):
    """Runs and their events. Every method is one transaction; readers see all of it or nothing.

    Thread-safe; not shared across a fork.
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
                launch_tries, resume_count, start_time, end_time, failure``.

        Returns:
            The run after the change, or None when the guard did not hold and nothing was written.
        """

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

    @abstractmethod
    def delete_run(self, run_id: str) -> bool:
        """Remove a finished run and its events; False when it has not ended or does not exist."""


class ScheduleStorage(ABC):
    """Switches, ticks and cursors of schedules and sensors. Every method is one transaction."""

    @abstractmethod
    def put_instigator(self, instigator: Instigator) -> Instigator:
        """Store it if it is new; an existing one is returned as it is."""

    @abstractmethod
    def change_instigator(self, instigator_id: str, **changes: Any) -> Instigator | None:
        """Set ``running``, ``definition_hash``, ``effective_from``, ``last_due_at`` or ``cursor``."""

    @abstractmethod
    def list_instigators(self, kind: str | None = None) -> list[Instigator]:
        """All that are known."""

    @abstractmethod
    def claim_tick(self, instigator_id: str, due_at: float, owner: str, lease_until: float, now: float) -> Tick | None:
        """Take a due time for evaluation: insert it, or take over one whose lease has passed.

        Returns:
            The tick with its epoch, or None when another replica has it or it is finished.
        """

    @abstractmethod
    def finish_tick(
        self,
        tick: Tick,
        status: TickStatus,
        *,
        runs: Sequence[NewRun] = (),
        skip_reason: str | None = None,
        failure: Failure | None = None,
        cursor: str | None = None,
    ) -> list[Run] | None:
        """End a tick and create its runs, in one transaction; ``last_due_at`` moves along.

        Returns:
            The runs (those that existed already included), or None when the tick's epoch is stale (nothing written).
        """

    @abstractmethod
    def abandoned_ticks(self, now: float) -> list[Tick]:
        """Ticks that were claimed, not finished, and whose lease has passed: their replica is dead or stuck."""

    @abstractmethod
    def list_ticks(self, instigator_id: str, limit: int) -> list[Tick]:
        """Newest first."""


class ReplicaStorage(ABC):
    """Who is alive on this instance, and the last good snapshot of each location."""

    @abstractmethod
    def beat(self, replica: Replica) -> None:
        """Store or renew a replica's heartbeat."""

    @abstractmethod
    def list_replicas(self, since: float) -> list[Replica]:
        """Replicas whose heartbeat is younger than ``since``."""

    @abstractmethod
    def remove_replica(self, replica_id: str) -> None:
        """The replica leaves in order."""

    @abstractmethod
    def put_snapshot(self, location: str, snapshot: LocationSnapshot) -> None:
        """Keep a location's last good definitions."""

    @abstractmethod
    def get_snapshot(self, location: str) -> LocationSnapshot | None:
        """The last good definitions of a location."""


class Storage(RunStorage, ScheduleStorage, ReplicaStorage):
    """All of it on one database."""

    @abstractmethod
    def dispose(self) -> None:
        """Close every connection."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchOrder:
    """What a launcher passes to a worker. The token goes over a pipe, never in arguments or environment."""

    run_id: str
    epoch: int
    token: str
    home: str
    runner_socket: str | None = None
    runner_command: tuple[str, ...] = ()
    runner_env: dict[str, str] = field(default_factory=dict)
    cold_reason: str = ""


class RunLauncher(ABC):
    """Gets a worker process going for a run, and knows nothing else about it."""

    @abstractmethod
    def launch(self, order: LaunchOrder) -> str:
        """Start a worker, detached from this process.

        Returns:
            How, in a few words for the run's log, e.g. ``"forked from a warm worker"``.

        Raises:
            OrchError: nothing was started.
        """

    def stop(self) -> None:  # noqa: B027  (most launchers hold nothing)
        """Let go of whatever the launcher holds; runs go on."""


class RunCoordinator(ABC):
    """Decides which of the queued runs may start."""

    is_pass_through = False
    """True when nothing ever waits: a submitted run is then started by whoever submits it."""

    @abstractmethod
    def choose(self, queued: Sequence[Run], in_progress: Sequence[Run]) -> list[Run]:
        """The runs to start now, in order.

        Args:
            queued: runs that wait, oldest first.
            in_progress: runs that are STARTING, STARTED or CANCELING.
        """


class Bell(Protocol):
    """Tells whoever listens that a run has news; a hint, never the news itself."""

    def __call__(self, run_id: str) -> None:
        """Ring; never blocks and never raises."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunnerAddress:
    """Where and how a location's code can be run right now."""

    socket: str | None
    command: tuple[str, ...]
    env: dict[str, str]
    cold_reason: str


class LocationUnavailable(OrchError):
    """The code location has no working code."""

    code = "LOCATION_UNAVAILABLE"


class CodeServerError(OrchError):
    """The location's code answered with an error."""

    code = "CODE_SERVER_ERROR"

    def __init__(self, message: str, code: str, failure: Failure | None, **facts: Any) -> None:
        super().__init__(message, **facts)
        self.code = code
        self.failure = failure


class CodeServers(ABC):
    """The kernels that hold user code, seen from threads."""

    @abstractmethod
    def ask(self, location: str, method: str, params: dict[str, Any], timeout: float) -> Any:
        """One request to a location's code; the plain JSON of the answer.

        Raises:
            LocationUnavailable: no such location, or it has no working code.
            CodeServerError: the code answered with an error, which it carries.
        """

    @abstractmethod
    def definitions(self, location: str) -> LocationSnapshot:
        """The location's definitions in use: the newest that loaded.

        Raises:
            LocationUnavailable: no such location, or nothing of it has ever loaded; says why.
        """

    @abstractmethod
    def runner(self, location: str) -> RunnerAddress:
        """How to start a runner for the location; works also when its code server is down."""
