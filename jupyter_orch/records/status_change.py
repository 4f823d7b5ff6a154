"""Changes of runs' statuses, for whoever reacts to them."""

from __future__ import annotations

from dataclasses import dataclass

from jupyter_orch.records.status import RunStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusChange:
    """A run came to a status.

    Attributes:
        place: where it stands in the list of all changes; opaque text, good for going on behind it.
        at: when (seconds since the epoch).
    """

    place: str
    run_id: str
    status: RunStatus
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusChangeFilter:
    """Which changes; every part that is given must hold."""

    statuses: tuple[RunStatus, ...]
    location: str | None = None
    repository: str | None = None
    pipelines: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusChangePage:
    """Some changes, oldest first; ``place`` is where to go on."""

    changes: tuple[StatusChange, ...]
    place: str
