"""Q11: an upgrade that is killed between any two of its statements leaves the old database or the new one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from jupyter_orch.records.run import RunFilter
from jupyter_orch.storage.database import Database
from jupyter_orch.storage.schema import SCHEMA_VERSION
from jupyter_orch.storage.sql import SqlStorage
from tests.storage.test_versions import released, shape

pytestmark = pytest.mark.journey
IS_LONG = os.environ.get("CHAOS_SIZE") == "long"
UPGRADE = """
import os, signal, sys
from sqlalchemy import event
from sqlalchemy.engine import Engine
from jupyter_orch.storage.database import Database
url, last = sys.argv[1], int(sys.argv[2])
seen = 0
@event.listens_for(Engine, "before_cursor_execute")
def count(*_):
    global seen
    seen += 1
    if seen == last:
        os.kill(os.getpid(), signal.SIGKILL)
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


@pytest.fixture
def begins_empty() -> bool:
    """Here tables are made."""
    return True


def test_an_upgrade_that_is_killed_anywhere_can_be_done_again(
    database_url: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    def another() -> str:
        if database_url.startswith("sqlite"):
            return f"sqlite:///{tmp_path}/another{len(list(tmp_path.glob('another*')))}/orch.db"
        return str(request.getfixturevalue("postgres").new_database())

    whole = upgrade(released(database_url, 1), 0)
    assert whole.returncode == 0, whole.stderr
    statements = int(whole.stdout)
    new = shape(create_engine(database_url))
    old = shape(create_engine(released(another(), 1)))
    places = range(1, statements + 1) if IS_LONG else (3, statements // 2, statements - 1)
    for last in places:
        url = released(another(), 1)
        assert upgrade(url, last).returncode == -signal.SIGKILL
        found = shape(create_engine(url))
        assert found in (old, new), f"killed at statement {last} of {statements}: half an upgrade"
        storage = SqlStorage(Database(url, upgrade=True))
        assert shape(create_engine(url)) == new and storage._database.version() == SCHEMA_VERSION
        assert [run.run_id for run in storage.list_runs(RunFilter(), limit=9)] == ["old"]
        assert len(storage.read_events("old")) == 2
        storage.dispose()
