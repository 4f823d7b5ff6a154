"""Where it is kept who is alive, and what their code looked like last."""

from __future__ import annotations

from abc import ABC, abstractmethod

from jupyter_orch.records.snapshot import LocationSnapshot
from jupyter_orch.records.tick import Replica


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
        """Keep a location's last good definitions. Those of an earlier code version stay when runs were made of it."""

    @abstractmethod
    def get_snapshot(self, location: str, code_version: str | None = None) -> LocationSnapshot | None:
        """The last good definitions of a location, or those that a version of its code had."""

    @abstractmethod
    def use_snapshot(self, location: str, code_version: str) -> None:
        """A run is made of this version of the code: its definitions are worth keeping."""
