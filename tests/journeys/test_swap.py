"""The same pipeline under every storage, coordinator, launcher and executor; only YAML differs."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.journeys.conftest import copy_of_workspace
from tests.postgres import Postgres
from tests.server_process import ServerProcess, serving

pytestmark = pytest.mark.journey

COORDINATORS: dict[str, Any] = {
    "default": "default",
    "queued": {"queued": {"max_concurrent_runs": 2, "tag_concurrency_limits": [{"key": "team", "limit": 1}]}},
}
LAUNCHERS = ("warm", "subprocess")


@pytest.mark.parametrize(
    ("storage", "coordinator", "launcher"), list(itertools.product(("sqlite", "postgres"), COORDINATORS, LAUNCHERS))
)
def test_any_combination_runs_the_same_pipeline(
    tmp_path: Path, request: pytest.FixtureRequest, storage: str, coordinator: str, launcher: str
) -> None:
    home = tmp_path / "server-home"
    settings = {
        "storage": _storage(storage, tmp_path, request),
        "run_coordinator": COORDINATORS[coordinator],
        "run_launcher": launcher,
    }
    (home / "orch").mkdir(parents=True)
    (home / "orch" / "orch.yaml").write_text(yaml.safe_dump(settings))
    with serving(copy_of_workspace(tmp_path), home) as server:
        server.wait_for_locations()
        runs = [_launched(server, executor) for executor in ("in_process", "multiprocess", "in_process")]
        for run_id in runs:
            run = server.wait_for_run(run_id, timeout=120)
            assert run["status"] == "SUCCESS", server.events(run_id)
            assert {s["stepKey"]: s["status"] for s in run["stepStats"]} == {"wait": "SUCCESS", "add_one": "SUCCESS"}
            events = server.events(run_id)
            assert [e["seq"] for e in events] == list(range(1, len(events) + 1))
            launch = next(e["data"]["launch"] for e in events if e["data"].get("launch"))
            assert launch == ("forked" if launcher == "warm" else "spawned")


def _launched(server: ServerProcess, executor: str) -> str:
    tags = {"tags": [{"key": "team", "value": "ice"}]}
    answer = server.launch("short", {"execution": {executor: {}}}, executionMetadata=tags)
    assert answer["__typename"] == "LaunchPipelineRunSuccess", answer
    run_id: str = answer["run"]["runId"]
    return run_id


def _storage(kind: str, folder: Path, request: pytest.FixtureRequest) -> dict[str, Any]:
    if kind == "sqlite":
        return {"sqlite": {"path": str(folder / "database" / "orch.db")}}
    cluster: Postgres = request.getfixturevalue("postgres")
    return {"postgres": {"url": cluster.new_database().replace("postgresql+psycopg://", "postgresql://", 1)}}
