"""A turn, not a loop: subclasses say what one turn does; sleeping, waking, errors and heartbeats live here."""

from __future__ import annotations

import logging
import threading
import traceback
from abc import ABC, abstractmethod

from jupyter_orch import clock
from jupyter_orch.records.failure import Failure

log = logging.getLogger("jupyter_orch.daemon")
MAX_BACK_OFF = 60.0


class Loop(ABC):
    """One duty of the daemon."""

    name = "LOOP"

    def __init__(self) -> None:
        self._awake = threading.Event()
        self._stopping = False
        self._errors_in_a_row = 0
        self.heartbeat = 0.0
        self.error: Failure | None = None

    @abstractmethod
    def poll(self) -> float:
        """One turn; returns how many seconds to sleep unless woken."""

    def wake(self) -> None:
        """Start the next turn now."""
        self._awake.set()

    def stop(self) -> None:
        """End after the current turn."""
        self._stopping = True
        self._awake.set()

    def run(self) -> None:
        """Turn until stopped; an error is kept, shown, and tried again later, each time slower."""
        while not self._stopping:
            self._awake.clear()
            self._awake.wait(self.turn())

    def turn(self) -> float:
        """One turn with its error kept; returns the seconds to sleep."""
        try:
            seconds = self.poll()
        except Exception as error:
            self._errors_in_a_row += 1
            self.error = Failure(
                cls=type(error).__name__, message=str(error), stack=tuple(traceback.format_exc().splitlines()[-40:])
            )
            log.exception("%s: turn failed", self.name)
            return min(MAX_BACK_OFF, 2.0 ** min(self._errors_in_a_row, 6) / 2)
        self._errors_in_a_row = 0
        self.error = None
        self.heartbeat = clock.now()
        return seconds
