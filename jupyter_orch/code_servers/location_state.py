"""What everybody may know of a code location."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from jupyter_orch.records.failure import Failure
from jupyter_orch.records.snapshot import LocationSnapshot


class LoadStatus(StrEnum):
    """Where the newest attempt to load a location stands."""

    LOADING = "LOADING"
    LOADED = "LOADED"
    ERROR = "ERROR"


@dataclass(frozen=True, slots=True, kw_only=True)
class LocationState:
    """What everybody may know of a location; replaced as a whole, so any thread may read it.

    Attributes:
        snapshot: the definitions in use, also when newer code did not load.
        failure: why the newest code did not load.
        stale: the definitions in use are older than the newest attempt.
        progress: one line on what is going on.
        updated: when the state last changed, seconds since the epoch.
        launch: how its runs get their runner, ``"fork"`` or ``"spawn"``, and why not by fork.
        kernel: id of its kernel; several are separated by spaces, none means that it sleeps.
    """

    name: str
    status: LoadStatus
    snapshot: LocationSnapshot | None = None
    failure: Failure | None = None
    stale: bool = False
    progress: str = ""
    updated: float = 0.0
    launch: str = ""
    kernel: str = ""
