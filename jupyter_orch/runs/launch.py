"""From a queued run to a worker on its way: coordinate, win the run, launch."""

from __future__ import annotations

import threading
from collections.abc import Callable

from jupyter_orch.errors import OrchError
from jupyter_orch.ports import CodeServers, LaunchOrder, RunCoordinator, RunLauncher, RunStorage
from jupyter_orch.records.run import Run, RunFilter, Submission
from jupyter_orch.records.status import IN_PROGRESS, RunStatus
from jupyter_orch.runs.journal import Journal

PASS_LIMIT = 1000


class Launching:
    """Starts what may start. Any number of replicas may call :meth:`turn`: the journal lets one win each run."""

    def __init__(
        self,
        storage: RunStorage,
        journal: Journal,
        coordinator: RunCoordinator,
        launcher: RunLauncher,
        code_servers: CodeServers,
        home: str,
    ) -> None:
        self._storage = storage
        self._journal = journal
        self._coordinator = coordinator
        self._launcher = launcher
        self._code_servers = code_servers
        self._home = home
        self._one_pass = threading.Lock()
        self.wake: Callable[[], None] = lambda: None

    def submit(self, submission: Submission, run_id: str | None = None) -> tuple[Run, bool]:
        """Store a run; start it at once when nothing is in its way."""
        run, created = self._journal.submit(submission, run_id)
        if created:
            if self._coordinator.is_pass_through:
                run = self.start(run) or run
            else:
                self.wake()
        return run, created

    def turn(self) -> tuple[int, int]:
        """Start every queued run that may start now; returns how many were started and how many still wait."""
        with self._one_pass:
            queued = self._storage.list_runs(
                RunFilter(statuses=(RunStatus.QUEUED,)), limit=PASS_LIMIT, oldest_first=True
            )
            if not queued:
                return 0, 0
            in_progress = self._storage.list_runs(RunFilter(statuses=tuple(IN_PROGRESS)), limit=PASS_LIMIT)
            chosen = self._coordinator.choose(queued, in_progress)
            for run in chosen:
                self.start(run)
            return len(chosen), len(queued) - len(chosen)

    def start(self, run: Run) -> Run | None:
        """Win a queued run and get it a worker; None when another replica was faster."""
        won = self._journal.dequeue(run)
        if won is None:
            return None
        starting, token = won
        try:
            self._launcher.launch(self._order(starting, token))
        except OrchError as error:
            return self._journal.launch_failed(starting, error.message)
        return starting

    def _order(self, run: Run, token: str) -> LaunchOrder:
        address = self._code_servers.runner(run.submission.location)
        return LaunchOrder(
            run_id=run.run_id,
            epoch=run.epoch,
            token=token,
            home=self._home,
            runner_socket=address.socket,
            runner_command=address.command,
            runner_env=address.env,
            cold_reason=address.cold_reason,
        )
