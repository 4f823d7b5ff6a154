"""Watches the server's event loop: how late it comes back, and where it stands when it does not come back at all.

Whatever runs in the loop keeps everybody waiting, ours or another extension's; from inside nothing can be said then.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
import time
import traceback
from collections.abc import Callable

log = logging.getLogger("jupyter_orch.server")
EVERY = 0.5
STALLED = 1.0
"""Seconds without a turn of the loop from which on its stack is told."""
QUIET = 60.0
"""Seconds between two stacks in the log: a loop that is slow all the time is told once a minute."""


class LoopWatch:
    """Measures from inside the loop, and looks at it from a thread."""

    def __init__(self, loop: asyncio.AbstractEventLoop, observe: Callable[[float], None]) -> None:
        """Args:
        observe: gets each measured lag in seconds.
        """
        self._loop = loop
        self._observe = observe
        self._over = threading.Event()
        self._turned = 0.0
        self._loop_thread = 0
        self._told_at = -QUIET
        self._thread = threading.Thread(target=self._look, name="orch-loop-watch", daemon=True)

    def start(self) -> None:
        """Watch from now on; for any thread."""
        self._loop.call_soon_threadsafe(self._begin)

    def stop(self) -> None:
        """Watch no more."""
        self._over.set()
        if self._thread.is_alive():
            self._thread.join(EVERY * 2)

    def stands_still(self) -> float:
        """Seconds since the loop should have turned; 0 while it does."""
        return max(0.0, time.monotonic() - self._turned - EVERY) if self._turned else 0.0

    def _begin(self) -> None:
        if not self._over.is_set():
            self._loop_thread = threading.get_ident()
            self._turn(self._loop.time())
            self._thread.start()

    def _turn(self, due: float) -> None:
        self._turned = time.monotonic()
        self._observe(max(0.0, self._loop.time() - due))
        if not self._over.is_set():
            after = self._loop.time() + EVERY
            self._loop.call_at(after, self._turn, after)

    def _look(self) -> None:
        looked, stood = time.monotonic(), 0.0
        while not self._over.wait(EVERY):
            before, looked = looked, time.monotonic()
            if looked - before > EVERY + STALLED:
                continue  # the whole process stood still, or had no time: nobody in the loop is to blame
            still = self.stands_still()
            if still > STALLED and not stood:
                self._tell(still)
            elif stood and still <= STALLED:
                log.warning("the server's event loop goes on after %.1f s", stood + EVERY)
            stood = still if still > STALLED else 0.0

    def _tell(self, still: float) -> None:
        if time.monotonic() - self._told_at < QUIET:
            return
        self._told_at = time.monotonic()
        frame = sys._current_frames().get(self._loop_thread)
        stack = "".join(traceback.format_stack(frame)) if frame is not None else "unknown\n"
        log.warning(
            "the server's event loop has stood still for %.1f s; nobody is answered. It is at\n%s", still, stack
        )
