"""Three Jupyter servers on one Postgres: each shows and does the same; kill any one, nothing is lost or done twice."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.journeys.conftest import copy_of_workspace
from tests.postgres import Postgres
from tests.server_process import ServerProcess, wait_for

pytestmark = pytest.mark.journey

SETTINGS: dict[str, Any] = {
    "run_coordinator": {"queued": {"max_concurrent_runs": 3}},
    "run_monitoring": {"in_flight_steps": "rerun"},
    "run_retries": {"enabled": True, "max_retries": 1},
    "concurrency": {"pools": {"limits": {"narrow": 1}}},
}


@pytest.fixture
def trio(tmp_path: Path, postgres: Postgres) -> Iterator[list[ServerProcess]]:
    """Three servers with a home each, on one workspace and one database."""
    url = postgres.new_database().replace("postgresql+psycopg://", "postgresql://", 1)
    root = copy_of_workspace(tmp_path)
    servers = [ServerProcess(root, tmp_path / f"home{number}") for number in range(3)]
    values = {"base_dir": str(tmp_path / "values")}  # what steps hand on must be where every worker finds it
    for server in servers:
        server.orch_home.mkdir(parents=True)
        text = yaml.safe_dump({"storage": {"postgres": {"url": url}}, "local_artifact_storage": values, **SETTINGS})
        (server.orch_home / "orch.yaml").write_text(text)
    for server in servers:
        server.start()
        server.wait_for_locations()
    yield servers
    for server in servers:
        server.stop()


def test_a_run_of_one_server_is_seen_at_the_others_and_survives_any_of_them(
    trio: list[ServerProcess], tmp_path: Path
) -> None:
    first, second, third = trio
    gate = tmp_path / "gate"
    run_id = _launched(first, "long", {"solids": {"wait": {"config": {"until": str(gate)}}}})
    for server in trio:
        wait_for(lambda server=server: "STEP_START" in _kinds(server, run_id), 30)  # type: ignore[misc]
        assert server.run(run_id)["status"] == "STARTED"
    first.kill()
    gate.touch()
    assert second.wait_for_run(run_id)["status"] == "SUCCESS"
    assert third.events(run_id) == second.events(run_id)
    assert _kinds(second, run_id).count("STEP_SUCCESS") == 4 and _kinds(second, run_id).count("PIPELINE_START") == 1
    first.start()
    assert first.events(run_id) == second.events(run_id)


def test_a_worker_killed_together_with_its_server_is_replaced_by_another_server(
    trio: list[ServerProcess], tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    run_id = _launched(trio[0], "long", {"solids": {"wait": {"config": {"until": str(gate)}}}})
    wait_for(lambda: "STEP_START" in _kinds(trio[1], run_id), 30)
    worker = next(e["data"]["pid"] for e in trio[1].events(run_id) if e["type"] == "PIPELINE_START")
    trio[0].kill()
    os.kill(worker, signal.SIGKILL)
    gate.touch()
    run = trio[1].wait_for_run(run_id)
    assert run["status"] == "SUCCESS", [(e["type"], e["message"]) for e in trio[1].events(run_id)]
    text = json.dumps(trio[1].events(run_id))
    assert text.count("Resuming, attempt 1 of 3") == 1
    assert _kinds(trio[1], run_id).count("PIPELINE_START") == 2


def test_limits_hold_over_all_servers_and_each_run_runs_once(trio: list[ServerProcess]) -> None:
    config = {"solids": {"wait": {"config": {"seconds": 0.3}}}}
    narrow = {"tags": [{"key": "jupyter_orch/pool", "value": "narrow"}]}
    runs = [
        _launched(trio[number % 3], "short", config, **({"executionMetadata": narrow} if number % 2 else {}))
        for number in range(12)
    ]
    trio[2].kill()
    for run_id in runs:
        assert trio[0].wait_for_run(run_id, timeout=180)["status"] == "SUCCESS"
    spans = {run_id: _span(trio[1], run_id) for run_id in runs}
    assert _most_at_once(list(spans.values())) <= 3
    assert _most_at_once([spans[run_id] for number, run_id in enumerate(runs) if number % 2]) <= 1
    assert all(_kinds(trio[0], run_id).count("PIPELINE_START") == 1 for run_id in runs)


def test_a_failed_run_is_retried_once_by_whichever_server(trio: list[ServerProcess]) -> None:
    run_id = _launched(trio[0], "failing")
    assert trio[1].wait_for_run(run_id)["status"] == "FAILURE"

    def retries() -> list[dict[str, Any]]:
        query = """query($t: [ExecutionTag!]) { pipelineRunsOrError(filter: {tags: $t}) { ... on PipelineRuns {
            results { runId status parentRunId stepKeysToExecute } } } }"""
        tags = [{"key": "dagster/parent_run_id", "value": run_id}]
        found: list[dict[str, Any]] = trio[2].graphql(query, t=tags)["pipelineRunsOrError"]["results"]
        return found

    wait_for(lambda: [run["status"] for run in retries()] == ["FAILURE"], 60, lambda: json.dumps(retries()))
    assert retries()[0]["stepKeysToExecute"] == ["fail", "after"]


def _launched(server: ServerProcess, pipeline: str, config: Any = None, **params: Any) -> str:
    answer = server.launch(pipeline, config, **params)
    assert answer["__typename"] == "LaunchPipelineRunSuccess", answer
    run_id: str = answer["run"]["runId"]
    return run_id


def _kinds(server: ServerProcess, run_id: str) -> list[str]:
    return [e["type"] for e in server.events(run_id)]


def _span(server: ServerProcess, run_id: str) -> tuple[float, float]:
    """From taken out of the queue to the end."""
    times = {e["type"]: e["timestamp"] for e in server.events(run_id)}
    return times["PIPELINE_START"], times["PIPELINE_SUCCESS"]


def _most_at_once(spans: list[tuple[float, float]]) -> int:
    turns = sorted([(begin, 1) for begin, _ in spans] + [(end, -1) for _, end in spans])
    most = now = 0
    for _, change in turns:
        now += change
        most = max(most, now)
    return most
