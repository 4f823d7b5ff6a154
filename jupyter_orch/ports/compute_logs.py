"""The captured output of steps."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

DEFAULT_MAX_BYTES = 256 * 1024 * 1024


class ComputeLogs(ABC):
    """Where the standard output and error of steps are kept.

    A run's processes write into files of a local folder, so that not a byte is lost when one of them dies; whoever
    keeps the output elsewhere takes it from there while the run goes on. The step ``run`` is the run process itself.
    """

    max_bytes: int = DEFAULT_MAX_BYTES
    """How much of one stream of one step is kept."""

    @abstractmethod
    def folder(self, run_id: str) -> Path | None:
        """The local folder in which the processes of a run write; None when nothing is to be captured."""

    @contextmanager
    def keeping(self, run_id: str, *, resumed: bool) -> Iterator[None]:
        """Entered by a run's worker before its first process writes, left after the last has ended; never raises.

        Args:
            resumed: an earlier worker of this run has written already, perhaps on another machine.
        """
        yield

    @abstractmethod
    def size(self, run_id: str, step_key: str, stream: str) -> int | None:
        """Bytes that there are by now; None when there is nothing of that step.

        Args:
            stream: ``"stdout"`` or ``"stderr"``.
        """

    @abstractmethod
    def read(self, run_id: str, step_key: str, stream: str, start: int, limit: int) -> bytes:
        """At most ``limit`` bytes from byte ``start`` on; empty where there is nothing."""

    @abstractmethod
    def open(self, run_id: str, step_key: str, stream: str) -> int | None:
        """A file descriptor to read all of it from the start; None when there is nothing."""

    @abstractmethod
    def delete(self, run_id: str) -> bool:
        """Remove all output of a run; whether there was any."""
