"""What decides which runs start, and what starts them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field

from jupyter_orch.records.run import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchOrder:
    """What a launcher passes to a worker. The token goes over a pipe, never in arguments or environment."""

    run_id: str
    epoch: int
    token: str
    home: str
    runner_socket: str | None = None
    runner_command: tuple[str, ...] = ()
    runner_env: dict[str, str] = field(default_factory=dict)
    cold_reason: str = ""


class RunLauncher(ABC):
    """Gets a worker process going for a run, and knows nothing else about it."""

    @abstractmethod
    def launch(self, order: LaunchOrder) -> str:
        """Start a worker, detached from this process.

        Returns:
            How, in a few words for the run's log, e.g. ``"forked from a warm worker"``.

        Raises:
            OrchError: nothing was started.
        """

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
