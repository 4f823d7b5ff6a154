"""All storages in one."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable

from jupyter_orch.errors import OrchError
from jupyter_orch.ports.assets import AssetStorage
from jupyter_orch.ports.audit import AuditStorage
from jupyter_orch.ports.notebook_jobs import NotebookJobStorage
from jupyter_orch.ports.notices import NoticeStorage
from jupyter_orch.ports.replicas import ReplicaStorage
from jupyter_orch.ports.runs import RunStorage
from jupyter_orch.ports.schedules import ScheduleStorage
from jupyter_orch.records.holding import Holding


class StorageUnavailable(OrchError):
    """The storage can not be reached or written right now; later it may. What was under way may have been stored."""

    code = "STORAGE_UNAVAILABLE"

    def __init__(self, reason: str) -> None:
        """Args:
        reason: in the words of the database.
        """
        super().__init__(f"the storage can not be reached or written right now: {reason}")
        self.reason = reason


class Storage(
    RunStorage, AssetStorage, ScheduleStorage, ReplicaStorage, NoticeStorage, AuditStorage, NotebookJobStorage
):
    """All of it, on one database or several."""

    is_apart = False
    """Whether something may wait in one place for another, see :meth:`move_on`."""

    read_only = ""
    """Why it may only be looked at; empty when it may be written."""

    def move_on(self) -> int:
        """Move what waits in one place to the place it belongs; only a storage of several places has any.

        Returns:
            How many records were moved; when it is 0 there is nothing left for now.
        """
        return 0

    def relay_news(self, ring: Callable[[str], None]) -> Callable[[], None] | None:
        """Pass on, as hints, which runs have news that were written in other places.

        Args:
            ring: called with a run's id, from another thread; must not block.

        Returns:
            What stops it; None when the storage can not tell, or nobody writes elsewhere.
        """
        return None

    def holdings(self) -> tuple[Holding, ...]:
        """How much is held in each database; empty when the storage can not tell. May take a second."""
        return ()

    @abstractmethod
    def dispose(self) -> None:
        """Close every connection."""
