"""Status changes on Postgres, where numbers are given out in another order than transactions commit."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from jupyter_orch.records.status import RunStatus
from jupyter_orch.records.status_change import StatusChangeFilter
from jupyter_orch.storage.database import Database
from jupyter_orch.storage.sql import SqlStorage
from jupyter_orch.storage.status_changes import note_change
from jupyter_orch.testing.samples import QUEUED, add
from tests.postgres import Postgres

CANCELED = StatusChangeFilter(statuses=(RunStatus.CANCELED,))


@pytest.fixture
def database(postgres: Postgres) -> Iterator[Database]:
    opened = Database(postgres.new_database())
    yield opened
    opened.dispose()


def test_a_change_that_commits_late_is_not_passed_by(database: Database) -> None:
    storage = SqlStorage(database)
    for name in ("slow", "quick"):
        add(storage, name)
    begun = storage.newest_change()
    with database.engine.connect() as slow, slow.begin():
        pk = slow.execute(text("SELECT pk FROM runs WHERE run_id = 'slow'")).scalar_one()
        note_change(slow, pk, "CANCELED", is_sqlite=False)
        storage.move_run("quick", QUEUED, RunStatus.CANCELED)
        page = storage.status_changes(begun, CANCELED, 9)
        assert page.changes == (), "an earlier one may still appear"
    seen = storage.status_changes(page.place, CANCELED, 9)
    assert [change.run_id for change in seen.changes] == ["slow", "quick"]


def test_a_database_that_was_moved_to_another_server_goes_on(database: Database) -> None:
    storage = SqlStorage(database)
    for name in ("a", "b", "c"):
        add(storage, name)
        storage.move_run(name, QUEUED, RunStatus.CANCELED)
    with database.write() as connection:
        connection.execute(text("UPDATE status_changes SET transaction_id = transaction_id + 1000000000"))
    (*_, second, _third) = storage_changes(storage)
    seen = storage.status_changes(second, CANCELED, 9)
    assert [change.run_id for change in seen.changes] == ["c"]
    add(storage, "d")
    storage.move_run("d", QUEUED, RunStatus.CANCELED)
    assert [change.run_id for change in storage.status_changes(seen.place, CANCELED, 9).changes] == ["d"]


def storage_changes(storage: SqlStorage) -> list[str]:
    """Places that readers got before the move: with the numbers of the old server's transactions."""
    with storage._database.read() as connection:
        rows = connection.execute(
            text("SELECT transaction_id, change_id FROM status_changes WHERE status = 'CANCELED' ORDER BY change_id")
        )
        return [f"{row[0]}:{row[1]}" for row in rows]
