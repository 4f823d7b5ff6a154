"""P16: events stored in a second, and from an event's storing to its arrival at a subscriber."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from statistics import median
from typing import Any

import psycopg
from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

from jupyter_orch.instance import Instance, open_instance
from jupyter_orch.settings import read_settings
from jupyter_orch.storage.database import Database
from jupyter_orch.storage.sql import SqlStorage
from jupyter_orch.testing.samples import event, start
from tests.bench import limits
from tests.bench.figures import Figure, in_ms
from tests.bench.place import Place
from tests.bench.rows import limit, ours
from tests.bench.storage import databases
from tests.server_process import ServerProcess

EVENTS = 20_000
BATCH = 1000
"""A worker stores what its run has said since the last commit: so many in the 50 ms that a commit may take at 20,000 a second."""

SHOWN = 40
MESSAGE = "a message of usual length, more or less"
TABLE = "create table floor(run text, at double precision, kind text, body text)"
EVENT = ("a run's identifier, 36 characters", 1.0, "LOG", "x" * 200)
CODE = """\
import time
from jupyter_orch import pipeline, repository, solid

@solid(config_schema={"lines": int})
def talk(context):
    for number in range(context.solid_config["lines"]):
        context.log.info(repr(time.time()))
        time.sleep(0.1)

@pipeline
def talking():
    talk()

@repository
def repo():
    return [talking]
"""
FOLLOWED = """subscription($id: ID!, $after: String) { pipelineRunLogs(runId: $id, after: $after) {
    ... on PipelineRunLogsSubscriptionSuccess { events } } }"""


def measure(place: Place) -> list[Figure]:
    """A folder of this visit for SQLite, a cluster of our own that syncs for Postgres, a server for what is shown."""
    figures = []
    with databases(place.fresh("events"), durable=True) as urls:
        for kind, url in urls.items():
            storage = SqlStorage(Database(url))
            rates = [stored_per_second(storage, BATCH, EVENTS // BATCH) for _ in range(place.turns(6))]
            storage.dispose()
            figures.append(ours("P16", rates, kind.lower()))
            figures.append(limit("P16", [_bare_rate(url) for _ in range(place.turns(6))], kind.lower()))
    with place.serving("shown", code=CODE) as server:
        shown = asyncio.run(_shown(server, place.turns(SHOWN)))
        told = asyncio.run(_told(server, place.turns(SHOWN, least=4)))
    note = f"the commit is in it; from the user's call of the logger, through runner and worker, {median(in_ms(told)):.1f} ms"
    figures.append(ours("P16", in_ms(shown), "shown", note=note))
    figures.append(limit("P16", in_ms(limits.asked("datagrams", place.turns(40))), "shown"))
    return figures


def stored_per_second(storage: SqlStorage, batch: int, batches: int) -> float:
    """How many events one worker stores in a second, in batches."""
    run_id = start(storage, f"writer {time.time()}")
    some = [event(message=MESSAGE, step_key="a step", data={"n": 1})] * batch
    begun = time.perf_counter()
    for _ in range(batches):
        storage.append_events(run_id, 1, some)
    return batch * batches / (time.perf_counter() - begun)


def _bare_rate(url: str) -> float:
    """Rows that the driver alone stores in a second."""
    rows = [EVENT] * BATCH
    if url.startswith("sqlite"):
        path = Path(url.removeprefix("sqlite:///")).with_name("floor.db")
        with closing(sqlite3.connect(path, isolation_level=None)) as database:
            database.executescript(f"pragma journal_mode=wal; drop table if exists floor; {TABLE}")
            database.execute("pragma synchronous=NORMAL")
            begun = time.perf_counter()
            for _ in range(EVENTS // BATCH):
                database.execute("begin immediate")
                database.executemany("insert into floor values(?, ?, ?, ?)", rows)
                database.execute("commit")
            return EVENTS / (time.perf_counter() - begun)
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as line, line.cursor() as cursor:
        cursor.execute("drop table if exists floor")
        cursor.execute(TABLE)  # type: ignore[arg-type]
        begun = time.perf_counter()
        for _ in range(EVENTS // BATCH):
            with line.transaction():
                cursor.executemany("insert into floor values(%s, %s, %s, %s)", rows)
        return EVENTS / (time.perf_counter() - begun)


async def connected(server: ServerProcess) -> WebSocketClientConnection:
    """A websocket that the server has greeted."""
    address = f"ws://127.0.0.1:{server.port}{server.base_url}orch/graphql/ws?token={server.token}"
    line = await websocket_connect(HTTPRequest(address), subprotocols=["graphql-transport-ws"])
    await line.write_message(json.dumps({"type": "connection_init"}))
    assert json.loads(await line.read_message() or "")["type"] == "connection_ack"
    return line


async def _followed(server: ServerProcess, run_id: str) -> WebSocketClientConnection:
    line = await connected(server)
    asked = {"query": FOLLOWED, "variables": {"id": run_id, "after": "0"}}
    await line.write_message(json.dumps({"type": "subscribe", "id": "1", "payload": asked}))
    return line


async def _logged(line: WebSocketClientConnection) -> list[str]:
    """The messages of the log lines that come next."""
    message = json.loads(await asyncio.wait_for(line.read_message(), 60) or "")
    found = message["payload"]["data"]["pipelineRunLogs"]["events"]
    return [one["message"] for one in found if one["type"] == "LOG"]


async def _shown(server: ServerProcess, turns: int) -> list[float]:
    """Seconds from storing an event, as a worker does it, to its arrival at a subscriber."""
    instance = await asyncio.to_thread(lambda: open_instance(read_settings(server.orch_home)))
    try:
        run_id = start(instance.storage, "followed")
        line = await _followed(server, run_id)
        found = []
        for number in range(turns + 1):
            await asyncio.sleep(0.05)
            text = f"line {number}"
            stored = await asyncio.to_thread(_store, instance, run_id, text)
            while text not in await _logged(line):
                pass
            found.append(time.time() - stored)
        line.close()
        return found[1:]
    finally:
        instance.close()


def _store(instance: Instance, run_id: str, text: str) -> float:
    """Store an event and ring; the instant just before the commit began."""
    begun = time.time()
    instance.journal.append(run_id, 1, [event(message=text)])
    return begun


async def _told(server: ServerProcess, lines: int) -> list[float]:
    """Seconds from the user's call of the logger in a run to the line's arrival at a subscriber."""
    config = {"solids": {"talk": {"config": {"lines": lines}}}, "execution": {"in_process": {}}}
    answer: dict[str, Any] = await asyncio.to_thread(server.launch, "talking", config)
    line = await _followed(server, answer["run"]["runId"])
    found: list[float] = []
    while len(found) < lines:
        messages = await _logged(line)
        now = time.time()
        found += [now - float(text) for text in messages]
    line.close()
    return found[2:]
