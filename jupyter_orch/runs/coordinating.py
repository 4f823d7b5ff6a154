"""The coordinator as those who ask it see it: what somebody's class raises is told with its name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from jupyter_orch.errors import OrchError
from jupyter_orch.ports import RunCoordinator
from jupyter_orch.records.run import Run


class CoordinatorFailed(OrchError):
    """The run coordinator raised an error."""

    code = "RUN_COORDINATOR_FAILED"


class Coordinating:
    """Asks a coordinator. Each method is the one of :class:`RunCoordinator`, and raises CoordinatorFailed."""

    def __init__(self, coordinator: RunCoordinator) -> None:
        self._coordinator = coordinator

    @property
    def is_pass_through(self) -> bool:
        with self._named("is_pass_through"):
            return bool(self._coordinator.is_pass_through)

    def choose(self, queued: Sequence[Run], in_progress: Sequence[Run]) -> list[Run]:
        with self._named("choose"):
            return list(self._coordinator.choose(queued, in_progress))

    def has_room(self, in_progress: Sequence[Run]) -> bool:
        with self._named("has_room"):
            return bool(self._coordinator.has_room(in_progress))

    def order(self, queued: Sequence[Run]) -> list[Run]:
        with self._named("order"):
            return list(self._coordinator.order(queued))

    @contextmanager
    def _named(self, asked: str) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            cls = type(self._coordinator)
            raise CoordinatorFailed(
                f"the run coordinator {cls.__module__}.{cls.__qualname__} failed in {asked}: "
                f"{type(error).__name__}: {error}; mend it, or choose another one (run_coordinator in orch.yaml)"
            ) from error
