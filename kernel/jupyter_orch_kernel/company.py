"""A kernel on another machine ends itself when nobody has asked it anything for a while: its server is gone."""

from __future__ import annotations

import os
import threading
import time


class Company:
    """Watches over how long ago somebody asked."""

    def __init__(self) -> None:
        self._heard = time.monotonic()
        self._patience: float | None = None

    def heard(self) -> None:
        """Somebody asks."""
        self._heard = time.monotonic()

    def leave_when_alone(self, seconds: float) -> None:
        """From now on end this process when nobody has asked for so long."""
        is_watched, self._patience = self._patience is not None, seconds
        if not is_watched:
            threading.Thread(target=self._watch, name="orch-company", daemon=True).start()

    def _watch(self) -> None:
        while self._patience is not None:
            time.sleep(min(self._patience / 4, 5.0))
            if time.monotonic() - self._heard > self._patience:
                os._exit(0)
