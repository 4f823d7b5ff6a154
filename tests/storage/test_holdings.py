"""How much a database holds, as both kinds of database tell it."""

from __future__ import annotations

from collections.abc import Callable

from jupyter_orch.ports import NewRun
from jupyter_orch.storage.joined import join
from jupyter_orch.storage.schema import metadata
from jupyter_orch.storage.sql import SqlStorage
from tests.conftest import event, submission


def test_every_table_is_counted(storage: SqlStorage) -> None:
    (empty,) = storage.holdings()
    for number in range(300):
        storage.add_run(NewRun(run_id=f"r{number}", submission=submission(), events=(event(message="x" * 500),)))
    (held,) = storage.holdings()
    assert {table.name for table in held.tables} == set(metadata.tables)
    assert held.size > empty.size > 0
    rows = {table.name: table.rows for table in held.tables}
    assert rows["backfills"] == 0
    if held.place.startswith("sqlite"):
        assert rows["runs"] == rows["events"] == 300
    else:
        assert all(table.size is not None for table in held.tables)
        assert [table.size for table in held.tables] == sorted((t.size or 0 for t in held.tables), reverse=True)


def test_storages_apart_tell_of_each(open_storage: Callable[[], SqlStorage]) -> None:
    rest, schedules = open_storage(), open_storage()
    both = join(rest, rest, schedules, None)
    try:
        assert len(both.holdings()) == 2
    finally:
        both.dispose()
