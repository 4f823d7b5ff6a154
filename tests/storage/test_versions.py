"""Schemas: a new database and an upgraded one are the same; an upgrade keeps what was stored; a newer one is looked at."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, inspect
from sqlalchemy.engine import Engine

from jupyter_orch.records.run import RunFilter
from jupyter_orch.records.status import RunStatus
from jupyter_orch.records.status_change import StatusChangeFilter
from jupyter_orch.storage import versions
from jupyter_orch.storage.database import Database
from jupyter_orch.storage.problems import DatabaseOutdated, DatabaseReadOnly, DatabaseUnusable
from jupyter_orch.storage.schema import SCHEMA_VERSION
from jupyter_orch.storage.sql import SqlStorage
from jupyter_orch.testing.samples import add, event
from tests.storage.draft_revision import RELEASED, draft

OLD_DATA = """
INSERT INTO runs (run_id, location, repository, pipeline, status, epoch, create_time, root_run_id, event_seq, body)
VALUES ('old', 'here', 'repo', 'pipe', 'SUCCESS', 1, 5.5, 'old', 2,
 '{"location":"here","selector":{"repository":"repo","pipeline":"pipe"},"target":{"name":"here","kind":"python_file"}}');
INSERT INTO run_tags (run_pk, key, value) SELECT pk, 'team', 'ice' FROM runs;
INSERT INTO events (run_pk, seq, epoch, type, timestamp, level, message, data)
VALUES (1, 1, 1, 'LOG', 1.0, 'INFO', 'first', '{}'), (1, 2, 1, 'LOG', 2.0, 'INFO', 'second', '{"n":1}');
INSERT INTO instigators (instigator_id, kind, location, repository, name, running, last_due_at)
VALUES ('i', 'schedule', 'here', 'repo', 'nightly', 1, 99.0);
INSERT INTO ticks (instigator_id, due_at, status, epoch, owner, lease_until, attempts)
VALUES ('i', 99.0, 'SUCCESS', 1, 'a', 100.0, 1);
"""


@pytest.fixture
def begins_empty() -> bool:
    """Here tables are made."""
    return True


def released(url: str, version: int) -> str:
    """Fill an empty database with the tables and rows of a released version."""
    kind = "sqlite" if url.startswith("sqlite") else "postgresql"
    script = (RELEASED / f"{version}.{kind}.sql").read_text() + OLD_DATA
    if kind == "sqlite":
        path = Path(url.removeprefix("sqlite:///"))
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path)
        connection.executescript(script)
        connection.close()
    else:
        with create_engine(url).begin() as connected:
            connected.exec_driver_sql(script)
    return url


def shape(engine: Engine) -> dict[str, Any]:
    """Tables with columns, keys, indexes and references; the order of columns does not count."""
    looked = inspect(engine)
    return {
        table: {
            "columns": {c["name"]: (str(c["type"]), c["nullable"], c["default"]) for c in looked.get_columns(table)},
            "primary": looked.get_pk_constraint(table)["constrained_columns"],
            "unique": sorted(u["column_names"] for u in looked.get_unique_constraints(table)),
            "foreign": sorted(
                (f["constrained_columns"], f["referred_table"], f["options"]) for f in looked.get_foreign_keys(table)
            ),
            "indexes": sorted(
                (i["name"], i["column_names"], i["unique"], _condition(i))
                for i in looked.get_indexes(table)
                if not i.get("duplicates_constraint")
            ),
        }
        for table in looked.get_table_names()
    }


def _condition(index: Any) -> str:
    options = index.get("dialect_options", {})
    return str(options.get("sqlite_where", options.get("postgresql_where", ""))).strip("()")


@pytest.fixture
def another_url(database_url: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    if database_url.startswith("sqlite"):
        return f"sqlite:///{tmp_path}/another/orch.db"
    return str(request.getfixturevalue("postgres").new_database())


def test_an_upgraded_database_is_as_a_new_one(database_url: str, another_url: str) -> None:
    upgraded, new = Database(released(database_url, 1), upgrade=True), Database(another_url)
    assert shape(upgraded.engine) == shape(new.engine), (
        "the tables have changed: add to the newest revision in storage/migrations/versions what separates them, see\n"
        + draft("1")
    )
    with upgraded.read() as connection:
        assert versions.stored_version(connection) == SCHEMA_VERSION
    for database in (upgraded, new):
        database.dispose()


def test_an_upgrade_keeps_what_was_stored(database_url: str) -> None:
    storage = SqlStorage(Database(released(database_url, 1), upgrade=True))
    run = storage.list_runs(RunFilter(tags={"team": "ice"}), limit=9)[0]
    assert (run.run_id, run.cursor, run.create_time, run.event_seq) == ("old", 1, 5.5, 2)
    assert [(e.seq, e.event.message, e.event.data) for e in storage.read_events("old")] == [
        (1, "first", {}),
        (2, "second", {"n": 1}),
    ]
    switch = storage.get_instigator("i")
    assert switch is not None and switch.running and not switch.by_default and switch.last_due_at == 99.0
    assert [tick.due_at for tick in storage.list_ticks("i", 9)] == [99.0]
    assert storage.claim_tick("i", 99.0, "b", lease_until=200.0, now=150.0) is None
    add(storage, "new", event())
    new = storage.get_run("new")
    assert new is not None and new.cursor > 1
    storage.dispose()


def test_sqlite_upgrades_by_itself_and_keeps_a_copy(tmp_path: Path) -> None:
    url = released(f"sqlite:///{tmp_path}/orch.db", 1)
    Database(url).dispose()
    with sqlite3.connect(tmp_path / "orch.db.version1") as copy:
        assert copy.execute("SELECT version FROM schema_version").fetchall() == [(1,)]
        assert copy.execute("SELECT count(*) FROM events").fetchall() == [(2,)]
    assert (tmp_path / "orch.db.version1").stat().st_mode & 0o777 == 0o600


def test_a_copy_that_was_broken_off_is_not_taken_for_one(tmp_path: Path) -> None:
    url = released(f"sqlite:///{tmp_path}/orch.db", 1)
    (tmp_path / "orch.db.version1.4000000.x.part").write_bytes(b"SQLite")
    Database(url).dispose()
    with sqlite3.connect(tmp_path / "orch.db.version1") as copy:
        assert copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert not list(tmp_path.glob("*.part"))


def test_a_reader_ahead_of_what_was_deleted_sees_what_comes_after_an_upgrade(tmp_path: Path) -> None:
    url = released(f"sqlite:///{tmp_path}/orch.db", 1)
    old = sqlite3.connect(tmp_path / "orch.db")
    old.execute("UPDATE instigators SET kind = 'sensor', cursor = '0:40'")
    old.commit()
    old.close()
    storage = SqlStorage(Database(url, upgrade=True))
    queued = StatusChangeFilter(statuses=(RunStatus.QUEUED,))
    add(storage, "new", event())
    assert [change.run_id for change in storage.status_changes("0:40", queued, 9).changes] == ["new"]
    storage.dispose()


def test_of_several_processes_one_upgrades(database_url: str) -> None:
    released(database_url, 1)
    ready = threading.Barrier(3)

    def open_one(_: int) -> int:
        ready.wait()
        storage = SqlStorage(Database(database_url, upgrade=True))
        found = storage.count_runs(RunFilter())
        storage.dispose()
        return found

    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(open_one, range(3))) == [1, 1, 1]


def test_several_processes_make_a_new_database_at_the_same_time(database_url: str) -> None:
    ready = threading.Barrier(4)

    def open_one(number: int) -> None:
        ready.wait()
        storage = SqlStorage(Database(database_url))
        add(storage, f"r{number}")
        storage.dispose()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(open_one, range(4)))
    assert SqlStorage(Database(database_url)).count_runs(RunFilter()) == 4


def test_an_upgrade_that_fails_changes_nothing(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    released(database_url, 1)
    steps = versions._steps

    def failing(connection: Any, found: int) -> list[Any]:
        def fail() -> None:
            raise DatabaseUnusable("no")

        return [*steps(connection, found), fail]

    before = shape(create_engine(database_url))
    monkeypatch.setattr(versions, "_steps", failing)
    with pytest.raises(DatabaseUnusable, match="no"):
        Database(database_url, upgrade=True)
    assert shape(create_engine(database_url)) == before
    monkeypatch.undo()
    assert SqlStorage(Database(database_url, upgrade=True)).count_runs(RunFilter()) == 1


def test_an_older_postgres_is_upgraded_only_when_somebody_asks(postgres: Any) -> None:
    url = released(postgres.new_database(), 1)
    with pytest.raises(DatabaseOutdated, match=r"schema version 1.*needs.*jupyter orch instance migrate"):
        Database(url)
    Database(url, upgrade=True).dispose()
    Database(url).dispose()


def test_a_newer_schema_is_shown_and_never_written(database_url: str) -> None:
    storage = SqlStorage(Database(database_url))
    add(storage, "r", event())
    with storage._database.write() as connection:
        connection.exec_driver_sql("UPDATE schema_version SET version = 99")
    storage.dispose()
    database = Database(database_url)
    newer = SqlStorage(database)
    assert "made by a newer jupyter_orch (schema version 99" in database.read_only
    assert newer.read_only == database.read_only
    assert newer.count_runs(RunFilter()) == 1 and len(newer.read_events("r")) == 1
    with pytest.raises(DatabaseReadOnly, match="newer jupyter_orch"):
        add(newer, "q")
    assert newer.count_runs(RunFilter()) == 1


def test_a_database_of_another_program_is_left_alone(database_url: str) -> None:
    is_sqlite = database_url.startswith("sqlite")
    if is_sqlite:
        Path(database_url.removeprefix("sqlite:///")).parent.mkdir(parents=True)
    with create_engine(database_url).begin() as connection:
        connection.exec_driver_sql("CREATE TABLE runs (id integer, mine text)")
    with pytest.raises(DatabaseUnusable, match=r"belongs to another program \(it has tables runs\)"):
        Database(database_url)
    assert list(shape(create_engine(database_url))) == ["runs"]


def test_opening_a_database_does_not_import_alembic(tmp_path: Path) -> None:
    program = (
        "import sys\nfrom jupyter_orch.storage.database import Database\n"
        f"for _ in range(2): Database('sqlite:///{tmp_path}/orch.db').dispose()\n"
        "print(sorted(m for m in ('alembic', 'mako') if m in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
