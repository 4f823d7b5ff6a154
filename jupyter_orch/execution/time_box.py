"""At most so many seconds for a piece of user code, where the platform lets us interrupt it."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class TimeIsUp(Exception):
    """A piece of user code took longer than it may."""


@contextmanager
def time_box(seconds: float | None, what: str) -> Iterator[None]:
    """Raise inside the block when it takes too long.

    Works in the main thread of a POSIX process; elsewhere there is no limit.

    Args:
        seconds: the limit, or None for none.
        what: for the message.

    Raises:
        TimeIsUp: the block took longer.
    """
    if seconds is None or not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(_number: int, _frame: Any) -> None:
        raise TimeIsUp(f"{what} took longer than {seconds:g} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
