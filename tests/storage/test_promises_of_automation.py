"""The shipped storages keep what the suites of automation promise, on every kind of database, together and apart."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from jupyter_orch.storage.database import Database
from jupyter_orch.storage.staged import SqlSchedulesApart
from jupyter_orch.testing import BackfillStorageSuite, NoticeStorageSuite, StatusChangesSuite
from tests.storage.test_promises import Apart, OnEachDatabase


class TestSqlBackfills(OnEachDatabase, BackfillStorageSuite):
    pass


class TestSqlNotices(OnEachDatabase, NoticeStorageSuite):
    pass


class TestSqlStatusChanges(OnEachDatabase, StatusChangesSuite):
    pass


class TestSqlBackfillsApart(BackfillStorageSuite):
    @pytest.fixture
    def open_storage(self, database_url: str) -> Callable[[], SqlSchedulesApart]:
        return lambda: SqlSchedulesApart(Database(database_url))


class TestBackfillsOfStoragesApart(Apart, BackfillStorageSuite):
    pass
