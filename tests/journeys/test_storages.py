"""Storages of every kind behind a real server: somebody else's, three places, and a disk that fails in several ways."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.failures.small_disk import small_disk
from tests.journeys.conftest import copy_of_workspace
from tests.postgres import Postgres
from tests.server_process import REPOSITORY, ServerProcess, wait_for

pytestmark = pytest.mark.journey


@contextmanager
def prepared(folder: Path, settings: dict[str, Any]) -> Iterator[ServerProcess]:
    """A server with settings, not started yet."""
    server = ServerProcess(copy_of_workspace(folder), folder / "home")
    server.orch_home.mkdir(parents=True)
    (server.orch_home / "orch.yaml").write_text(yaml.safe_dump(settings))
    yield server
    server.stop()


def begin(server: ServerProcess) -> None:
    server.start(env={"PYTHONPATH": str(REPOSITORY)})  # where the plugins are
    server.wait_for_locations()


def succeeded(server: ServerProcess, team: str) -> str:
    """A run that was launched with a tag, and its end."""
    answer = server.launch("short", executionMetadata={"tags": [{"key": "team", "value": team}]})
    assert answer["__typename"] == "LaunchPipelineRunSuccess", answer
    run_id: str = answer["run"]["runId"]
    assert server.wait_for_run(run_id)["status"] == "SUCCESS", server.log
    return run_id


def shown(server: ServerProcess, team: str) -> list[str]:
    """Ids of the runs with a tag, newest first."""
    query = (
        "query($t: [ExecutionTag!]) { pipelineRunsOrError(filter: {tags: $t}) { ... on Runs { results { runId } } } }"
    )
    found = server.graphql(query, t=[{"key": "team", "value": team}])["pipelineRunsOrError"]["results"]
    return [run["runId"] for run in found]


def check_all_is_there(server: ServerProcess, run_id: str) -> None:
    """Events without a gap, and the output of a step, whether it has moved on or not."""
    assert shown(server, "ice") == [run_id]
    events = server.events(run_id)
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert [e["type"] for e in events].count("PIPELINE_SUCCESS") == 1
    assert server.request(f"orch/api/v1/runs/{run_id}/logs/wait/stdout")[1] == b"waiting begins\nwaiting ends\n"


SCHEDULE = {"repositoryLocationName": "code.py", "repositoryName": "repo", "scheduleName": "every_minute"}


def switch_on(server: ServerProcess) -> None:
    """The schedule."""
    start = "mutation($s: ScheduleSelector!) { startSchedule(scheduleSelector: $s) { __typename } }"
    assert server.graphql(start, s=SCHEDULE)["startSchedule"]["__typename"] == "ScheduleStateResult"


def is_on(server: ServerProcess) -> bool:
    """Whether the schedule is."""
    query = """query($s: ScheduleSelector!) { scheduleOrError(scheduleSelector: $s) {
        ... on Schedule { scheduleState { status } } } }"""
    return bool(server.graphql(query, s=SCHEDULE)["scheduleOrError"]["scheduleState"]["status"] == "RUNNING")


@pytest.mark.parametrize("kind", ["somebody_elses", "apart"])
def test_runs_events_and_schedules_are_kept_where_the_settings_say(
    tmp_path: Path, request: pytest.FixtureRequest, kind: str
) -> None:
    """Over a restart, with captured output in a store, and with what is old removed by the daemon."""
    places: dict[str, Any]
    if kind == "somebody_elses":
        config = {"path": str(tmp_path / "lmdb")}
        places = {"run_storage": {"module": "tests.plugins.lmdb_runs", "class": "LmdbRuns", "config": config}}
    else:
        cluster: Postgres = request.getfixturevalue("postgres")
        url = cluster.new_database().replace("postgresql+psycopg://", "postgresql://", 1)
        places = {
            "run_storage": {"postgres": {"url": url}},
            "event_log_storage": {"sqlite": {"path": "events.db"}},
            "schedule_storage": {"sqlite": {"path": "schedules.db"}},
        }
    store = {"compute_logs": {"fsspec": {"url": f"file://{tmp_path}/store", "upload_interval": 0.5}}}
    with prepared(tmp_path, {**places, **store}) as server:
        begin(server)
        run_id = succeeded(server, "ice")
        check_all_is_there(server, run_id)
        if kind == "apart":
            moved = server.orch_home / "events.db"
            wait_for(
                lambda: count(moved, "event_log") == len(server.events(run_id)),
                60,
                lambda: f"{count(moved, 'event_log')} of {len(server.events(run_id))}; {health(server)}; {server.log}",
            )
        else:
            assert count(server.orch_home / "orch.db", "runs") == 0
        check_all_is_there(server, run_id)
        switch_on(server)
        server.stop()
        (server.orch_home / "orch.yaml").write_text(
            yaml.safe_dump({**places, **store, "retention": {"runs": {"purge_after_days": 0}}})
        )
        begin(server)
        assert is_on(server)
        wait_for(lambda: shown(server, "ice") == [], 60, lambda: server.log)
        assert not (tmp_path / "store" / run_id).exists() and "Traceback" not in server.log


def count(path: Path, table: str) -> int:
    with contextlib.closing(sqlite3.connect(path)) as file:
        return int(file.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def test_a_disk_that_is_full_read_only_or_damaged_is_told_and_nothing_is_lost(tmp_path: Path) -> None:
    """One server through all of it; it answers at any time, and goes on when the disk does."""
    with small_disk(tmp_path / "disk", kilobytes=8192) as disk:
        database = disk / "orch.db"
        with prepared(tmp_path, {"storage": {"sqlite": {"path": str(database)}}}) as server:
            begin(server)
            first = succeeded(server, "ice")

            fill(disk / "filler")
            refused = server.launch("short")
            assert "no room left on the disk" in refused["message"], refused
            assert shown(server, "ice") == [first]
            (disk / "filler").unlink()
            second = succeeded(server, "snow")
            server.stop()

            subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
            assert "can not be written" in why_it_does_not_start(server)
            subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)

            kept = disk / "kept"
            shutil.copy(database, kept)
            with open(database, "r+b") as file:
                file.seek(4096)
                file.write(b"\xff" * 8192)
            assert "is damaged" in why_it_does_not_start(server)
            kept.replace(database)

            begin(server)
            assert shown(server, "ice") == [first] and shown(server, "snow") == [second]
            check_all_is_there(server, first)
            assert "Traceback" not in server.log, server.log


def why_it_does_not_start(server: ServerProcess) -> str:
    """What a server says whose storage can not be used; it serves everything else, and is stopped again."""
    server.start(wait=False)
    try:
        wait_for(lambda: health(server).get("status") == "failed", 60, lambda: server.log)
        status, body = server.request("orch/api/v1/runs")
        told = str(health(server)["error"])
        assert status == 503 and b"Traceback" not in body and "Background" not in told
        return told
    finally:
        server.stop()


def health(server: ServerProcess) -> dict[str, Any]:
    with contextlib.suppress(OSError, ValueError):
        found: dict[str, Any] = server.get("orch/api/v1/health")
        return found
    return {}


def fill(path: Path) -> None:
    """Until nothing goes in any more."""
    with open(path, "wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(b"x" * 4096)
