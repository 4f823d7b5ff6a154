"""Keeps the loops alive in threads of their own, and tells the instance that this replica lives."""

from __future__ import annotations

import os
import socket
import threading
import uuid
from collections.abc import Sequence
from datetime import UTC

from apscheduler.schedulers.background import BackgroundScheduler

from jupyter_orch import clock
from jupyter_orch.daemon.loop import Loop
from jupyter_orch.ports import ReplicaStorage
from jupyter_orch.records.tick import HEARTBEAT, Replica

LATE = 60.0


class Heartbeat:
    """Stores this replica's heartbeat with the state of its loops."""

    def __init__(self, storage: ReplicaStorage, loops: Sequence[Loop], version: str, replica_id: str) -> None:
        self._storage = storage
        self._loops = loops
        self._version = version
        self._started_at = clock.now()
        self.replica_id = replica_id

    def __call__(self) -> None:
        """Beat once."""
        self._storage.beat(
            Replica(
                replica_id=self.replica_id,
                host=socket.gethostname(),
                pid=os.getpid(),
                started_at=self._started_at,
                heartbeat=clock.now(),
                version=self._version,
                loops={loop.name: loop.heartbeat for loop in self._loops},
                errors={loop.name: loop.errors for loop in self._loops if loop.errors},
            )
        )


class LoopEnded(RuntimeError):
    """A loop's thread came to an end that nobody asked for."""


class Supervisor:
    """Runs loops in threads and starts one anew that has died; heartbeat and look-out, plain interval jobs, are
    APScheduler's.
    """

    def __init__(self, storage: ReplicaStorage, loops: Sequence[Loop], version: str, replica_id: str) -> None:
        self.replica_id = replica_id
        self.loops = tuple(loops)
        self._storage = storage
        self._heartbeat = Heartbeat(storage, loops, version, replica_id)
        self._jobs = BackgroundScheduler(timezone=UTC)
        self._threads: dict[str, threading.Thread] = {}

    def start(self) -> None:
        """Start every loop."""
        for loop in self.loops:
            self._start(loop)
        self._heartbeat()
        self._jobs.add_job(self._heartbeat, "interval", seconds=HEARTBEAT, coalesce=True, max_instances=1)
        self._jobs.add_job(self.look_after, "interval", seconds=HEARTBEAT, coalesce=True, max_instances=1)
        self._jobs.start()

    def look_after(self) -> None:
        """Start every loop again whose thread has died, and let it tell so."""
        for loop in self.loops:
            thread = self._threads.get(loop.name)
            if thread is not None and not thread.is_alive() and not loop.is_stopping:
                loop.note(LoopEnded(f"the thread of {loop.name} had ended; it was started again"))
                self._start(loop)

    def _start(self, loop: Loop) -> None:
        thread = threading.Thread(target=loop.run, name=f"orch-{loop.name.lower()}", daemon=True)
        self._threads[loop.name] = thread
        thread.start()

    def stop(self) -> None:
        """End every loop after its turn, and leave the instance."""
        if self._jobs.running:
            self._jobs.shutdown(wait=False)
        for loop in self.loops:
            loop.stop()
        for thread in self._threads.values():
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
