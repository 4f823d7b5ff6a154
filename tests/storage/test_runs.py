"""What the run storage promises (``ports.RunStorage``)."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from jupyter_orch.ports import Guard, NewRun
from jupyter_orch.records.event import EventType
from jupyter_orch.records.run import ProcessIdentity, RunFilter
from jupyter_orch.records.status import RunStatus
from jupyter_orch.storage.database import Database, DatabaseUnusable
from jupyter_orch.storage.sql import SqlStorage
from tests.conftest import event, new_id, submission

QUEUED = Guard(statuses=(RunStatus.QUEUED,))
WORKER = ProcessIdentity(host="h", boot="b", pid=7, started=9)


def started(storage: SqlStorage, **changes: object) -> str:
    run_id = new_id()
    storage.add_run(NewRun(run_id=run_id, submission=submission(**changes)))
    storage.move_run(run_id, QUEUED, RunStatus.STARTING, epoch=1, launch_token="t")
    storage.move_run(run_id, Guard(statuses=(RunStatus.STARTING,), epoch=1), RunStatus.STARTED, worker=WORKER)
    return run_id


def test_a_run_comes_back_as_it_was_stored(storage: SqlStorage) -> None:
    asked = submission(run_config={"solids": {"a": [1, None, "x"]}}, tags={"team": "ice"}, step_keys=("a", "b"))
    created, is_new = storage.add_run(NewRun(run_id="r", submission=asked, events=(event(),)))
    found = storage.get_run("r")
    assert is_new and found == created
    assert found.submission == asked
    assert (found.status, found.epoch, found.event_seq) == (RunStatus.QUEUED, 0, 1)


def test_the_same_idempotency_key_gives_the_first_run(storage: SqlStorage) -> None:
    first, _ = storage.add_run(NewRun(run_id="a", submission=submission(idempotency_key="k")))
    second, is_new = storage.add_run(NewRun(run_id="b", submission=submission(idempotency_key="k")))
    assert not is_new and second.run_id == first.run_id == "a"
    assert storage.get_run("b") is None


def test_of_many_that_race_for_a_run_one_wins(storage: SqlStorage) -> None:
    storage.add_run(NewRun(run_id="r", submission=submission()))
    start = threading.Barrier(8)

    def race(number: int) -> bool:
        start.wait()
        won = storage.move_run("r", Guard(statuses=(RunStatus.QUEUED,), epoch=0), RunStatus.STARTING, epoch=number)
        return won is not None

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(race, range(1, 9))) == 1


def test_a_guard_that_does_not_hold_writes_nothing(storage: SqlStorage) -> None:
    run_id = started(storage)
    before = storage.get_run(run_id)
    for guard in (
        Guard(statuses=(RunStatus.QUEUED,)),
        Guard(statuses=(RunStatus.STARTED,), epoch=2),
        Guard(statuses=(RunStatus.STARTED,), epoch=1, launch_token="other"),
    ):
        after = RunStatus.STARTING if RunStatus.QUEUED in guard.statuses else RunStatus.SUCCESS
        assert storage.move_run(run_id, guard, after, [event()]) is None
    assert storage.get_run(run_id) == before


def test_a_move_that_the_table_lacks_is_refused(storage: SqlStorage) -> None:
    run_id = started(storage)
    with pytest.raises(ValueError, match="SUCCESS to STARTED"):
        storage.move_run(run_id, Guard(statuses=(RunStatus.SUCCESS,)), RunStatus.STARTED)


def test_events_are_numbered_without_a_gap_across_writers(storage: SqlStorage) -> None:
    run_id = started(storage)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: [storage.append_events(run_id, 1, [event(), event()]) for _ in range(25)], range(4)))
    numbers = [e.seq for e in storage.read_events(run_id, limit=1000)]
    assert numbers == list(range(1, 201))


def test_a_writer_of_an_old_epoch_changes_nothing(storage: SqlStorage) -> None:
    run_id = started(storage)
    storage.move_run(run_id, Guard(statuses=(RunStatus.STARTED,), epoch=1), RunStatus.QUEUED, epoch=2)
    assert storage.append_events(run_id, 1, [event()]) is None
    assert storage.read_events(run_id) == []


def test_nothing_is_appended_to_a_run_that_has_ended(storage: SqlStorage) -> None:
    run_id = started(storage)
    storage.move_run(run_id, Guard(statuses=(RunStatus.STARTED,), epoch=1), RunStatus.SUCCESS, [event()])
    assert storage.append_events(run_id, 1, [event()]) is None


def test_events_are_read_after_a_number_and_by_type(storage: SqlStorage) -> None:
    run_id = started(storage)
    kinds = [EventType.STEP_START, EventType.LOG, EventType.STEP_SUCCESS]
    storage.append_events(run_id, 1, [event(k, step_key="s", data={"n": i}) for i, k in enumerate(kinds)])
    assert [e.seq for e in storage.read_events(run_id, after=1)] == [2, 3]
    assert [e.event.data for e in storage.read_events(run_id, types=["STEP_SUCCESS"])] == [{"n": 2}]


def test_runs_are_paged_newest_first_and_filtered(storage: SqlStorage) -> None:
    ids = [started(storage, tags={"parity": str(n % 2)}) for n in range(6)]
    first = storage.list_runs(RunFilter(), limit=4)
    second = storage.list_runs(RunFilter(), limit=4, before=first[-1].cursor)
    assert [r.run_id for r in first + second] == ids[::-1]
    assert storage.count_runs(RunFilter(tags={"parity": "1"})) == 3
    assert storage.count_runs(RunFilter(statuses=(RunStatus.QUEUED,))) == 0
    assert storage.count_runs(RunFilter(pipeline="pipe", location="here", repository="repo")) == 6
    assert storage.count_runs(RunFilter(run_ids=(ids[0], "none"))) == 1


def test_only_a_run_that_has_ended_can_be_deleted(storage: SqlStorage) -> None:
    run_id = started(storage)
    assert not storage.delete_run(run_id)
    storage.move_run(run_id, Guard(statuses=(RunStatus.STARTED,)), RunStatus.FAILURE, [event()])
    assert storage.delete_run(run_id)
    assert storage.get_run(run_id) is None and storage.read_events(run_id) == []


def test_two_processes_share_a_database(storage: SqlStorage, database_url: str) -> None:
    other = SqlStorage(Database(database_url))
    run_id = started(storage)
    assert other.append_events(run_id, 1, [event(message="hé 🐧")]) == 1
    assert storage.read_events(run_id)[0].event.message == "hé 🐧"
    other.dispose()


def test_a_database_that_can_not_be_opened_says_so_without_its_password(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no database, just text that is long enough to be looked at")
    for url in (
        f"sqlite:///{tmp_path}/file",
        f"sqlite:///{tmp_path}/file/below/orch.db",
        "postgresql+psycopg://u:secret@127.0.0.1:1/d",
    ):
        with pytest.raises(DatabaseUnusable, match="can not be opened") as refused:
            Database(url)
        assert "secret" not in str(refused.value)


def test_a_newer_schema_is_refused(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/orch.db"
    database = Database(url)
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE schema_version SET version = 99")
    database.dispose()
    with pytest.raises(DatabaseUnusable, match="newer jupyter_orch"):
        Database(url)


def test_a_new_database_is_private(tmp_path: Path) -> None:
    Database(f"sqlite:///{tmp_path}/made/orch.db").dispose()
    assert (tmp_path / "made").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "made/orch.db").stat().st_mode & 0o777 == 0o600
