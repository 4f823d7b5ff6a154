"""Moves on what waits between storages that are apart."""

from __future__ import annotations

from jupyter_orch.daemon.loop import Loop
from jupyter_orch.ports import Storage

IDLE = 1.0


class Mover(Loop):
    """Brings events to the event log, and runs of ticks to the run storage. Several replicas may do so at once."""

    name = "STORAGE_MOVER"

    def __init__(self, storage: Storage) -> None:
        super().__init__()
        self._storage = storage

    def poll(self) -> float:
        return 0.0 if self._storage.move_on() else IDLE
