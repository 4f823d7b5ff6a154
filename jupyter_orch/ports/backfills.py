"""Where backfills and their progress are kept."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from jupyter_orch.ports.runs import NewRun
from jupyter_orch.records.backfill import Backfill, BackfillStatus, BackfillStep
from jupyter_orch.records.run import Run


class BackfillStorage(ABC):
    """Backfills, each worked on by one replica at a time. Every method is one transaction."""

    @abstractmethod
    def add_backfill(self, backfill: Backfill) -> Backfill:
        """Store it, or find the one that has this id."""

    @abstractmethod
    def get_backfill(self, backfill_id: str) -> Backfill | None:
        """The backfill as it is now."""

    @abstractmethod
    def list_backfills(
        self, *, limit: int, status: BackfillStatus | None = None, before: int | None = None
    ) -> list[Backfill]:
        """Newest first; with ``before`` only those older than that ``Backfill.cursor``."""

    @abstractmethod
    def claim_backfill(self, backfill_id: str, owner: str, lease_until: float, now: float) -> Backfill | None:
        """Take a backfill that has something to do, and that nobody else holds.

        Returns:
            The backfill under a new epoch, or None.
        """

    @abstractmethod
    def renew_backfills(self, backfill_ids: Sequence[str], owner: str, lease_until: float) -> None:
        """Hold on to backfills that this replica still works on."""

    @abstractmethod
    def advance_backfill(
        self, backfill: Backfill, step: BackfillStep, *, runs: Sequence[NewRun] = ()
    ) -> list[Run] | None:
        """Store a chunk's runs and how far the backfill is, in one transaction.

        Returns:
            The runs, or None when the backfill's epoch is stale or it has stopped (nothing written).
        """

    @abstractmethod
    def move_backfill(
        self, backfill_id: str, before: Sequence[BackfillStatus], to: BackfillStatus, now: float
    ) -> Backfill | None:
        """Change the status, if it is one of ``before``; whoever works on it is void from then on."""
