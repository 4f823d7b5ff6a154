"""Q11: an upgrade that is killed between any two of its statements leaves the old database or the new one.

In the long form from every earlier version of the tables, at every statement.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, insert, select, update

from jupyter_orch.records.run import RunFilter
from jupyter_orch.storage.database import Database
from jupyter_orch.storage.schema import SCHEMA_VERSION, schema_version, status_changes
from jupyter_orch.storage.sql import SqlStorage
from jupyter_orch.storage.versions import MIGRATIONS
from tests.storage.test_versions import released, shape

pytestmark = pytest.mark.journey
IS_LONG = os.environ.get("CHAOS_SIZE") == "long"
OLDEST = 1
"""The version whose tables are kept whole; those of later ones are made of them."""
VERSIONS = range(OLDEST, SCHEMA_VERSION) if IS_LONG else (OLDEST,)
CHANGE = {"transaction_id": 0, "run_pk": 1, "status": "SUCCESS", "at": 5.5}
UPGRADE = """
import os, signal, sys
from sqlalchemy import event
from sqlalchemy.engine import Engine
from jupyter_orch.storage.database import Database
url, last = sys.argv[1], int(sys.argv[2])
seen = 0
def count(*_):
    global seen
    seen += 1
    if seen == last:
        os.kill(os.getpid(), signal.SIGKILL)
event.listen(Engine, "before_cursor_execute", count)
event.listen(Engine, "commit", count)
Database(url, upgrade=True).dispose()
print(seen)
"""


def upgrade(url: str, last: int) -> subprocess.CompletedProcess[str]:
    """Upgrade in a process that is killed at its n-th statement; 0 lets it live."""
    return subprocess.run(
        [sys.executable, "-c", UPGRADE, url, str(last)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=120,
    )


def earlier(url: str, version: int) -> str:
    """Fill an empty database with tables and rows as an earlier version left them."""
    engine = create_engine(released(url, OLDEST))
    revisions = ScriptDirectory(str(MIGRATIONS)).iterate_revisions(str(version), str(OLDEST))
    with engine.begin() as connection:
        context = MigrationContext.configure(connection)
        for revision in [*revisions][::-1]:
            with Operations.context(context):
                revision.module.upgrade()
        connection.execute(update(schema_version).values(version=version))
        if version > OLDEST:
            connection.execute(insert(status_changes).values(**CHANGE))
    engine.dispose()
    return url


def version_of(url: str) -> int:
    """The version that a database says it has."""
    engine = create_engine(url)
    with engine.connect() as connection:
        found: int = connection.execute(select(schema_version.c.version)).scalar_one()
    engine.dispose()
    return found


@pytest.fixture
def begins_empty() -> bool:
    """Here tables are made."""
    return True


@pytest.mark.parametrize("version", VERSIONS)
def test_an_upgrade_that_is_killed_anywhere_can_be_done_again(
    database_url: str, tmp_path: Path, request: pytest.FixtureRequest, version: int
) -> None:
    def another() -> str:
        if database_url.startswith("sqlite"):
            return f"sqlite:///{tmp_path}/another{len(list(tmp_path.glob('another*')))}/orch.db"
        return str(request.getfixturevalue("postgres").new_database())

    whole = upgrade(earlier(database_url, version), 0)
    assert whole.returncode == 0, whole.stderr
    statements = int(whole.stdout)
    new = shape(create_engine(database_url))
    old = shape(create_engine(earlier(another(), version)))
    places = range(1, statements + 1) if IS_LONG else (3, statements // 2, statements)
    for last in places:
        url = earlier(another(), version)
        assert upgrade(url, last).returncode == -signal.SIGKILL
        found = shape(create_engine(url))
        told = f"killed at statement {last} of {statements}: half an upgrade"
        assert (found, version_of(url)) in ((old, version), (new, SCHEMA_VERSION)), told
        storage = SqlStorage(Database(url, upgrade=True))
        assert shape(create_engine(url)) == new and storage._database.version() == SCHEMA_VERSION
        assert [run.run_id for run in storage.list_runs(RunFilter(), limit=9)] == ["old"]
        assert len(storage.read_events("old")) == 2
        with storage._database.read() as connection:
            changes = [dict(row) for row in connection.execute(select(status_changes)).mappings()]
        assert changes == ([{"change_id": 1, **CHANGE}] if version > OLDEST else [])
        storage.dispose()
        if database_url.startswith("sqlite"):
            _is_whole_copy(Path(f"{url.removeprefix('sqlite:///')}.version{version}"), version)


def _is_whole_copy(path: Path, version: int) -> None:
    """What SQLite's upgrade puts beside the database is the database before it."""
    copy = sqlite3.connect(path)
    assert copy.execute("SELECT version FROM schema_version").fetchall() == [(version,)]
    assert copy.execute("SELECT count(*) FROM events").fetchall() == [(2,)]
    copy.close()
