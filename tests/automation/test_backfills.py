"""Backfills: each partition's run once, whoever dies or changes his mind on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from jupyter_orch.automation.backfill_control import BackfillNotFound, BackfillRefused, partitions_between
from jupyter_orch.automation.backfills import CHUNK, Backfills, BackfillWish
from jupyter_orch.automation.deployed import DeployedPartitionSet, PartitionSetNotFound
from jupyter_orch.daemon.backfill_loop import BackfillLoop
from jupyter_orch.failpoints import VARIABLE, FailpointReached, arm
from jupyter_orch.ports import CodeServerError, Guard
from jupyter_orch.records.backfill import Backfill, BackfillStatus
from jupyter_orch.records.event import Event, EventType
from jupyter_orch.records.run import Run, RunFilter
from jupyter_orch.records.snapshot import PartitionSetSnapshot
from jupyter_orch.records.status import RunStatus
from jupyter_orch.runs.journal import Journal
from jupyter_orch.runs.problems import RunTagsInvalid
from jupyter_orch.runs.reexecute import Reexecutor
from jupyter_orch.storage.sql import SqlStorage
from tests.automation.surroundings import Answers, Hands, Listed, place, wait_for

DAYS = tuple(f"2024-01-{day:02}" for day in range(1, 31))
POINTS = ("backfill.claim.after", "backfill.commit.before", "backfill.commit.after")


class Code:
    """A partition set over some days."""

    def __init__(self) -> None:
        self.names: list[str] = list(DAYS)
        self.broken: dict[str, dict[str, Any]] = {}

    def __call__(self, location: str, method: str, params: dict[str, Any]) -> Any:
        if method == "partition_names":
            return {"names": self.names}
        return {
            name: self.broken.get(name, {"run_config": {"day": name}, "tags": {"kind": "daily"}})
            for name in params["names"]
        }


class BackfillReplica:
    """One daemon's backfill loop over the shared storage."""

    def __init__(self, storage: SqlStorage, answers: Answers, name: str) -> None:
        journal = Journal(storage, lambda _: None)
        found = [DeployedPartitionSet(place=place(), partition_set=PartitionSetSnapshot(name="days", pipeline="pipe"))]
        reexecutor = Reexecutor(storage, None, None)  # type: ignore[arg-type]
        self.backfills = Backfills(storage, journal, answers, name, Listed([], [], found), reexecutor)
        self.loop = BackfillLoop(storage, self.backfills, lambda: None)

    def poll(self) -> None:
        """One turn, and the chunks that it began."""
        self.loop.poll()
        wait_for(self.loop.is_idle)

    def finish(self, backfill: Backfill) -> Backfill:
        """Turn until the backfill has ended."""
        while self.backfills.get(backfill.backfill_id).status == BackfillStatus.REQUESTED:
            self.poll()
        return self.backfills.get(backfill.backfill_id)


@pytest.fixture
def code(answers: Answers) -> Code:
    told = Code()
    answers.answer = told
    return told


@pytest.fixture
def replica(storage: SqlStorage, answers: Answers, code: Code, hands: Hands) -> Iterator[BackfillReplica]:
    made = BackfillReplica(storage, answers, "a")
    yield made
    made.loop.stop()


def wish(*names: str, **changes: Any) -> BackfillWish:
    values: dict[str, Any] = {"location": "here", "repository": "repo", "partition_set": "days", "created_by": "ada"}
    return BackfillWish(**(values | {"partition_names": names or None} | changes))


def runs(storage: SqlStorage) -> list[Run]:
    return storage.list_runs(RunFilter(), limit=1000, oldest_first=True)


def days_of(found: list[Run]) -> list[str]:
    return [run.submission.tags["dagster/partition"] for run in found]


def end(storage: SqlStorage, run: Run, status: RunStatus) -> None:
    """Bring a run to its end, after one step that succeeded and one that was never begun."""
    journal = Journal(storage, lambda _: None)
    won = journal.dequeue(run)
    assert won is not None
    started = storage.move_run(
        run.run_id, Guard(statuses=(RunStatus.STARTING,)), RunStatus.STARTED, (), launch_token=None
    )
    assert started is not None
    plan = {"steps": [{"key": "first", "solid": "first"}, {"key": "second", "solid": "second"}]}
    journal.append(run.run_id, started.epoch, [Event(type=EventType.ENGINE_EVENT, timestamp=1.0, data={"plan": plan})])
    for kind in (EventType.STEP_START, EventType.STEP_SUCCESS):
        journal.append(run.run_id, started.epoch, [Event(type=kind, timestamp=1.0, step_key="first")])
    ended = journal.succeed(started, ()) if status == RunStatus.SUCCESS else journal.fail(started, "broken")
    assert ended is not None and ended.status == status


def test_every_partition_gets_its_run_in_order_and_in_chunks(replica: BackfillReplica, storage: SqlStorage) -> None:
    backfill = replica.backfills.request(wish(tags={"why": "late data"}))
    replica.poll()
    assert len(runs(storage)) == CHUNK and replica.backfills.get(backfill.backfill_id).position == CHUNK
    done = replica.finish(backfill)
    assert (done.status, done.position, done.runs_made) == (BackfillStatus.COMPLETED, len(DAYS), len(DAYS))
    found = runs(storage)
    assert days_of(found) == list(DAYS)
    assert found[0].submission.run_config == {"day": DAYS[0]}
    assert found[0].submission.tags == {
        "team": "sea",
        "kind": "daily",
        "why": "late data",
        "dagster/partition": DAYS[0],
        "dagster/partition_set": "days",
        "dagster/backfill": backfill.backfill_id,
    }
    assert {name: brief.status for name, brief in replica.backfills.runs_of(done).items()} == dict.fromkeys(
        DAYS, RunStatus.QUEUED
    )


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("hit", [1, 2])
def test_case_26_a_daemon_that_dies_leaves_no_gap_and_no_second_run(
    replica: BackfillReplica, hands: Hands, storage: SqlStorage, answers: Answers, point: str, hit: int
) -> None:
    backfill = replica.backfills.request(wish())
    arm({VARIABLE: f"{point}=raise@{hit}"})
    try:
        for _ in range(hit):
            replica.poll()
        with pytest.raises(FailpointReached):
            replica.loop.poll()
    finally:
        arm({})
    wait_for(replica.loop.is_idle)
    hands.now += 100.0
    other = BackfillReplica(storage, answers, "b")
    done = other.finish(backfill)
    other.loop.stop()
    assert (done.status, done.runs_made) == (BackfillStatus.COMPLETED, len(DAYS))
    assert days_of(runs(storage)) == list(DAYS)


def test_replicas_share_the_work_and_make_no_run_twice(
    replica: BackfillReplica, hands: Hands, storage: SqlStorage, answers: Answers, code: Code
) -> None:
    code.names = [f"p{n:03}" for n in range(130)]
    others = [replica, *(BackfillReplica(storage, answers, name) for name in "bc")]
    backfills = [replica.backfills.request(wish()) for _ in range(2)]
    while any(replica.backfills.get(b.backfill_id).status == BackfillStatus.REQUESTED for b in backfills):
        for one in others:
            one.loop.poll()
        hands.now += 30.0  # longer than a lease: they take the work out of each other's hands
    for one in others:
        wait_for(one.loop.is_idle)
        one.loop.stop()
    for backfill in backfills:
        mine = storage.list_runs(RunFilter(tags={"dagster/backfill": backfill.backfill_id}), limit=1000)
        assert sorted(days_of(mine)) == code.names


def test_case_26_canceled_it_stops_and_resumed_it_goes_on(replica: BackfillReplica, storage: SqlStorage) -> None:
    backfill = replica.backfills.request(wish())
    replica.poll()
    assert replica.backfills.cancel(backfill.backfill_id).status == BackfillStatus.CANCELED
    replica.poll()
    assert len(runs(storage)) == CHUNK
    replica.backfills.resume(backfill.backfill_id)
    assert replica.finish(backfill).status == BackfillStatus.COMPLETED
    assert days_of(runs(storage)) == list(DAYS)


def test_paused_while_a_chunk_is_made_it_makes_none_of_it(
    replica: BackfillReplica, storage: SqlStorage, answers: Answers, code: Code
) -> None:
    backfill = replica.backfills.request(wish())

    def pause(location: str, method: str, params: dict[str, Any]) -> Any:
        replica.backfills.pause(backfill.backfill_id)
        return code(location, method, params)

    answers.answer = pause
    replica.poll()
    assert runs(storage) == [] and replica.backfills.get(backfill.backfill_id).status == BackfillStatus.PAUSED
    answers.answer = code
    replica.backfills.resume(backfill.backfill_id)
    replica.finish(backfill)
    assert days_of(runs(storage)) == list(DAYS)


def test_case_26_from_failure_takes_only_partitions_whose_newest_run_failed(
    replica: BackfillReplica, storage: SqlStorage
) -> None:
    replica.finish(replica.backfills.request(wish(*DAYS[:3])))
    first, second, third = runs(storage)
    for run, status in ((first, RunStatus.FAILURE), (second, RunStatus.SUCCESS), (third, RunStatus.FAILURE)):
        end(storage, run, status)
    replica.finish(replica.backfills.request(wish(DAYS[2])))
    end(storage, runs(storage)[-1], RunStatus.SUCCESS)
    done = replica.finish(replica.backfills.request(wish(*DAYS[:4], from_failure=True)))
    again = runs(storage)[-1].submission
    assert (done.status, done.runs_made, list(done.passed_over)) == (BackfillStatus.COMPLETED, 1, list(DAYS[1:4]))
    assert "SUCCESS" in done.passed_over[DAYS[2]] and "no run" in done.passed_over[DAYS[3]]
    assert (again.parent_run_id, again.step_keys) == (first.run_id, ("second",))
    assert again.known.source_run_ids == {"first": first.run_id}
    assert again.tags["dagster/is_resume_retry"] == "true" and again.tags["dagster/root_run_id"] == first.run_id


def test_chosen_steps_run_again_on_what_succeeded(replica: BackfillReplica, storage: SqlStorage) -> None:
    replica.finish(replica.backfills.request(wish(*DAYS[:2])))
    first, second = runs(storage)
    end(storage, first, RunStatus.SUCCESS)
    end(storage, second, RunStatus.FAILURE)
    done = replica.finish(replica.backfills.request(wish(*DAYS[:2], step_keys=("second",))))
    again = runs(storage)[-1].submission
    assert done.runs_made == 1 and list(done.passed_over) == [DAYS[1]]
    assert (again.parent_run_id, again.step_keys) == (first.run_id, ("second",))
    assert again.known.source_run_ids == {"first": first.run_id}


def test_a_partition_that_can_not_be_made_fails_the_backfill_where_it_stands(
    replica: BackfillReplica, storage: SqlStorage, code: Code
) -> None:
    code.broken[DAYS[27]] = {"failure": {"cls": "KeyError", "message": "no such day"}}
    backfill = replica.finish(replica.backfills.request(wish()))
    assert backfill.status == BackfillStatus.FAILED and backfill.failure is not None
    assert DAYS[27] in backfill.failure.message and "no such day" in backfill.failure.message
    assert backfill.position == len(runs(storage)) == CHUNK
    code.broken.clear()
    replica.backfills.resume(backfill.backfill_id)
    assert replica.finish(backfill).status == BackfillStatus.COMPLETED
    assert days_of(runs(storage)) == list(DAYS)


def test_a_wrong_config_makes_a_failed_run_and_the_others_go_on(
    replica: BackfillReplica, storage: SqlStorage, code: Code
) -> None:
    wrong = {"kind": "MISSING_FIELD", "path": ["solids"], "message": "the field is missing"}
    code.broken[DAYS[1]] = {"run_config": {}, "config_errors": [wrong]}
    replica.finish(replica.backfills.request(wish(*DAYS[:3])))
    assert [run.status for run in runs(storage)] == [RunStatus.QUEUED, RunStatus.FAILURE, RunStatus.QUEUED]


def test_code_that_does_not_answer_fails_the_backfill_with_the_reason(
    replica: BackfillReplica, answers: Answers
) -> None:
    backfill = replica.backfills.request(wish())
    answers.answer = CodeServerError("the code location did not answer", "TIMEOUT", None)
    failed = replica.finish(backfill)
    assert failed.status == BackfillStatus.FAILED and failed.failure is not None
    assert "did not answer" in failed.failure.message


@pytest.mark.parametrize(
    ("make", "error", "sentence"),
    [
        (lambda: wish("2024-01-00"), BackfillRefused, "no partition '2024-01-00'.*did you mean.*30, from 2024-01-01"),
        (lambda: wish(DAYS[0], partition_set="dayz"), PartitionSetNotFound, "did you mean 'days'"),
        (lambda: wish(DAYS[0], from_failure=True, step_keys=("a",)), BackfillRefused, "either"),
        (lambda: wish(DAYS[0], tags={"dagster/priority": "high"}), RunTagsInvalid, "whole number"),
    ],
)
def test_what_can_not_be_done_is_refused_at_once(
    replica: BackfillReplica, storage: SqlStorage, make: Callable[[], BackfillWish], error: type, sentence: str
) -> None:
    with pytest.raises(error, match=sentence):
        replica.backfills.request(make())
    assert storage.list_backfills(limit=9) == []


def test_what_has_ended_is_not_canceled_and_what_is_not_there_is_said_so(replica: BackfillReplica) -> None:
    backfill = replica.finish(replica.backfills.request(wish(DAYS[0])))
    with pytest.raises(BackfillRefused, match="is COMPLETED; only one that is REQUESTED or PAUSED can be canceled"):
        replica.backfills.cancel(backfill.backfill_id)
    with pytest.raises(BackfillNotFound, match="no backfill 'nobody'"):
        replica.backfills.resume("nobody")


def test_a_second_wish_with_the_same_id_finds_the_first(replica: BackfillReplica, storage: SqlStorage) -> None:
    first, again = (replica.backfills.request(wish(DAYS[n], backfill_id="mine")) for n in (0, 1))
    assert again == first and len(storage.list_backfills(limit=9)) == 1


def test_a_range_has_both_ends(replica: BackfillReplica) -> None:
    assert partitions_between(DAYS, DAYS[1], DAYS[3]) == DAYS[1:4]
    assert partitions_between(DAYS, None, DAYS[1]) == DAYS[:2] and partitions_between(DAYS, None, None) == DAYS
    with pytest.raises(BackfillRefused, match="stands behind"):
        partitions_between(DAYS, DAYS[3], DAYS[1])
    with pytest.raises(BackfillRefused, match="no partition 'x'"):
        partitions_between(DAYS, "x", None)
