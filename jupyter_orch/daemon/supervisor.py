"""Keeps the loops alive in threads of their own, and tells the instance that this replica lives."""

from __future__ import annotations

import os
import socket
import threading
import uuid
from collections.abc import Sequence

from jupyter_orch import clock
from jupyter_orch.daemon.loop import Loop
from jupyter_orch.ports import ReplicaStorage
from jupyter_orch.records.tick import Replica

HEARTBEAT = 5.0
LATE = 60.0


class Heartbeat(Loop):
    """Stores this replica's heartbeat with the state of its loops."""

    name = "HEARTBEAT"

    def __init__(self, storage: ReplicaStorage, loops: Sequence[Loop], version: str, replica_id: str) -> None:
        super().__init__()
        self._storage = storage
        self._loops = loops
        self._version = version
        self._started_at = clock.now()
        self.replica_id = replica_id

    def poll(self) -> float:
        self._storage.beat(
            Replica(
                replica_id=self.replica_id,
                host=socket.gethostname(),
                pid=os.getpid(),
                started_at=self._started_at,
                heartbeat=clock.now(),
                version=self._version,
                loops={loop.name: loop.heartbeat for loop in self._loops},
                errors={loop.name: loop.error for loop in self._loops if loop.error is not None},
            )
        )
        return HEARTBEAT


class Supervisor:
    """Runs loops in threads. A thread that ends by itself is a bug and is started again by the next health look."""

    def __init__(self, storage: ReplicaStorage, loops: Sequence[Loop], version: str, replica_id: str) -> None:
        self.replica_id = replica_id
        self.loops = tuple(loops)
        self._storage = storage
        self._heartbeat = Heartbeat(storage, loops, version, replica_id)
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Start every loop."""
        self._threads = [
            threading.Thread(target=loop.run, name=f"orch-{loop.name.lower()}", daemon=True)
            for loop in (*self.loops, self._heartbeat)
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End every loop after its turn, and leave the instance."""
        for loop in (*self.loops, self._heartbeat):
            loop.stop()
        for thread in self._threads:
            thread.join(3.0)
        self._storage.remove_replica(self.replica_id)

    def wake(self, name: str) -> None:
        """Start a loop's next turn now."""
        for loop in self.loops:
            if loop.name == name:
                loop.wake()


def new_replica_id() -> str:
    """An id that is never used again: a replica that restarts is another replica."""
    return uuid.uuid4().hex
