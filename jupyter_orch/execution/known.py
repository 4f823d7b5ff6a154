"""What earlier events say that need not be done again."""

from __future__ import annotations

from collections.abc import Iterable

from jupyter_orch.plan.plan import ExecutionPlan
from jupyter_orch.records.codec import from_json
from jupyter_orch.records.event import Event, EventType
from jupyter_orch.records.failure import Failure, failure_of_run
from jupyter_orch.records.known import known_without
from jupyter_orch.records.messages import KnownState

_ENDS = (EventType.STEP_SUCCESS, EventType.STEP_FAILURE, EventType.STEP_SKIPPED)


def known_from(events: Iterable[Event], run_id: str, earlier: KnownState | None = None) -> KnownState:
    """The finished steps of a run, with their outputs.

    Args:
        events: of the run, oldest first.
        run_id: the run.
        earlier: what that run itself was built on.
    """
    outputs: dict[str, set[str]] = {}
    mapping_keys: dict[str, list[str]] = {}
    finished: set[str] = set()
    for event in events:
        key = event.step_key
        if key is None:
            continue
        if event.type in (EventType.STEP_START, EventType.STEP_RESTARTED):
            outputs[key] = set()
            for name in [name for name in mapping_keys if name.rpartition(".")[0] == key]:
                del mapping_keys[name]
        elif event.type is EventType.STEP_OUTPUT and event.data["type_check"]["success"]:
            outputs.setdefault(key, set()).add(event.data["output_name"])
            if event.data["mapping_key"] is not None:
                mapping_keys.setdefault(f"{key}.{event.data['output_name']}", []).append(event.data["mapping_key"])
        elif event.type in _ENDS:
            outputs.setdefault(key, set())
            (finished.add if event.type is EventType.STEP_SUCCESS else finished.discard)(key)
    before = earlier or KnownState()
    made = {key: tuple(sorted(outputs.get(key, ()))) for key in finished}
    return KnownState(
        source_run_ids={
            **{key: source for key, source in before.source_run_ids.items() if key not in outputs},
            **dict.fromkeys(finished, run_id),
        },
        outputs={**{key: names for key, names in before.outputs.items() if key not in outputs}, **made},
        mapping_keys={
            **{name: keys for name, keys in before.mapping_keys.items() if name.rpartition(".")[0] not in outputs},
            **{name: tuple(keys) for name, keys in mapping_keys.items() if name.rpartition(".")[0] in finished},
        },
    )


def first_step_failure(events: Iterable[Event]) -> Failure | None:
    """Why a run failed: what the first step that did has raised."""
    for event in events:
        if event.type is EventType.STEP_FAILURE:
            return failure_of_run(event.step_key, from_json(Failure, event.data["failure"]))
    return None


def from_failure(
    events: Iterable[Event], plan: ExecutionPlan, run_id: str, earlier: KnownState | None = None
) -> KnownState:
    """What a re-execution from failure may build on: every finished step that depends on none that must run again.

    Steps that failed, that started without an end, or that never started run again, and all that depends on them.
    """
    known = known_from(events, run_id, earlier)
    again: set[str] = set()
    for key in plan.steps:
        feeders = plan.feeders(key)
        if key.endswith("[?]"):
            dynamic = plan.steps[key].dynamic_source
            keys = known.mapping_keys.get(f"{dynamic[0]}.{dynamic[1]}") if dynamic else None
            resolved = [f"{key.removesuffix('[?]')}[{mapping_key}]" for mapping_key in keys or ()]
            again |= {item for item in resolved if item not in known.outputs or plan.feeders(item) & again}
            if keys is None or feeders & again or any(item in again for item in resolved):
                again.add(key)
        elif key not in known.outputs or feeders & again:
            again.add(key)
    stale = {key for key in known.source_run_ids if _is_stale(key, plan, again)}
    return known_without(known, {*(key for key in again if not key.endswith("[?]")), *stale})


def _is_stale(key: str, plan: ExecutionPlan, again: set[str]) -> bool:
    """A mapped step whose producer runs again, or one that the plan no longer has."""
    step = plan.find(key)
    return step is None or bool(step.dynamic_source and step.dynamic_source[0] in again)
