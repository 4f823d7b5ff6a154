"""Tries failed runs again as new runs.

A run that is to be tried again is marked so in the transaction that ends it as failed. Here the mark becomes a run
and is taken off. The new run has an idempotency key made from the failed one's id, so replicas that meet, and one
that dies between the two steps, make one run.
"""

from __future__ import annotations

from jupyter_orch.daemon.loop import Loop
from jupyter_orch.errors import OrchError
from jupyter_orch.failpoints import failpoint
from jupyter_orch.ports import RunStorage, StorageUnavailable
from jupyter_orch.records.run import Run, RunFilter
from jupyter_orch.runs.journal import Journal
from jupyter_orch.runs.reexecute import Reexecutor, Strategy
from jupyter_orch.runs.run_tags import RETRY_STRATEGY_TAG, retry_number_of

TURN = 1.0
BATCH = 100


class Retrier(Loop):
    """Submits the retries that are due."""

    name = "RUN_RETRIES"

    def __init__(self, storage: RunStorage, journal: Journal, reexecutor: Reexecutor) -> None:
        super().__init__()
        self._storage = storage
        self._journal = journal
        self._reexecutor = reexecutor

    def poll(self) -> float:
        due = self._storage.list_runs(RunFilter(retry_due=True), limit=BATCH, oldest_first=True)
        for run in due:
            self._retry(run)
        return 0.0 if len(due) == BATCH else TURN

    def _retry(self, run: Run) -> None:
        number = retry_number_of(run.submission.tags) + 1
        failpoint("retry.submit.before")
        try:
            again = self._reexecutor.retry(run, number, _strategy(run))
        except StorageUnavailable:
            raise  # the mark stays: the next turn tries again
        except OrchError as error:
            self._journal.retried(run, f"Retry {number} can not be had: {error.message}")
            return
        failpoint("retry.submit.after")
        self._journal.retried(run, f"Retry {number} was submitted as run {again.run_id}.")


def _strategy(run: Run) -> Strategy:
    asked = run.submission.tags.get(RETRY_STRATEGY_TAG, Strategy.FROM_FAILURE)
    return Strategy.ALL_STEPS if asked == Strategy.ALL_STEPS else Strategy.FROM_FAILURE
