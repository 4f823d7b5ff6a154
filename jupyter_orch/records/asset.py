"""What is known of the things that runs write and look at."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from jupyter_orch.records.event import Event, EventType

AssetPath = tuple[str, ...]
"""The parts of an asset's key, from the outermost to the innermost."""

ASSET_EVENTS = (EventType.ASSET_MATERIALIZATION, EventType.ASSET_OBSERVATION)


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetFact:
    """That an asset was written (``ASSET_MATERIALIZATION``) or looked at (``ASSET_OBSERVATION``).

    Attributes:
        cursor: place among the facts of all assets; grows with every commit and is never given twice.
        type: which of the two.
        asset_key: the asset.
        run_id, seq: the run, and the number of the event in its history.
        step_key: the step.
        timestamp: when, in seconds since the epoch.
        partition: the slice of the asset, or None for all of it.
        description: in the author's words.
        metadata: entries as the event carries them (``docs/reference/events.md``).
        tags: as given.
        lineage: the assets that the step had loaded as inputs.
    """

    cursor: int
    type: EventType
    asset_key: AssetPath
    run_id: str
    seq: int
    timestamp: float
    step_key: str | None = None
    partition: str | None = None
    description: str = ""
    metadata: tuple[dict[str, Any], ...] = ()
    tags: dict[str, str] = field(default_factory=dict)
    lineage: tuple[AssetPath, ...] = ()


def event_of(fact: AssetFact) -> Event:
    """The event that told a fact."""
    verb = "Materialized" if fact.type is EventType.ASSET_MATERIALIZATION else "Observed"
    return Event(
        type=fact.type,
        timestamp=fact.timestamp,
        message=fact.description or f"{verb} {'/'.join(fact.asset_key)}.",
        step_key=fact.step_key,
        data={
            "asset_key": list(fact.asset_key),
            "description": fact.description,
            "partition": fact.partition,
            "metadata": list(fact.metadata),
            "tags": fact.tags,
            "lineage": [list(parent) for parent in fact.lineage],
        },
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetFilter:
    """Which facts of an asset; every part that is given must hold.

    Attributes:
        type: materializations unless observations are asked for.
        partitions: of these slices only.
        before, after: cursors, neither included.
        before_time, after_time: seconds since the epoch, neither included.
    """

    type: EventType = EventType.ASSET_MATERIALIZATION
    partitions: tuple[str, ...] | None = None
    before: int | None = None
    after: int | None = None
    before_time: float | None = None
    after_time: float | None = None
