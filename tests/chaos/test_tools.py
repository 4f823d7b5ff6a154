"""The tools can fail: each kind of violation is planted and found, each fault is really done, each count is right."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import create_engine

from jupyter_orch.ports import StorageUnavailable
from jupyter_orch.processes import this_process
from jupyter_orch.records.event import Event, EventType
from jupyter_orch.records.messages import PipelineSelector
from jupyter_orch.records.run import Run
from jupyter_orch.runs.journal import Journal
from jupyter_orch.storage.database import Database
from jupyter_orch.storage.sql import SqlStorage
from jupyter_orch.testing.samples import submission
from tests.chaos.broken_file import failing
from tests.chaos.checker import Seen, impossible_states, violations
from tests.chaos.ledger import Ledger
from tests.chaos.process_table import Process, processes_of, without_daemon
from tests.chaos.tcp_proxy import proxied
from tests.server_process import wait_for

STEP = (EventType.STEP_START, EventType.STEP_SUCCESS)


class Sound:
    """One run of three steps that ended well, with a ledger that agrees; a test spoils one of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = f"sqlite:///{folder}/orch.db"
        self.storage = SqlStorage(Database(self.url))
        self.ledger = Ledger(folder)
        self.run_id = self._whole_run().run_id
        self.ledger.acknowledged.append(self.run_id)
        for step in ("first", "second", "third"):
            self.note("begin", step=step)
            self.note("end", step=step)

    def _whole_run(self) -> Run:
        journal = Journal(self.storage, lambda _: None)
        asked = submission(selector=PipelineSelector(repository="repo", pipeline="once"), tags={"chaos/number": "1"})
        run, _ = journal.submit(asked)
        won = journal.dequeue(run)
        assert won is not None
        claimed = journal.claim(run.run_id, won[0].epoch, won[1], this_process(), "by a test")
        assert claimed is not None
        said = [
            Event(type=kind, timestamp=1.0, step_key=step) for step in ("first", "second", "third") for kind in STEP
        ]
        ended = journal.succeed(claimed, said)
        assert ended is not None
        return ended

    def note(self, what: str, **more: Any) -> None:
        """A line of the ledger."""
        line = {"what": what, "at": time.monotonic(), "pid": 4_000_000, "run": self.run_id, **more}
        with open(self.folder / "ledger", "a") as ledger:
            ledger.write(json.dumps(line) + "\n")

    def spoil(self, statement: str) -> None:
        """Change the file behind everybody's back."""
        engine = create_engine(self.url)
        with engine.begin() as connection:
            connection.exec_driver_sql(statement)
        engine.dispose()

    def found(self, **seen: Any) -> set[str]:
        """The kinds of violations that the checker finds."""
        return {v.kind for v in violations(self.url, Seen(**{"ledger": self.ledger, **seen}))}


@pytest.fixture
def sound(tmp_path: Path) -> Iterator[Sound]:
    made = Sound(tmp_path)
    yield made
    made.storage.dispose()


def test_what_is_sound_has_no_violation(sound: Sound) -> None:
    daemon = Process(pid=10, parent=1, session=10, kind="daemon", command="daemon run")
    assert sound.found(processes=(daemon,), homes=(sound.folder,)) == set()
    assert impossible_states(sound.url, time.time()) == []


AGAIN = (
    "INSERT INTO events SELECT run_pk, seq + 100, epoch, type, step_key, timestamp, level, message, data FROM events"
)
SPOILED: dict[str, tuple[str, Callable[[Sound], object]]] = {
    "a run that was acknowledged and is gone": ("lost", lambda s: s.ledger.acknowledged.append("nobody")),
    "a run of which only user code knows": ("ghost", lambda s: s.note("begin", run="unheard-of", step="first")),
    "two at once": ("overlap", lambda s: s.note("overlap", lock="a run's")),
    "a run that never ended": ("stuck", lambda s: s.spoil("UPDATE runs SET status = 'STARTED'")),
    "an event that is missing": ("events", lambda s: s.spoil("DELETE FROM events WHERE seq = 3")),
    "an event of an older worker": ("events", lambda s: s.spoil("UPDATE events SET epoch = 9 WHERE seq = 4")),
    "another end": ("events", lambda s: s.spoil("UPDATE runs SET status = 'FAILURE'")),
    "a move that does not exist": (
        "path",
        lambda s: s.spoil("UPDATE status_changes SET status = 'CANCELED' WHERE change_id = 2"),
    ),
    "a step that ran twice": ("twice", lambda s: s.note("begin", step="first")),
    "a step that is said to have ended twice": ("twice", lambda s: s.spoil(f"{AGAIN} WHERE type = 'STEP_SUCCESS'")),
    "an end that nobody saw": ("untrue", lambda s: (s.folder / "ledger").write_text("")),
    "a failure without a reason": ("failed", lambda s: s.spoil("UPDATE runs SET status = 'FAILURE', failure = '{}'")),
    "a cancel that nobody asked for": ("canceled", lambda s: s.spoil("UPDATE runs SET status = 'CANCELED'")),
    "a request of which two runs were made": ("duplicate", lambda s: _twin(s)),
    "a sensor's key that was passed over": ("lost", lambda s: _sensor_keys(s, "2")),
    "a slot that is held for ever": ("slot", lambda s: s.spoil("INSERT INTO slots VALUES ('narrow', 0, 1)")),
    "a tick whose run is not stored": ("tick", lambda s: _tick(s, run_ids='["nobody"]', attempts=1)),
    "a tick that is tried for ever": ("tick", lambda s: _tick(s, run_ids="[]", attempts=9)),
    "a reference to nothing": ("database", lambda s: s.spoil("INSERT INTO run_tags VALUES (77, 'a', 'b')")),
    "a file that was left": ("folder", lambda s: _left_spool(s)),
}


@pytest.mark.parametrize("what", SPOILED)
def test_the_checker_finds(sound: Sound, what: str) -> None:
    kind, spoil = SPOILED[what]
    spoil(sound)
    assert kind in sound.found(homes=(sound.folder,))


def _twin(sound: Sound) -> None:
    sound._whole_run()


def _sensor_keys(sound: Sound, key: str) -> None:
    sound.spoil(f"INSERT INTO run_tags VALUES (1, 'dagster/sensor_name', 'tide'), (1, 'dagster/run_key', '{key}')")


def _tick(sound: Sound, *, run_ids: str, attempts: int) -> None:
    columns = "instigator_id, due_at, status, epoch, owner, lease_until, attempts, run_ids"
    sound.spoil(f"INSERT INTO ticks ({columns}) VALUES ('i', 1.0, 'STARTED', 1, 'a', 1.0, {attempts}, '{run_ids}')")


def _left_spool(sound: Sound) -> None:
    (sound.folder / "spool").mkdir()
    (sound.folder / "spool" / f"{sound.run_id}.1").touch()


def test_the_checker_takes_a_failure_for_explained_when_a_process_of_the_run_was_killed_meanwhile(
    sound: Sound,
) -> None:
    sound.spoil("UPDATE runs SET status = 'FAILURE', failure = '{}'")
    assert "failed" not in sound.found(hurt={os.getpid(): [time.monotonic()]})
    before, after = time.monotonic() - 3600.0, time.monotonic() + 3600.0
    assert "failed" in sound.found(hurt={os.getpid(): [before, after]}), "that was another process of this number"


def test_the_checker_knows_the_kernel_of_a_notebook_before_its_first_cell(sound: Sound) -> None:
    sound.spoil("UPDATE runs SET status = 'FAILURE', failure = '{}'")
    sound.spoil("""UPDATE events SET type = 'ENGINE_EVENT', data = '{"kernel_pid": 77}' WHERE seq = 4""")
    assert "failed" in sound.found(hurt={78: [time.monotonic()]})
    assert "failed" not in sound.found(hurt={77: [time.monotonic()]})


def test_the_checker_knows_the_cells_of_a_notebook_as_a_step(sound: Sound) -> None:
    for table, column in (("runs", "pipeline = 'notebook'"), ("events", "step_key = 'cells' WHERE step_key = 'first'")):
        sound.spoil(f"UPDATE {table} SET {column}")
    (sound.folder / "ledger").write_text("")
    assert "untrue" in sound.found(), "it is said to have ended well"
    sound.note("cell-begin", step="cells")
    sound.note("cell-end", step="cells")
    assert sound.found() == set()
    sound.note("cell-begin", step="cells")
    assert "twice" in sound.found()


def test_the_checker_finds_processes_that_were_left(sound: Sound) -> None:
    daemon = Process(pid=10, parent=1, session=10, kind="daemon", command="")
    step = Process(pid=4_000_000, parent=10, session=1, kind="forked", command="")
    zygote = Process(pid=12, parent=1, session=12, kind="zygote", command="")
    assert "orphan" in sound.found(processes=(daemon, step)), "a step of an ended run"
    later = replace(step, started=time.monotonic() + 1.0)
    assert "orphan" not in sound.found(processes=(daemon, later)), "somebody else has its number by now"
    assert "orphan" in sound.found(processes=(daemon, zygote)), "a helper whose daemon is gone"
    assert without_daemon((daemon, step, zygote)) == [zygote]


IMPOSSIBLE = {
    "past its deadline": "UPDATE runs SET status = 'STARTING', start_deadline = 1.0",
    "lease of long ago": "UPDATE runs SET status = 'STARTED', lease_until = 1.0",
    "launch token": "UPDATE runs SET launch_token = 'x'",
    "without an end time": "UPDATE runs SET end_time = NULL",
    "STARTED without a worker": "UPDATE runs SET status = 'STARTED', worker = NULL",
    "QUEUED with a worker": "UPDATE runs SET status = 'QUEUED'",
}


@pytest.mark.parametrize("what", IMPOSSIBLE)
def test_a_state_that_can_not_be_is_seen(sound: Sound, what: str) -> None:
    sound.spoil(IMPOSSIBLE[what])
    assert any(what in violation.what for violation in impossible_states(sound.url, time.time()))


# the table of processes


def test_the_table_lists_what_inherited_the_folder_and_lives(tmp_path: Path) -> None:
    env = {**os.environ, "CHAOS_FOLDER": str(tmp_path)}
    child = subprocess.Popen(
        [sys.executable, "-c", "import time; print(flush=True); time.sleep(60)"], env=env, stdout=-1
    )
    with child:
        assert child.stdout is not None and child.stdout.readline()
        assert [process.pid for process in processes_of(tmp_path)] == [child.pid]
        assert processes_of(tmp_path / "another") == []
        child.send_signal(signal.SIGKILL)
        wait_for(lambda: processes_of(tmp_path) == [], 30)


# a file that breaks


@pytest.mark.parametrize(("when", "is_stored"), [("before", False), ("after", True)])
def test_the_chosen_statement_fails_before_or_after_it_took_effect(tmp_path: Path, when: str, is_stored: bool) -> None:
    database = Database(f"sqlite:///{tmp_path}/orch.db")
    with failing(database.engine, None) as counter, database.write() as connection:
        connection.exec_driver_sql("UPDATE runs SET epoch = 0")
    assert counter.seen == 3 and counter.failed is None, "begin, update, commit"
    with (
        pytest.raises(StorageUnavailable, match="disk I/O error"),
        failing(database.engine, 3, when) as counter,
        database.write() as connection,
    ):
        connection.exec_driver_sql("INSERT INTO readers VALUES ('r', 'p')")
    assert counter.failed == "COMMIT"
    database.dispose()
    with contextlib.closing(sqlite3.connect(tmp_path / "orch.db")) as looked:
        assert bool(looked.execute("SELECT * FROM readers").fetchall()) is is_stored


# a line that breaks


@pytest.fixture
def plain(postgres: Any) -> str:
    made: str = postgres.new_database()
    return made


def connected(url: str) -> psycopg.Connection[Any]:
    return psycopg.connect(url.replace("postgresql+psycopg://", "postgresql://", 1), autocommit=True)


@pytest.mark.parametrize(("when", "stored"), [("before", 0), ("after", 1)])
def test_a_line_is_cut_before_or_after_the_server_has_done_it(plain: str, when: str, stored: int) -> None:
    with proxied(plain) as (proxy, url), connected(plain) as direct:
        direct.execute("CREATE TABLE seen (n int)")
        with connected(url) as through:
            proxy.count_from_here(2, when)
            through.execute("SELECT 1")
            with pytest.raises(psycopg.OperationalError):
                through.execute("INSERT INTO seen VALUES (1)")
        assert proxy.cuts == 1 and proxy.requests == 2
        assert direct.execute("SELECT count(*) FROM seen").fetchone() == (stored,)


def test_a_line_can_be_cut_at_a_word_of_the_protocol(plain: str) -> None:
    with proxied(plain) as (proxy, url), connected(url) as through:
        proxy.cut_at_the_next(lambda message: b"COMMIT" in message, "before")
        through.execute("BEGIN")
        with pytest.raises(psycopg.OperationalError):
            through.execute("COMMIT")
        assert proxy.cuts == 1


def test_a_line_can_be_slow_and_silent_and_reset(plain: str) -> None:
    with proxied(plain) as (proxy, url), contextlib.closing(connected(url)) as through:
        begun = time.monotonic()
        proxy.delay = 0.3
        through.execute("SELECT 1")
        assert time.monotonic() - begun >= 0.3
        proxy.delay = 0.0
        proxy.fall_silent()
        assert proxy.is_silent
        through.pgconn.send_query(b"SELECT 2")
        assert not select.select([through.fileno()], [], [], 0.3)[0], "nothing comes back"
        proxy.speak_again()
        assert select.select([through.fileno()], [], [], 30.0)[0], "now it does"
        assert proxy.reset() == 1
        with pytest.raises(psycopg.OperationalError), connected(url) as another:
            assert proxy.reset() == 1
            another.execute("SELECT 3")
