"""What starts when: coordinator, pools and replicas together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from jupyter_orch.errors import OrchError
from jupyter_orch.ports import CodeServers, Guard, LaunchOrder, RunCoordinator, RunLauncher, RunnerAddress
from jupyter_orch.records.run import Run, RunFilter, Submission
from jupyter_orch.records.snapshot import LocationSnapshot
from jupyter_orch.records.status import RunStatus
from jupyter_orch.runs.coordinating import CoordinatorFailed
from jupyter_orch.runs.coordinator import DefaultRunCoordinator, QueuedRunCoordinator
from jupyter_orch.runs.journal import MAX_LAUNCH_TRIES, Journal
from jupyter_orch.runs.launch import Launching
from jupyter_orch.settings import Pools
from jupyter_orch.storage.sql import SqlStorage
from tests.conftest import submission

S = RunStatus


class NoCode(CodeServers):
    """Knows an address and nothing else."""

    def ask(self, location: str, method: str, params: dict[str, Any], timeout: float) -> Any:
        raise AssertionError("launching asks no code")

    def definitions(self, location: str) -> LocationSnapshot:
        raise AssertionError("launching asks no code")

    def runner(self, location: str) -> RunnerAddress:
        return RunnerAddress(socket=None, command=("python",), env={}, cold_reason="")


class Recorder(RunLauncher):
    """Notes what it is asked for."""

    def __init__(self) -> None:
        self.launched: list[str] = []
        self.resumed: list[str] = []
        self.problem = ""

    def launch(self, order: LaunchOrder) -> str:
        if self.problem:
            raise OrchError(self.problem)
        self.launched.append(order.run_id)
        return "noted"

    def resume_run(self, order: LaunchOrder) -> str:
        self.resumed.append(order.run_id)
        return "noted"


class Replica:
    """One server's part of launching."""

    def __init__(self, storage: SqlStorage, coordinator: RunCoordinator, **limits: int) -> None:
        self.storage, self.launcher = storage, Recorder()
        self.journal = Journal(storage, lambda _: None)
        self.launching = Launching(
            storage, self.journal, coordinator, self.launcher, NoCode(), "/nowhere", Pools(limits=limits)
        )

    def submit(self, **tags: str) -> Run:
        asked: Submission = submission(tags={key.replace("__", "/"): value for key, value in tags.items()})
        return self.launching.submit(asked)[0]

    def end(self, run: Run) -> None:
        found = self.storage.get_run(run.run_id)
        assert found is not None and self.journal.fail(found, "the test ends it") is not None

    def status(self, run: Run) -> RunStatus:
        found = self.storage.get_run(run.run_id)
        assert found is not None
        return found.status


def test_a_pool_holds_back_and_lets_the_next_one_in_when_a_slot_is_free(storage: SqlStorage) -> None:
    replica = Replica(storage, DefaultRunCoordinator(), db=1)
    first, second = replica.submit(jupyter_orch__pool="db"), replica.submit(jupyter_orch__pool="db")
    free = replica.submit()
    assert replica.launcher.launched == [first.run_id, free.run_id]
    assert replica.launching.turn() == (0, 1) and replica.status(second) == S.QUEUED
    replica.end(first)
    assert replica.launching.turn() == (1, 0)
    assert replica.launcher.launched[-1] == second.run_id


def test_runs_that_wait_for_a_slot_take_no_place_of_others(storage: SqlStorage) -> None:
    replica = Replica(storage, QueuedRunCoordinator(max_concurrent_runs=2), db=1)
    waiting = [replica.submit(jupyter_orch__pool="db") for _ in range(3)]
    free = replica.submit()
    replica.launching.turn()
    assert replica.launcher.launched == [waiting[0].run_id, free.run_id]


def test_a_pool_without_a_line_has_the_default(storage: SqlStorage) -> None:
    journal = Journal(storage, lambda _: None)
    launcher = Recorder()
    pools = Pools(limits={"wide": 5}, default_limit=1)
    launching = Launching(storage, journal, DefaultRunCoordinator(), launcher, NoCode(), "/nowhere", pools)
    for pool in ("other", "other", "wide", "wide"):
        launching.submit(submission(tags={"jupyter_orch/pool": pool}))
    assert len(launcher.launched) == 3


def test_replicas_that_choose_on_old_figures_start_no_more_than_allowed(storage: SqlStorage) -> None:
    class Distracted(QueuedRunCoordinator):
        """Lets another replica take its turn between looking and choosing."""

        other: Replica | None = None

        def choose(self, queued: Sequence[Run], in_progress: Sequence[Run]) -> list[Run]:
            if self.other is not None:
                self.other.launching.turn()
            return super().choose(queued, in_progress)

    slow = Distracted(max_concurrent_runs=2)
    first, second = Replica(storage, slow), Replica(storage, QueuedRunCoordinator(max_concurrent_runs=2))
    for _ in range(5):
        first.submit()
    slow.other = second
    assert first.launching.turn() == (0, 5)
    assert len(second.launcher.launched) == 2 and first.launcher.launched == []


def test_a_full_queue_is_not_looked_at(storage: SqlStorage) -> None:
    class Watched(QueuedRunCoordinator):
        def choose(self, queued: Sequence[Run], in_progress: Sequence[Run]) -> list[Run]:
            assert len(in_progress) < 1
            return super().choose(queued, in_progress)

    replica = Replica(storage, Watched(max_concurrent_runs=1))
    for _ in range(3):
        replica.submit()
    assert replica.launching.turn() == (1, 2)
    assert replica.launching.turn() == (0, 2)


def test_places_follow_priority_then_age(storage: SqlStorage) -> None:
    replica = Replica(storage, QueuedRunCoordinator(max_concurrent_runs=0))
    low, high, middle = (replica.submit(dagster__priority=p) for p in ("-1", "5", "0"))
    assert replica.launching.places() == {high.run_id: 1, middle.run_id: 2, low.run_id: 3}


def test_a_run_that_goes_on_is_resumed_not_launched(storage: SqlStorage) -> None:
    replica = Replica(storage, DefaultRunCoordinator())
    run = replica.submit()
    claimed = storage.move_run(run.run_id, Guard(statuses=(S.STARTING,)), S.STARTED)
    assert claimed is not None and replica.journal.resume(claimed, 1, 3, [], "Lost.") is not None
    replica.launching.turn()
    assert (replica.launcher.launched, replica.launcher.resumed) == ([run.run_id], [run.run_id])


@pytest.mark.parametrize("pool", ["", "db"])
def test_a_launcher_that_fails_is_tried_again_and_then_ends_the_run(storage: SqlStorage, pool: str) -> None:
    replica = Replica(storage, QueuedRunCoordinator(), db=1)
    replica.launcher.problem = "no room on the cluster"
    run = replica.submit(**({"jupyter_orch__pool": pool} if pool else {}))
    for _ in range(MAX_LAUNCH_TRIES):
        assert replica.status(run) == S.QUEUED
        replica.launching.turn()
    found = storage.get_run(run.run_id)
    assert found is not None and found.status == S.FAILURE and found.failure is not None
    assert "no room on the cluster" in found.failure.message and storage.pool_slots() == {}


def test_a_launcher_that_breaks_ends_the_run_at_once_and_lets_the_next_one_go(storage: SqlStorage) -> None:
    class Broken(Recorder):
        broken_for = ""

        def launch(self, order: LaunchOrder) -> str:
            if order.run_id == self.broken_for:
                raise RuntimeError("boom: no cluster")
            return super().launch(order)

    launcher, journal = Broken(), Journal(storage, lambda _: None)
    coordinator = QueuedRunCoordinator(max_concurrent_runs=2)
    launching = Launching(storage, journal, coordinator, launcher, NoCode(), "/nowhere", Pools(limits={"db": 1}))
    broken, well = (launching.submit(submission(tags={"jupyter_orch/pool": pool}))[0] for pool in ("db", "free"))
    launcher.broken_for = broken.run_id
    launching.turn()
    found = storage.get_run(broken.run_id)
    assert found is not None and found.status == S.FAILURE and found.failure is not None
    told = f"run {broken.run_id} could not be launched: RuntimeError: boom: no cluster"
    assert found.failure.message == told and found.failure.cause is not None
    assert "in launch" in "".join(found.failure.cause.stack)
    assert told in [e.event.message for e in storage.read_events(broken.run_id)]
    assert launcher.launched == [well.run_id] and storage.pool_slots() == {}
    assert found.epoch == broken.epoch + 2, "won and given up: a worker that comes late is void"


def test_who_submits_to_a_launcher_that_breaks_is_given_the_run(storage: SqlStorage) -> None:
    class Broken(Recorder):
        def launch(self, order: LaunchOrder) -> str:
            raise ValueError("nothing")

    launching = Launching(
        storage, Journal(storage, lambda _: None), DefaultRunCoordinator(), Broken(), NoCode(), "/nowhere"
    )
    run, created = launching.submit(submission())
    assert created and run.status == S.FAILURE and storage.get_run(run.run_id) == run


def test_a_coordinator_that_breaks_is_named_to_whoever_submits_and_nothing_is_stored(storage: SqlStorage) -> None:
    class Broken(DefaultRunCoordinator):
        @property
        def is_pass_through(self) -> bool:  # type: ignore[override]
            raise RuntimeError("no policy")

    with pytest.raises(CoordinatorFailed, match=r"test_launch.*Broken failed in is_pass_through: RuntimeError: no pol"):
        Replica(storage, Broken()).submit()
    assert storage.count_runs(RunFilter()) == 0


def test_a_coordinator_that_can_not_choose_is_named_once_in_the_log_of_each_run_that_waits(storage: SqlStorage) -> None:
    class Broken(QueuedRunCoordinator):
        broken = True

        def choose(self, queued: Sequence[Run], in_progress: Sequence[Run]) -> list[Run]:
            if self.broken:
                raise KeyError("team")
            return super().choose(queued, in_progress)

    coordinator = Broken()
    replica = Replica(storage, coordinator)
    run = replica.submit()
    for _ in range(2):
        with pytest.raises(CoordinatorFailed, match="Broken failed in choose: KeyError: 'team'"):
            replica.launching.turn()
    told = [e.event.message for e in storage.read_events(run.run_id) if "Broken failed in choose" in e.event.message]
    assert len(told) == 1 and told[0].startswith("This run waits: ")
    coordinator.broken = False
    assert replica.launching.turn() == (1, 0)
