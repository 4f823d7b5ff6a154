"""What is lost is ended, and what only looks lost is left alone."""

from __future__ import annotations

import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import pytest

from jupyter_orch import clock
from jupyter_orch.daemon.rescuer import UNCLAIMED, Rescuer
from jupyter_orch.errors import OrchError
from jupyter_orch.masking import Mask
from jupyter_orch.ports import LaunchOrder, RunLauncher, StorageUnavailable, WorkerHealth
from jupyter_orch.processes import identify, is_alive, this_process
from jupyter_orch.records.event import EventType
from jupyter_orch.records.run import ProcessIdentity, Run
from jupyter_orch.records.spool import Spool, spool_file
from jupyter_orch.records.status import RunStatus
from jupyter_orch.runs.journal import LEASE, START_TIMEOUT, Journal
from jupyter_orch.settings import RunMonitoring
from jupyter_orch.storage.database import Database
from jupyter_orch.storage.sql import SqlStorage
from tests.conftest import event, submission

ELSEWHERE = ProcessIdentity(host="another-host", boot="b", pid=1, started=1)


class Nowhere(RunLauncher):
    """Knows nothing of any worker."""

    def launch(self, order: LaunchOrder) -> str:
        raise OrchError("nothing is launched here")


class Hands:
    """The hands of the clock."""

    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> Hands:
    held = Hands()
    monkeypatch.setattr(clock, "now", held)
    monkeypatch.setattr("jupyter_orch.daemon.rescuer.TURN", 0.0)
    return held


@pytest.fixture
def journal(storage: SqlStorage) -> Journal:
    return Journal(storage, lambda _: None)


def held_by(journal: Journal, worker: ProcessIdentity) -> Run:
    run, _ = journal.submit(submission())
    won = journal.dequeue(run)
    assert won is not None
    started = journal.claim(run.run_id, won[0].epoch, won[1], worker, "by a test")
    assert started is not None
    return started


def status(storage: SqlStorage, run: Run) -> RunStatus:
    found = storage.get_run(run.run_id)
    assert found is not None
    return found.status


def sleeping_session() -> subprocess.Popen[bytes]:
    return subprocess.Popen(["sleep", "300"], start_new_session=True)


def test_a_worker_that_is_gone_ends_its_run_and_what_it_left(
    storage: SqlStorage, journal: Journal, hands: Hands
) -> None:
    gone = replace(this_process(), started=1)
    runner = sleeping_session()
    run = held_by(journal, gone)
    journal.renew(run, identify(runner.pid))
    journal.append(run.run_id, run.epoch, [event(EventType.STEP_START, step_key="a")])
    Rescuer(storage, journal, Nowhere()).poll()
    ended = storage.get_run(run.run_id)
    assert ended is not None and ended.status == RunStatus.FAILURE
    assert ended.failure is not None and "worker lost" in ended.failure.message
    assert [e.event.step_key for e in storage.read_events(run.run_id, types=["STEP_FAILURE"])] == ["a"]
    assert runner.wait(5) == -9


def test_a_worker_that_lives_is_left_alone(storage: SqlStorage, journal: Journal, hands: Hands) -> None:
    run = held_by(journal, this_process())
    rescuer = Rescuer(storage, journal, Nowhere())
    hands.now += 10 * LEASE
    rescuer.poll()
    assert status(storage, run) == RunStatus.STARTED and is_alive(this_process())


def test_a_session_whose_leader_is_somebody_else_by_now_is_not_touched(
    storage: SqlStorage, journal: Journal, hands: Hands
) -> None:
    stranger = sleeping_session()
    run = held_by(journal, replace(this_process(), started=1))
    journal.renew(run, replace(identify(stranger.pid), started=1))
    Rescuer(storage, journal, Nowhere(), RunMonitoring(max_resume_run_attempts=0)).poll()
    assert status(storage, run) == RunStatus.FAILURE
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_a_lost_worker_of_a_canceled_run_ends_it_as_canceled(
    storage: SqlStorage, journal: Journal, hands: Hands
) -> None:
    run = held_by(journal, replace(this_process(), started=1))
    journal.request_cancel(run, "ada")
    Rescuer(storage, journal, Nowhere()).poll()
    assert status(storage, run) == RunStatus.CANCELED


def test_what_a_lost_worker_had_on_its_way_is_stored_without_secrets(
    storage: SqlStorage, journal: Journal, hands: Hands, tmp_path: Path
) -> None:
    run = held_by(journal, replace(this_process(), started=1, home=str(tmp_path)))
    file = spool_file(str(tmp_path), run.run_id, run.epoch)
    file.parent.mkdir(parents=True)
    seen = event(EventType.ASSET_OBSERVATION, "saw s3cr3t-1", step_key="a")
    Spool(str(file)).note(seen, seen.written())
    covered: list[str] = []

    def cover(lost: Run) -> Mask:
        covered.append(lost.run_id)
        return Mask(["s3cr3t-1"])

    Rescuer(storage, journal, Nowhere(), RunMonitoring(max_resume_run_attempts=0), cover=cover).poll()
    told = [stored.event.message for stored in storage.read_events(run.run_id)]
    assert "saw ***" in told and "s3cr3t-1" not in str(told) and covered == [run.run_id]


def test_a_worker_of_another_host_is_judged_by_its_lease(storage: SqlStorage, journal: Journal, hands: Hands) -> None:
    run = held_by(journal, ELSEWHERE)
    rescuer = Rescuer(storage, journal, Nowhere())
    for _ in range(int(LEASE * 2)):
        hands.now += 1
        rescuer.poll()
        if hands.now - (run.lease_until or 0) < LEASE:
            assert status(storage, run) == RunStatus.STARTED
    hands.now += 2
    rescuer.poll()
    taken = storage.get_run(run.run_id)
    assert taken is not None and (taken.status, taken.epoch) == (RunStatus.QUEUED, run.epoch + 1)


def test_after_an_outage_no_lease_is_judged_before_a_whole_lease_has_passed(
    storage: SqlStorage, journal: Journal, hands: Hands
) -> None:
    run = held_by(journal, ELSEWHERE)
    rescuer = Rescuer(storage, journal, Nowhere())
    rescuer.poll()
    hands.now += 600  # asleep, or the database was away: the worker could not renew either
    rescuer.poll()
    assert status(storage, run) == RunStatus.STARTED
    for _ in range(int(LEASE) + 2):
        hands.now += 1
        rescuer.poll()
    assert status(storage, run) == RunStatus.QUEUED


def test_tries_while_the_storage_is_away_are_no_touch(
    storage: SqlStorage, journal: Journal, hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A storage that refuses at once is asked every few seconds: that many turns tell nothing of the worker."""
    run = held_by(journal, ELSEWHERE)
    rescuer = Rescuer(storage, journal, Nowhere())
    rescuer.poll()
    with monkeypatch.context() as away:
        away.setattr(SqlStorage, "list_runs", _is_away)
        for _ in range(20):
            hands.now += 5.0
            rescuer.turn()
    rescuer.poll()
    assert status(storage, run) == RunStatus.STARTED


def test_a_storage_that_can_not_be_written_is_away(storage: SqlStorage, journal: Journal, hands: Hands) -> None:
    """A full disk, a lock, a standby: rows can be read, and no worker can renew its lease."""
    run = held_by(journal, ELSEWHERE)
    rescuer = Rescuer(storage, journal, Nowhere())
    rescuer.outage.begins(StorageUnavailable("no room left"))
    for _ in range(int(LEASE * 3)):
        hands.now += 1.0
        rescuer.poll()
    rescuer.outage.ends()
    rescuer.poll()
    assert status(storage, run) == RunStatus.STARTED


def _is_away(*_: object, **__: object) -> None:
    raise StorageUnavailable("nobody answers")


def test_a_launch_that_never_arrived_is_tried_again(storage: SqlStorage, journal: Journal, hands: Hands) -> None:
    run, _ = journal.submit(submission())
    assert journal.dequeue(run) is not None
    rescuer = Rescuer(storage, journal, Nowhere())
    hands.now += START_TIMEOUT - 1
    rescuer.poll()
    assert status(storage, run) == RunStatus.STARTING
    hands.now += 2
    rescuer.poll()
    assert status(storage, run) == RunStatus.QUEUED


@pytest.mark.parametrize("asker_lives", [False, True])
def test_a_launch_whose_asker_was_killed_is_made_anew_soon(
    storage: SqlStorage, journal: Journal, hands: Hands, monkeypatch: pytest.MonkeyPatch, asker_lives: bool
) -> None:
    asker = this_process() if asker_lives else replace(this_process(), started=1)
    monkeypatch.setattr("jupyter_orch.runs.journal.this_process", lambda: asker)
    run, _ = journal.submit(submission())
    won = journal.dequeue(run)
    assert won is not None
    rescuer = Rescuer(storage, journal, Nowhere())
    rescuer.poll()
    assert status(storage, run) == RunStatus.STARTING, "its worker may be on its way"
    hands.now += UNCLAIMED
    rescuer.poll()
    found = storage.get_run(run.run_id)
    assert found is not None and found.launch_tries == 0
    if asker_lives:
        assert found.status == RunStatus.STARTING
        return
    assert found.status == RunStatus.QUEUED
    assert journal.claim(run.run_id, won[0].epoch, won[1], this_process(), "late") is None
    told = storage.read_events(run.run_id, types=["ENGINE_EVENT"])[-1].event.message
    assert told == "It is launched anew: the process that had asked for a worker has ended, and none came"


def test_a_launch_that_its_launcher_knows_to_be_dead_does_not_wait_for_its_time(
    storage: SqlStorage, journal: Journal, hands: Hands
) -> None:
    class Knows(Nowhere):
        def check_run_worker_health(self, run: Run) -> WorkerHealth:
            return WorkerHealth.GONE

    run, _ = journal.submit(submission())
    assert journal.dequeue(run) is not None
    woken: list[bool] = []
    Rescuer(storage, journal, Knows(), requeued=lambda: woken.append(True)).poll()
    assert status(storage, run) == RunStatus.QUEUED and woken


def test_a_worker_elsewhere_that_its_launcher_knows_to_be_dead_is_not_waited_for(
    storage: SqlStorage, journal: Journal, hands: Hands
) -> None:
    class Knows(Nowhere):
        ended: ClassVar[list[str]] = []

        def check_run_worker_health(self, run: Run) -> WorkerHealth:
            return WorkerHealth.GONE

        def can_terminate(self, run: Run) -> bool:
            return True

        def terminate(self, run: Run) -> bool:
            self.ended.append(run.run_id)
            return True

    run = held_by(journal, ELSEWHERE)
    Rescuer(storage, journal, Knows()).poll()
    assert status(storage, run) == RunStatus.QUEUED and Knows.ended == [run.run_id]


def test_a_local_worker_that_says_nothing_is_ended_and_its_run_resumed(
    storage: SqlStorage, journal: Journal, hands: Hands
) -> None:
    silent = sleeping_session()
    run = held_by(journal, identify(silent.pid))
    rescuer = Rescuer(storage, journal, Nowhere())
    for _ in range(int(LEASE * 2) + 2):
        hands.now += 1
        rescuer.poll()
    assert silent.wait(5) == -9
    assert status(storage, run) == RunStatus.QUEUED


def test_resuming_has_an_end(storage: SqlStorage, journal: Journal, hands: Hands) -> None:
    run, _ = journal.submit(submission())
    rescuer = Rescuer(storage, journal, Nowhere(), RunMonitoring(max_resume_run_attempts=2))
    for number in range(3):
        waiting = storage.get_run(run.run_id)
        assert waiting is not None and waiting.status == RunStatus.QUEUED and waiting.resume_count == number
        won = journal.dequeue(waiting)
        assert won is not None
        gone = replace(this_process(), started=1)
        assert journal.claim(run.run_id, won[0].epoch, won[1], gone, "by a test", resumed=number > 0) is not None
        rescuer.poll()
    ended = storage.get_run(run.run_id)
    assert ended is not None and ended.status == RunStatus.FAILURE
    assert ended.failure is not None and ended.failure.cls == "WorkerLost"


def test_a_cancel_that_hangs_is_ended_after_its_time(storage: SqlStorage, journal: Journal, hands: Hands) -> None:
    hanging = sleeping_session()
    run = held_by(journal, identify(hanging.pid))
    journal.request_cancel(run, "ada")
    rescuer = Rescuer(storage, journal, Nowhere(), RunMonitoring(cancel_timeout=8.0))
    hands.now += 7
    rescuer.poll()
    assert status(storage, run) == RunStatus.CANCELING
    hands.now += 2
    rescuer.poll()
    assert status(storage, run) == RunStatus.CANCELED and hanging.wait(5) == -9


@pytest.mark.parametrize("limit", [None, 5.0])
def test_a_run_that_its_own_worker_does_not_end_in_time_is_ended_from_outside(
    storage: SqlStorage, journal: Journal, hands: Hands, limit: float | None
) -> None:
    stuck = sleeping_session()
    run = held_by(journal, identify(stuck.pid))
    rescuer = Rescuer(storage, journal, Nowhere(), RunMonitoring(max_runtime=limit))
    for _ in range(3):
        hands.now += 9
        rescuer.poll()
    found = storage.get_run(run.run_id)
    assert found is not None
    if limit is None:
        assert found.status == RunStatus.STARTED
        stuck.kill()
    else:
        assert found.status == RunStatus.FAILURE and found.failure is not None
        assert "maximum runtime of 5 s" in found.failure.message
    stuck.wait(5)


def test_replicas_that_see_the_same_death_resume_the_run_once(database_url: str) -> None:
    storages = [SqlStorage(Database(database_url)) for _ in range(3)]
    journals = [Journal(storage, lambda _: None) for storage in storages]
    runs = [held_by(journals[0], replace(this_process(), started=1)) for _ in range(8)]
    rescuers = [Rescuer(s, j, Nowhere()) for s, j in zip(storages, journals, strict=True)]
    with ThreadPoolExecutor(3) as threads:
        list(threads.map(lambda rescuer: rescuer.poll(), rescuers))
    for run in runs:
        found = storages[0].get_run(run.run_id)
        assert found is not None and (found.status, found.resume_count) == (RunStatus.QUEUED, 1)
        told = [e for e in storages[0].read_events(run.run_id) if "Resuming" in e.event.message]
        assert len(told) == 1
    for storage in storages:
        storage.dispose()


def test_spools_that_killed_workers_left_are_swept(
    storage: SqlStorage, journal: Journal, hands: Hands, tmp_path: Path
) -> None:
    (tmp_path / "spool").mkdir()
    running, ended = held_by(journal, this_process()), held_by(journal, this_process())
    assert journal.succeed(ended, []) is not None
    left = spool_file(str(tmp_path), ended.run_id, ended.epoch)
    before = spool_file(str(tmp_path), running.run_id, running.epoch - 1)
    needed = spool_file(str(tmp_path), running.run_id, running.epoch)
    unknown = spool_file(str(tmp_path), "of-another-database", 1)
    fresh = spool_file(str(tmp_path), ended.run_id, ended.epoch + 1)
    for path in (left, before, needed, unknown, fresh):
        path.touch()
        os.utime(path, (hands.now - (0 if path == fresh else 120), hands.now - (0 if path == fresh else 120)))
    rescuer = Rescuer(storage, journal, Nowhere(), home=tmp_path)
    rescuer.poll()
    assert set((tmp_path / "spool").iterdir()) == {needed, unknown, fresh}
    hands.now += 30
    rescuer.poll()
    assert fresh.exists()
    hands.now += 90_000
    rescuer.poll()
    assert set((tmp_path / "spool").iterdir()) == {needed}
