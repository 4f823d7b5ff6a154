"""A backfill: runs for many partitions of one pipeline, made a few at a time."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from jupyter_orch.records.failure import Failure


class BackfillStatus(StrEnum):
    """Where a backfill is; the values are the classic names, and ``PAUSED``."""

    REQUESTED = "REQUESTED"
    PAUSED = "PAUSED"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELED = "CANCELED"


RESUMABLE = (BackfillStatus.PAUSED, BackfillStatus.CANCELED, BackfillStatus.FAILED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Backfill:
    """Runs to be made for partitions.

    Attributes:
        partition_names: for which partitions, in the order in which their runs are made.
        tags: of all runs.
        from_failure: re-execute the newest run of each partition from its failure; others are passed over.
        step_keys: re-execute these steps of the newest run of each partition, which must have succeeded.
        created_by: who asked for it.
        position: for how many of the partitions it is done.
        runs_made: how many runs it has made.
        passed_over: partitions that got no run, with the reason.
        epoch: grows with each replica that takes it and with each change of its status by a person.
    """

    backfill_id: str
    location: str
    repository: str
    partition_set: str
    pipeline: str
    partition_names: tuple[str, ...]
    status: BackfillStatus = BackfillStatus.REQUESTED
    tags: dict[str, str] = field(default_factory=dict)
    from_failure: bool = False
    step_keys: tuple[str, ...] | None = None
    created_by: str = ""
    create_time: float = 0.0
    end_time: float | None = None
    position: int = 0
    runs_made: int = 0
    passed_over: dict[str, str] = field(default_factory=dict)
    failure: Failure | None = None
    epoch: int = 0
    owner: str = ""
    lease_until: float = 0.0
    cursor: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class BackfillStep:
    """What a chunk of a backfill has come to.

    Attributes:
        position: for how many of the partitions it is done now.
        passed_over: partitions of the chunk that get no run, with the reason.
        status: how it ended; None while there is more to do.
        lease_until: how long whoever works on it holds it.
    """

    position: int
    passed_over: dict[str, str] = field(default_factory=dict)
    status: BackfillStatus | None = None
    failure: Failure | None = None
    lease_until: float = 0.0
