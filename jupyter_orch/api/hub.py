"""News for subscribers: which runs and locations changed. Lives in the server's event loop.

A bell (datagram) says that a run has news; whoever waits for the run wakes and reads the database. A bell can be lost,
so every wait ends by itself after a second.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

from jupyter_orch.bell import BellListener

LOOK_ANYWAY = 1.0
QUEUE_LIMIT = 1000


class EventHub:
    """Fans news out. All methods belong to the event loop, :meth:`tell_location` to any thread."""

    def __init__(self, bell: BellListener, loop: asyncio.AbstractEventLoop) -> None:
        self._bell = bell
        self._loop = loop
        self._waiting: defaultdict[str, set[asyncio.Event]] = defaultdict(set)
        self._run_queues: set[asyncio.Queue[set[str]]] = set()
        self._location_queues: set[asyncio.Queue[Any]] = set()
        loop.add_reader(bell.socket.fileno(), self._on_bell)

    def close(self) -> None:
        """Stop listening."""
        with contextlib.suppress(ValueError, OSError):
            self._loop.remove_reader(self._bell.socket.fileno())
        self._bell.close()

    def _on_bell(self) -> None:
        heard = self._bell.read()
        for run_id in heard:
            for event in self._waiting.get(run_id, ()):
                event.set()
        for queue in self._run_queues:
            _put(queue, heard)

    @contextmanager
    def watching(self, run_id: str) -> Iterator[asyncio.Event]:
        """An event that is set whenever the run has news; clear it before reading."""
        event = asyncio.Event()
        self._waiting[run_id].add(event)
        try:
            yield event
        finally:
            self._waiting[run_id].discard(event)
            if not self._waiting[run_id]:
                del self._waiting[run_id]

    async def run_changes(self) -> AsyncIterator[set[str]]:
        """Ids of runs with news, gathered for 50 ms at a time."""
        queue: asyncio.Queue[set[str]] = asyncio.Queue(QUEUE_LIMIT)
        self._run_queues.add(queue)
        try:
            while True:
                changed = set(await queue.get())
                await asyncio.sleep(0.05)
                while not queue.empty():
                    changed |= queue.get_nowait()
                yield changed
        finally:
            self._run_queues.discard(queue)

    async def location_changes(self) -> AsyncIterator[Any]:
        """New states of locations."""
        queue: asyncio.Queue[Any] = asyncio.Queue(QUEUE_LIMIT)
        self._location_queues.add(queue)
        try:
            while True:
                yield await queue.get()
        finally:
            self._location_queues.discard(queue)

    def tell_location(self, state: Any) -> None:
        """A location has a new state; for any thread."""
        with contextlib.suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(self._spread_location, state)

    def _spread_location(self, state: Any) -> None:
        for queue in self._location_queues:
            _put(queue, state)


def _put(queue: asyncio.Queue[Any], item: Any) -> None:
    """A subscriber that does not keep up loses hints, not facts: it reads the database when it wakes."""
    with contextlib.suppress(asyncio.QueueFull):
        queue.put_nowait(item)


async def wait_for(event: asyncio.Event, seconds: float = LOOK_ANYWAY) -> None:
    """Wait until the event is set, at most so many seconds."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)
