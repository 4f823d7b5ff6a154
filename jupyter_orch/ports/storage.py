"""All storages on one database."""

from __future__ import annotations

from abc import abstractmethod

from jupyter_orch.ports.assets import AssetStorage
from jupyter_orch.ports.replicas import ReplicaStorage
from jupyter_orch.ports.runs import RunStorage
from jupyter_orch.ports.schedules import ScheduleStorage


class Storage(RunStorage, AssetStorage, ScheduleStorage, ReplicaStorage):
    """All of it on one database."""

    @abstractmethod
    def dispose(self) -> None:
        """Close every connection."""
