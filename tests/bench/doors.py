"""What lists of runs and long logs cost over GraphQL with 100,000 runs stored, and many requests with many live sockets."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.websocket import websocket_connect

from jupyter_orch.storage.database import Database
from jupyter_orch.storage.sql import SqlStorage
from tests.bench.storage import LONG_RUN, add_long_run, fill
from tests.server_process import ServerProcess, serving

A_SECOND, SOCKETS, SECONDS = 100, 200, 20
ROW = """id runId pipelineName repositoryName repositoryLocationName mode status createdBy createTime startTime endTime
    rootRunId parentRunId canTerminate queuePosition tags { key value } stepStats { stepKey status startTime endTime attempts }"""
PAGE = f"query($f: RunsFilter) {{ pipelineRunsOrError(filter: $f, limit: 25) {{ ... on PipelineRuns {{ results {{ {ROW} }} }} }} }}"
EVENTS = "query($id: ID!) { pipelineRunOrError(runId: $id) { ... on PipelineRun { events(limit: 10000) } } }"
TYPED = """query($id: ID!) { logsForRun(runId: $id, limit: 10000) { ... on EventConnection { cursor events { __typename
    ... on MessageEvent { message timestamp level stepKey eventType } } } } }"""
Row = Callable[[str, list[float], str], dict[str, Any]]


def measure(root: Path, home: Path, count: int, row: Row) -> list[dict[str, Any]]:
    """Rows of the report.

    Args:
        root: the server's root folder with the measured repository.
        home: of the server.
        count: how many runs there are.
        row: makes a line of the report of a name, seconds and a target.
    """
    (home / "orch").mkdir(parents=True, mode=0o700)
    storage = SqlStorage(Database(f"sqlite:///{home}/orch/orch.db"))
    fill(storage, count)
    add_long_run(storage)
    storage.dispose()
    with serving(root, home) as server:
        server.wait_for_locations()
        asked = {
            "first page of 25 with steps": ({"query": PAGE, "variables": {}}, "≤ 20"),
            "25 filtered by tag": ({"query": PAGE, "variables": {"f": {"tags": [_TAG]}}}, "≤ 20"),
            "one run's 10,000 events as JSON": ({"query": EVENTS, "variables": {"id": LONG_RUN}}, "≤ 200"),
            "one run's 10,000 events as classic types": ({"query": TYPED, "variables": {"id": LONG_RUN}}, ""),
        }
        rows = [
            row(f"GraphQL, {count:,} runs: {name}", [_asked(server, body) for _ in range(20)], target)
            for name, (body, target) in asked.items()
        ]
        return [*rows, *asyncio.run(_load(server, row))]


_TAG = {"key": "team", "value": "team 7"}


def _asked(server: ServerProcess, body: dict[str, Any]) -> float:
    begun = time.perf_counter()
    status, answer = server.request("orch/graphql", body)
    taken = time.perf_counter() - begun
    assert status == 200 and b'"errors"' not in answer, answer[:500]
    return taken


async def _load(server: ServerProcess, row: Row) -> list[dict[str, Any]]:
    """So many requests a second, started on time whether or not the ones before have been answered."""
    AsyncHTTPClient.configure(None, max_clients=500)
    client, headers = AsyncHTTPClient(), {"Authorization": f"token {server.token}", "Content-Type": "application/json"}
    for _ in range(SOCKETS):
        await _listen(server)
    page = json.dumps({"query": PAGE})
    taken: list[float] = []
    failed: list[str] = []

    async def ask(number: int) -> None:
        path = ("graphql", "api/v1/runs?limit=25", "api/v1/locations", "api/v1/health")[number % 4]
        body = {"method": "POST", "body": page} if path == "graphql" else {}
        begun = time.perf_counter()
        try:
            await client.fetch(f"{server.url}orch/{path}", headers=headers, request_timeout=60, **body)
            taken.append(time.perf_counter() - begun)
        except Exception as error:
            failed.append(f"{path}: {error}")

    before = _lags(server)
    begun, asking = time.perf_counter(), []
    for number in range(A_SECOND * SECONDS):
        asking.append(asyncio.ensure_future(ask(number)))
        if number % (A_SECOND * 2) == 0:
            asking.append(asyncio.ensure_future(asyncio.to_thread(server.launch, "one_solid")))
        await asyncio.sleep(max(0.0, begun + number / A_SECOND - time.perf_counter()))
    await asyncio.gather(*asking)
    after = _lags(server)
    what = f"{A_SECOND} requests a second and {SOCKETS} live sockets for {SECONDS} s"
    return [
        row(
            f"{what}: a request ({len(failed)} of {len(asking)} failed{': ' + failed[0] if failed else ''})", taken, ""
        ),
        row(f"{what}: event-loop lag, p99", [_quantile(before, after, 0.99)], "≤ 100"),
    ]


async def _listen(server: ServerProcess) -> None:
    address = f"ws://127.0.0.1:{server.port}{server.base_url}orch/graphql/ws?token={server.token}"
    line = await websocket_connect(HTTPRequest(address), subprotocols=["graphql-transport-ws"])
    payload = {"query": "subscription { pipelineRunsChanged { runIds } }"}
    await line.write_message(json.dumps({"type": "connection_init"}))
    await line.write_message(json.dumps({"type": "subscribe", "id": "1", "payload": payload}))


def _lags(server: ServerProcess) -> list[tuple[float, float]]:
    """The histogram of the event loop's lag: upper edge in seconds and number of turns up to it."""
    text = server.request("metrics")[1].decode()
    found = re.findall(r'jupyter_orch_event_loop_lag_seconds_bucket{le="([^"]+)"} (\S+)', text)
    return [(float(edge), float(count)) for edge, count in found]


def _quantile(before: list[tuple[float, float]], after: list[tuple[float, float]], share: float) -> float:
    """The quantile of what came between, straight lines within the bucket."""
    counts = [(edge, late - early) for (edge, late), (_, early) in zip(after, before, strict=True)]
    wanted = share * counts[-1][1]
    for (low, below), (high, count) in pairwise([(0.0, 0.0), *counts]):
        if count >= wanted:
            return low + (high - low) * (wanted - below) / max(1.0, count - below) if high != float("inf") else low
    return 0.0
