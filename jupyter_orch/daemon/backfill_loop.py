"""Works on backfills: a chunk of runs of each at a time, so that a long one holds up no other."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from jupyter_orch.automation.backfills import Backfills
from jupyter_orch.daemon.lanes import Lanes
from jupyter_orch.daemon.loop import Loop
from jupyter_orch.ports import BackfillStorage
from jupyter_orch.records.backfill import BackfillStatus

IDLE = 5.0
GOING_ON = 1.0
AT_ONCE = 100


class BackfillLoop(Loop):
    """Makes the runs of backfills. Any number of replicas may do so at once."""

    name = "BACKFILL"

    def __init__(self, storage: BackfillStorage, backfills: Backfills, new_runs: Callable[[], None]) -> None:
        """Args:
        new_runs: called when there are new runs in the queue.
        """
        super().__init__()
        self._storage = storage
        self._backfills = backfills
        self._new_runs = new_runs
        self._lanes = Lanes(2, "backfills", lambda _: self.wake())

    def poll(self) -> float:
        self._lanes.raise_failure()
        requested = self._storage.list_backfills(limit=AT_ONCE, status=BackfillStatus.REQUESTED)
        for backfill in reversed(requested):
            self._lanes.start(backfill.location, backfill.backfill_id, partial(self._work, backfill.backfill_id))
        self._backfills.renew([b.backfill_id for b in requested if self._lanes.has(b.backfill_id)])
        return GOING_ON if requested else IDLE

    def stop(self) -> None:
        super().stop()
        self._lanes.close()

    def is_idle(self) -> bool:
        """Whether no chunk is being made."""
        return self._lanes.is_idle()

    def _work(self, backfill_id: str) -> None:
        if self._backfills.work(backfill_id):
            self._new_runs()
