"""Many requests and live sockets at once: none fails, and the event loop goes on turning."""

from __future__ import annotations

import asyncio
import json
import math
import re
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.chaos.load import quantile
from tests.chaos.onlooker import Onlooker
from tests.journeys.test_doors import connect
from tests.server_process import ServerProcess

pytestmark = pytest.mark.journey

SECONDS, A_SECOND, SOCKETS = 20, 20, 20
LATE, TIMES_AS_LATE = 0.1, 3.0
"""A turn of the event loop may be so many seconds late, or so many times as late as anybody is on this machine meanwhile."""
LIST = "{ pipelineRunsOrError(limit: 25) { ... on PipelineRuns { count results { runId status stepStats { stepKey status } } } } }"


def lags(server: ServerProcess) -> dict[float, float]:
    """How many turns of the event loop were at most so late, as Prometheus has it."""
    text = server.request("metrics")[1].decode()
    return {
        float(le): float(n)
        for le, n in re.findall(r'jupyter_orch_event_loop_lag_seconds_bucket{le="([^"]+)"} (\S+)', text)
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

    before, onlooker = lags(shared), Onlooker()
    try:
        assert asyncio.run(live()) == SOCKETS
    finally:
        anybodys = quantile(onlooker.lags(), 0.99)
    after = lags(shared)
    limit = min(edge for edge in after if edge >= max(LATE, TIMES_AS_LATE * anybodys))
    turns, in_time = (after[edge] - before[edge] for edge in (math.inf, limit))
    assert turns >= 10 and anybodys > 0, "it was measured"
    late = f"of {turns:g} turns only {in_time:g} were at most {limit} s late; a process beside it {anybodys:.3f} s"
    assert in_time >= 0.95 * turns - 1, late
