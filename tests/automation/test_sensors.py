"""Sensors: evaluated in time, each answer's runs once, cursors kept with the runs, locations apart."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from jupyter_orch.automation.deployed import DeployedSensor
from jupyter_orch.failpoints import FOLDER_VARIABLE, VARIABLE, FailpointReached, arm
from jupyter_orch.ports import CodeServerError
from jupyter_orch.records.run import Run, RunFilter
from jupyter_orch.records.status import RunStatus
from jupyter_orch.records.tick import Instigator, Tick, TickStatus
from jupyter_orch.runs.journal import Journal
from jupyter_orch.storage.sql import SqlStorage
from tests.automation.surroundings import Answers, Hands, SensorReplica, sensor, wait_for
from tests.conftest import submission

INTERVAL = 30.0


@pytest.fixture
def found() -> list[DeployedSensor]:
    return [sensor()]


@pytest.fixture
def replica(storage: SqlStorage, answers: Answers, found: list[DeployedSensor]) -> Iterator[SensorReplica]:
    made = SensorReplica(storage, answers, "a", found)
    yield made
    made.loop.stop()


def ticks(storage: SqlStorage, name: str = "look") -> list[Tick]:
    """All ticks of a sensor, oldest first."""
    return storage.list_ticks(state(storage, name).instigator_id, 100)[::-1]


def state(storage: SqlStorage, name: str = "look") -> Instigator:
    return next(i for i in storage.list_instigators("sensor") if i.name == name)


def request(key: str | None = None, **more: Any) -> dict[str, Any]:
    return {"run_key": key, "run_config": {}, "pipeline": "pipe", **more}


def runs(storage: SqlStorage) -> list[Run]:
    return storage.list_runs(RunFilter(), limit=100, oldest_first=True)


def test_case_20_a_run_key_starts_one_run_for_ever(
    replica: SensorReplica, hands: Hands, storage: SqlStorage, answers: Answers
) -> None:
    answers.answer = {"requests": [request("only_once")]}
    for _ in range(3):
        replica.poll()
        hands.now += INTERVAL
    made, *rest = ticks(storage)
    assert (made.status, len(made.run_ids)) == (TickStatus.SUCCESS, 1)
    assert [t.status for t in rest] == [TickStatus.SKIPPED] * 2 and "only_once" in (rest[0].skip_reason or "")
    (run,) = runs(storage)
    assert run.submission.tags == {"team": "sea", "dagster/sensor_name": "look", "dagster/run_key": "only_once"}
    Journal(storage, lambda _: None).cancel_waiting(run)
    assert storage.delete_run(run.run_id)
    replica.poll()
    assert runs(storage) == [], "a key is used up even when its run was removed"


def test_a_key_that_stands_twice_in_one_answer_starts_one_run(
    replica: SensorReplica, hands: Hands, storage: SqlStorage, answers: Answers
) -> None:
    answers.answer = {"requests": [request("a"), request("a"), request("b"), request(None), request(None)]}
    replica.poll()
    assert len(runs(storage)) == 4
    assert ticks(storage)[0].skipped_run_keys == ("a",) and state(storage).last_run_key == "b"


def test_of_thousands_of_keys_that_had_a_run_some_are_named_and_all_are_counted(
    replica: SensorReplica, hands: Hands, storage: SqlStorage, answers: Answers
) -> None:
    answers.answer = {"requests": [request(f"k{n}") for n in range(150)]}
    replica.poll()
    hands.now += INTERVAL
    replica.poll()
    first, again = ticks(storage)
    assert len(first.run_ids) == 150 and again.skipped_run_keys == tuple(f"k{n}" for n in range(100))
    assert again.skip_reason is not None and again.skip_reason.endswith("k9 and 140 more")


@pytest.mark.parametrize("point", ["tick.claim.after", "tick.eval.after", "tick.commit.before", "tick.commit.after"])
def test_case_21_a_sensor_that_dies_on_the_way_has_made_its_run_once(
    replica: SensorReplica,
    hands: Hands,
    storage: SqlStorage,
    answers: Answers,
    found: list[DeployedSensor],
    point: str,
) -> None:
    answers.answer = {"requests": [request("k")], "cursor": "1"}
    arm({VARIABLE: f"{point}=raise"})
    try:
        replica.poll()
        with pytest.raises(FailpointReached):
            replica.loop.poll()
    finally:
        arm({})
    hands.now += 300.0
    other = SensorReplica(storage, answers, "b", found)
    other.poll()
    other.loop.stop()
    assert len(runs(storage)) == 1 and state(storage).cursor == "1"
    statuses = [t.status for t in ticks(storage)]
    assert statuses[0] == TickStatus.SUCCESS and TickStatus.STARTED not in statuses


def test_case_22_the_interval_counts_from_the_end_of_the_evaluation(
    replica: SensorReplica, hands: Hands, storage: SqlStorage, answers: Answers, found: list[DeployedSensor]
) -> None:
    found[:] = [sensor(minimum_interval_seconds=60)]
    start = hands.now

    def slow(*_: Any) -> Any:
        hands.now += 10.0
        return {"skip_reason": "nothing"}

    answers.answer = slow
    for at in (0.0, 30.0, 60.0, 69.0, 70.0):
        hands.now = max(hands.now, start + at)
        replica.poll()
    assert [t.due_at - start for t in ticks(storage)] == [0.0, 70.0]


def test_case_23_the_cursor_is_kept_unless_the_evaluation_fails(
    replica: SensorReplica, hands: Hands, storage: SqlStorage, answers: Answers
) -> None:
    for answer, cursor in (
        ({"skip_reason": "none", "cursor": "1"}, "1"),
        ({"requests": [request("k")], "cursor": "2"}, "2"),
        ({"failure": {"cls": "E", "message": "after setting it"}, "cursor": "3"}, "2"),
        (CodeServerError("did not answer", "TIMEOUT", None), "2"),
    ):
        answers.answer = answer
        replica.poll()
        hands.now += INTERVAL
        assert state(storage).cursor == cursor
    assert [q["cursor"] for q in answers.questions] == [None, "1", "2", "2"]
    assert answers.questions[2]["last_run_key"] == "k"
    for wanted in ("9", None):
        replica.switches.set_cursor(sensor(), wanted)
        assert state(storage).cursor == wanted


def test_a_wrong_config_fails_the_tick_and_makes_no_run(
    replica: SensorReplica, hands: Hands, storage: SqlStorage, answers: Answers
) -> None:
    wrong = {"kind": "MISSING_FIELD", "path": ["solids"], "message": "the field is missing"}
    answers.answer = {"requests": [request("good"), request("bad", config_errors=[wrong])], "cursor": "1"}
    replica.poll()
    (tick,) = ticks(storage)
    assert tick.status == TickStatus.FAILURE and tick.failure is not None
    assert "'bad'" in tick.failure.message and "solids: the field is missing" in tick.failure.message
    assert runs(storage) == [] and state(storage).cursor is None


def test_tags_that_can_not_be_kept_are_told_by_the_run_that_they_were_for(
    replica: SensorReplica, hands: Hands, storage: SqlStorage, answers: Answers
) -> None:
    answers.answer = {"requests": [request("k", tags={"good": "one", "bad": "a\0b", "k" * 300: "long"})]}
    replica.poll()
    (run,) = runs(storage)
    assert run.status == RunStatus.FAILURE and run.failure is not None
    assert "control characters" in run.failure.message and "300 characters" in run.failure.message
    assert run.submission.tags.keys() == {"team", "good", "dagster/sensor_name", "dagster/run_key"}


def test_a_sensor_may_say_how_long_it_takes(
    replica: SensorReplica, hands: Hands, answers: Answers, found: list[DeployedSensor]
) -> None:
    found[:] = [sensor(name="quick", evaluation_timeout_seconds=1.5), sensor(name="ordinary")]
    replica.poll()
    assert {q["sensor"]: q["timeout"] for q in answers.questions} == {"quick": 1.5, "ordinary": 60.0}


@pytest.mark.parametrize(
    "answer",
    [
        CodeServerError("the code location did not answer 'evaluate_sensor' in 4 s", "TIMEOUT", None),
        {"failure": {"cls": "EvaluationTimeout", "message": "the function did not end", "file": "flow.py", "line": 3}},
    ],
    ids=["no answer", "stopped"],
)
def test_an_evaluation_that_hangs_is_told_with_its_limit_and_where_that_is_set(
    replica: SensorReplica,
    hands: Hands,
    storage: SqlStorage,
    answers: Answers,
    found: list[DeployedSensor],
    answer: Any,
) -> None:
    found[:] = [sensor(evaluation_timeout_seconds=3)]
    answers.answer = answer
    replica.poll()
    (tick,) = ticks(storage)
    assert tick.failure is not None and tick.failure.message.startswith("sensor 'look' did not answer in 3 s")
    assert "evaluation_timeout_seconds of the sensor itself or of 'sensors' in orch.yaml" in tick.failure.message
    assert tick.failure.line == (3 if isinstance(answer, dict) else None)


def test_several_replicas_evaluate_once(
    replica: SensorReplica, hands: Hands, storage: SqlStorage, answers: Answers, found: list[DeployedSensor]
) -> None:
    others = [SensorReplica(storage, answers, name, found) for name in "bc"]
    for _ in range(4):
        for one in (replica, *others):
            one.poll()
        hands.now += INTERVAL
    for one in others:
        one.loop.stop()
    assert len(answers.questions) == 4 and len(ticks(storage)) == 4


def test_it_is_evaluated_at_once_when_somebody_wants_it(
    replica: SensorReplica, hands: Hands, storage: SqlStorage, answers: Answers
) -> None:
    replica.poll()
    hands.now += 5.0
    storage.want_tick(sensor().instigator_id, hands.now)
    replica.poll()
    assert [t.due_at for t in ticks(storage)] == [hands.now - 5.0, hands.now]
    replica.poll()
    assert len(answers.questions) == 2


def test_wanted_while_it_is_evaluated_it_is_evaluated_once_more(
    replica: SensorReplica, hands: Hands, storage: SqlStorage, answers: Answers
) -> None:
    def wanted(*_: Any) -> Any:
        if len(answers.questions) == 1:
            hands.now += 1.0
            storage.want_tick(sensor().instigator_id, hands.now)
        return {}

    answers.answer = wanted
    replica.poll()
    assert len(answers.questions) == 1
    hands.now += 0.01
    replica.poll()
    replica.poll()
    assert len(answers.questions) == 2


def test_nothing_starts_of_a_sensor_that_is_switched_off_while_it_is_evaluated(
    replica: SensorReplica, hands: Hands, storage: SqlStorage, answers: Answers, found: list[DeployedSensor]
) -> None:
    def switched_off(*_: Any) -> Any:
        replica.switches.turn(found[0], on=False)
        return {"requests": [request("k")], "cursor": "1"}

    answers.answer = switched_off
    replica.poll()
    (tick,) = ticks(storage)
    assert tick.status == TickStatus.SKIPPED and "was switched off" in (tick.skip_reason or "") and runs(storage) == []
    answers.answer = {"requests": [request("k")], "cursor": "1"}
    replica.switches.turn(found[0], on=True)
    hands.now += INTERVAL
    replica.poll()
    assert len(runs(storage)) == 1 and state(storage).cursor == "1", "it is asked again once it is on"


def test_an_evaluation_that_died_is_not_repeated_for_a_sensor_that_is_off(
    replica: SensorReplica, hands: Hands, storage: SqlStorage, answers: Answers, found: list[DeployedSensor]
) -> None:
    answers.answer = {"requests": [request("k")]}
    replica.switches.in_step(found, {})
    due = hands.now
    assert storage.claim_tick(found[0].instigator_id, due, "dead", due + 20, due) is not None
    replica.switches.turn(found[0], on=False)
    hands.now = due + 60
    replica.poll()
    (tick,) = ticks(storage)
    assert (tick.status, tick.owner, answers.questions) == (TickStatus.SKIPPED, "a", [])


def test_a_location_that_hangs_holds_up_no_other(
    hands: Hands, storage: SqlStorage, answers: Answers, found: list[DeployedSensor]
) -> None:
    goes_on = threading.Event()

    def answer(location: str, *_: Any) -> Any:
        if location == "stuck":
            assert goes_on.wait(60)
        return {}

    answers.answer = answer
    found[:] = [*(sensor("stuck", name=f"s{n}") for n in range(9)), sensor("well")]
    replica = SensorReplica(storage, answers, "a", found)
    replica.loop.poll()
    wait_for(lambda: state(storage).last_end is not None)
    for _ in range(3):
        hands.now += INTERVAL
        wait_for(lambda: replica.loop.poll() >= 0 and state(storage).last_end == hands.now)
    assert [t.status for t in ticks(storage)] == [TickStatus.SKIPPED] * 4
    assert state(storage, "s0").last_end is None
    goes_on.set()
    wait_for(replica.loop.is_idle)
    replica.loop.stop()


def test_a_long_evaluation_keeps_its_tick_while_its_replica_lives(
    replica: SensorReplica, hands: Hands, storage: SqlStorage, answers: Answers, found: list[DeployedSensor]
) -> None:
    goes_on = threading.Event()

    def answer(*_: Any) -> Any:
        assert goes_on.wait(60)
        return {"requests": [request("k")]}

    answers.answer = answer
    replica.loop.poll()
    wait_for(lambda: len(answers.questions) == 1)
    other = SensorReplica(storage, answers, "b", found)
    for _ in range(10):
        hands.now += 5.0
        replica.loop.poll()
        other.poll()
    goes_on.set()
    wait_for(replica.loop.is_idle)
    other.loop.stop()
    assert len(answers.questions) == 1 and len(runs(storage)) == 1


@pytest.mark.parametrize(("interval", "wakes"), [(1, 1), (3600, 0)])
def test_the_end_of_an_evaluation_wakes_the_loop_only_if_the_next_is_due_before_it_wakes_by_itself(
    interval: int, wakes: int, storage: SqlStorage, hands: Hands, answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    goes_on = threading.Event()

    def answer(*_: Any) -> Any:
        assert goes_on.wait(60)
        return {"requests": []}

    answers.answer = answer
    replica = SensorReplica(storage, answers, "a", [sensor(minimum_interval_seconds=interval)])
    woken: list[None] = []
    monkeypatch.setattr(replica.loop, "wake", lambda: woken.append(None))
    replica.loop.poll()
    goes_on.set()
    wait_for(lambda: replica.loop.is_idle() and len(woken) >= wakes)
    replica.loop.stop()
    assert len(woken) == wakes


def test_a_clock_that_was_set_back_holds_nothing_up(
    replica: SensorReplica, hands: Hands, storage: SqlStorage, answers: Answers
) -> None:
    replica.poll()
    hands.now -= 3600.0
    for _ in range(4):
        replica.poll()
        replica.poll()
        hands.now += INTERVAL
    assert len(answers.questions) == 1 + 4


# run status sensors


def end(storage: SqlStorage, status: RunStatus, **changes: Any) -> str:
    """A run that came to a status."""
    journal = Journal(storage, lambda _: None)
    run, _ = journal.submit(submission(**changes))
    ended = journal.fail(run, "broken") if status == RunStatus.FAILURE else journal.cancel_waiting(run)
    assert ended is not None
    return run.run_id


@pytest.fixture
def alarm(found: list[DeployedSensor]) -> DeployedSensor:
    found[:] = [sensor(name="alarm", pipelines=(), kind="run_status", run_status="FAILURE")]
    return found[0]


def test_case_24_every_failure_is_told_once_and_none_of_the_past(
    replica: SensorReplica, hands: Hands, storage: SqlStorage, answers: Answers, alarm: DeployedSensor
) -> None:
    answers.answer = {}
    for _ in range(3):
        end(storage, RunStatus.FAILURE)
    replica.poll()
    assert answers.questions == [], "the first evaluation only takes its place"
    failed = [end(storage, RunStatus.FAILURE) for _ in range(7)]
    end(storage, RunStatus.CANCELED)
    end(storage, RunStatus.FAILURE, location="elsewhere")
    hands.now += INTERVAL
    replica.poll()
    assert [q["run"]["run_id"] for q in answers.questions] == failed[:5]
    hands.now += 1.0
    replica.poll()
    assert [q["run"]["run_id"] for q in answers.questions] == failed
    assert answers.questions[0]["event"]["message"] == "broken"
    hands.now += INTERVAL
    replica.poll()
    assert len(answers.questions) == 7
    assert [t.status for t in ticks(storage, "alarm")] == [
        TickStatus.SKIPPED, TickStatus.SUCCESS, TickStatus.SUCCESS, TickStatus.SKIPPED,
    ]  # fmt: skip


def test_case_24_a_failing_handler_marks_the_tick_and_is_not_asked_again(
    replica: SensorReplica, hands: Hands, storage: SqlStorage, answers: Answers, alarm: DeployedSensor
) -> None:
    replica.poll()
    answers.answer = {"failure": {"cls": "E", "message": "handler broke"}}
    failed = end(storage, RunStatus.FAILURE)
    for _ in range(3):
        hands.now += INTERVAL
        replica.poll()
    assert len(answers.questions) == 1
    _, told, *later = ticks(storage, "alarm")
    assert told.failure is not None and told.failure.message == "handler broke"
    assert [t.status for t in later] == [TickStatus.SKIPPED] * 2
    found = storage.get_run(failed)
    assert found is not None and found.failure is not None and found.failure.message == "broken"


def test_a_run_status_sensor_goes_on_behind_what_was_done_with_when_it_died(
    replica: SensorReplica,
    hands: Hands,
    storage: SqlStorage,
    answers: Answers,
    alarm: DeployedSensor,
    found: list[DeployedSensor],
    tmp_path: Any,
) -> None:
    replica.poll()
    failed = [end(storage, RunStatus.FAILURE) for _ in range(4)]
    answers.answer = lambda _, __, params: {"requests": [request(None, tags={"of": params["run"]["run_id"]})]}
    hands.now += INTERVAL
    arm({VARIABLE: "tick.eval.before=raise@3", FOLDER_VARIABLE: str(tmp_path)})
    try:
        replica.poll()
    finally:
        arm({})
    assert [q["run"]["run_id"] for q in answers.questions] == failed[:2]
    hands.now += 100.0
    other = SensorReplica(storage, answers, "b", found)
    other.poll()
    other.loop.stop()
    assert [q["run"]["run_id"] for q in answers.questions] == failed
    mine = [run for run in runs(storage) if "of" in run.submission.tags]
    assert [run.submission.tags["of"] for run in mine] == failed
    (_, tick) = ticks(storage, "alarm")
    assert tick.status == TickStatus.SUCCESS and tick.run_ids == tuple(run.run_id for run in mine)


def test_a_selection_of_pipelines_is_kept_to(
    replica: SensorReplica, hands: Hands, storage: SqlStorage, answers: Answers, found: list[DeployedSensor]
) -> None:
    found[:] = [sensor(name="alarm", kind="run_status", run_status="FAILURE", watched=("other",))]
    answers.answer = {}
    replica.poll()
    end(storage, RunStatus.FAILURE)
    hands.now += INTERVAL
    replica.poll()
    assert answers.questions == []
