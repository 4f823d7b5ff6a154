"""How SQLite finds things: by an index, however long the history is. (Postgres plans by its own statistics.)"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import event as on

from jupyter_orch.records.run import RunFilter
from jupyter_orch.records.status import RunStatus
from jupyter_orch.storage.database import Database
from jupyter_orch.storage.sql import SqlStorage

READS: dict[str, Callable[[SqlStorage], object]] = {
    "first page": lambda s: s.list_runs(RunFilter(), limit=25),
    "next page": lambda s: s.list_runs(RunFilter(), limit=25, before=50),
    "one tag": lambda s: s.list_runs(RunFilter(tags={"a": "b"}), limit=25, before=50),
    "two tags": lambda s: s.list_runs(RunFilter(tags={"a": "b", "c": "d"}), limit=25),
    "status": lambda s: s.list_runs(RunFilter(statuses=(RunStatus.FAILURE,)), limit=25),
    "pipeline": lambda s: s.list_runs(RunFilter(pipeline="p"), limit=25),
    "family": lambda s: s.list_runs(RunFilter(root_run_id="r"), limit=25),
    "log": lambda s: s.read_events("r", after=7),
    "log by type": lambda s: s.read_events("r", types=["LOG"]),
    "runs with events": lambda s: s.runs_with_events(limit=9, after=3),
    "ticks": lambda s: s.list_ticks("i", 25),
    "abandoned ticks": lambda s: s.abandoned_ticks(9.0),
}


@pytest.mark.parametrize("what", READS)
def test_nothing_is_searched_row_by_row_nor_sorted(tmp_path: Path, what: str) -> None:
    storage = SqlStorage(Database(f"sqlite:///{tmp_path}/orch.db"))
    asked: list[tuple[str, tuple[object, ...]]] = []

    @on.listens_for(storage._database.engine, "before_cursor_execute")
    def remember(_: object, __: object, statement: str, parameters: tuple[object, ...], *___: object) -> None:
        asked.append((statement, parameters))

    READS[what](storage)
    seen = [one for one in asked if one[0].startswith("SELECT")]
    assert seen
    with storage._database.read() as connection:
        plan = [row[3] for one in seen for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {one[0]}", one[1])]
    storage.dispose()
    by_key = ("SCAN runs",) if what in ("first page", "two tags") else ()  # in the order of the key, up to the limit
    assert not [line for line in plan if line.startswith("SCAN") and line not in by_key], plan
    assert not [line for line in plan if "TEMP B-TREE" in line], plan
