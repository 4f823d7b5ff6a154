"""From a queued run to a worker on its way: coordinate, win the run, launch."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from jupyter_orch import clock
from jupyter_orch.errors import OrchError
from jupyter_orch.failpoints import failpoint
from jupyter_orch.ports import CodeServers, LaunchOrder, RunCoordinator, RunLauncher, RunStorage
from jupyter_orch.records.event import Event, EventType
from jupyter_orch.records.run import Run, RunFilter, Submission
from jupyter_orch.records.status import IN_PROGRESS, RunStatus
from jupyter_orch.runs.coordinating import Coordinating, CoordinatorFailed
from jupyter_orch.runs.journal import Journal
from jupyter_orch.runs.run_tags import POOL_TAG, pools_of
from jupyter_orch.runs.waiting import MOST, WaitingRuns
from jupyter_orch.settings import Pools

MOST_TOLD = 100
"""In the logs of so many runs a turn says that the coordinator fails."""
_WAITING = RunFilter(statuses=(RunStatus.QUEUED,))


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
        pools: Pools | None = None,
        log_folder: Callable[[str], Path | None] = lambda run_id: None,
    ) -> None:
        """Args:
        home: folder of the instance.
        pools: how many slots each pool has.
        log_folder: where the output of a run goes.
        """
        self._storage = storage
        self._waiting = WaitingRuns(storage)
        self._journal = journal
        self._coordinator = Coordinating(coordinator)
        self._launcher = launcher
        self._code_servers = code_servers
        self._home = home
        self._pools = pools or Pools()
        self._log_folder = log_folder
        self._one_pass = threading.Lock()
        self._told: set[str] = set()
        self.wake: Callable[[], None] = lambda: None
        """Called when a run was queued that may perhaps start."""
        self.launched: Callable[[], None] = lambda: None
        """Called when a worker is on its way."""

    @property
    def has_queue(self) -> bool:
        """Whether runs wait for their turn, instead of starting as they come.

        Raises:
            CoordinatorFailed: it can not say.
        """
        return not self._coordinator.is_pass_through

    def submit(self, submission: Submission, run_id: str | None = None) -> tuple[Run, bool]:
        """Store a run; start it at once when nothing is in its way.

        Raises:
            CoordinatorFailed: before anything was stored.
        """
        is_pass_through = self._coordinator.is_pass_through
        run, created = self._journal.submit(submission, run_id)
        failpoint("queue.submitted")
        if created:
            if is_pass_through:
                run = self.start(run) or run
            else:
                self.wake()
        return run, created

    def turn(self) -> tuple[int, int]:
        """Start every queued run that may start now; returns how many were started and how many still wait.

        Raises:
            CoordinatorFailed: the log of each run that waits says so, once.
        """
        try:
            done = self._turn()
        except CoordinatorFailed as error:
            self._tell_the_waiting(error)
            raise
        self._told.clear()
        return done

    def _turn(self) -> tuple[int, int]:
        with self._one_pass:
            number = None if self._coordinator.is_pass_through else self._storage.queue_turn()
            in_progress = self._storage.list_runs(RunFilter(statuses=tuple(IN_PROGRESS)), limit=MOST)
            if not self._coordinator.has_room(in_progress):
                return 0, self._storage.count_runs(_WAITING)
            queued = self._waiting.look()
            if not queued:
                return 0, 0
            started = 0
            for run in self._coordinator.choose(self._with_free_slots(queued), in_progress):
                if self.start(run, number) is not None:
                    started += 1
                    number = None if number is None else number + 1
                elif number is not None and self._storage.queue_turn() != number:
                    break  # another replica has taken runs: what was chosen here was counted without them
            return started, len(queued) - started

    def _tell_the_waiting(self, error: CoordinatorFailed) -> None:
        untold = [run for run in self._waiting.look() if run.run_id not in self._told]
        for run in untold[:MOST_TOLD]:
            self._told.add(run.run_id)
            told = f"This run waits: {error.message}"
            kind = EventType.ENGINE_EVENT
            self._journal.note(run, Event(type=kind, timestamp=clock.now(), message=told, level="WARNING"))

    def start(self, run: Run, turn: int | None = None) -> Run | None:
        """Win a queued run and get it a worker; None when another replica was faster or a pool has no slot free.

        Args:
            turn: the queue's turn when the run was chosen.
        """
        won = self._journal.dequeue(run, turn=turn, pools=self._limits(run))
        if won is None:
            return None
        starting, token = won
        try:
            order = self._order(starting, token)
            if order.is_resumed:
                self._launcher.resume_run(order)
            else:
                self._launcher.launch(order)
        except OrchError as error:
            return self._journal.launch_failed(starting, error.message)
        except Exception as error:  # whatever somebody's launcher raises: it says nothing of another try
            return self._journal.not_launchable(starting, error)
        failpoint("queue.launched")
        self.launched()
        return starting

    def places(self) -> dict[str, int]:
        """The place in the queue of every run that waits, counted from 1; the ones that come next first.

        Raises:
            CoordinatorFailed: nobody knows.
        """
        ordered = self._coordinator.order(self._waiting.look())
        return {run.run_id: place for place, run in enumerate(ordered, 1)}

    def _limits(self, run: Run) -> dict[str, int]:
        """The pools that a run needs a slot of and that have a limit, each with it."""
        if POOL_TAG not in run.submission.tags:  # nearly all of thousands that wait
            return {}
        limits = {pool: self._pools.limit_of(pool) for pool in pools_of(run.submission.tags)}
        return {pool: limit for pool, limit in limits.items() if limit is not None}

    def _with_free_slots(self, queued: Sequence[Run]) -> list[Run]:
        """Those whose pools have slots free, counted in the order of the queue; others would only take up places."""
        if not any(self._limits(run) for run in queued):
            return list(queued)
        taken = {pool: len(holders) for pool, holders in self._storage.pool_slots().items()}
        free = []
        for run in self._coordinator.order(queued):
            limits = self._limits(run)
            if all(taken.get(pool, 0) < limit for pool, limit in limits.items()):
                taken.update({pool: taken.get(pool, 0) + 1 for pool in limits})
                free.append(run)
        return free

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
            log_dir=str(self._log_folder(run.run_id) or ""),
            is_resumed=run.resume_count > 0,
        )
