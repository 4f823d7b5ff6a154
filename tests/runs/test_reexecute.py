"""Which steps a re-execution from failure runs again."""

from __future__ import annotations

from jupyter_orch.records.event import EventType, StoredEvent
from jupyter_orch.records.messages import KnownState, PlanSnapshot, StepInputSnapshot, StepSnapshot
from jupyter_orch.records.snapshot import OutputRef
from jupyter_orch.runs.history import known_after, step_states
from jupyter_orch.runs.reexecute import steps_left
from tests.conftest import event


def step(key: str, *sources: str) -> StepSnapshot:
    inputs = tuple(StepInputSnapshot(name=f"i{n}", sources=(OutputRef(solid=s),)) for n, s in enumerate(sources))
    return StepSnapshot(key=key, solid=key.split("[")[0], inputs=inputs, outputs=("result",))


def history(*facts: tuple[str, EventType]) -> list[StoredEvent]:
    found = []
    for key, kind in facts:
        data = {"output_name": "result"} if kind == EventType.STEP_OUTPUT else {}
        found.append(StoredEvent(run_id="r", seq=len(found) + 1, event=event(kind, step_key=key, data=data)))
    return found


def ok(key: str) -> list[tuple[str, EventType]]:
    return [(key, EventType.STEP_START), (key, EventType.STEP_OUTPUT), (key, EventType.STEP_SUCCESS)]


def left(plan: PlanSnapshot, events: list[StoredEvent], before: KnownState | None = None) -> tuple[str, ...]:
    return steps_left(plan, known_after("r", before or KnownState(), step_states(events)))


PLAN = PlanSnapshot(steps=(step("a"), step("b", "a"), step("c", "b"), step("d", "a"), step("e", "c", "d")))


def test_failed_steps_and_their_dependants_run_again() -> None:
    events = history(*ok("a"), ("b", EventType.STEP_START), ("b", EventType.STEP_FAILURE), *ok("d"))
    assert left(PLAN, events) == ("b", "c", "e")


def test_a_step_without_an_end_runs_again() -> None:
    assert left(PLAN, history(*ok("a"), ("b", EventType.STEP_START), *ok("d"))) == ("b", "c", "e")


def test_steps_that_never_started_run_again() -> None:
    assert left(PLAN, history()) == ("a", "b", "c", "d", "e")


def test_skipped_steps_are_left_to_be_skipped_again_so_that_what_is_behind_them_is_too() -> None:
    events = history(*ok("a"), ("d", EventType.STEP_SKIPPED), ("b", EventType.STEP_FAILURE))
    assert left(PLAN, events) == ("b", "c", "d", "e")


def test_steps_finished_in_an_earlier_run_stay_finished() -> None:
    before = KnownState(source_run_ids={"a": "r0"}, outputs={"a": ("result",)})
    assert left(PLAN, history(*ok("b"), ("c", EventType.STEP_FAILURE), *ok("d")), before) == ("c", "e")


def test_only_the_failed_instance_of_a_mapped_step_runs_again() -> None:
    plan = PlanSnapshot(steps=(step("spread"), step("work[?]", "spread"), step("gather", "work[?]")))
    given = [
        StoredEvent(
            run_id="r",
            seq=1,
            event=event(EventType.STEP_OUTPUT, step_key="spread", data={"output_name": "result", "mapping_key": key}),
        )
        for key in "xyz"
    ]
    events = history(("spread", EventType.STEP_SUCCESS), *ok("work[x]"), ("work[y]", EventType.STEP_FAILURE))
    assert left(plan, [*given, *events]) == ("work[y]", "work[z]", "gather"), "z was never begun"


def test_a_step_of_an_earlier_run_that_was_begun_again_and_failed_is_not_finished() -> None:
    before = KnownState(source_run_ids={"a": "r0", "b": "r0"}, outputs={"a": ("result",), "b": ("result",)})
    assert left(PLAN, history(("b", EventType.STEP_START), ("b", EventType.STEP_FAILURE)), before) == (
        "b",
        "c",
        "d",
        "e",
    )


def test_outputs_are_known_with_the_run_that_holds_them() -> None:
    known = known_after("r1", KnownState(source_run_ids={"old": "r0"}), step_states(history(*ok("a"))))
    assert known.source_run_ids == {"old": "r0", "a": "r1"}
    assert known.outputs["a"] == ("result",)
