"""The shipped storages keep what the public suites promise, on every kind of database, together and apart."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from jupyter_orch.ports import Storage
from jupyter_orch.storage.database import Database
from jupyter_orch.storage.event_log import SqlEventLog
from jupyter_orch.storage.joined import join
from jupyter_orch.storage.sql import SqlStorage
from jupyter_orch.storage.staged import SqlSchedulesApart
from jupyter_orch.testing import (
    AssetStorageSuite,
    EventLogStorageSuite,
    ReplicaStorageSuite,
    RunStorageSuite,
    ScheduleStorageSuite,
)
from tests.postgres import Postgres


class OnEachDatabase:
    @pytest.fixture
    def open_storage(self, database_url: str) -> Callable[[], Storage]:
        return lambda: SqlStorage(Database(database_url))


class TestSqlRuns(OnEachDatabase, RunStorageSuite):
    pass


class TestSqlSchedules(OnEachDatabase, ScheduleStorageSuite):
    pass


class TestSqlAssets(OnEachDatabase, AssetStorageSuite):
    pass


class TestSqlReplicas(OnEachDatabase, ReplicaStorageSuite):
    pass


class TestSqlEventLog(EventLogStorageSuite):
    @pytest.fixture
    def open_storage(self, database_url: str) -> Callable[[], SqlEventLog]:
        return lambda: SqlEventLog(Database(database_url))


class TestSqlSchedulesApart(ScheduleStorageSuite):
    @pytest.fixture
    def open_storage(self, database_url: str) -> Callable[[], SqlSchedulesApart]:
        return lambda: SqlSchedulesApart(Database(database_url))


class Apart:
    """Runs in SQLite, events and schedules in Postgres: every reader and writer sees one storage."""

    @pytest.fixture
    def open_storage(self, tmp_path: Path, postgres: Postgres) -> Callable[[], Storage]:
        events, schedules = postgres.new_database(), postgres.new_database()

        def open_one() -> Storage:
            runs = SqlStorage(Database(f"sqlite:///{tmp_path}/runs.db"))
            return join(runs, runs, SqlSchedulesApart(Database(schedules)), SqlEventLog(Database(events)))

        return open_one


class TestRunsOfStoragesApart(Apart, RunStorageSuite):
    pass


class TestAssetsOfStoragesApart(Apart, AssetStorageSuite):
    pass


class TestSchedulesOfStoragesApart(Apart, ScheduleStorageSuite):
    pass
