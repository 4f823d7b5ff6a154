"""Losses on a real server: workers, servers, both; parts of somebody else's; what the run's log and the API say."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.journeys.conftest import copy_of_workspace
from tests.server_process import REPOSITORY, ServerProcess, wait_for

pytestmark = pytest.mark.journey
RERUN = {"tags": [{"key": "jupyter_orch/resume", "value": "rerun"}]}
Start = Callable[..., ServerProcess]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts one server with the given settings."""
    server = ServerProcess(copy_of_workspace(tmp_path), tmp_path / "server-home")

    def begin(**settings: Any) -> ServerProcess:
        server.orch_home.mkdir(parents=True, exist_ok=True)
        (server.orch_home / "orch.yaml").write_text(yaml.safe_dump(settings))
        server.start(env={"PYTHONPATH": str(REPOSITORY)})
        server.wait_for_locations()
        return server

    yield begin
    server.stop()


def test_a_killed_worker_of_a_warm_run_is_replaced_by_another_warm_one(start: Start, tmp_path: Path) -> None:
    server = start()
    gate = tmp_path / "gate"
    run_id = _launched(server, "long", _until(gate), executionMetadata=RERUN)
    wait_for(lambda: "STEP_START" in _kinds(server, run_id), 30)
    os.kill(_worker(server, run_id), signal.SIGKILL)
    wait_for(lambda: _kinds(server, run_id).count("PIPELINE_START") == 2, 20)
    gate.touch()
    run = server.wait_for_run(run_id)
    assert run["status"] == "SUCCESS" and "attempt 1 of 3" in json.dumps(server.events(run_id))
    assert [e["data"]["launch"] for e in server.events(run_id) if e["data"].get("launch")] == ["forked", "forked"]


@pytest.mark.parametrize("how", ["kill", "stop"])
def test_a_run_is_adopted_by_the_server_that_comes_back(start: Start, tmp_path: Path, how: str) -> None:
    server = start()
    gate = tmp_path / "gate"
    run_id = _launched(server, "long", _until(gate))
    wait_for(lambda: "STEP_START" in _kinds(server, run_id), 30)
    getattr(server, how)()
    server.start()
    assert server.run(run_id)["status"] == "STARTED"
    query = "mutation($id: String!) { terminatePipelineExecution(runId: $id) { __typename } }"
    server.graphql(query, id=run_id)
    assert server.wait_for_run(run_id)["status"] == "CANCELED", "the new server reaches the old one's worker"


def test_a_worker_lost_while_no_server_was_there_is_found_at_the_start(start: Start, tmp_path: Path) -> None:
    server = start()
    gate = tmp_path / "gate"
    run_id = _launched(server, "long", _until(gate), executionMetadata=RERUN)
    wait_for(lambda: "STEP_START" in _kinds(server, run_id), 30)
    worker = _worker(server, run_id)
    server.kill()
    os.kill(worker, signal.SIGKILL)
    gate.touch()
    server.start()
    assert server.wait_for_run(run_id)["status"] == "SUCCESS"
    assert "is gone" in json.dumps(server.events(run_id))


def test_tags_that_can_not_be_read_are_refused_when_the_run_is_submitted(start: Start) -> None:
    server = start()
    wrong = {"tags": [{"key": "dagster/priority", "value": "high"}, {"key": "dagster/max_runtime", "value": "0"}]}
    answer = server.launch("short", executionMetadata=wrong)
    assert answer["__typename"] != "LaunchPipelineRunSuccess"
    assert "'dagster/priority': expected a whole number" in answer["message"]
    assert "'dagster/max_runtime': expected a number of seconds" in answer["message"]


def test_a_launcher_of_somebody_else_starts_resumes_and_is_stopped(start: Start, tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    plugin = {"module": "tests.journeys.plugins", "class": "NotingLauncher", "config": {"notes": str(notes)}}
    server = start(run_launcher=plugin)
    gate = tmp_path / "gate"
    run_id = _launched(server, "long", _until(gate), executionMetadata=RERUN)
    wait_for(lambda: "STEP_START" in _kinds(server, run_id), 60)
    os.kill(_worker(server, run_id), signal.SIGKILL)
    wait_for(lambda: _kinds(server, run_id).count("PIPELINE_START") == 2, 60)
    gate.touch()
    assert server.wait_for_run(run_id)["status"] == "SUCCESS"
    server.stop()
    assert notes.read_text().splitlines() == [f"launch {run_id}", f"resume {run_id}", "stop"]


def test_a_launcher_that_refuses_ends_the_run_with_its_reason(start: Start, tmp_path: Path) -> None:
    config = {"notes": str(tmp_path / "notes"), "refuse": "the cluster is closed today"}
    server = start(run_launcher={"module": "tests.journeys.plugins", "class": "NotingLauncher", "config": config})
    run = server.wait_for_run(_launched(server, "short"))
    assert run["status"] == "FAILURE" and "the cluster is closed today" in run["failure"]["message"]


def test_a_coordinator_of_somebody_else_decides_and_the_queue_shows_its_order(start: Start, tmp_path: Path) -> None:
    server = start(run_coordinator={"module": "tests.journeys.plugins", "class": "OneAtATime"})
    gate = tmp_path / "gate"
    first = _launched(server, "long", _until(gate))
    wait_for(lambda: server.run(first)["status"] == "STARTED", 30)
    second, third = _launched(server, "short"), _launched(server, "short")
    assert (_place(server, third), _place(server, second), _place(server, first)) == (1, 2, None)
    gate.touch()
    for run_id in (first, second, third):
        assert server.wait_for_run(run_id)["status"] == "SUCCESS"
    assert _time(server, third, "PIPELINE_SUCCESS") <= _time(server, second, "PIPELINE_START")


def _launched(server: ServerProcess, pipeline: str, config: Any = None, **params: Any) -> str:
    answer = server.launch(pipeline, config, **params)
    assert answer["__typename"] == "LaunchPipelineRunSuccess", answer
    run_id: str = answer["run"]["runId"]
    return run_id


def _until(gate: Path) -> dict[str, Any]:
    return {"solids": {"wait": {"config": {"until": str(gate)}}}}


def _kinds(server: ServerProcess, run_id: str) -> list[str]:
    return [e["type"] for e in server.events(run_id)]


def _worker(server: ServerProcess, run_id: str) -> int:
    return [int(e["data"]["pid"]) for e in server.events(run_id) if e["type"] == "PIPELINE_START"][-1]


def _time(server: ServerProcess, run_id: str, kind: str) -> float:
    return next(float(e["timestamp"]) for e in server.events(run_id) if e["type"] == kind)


def _place(server: ServerProcess, run_id: str) -> int | None:
    query = "query($id: ID!) { pipelineRunOrError(runId: $id) { ... on PipelineRun { queuePosition } } }"
    place: int | None = server.graphql(query, id=run_id)["pipelineRunOrError"]["queuePosition"]
    return place
