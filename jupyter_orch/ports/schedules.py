"""Where switches, ticks and cursors are kept."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

from jupyter_orch.ports.runs import NewRun
from jupyter_orch.records.failure import Failure
from jupyter_orch.records.run import Run
from jupyter_orch.records.tick import Instigator, Tick, TickStatus


class ScheduleStorage(ABC):
    """Switches, ticks and cursors of schedules and sensors. Every method is one transaction."""

    @abstractmethod
    def put_instigator(self, instigator: Instigator) -> Instigator:
        """Store it if it is new; an existing one is returned as it is."""

    @abstractmethod
    def change_instigator(self, instigator_id: str, **changes: Any) -> Instigator | None:
        """Set ``running``, ``definition_hash``, ``effective_from``, ``last_due_at`` or ``cursor``."""

    @abstractmethod
    def list_instigators(self, kind: str | None = None) -> list[Instigator]:
        """All that are known."""

    @abstractmethod
    def claim_tick(self, instigator_id: str, due_at: float, owner: str, lease_until: float, now: float) -> Tick | None:
        """Take a due time for evaluation: insert it, or take over one whose lease has passed.

        Returns:
            The tick with its epoch, or None when another replica has it or it is finished.
        """

    @abstractmethod
    def finish_tick(
        self,
        tick: Tick,
        status: TickStatus,
        *,
        runs: Sequence[NewRun] = (),
        skip_reason: str | None = None,
        failure: Failure | None = None,
        cursor: str | None = None,
    ) -> list[Run] | None:
        """End a tick and create its runs, in one transaction; ``last_due_at`` moves along.

        Returns:
            The runs (those that existed already included), or None when the tick's epoch is stale (nothing written).
        """

    @abstractmethod
    def abandoned_ticks(self, now: float) -> list[Tick]:
        """Ticks that were claimed, not finished, and whose lease has passed: their replica is dead or stuck."""

    @abstractmethod
    def list_ticks(self, instigator_id: str, limit: int) -> list[Tick]:
        """Newest first."""
