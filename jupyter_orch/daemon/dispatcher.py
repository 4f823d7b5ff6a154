"""Starts what may start: everything that waits in the queue, also what another process left there."""

from __future__ import annotations

import time

from jupyter_orch.daemon.loop import Loop
from jupyter_orch.runs.launch import Launching

IDLE = 2.0
WAITING = 0.02
SHARE = 10
"""While runs wait for a place, looking for one takes at most a tenth of this thread's time."""


class Dispatcher(Loop):
    """Takes runs from the queue."""

    name = "QUEUED_RUN_COORDINATOR"

    def __init__(self, launching: Launching) -> None:
        super().__init__()
        self._launching = launching
        launching.wake = self.wake

    def poll(self) -> float:
        begun = time.monotonic()
        started, waiting = self._launching.turn()
        if not waiting:
            return IDLE
        return WAITING if started else max(WAITING, SHARE * (time.monotonic() - begun))
