"""Looking at a server from outside: metrics, events, health, and what its log says."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import pytest
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

from tests.journeys.conftest import copy_of_workspace
from tests.server_process import ServerProcess, wait_for

pytestmark = pytest.mark.journey


def metrics(server: ServerProcess) -> dict[str, float]:
    status, text = server.request("metrics")
    assert status == 200
    lines = re.findall(r"^(jupyter_orch_\S+) (\S+)$", text.decode(), re.M)
    return {name: float(value) for name, value in lines}


def test_prometheus_tells_of_runs_loops_locations_and_lag(shared: ServerProcess) -> None:
    shared.wait_for_run(shared.launch("short")["run"]["runId"])
    wait_for(lambda: metrics(shared).get('jupyter_orch_runs{status="SUCCESS"}', 0) >= 1, 30)
    found = metrics(shared)
    assert found["jupyter_orch_queue_depth"] == 0 and found["jupyter_orch_queue_oldest_seconds"] == 0
    assert found['jupyter_orch_locations{status="LOADED"}'] == 1 and found["jupyter_orch_kernels"] == 1
    assert found['jupyter_orch_loop_healthy{loop="SCHEDULER"}'] == 1
    assert found['jupyter_orch_loop_heartbeat_age_seconds{loop="SCHEDULER"}'] < 60
    assert found["jupyter_orch_tick_lateness_seconds"] >= 0
    before = found["jupyter_orch_event_loop_lag_seconds_count"]
    wait_for(lambda: metrics(shared)["jupyter_orch_event_loop_lag_seconds_count"] > before, 30)


def test_other_extensions_hear_of_runs_and_locations(shared: ServerProcess) -> None:
    async def heard() -> list[dict[str, Any]]:
        address = f"ws://127.0.0.1:{shared.port}{shared.base_url}api/events/subscribe?token={shared.token}"
        socket = await websocket_connect(HTTPRequest(address))
        run_id = await asyncio.to_thread(lambda: shared.launch("short")["run"]["runId"])
        await asyncio.to_thread(shared.request, "orch/api/v1/locations/code.py/reload", {}, method="POST")
        found: list[dict[str, Any]] = []
        kinds: set[str] = set()
        while kinds != {"run", "location"}:
            message = json.loads(await asyncio.wait_for(socket.read_message(), 30) or "")
            kind = message["schema_id"].split("/")[-2]
            if kind == "location" or (kind == "run" and run_id in message["run_ids"]):
                kinds.add(kind)
                found.append(message)
        socket.close()
        return found

    found = asyncio.run(heard())
    assert {m["schema_id"] for m in found} == {
        "https://events.jupyter-orch.org/run/v1",
        "https://events.jupyter-orch.org/location/v1",
    }


def test_health_tells_each_duty_of_the_daemon(shared: ServerProcess) -> None:
    health = shared.get("orch/api/v1/health")
    assert health["status"] == "ready" and health["daemon"]["SCHEDULER"]["healthy"]
    assert all(duty["reason"] is None for duty in health["daemon"].values())


def test_a_server_that_can_not_write_says_so_in_one_line(tmp_path: Path) -> None:
    home = tmp_path / "home"
    server = ServerProcess(copy_of_workspace(tmp_path), home)
    (home / "orch").mkdir(parents=True)
    (home / "orch" / "orch.yaml").write_text("run_cordinator: queued\n")
    try:
        server.start(wait=False)
        wait_for(lambda: _health(server).get("status") == "failed", 60, lambda: server.log)
        assert "did you mean 'run_coordinator'" in _health(server)["error"]
        assert "jupyter_orch could not start" in server.log and "Traceback" not in server.log
        status, body = server.request("orch/api/v1/runs")
        assert status == 503 and b"run_coordinator" in body
    finally:
        server.stop()


def _health(server: ServerProcess) -> dict[str, Any]:
    try:
        found: dict[str, Any] = server.get("orch/api/v1/health")
        return found
    except OSError:
        return {}
