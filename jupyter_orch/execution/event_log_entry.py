"""Stored events as user code asks for and gets them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from jupyter_orch.definitions.asset_key import AssetKey
from jupyter_orch.definitions.dagster_event import DagsterEvent
from jupyter_orch.records.asset import AssetFact, event_of
from jupyter_orch.records.event import Event, EventType


@dataclass(frozen=True)
class EventLogEntry:
    """An event of a run.

    Attributes:
        run_id: the run.
        seq: its number in the run's history.
        event: the fact.
        pipeline_name: the run's pipeline.
    """

    run_id: str
    seq: int
    event: Event
    pipeline_name: str = ""

    @property
    def message(self) -> str:
        """The fact in one sentence."""
        return self.event.message

    user_message = message

    @property
    def level(self) -> str:
        """How severe it is."""
        return self.event.level

    @property
    def step_key(self) -> str | None:
        """The step that it is about."""
        return self.event.step_key

    @property
    def timestamp(self) -> float:
        """When, in seconds since the epoch."""
        return self.event.timestamp

    @property
    def is_dagster_event(self) -> bool:
        """It is more than a line that user code logged."""
        return self.event.type is not EventType.LOG

    @property
    def dagster_event_type(self) -> EventType | None:
        """What kind of fact; None for a line that user code logged."""
        return self.event.type if self.is_dagster_event else None

    @property
    def dagster_event(self) -> DagsterEvent | None:
        """The fact with the classic ways to ask about it; None for a line that user code logged."""
        return DagsterEvent(self.event, self.pipeline_name) if self.is_dagster_event else None

    get_dagster_event = dagster_event


@dataclass(frozen=True)
class EventLogRecord:
    """An event that can be gone on from: ``storage_id`` is its place among all events of its kind."""

    storage_id: int
    event_log_entry: EventLogEntry


@dataclass(frozen=True)
class EventRecordsFilter:
    """Which events to take; what is None does not matter.

    Attributes:
        event_type: ``ASSET_MATERIALIZATION`` or ``ASSET_OBSERVATION``.
        asset_key: the asset, which must be said.
        asset_partitions: of these slices.
        after_cursor, before_cursor: ids of records, neither included.
        after_timestamp, before_timestamp: seconds since the epoch, neither included.
    """

    event_type: EventType
    asset_key: AssetKey | None = None
    asset_partitions: Sequence[str] | None = None
    after_cursor: int | None = None
    before_cursor: int | None = None
    after_timestamp: float | None = None
    before_timestamp: float | None = None


def entry_of(fact: AssetFact, pipeline_name: str) -> EventLogEntry:
    """The event behind a fact of an asset."""
    return EventLogEntry(fact.run_id, fact.seq, event_of(fact), pipeline_name)
