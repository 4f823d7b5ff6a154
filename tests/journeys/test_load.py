"""Many requests and live sockets at once: none fails, and the event loop goes on turning."""

from __future__ import annotations

import asyncio
import json
import re
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.journeys.test_doors import connect
from tests.server_process import ServerProcess

pytestmark = pytest.mark.journey

SECONDS, A_SECOND, SOCKETS = 20, 20, 20
LATE = "0.25"
LIST = "{ pipelineRunsOrError(limit: 25) { ... on PipelineRuns { count results { runId status stepStats { stepKey status } } } } }"


def lags(server: ServerProcess) -> dict[str, float]:
    """How many turns of the event loop were at most so late, as Prometheus has it."""
    text = server.request("metrics")[1].decode()
    return {
        le: float(n) for le, n in re.findall(r'jupyter_orch_event_loop_lag_seconds_bucket{le="([^"]+)"} (\S+)', text)
    }


def test_many_requests_and_sockets_at_once(shared: ServerProcess) -> None:
    """20 requests a second of all kinds and 20 live sockets for 20 s."""
    run_id = shared.launch("short")["run"]["runId"]
    shared.wait_for_run(run_id)
    paths = ("runs?limit=25", f"runs/{run_id}", f"runs/{run_id}/events", "locations", "health", "schedules")

    def ask(number: int) -> int:
        if number % 100 == 50:
            return 200 if shared.launch("short")["__typename"] == "LaunchPipelineRunSuccess" else 500
        if number % 2:
            return shared.request("orch/graphql", {"query": LIST})[0]
        return shared.request(f"orch/api/v1/{paths[number // 2 % len(paths)]}")[0]

    async def live() -> int:
        sockets = [await connect(shared) for _ in range(SOCKETS)]
        payload = {"query": "subscription { pipelineRunsChanged { runIds } }"}
        for socket in sockets:
            await socket.write_message(json.dumps({"type": "subscribe", "id": "1", "payload": payload}))
        loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(16) as pool:
            asked = []
            for second in range(SECONDS):
                due = time.monotonic() + 1
                asked += [loop.run_in_executor(pool, ask, second * A_SECOND + n) for n in range(A_SECOND)]
                await asyncio.sleep(max(0.0, due - time.monotonic()))
            statuses = await asyncio.gather(*asked)
        assert set(statuses) == {200}
        heard = [json.loads(await asyncio.wait_for(s.read_message(), 30) or "")["type"] for s in sockets]
        for socket in sockets:
            socket.close()
        return heard.count("next")

    before = lags(shared)
    assert asyncio.run(live()) == SOCKETS
    after = lags(shared)
    turns, in_time = (after[le] - before[le] for le in ("+Inf", LATE))
    assert turns >= 10, "it was measured"
    assert in_time >= 0.8 * turns, f"of {turns:g} turns only {in_time:g} were at most {LATE} s late"
