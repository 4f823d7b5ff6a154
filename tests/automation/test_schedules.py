"""From due times to runs: each once, never for the past, always with a visible reason."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from jupyter_orch.automation.deployed import DeployedSchedule
from jupyter_orch.ports import CodeServerError
from jupyter_orch.records.run import RunFilter
from jupyter_orch.records.tick import TickStatus
from jupyter_orch.storage.sql import SqlStorage
from tests.automation.surroundings import MINUTE, START, Answers, Hands, ScheduleReplica, schedule


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


def test_after_a_pause_only_the_newest_due_time_fires(replica: ScheduleReplica, hands: Hands, answers: Answers) -> None:
    replica.poll()
    hands.now = START + 10 * MINUTE
    replica.poll()
    assert answers.asked == [START + 30 + 9 * MINUTE]


def test_a_partitioned_schedule_makes_up_for_the_newest_few(
    replica: ScheduleReplica, hands: Hands, answers: Answers, found: list[DeployedSchedule]
) -> None:
    found[:] = [schedule(partition_set="p")]
    replica.poll()
    hands.now = START + 10 * MINUTE
    replica.poll()
    assert sorted(answers.asked) == [START + 30 + 8 * MINUTE, START + 30 + 9 * MINUTE]


def test_an_edited_cron_line_never_fires_for_the_past(
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
        (CodeServerError("did not answer", "TIMEOUT", None), TickStatus.FAILURE, "did not answer"),
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
