"""A failed run is tried again exactly as often as asked for, whoever does it and whoever dies meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from jupyter_orch import failpoints
from jupyter_orch.daemon.retrier import Retrier
from jupyter_orch.failpoints import FailpointReached
from jupyter_orch.ports import (
    CodeServers,
    LaunchOrder,
    LocationUnavailable,
    RunLauncher,
    RunnerAddress,
    StorageUnavailable,
)
from jupyter_orch.processes import this_process
from jupyter_orch.records import codec
from jupyter_orch.records.event import EventType
from jupyter_orch.records.messages import KnownState, PlanSnapshot, StepSnapshot
from jupyter_orch.records.run import Run, RunFilter
from jupyter_orch.records.snapshot import LocationSnapshot
from jupyter_orch.records.status import RunStatus
from jupyter_orch.runs.coordinator import QueuedRunCoordinator
from jupyter_orch.runs.journal import Journal
from jupyter_orch.runs.launch import Launching
from jupyter_orch.runs.reexecute import Reexecutor
from jupyter_orch.runs.submit import Submitter
from jupyter_orch.settings import RunRetries
from jupyter_orch.storage.database import Database
from jupyter_orch.storage.sql import SqlStorage
from tests.conftest import event, submission

E = EventType


class NoCode(CodeServers):
    """Retries need no code server; of one they take the version of the code.

    Attributes:
        version: of the code as it is now; empty while nobody knows.
    """

    def __init__(self, version: str = "") -> None:
        self.version = version

    def ask(self, location: str, method: str, params: object, timeout: float) -> object:
        raise AssertionError("a retry asked the code")

    def definitions(self, location: str) -> LocationSnapshot:
        if not self.version:
            raise LocationUnavailable("it is loading")
        return LocationSnapshot(code_version=self.version, repositories=())

    def runner(self, location: str) -> RunnerAddress:
        return RunnerAddress(socket=None, command=(), env={}, cold_reason="")


class Nothing(RunLauncher):
    """Launches into the void."""

    def launch(self, order: LaunchOrder) -> str:
        return "not at all"


class Replica:
    """All that retries need, on one database."""

    def __init__(self, storage: SqlStorage, retries: RunRetries) -> None:
        self.storage = storage
        self.journal = Journal(storage, lambda _: None, retries=retries)
        launching = Launching(storage, self.journal, QueuedRunCoordinator(), Nothing(), NoCode(), "/nowhere")
        self.code = NoCode()
        reexecutor = Reexecutor(storage, Submitter(self.code, launching), launching)
        self.retrier = Retrier(storage, self.journal, reexecutor)

    def failed(
        self, run: Run | None = None, before_the_end: Callable[[Run], None] = lambda run: None, **asked: object
    ) -> Run:
        """A run that has failed at its second step."""
        run = run or self.journal.submit(submission(**asked))[0]
        won = self.journal.dequeue(run)
        assert won is not None
        claimed = self.journal.claim(run.run_id, won[0].epoch, won[1], this_process(), "by a test")
        assert claimed is not None
        plan = PlanSnapshot(steps=(StepSnapshot(key="a", solid="a"), StepSnapshot(key="b", solid="b")))
        self.journal.append(run.run_id, claimed.epoch, [event(E.ENGINE_EVENT, data={"plan": codec.to_json(plan)})])
        for kind in (E.STEP_START, E.STEP_SUCCESS):
            self.journal.append(run.run_id, claimed.epoch, [event(kind, step_key="a")])
        before_the_end(claimed)
        ended = self.journal.fail(claimed, "no luck", [event(E.STEP_FAILURE, step_key="b")])
        assert ended is not None
        return ended

    def children(self, run: Run) -> list[Run]:
        return [
            found
            for found in self.storage.list_runs(RunFilter(root_run_id=run.run_id), limit=10)
            if found.run_id != run.run_id
        ]

    def told(self, run: Run) -> list[str]:
        """What its log says of its retry."""
        said = [e.event.message for e in self.storage.read_events(run.run_id, types=["ENGINE_EVENT"])]
        return [message for message in said if message.startswith("Retry")]


@pytest.fixture
def replica(storage: SqlStorage) -> Replica:
    return Replica(storage, RunRetries(enabled=True, max_retries=2))


def test_a_retry_is_of_the_code_as_it_is_when_it_is_made(replica: Replica) -> None:
    asked = []
    for version in ("", "mended"):
        failed = replica.failed(code_version="broken")
        replica.code.version = version
        replica.retrier.poll()
        (again,) = replica.children(failed)
        asked.append((failed.submission.code_version, again.submission.code_version))
    assert asked == [("broken", "broken"), ("broken", "mended")]


def test_a_failed_run_is_tried_again_from_its_failure_as_often_as_asked_for(replica: Replica) -> None:
    first = replica.failed(tags={"team": "ice"})
    replica.retrier.poll()
    (second,) = replica.children(first)
    asked = second.submission
    assert second.status == RunStatus.QUEUED and asked.step_keys == ("b",)
    assert asked.known.source_run_ids == {"a": first.run_id}
    assert (asked.parent_run_id, asked.root_run_id) == (first.run_id, first.run_id)
    assert asked.tags == {
        "team": "ice",
        "dagster/parent_run_id": first.run_id,
        "dagster/root_run_id": first.run_id,
        "dagster/is_resume_retry": "true",
        "dagster/retry_number": "1",
    }
    replica.failed(second)
    replica.retrier.poll()
    third = next(run for run in replica.children(first) if run.submission.parent_run_id == second.run_id)
    assert third.submission.tags["dagster/retry_number"] == "2"
    replica.failed(third)
    replica.retrier.poll()
    assert len(replica.children(first)) == 2, "two retries, then it is enough"


def test_the_failed_run_names_its_retry(replica: Replica) -> None:
    first = replica.failed()
    replica.retrier.poll()
    (second,) = replica.children(first)
    told = [e.event.message for e in replica.storage.read_events(first.run_id, types=["ENGINE_EVENT"])]
    assert told[-1] == f"Retry 1 was submitted as run {second.run_id}."


def test_all_steps_run_again_when_the_run_says_so(replica: Replica) -> None:
    first = replica.failed(tags={"dagster/retry_strategy": "ALL_STEPS"})
    replica.retrier.poll()
    (second,) = replica.children(first)
    assert second.submission.step_keys is None and second.submission.known.source_run_ids == {}


def test_a_run_of_chosen_steps_is_tried_again_on_what_it_was_built_on(replica: Replica) -> None:
    built_on = KnownState(source_run_ids={"a": "r0", "b": "r0"}, outputs={"a": ("result",), "b": ("result",)})
    tags = {"dagster/retry_strategy": "ALL_STEPS"}
    first = replica.failed(tags=tags, step_keys=("b",), known=built_on)
    replica.retrier.poll()
    (second,) = replica.children(first)
    assert second.submission.step_keys == ("b",)
    assert second.submission.known == KnownState(source_run_ids={"a": "r0"}, outputs={"a": ("result",)})


def test_a_runs_own_number_has_precedence(replica: Replica) -> None:
    first = replica.failed(tags={"dagster/max_retries": "0"})
    replica.retrier.poll()
    assert replica.children(first) == []


def test_nothing_is_tried_again_when_retries_are_off(storage: SqlStorage) -> None:
    replica = Replica(storage, RunRetries(enabled=False, max_retries=5))
    first = replica.failed(tags={"dagster/max_retries": "5"})
    replica.retrier.poll()
    assert replica.children(first) == []


def test_a_canceled_run_is_not_tried_again(replica: Replica) -> None:
    run, _ = replica.journal.submit(submission())
    replica.journal.cancel_waiting(run)
    replica.retrier.poll()
    assert replica.children(run) == []


def test_a_run_that_somebody_wanted_to_cancel_is_not_tried_again(replica: Replica) -> None:
    def cancel_first(run: Run) -> None:
        assert replica.journal.request_cancel(run, "ada") is not None

    first = replica.failed(before_the_end=cancel_first)
    replica.retrier.poll()
    assert first.status == RunStatus.FAILURE and replica.children(first) == []


def test_a_reexecution_by_hand_counts_its_own_retries(replica: Replica) -> None:
    first = replica.failed(tags={"dagster/retry_number": "2"})
    replica.retrier.poll()
    assert replica.children(first) == [], "it was the last one"


@pytest.mark.parametrize("place", ["retry.submit.before", "retry.submit.after"])
def test_a_replica_that_dies_in_between_makes_neither_none_nor_two(replica: Replica, place: str) -> None:
    first = replica.failed()
    failpoints.arm({failpoints.VARIABLE: f"{place}=raise"})
    try:
        with pytest.raises(FailpointReached):
            replica.retrier.poll()
    finally:
        failpoints.arm({})
    replica.retrier.poll()
    replica.retrier.poll()
    assert len(replica.children(first)) == 1


def test_of_two_replicas_that_found_the_same_run_one_says_so(replica: Replica) -> None:
    first = replica.failed()
    replica.retrier.poll()
    assert replica.journal.retried(first, "Retry 1 was submitted, says another replica.") is None
    assert len(replica.told(first)) == 1


def test_a_storage_that_is_away_for_a_moment_costs_no_retry(replica: Replica, monkeypatch: pytest.MonkeyPatch) -> None:
    first = replica.failed()
    with monkeypatch.context() as away:
        away.setattr(replica.storage, "add_run", lambda new: _raise(StorageUnavailable("gone")))
        with pytest.raises(StorageUnavailable):
            replica.retrier.poll()
    replica.retrier.poll()
    assert len(replica.children(first)) == 1


def _raise(error: Exception) -> None:
    raise error


def test_replicas_that_meet_make_one(database_url: str) -> None:
    replicas = [Replica(SqlStorage(Database(database_url)), RunRetries(enabled=True, max_retries=1)) for _ in range(3)]
    failed = [replicas[0].failed() for _ in range(5)]
    with ThreadPoolExecutor(3) as threads:
        list(threads.map(lambda replica: replica.retrier.poll(), replicas))
    assert [len(replicas[0].children(run)) for run in failed] == [1] * 5
    assert [len(replicas[0].told(run)) for run in failed] == [1] * 5
    for replica in replicas:
        replica.storage.dispose()
