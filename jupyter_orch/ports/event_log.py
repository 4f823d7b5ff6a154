"""Where events are kept when they are not kept with their runs."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence

from jupyter_orch.records.event import StoredEvent


class EventLogStorage(ABC):
    """Events apart from their runs. The run storage numbers them; here they only have to be found again.

    Thread-safe; not shared across a fork. An outage of it stops no run: events wait in the run storage meanwhile.
    """

    @abstractmethod
    def put_events(self, events: Sequence[StoredEvent]) -> None:
        """Store events durably; one whose run and number are known already is left as it is."""

    @abstractmethod
    def read_events(
        self, run_id: str, *, after: int = 0, limit: int = 1000, types: Iterable[str] | None = None
    ) -> list[StoredEvent]:
        """Events of a run with a number greater than ``after``, oldest first."""

    @abstractmethod
    def delete_events(self, run_id: str, *, through: int | None = None) -> None:
        """Remove the events of a run up to a number, or all of them."""

    @abstractmethod
    def dispose(self) -> None:
        """Close every connection."""
