"""Facts about a run, in the order in which they happened. A run's state is a fold over its events."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


class EventType(StrEnum):
    """Every kind of fact a run's log can hold; the classic vocabulary plus ``LOG`` for what user code logs."""

    PIPELINE_ENQUEUED = "PIPELINE_ENQUEUED"
    PIPELINE_DEQUEUED = "PIPELINE_DEQUEUED"
    PIPELINE_STARTING = "PIPELINE_STARTING"
    PIPELINE_START = "PIPELINE_START"
    PIPELINE_SUCCESS = "PIPELINE_SUCCESS"
    PIPELINE_FAILURE = "PIPELINE_FAILURE"
    PIPELINE_CANCELING = "PIPELINE_CANCELING"
    PIPELINE_CANCELED = "PIPELINE_CANCELED"
    STEP_START = "STEP_START"
    STEP_INPUT = "STEP_INPUT"
    STEP_OUTPUT = "STEP_OUTPUT"
    STEP_SUCCESS = "STEP_SUCCESS"
    STEP_FAILURE = "STEP_FAILURE"
    STEP_SKIPPED = "STEP_SKIPPED"
    STEP_UP_FOR_RETRY = "STEP_UP_FOR_RETRY"
    STEP_RESTARTED = "STEP_RESTARTED"
    STEP_EXPECTATION_RESULT = "STEP_EXPECTATION_RESULT"
    HANDLED_OUTPUT = "HANDLED_OUTPUT"
    LOADED_INPUT = "LOADED_INPUT"
    OBJECT_STORE_OPERATION = "OBJECT_STORE_OPERATION"
    ASSET_MATERIALIZATION = "ASSET_MATERIALIZATION"
    ASSET_OBSERVATION = "ASSET_OBSERVATION"
    HOOK_COMPLETED = "HOOK_COMPLETED"
    HOOK_ERRORED = "HOOK_ERRORED"
    HOOK_SKIPPED = "HOOK_SKIPPED"
    ENGINE_EVENT = "ENGINE_EVENT"
    LOGS_CAPTURED = "LOGS_CAPTURED"
    LOG = "LOG"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One fact.

    Attributes:
        type: what kind of fact.
        timestamp: when, in seconds since the epoch, by the clock of the process that saw it.
        message: the fact in one readable sentence.
        level: ``DEBUG``, ``INFO``, ``WARNING``, ``ERROR`` or ``CRITICAL``.
        step_key: the step it is about, or None for the whole run.
        data: the particulars as JSON values; which keys stand here depends on the type (``docs/reference/events.md``).
    """

    type: EventType
    timestamp: float
    message: str = ""
    level: str = "INFO"
    step_key: str | None = None
    data: dict[str, Any] = field(default_factory=dict)

    def plain(self) -> dict[str, Any]:
        """The event as a JSON object; on the hot path, where ``codec.to_json`` would walk through ``data``."""
        return {
            "type": self.type,
            "timestamp": self.timestamp,
            "message": self.message,
            "level": self.level,
            "step_key": self.step_key,
            "data": self.data,
        }

    def written(self) -> bytes:
        """The event as one line of JSON in UTF-8; a half of a surrogate pair, which UTF-8 can not hold, becomes ``?``.

        Whoever needs it more than once writes it once: this is a fifth of what a step costs its run's process.

        Raises:
            TypeError, ValueError: ``data`` holds what JSON can not.
        """
        return _encode(self.plain()).encode("utf-8", "replace")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEvent:
    """An event with its place in the run's history: ``seq`` counts 1, 2, 3 … without a gap."""

    run_id: str
    seq: int
    event: Event
