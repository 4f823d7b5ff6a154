"""A turn, not a loop: subclasses say what one turn does; sleeping, waking, errors and heartbeats live here."""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from collections import deque
from dataclasses import dataclass

from jupyter_orch import clock
from jupyter_orch.daemon.outage import Outage
from jupyter_orch.daemon.trouble import Trouble
from jupyter_orch.ports import StorageUnavailable
from jupyter_orch.records.failure import Failure, failure_of

MAX_BACK_OFF = 60.0
STORAGE_BACK_OFF = 5.0
"""Seconds between two tries while the storage is away: whoever comes back is not kept waiting."""

BEAT = 20.0
ERRORS_KEPT = 5
ERROR_WINDOW = 300.0


@dataclass(frozen=True, slots=True)
class _Noted:
    at: float
    failure: Failure
    ends_with_a_turn: bool


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
        self._errors: deque[_Noted] = deque(maxlen=ERRORS_KEPT)
        self._trouble = Trouble(self.name)
        self.heartbeat = 0.0
        self.outage = Outage()

    @abstractmethod
    def poll(self) -> float:
        """One turn; returns how many seconds to sleep unless woken."""

    @property
    def errors(self) -> tuple[Failure, ...]:
        """What went wrong in the last minutes, newest first."""
        return tuple(noted.failure for noted in self._newest())

    @property
    def error_at(self) -> float | None:
        """When the newest of them was; None when there are none."""
        return next((noted.at for noted in self._newest()), None)

    @property
    def is_failing(self) -> bool:
        """Whether the newest turn went wrong, or something that no good turn puts right was noted lately."""
        return self._errors_in_a_row > 0 or any(not noted.ends_with_a_turn for noted in self._newest())

    def note(self, error: BaseException) -> None:
        """Show an error to whoever asks how this loop is; its next good turn does not end it."""
        self._note(error, ends_with_a_turn=False)

    def _note(self, error: BaseException, *, ends_with_a_turn: bool) -> None:
        self._errors.appendleft(_Noted(clock.now(), failure_of(error), ends_with_a_turn))

    def _newest(self) -> list[_Noted]:
        since = clock.now() - ERROR_WINDOW
        return [noted for noted in list(self._errors) if noted.at >= since]

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
            self._note(error, ends_with_a_turn=True)
            if self._errors_in_a_row == 1:
                self.outage.begins(error)
            return min(STORAGE_BACK_OFF, 2.0 ** min(self._errors_in_a_row, 6) / 2)
        except Exception as error:
            self._errors_in_a_row += 1
            self._note(error, ends_with_a_turn=True)
            pause = min(MAX_BACK_OFF, 2.0 ** min(self._errors_in_a_row, 6) / 2)
            self._trouble.tell(error, pause)
            return pause
        self._errors_in_a_row = 0
        self._trouble.ends()
        self.heartbeat = clock.now()
        return seconds
