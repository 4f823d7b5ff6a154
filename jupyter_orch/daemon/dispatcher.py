"""Starts what may start: everything that waits in the queue, also what another process left there."""

from __future__ import annotations

from jupyter_orch.daemon.loop import Loop
from jupyter_orch.runs.launch import Launching

IDLE = 2.0


class Dispatcher(Loop):
    """Takes runs from the queue."""

    name = "QUEUED_RUN_COORDINATOR"

    def __init__(self, launching: Launching) -> None:
        super().__init__()
        self._launching = launching
        launching.wake = self.wake

    def poll(self) -> float:
        return 0.0 if self._launching.turn() else IDLE
