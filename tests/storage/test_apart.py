"""Storages in different places: who dies between two of them leaves something to move on, never a gap."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from jupyter_orch import failpoints
from jupyter_orch.errors import OrchError
from jupyter_orch.ports import EventLogStorage, NewRun, RunStorage, Storage
from jupyter_orch.records.event import EventType
from jupyter_orch.records.run import Run, RunFilter
from jupyter_orch.records.status import RunStatus
from jupyter_orch.settings import read_settings
from jupyter_orch.storage.database import Database
from jupyter_orch.storage.event_log import SqlEventLog
from jupyter_orch.storage.joined import join
from jupyter_orch.storage.opening import open_storage
from jupyter_orch.storage.sql import SqlStorage
from jupyter_orch.storage.staged import SqlSchedulesApart
from jupyter_orch.testing import RunStorageSuite, ScheduleStorageSuite
from jupyter_orch.testing.runs import STARTED
from jupyter_orch.testing.samples import event, start
from jupyter_orch.testing.schedules import SUCCESS, claim, instigator, new_run


class Places:
    """A run database, an event log and a schedule database, each a file of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def runs(self) -> SqlStorage:
        return SqlStorage(Database(f"sqlite:///{self._folder}/runs.db"))

    def events(self) -> SqlEventLog:
        return SqlEventLog(Database(f"sqlite:///{self._folder}/events.db"))

    def schedules(self) -> SqlSchedulesApart:
        return SqlSchedulesApart(Database(f"sqlite:///{self._folder}/schedules.db"))

    def joined(self) -> Storage:
        runs = self.runs()
        return join(runs, runs, self.schedules(), self.events())


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(tmp_path)


@pytest.fixture
def storage(places: Places) -> Iterator[Storage]:
    opened = places.joined()
    yield opened
    opened.dispose()


def in_a_process_that_dies(at: str, work: Callable[[], Any]) -> None:
    """Do some work in a fork that is killed when it comes to a failpoint."""

    def child() -> None:
        failpoints.arm({failpoints.VARIABLE: f"{at}=kill"})
        work()
        os._exit(0)

    process = multiprocessing.get_context("fork").Process(target=child)
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL, f"it did not come to {at}"


def numbers(storage: RunStorage | EventLogStorage, run_id: str = "r") -> list[int]:
    return [stored.seq for stored in storage.read_events(run_id)]


def test_events_move_to_the_event_log_and_are_read_from_both_places(places: Places, storage: Storage) -> None:
    start(storage, "r")
    storage.append_events("r", 1, [event(EventType.STEP_START), event(), event()])
    assert storage.move_on() == 3 and storage.move_on() == 0
    storage.append_events("r", 1, [event(EventType.STEP_START)])
    assert numbers(places.runs()) == [4] and numbers(places.events()) == [1, 2, 3]
    assert numbers(storage) == [1, 2, 3, 4]
    assert [e.seq for e in storage.read_events("r", after=1, limit=2)] == [2, 3]
    assert [e.seq for e in storage.read_events("r", types=["STEP_START"])] == [1, 4]
    assert [e.seq for e in storage.events_of(["r"], ["STEP_START"])["r"]] == [1, 4]


def test_a_kill_between_event_log_and_run_storage_leaves_each_event_once(places: Places, storage: Storage) -> None:
    start(storage, "r")
    storage.append_events("r", 1, [event()] * 5)
    in_a_process_that_dies("storage.events.copied", lambda: places.joined().move_on())
    assert numbers(places.events()) == numbers(places.runs()) == [1, 2, 3, 4, 5]
    assert numbers(storage) == [1, 2, 3, 4, 5]
    storage.append_events("r", 1, [event()])
    assert storage.move_on() == 6
    assert numbers(places.events()) == [1, 2, 3, 4, 5, 6] and numbers(places.runs()) == []


def test_a_kill_after_a_tick_was_finished_loses_none_of_its_runs(places: Places, storage: Storage) -> None:
    storage.put_instigators([instigator()])

    def finish() -> None:
        dying = places.joined()
        tick = claim(dying, 100.0)
        assert tick is not None
        dying.finish_tick(tick, SUCCESS, runs=[new_run("a"), new_run("b")])

    in_a_process_that_dies("storage.tick.staged", finish)
    assert storage.count_runs(RunFilter()) == 0
    assert storage.list_ticks("i", 1)[0].run_ids == ("a", "b")
    assert storage.move_on() == 2 and storage.move_on() == 0
    assert [run.run_id for run in storage.list_runs(RunFilter(), limit=9, oldest_first=True)] == ["a", "b"]


def test_a_kill_after_a_run_was_moved_does_not_make_it_twice(places: Places, storage: Storage) -> None:
    storage.put_instigators([instigator()])

    def finish() -> None:
        dying = places.joined()
        tick = claim(dying, 100.0)
        assert tick is not None
        dying.finish_tick(tick, SUCCESS, runs=[new_run("a"), new_run("b")])

    in_a_process_that_dies("storage.run.copied", finish)
    assert storage.count_runs(RunFilter()) == 1
    storage.move_on()
    assert storage.count_runs(RunFilter()) == 2


def test_a_deleted_run_leaves_no_event_anywhere(places: Places, storage: Storage) -> None:
    start(storage, "r")
    storage.move_run("r", STARTED, RunStatus.SUCCESS, [event()])
    storage.move_on()
    assert storage.delete_run("r")
    assert numbers(storage) == numbers(places.events()) == []


def test_a_run_deleted_while_its_events_move_leaves_none(places: Places) -> None:
    """The mover has stored events of a run that is gone when it looks again: it takes them away."""

    class DeletesMeanwhile(SqlEventLog):
        def put_events(self, events: Any) -> None:
            super().put_events(events)
            assert places.runs().delete_run("r")

    runs = places.runs()
    start(runs, "r")
    runs.move_run("r", STARTED, RunStatus.SUCCESS, [event()])
    joined = join(runs, runs, None, DeletesMeanwhile(Database(f"sqlite:///{places._folder}/events.db")))
    joined.move_on()
    assert numbers(places.events()) == []


def test_an_event_log_that_is_down_stops_no_run(places: Places) -> None:
    class Down(SqlEventLog):
        def put_events(self, events: Any) -> None:
            raise OrchError("the event log is down")

    runs = places.runs()
    joined = join(runs, runs, None, Down(Database(f"sqlite:///{places._folder}/events.db")))
    start(joined, "r")
    assert joined.append_events("r", 1, [event()]) == 1
    with pytest.raises(OrchError, match="down"):
        joined.move_on()
    assert joined.move_run("r", STARTED, RunStatus.SUCCESS, [event()]) is not None
    assert numbers(joined) == [1, 2]
    assert places.joined().move_on() == 2


def test_a_run_storage_that_is_down_keeps_the_runs_of_a_tick_waiting(places: Places) -> None:
    class Down(SqlStorage):
        def add_run(self, new: NewRun) -> tuple[Run, bool]:
            raise OrchError("the run storage is down")

    runs = Down(Database(f"sqlite:///{places._folder}/runs.db"))
    joined = join(runs, runs, places.schedules(), None)
    joined.put_instigators([instigator()])
    tick = claim(joined, 100.0)
    assert tick is not None and joined.finish_tick(tick, SUCCESS, runs=[new_run("a")]) == []
    assert places.joined().move_on() == 1
    assert runs.count_runs(RunFilter()) == 1


@pytest.mark.parametrize("place", ["runs", "events", "schedules"])
def test_a_newer_database_in_one_place_makes_all_of_it_read_only(places: Places, tmp_path: Path, place: str) -> None:
    storage = places.joined()
    start(storage, "r")
    assert storage.read_only == ""
    storage.dispose()
    with sqlite3.connect(tmp_path / f"{place}.db") as connection:
        connection.execute("UPDATE schema_version SET version = 99")
    storage = places.joined()
    assert "made by a newer jupyter_orch" in storage.read_only and f"{place}.db" in storage.read_only
    assert storage.count_runs(RunFilter()) == 1 and storage.list_ticks("i", 9) == [] and numbers(storage) == []
    storage.dispose()


class _OnTheMove:
    """Everything is moved on all the time, by a process that is killed at last."""

    @pytest.fixture
    def open_storage(self, places: Places) -> Iterator[Callable[[], Storage]]:
        places.joined().dispose()

        def move() -> None:
            mover = places.joined()
            while True:
                mover.move_on()

        process = multiprocessing.get_context("fork").Process(target=move, daemon=True)
        process.start()
        yield places.joined
        assert process.is_alive()
        process.kill()
        process.join()


class TestRunsOnTheMove(_OnTheMove, RunStorageSuite):
    test_events_are_let_go_and_the_numbers_go_on = None  # type: ignore[assignment]  # they go by themselves here


class TestSchedulesOnTheMove(_OnTheMove, ScheduleStorageSuite):
    pass


def test_orch_yaml_says_where_each_storage_is(private_home: Path) -> None:
    private_home.mkdir(parents=True, exist_ok=True)
    (private_home / "orch.yaml").write_text(
        "run_storage: {sqlite: {path: runs.db}}\n"
        "event_log_storage: {sqlite: {path: events.db}}\n"
        "schedule_storage: {sqlite: {path: runs.db}}\n"
    )
    opened = open_storage(read_settings(private_home))
    start(opened, "r")
    opened.append_events("r", 1, [event()])
    assert opened.move_on() == 1
    opened.dispose()
    assert numbers(SqlEventLog(Database(f"sqlite:///{private_home}/events.db"))) == [1]
    runs = SqlStorage(Database(f"sqlite:///{private_home}/runs.db"))
    assert runs.count_runs(RunFilter()) == 1 and numbers(runs) == []
