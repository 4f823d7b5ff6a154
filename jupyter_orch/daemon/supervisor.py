"""Keeps the loops alive in threads of their own, and tells the instance that this replica lives."""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
import uuid
from collections.abc import Sequence
from datetime import UTC

from apscheduler.schedulers.background import BackgroundScheduler

from jupyter_orch import clock
from jupyter_orch.daemon.loop import Loop
from jupyter_orch.daemon.outage import Outage
from jupyter_orch.ports import ReplicaStorage, StorageUnavailable
from jupyter_orch.processes import start_ticks
from jupyter_orch.records.tick import HEARTBEAT, Replica

log = logging.getLogger("jupyter_orch.daemon")
_job_log = logging.getLogger("jupyter_orch.daemon.jobs")
_job_log.setLevel(logging.ERROR)  # a heartbeat that waits for the storage is late: the outage itself is told
LATE = 60.0
REMEMBERED = 900.0
SLOW = 1.0
"""Seconds from which on a heartbeat that the storage took is told."""


class Heartbeat:
    """Stores this replica's heartbeat with the state of its loops."""

    def __init__(self, storage: ReplicaStorage, loops: Sequence[Loop], version: str, replica_id: str) -> None:
        self._storage = storage
        self._loops = loops
        self._version = version
        self._started_at = clock.now()
        self.replica_id = replica_id
        self.took = 0.0

    def __call__(self) -> None:
        """Beat once, and tell when the storage begins or ends to be slow."""
        begun, was_slow = time.monotonic(), self.took > SLOW
        self.store()
        self.took = time.monotonic() - begun
        if self.took > SLOW and not was_slow:
            log.warning("the storage is slow: it took %.1f s for a heartbeat; runs start and end late", self.took)
        elif was_slow and self.took <= SLOW:
            log.warning("the storage answers in time again")

    def store(self) -> None:
        """Beat once, and tell nothing."""
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
                error_at={loop.name: at for loop in self._loops if (at := loop.error_at) is not None},
                failing=tuple(loop.name for loop in self._loops if loop.is_failing),
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
        self._outage = Outage()
        for loop in loops:
            loop.outage = self._outage
        self._jobs = BackgroundScheduler(timezone=UTC, logger=_job_log)
        self._threads: dict[str, threading.Thread] = {}

    def start(self) -> None:
        """Start every loop."""
        for loop in self.loops:
            self._start(loop)
        self._heartbeat()
        self._tell_of_predecessors()
        self._jobs.add_job(self.beat, "interval", seconds=HEARTBEAT, coalesce=True, max_instances=1)
        self._jobs.add_job(self.look_after, "interval", seconds=HEARTBEAT, coalesce=True, max_instances=1)
        self._jobs.start()

    def beat(self) -> None:
        """Store a heartbeat; when the storage is away that is told, once, and when it is back."""
        beat = self._heartbeat.store if self._outage.is_told else self._heartbeat  # back from an outage is not slow
        try:
            beat()
        except StorageUnavailable as error:
            self._outage.begins(error)
        else:
            self._outage.ends()

    @property
    def storage_took(self) -> float:
        """Seconds that the storage took for the last heartbeat."""
        return self._heartbeat.took

    def _tell_of_predecessors(self) -> None:
        """Say which servers and daemons of this machine have ended without leaving."""
        for replica in self._storage.list_replicas(clock.now() - REMEMBERED):
            if replica.host == socket.gethostname() and start_ticks(replica.pid) is None:
                log.warning(
                    "an earlier server or daemon (process %d) ended without shutdown, %.0f s ago: it was killed, or "
                    "memory ran out; its runs have gone on or are resumed",
                    replica.pid,
                    max(0.0, clock.now() - replica.heartbeat),
                )

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
