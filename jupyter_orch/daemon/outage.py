"""The storage goes and comes back: one sentence for each, however many loops feel it."""

from __future__ import annotations

import logging
import threading
import time

from jupyter_orch.ports import StorageUnavailable

log = logging.getLogger("jupyter_orch.daemon")


class Outage:
    """Whether it was told that the storage is away. For any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._since: float | None = None

    @property
    def is_told(self) -> bool:
        """Whether it was told, and its end was not."""
        return self._since is not None

    def begins(self, error: StorageUnavailable) -> None:
        """Tell it, unless it was told."""
        with self._lock:
            if self._since is not None:
                return
            self._since = time.monotonic()
        log.warning("%s; runs that work go on, and it is tried again every few seconds", error.message)

    def ends(self) -> None:
        """Tell that the storage answers, if it was told that it does not."""
        with self._lock:
            if self._since is None:
                return
            lasted, self._since = time.monotonic() - self._since, None
        log.warning("the storage answers again, after %.0f s", lasted)
