"""Signals that tell a worker to look at its row; the row alone says what to do."""

from __future__ import annotations

import contextlib
import os
import signal
from types import FrameType, TracebackType

SIGNALS = (signal.SIGTERM, signal.SIGUSR1, signal.SIGINT)


class Wakeup:
    """A descriptor that is readable after a signal; none of the signals ends the process meanwhile."""

    def __init__(self) -> None:
        self._read, self._write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)

    def __enter__(self) -> Wakeup:
        ignore_until_asked()
        signal.set_wakeup_fd(self._write, warn_on_full_buffer=False)
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        signal.set_wakeup_fd(-1)
        os.close(self._read)
        os.close(self._write)

    def fileno(self) -> int:
        """For ``poll``."""
        return self._read

    def wake(self) -> None:
        """As a signal does; for what may have come before there was a descriptor."""
        os.write(self._write, b".")

    def clear(self) -> None:
        """Forget what has come so far."""
        with contextlib.suppress(BlockingIOError):
            os.read(self._read, 4096)


def ignore_until_asked() -> None:
    """None of the signals ends this process any more."""
    for number in SIGNALS:
        signal.signal(number, _nothing)


def _nothing(_: int, __: FrameType | None) -> None:
    """The descriptor has it."""
