"""Strange requests in CI size: REST from its description (Z3), the socket from a grammar (Z5), and many at once."""

from __future__ import annotations

import asyncio
import json
import random
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import schemathesis
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

from tests.journeys.test_doors import connect
from tests.server_process import ServerProcess

pytestmark = pytest.mark.journey

SAFE = ("GET",)


def test_z3_rest_never_fails_inside_and_answers_as_described(shared: ServerProcess) -> None:
    document = yaml.safe_load(shared.request("orch/api/v1/openapi.yaml")[1])
    schema = schemathesis.openapi.from_dict(document)
    tried = 0
    for result in schema.get_all_operations():
        operation = result.ok()
        if operation.method.upper() not in SAFE:
            continue

        @given(case=operation.as_strategy())
        @settings(
            max_examples=15,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        def answered(case: Any) -> None:
            answer = case.call(
                base_url=f"{shared.url}orch/api/v1", headers={"Authorization": f"token {shared.token}"}, timeout=30
            )
            assert answer.status_code < 500, (case.formatted_path, answer.text)
            assert "Traceback" not in answer.text

        answered()
        tried += 1
    assert tried > 12


PIECES: tuple[Any, ...] = (
    None, True, 0, -1, 1e308, "", "1", "a" * 5000, "\u0000", [], {}, [[]], {"query": "{ version }"},
    {"query": "subscription { pipelineRunsChanged { runIds } }"}, {"query": "{" * 50}, {"query": 5}, {"variables": []},
)  # fmt: skip
KINDS: tuple[Any, ...] = (
    "connection_init", "subscribe", "complete", "ping", "pong", "next", "start", "connection_terminate", None, 7, {},
)  # fmt: skip


def message(chance: random.Random) -> str | bytes:
    shape = chance.random()
    if shape < 0.1:
        return bytes(chance.randrange(256) for _ in range(chance.randrange(64)))
    if shape < 0.2:
        return chance.choice(["", "{", "[]", "null", "[" * 5000, '{"type":', "\ud7ff", "0"])
    found = {"type": chance.choice(KINDS), "id": chance.choice(PIECES), "payload": chance.choice(PIECES)}
    for key in list(found):
        if chance.random() < 0.2:
            del found[key]
    return json.dumps(found)


def test_z5_a15_the_socket_survives_what_is_no_protocol(shared: ServerProcess) -> None:
    async def one(seed: int) -> None:
        chance = random.Random(seed)
        address = f"ws://127.0.0.1:{shared.port}{shared.base_url}orch/graphql/ws?token={shared.token}"
        socket = await websocket_connect(HTTPRequest(address), subprotocols=["graphql-transport-ws"])
        if chance.random() < 0.7:
            await socket.write_message(json.dumps({"type": "connection_init"}))
        for _ in range(chance.randrange(1, 12)):
            try:
                sent = message(chance)
                await socket.write_message(sent, binary=isinstance(sent, bytes))
            except Exception:
                break  # the server has closed it
        socket.close()

    async def all_of_them() -> None:
        for first in range(0, 200, 20):
            await asyncio.gather(*(one(seed) for seed in range(first, first + 20)))
        socket = await connect(shared)  # a client that keeps to the protocol is served as ever
        payload = {"query": "{ version }"}
        await socket.write_message(json.dumps({"type": "subscribe", "id": "1", "payload": payload}))
        assert json.loads(await asyncio.wait_for(socket.read_message(), 30) or "")["type"] == "next"
        socket.close()

    asyncio.run(all_of_them())
    assert "Traceback" not in shared.log


def test_many_requests_and_sockets_at_once(shared: ServerProcess) -> None:
    """20 requests a second and 20 live sockets for 10 s; none fails."""
    run_id = shared.launch("short")["run"]["runId"]
    shared.wait_for_run(run_id)
    paths = ("runs?limit=25", f"runs/{run_id}", f"runs/{run_id}/events", "locations", "health", "schedules")

    def ask(number: int) -> int:
        return shared.request(f"orch/api/v1/{paths[number % len(paths)]}")[0]

    async def live() -> int:
        sockets = [await connect(shared) for _ in range(20)]
        payload = {"query": "subscription { pipelineRunsChanged { runIds } }"}
        for socket in sockets:
            await socket.write_message(json.dumps({"type": "subscribe", "id": "1", "payload": payload}))
        loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(8) as pool:
            asked = []
            for second in range(10):
                due = time.monotonic() + 1
                asked += [loop.run_in_executor(pool, ask, second * 20 + n) for n in range(20)]
                if second == 5:
                    asked.append(loop.run_in_executor(pool, lambda: 200 if shared.launch("short")["run"] else 500))
                await asyncio.sleep(max(0.0, due - time.monotonic()))
            statuses = await asyncio.gather(*asked)
        assert set(statuses) == {200}
        heard = [json.loads(await asyncio.wait_for(s.read_message(), 30) or "")["type"] for s in sockets]
        for socket in sockets:
            socket.close()
        return heard.count("next")

    assert asyncio.run(live()) == 20
