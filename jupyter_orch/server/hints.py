"""Passes news on to Jupyter's event stream, for extensions that listen there."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from typing import Any

from jupyter_orch.api.hub import EventHub
from jupyter_orch.server.event_schemas import LOCATION, RUN

log = logging.getLogger("jupyter_orch.server")


class Hints:
    """Two tasks in the server's loop: news of runs, and of locations."""

    def __init__(self, hub: EventHub, event_logger: Any, loop: asyncio.AbstractEventLoop) -> None:
        """Args:
        event_logger: the server's; our schemas are registered there.
        loop: the server's event loop; begins there as soon as it turns.
        """
        self._hub = hub
        self._event_logger = event_logger
        self._tasks: list[asyncio.Task[None]] = []
        self._loop = loop
        loop.call_soon_threadsafe(self._start)

    def _start(self) -> None:
        self._tasks = [
            self._loop.create_task(self._pass(RUN, self._hub.run_changes(), lambda ids: {"run_ids": sorted(ids)})),
            self._loop.create_task(self._pass(LOCATION, self._hub.location_changes(), _of_location)),
        ]

    async def _pass(self, schema: str, news: AsyncIterator[Any], told: Callable[[Any], dict[str, Any]]) -> None:
        async for item in news:
            try:
                self._event_logger.emit(schema_id=schema, data=told(item))
            except Exception:
                log.exception("a hint could not be passed on")

    def stop(self) -> None:
        """No more hints; for any thread."""
        for task in self._tasks:
            self._loop.call_soon_threadsafe(task.cancel)


def _of_location(state: Any) -> dict[str, Any]:
    return {"location": state.name, "status": state.status.value}
