"""Whether the deployment is open yet; handlers wait for it here."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

from jupyter_orch.errors import OrchError


class NotReady(OrchError):
    """The orchestrator is still starting."""

    code = "NOT_READY"


class Readiness:
    """Starting, open, failed or closed. Set from the boot thread, awaited in the server's loop."""

    def __init__(self) -> None:
        self.status = "starting"
        self.deployment: Any = None
        self.error: Exception | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._changed: asyncio.Event | None = None

    def bind(self, loop: asyncio.AbstractEventLoop) -> None:
        """The loop in which handlers wait."""
        self._loop = loop
        self._changed = asyncio.Event()

    def ready(self, deployment: Any) -> None:
        """The deployment is open."""
        self.deployment, self.status = deployment, "ready"
        self._tell()

    def failed(self, error: Exception) -> None:
        """It could not be opened."""
        self.error, self.status = error, "failed"
        self._tell()

    def closed(self) -> None:
        """The server is stopping."""
        self.status = "stopping"

    async def wait(self, seconds: float = 30.0) -> Any:
        """The open deployment.

        Raises:
            OrchError: it could not be opened, or is not open after so many seconds.
        """
        if self.deployment is None and self.error is None and self._changed is not None:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), seconds)
        if self.deployment is not None:
            return self.deployment
        if isinstance(self.error, OrchError):
            raise self.error
        if self.error is not None:
            raise NotReady(f"the orchestrator could not start: {type(self.error).__name__}: {self.error}")
        raise NotReady

    def _tell(self) -> None:
        if self._loop is not None and self._changed is not None:
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._changed.set)
