"""An event with the classic ways to ask about it, and its particulars as objects."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from jupyter_orch.definitions.metadata import AssetKey, entries_from_json
from jupyter_orch.definitions.output import AssetMaterialization, AssetObservation, ExpectationResult, TypeCheck
from jupyter_orch.records.event import Event, EventType

DagsterEventType = EventType


class ErrorInfo:
    """What was raised, as it stands in an event.

    Attributes:
        cls_name: class of the exception.
        message: ``"<class>: <text>"``.
        stack: lines of the traceback.
        cause: what it was raised from, or None.
    """

    __slots__ = ("cause", "cls_name", "message", "stack")

    def __init__(self, failure: dict[str, Any]) -> None:
        self.cls_name: str = failure["cls"]
        self.message = f"{failure['cls']}: {failure['message']}"
        self.stack: list[str] = list(failure.get("stack") or ())
        self.cause = ErrorInfo(failure["cause"]) if failure.get("cause") else None

    def to_string(self) -> str:
        """The whole as a person would read it in a terminal."""
        text = "".join(self.stack) + self.message
        return f"{text}\ncaused by\n{self.cause.to_string()}" if self.cause else text

    def __repr__(self) -> str:
        return f"ErrorInfo({self.message!r})"


class DagsterEvent:
    """An event with the classic ways to ask about it.

    Args:
        event: the record.
        pipeline_name: its pipeline.
    """

    __slots__ = ("event", "pipeline_name")

    def __init__(self, event: Event, pipeline_name: str) -> None:
        self.event = event
        self.pipeline_name = pipeline_name

    @property
    def event_type(self) -> EventType:
        """What kind of fact."""
        return self.event.type

    @property
    def event_type_value(self) -> str:
        """What kind of fact, as a string."""
        return self.event.type.value

    @property
    def step_key(self) -> str | None:
        """The step that it is about."""
        return self.event.step_key

    @property
    def solid_name(self) -> str | None:
        """Name of the step's solid, without its composites and mapping key."""
        return None if self.event.step_key is None else self.event.step_key.partition("[")[0].rpartition(".")[2]

    @property
    def solid_handle(self) -> str | None:
        """The step's solid as a dotted path, without its mapping key."""
        return None if self.event.step_key is None else self.event.step_key.partition("[")[0]

    step_handle = solid_handle

    @property
    def message(self) -> str:
        """The fact in one sentence."""
        return self.event.message

    @property
    def timestamp(self) -> float:
        """When, in seconds since the epoch."""
        return self.event.timestamp

    @property
    def pid(self) -> int | None:
        """The process that began the step, where the event says so."""
        return self.event.data.get("pid")

    @property
    def logging_tags(self) -> dict[str, str]:
        """What a log line about it may carry along."""
        named = {"pipeline_name": self.pipeline_name, "step_key": self.step_key, "solid_name": self.solid_name}
        return {key: value for key, value in named.items() if value}

    @property
    def event_specific_data(self) -> Any:
        """The particulars as attributes; as a dict they are ``event.event.data``."""
        data = self.event.data
        more = _PARTICULARS.get(self.event.type)
        return SimpleNamespace(**{**data, **(more(data) if more is not None else {})})

    step_input_data = event_specific_data
    step_output_data = event_specific_data
    step_success_data = event_specific_data
    step_failure_data = event_specific_data
    step_retry_data = event_specific_data
    step_materialization_data = event_specific_data
    step_expectation_result_data = event_specific_data
    asset_observation_data = event_specific_data
    handled_output_data = event_specific_data
    loaded_input_data = event_specific_data
    hook_completed_data = event_specific_data
    hook_errored_data = event_specific_data
    engine_event_data = event_specific_data
    pipeline_failure_data = event_specific_data

    def _is(self, *kinds: EventType) -> bool:
        return self.event.type in kinds

    @property
    def is_step_event(self) -> bool:
        """It is about a step."""
        return self.event.step_key is not None

    @property
    def is_step_start(self) -> bool:
        """A step began."""
        return self._is(EventType.STEP_START)

    @property
    def is_step_success(self) -> bool:
        """A step ended well."""
        return self._is(EventType.STEP_SUCCESS)

    @property
    def is_step_failure(self) -> bool:
        """A step failed."""
        return self._is(EventType.STEP_FAILURE)

    @property
    def is_step_skipped(self) -> bool:
        """A step was skipped."""
        return self._is(EventType.STEP_SKIPPED)

    @property
    def is_step_up_for_retry(self) -> bool:
        """A step is tried again."""
        return self._is(EventType.STEP_UP_FOR_RETRY)

    @property
    def is_step_restarted(self) -> bool:
        """A step begins again."""
        return self._is(EventType.STEP_RESTARTED)

    @property
    def is_successful_output(self) -> bool:
        """A step gave an output."""
        return self._is(EventType.STEP_OUTPUT)

    @property
    def is_handled_output(self) -> bool:
        """An output was stored."""
        return self._is(EventType.HANDLED_OUTPUT)

    @property
    def is_loaded_input(self) -> bool:
        """An input was loaded."""
        return self._is(EventType.LOADED_INPUT)

    @property
    def is_step_materialization(self) -> bool:
        """An asset was materialized."""
        return self._is(EventType.ASSET_MATERIALIZATION)

    @property
    def is_asset_observation(self) -> bool:
        """An asset was observed."""
        return self._is(EventType.ASSET_OBSERVATION)

    @property
    def is_expectation_result(self) -> bool:
        """An expectation was checked."""
        return self._is(EventType.STEP_EXPECTATION_RESULT)

    @property
    def is_failure(self) -> bool:
        """The run or a step failed."""
        return self._is(EventType.STEP_FAILURE, EventType.PIPELINE_FAILURE)

    @property
    def is_pipeline_event(self) -> bool:
        """It is about the life of the whole run."""
        return self.event.type.value.startswith("PIPELINE_")

    @property
    def is_pipeline_success(self) -> bool:
        """The run ended well."""
        return self._is(EventType.PIPELINE_SUCCESS)

    @property
    def is_pipeline_failure(self) -> bool:
        """The run failed."""
        return self._is(EventType.PIPELINE_FAILURE)

    @property
    def is_engine_event(self) -> bool:
        """The engine said something."""
        return self._is(EventType.ENGINE_EVENT)

    @property
    def is_hook_event(self) -> bool:
        """A hook ran, failed or had nothing to do."""
        return self._is(EventType.HOOK_COMPLETED, EventType.HOOK_ERRORED, EventType.HOOK_SKIPPED)

    @property
    def is_hook_completed(self) -> bool:
        """A hook ran."""
        return self._is(EventType.HOOK_COMPLETED)

    @property
    def is_hook_errored(self) -> bool:
        """A hook failed."""
        return self._is(EventType.HOOK_ERRORED)

    @property
    def is_hook_skipped(self) -> bool:
        """A hook had nothing to do."""
        return self._is(EventType.HOOK_SKIPPED)

    @property
    def asset_key(self) -> AssetKey | None:
        """The asset of a materialization or observation."""
        key = self.event.data.get("asset_key")
        return AssetKey(key) if key else None

    @property
    def partition(self) -> str | None:
        """The asset's partition of a materialization or observation."""
        return self.event.data.get("partition")

    def __repr__(self) -> str:
        return f"DagsterEvent({self.event_type_value}, {self.step_key!r}, {self.message!r})"


def materialization_of(data: dict[str, Any], kind: type[AssetMaterialization]) -> AssetMaterialization:
    """What user code recorded, from the event that carries it."""
    return kind(
        AssetKey(data["asset_key"]),
        data.get("description") or None,
        entries_from_json(data.get("metadata") or []),
        data.get("partition"),
        data.get("tags"),
    )


def _check(data: dict[str, Any]) -> dict[str, Any]:
    written = data["type_check"]
    entries = entries_from_json(written.get("metadata") or [])
    return {
        "type_check_data": TypeCheck(written["success"], written.get("description"), entries),
        "metadata_entries": entries_from_json(data.get("metadata") or []),
    }


def _failure(data: dict[str, Any]) -> dict[str, Any]:
    user = SimpleNamespace(
        label="intentional-failure",
        description=data.get("description"),
        metadata_entries=entries_from_json(data.get("metadata") or []),
    )
    return {
        "error": ErrorInfo(data["failure"]),
        "error_display_string": ErrorInfo(data["failure"]).to_string(),
        "user_failure_data": user if "metadata" in data else None,
    }


def _materialization(data: dict[str, Any]) -> dict[str, Any]:
    made = materialization_of(data, AssetMaterialization)
    lineage = [AssetKey(key) for key in data.get("lineage") or ()]
    return {"materialization": made, "asset_lineage": lineage}


def _observation(data: dict[str, Any]) -> dict[str, Any]:
    return {"asset_observation": materialization_of(data, AssetObservation)}


def _expectation(data: dict[str, Any]) -> dict[str, Any]:
    entries = entries_from_json(data.get("metadata") or [])
    return {"expectation_result": ExpectationResult(data["success"], data["label"], data["description"], entries)}


def _error(data: dict[str, Any]) -> dict[str, Any]:
    return {"error": ErrorInfo(data["failure"]) if data.get("failure") else None}


def _entries(data: dict[str, Any]) -> dict[str, Any]:
    return {"metadata_entries": entries_from_json(data.get("metadata") or [])}


def _loaded(data: dict[str, Any]) -> dict[str, Any]:
    return {"upstream_step_key": data.get("upstream_step"), "upstream_output_name": data.get("upstream_output")}


def _success(data: dict[str, Any]) -> dict[str, Any]:
    return {"duration_ms": data["seconds"] * 1000}


_PARTICULARS: dict[EventType, Callable[[dict[str, Any]], dict[str, Any]]] = {
    EventType.STEP_INPUT: _check,
    EventType.STEP_OUTPUT: _check,
    EventType.STEP_SUCCESS: _success,
    EventType.STEP_FAILURE: _failure,
    EventType.STEP_UP_FOR_RETRY: _failure,
    EventType.STEP_EXPECTATION_RESULT: _expectation,
    EventType.ASSET_MATERIALIZATION: _materialization,
    EventType.ASSET_OBSERVATION: _observation,
    EventType.HANDLED_OUTPUT: _entries,
    EventType.LOADED_INPUT: _loaded,
    EventType.HOOK_ERRORED: _error,
    EventType.ENGINE_EVENT: _error,
    EventType.PIPELINE_FAILURE: _error,
}
