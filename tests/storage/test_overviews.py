"""What is read of many runs at once (``ports.RunStorage``): in one query the same as the port's own way, run by run."""

from __future__ import annotations

import pytest

from jupyter_orch.ports import NewRun, RunStorage
from jupyter_orch.records.event import EventType
from jupyter_orch.records.run import RunFilter
from jupyter_orch.storage.sql import SqlStorage
from tests.conftest import event, submission


@pytest.fixture
def filled(storage: SqlStorage) -> SqlStorage:
    """Three families: a (with two children), b, c."""
    for number, (run_id, root) in enumerate([("a", None), ("b", None), ("a1", "a"), ("c", None), ("a2", "a")]):
        asked = submission(root_run_id=root, tags={"team": "ice" if number % 2 else "fire", "of": root or run_id})
        events = [event(EventType.STEP_START, step_key="s", message=run_id), event(), event(EventType.STEP_SUCCESS)]
        storage.add_run(NewRun(run_id=run_id, submission=asked, events=tuple(events[: number + 1])))
    return storage


def test_events_of_several_runs(filled: SqlStorage) -> None:
    asked = (["a", "c", "nobody"], [EventType.STEP_START, EventType.STEP_SUCCESS])
    found = filled.events_of(*asked)
    assert found == RunStorage.events_of(filled, *asked)
    assert [(e.seq, e.event.type) for e in found["c"]] == [(1, "STEP_START"), (3, "STEP_SUCCESS")]


def test_the_newest_runs_of_several_filters(filled: SqlStorage) -> None:
    wheres = [RunFilter(tags={"team": "ice"}), RunFilter(pipeline="none"), RunFilter(root_run_ids=("a",))]
    found = filled.newest_runs(wheres, 2)
    assert found == RunStorage.newest_runs(filled, wheres, 2)
    assert [[run.run_id for run in page] for page in found] == [["c", "b"], [], ["a2", "a1"]]
    assert filled.newest_runs([RunFilter(pipeline="pipe")] * 450, 1)[449][0].run_id == "a2"


def test_families_come_by_their_newest_run(filled: SqlStorage) -> None:
    assert filled.newest_families(RunFilter(), limit=9) == ["a", "c", "b"]
    assert filled.newest_families(RunFilter(), limit=2) == ["a", "c"]
    before = filled.get_run("a2")
    assert before is not None
    for where in (RunFilter(), RunFilter(tags={"team": "ice"})):
        found = filled.newest_families(where, limit=9, before=before.cursor)
        assert found == RunStorage.newest_families(filled, where, limit=9, before=before.cursor)
    assert found == ["c", "b"]


def test_tags_that_runs_have(filled: SqlStorage) -> None:
    assert filled.tag_values(100) == RunStorage.tag_values(filled, 100)
    assert filled.tag_values(2) == [("of", "a"), ("of", "b")]


def test_runs_by_when_they_were_created(filled: SqlStorage) -> None:
    first, last = filled.get_run("a"), filled.get_run("a2")
    assert first is not None and last is not None
    assert filled.count_runs(RunFilter(created_after=first.create_time)) < 5
    assert filled.count_runs(RunFilter(created_before=last.create_time + 1, created_after=first.create_time - 1)) == 5
