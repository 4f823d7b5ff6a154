"""GraphQL: events under their classic type names. What only carries (panel, REST) takes them as JSON instead."""

from __future__ import annotations

from typing import Any

import msgspec

from jupyter_orch.api.materializations import asset_fields
from jupyter_orch.api.problems import Answer, python_error
from jupyter_orch.records.asset import ASSET_EVENTS
from jupyter_orch.records.event import Event, EventType, StoredEvent
from jupyter_orch.records.failure import Failure

E = EventType
TYPE_NAMES: dict[EventType, str] = {
    E.PIPELINE_ENQUEUED: "PipelineEnqueuedEvent",
    E.PIPELINE_DEQUEUED: "PipelineDequeuedEvent",
    E.PIPELINE_STARTING: "PipelineStartingEvent",
    E.PIPELINE_START: "PipelineStartEvent",
    E.PIPELINE_SUCCESS: "PipelineSuccessEvent",
    E.PIPELINE_FAILURE: "PipelineFailureEvent",
    E.PIPELINE_CANCELING: "PipelineCancelingEvent",
    E.PIPELINE_CANCELED: "PipelineCanceledEvent",
    E.STEP_START: "ExecutionStepStartEvent",
    E.STEP_INPUT: "ExecutionStepInputEvent",
    E.STEP_OUTPUT: "ExecutionStepOutputEvent",
    E.STEP_SUCCESS: "ExecutionStepSuccessEvent",
    E.STEP_FAILURE: "ExecutionStepFailureEvent",
    E.STEP_SKIPPED: "ExecutionStepSkippedEvent",
    E.STEP_UP_FOR_RETRY: "ExecutionStepUpForRetryEvent",
    E.STEP_RESTARTED: "ExecutionStepRestartEvent",
    E.STEP_EXPECTATION_RESULT: "StepExpectationResultEvent",
    E.HANDLED_OUTPUT: "HandledOutputEvent",
    E.LOADED_INPUT: "LoadedInputEvent",
    E.OBJECT_STORE_OPERATION: "ObjectStoreOperationEvent",
    E.ASSET_MATERIALIZATION: "StepMaterializationEvent",
    E.ASSET_OBSERVATION: "ObservationEvent",
    E.HOOK_COMPLETED: "HookCompletedEvent",
    E.HOOK_ERRORED: "HookErroredEvent",
    E.HOOK_SKIPPED: "HookSkippedEvent",
    E.ENGINE_EVENT: "EngineEvent",
    E.LOGS_CAPTURED: "LogsCapturedEvent",
    E.LOG: "LogMessageEvent",
}

_FIELDS = """  runId: String!
  message: String!
  "Milliseconds since the epoch."
  timestamp: String!
  level: LogLevel!
  stepKey: String
  solidHandleID: String
  "Null for what user code logs."
  eventType: DagsterEventType
  "What went wrong, for events that tell of a failure."
  error: PythonError
  "The event's particulars; which keys stand here depends on its type."
  data: JSON!
"""


def events_sdl() -> str:
    """The classic event types as SDL: all of one shape, told apart by their names."""
    kinds = " ".join(kind.value for kind in EventType if kind != E.LOG)
    types = "\n".join(f"type {name} implements MessageEvent {{\n{_FIELDS}}}" for name in TYPE_NAMES.values())
    return f"""
enum LogLevel {{ DEBUG INFO WARNING ERROR CRITICAL }}
enum DagsterEventType {{ {kinds} }}
interface MessageEvent {{\n{_FIELDS}}}
{types}
union PipelineRunEvent = {" | ".join(TYPE_NAMES.values())}
"""


def plain_event(stored: StoredEvent) -> Answer:
    """An event as plain JSON."""
    plain: Answer = msgspec.to_builtins(stored.event)
    return {"seq": stored.seq, **plain}


def message_event(stored: StoredEvent) -> Answer:
    """An event as its classic type."""
    event = stored.event
    return {
        "__typename": TYPE_NAMES[event.type],
        "runId": stored.run_id,
        "message": event.message,
        "timestamp": str(round(event.timestamp * 1000)),
        "level": event.level,
        "stepKey": event.step_key,
        "solidHandleID": event.step_key,
        "eventType": None if event.type == E.LOG else event.type.value,
        "error": lambda info: _error(event.data),
        "data": event.data,
        **(asset_fields(event.data) if event.type in ASSET_EVENTS else {}),
        **(_log_fields(event) if event.type == E.LOGS_CAPTURED else {}),
    }


def _log_fields(event: Event) -> Answer:
    keys = event.data.get("step_keys") or []
    key = event.step_key or next(iter(keys), "")
    return {"logKey": key, "fileKey": key, "stepKeys": keys, "externalUrl": None}


def _error(data: dict[str, Any]) -> Answer | None:
    found = data.get("failure")
    return python_error(msgspec.convert(found, Failure)) if found else None
