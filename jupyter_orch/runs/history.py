"""What a run's events add up to: the state of each step, and what a re-execution may build on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from jupyter_orch import clock
from jupyter_orch.records.event import Event, EventType, StoredEvent
from jupyter_orch.records.messages import KnownState, PlanSnapshot

STEP_EVENTS = (
    EventType.STEP_START,
    EventType.STEP_OUTPUT,
    EventType.STEP_SUCCESS,
    EventType.STEP_FAILURE,
    EventType.STEP_SKIPPED,
    EventType.STEP_UP_FOR_RETRY,
    EventType.STEP_RESTARTED,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StepState:
    """Where one step is: ``RUNNING, RETRYING, SUCCESS, FAILURE`` or ``SKIPPED``."""

    step_key: str
    status: str
    start_time: float | None = None
    end_time: float | None = None
    attempts: int = 0
    outputs: tuple[tuple[str, str | None], ...] = field(default=())


_STATUS_AFTER = {
    EventType.STEP_START: "RUNNING",
    EventType.STEP_RESTARTED: "RUNNING",
    EventType.STEP_SUCCESS: "SUCCESS",
    EventType.STEP_FAILURE: "FAILURE",
    EventType.STEP_SKIPPED: "SKIPPED",
    EventType.STEP_UP_FOR_RETRY: "RETRYING",
}


def step_states(events: Iterable[StoredEvent]) -> dict[str, StepState]:
    """Fold a run's step events, in order, into the state of each step."""
    states: dict[str, StepState] = {}
    for stored in events:
        event = stored.event
        if event.step_key is not None and event.type in STEP_EVENTS:
            before = states.get(event.step_key, StepState(step_key=event.step_key, status="RUNNING"))
            states[event.step_key] = _after(before, event)
    return states


def _after(state: StepState, event: Event) -> StepState:
    if event.type == EventType.STEP_OUTPUT:
        output = (str(event.data.get("output_name", "result")), event.data.get("mapping_key"))
        return replace(state, outputs=(*state.outputs, output))
    status = _STATUS_AFTER[event.type]
    if event.type == EventType.STEP_START:
        start = state.start_time if state.start_time is not None else event.timestamp
        return replace(state, status=status, start_time=start, end_time=None, attempts=state.attempts + 1, outputs=())
    if event.type == EventType.STEP_RESTARTED:
        return replace(state, status=status, end_time=None, attempts=state.attempts + 1, outputs=())
    if event.type == EventType.STEP_UP_FOR_RETRY:
        return replace(state, status=status, attempts=max(state.attempts, event.data.get("attempt", 0)))
    return replace(state, status=status, end_time=event.timestamp)


def cut_off(states: dict[str, StepState], how: str) -> list[Event]:
    """Ends for the steps that were running when their run's processes ended from outside."""
    failure = {"cls": "WorkLostInFlight", "message": how, "hint": "re-run from here if that is safe"}
    return [
        Event(
            type=EventType.STEP_FAILURE,
            timestamp=clock.now(),
            message=f"This step had started when its processes ended ({how}). It may have done part of its work.",
            level="ERROR",
            step_key=key,
            data={"failure": failure},
        )
        for key, state in states.items()
        if state.status in ("RUNNING", "RETRYING")
    ]


def plan_of(events: Iterable[StoredEvent]) -> PlanSnapshot | None:
    """The plan that a run's log holds, if the run came so far."""
    for stored in events:
        plan: Any = stored.event.data.get("plan")
        if plan is not None:
            return msgspec.convert(plan, PlanSnapshot)
    return None


def known_after(run_id: str, before: KnownState, states: dict[str, StepState]) -> KnownState:
    """What a later run may build on: the steps that succeeded here, and those of earlier runs that were not begun."""
    sources, outputs, mapping_keys = dict(before.source_run_ids), dict(before.outputs), dict(before.mapping_keys)
    for key, state in states.items():
        sources.pop(key, None)
        outputs.pop(key, None)
        for name in [name for name in mapping_keys if name.rpartition(".")[0] == key]:
            del mapping_keys[name]
        if state.status != "SUCCESS":
            continue
        sources[key] = run_id
        outputs[key] = tuple(dict.fromkeys(name for name, _ in state.outputs))
        for name in {name for name, mapping_key in state.outputs if mapping_key is not None}:
            mapping_keys[f"{key}.{name}"] = tuple(m for n, m in state.outputs if n == name and m is not None)
    return KnownState(source_run_ids=sources, outputs=outputs, mapping_keys=mapping_keys)
