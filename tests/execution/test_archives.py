"""What every archive promises (``records.archive.Archive``): in memory and in the deployment's storage."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jupyter_orch.execution.memory_archive import MemoryArchive
from jupyter_orch.records.archive import Archive
from jupyter_orch.records.asset import AssetFilter
from jupyter_orch.records.event import Event, EventType
from jupyter_orch.records.failure import Failure
from jupyter_orch.records.messages import HELD, LocationTarget, PipelineSelector
from jupyter_orch.records.run import RunFilter, Submission
from jupyter_orch.records.status import RunStatus
from jupyter_orch.scripts import StoredArchive

ENGINE = EventType.ENGINE_EVENT


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def archive(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Archive]:
    home = tmp_path / "instance"
    if request.param == "postgres":
        home.mkdir()
        url = request.getfixturevalue("postgres").new_database().replace("+psycopg", "")
        (home / "orch.yaml").write_text(f"storage: {{postgres: {{url: '{url}'}}}}\n")
    made: Archive = MemoryArchive() if request.param == "memory" else StoredArchive(home)
    yield made
    made.close()


def begun(archive: Archive, run_id: str = "r", **asked: Any) -> str:
    selector = PipelineSelector(repository="__repository__", pipeline=asked.pop("pipeline", "pipe"))
    submission = Submission(location="", selector=selector, target=LocationTarget(name="", kind=HELD), **asked)
    archive.begin(run_id, submission, "Begins.", lambda: None)
    return run_id


def told(message: str = "", kind: EventType = ENGINE, **data: Any) -> Event:
    return Event(type=kind, timestamp=1.0, message=message, data=data)


def made(key: str, **data: Any) -> Event:
    return told("", EventType.ASSET_MATERIALIZATION, asset_key=[key], **data)


def test_a_run_is_started_from_its_beginning(archive: Archive) -> None:
    begun(archive, tags={"team": "ice"}, run_config={"solids": {"a": [1, None]}})
    run = archive.get_run("r")
    assert run is not None and run.status is RunStatus.STARTED
    assert (run.submission.tags, run.submission.run_config) == ({"team": "ice"}, {"solids": {"a": [1, None]}})
    assert [(e.seq, e.event.type, e.event.message) for e in archive.read_events("r")] == [
        (1, EventType.PIPELINE_START, "Begins.")
    ]


def test_what_was_told_is_read_at_once(archive: Archive) -> None:
    begun(archive)
    assert all(archive.append("r", told(str(number))) for number in range(5))
    assert [e.event.message for e in archive.read_events("r", after=1)] == list("01234")
    assert [e.seq for e in archive.read_events("r", after=2, limit=2)] == [3, 4]
    assert [e.seq for e in archive.read_events("r", types=["PIPELINE_START"])] == [1]


@pytest.mark.parametrize("status", [RunStatus.SUCCESS, RunStatus.FAILURE])
def test_a_run_ends_once_and_with_all_that_was_told(archive: Archive, status: RunStatus) -> None:
    begun(archive)
    archive.append("r", told("last words"))
    failure = Failure(cls="E", message="why") if status is RunStatus.FAILURE else None
    last = archive.end("r", status, "Over.", failure)
    run = archive.get_run("r")
    assert run is not None and run.status is status and run.end_time is not None
    assert run.failure == failure
    messages = [e.event for e in archive.read_events("r")]
    assert messages[-1] == last and messages[-2].message == "last words"


def test_nothing_is_added_to_a_run_that_has_ended(archive: Archive) -> None:
    begun(archive)
    assert archive.note("r", told("from outside"))
    archive.end("r", RunStatus.SUCCESS, "Over.")
    before = archive.read_events("r")
    assert not archive.note("r", told("too late")) and not archive.note("none", told())
    assert archive.read_events("r") == before


def test_runs_are_listed_newest_first_and_filtered(archive: Archive) -> None:
    for number in range(4):
        begun(archive, f"r{number}", tags={"parity": str(number % 2)}, pipeline=f"p{number // 2}")
        archive.end(f"r{number}", RunStatus.SUCCESS, "Over.")
    first = archive.list_runs(RunFilter(), limit=2)
    rest = archive.list_runs(RunFilter(), limit=10, before=first[-1].cursor)
    assert [run.run_id for run in first + rest] == ["r3", "r2", "r1", "r0"]
    assert archive.count_runs(RunFilter(tags={"parity": "1"}, pipeline="p0")) == 1
    assert archive.count_runs(RunFilter(statuses=(RunStatus.FAILURE,))) == 0
    assert archive.count_runs(RunFilter(run_ids=("r1", "none"))) == 1


def test_assets_are_known_from_the_events(archive: Archive) -> None:
    begun(archive)
    entry = {"label": "rows", "kind": "int", "value": 3}
    for event in (made("a", partition="x"), made("b", metadata=[entry], lineage=[["a"]]), made("a", partition="x")):
        archive.append("r", event)
    assert archive.list_assets(limit=10) == [("a",), ("b",)]
    assert archive.count_partitions([("a",), ("b",)]) == {("a",): {"x": 2}}
    found = archive.asset_facts([("b",), ("none",)], AssetFilter(), limit=1)
    assert [(f.metadata, f.lineage, f.run_id) for f in found[("b",)]] == [((entry,), (("a",),), "r")]
    newest = archive.asset_facts([("a",)], AssetFilter(), limit=1)[("a",)][0]
    assert len(archive.asset_facts([("a",)], AssetFilter(before=newest.cursor), limit=9)[("a",)]) == 1
    assert archive.asset_facts([("a",)], AssetFilter(after=newest.cursor), limit=9) == {}
    assert archive.wipe_assets([("a",), ("none",)]) == [("a",)]
    assert archive.list_assets(limit=10) == [("b",)]


def test_only_a_run_that_has_ended_can_be_deleted_and_its_newest_facts_stay(archive: Archive) -> None:
    begun(archive)
    archive.append("r", made("a", description="old"))
    archive.append("r", made("a", description="new"))
    assert not archive.delete_run("r")
    archive.end("r", RunStatus.SUCCESS, "Over.")
    assert archive.delete_run("r") and not archive.delete_run("r")
    assert archive.get_run("r") is None and archive.read_events("r") == []
    assert [f.description for f in archive.asset_facts([("a",)], AssetFilter(), limit=9)[("a",)]] == ["new"]


def test_the_folder_for_values_is_there(archive: Archive) -> None:
    assert Path(archive.artifact_folder()).is_dir()


def test_a_run_is_ended_as_failed_from_elsewhere_once(archive: Archive) -> None:
    begun(archive)
    assert archive.fail_run("r", "its machine is gone")
    run = archive.get_run("r")
    assert run is not None and run.status is RunStatus.FAILURE
    assert run.failure is not None and run.failure.message == "its machine is gone"
    assert not archive.fail_run("r", "again")
    assert not archive.cancel_run("r", "me")
    assert not archive.fail_run("none", "why")


def test_a_run_that_is_canceled_from_elsewhere_ends_canceled(archive: Archive) -> None:
    begun(archive)
    assert archive.cancel_run("r", "me")
    run = archive.get_run("r")
    assert run is not None and run.status in (RunStatus.CANCELING, RunStatus.CANCELED)
    archive.end("r", RunStatus.CANCELED, "Canceled.")
    run = archive.get_run("r")
    assert run is not None and run.status is RunStatus.CANCELED
    assert len(archive.read_events("r", types=["PIPELINE_CANCELED"])) == 1
    assert not archive.cancel_run("none", "me")
