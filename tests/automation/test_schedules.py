"""From due times to runs: each once, never for the past, always with a visible reason."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from jupyter_orch.automation.deployed import DeployedSchedule
from jupyter_orch.failpoints import FOLDER_VARIABLE, VARIABLE, FailpointReached, arm
from jupyter_orch.ports import CodeServerError, LocationUnavailable
from jupyter_orch.records.run import Run, RunFilter
from jupyter_orch.records.status import RunStatus
from jupyter_orch.records.tick import Tick, TickStatus
from jupyter_orch.runs.journal import Journal
from jupyter_orch.storage.sql import SqlStorage
from tests.automation.surroundings import MINUTE, START, Answers, Hands, ScheduleReplica, schedule, wait_for


@pytest.fixture
def found() -> list[DeployedSchedule]:
    return [schedule()]


@pytest.fixture
def replica(storage: SqlStorage, answers: Answers, found: list[DeployedSchedule]) -> Iterator[ScheduleReplica]:
    made = ScheduleReplica(storage, answers, "a", found)
    yield made
    made.loop.stop()


def test_nothing_fires_before_it_is_due_and_the_sleep_ends_when_it_is(replica: ScheduleReplica, hands: Hands) -> None:
    assert replica.poll() == 10.0
    hands.now = START + 25
    assert replica.poll() == pytest.approx(5.0)


def test_a_due_time_makes_its_runs_once(
    replica: ScheduleReplica, hands: Hands, storage: SqlStorage, answers: Answers
) -> None:
    replica.poll()
    hands.now = START + 31
    replica.poll()
    replica.poll()
    (run,) = storage.list_runs(RunFilter(), limit=10)
    assert run.submission.created_by == "schedule s"
    assert run.submission.run_config == {"n": 1}
    assert run.submission.tags == {"team": "sea", "t": "u", "dagster/schedule_name": "s"}
    assert answers.asked == [START + 30]


def test_two_replicas_fire_a_due_time_once(
    replica: ScheduleReplica, hands: Hands, storage: SqlStorage, answers: Answers, found: list[DeployedSchedule]
) -> None:
    other = ScheduleReplica(storage, answers, "b", found)
    replica.poll()
    for minute in range(1, 6):
        hands.now = START + minute * MINUTE
        replica.poll()
        other.poll()
    other.loop.stop()
    assert storage.count_runs(RunFilter()) == 5 and len(answers.asked) == 5


def test_case_13_after_a_pause_only_the_newest_due_time_fires(
    replica: ScheduleReplica, hands: Hands, answers: Answers
) -> None:
    replica.poll()
    hands.now = START + 10 * MINUTE
    replica.poll()
    assert answers.asked == [START + 30 + 9 * MINUTE]


def test_case_13_a_partitioned_schedule_makes_up_for_the_newest_few(
    replica: ScheduleReplica, hands: Hands, answers: Answers, found: list[DeployedSchedule]
) -> None:
    found[:] = [schedule(partition_set="p")]
    replica.poll()
    hands.now = START + 10 * MINUTE
    replica.poll()
    assert sorted(answers.asked) == [START + 30 + 8 * MINUTE, START + 30 + 9 * MINUTE]


def test_case_x10_an_edited_cron_line_never_fires_for_the_past(
    replica: ScheduleReplica, hands: Hands, answers: Answers, found: list[DeployedSchedule]
) -> None:
    found[:] = [schedule("15 13 * * *")]
    replica.poll()
    hands.now = datetime(2024, 5, 1, 14, 0, tzinfo=UTC).timestamp()
    found[:] = [schedule("45 13 * * *")]
    replica.poll()
    assert answers.asked == []
    hands.now = datetime(2024, 5, 2, 13, 45, tzinfo=UTC).timestamp()
    replica.poll()
    assert answers.asked == [hands.now]


def test_a_schedule_that_is_off_does_not_fire_and_does_not_catch_up(
    replica: ScheduleReplica, hands: Hands, answers: Answers, found: list[DeployedSchedule]
) -> None:
    replica.poll()
    replica.switches.turn(found[0], on=False)
    hands.now = START + 5 * MINUTE
    replica.poll()
    replica.switches.turn(found[0], on=True)
    replica.poll()
    assert answers.asked == []


@pytest.mark.parametrize(
    ("answer", "status", "reason"),
    [
        ({"skip_reason": "holiday"}, TickStatus.SKIPPED, "holiday"),
        ({}, TickStatus.SKIPPED, "asked for no run"),
        ({"failure": {"cls": "E", "message": "user error"}}, TickStatus.FAILURE, "user error"),
        (CodeServerError("no answer", "TIMEOUT", None), TickStatus.FAILURE, "did not answer in 60 s"),
        (CodeServerError("no answer", "TIMEOUT", None), TickStatus.FAILURE, "of 'schedules' in orch.yaml"),
    ],
)
def test_what_leads_to_no_run_is_told(
    replica: ScheduleReplica,
    hands: Hands,
    storage: SqlStorage,
    answers: Answers,
    answer: Any,
    status: TickStatus,
    reason: str,
) -> None:
    answers.answer = answer
    replica.poll()
    hands.now = START + 31
    replica.poll()
    (tick,) = storage.list_ticks(storage.list_instigators()[0].instigator_id, 10)
    assert tick.status == status
    assert reason in f"{tick.skip_reason} {tick.failure.message if tick.failure else ''}"
    assert storage.count_runs(RunFilter()) == 0


def test_a_tick_left_by_a_dead_replica_is_taken_over_with_the_same_run(
    replica: ScheduleReplica, hands: Hands, storage: SqlStorage, answers: Answers
) -> None:
    replica.poll()
    due = START + 30
    switch = storage.list_instigators()[0]
    storage.claim_tick(switch.instigator_id, due, "dead", lease_until=due + 90, now=due)
    hands.now = due + 10
    replica.poll()
    assert storage.count_runs(RunFilter()) == 0, "its lease has not passed"
    hands.now = due + 91
    replica.poll()
    ticks = {t.due_at: t for t in storage.list_ticks(switch.instigator_id, 10)}
    assert (ticks[due].status, ticks[due].owner, ticks[due].epoch) == (TickStatus.SUCCESS, "a", 2)
    assert len(ticks[due].run_ids) == 1


def test_a_tick_that_kills_every_replica_is_given_up(
    replica: ScheduleReplica, hands: Hands, storage: SqlStorage, answers: Answers
) -> None:
    replica.poll()
    due = START + 30
    switch = storage.list_instigators()[0]
    for attempt in range(3):
        storage.claim_tick(switch.instigator_id, due, "dead", lease_until=due + attempt, now=due + attempt + 0.5)
    hands.now = due + 20
    replica.poll()
    tick = storage.list_ticks(switch.instigator_id, 10)[-1]
    assert tick.status == TickStatus.FAILURE and tick.failure is not None and "3 replicas" in tick.failure.message
    assert answers.asked == []


CENTRAL = ZoneInfo("US/Central")


def central(*when: int) -> float:
    return datetime(*when, tzinfo=CENTRAL).timestamp()  # type: ignore[arg-type]


def ticks(storage: SqlStorage, name: str = "s") -> list[Tick]:
    """All ticks of a schedule, oldest first."""
    (switch,) = [i for i in storage.list_instigators("schedule") if i.name == name]
    return storage.list_ticks(switch.instigator_id, 1000)[::-1]


def runs(storage: SqlStorage) -> list[Run]:
    return storage.list_runs(RunFilter(), limit=1000, oldest_first=True)


def test_case_8_a_tick_is_stamped_with_the_instant_whatever_the_zone_of_the_server(
    replica: ScheduleReplica, hands: Hands, storage: SqlStorage, found: list[DeployedSchedule],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("TZ", "US/Pacific")
    time.tzset()
    try:
        found[:] = [schedule("0 0 * * *", timezone="US/Central")]
        hands.now = central(2019, 2, 28) - 1.0
        replica.poll()
        for _ in range(2):
            hands.now = central(2019, 2, 28) + 1.0
            replica.poll()
        (tick,) = ticks(storage)
        assert tick.due_at == datetime(2019, 2, 28, 6, tzinfo=UTC).timestamp() and len(runs(storage)) == 1
    finally:
        monkeypatch.delenv("TZ")
        time.tzset()


@pytest.mark.parametrize(
    ("cron_line", "start", "end", "expected"),
    [
        (
            "0 * * * *",
            central(2019, 3, 10, 0, 30),
            central(2019, 3, 10, 4, 30),
            [central(2019, 3, 10, 1), central(2019, 3, 10, 3), central(2019, 3, 10, 4)],
        ),
        (
            "0 * * * *",
            central(2019, 11, 3, 0, 30),
            central(2019, 11, 3, 0, 30) + 4 * 3600,
            [datetime(2019, 11, 3, hour, tzinfo=UTC).timestamp() for hour in (6, 7, 8, 9)],
        ),
        (
            "30 2 * * *",
            central(2019, 3, 9),
            central(2019, 3, 12),
            [central(2019, 3, 9, 2, 30), central(2019, 3, 10, 3), central(2019, 3, 11, 2, 30)],
        ),
        (
            "30 1 * * *",
            central(2019, 11, 2),
            central(2019, 11, 5),
            [
                datetime(2019, 11, 2, 6, 30, tzinfo=UTC).timestamp(),
                datetime(2019, 11, 3, 7, 30, tzinfo=UTC).timestamp(),
                datetime(2019, 11, 4, 7, 30, tzinfo=UTC).timestamp(),
            ],
        ),
    ],
    ids=["case_9", "case_10", "case_11", "case_12"],
)
def test_daylight_saving(
    replica: ScheduleReplica, hands: Hands, storage: SqlStorage, found: list[DeployedSchedule],
    cron_line: str, start: float, end: float, expected: list[float],
) -> None:  # fmt: skip
    found[:] = [schedule(cron_line, timezone="US/Central")]
    hands.now = start
    while hands.now <= end:
        replica.poll()
        hands.now += 900.0
    assert [tick.due_at for tick in ticks(storage)] == expected and len(runs(storage)) == len(expected)


def test_case_13_what_was_missed_is_written_down(replica: ScheduleReplica, hands: Hands, storage: SqlStorage) -> None:
    replica.poll()
    hands.now = START + 5 * MINUTE
    replica.poll()
    statuses = [tick.status for tick in ticks(storage)]
    assert statuses == [TickStatus.SKIPPED] * 4 + [TickStatus.SUCCESS] and len(runs(storage)) == 1
    assert "missed" in (ticks(storage)[0].skip_reason or "") and ticks(storage)[0].attempts == 0
    hands.now = START + 1000 * MINUTE
    replica.poll()
    summary, newest = ticks(storage)[5:]
    assert "so were 993 due times before it" in (summary.skip_reason or "") and newest.status == TickStatus.SUCCESS


def test_case_14_several_requests_are_runs_of_one_tick(
    replica: ScheduleReplica, hands: Hands, storage: SqlStorage, answers: Answers
) -> None:
    answers.answer = {"requests": [{"run_key": "A"}, {"run_key": "B"}]}
    replica.poll()
    for _ in range(2):
        hands.now = START + 31
        replica.poll()
    (tick,) = ticks(storage)
    assert tick.run_ids == tuple(run.run_id for run in runs(storage)) and len(tick.run_ids) == 2
    assert [run.submission.tags["dagster/run_key"] for run in runs(storage)] == ["A", "B"]


def test_case_16_a_wrong_config_makes_a_run_that_has_failed(
    replica: ScheduleReplica, hands: Hands, storage: SqlStorage, answers: Answers
) -> None:
    wrong = {"kind": "MISSING_FIELD", "path": ["solids", "say"], "message": "the section is missing"}
    answers.answer = {"requests": [{"config_errors": [wrong]}]}
    replica.poll()
    hands.now = START + 31
    replica.poll()
    ((tick,), (run,)) = ticks(storage), runs(storage)
    assert (tick.status, tick.run_ids, run.status) == (TickStatus.SUCCESS, (run.run_id,), RunStatus.FAILURE)
    assert run.failure is not None and "solids › say: the section is missing" in run.failure.message
    assert storage.read_events(run.run_id)[-1].event.type == "PIPELINE_FAILURE"


def test_case_17_broken_schedules_hold_up_no_good_one(
    replica: ScheduleReplica, hands: Hands, storage: SqlStorage, answers: Answers, found: list[DeployedSchedule]
) -> None:
    def answer(location: str, method: str, params: dict[str, Any]) -> Any:
        if location == "gone":
            return LocationUnavailable("code location 'gone' does not load")
        return {"requests": [{}]} if params["schedule"] == "s" else CodeServerError("there is none", "NOT_FOUND", None)

    answers.answer = answer
    found[:] = [schedule(name="missing"), schedule(location="gone", name="unloadable"), schedule()]
    replica.poll()
    hands.now = START + 31
    replica.poll()
    assert [tick.status for tick in ticks(storage)] == [TickStatus.SUCCESS]
    for name, sentence in (("missing", "there is none"), ("unloadable", "does not load")):
        (tick,) = ticks(storage, name)
        assert tick.status == TickStatus.FAILURE and tick.failure is not None and sentence in tick.failure.message
    assert len(runs(storage)) == 1


@pytest.mark.parametrize("wrong", [{"timezone": "Mars/Olympus"}, {"cron": "0 0 31 2 *"}])
def test_case_17_a_schedule_whose_due_times_can_not_be_known_holds_up_no_good_one(
    wrong: dict[str, Any], replica: ScheduleReplica, hands: Hands, storage: SqlStorage, found: list[DeployedSchedule]
) -> None:
    found[:] = [schedule(name="never", **wrong), schedule()]
    replica.poll()
    hands.now = START + 31
    replica.poll()
    assert [tick.status for tick in ticks(storage)] == [TickStatus.SUCCESS] and not ticks(storage, "never")
    (told,) = replica.loop.errors
    assert "schedule 'never' of code location 'here' can not fire" in told.message


POINTS = ("tick.claim.before", "tick.claim.after", "tick.eval.before", "tick.eval.after", "tick.commit.before",
          "tick.commit.after")  # fmt: skip


@pytest.mark.parametrize("point", POINTS)
def test_case_18_and_19_a_scheduler_that_dies_leaves_one_tick_and_its_runs(
    replica: ScheduleReplica, hands: Hands, storage: SqlStorage, answers: Answers, found: list[DeployedSchedule],
    point: str, tmp_path: Path,
) -> None:  # fmt: skip
    found[:] = [schedule("0 0 * * *")]
    answers.answer = {"requests": [{"run_key": "A"}, {"run_key": "B"}]}
    replica.poll()
    midnight = datetime(2024, 5, 2, tzinfo=UTC).timestamp()
    hands.now = midnight + 1.0
    arm({VARIABLE: f"{point}=raise", FOLDER_VARIABLE: str(tmp_path)})
    try:
        replica.poll()
        with pytest.raises(FailpointReached):
            replica.loop.poll()
    finally:
        arm({})
    hands.now = midnight + 300.0
    other = ScheduleReplica(storage, answers, "b", found)
    other.poll()
    other.poll()
    other.loop.stop()
    (tick,) = ticks(storage)
    assert (tick.due_at, tick.status) == (midnight, TickStatus.SUCCESS)
    assert [run.submission.tags["dagster/run_key"] for run in runs(storage)] == ["A", "B"]
    assert tick.run_ids == tuple(run.run_id for run in runs(storage))


def test_a_replica_that_slept_through_its_lease_writes_nothing(
    replica: ScheduleReplica, hands: Hands, storage: SqlStorage, answers: Answers, found: list[DeployedSchedule]
) -> None:
    other = ScheduleReplica(storage, answers, "b", found)
    replica.poll()
    hands.now = START + 31

    def sleeps(*_: Any) -> Any:
        answers.answer = {"requests": [{"tags": {"by": "the other"}}]}
        hands.now += 25.0
        other.poll()
        return {"requests": [{"tags": {"by": "the sleeper"}}]}

    answers.answer = sleeps
    replica.poll()
    other.loop.stop()
    (run,) = runs(storage)
    (tick,) = ticks(storage)
    assert run.submission.tags["by"] == "the other" and (tick.owner, tick.epoch) == ("b", 2)


def test_a_schedule_that_is_told_to_skips_while_its_run_goes_on(
    replica: ScheduleReplica, hands: Hands, storage: SqlStorage, found: list[DeployedSchedule]
) -> None:
    found[:] = [schedule(tags={"jupyter_orch/overlap": "skip"})]
    replica.poll()
    for minute in (1, 2):
        hands.now = START + minute * MINUTE
        replica.poll()
    (run,) = runs(storage)
    assert [t.status for t in ticks(storage)] == [TickStatus.SUCCESS, TickStatus.SKIPPED]
    assert run.run_id in (ticks(storage)[1].skip_reason or "")
    Journal(storage, lambda _: None).cancel_waiting(run)
    hands.now = START + 3 * MINUTE
    replica.poll()
    assert len(runs(storage)) == 2


def test_a_default_in_the_code_holds_until_somebody_switches(
    replica: ScheduleReplica, hands: Hands, storage: SqlStorage, found: list[DeployedSchedule]
) -> None:
    found[:] = [schedule(default_running=False)]
    replica.poll()
    hands.now = START + 5 * MINUTE
    found[:] = [schedule(default_running=True)]
    replica.poll()
    assert ticks(storage) == [], "it counts from when it was switched on by the code"
    hands.now = START + 6 * MINUTE
    replica.poll()
    assert len(ticks(storage)) == 1
    replica.switches.turn(found[0], on=False)
    found[:] = [schedule(default_running=True, description="edited")]
    hands.now = START + 9 * MINUTE
    replica.poll()
    assert len(ticks(storage)) == 1, "what a person has switched stays"


def test_a_slow_schedule_is_not_evaluated_twice_at_a_time_and_holds_up_no_other_location(
    replica: ScheduleReplica, hands: Hands, storage: SqlStorage, answers: Answers, found: list[DeployedSchedule]
) -> None:
    goes_on = threading.Event()

    def answer(location: str, *_: Any) -> Any:
        if location == "slow":
            assert goes_on.wait(60)
        return {"requests": [{}]}

    answers.answer = answer
    found[:] = [schedule(location="slow", name="slow"), schedule()]
    replica.loop.poll()
    for minute in range(1, 4):
        hands.now = START + minute * MINUTE
        wait_for(lambda minute=minute: replica.loop.poll() >= 0 and len(runs(storage)) == minute)  # type: ignore[misc]
    assert sum(question["schedule"] == "slow" for question in answers.questions) == 1
    goes_on.set()
    wait_for(replica.loop.is_idle)
    assert [t.status for t in ticks(storage, "slow")] == [TickStatus.SUCCESS]


def test_a_tick_of_a_schedule_that_was_switched_off_is_brought_to_its_end(
    replica: ScheduleReplica, hands: Hands, storage: SqlStorage, found: list[DeployedSchedule]
) -> None:
    replica.poll()
    due = START + 30
    assert storage.claim_tick(found[0].instigator_id, due, "dead", due + 20, due) is not None
    replica.switches.turn(found[0], on=False)
    hands.now = due + 60
    replica.poll()
    (tick,) = ticks(storage)
    assert (tick.status, tick.owner) == (TickStatus.SUCCESS, "a")


def test_with_ten_thousand_schedules_a_turn_in_which_nothing_is_due_reads_none_of_them(
    replica: ScheduleReplica, hands: Hands, storage: SqlStorage, found: list[DeployedSchedule],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    found[:] = [schedule("0 0 1 1 *", name=f"s{n}") for n in range(10_000)]
    replica.poll()
    looks: list[str] = []

    def counted(name: str) -> Callable[..., Any]:
        ordinary = getattr(storage, name)

        def call(*args: Any, **more: Any) -> Any:
            looks.append(name)
            return ordinary(*args, **more)

        return call

    for name in ("list_instigators", "put_instigators", "change_instigator", "get_instigator", "claim_tick"):
        monkeypatch.setattr(storage, name, counted(name))
    for _ in range(5):
        hands.now += 10.0
        assert replica.poll() == 10.0
    assert looks == []
    replica.switches.turn(found[17], on=False)
    looks.clear()
    replica.poll()
    assert looks == ["list_instigators"], "one of them was switched: all are read again, once"


def test_many_due_times_cost_one_turn(
    replica: ScheduleReplica, hands: Hands, storage: SqlStorage, found: list[DeployedSchedule],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    found[:] = [schedule(name=f"s{n}") for n in range(30)]
    replica.poll()
    hands.now = START + 31
    turns: list[float] = []
    ordinary = storage.abandoned_ticks
    monkeypatch.setattr(storage, "abandoned_ticks", lambda now: turns.append(now) or ordinary(now))
    monkeypatch.setattr(storage, "renew_ticks", lambda *_: pytest.fail("what was just claimed needs no renewal"))
    daemon = threading.Thread(target=replica.loop.run)
    daemon.start()
    wait_for(lambda: len(runs(storage)) == 30 and replica.loop.is_idle())
    replica.loop.stop()
    daemon.join()
    assert len(turns) == 1
