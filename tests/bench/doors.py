"""What lists of runs and long logs cost over GraphQL with 100,000 runs stored, and many requests with many live sockets."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from tornado.httpclient import AsyncHTTPClient

from jupyter_orch.storage.database import Database
from jupyter_orch.storage.sql import SqlStorage
from tests import loop_lag
from tests.bench.events import connected
from tests.bench.figures import Figure, in_ms, timed
from tests.bench.place import Place, workspace
from tests.bench.rows import limit, ours
from tests.bench.storage import LONG_RUN, STORED_RUNS, add_long_run, fill
from tests.server_process import ServerProcess

A_SECOND, SOCKETS, SECONDS = 100, 200, 20
ROW = """id runId pipelineName repositoryName repositoryLocationName mode status createdBy createTime startTime endTime
    rootRunId parentRunId canTerminate queuePosition tags { key value } stepStats { stepKey status startTime endTime attempts }"""
PAGE = f"query($f: RunsFilter) {{ pipelineRunsOrError(filter: $f, limit: 25) {{ ... on PipelineRuns {{ results {{ {ROW} }} }} }} }}"
EVENTS = "query($id: ID!) { pipelineRunOrError(runId: $id) { ... on PipelineRun { events(limit: 10000) } } }"
TYPED = """query($id: ID!) { logsForRun(runId: $id, limit: 10000) { ... on EventConnection { cursor events { __typename
    ... on MessageEvent { message timestamp level stepKey eventType } } } } }"""
TAG = {"key": "team", "value": "team 7"}
ASKED = {
    "page": ("GraphQL: first page of 25 with tags and steps", {"query": PAGE, "variables": {}}),
    "tag": ("GraphQL: 25 filtered by a tag of 1 in 50", {"query": PAGE, "variables": {"f": {"tags": [TAG]}}}),
    "log": ("GraphQL: 10,000 events of one run as JSON", {"query": EVENTS, "variables": {"id": LONG_RUN}}),
    "typed": ("GraphQL: 10,000 events of one run as classic types", {"query": TYPED, "variables": {"id": LONG_RUN}}),
}
# What the same questions cost when only the rows are fetched, by their indexes, and written as JSON.
FLOOR = {
    "page": "select * from runs order by pk desc limit 25",
    "tag": """select runs.* from run_tags tag join runs on runs.pk = tag.run_pk
        where tag.key = 'team' and tag.value = 'team 7' order by tag.run_pk desc limit 25""",
    "log": f"""select events.* from events join runs on runs.pk = events.run_pk
        where runs.run_id = '{LONG_RUN.replace("'", "''")}' order by seq""",
}


def measure(place: Place) -> list[Figure]:
    """P14 through the server's own door; the second visit finds the database that the first has filled."""
    home, count = _filled(place)
    figures = [limit("P14", in_ms(_fetched(home, sql, place.turns(20))), name) for name, sql in FLOOR.items()]
    server = ServerProcess(workspace(place.folder / "root"), home)
    try:
        server.start(wait=False)
        server.wait_until_ready(180)
        server.wait_for_locations(180)
        for name, (words, body) in ASKED.items():
            _asked(server, body)
            values = in_ms([_asked(server, body) for _ in range(place.turns(24))])
            figures.append(ours("P14", values, name, what=f"{words}; {count:,} runs of 20 events stored"))
    finally:
        server.stop()
    return figures


def measure_load(place: Place) -> list[Figure]:
    """Many requests with many live sockets, 100,000 runs stored."""
    home, _ = _filled(place)
    server = ServerProcess(workspace(place.folder / "root"), home)
    try:
        server.start(wait=False)
        server.wait_until_ready(180)
        server.wait_for_locations(180)
        return asyncio.run(_load(server))
    finally:
        server.stop()


def _filled(place: Place) -> tuple[Path, int]:
    """The home of a server, and how many runs it has."""
    home, count = place.folder / "home", max(1000, place.stored(STORED_RUNS))
    if not home.exists():
        (home / "orch").mkdir(parents=True, mode=0o700)
        storage = SqlStorage(Database(f"sqlite:///{home}/orch/orch.db"))
        fill(storage, count)
        add_long_run(storage)
        storage.dispose()
    return home, count


def _fetched(home: Path, sql: str, turns: int) -> list[float]:
    with closing(sqlite3.connect(home / "orch" / "orch.db")) as database:
        return timed(turns, lambda: json.dumps(database.execute(sql).fetchall()))


def _asked(server: ServerProcess, body: dict[str, Any]) -> float:
    begun = time.perf_counter()
    status, answer = server.request("orch/graphql", body)
    taken = time.perf_counter() - begun
    assert status == 200 and b'"errors"' not in answer, answer[:500]
    return taken


async def _load(server: ServerProcess) -> list[Figure]:
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

    before = loop_lag.turns(server)
    begun, asking = time.perf_counter(), []
    for number in range(A_SECOND * SECONDS):
        asking.append(asyncio.ensure_future(ask(number)))
        if number % (A_SECOND * 2) == 0:
            asking.append(asyncio.ensure_future(asyncio.to_thread(server.launch, "one_solid")))
        await asyncio.sleep(max(0.0, begun + number / A_SECOND - time.perf_counter()))
    await asyncio.gather(*asking)
    after = loop_lag.turns(server)
    note = f"{len(failed)} of {len(asking)} failed{': ' + failed[0] if failed else ''}"
    return [
        ours("L", in_ms(taken), "request", note=note),
        ours("L", [loop_lag.quantile(loop_lag.between(before, after), 0.99) * 1000], "lag"),
    ]


async def _listen(server: ServerProcess) -> None:
    line = await connected(server)
    payload = {"query": "subscription { pipelineRunsChanged { runIds } }"}
    await line.write_message(json.dumps({"type": "subscribe", "id": "1", "payload": payload}))
