"""Claims a run for its cold worker, which takes longer to import a database than the run's code may need to start."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from jupyter_orch.ports import LaunchOrder, RunStorage
from jupyter_orch.records.messages import RunSpec
from jupyter_orch.records.run import ProcessIdentity
from jupyter_orch.runs.journal import Journal
from jupyter_orch.runs.run_spec import spec_of
from jupyter_orch.settings import Settings


@dataclass(frozen=True, slots=True)
class EarlyClaim:
    """The claim that a worker makes, made in its name by whoever has the storage open.

    Attributes:
        log_folder: where the output of a run goes.
    """

    settings: Settings
    storage: RunStorage
    journal: Journal
    log_folder: Callable[[str], Path | None]

    def __call__(
        self, order: LaunchOrder, worker: ProcessIdentity, runner: ProcessIdentity, how: str
    ) -> RunSpec | None:
        """The order to run; None when the run is no longer this worker's to have.

        Args:
            worker, runner: the processes, which both live and wait.
            how: how the worker was started, for the run's log.

        Raises:
            OrchError: the storage does not answer; whether the claim was made is not known.
        """
        run = self.journal.claim(order.run_id, order.epoch, order.token, worker, how, runner=runner)
        return None if run is None else spec_of(run, self.settings, self.storage, self.log_folder(run.run_id))
