"""What decides which runs start, and what starts them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from jupyter_orch.records.run import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchOrder:
    """What a launcher passes to a worker. The token goes over a pipe, never in arguments or environment.

    Attributes:
        log_dir: where the output of the run goes; empty when nobody knows before the instance is open.
        is_resumed: the run goes on after a lost worker, from its finished steps.
        worker_note: why the worker is not the warm one that was wanted, for the run's log.
    """

    run_id: str
    epoch: int
    token: str
    home: str
    runner_socket: str | None = None
    runner_command: tuple[str, ...] = ()
    runner_env: dict[str, str] = field(default_factory=dict)
    cold_reason: str = ""
    log_dir: str = ""
    is_resumed: bool = False
    worker_note: str = ""


class WorkerHealth(StrEnum):
    """What a launcher knows of a run's worker."""

    RUNNING = "RUNNING"
    GONE = "GONE"
    UNKNOWN = "UNKNOWN"


class RunLauncher(ABC):
    """Gets a worker process going for a run; may know more about it than the run's row does.

    A launcher for workers of this machine needs :meth:`launch` alone: they are watched by their process. One that
    starts them elsewhere says whether they live, and ends them.
    """

    @abstractmethod
    def launch(self, order: LaunchOrder) -> str:
        """Start a worker, detached from this process.

        Returns:
            How, in a few words for the run's log, e.g. ``"forked from a warm worker"``.

        Raises:
            OrchError: nothing was started; it is tried again, a few times. Any other error ends the run at once.
        """

    def resume_run(self, order: LaunchOrder) -> str:
        """Start a worker for a run that lost its own; returns and raises as :meth:`launch` does."""
        return self.launch(order)

    def check_run_worker_health(self, run: Run) -> WorkerHealth:
        """Whether the worker of a run in progress lives; UNKNOWN leaves it to the lease."""
        return WorkerHealth.UNKNOWN

    def can_terminate(self, run: Run) -> bool:
        """Whether :meth:`terminate` can end the worker of this run."""
        return False

    def terminate(self, run: Run) -> bool:
        """End the worker of a run and all that it started, at once.

        Returns:
            Whether that is confirmed: only then may another worker take the run.
        """
        return False

    def join(self, timeout: float = 30.0) -> None:  # noqa: B027  (most launchers hold nothing)
        """Wait, at most ``timeout`` seconds, until the workers that this launcher started have ended."""

    def stop(self) -> None:  # noqa: B027  (most launchers hold nothing)
        """Let go of whatever the launcher holds; runs go on."""


class RunCoordinator(ABC):
    """Decides which of the queued runs may start."""

    is_pass_through = False
    """True when nothing ever waits: a submitted run is then started by whoever submits it."""

    @abstractmethod
    def choose(self, queued: Sequence[Run], in_progress: Sequence[Run]) -> list[Run]:
        """The runs to start now, in order.

        Args:
            queued: runs that wait, oldest first.
            in_progress: runs that are STARTING, STARTED or CANCELING.
        """

    def has_room(self, in_progress: Sequence[Run]) -> bool:
        """Whether any run could start at all; False spares looking at the queue."""
        return True

    def order(self, queued: Sequence[Run]) -> list[Run]:
        """The queue in the order in which it is gone through, whatever the limits; oldest first unless overridden."""
        return list(queued)
