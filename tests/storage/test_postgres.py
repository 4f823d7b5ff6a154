"""Postgres goes away, comes back, stops answering, breaks off at the commit: nothing is lost, nothing is stored twice."""

from __future__ import annotations

import contextlib
import os
import queue
import threading
import time
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from sqlalchemy import Connection
from sqlalchemy import event as on

from jupyter_orch import clock
from jupyter_orch.ports import StorageUnavailable
from jupyter_orch.records.run import RunFilter
from jupyter_orch.records.status import RunStatus
from jupyter_orch.storage import postgres_door
from jupyter_orch.storage.database import Database, _again
from jupyter_orch.storage.news import NewsListener
from jupyter_orch.storage.problems import DatabaseUnusable
from jupyter_orch.storage.sql import SqlStorage
from jupyter_orch.testing.runs import STARTED
from jupyter_orch.testing.samples import add, event, start
from tests.conftest import cluster
from tests.postgres import Postgres


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    """A cluster that a test may kill."""
    with cluster() as started:
        yield started


@pytest.fixture
def url(server: Postgres) -> str:
    return server.new_database()


@pytest.fixture
def storage(url: str) -> Iterator[SqlStorage]:
    opened = SqlStorage(Database(url))
    yield opened
    opened.dispose()


def plain(url: str) -> psycopg.Connection[Any]:
    return psycopg.connect(url.replace("+psycopg", ""), autocommit=True)


def backends(url: str) -> list[int]:
    """Processes that serve this database, our question's own left out."""
    with plain(url) as connection:
        found = connection.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return [pid for (pid,) in found]


# mistakes in the address


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("orch@/", "u:secret@127.0.0.1:1/"), "127.0.0.1:1 does not answer"),
        (("orch@/", "u:secret@no.such.host.invalid/"), "there is no host 'no.such.host.invalid'"),
        (("?host", "x?host"), "there is no database"),
        (
            ("orch@", "nobody:secret@"),
            "refuses user 'nobody'|there is no user 'nobody'; make it with `createuser nobody`",
        ),
    ],
)
def test_each_mistake_in_the_address_has_its_own_sentence(url: str, change: tuple[str, str], told: str) -> None:
    wrong = url.replace(*change)
    if "127.0.0.1" in wrong or "invalid" in wrong:
        wrong = wrong.split("?")[0]
    with pytest.raises(DatabaseUnusable, match=told) as refused:
        Database(wrong)
    assert "secret" not in str(refused.value)


# restarts


def test_a_restart_is_not_noticed(server: Postgres, storage: SqlStorage) -> None:
    """B-R: connections that the server has closed are made again, also in the middle of a run."""
    start(storage, "r")
    for number in range(3):
        server.shut_down() if number % 2 else server.kill()
        server.start()
        assert storage.append_events("r", 1, [event()]) == number + 1
        assert storage.count_runs(RunFilter()) == 1
    assert [e.seq for e in storage.read_events("r")] == [1, 2, 3]


def test_while_it_is_down_that_is_said_and_nothing_is_half_stored(server: Postgres, storage: SqlStorage) -> None:
    """B-K."""
    start(storage, "r")
    storage.append_events("r", 1, [event()])
    server.kill()
    for attempt in (lambda: storage.append_events("r", 1, [event()]), lambda: storage.get_run("r")):
        with pytest.raises(StorageUnavailable, match="can not be reached or written right now"):
            attempt()
    server.start()
    assert storage.append_events("r", 1, [event()]) == 2
    assert [e.seq for e in storage.read_events("r")] == [1, 2]


def test_a_writer_that_meets_restarts_stores_each_event_once(server: Postgres, storage: SqlStorage) -> None:
    """B-K, X-3: every answer it got is true, and what got no answer is stored wholly or not at all."""
    start(storage, "r")
    done = threading.Event()
    sent: list[str] = []

    def write() -> None:
        number = 0
        while not done.is_set():
            batch = [event(message=f"{number}.{part}") for part in range(3)]
            try:
                storage.append_events("r", 1, batch)
            except StorageUnavailable:
                stored = {e.event.message for e in patient(storage)}
                if f"{number}.0" not in stored:
                    continue
            sent.extend(e.message for e in batch)
            number += 1

    writer = threading.Thread(target=write)
    writer.start()
    for _ in range(3):
        time.sleep(0.3)
        server.kill()
        server.start()
    time.sleep(0.3)
    done.set()
    writer.join()
    assert [e.event.message for e in patient(storage)] == sent
    assert len(sent) > 9


def patient(storage: SqlStorage) -> Any:
    until = time.monotonic() + 30
    while True:
        try:
            return storage.read_events("r", limit=1_000_000)
        except StorageUnavailable:
            if time.monotonic() > until:
                raise


@pytest.mark.parametrize("is_given_out_again", [True, False])
def test_the_number_of_a_lost_transaction_says_nothing_when_it_is_somebody_elses(
    server: Postgres, url: str, storage: SqlStorage, monkeypatch: pytest.MonkeyPatch, is_given_out_again: bool
) -> None:
    """B-K: what a crash took from the journal on its way to the disk is not taken for stored."""
    start(storage, "r")
    plainly = Connection.commit

    def crash(connection: Connection) -> None:
        monkeypatch.setattr(Connection, "commit", plainly)
        mine = int(connection.exec_driver_sql("SELECT pg_current_xact_id()::text").scalar_one())
        server.kill()
        server.start()
        with plain(url) as other:
            while is_given_out_again and _spent(other) < mine:
                continue
        plainly(connection)

    monkeypatch.setattr(Connection, "commit", crash)
    with contextlib.suppress(StorageUnavailable):
        storage.append_events("r", 1, [event()])
        assert [e.seq for e in storage.read_events("r")] == [1], "an answer is true"
    assert len(storage.read_events("r")) <= 1


def _spent(connection: psycopg.Connection[Any]) -> int:
    (number,) = connection.execute("SELECT pg_current_xact_id()::text").fetchone() or ("0",)
    return int(number)


# a server that does not answer


def test_a_server_that_is_stopped_keeps_nobody_for_ever(
    server: Postgres, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """B-T: its processes are stopped, the sockets stay open."""
    monkeypatch.setattr(postgres_door, "DEADLINE", 3.0)
    storage = SqlStorage(Database(url))
    start(storage, "r")
    with server.paused(), pytest.raises(StorageUnavailable):
        storage.append_events("r", 1, [event()])
    wait = time.monotonic() + 30
    while time.monotonic() < wait:
        try:
            last = storage.append_events("r", 1, [event()])
            break
        except StorageUnavailable:
            continue
    assert last == len(storage.read_events("r")) >= 1
    storage.dispose()


def test_a_lock_that_others_hold_is_waited_for_and_then_told(
    storage: SqlStorage, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """B-H."""
    start(storage, "r")
    with storage._database.read() as connection:
        connection.exec_driver_sql("ALTER DATABASE " + connection.engine.url.database + " SET lock_timeout = 100")  # type: ignore[operator]
    again = SqlStorage(Database(url))

    @on.listens_for(again._database.engine, "checkout")
    def impatient(connection: Any, *_: object) -> None:
        connection.execute("SET lock_timeout = 100")

    with plain(url) as other:
        other.execute("BEGIN")
        other.execute("LOCK TABLE events IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(StorageUnavailable, match="lock timeout"):
            again.append_events("r", 1, [event()])
        other.execute("ROLLBACK")
    assert again.append_events("r", 1, [event()]) == 1
    again.dispose()


def test_a_deadlock_is_tried_again(storage: SqlStorage, url: str) -> None:
    start(storage, "a")
    start(storage, "b")
    other = plain(url)
    other.execute("SET deadlock_timeout = '10s'")  # so that ours is the one that is ended
    other.execute("BEGIN")
    other.execute("SELECT 1 FROM runs WHERE run_id = 'b' FOR UPDATE")
    tries = []

    def lock_both() -> int:
        tries.append(1)
        with storage._database.write() as connection:
            connection.exec_driver_sql("SELECT 1 FROM runs WHERE run_id = 'a' FOR UPDATE")
            ready.set()
            connection.exec_driver_sql("SELECT 1 FROM runs WHERE run_id = 'b' FOR UPDATE")
        return len(tries)

    ready = threading.Event()
    found: list[int] = []
    ours = threading.Thread(target=lambda: found.append(_again(lock_both)()))
    ours.start()
    ready.wait()
    other.execute("SELECT 1 FROM runs WHERE run_id = 'a' FOR UPDATE")  # closes the ring
    other.execute("COMMIT")
    other.close()
    ours.join()
    assert found and found[0] >= 2


# a connection that breaks off at the commit


def break_off(storage: SqlStorage, url: str, *, before: bool) -> None:
    """Once, end the server's side of the connection that commits, just before or just after it has committed."""
    broken: list[int] = []

    @on.listens_for(storage._database.engine, "commit")
    def cut(connection: Any) -> None:
        if broken:
            return
        driver = connection.connection.driver_connection
        broken.append(driver.info.backend_pid)
        if not before:
            driver.commit()
        with plain(url) as other:
            other.execute("SELECT pg_terminate_backend(%s)", broken)
        while broken[0] in backends(url):
            time.sleep(0.01)


@pytest.mark.parametrize("before", [True, False], ids=["before it", "after it"])
def test_a_line_cut_at_the_commit_neither_loses_nor_doubles(storage: SqlStorage, url: str, before: bool) -> None:
    """X-3: the outcome is looked up by the transaction's number."""
    start(storage, "r")
    break_off(storage, url, before=before)
    assert storage.append_events("r", 1, [event(message="1"), event(message="2")]) == 2
    assert [e.event.message for e in storage.read_events("r")] == ["1", "2"]


@pytest.mark.parametrize("before", [True, False], ids=["before it", "after it"])
def test_a_status_whose_commit_is_cut_off_is_moved_once(storage: SqlStorage, url: str, before: bool) -> None:
    start(storage, "r")
    break_off(storage, url, before=before)
    moved = storage.move_run("r", STARTED, RunStatus.SUCCESS, [event()])
    assert moved is not None and moved.status is RunStatus.SUCCESS
    assert len(storage.read_events("r")) == 1


def test_a_run_whose_commit_is_cut_off_is_new(storage: SqlStorage, url: str) -> None:
    break_off(storage, url, before=False)
    add(storage, "r", event())
    assert storage.count_runs(RunFilter()) == 1


# news


def test_what_other_places_store_is_heard_and_our_own_is_not(server: Postgres, url: str) -> None:
    """LISTEN is a speed-up of the bell; it is made again after a restart."""
    here, there = SqlStorage(Database(url, place="here")), SqlStorage(Database(url, place="there"))
    heard: queue.Queue[str] = queue.Queue()
    listener = NewsListener(url.replace("+psycopg", ""), "here", heard.put)
    try:
        assert listener.is_listening.wait(20)
        start(here, "ours")
        start(there, "theirs")
        there.append_events("theirs", 1, [event()])
        assert heard.get(timeout=20) == "theirs"
        server.kill()
        server.start()
        until = time.monotonic() + 30
        while heard.empty() and time.monotonic() < until:
            there.append_events("theirs", 1, [event()])
        assert heard.get(timeout=1) == "theirs"
        with pytest.raises(queue.Empty):
            while heard.get(timeout=0.2) == "theirs":
                pass
    finally:
        listener.stop()
        here.dispose()
        there.dispose()


def test_only_what_was_stored_is_news(url: str, storage: SqlStorage) -> None:
    for run_id in ("r", "q"):
        start(storage, run_id)
    heard: queue.Queue[str] = queue.Queue()
    listener = NewsListener(url.replace("+psycopg", ""), "elsewhere", heard.put)
    assert listener.is_listening.wait(20)
    assert storage.append_events("r", 9, [event()]) is None
    assert storage.append_events("q", 1, [event()]) == 1
    assert heard.get(timeout=20) == "q"
    listener.stop()


def test_a_storage_relays_until_it_is_told_to_stop(url: str, storage: SqlStorage) -> None:
    heard: queue.Queue[str] = queue.Queue()
    stop = storage.relay_news(heard.put)
    assert stop is not None
    elsewhere = SqlStorage(Database(url, place="elsewhere"))
    start(elsewhere, "r")
    until = time.monotonic() + 30
    while heard.empty() and time.monotonic() < until:  # until it listens
        elsewhere.append_events("r", 1, [event()])
    assert heard.get(timeout=1) == "r"
    stop()
    elsewhere.dispose()


def watchers() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if thread.name == "orch-deadlines"}


def test_an_open_database_may_be_forked_beside_and_a_closed_one_leaves_no_thread(url: str) -> None:
    others = watchers()
    database = Database(url)
    with database.read() as connection:
        connection.exec_driver_sql("select 1")
    (ours,) = watchers() - others
    assert getattr(ours, "sleeps_through_forks", False)
    if (child := os.fork()) == 0:
        os._exit(1 if watchers() else 0)
    assert os.waitpid(child, 0)[1] == 0
    with database.read() as connection:
        assert connection.exec_driver_sql("select 2").scalar() == 2
    database.dispose()
    ours.join(5)
    assert not ours.is_alive()


def test_leases_go_by_the_clock_of_the_server(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """E-7: machines whose clocks differ count leases alike; a storage beside the instance's has no say."""
    monkeypatch.setattr(clock, "_behind", 0.0)
    monkeypatch.setattr(postgres_door, "CLOCK_EVERY", 0.0)
    monkeypatch.setattr(clock, "now", lambda: time.time() - 600.0)
    beside = Database(url)
    assert clock.shared() == pytest.approx(time.time() - 600.0, abs=60.0)
    shared = Database(url, place="here")
    try:
        assert clock.shared() == pytest.approx(time.time(), abs=60.0)
        monkeypatch.setattr(clock, "now", time.time)  # somebody has set it right
        with shared.write():
            assert clock._behind == 0.0, "what a request's way may take is no difference"
    finally:
        beside.dispose()
        shared.dispose()
