"""Shared by all tests: a private home for each, and the real database as the fake."""

from __future__ import annotations

import os
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from jupyter_orch.records.event import Event, EventType
from jupyter_orch.records.messages import LocationTarget, PipelineSelector
from jupyter_orch.records.run import Submission
from jupyter_orch.storage.database import Database
from jupyter_orch.storage.sql import SqlStorage
from tests.postgres import Postgres, find_programs

IS_CI = bool(os.environ.get("CI"))
SECONDS_TO_REST = 10


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


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A new database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/db/orch.db"
    cluster: Postgres = request.getfixturevalue("postgres")
    return cluster.new_database()


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
