"""A turn, not a loop: subclasses say what one turn does; sleeping, waking, errors and heartbeats live here."""

from __future__ import annotations

import logging
import threading
import time
from abc import ABC, abstractmethod
from collections import deque

from jupyter_orch import clock
from jupyter_orch.daemon.outage import Outage
from jupyter_orch.ports import StorageUnavailable
from jupyter_orch.records.failure import Failure, failure_of

log = logging.getLogger("jupyter_orch.daemon")
MAX_BACK_OFF = 60.0
STORAGE_BACK_OFF = 5.0
"""Seconds between two tries while the storage is away: whoever comes back is not kept waiting."""

BEAT = 20.0
ERRORS_KEPT = 5
ERROR_WINDOW = 300.0


class Loop(ABC):
    """One duty of the daemon.

    Attributes:
        outage: tells that the storage is away; a supervisor has one for all its loops.
        heartbeat: when it was last known to be well: at the end of a good turn, and while it rests after one (seconds
            since the epoch); 0 before the first.
    """

    name = "LOOP"

    def __init__(self) -> None:
        self._awake = threading.Event()
        self._stopping = False
        self._errors_in_a_row = 0
        self._errors: deque[tuple[float, Failure]] = deque(maxlen=ERRORS_KEPT)
        self.heartbeat = 0.0
        self.outage = Outage()

    @abstractmethod
    def poll(self) -> float:
        """One turn; returns how many seconds to sleep unless woken."""

    @property
    def errors(self) -> tuple[Failure, ...]:
        """What went wrong in the last minutes, newest first."""
        since = clock.now() - ERROR_WINDOW
        return tuple(failure for at, failure in self._errors if at >= since)

    def note(self, error: BaseException) -> None:
        """Show an error to whoever asks how this loop is."""
        self._errors.appendleft((clock.now(), failure_of(error)))

    def wake(self) -> None:
        """Start the next turn now."""
        self._awake.set()

    def stop(self) -> None:
        """End after the current turn."""
        self._stopping = True
        self._awake.set()

    @property
    def is_stopping(self) -> bool:
        """Whether it was told to end."""
        return self._stopping

    def run(self) -> None:
        """Turn until stopped; an error is kept, shown, and tried again later, each time slower."""
        while not self._stopping:
            self._awake.clear()
            self._rest(self.turn())

    def _rest(self, seconds: float) -> None:
        """Sleep until woken; one that rests long after a good turn still beats."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0 and not self._awake.wait(min(left, BEAT)):
            if self._errors_in_a_row == 0:
                self.heartbeat = clock.now()

    def turn(self) -> float:
        """One turn with its error kept; returns the seconds to sleep."""
        try:
            seconds = self.poll()
        except StorageUnavailable as error:
            self._errors_in_a_row += 1
            self.note(error)
            if self._errors_in_a_row == 1:
                self.outage.begins(error)
            return min(STORAGE_BACK_OFF, 2.0 ** min(self._errors_in_a_row, 6) / 2)
        except Exception as error:
            self._errors_in_a_row += 1
            self.note(error)
            log.exception("%s: turn failed", self.name)
            return min(MAX_BACK_OFF, 2.0 ** min(self._errors_in_a_row, 6) / 2)
        self._errors_in_a_row = 0
        self.heartbeat = clock.now()
        return seconds
