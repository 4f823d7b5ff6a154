"""Shared by all tests: a private home for each, the real database as the fake, the order of what runs in parallel."""

from __future__ import annotations

import os
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.sql import SQL, Identifier
from sqlalchemy import make_url

from jupyter_orch.records.event import Event, EventType
from jupyter_orch.records.messages import LocationTarget, PipelineSelector
from jupyter_orch.records.run import Submission
from jupyter_orch.storage.database import Database
from jupyter_orch.storage.sql import SqlStorage
from tests.order import Spread, begin_with_the_long
from tests.postgres import Postgres, find_programs
from tests.server_process import ServerProcess

IS_CI = bool(os.environ.get("CI"))
SECONDS_TO_REST = 10
ServerProcess.spare = True  # those of the browser are whole


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Beside others, what takes long begins first."""
    if hasattr(config, "workerinput"):
        begin_with_the_long(items)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Spread | None:
    """Modules stay together, long ones of which each test stands alone do not."""
    return Spread(config, log) if config.getoption("dist") == "loadscope" else None


def missing(what: str) -> None:
    """A service that is not there: a skip at home, an error in CI."""
    if IS_CI:
        pytest.fail(f"{what} is missing, and CI must have it")
    pytest.skip(f"{what} is missing")


@pytest.fixture(autouse=True)
def private_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No test touches the user's own instance or Jupyter folders."""
    home = tmp_path / "home"
    for name in ("JUPYTER_ORCH_HOME", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR", "IPYTHONDIR"):
        monkeypatch.setenv(name, str(home / name.lower()))
    (home / "ipythondir").mkdir(parents=True)
    return home / "jupyter_orch_home"


@pytest.fixture(autouse=True, scope="module")
def no_thread_goes_on() -> Iterator[None]:
    """A process with threads can not be forked safely, so what a module leaves running would change the next one."""
    before = set(threading.enumerate())
    yield
    deadline = time.monotonic() + SECONDS_TO_REST
    while left := [thread.name for thread in threading.enumerate() if thread not in before and not _rests(thread)]:
        assert time.monotonic() < deadline, f"threads go on: {left}"
        time.sleep(0.05)


def _rests(thread: threading.Thread) -> bool:
    return bool(getattr(thread, "sleeps_through_forks", False))


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A Postgres cluster for the session."""
    with cluster() as started:
        yield started


@pytest.fixture
def own_postgres() -> Iterator[Postgres]:
    """A cluster that the test may hurt."""
    with cluster() as started:
        yield started


@contextmanager
def cluster() -> Iterator[Postgres]:
    """A Postgres cluster; without one the test is missing."""
    programs = find_programs()
    if programs is None:
        missing("Postgres")
    assert programs is not None
    started = Postgres(programs)
    try:
        yield started
    finally:
        started.stop()


@pytest.fixture(scope="session")
def prepared(postgres: Postgres) -> str:
    """Name of a Postgres database with all tables, for copies: they cost a third of what making the tables does."""
    url = postgres.new_database()
    SqlStorage(Database(url)).dispose()
    return str(make_url(url).database)


@pytest.fixture
def begins_empty() -> bool:
    """Whether the test makes the tables of its database; modules about just that say so."""
    return False


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path, begins_empty: bool) -> str:
    """A new database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/db/orch.db"
    cluster: Postgres = request.getfixturevalue("postgres")
    if begins_empty:
        return cluster.new_database()
    return copy_of(cluster, request.getfixturevalue("prepared"))


def copy_of(cluster: Postgres, database: str) -> str:
    """The URL of a new database with what another one holds, to which nobody may be connected."""
    name = f"c{uuid.uuid4().hex[:12]}"
    with psycopg.connect(host=str(cluster.folder), user="orch", dbname="postgres", autocommit=True) as connection:
        connection.execute(SQL("CREATE DATABASE {} TEMPLATE {}").format(Identifier(name), Identifier(database)))
    return f"postgresql+psycopg://orch@/{name}?host={cluster.folder}"


@pytest.fixture
def storage(database_url: str) -> Iterator[SqlStorage]:
    """A storage of its own for each test, on every kind of database."""
    opened = SqlStorage(Database(database_url))
    yield opened
    opened.dispose()


def submission(**changes: object) -> Submission:
    """A submission whose particulars do not matter to the test."""
    values: dict[str, object] = {
        "location": "here",
        "selector": PipelineSelector(repository="repo", pipeline="pipe"),
        "target": LocationTarget(name="here", kind="python_file", path="/nowhere/here.py"),
    }
    return Submission(**(values | changes))  # type: ignore[arg-type]


def event(kind: EventType = EventType.LOG, message: str = "", **changes: object) -> Event:
    """An event whose particulars do not matter to the test."""
    return Event(type=kind, timestamp=1.0, message=message, **changes)  # type: ignore[arg-type]


def new_id() -> str:
    """A run id."""
    return str(uuid.uuid4())
