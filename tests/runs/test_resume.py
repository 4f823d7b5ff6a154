"""What becomes of each step when a run's worker is lost."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from jupyter_orch.processes import this_process
from jupyter_orch.records import codec
from jupyter_orch.records.event import EventType
from jupyter_orch.records.messages import PlanSnapshot, StepInputSnapshot, StepSnapshot
from jupyter_orch.records.run import Run
from jupyter_orch.records.snapshot import OutputRef
from jupyter_orch.records.spool import Spool, note_begun, read_spool
from jupyter_orch.runs.journal import Journal
from jupyter_orch.runs.resume import left_to_do, resumption_of
from jupyter_orch.storage.sql import SqlStorage
from tests.conftest import event, submission

E = EventType


def step(key: str, *sources: str, **more: Any) -> StepSnapshot:
    inputs = tuple(StepInputSnapshot(name=f"i{n}", sources=(OutputRef(solid=s),)) for n, s in enumerate(sources))
    return StepSnapshot(key=key, solid=key.split("[")[0], inputs=inputs, outputs=("result",), **more)


CHAIN = (step("a"), step("b", "a"), step("c", "b"))
FORK = (*CHAIN, step("other", "a"))


class World:
    """One run with a plan and a history."""

    def __init__(self, storage: SqlStorage, plan: tuple[StepSnapshot, ...], tags: dict[str, str] | None = None) -> None:
        self.storage = storage
        self.journal = Journal(storage, lambda _: None)
        run, _ = self.journal.submit(submission(tags=tags or {}))
        won = self.journal.dequeue(run)
        assert won is not None
        claimed = self.journal.claim(run.run_id, won[0].epoch, won[1], this_process(), "by a test")
        assert claimed is not None
        self.run: Run = claimed
        self.tell(event(E.ENGINE_EVENT, data={"plan": codec.to_json(PlanSnapshot(steps=plan))}))

    def tell(self, *facts: Any) -> None:
        assert self.journal.append(self.run.run_id, self.run.epoch, facts)

    def begin(self, *keys: str) -> None:
        for key in keys:
            self.tell(event(E.STEP_START, step_key=key))

    def finish(self, *keys: str) -> None:
        for key in keys:
            self.begin(key)
            self.tell(
                event(E.STEP_OUTPUT, step_key=key, data={"output_name": "result"}), event(E.STEP_SUCCESS, step_key=key)
            )

    def lose(self, policy: str = "fail") -> None:
        left = resumption_of(self.storage, self.run, policy)
        resumed = self.journal.resume(self.run, 1, 3, [*left.ends("it died"), *left.repeats()], "Worker lost.")
        assert resumed is not None
        self.run = resumed


def test_a_step_in_flight_is_not_repeated_and_what_does_not_need_it_goes_on(storage: SqlStorage) -> None:
    world = World(storage, FORK)
    world.finish("a")
    world.begin("b")
    found = resumption_of(storage, world.run, "fail")
    assert (found.again, found.cut, found.finished, found.total, found.is_worthwhile) == ((), ("b",), 1, 4, True)
    world.lose()
    keys, known = left_to_do(storage, world.run)
    assert keys == ("c", "other") and known.failed == ("b",) and known.source_run_ids == {"a": world.run.run_id}


def test_when_everything_left_needs_the_step_in_flight_there_is_nothing_to_resume(storage: SqlStorage) -> None:
    world = World(storage, CHAIN)
    world.finish("a")
    world.begin("b")
    assert not resumption_of(storage, world.run, "fail").is_worthwhile


@pytest.mark.parametrize(
    ("steps", "tags", "policy"),
    [
        (CHAIN, {}, "rerun"),
        (CHAIN, {"jupyter_orch/resume": "rerun"}, "fail"),
        ((step("a"), step("b", "a", max_retries=1), step("c", "b")), {}, "fail"),
        ((step("a"), step("b", "a", tags={"jupyter_orch/resume": "rerun"}), step("c", "b")), {}, "fail"),
    ],
    ids=["deployment", "run tag", "retry policy", "solid tag"],
)
def test_a_step_in_flight_runs_again_where_somebody_says_so(
    storage: SqlStorage, steps: tuple[StepSnapshot, ...], tags: dict[str, str], policy: str
) -> None:
    world = World(storage, steps, tags)
    world.finish("a")
    world.begin("b")
    world.lose(policy)
    keys, known = left_to_do(storage, world.run)
    assert keys == ("b", "c") and known.attempts == {"b": 1} and known.failed == ()
    told = storage.read_events(world.run.run_id, types=["STEP_UP_FOR_RETRY"])
    assert [e.event.step_key for e in told] == ["b"] and "may have had effects" in told[0].event.message


def test_a_tag_of_the_run_forbids_what_the_deployment_allows(storage: SqlStorage) -> None:
    world = World(storage, CHAIN, {"jupyter_orch/resume": "fail"})
    world.begin("a")
    assert resumption_of(storage, world.run, "rerun").cut == ("a",)


def test_a_retry_policy_that_is_used_up_does_not_repeat_the_step(storage: SqlStorage) -> None:
    world = World(storage, (step("a", max_retries=1),))
    world.begin("a")
    world.tell(event(E.STEP_UP_FOR_RETRY, step_key="a"), event(E.STEP_RESTARTED, step_key="a"))
    assert resumption_of(storage, world.run, "fail").cut == ("a",)


def test_a_step_that_waits_for_its_next_attempt_keeps_waiting(storage: SqlStorage) -> None:
    world = World(storage, (step("a", max_retries=1),))
    world.begin("a")
    world.tell(event(E.STEP_UP_FOR_RETRY, step_key="a"))
    assert resumption_of(storage, world.run, "fail").again == ("a",)


def test_a_run_of_which_only_the_end_is_missing_is_resumed_to_say_it(storage: SqlStorage) -> None:
    world = World(storage, CHAIN)
    world.finish("a", "b", "c")
    assert resumption_of(storage, world.run, "fail").is_worthwhile
    world.lose()
    assert left_to_do(storage, world.run)[0] == ()


def test_a_run_that_had_not_planned_yet_starts_anew(storage: SqlStorage) -> None:
    run, _ = Journal(storage, lambda _: None).submit(submission(step_keys=("a",)))
    assert resumption_of(storage, run, "fail").is_worthwhile
    assert left_to_do(storage, run)[0] == ("a",)


def test_mapped_steps_that_are_finished_stay_and_the_others_are_named(storage: SqlStorage) -> None:
    world = World(storage, (step("spread"), step("work[?]", "spread"), step("gather", "work[?]")))
    world.begin("spread")
    for key in "xyz":
        data = {"output_name": "result", "mapping_key": key}
        world.tell(event(E.STEP_OUTPUT, step_key="spread", data=data))
    world.tell(event(E.STEP_SUCCESS, step_key="spread"))
    world.finish("work[x]")
    world.begin("work[y]")
    world.lose("rerun")
    keys, known = left_to_do(storage, world.run)
    assert keys == ("work[y]", "work[z]", "gather") and known.attempts == {"work[y]": 1}
    assert known.mapping_keys == {"spread.result": ("x", "y", "z")}


def test_a_step_whose_start_was_lost_with_the_worker_counts_as_in_flight(storage: SqlStorage, tmp_path: Path) -> None:
    path = tmp_path / "spool"
    note_begun(str(path), "a", 1)
    note_begun(str(path), "b", 1)
    note_begun(str(path), "b", 2)
    path.write_bytes(path.read_bytes() + b'["c", ')
    assert read_spool(path).begun == {"a": 1, "b": 2} and read_spool(tmp_path / "nothing").begun == {}
    world = World(storage, FORK)
    world.finish("a")
    found = resumption_of(storage, world.run, "fail", read_spool(path).begun)
    assert found.cut == ("b",) and found.states["b"].attempts == 2


def test_what_was_on_its_way_when_the_worker_died_is_stored_once(storage: SqlStorage, tmp_path: Path) -> None:
    world = World(storage, CHAIN)
    spool = Spool(str(tmp_path / "spool"))
    said = [
        replace(event(kind, step_key="a", data={"output_name": "result", "n": [1, None]}), timestamp=float(number))
        for number, kind in enumerate((E.STEP_START, E.LOG, E.STEP_OUTPUT, E.STEP_SUCCESS))
    ]
    for one in said:
        spool.note(one, one.written())
    world.tell(said[0], said[1])
    for _ in range(2):
        assert world.journal.append_lost(world.run, read_spool(tmp_path / "spool").events)
    stored = storage.read_events(world.run.run_id)[-4:]
    assert [e.event for e in stored] == said
    assert left_to_do(storage, world.run)[0] == ("b", "c")


def test_what_was_on_its_way_is_stored_once_when_two_monitors_find_it(
    storage: SqlStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second stores it while the first is between looking and storing."""
    world = World(storage, CHAIN)
    said = [replace(event(kind, step_key="a"), timestamp=1.0) for kind in (E.STEP_START, E.STEP_SUCCESS)]
    read = storage.read_events

    def read_and_be_late(*args: Any, **more: Any) -> Any:
        found = read(*args, **more)
        monkeypatch.undo()
        assert world.journal.append_lost(world.run, said)
        return found

    monkeypatch.setattr(storage, "read_events", read_and_be_late)
    assert not world.journal.append_lost(world.run, said), "somebody else was faster: look again"
    assert world.journal.append_lost(world.run, said)
    assert [e.event for e in storage.read_events(world.run.run_id)][-2:] == said
    assert [e.event.type for e in storage.read_events(world.run.run_id)].count(E.STEP_SUCCESS) == 1
