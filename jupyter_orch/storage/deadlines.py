"""A last resort against a server that keeps a connection open and says nothing: after a while we hang up.

Postgres itself ends statements that take too long, unless it is stopped, frozen with its machine, or behind a network
that swallows packets; the driver would wait for ever then.
"""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from weakref import WeakSet


class _Watch(threading.Thread):
    """The thread that watches; a fork waits until it rests, and the child has none of it."""

    sleeps_through_forks = True


class Deadlines:
    """Watches the sockets of calls in progress, from one thread that starts with the first call and ends with
    :meth:`close`.
    """

    def __init__(self, seconds: float) -> None:
        """Args:
        seconds: how long a call may take.
        """
        self.seconds = seconds
        self._due: dict[int, float] = {}
        self._change = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = False
        _all.add(self)

    def close(self) -> None:
        """Let the thread end; calls after that have no deadline."""
        with self._change:
            self._closed = True
            self._change.notify()

    @contextmanager
    def watch(self, fd: int) -> Iterator[None]:
        """Hang up on this socket if the block takes too long; whoever waits for it gets an error."""
        with self._change:
            self._due[fd] = time.monotonic() + self.seconds
            if self._thread is None and not self._closed:
                self._thread = _Watch(target=self._run, name="orch-deadlines", daemon=True)
                self._thread.start()
        try:
            yield
        finally:
            with self._change:
                self._due.pop(fd, None)

    def _run(self) -> None:
        while not self._closed:
            with self._change:
                now = time.monotonic()
                for fd in [fd for fd, due in self._due.items() if due <= now]:
                    del self._due[fd]
                    _hang_up(fd)
                self._change.wait(min([self.seconds, *(due - now for due in self._due.values())]))


def _hang_up(fd: int) -> None:
    with contextlib.suppress(OSError), socket.socket(fileno=os.dup(fd)) as line:
        line.shutdown(socket.SHUT_RDWR)


_all: WeakSet[Deadlines] = WeakSet()
_resting: list[Deadlines] = []


def _before_fork() -> None:
    _resting.extend(_all)
    for one in _resting:
        one._change.acquire()


def _after_in_parent() -> None:
    while _resting:
        _resting.pop()._change.release()


def _after_in_child() -> None:
    while _resting:
        one = _resting.pop()
        one._change, one._thread, one._due = threading.Condition(), None, {}


os.register_at_fork(before=_before_fork, after_in_parent=_after_in_parent, after_in_child=_after_in_child)
