"""The queue as it stands."""

from __future__ import annotations

import threading

from jupyter_orch.ports import RunStorage
from jupyter_orch.records.run import Run

MOST = 10_000
"""So many runs are looked at; of more that wait, the youngest must wait for their turn to be looked at."""


class WaitingRuns:
    """What waits; each run is read once, however often somebody looks. For any thread."""

    def __init__(self, storage: RunStorage) -> None:
        self._storage = storage
        self._lock = threading.Lock()
        self._known: dict[int, Run] = {}

    def look(self) -> list[Run]:
        """All of them now, oldest first."""
        with self._lock:
            found = self._storage.queued_runs(self._known, limit=MOST)
            self._known = {run.cursor: run for run in found}
        return found
