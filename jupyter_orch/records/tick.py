"""Evaluations of schedules and sensors, and whether they are switched on."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from jupyter_orch.records.failure import Failure

HEARTBEAT, HEARTBEAT_SLACK = 5.0, 1.0
"""Seconds between two heartbeats of a server or daemon, and how late one may be."""


class TickStatus(StrEnum):
    """Where a tick is; the values are the classic names."""

    STARTED = "STARTED"
    SKIPPED = "SKIPPED"
    SUCCESS = "SUCCESS"
    FAILURE = "FAILURE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Instigator:
    """A schedule or sensor as the deployment knows it.

    Attributes:
        instigator_id: stable hash of kind, location, repository and name; it survives edits of the definition.
        kind: ``"schedule"`` or ``"sensor"``.
        running: switched on.
        definition_hash: of cron and zone, which decide the due times; a change restarts counting at ``effective_from``.
        effective_from: no due time before this instant is ever fired (seconds since the epoch).
        last_due_at: the newest due time that has a tick.
        by_default: nobody has switched it yet, so it follows the default in the code.
        cursor: a sensor's own memory; of a run status sensor, the place in the list of status changes.
        next_at: when a sensor is evaluated next; its ticks are numbered by this instant.
        wanted_at: when somebody last asked to evaluate a sensor at once.
        last_run_key: key of the last run that a sensor started.
        last_end: when the last evaluation of a sensor ended.
    """

    instigator_id: str
    kind: str
    location: str
    repository: str
    name: str
    running: bool
    definition_hash: str = ""
    effective_from: float = 0.0
    last_due_at: float | None = None
    by_default: bool = True
    cursor: str | None = None
    next_at: float | None = None
    wanted_at: float | None = None
    last_run_key: str | None = None
    last_end: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """One evaluation. (instigator, due_at) is unique: that is what makes a due time fire once.

    Attributes:
        epoch: grows with each replica that takes the tick over; only the current one may finish it.
        owner: id of the replica that evaluates.
        lease_until: another replica may take over after this instant.
        attempts: how many replicas have begun to evaluate it.
        start_time, end_time: of the evaluation; a due time that was missed has no start.
        run_ids: of the runs that it made.
        skipped_run_keys: keys it asked for that had a run already, the first of them.
        output: what the user's function printed and logged, the newest part of it.
    """

    tick_id: int
    instigator_id: str
    due_at: float
    status: TickStatus
    epoch: int = 1
    owner: str = ""
    lease_until: float = 0.0
    attempts: int = 1
    start_time: float | None = None
    end_time: float | None = None
    skip_reason: str | None = None
    run_ids: tuple[str, ...] = ()
    skipped_run_keys: tuple[str, ...] = ()
    failure: Failure | None = None
    output: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TickOutcome:
    """How an evaluation ended.

    Attributes:
        cursor: a sensor's new memory; None keeps the old one.
        next_at: when a sensor is evaluated next.
        last_run_key: key of the last run that was asked for.
    """

    status: TickStatus
    skip_reason: str | None = None
    skipped_run_keys: tuple[str, ...] = ()
    failure: Failure | None = None
    output: str | None = None
    cursor: str | None = None
    next_at: float | None = None
    last_run_key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Replica:
    """A live server or daemon process on this instance; the id is new at every start.

    Attributes:
        loops: when each loop's last turn ended well.
        errors: what went wrong in the last minutes, by loop, newest first.
        error_at: when the newest of each was, seconds since the epoch.
        failing: loops for which that is not over; None when an older version does not tell.
    """

    replica_id: str
    host: str
    pid: int
    started_at: float
    heartbeat: float
    version: str
    loops: dict[str, float]
    errors: dict[str, tuple[Failure, ...]]
    error_at: dict[str, float] = field(default_factory=dict)
    failing: tuple[str, ...] | None = None

    def is_failing(self, loop: str) -> bool:
        """Whether a loop's errors go on."""
        return loop in (self.errors if self.failing is None else self.failing)

    def silent_since(self, now: float) -> float | None:
        """When it was last heard of, once two heartbeats are missing; None while it tells of itself."""
        return self.heartbeat if now - self.heartbeat > 2 * HEARTBEAT + HEARTBEAT_SLACK else None
