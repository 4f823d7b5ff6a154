"""Strange requests in CI size: REST and GraphQL from their descriptions (Z3), the socket from a grammar (Z5).

``ORCH_FUZZ`` is how many times as many are tried. What is tried is the same each time, so that a failure can be had again.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import re
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
import yaml
from graphql import GraphQLSchema, build_schema
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis_graphql import mutations, nodes, queries
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

from tests.journeys.conftest import copy_of_workspace
from tests.journeys.test_access import CONFIG
from tests.journeys.test_doors import connect
from tests.journeys.test_limits import MIB, flat_memory
from tests.server_process import ServerProcess, serving

pytestmark = pytest.mark.journey

TIMES = int(os.environ.get("ORCH_FUZZ", "1"))
TOKENS = ("reader-token", "writer-token", "executor-token")
INTERNAL = ("Traceback", "something went wrong inside", "InternalError", '"INTERNAL"')


def few(count: int) -> settings:
    """So many examples of each operation, the same each time."""
    return settings(
        max_examples=count * TIMES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server that is told all kinds of things, by people with all kinds of rights."""
    folder = tmp_path_factory.mktemp("fuzzed")
    (folder / "home" / "config").mkdir(parents=True)
    (folder / "home" / "config" / "jupyter_server_config.py").write_text(CONFIG)
    with serving(copy_of_workspace(folder), folder / "home") as server:
        server.wait_for_locations()
        run_id = server.launch("short")["run"]["runId"]
        server.wait_for_run(run_id)
        yield server
        assert server.launch("short")["__typename"] == "LaunchPipelineRunSuccess", "it serves as ever"
        assert "Traceback" not in (server.home / "server.log").read_text()


def newest_run(server: ServerProcess) -> str:
    found = server.get("orch/api/v1/runs?limit=1")["runs"]
    return str(found[0]["runId"]) if found else "none"


def test_z3_rest_never_fails_inside_and_answers_as_described(fuzzed: ServerProcess) -> None:
    document = yaml.safe_load(fuzzed.request("orch/api/v1/openapi.yaml")[1])
    schema = schemathesis.openapi.from_dict(document)
    tried = 0
    with flat_memory(fuzzed, 100 * MIB):
        for result in schema.get_all_operations():
            operation = result.ok()
            run_id = newest_run(fuzzed)

            @given(case=operation.as_strategy(), token=st.sampled_from(TOKENS), known=st.booleans())
            @few(12)
            def answered(case: Any, token: str, known: bool) -> None:
                if known and "runId" in (case.path_parameters or {}):
                    case.path_parameters["runId"] = run_id  # noqa: B023  (called in this turn)
                answer = case.call(
                    base_url=f"{fuzzed.url}orch/api/v1", headers={"Authorization": f"token {token}"}, timeout=60
                )
                assert answer.status_code < 500, (case.method, case.formatted_path, answer.text)
                assert not any(sign in answer.text for sign in INTERNAL), (case.formatted_path, answer.text)

            answered()
            tried += 1
    assert tried > 30


KNOWN = (
    ("repositoryLocationName", "code.py"), ("repositoryName", "repo"), ("pipelineName", "short"), ("graphName", "long"),
    ("scheduleName", "every_minute"), ("mode", "default"), ("name", "every_minute"), ("stepKey", "wait"),
)  # fmt: skip


def with_known_names(text: str, chance: random.Random, run_id: str) -> str:
    """Some of the made-up names replaced by those that there are, so that the requests get somewhere."""
    for key, name in (*KNOWN, ("runId", run_id), ("parentRunId", run_id)):
        if chance.random() < 0.7:
            text = re.sub(rf'\b{key}: "(?:[^"\\]|\\.)*"', f'{key}: "{name}"', text)
    return text


def operations(schema: GraphQLSchema) -> Iterator[tuple[Any, str]]:
    """Every query and mutation, with what makes documents of it."""
    assert schema.query_type is not None and schema.mutation_type is not None
    yield from ((queries, name) for name in schema.query_type.fields)
    yield from ((mutations, name) for name in schema.mutation_type.fields if name != "_")


def test_z3_graphql_never_fails_inside(fuzzed: ServerProcess) -> None:
    text = fuzzed.request("orch/api/v1/schema.graphql")[1].decode()
    configs = st.sampled_from([nodes.Null, nodes.String("a: 1"), nodes.String("{"), nodes.String("solids: {wait: {}}")])
    scalars = {"JSON": st.just(nodes.Null), "RunConfigData": configs}
    run_id, chance = newest_run(fuzzed), random.Random(7)
    answers = {"data": 0, "refused": 0}
    with flat_memory(fuzzed, 100 * MIB):
        for made_by, name in operations(build_schema(text)):

            @given(query=made_by(text, fields=[name], custom_scalars=scalars), token=st.sampled_from(TOKENS))
            @few(6)
            def answered(query: str, token: str) -> None:
                payload = {"query": with_known_names(query, chance, run_id)}
                status, body = fuzzed.request("orch/graphql", payload, token=token)
                answer = body.decode()
                assert status in (200, 400, 413), (status, payload)
                assert not any(sign in answer for sign in INTERNAL), (payload, answer)
                answers["data" if json.loads(answer).get("data") else "refused"] += 1

            answered()
    assert answers["data"] > 200 * TIMES, answers


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
        for first in range(0, 500 * TIMES, 25):
            await asyncio.gather(*(one(seed) for seed in range(first, first + 25)))
        socket = await connect(shared)  # a client that keeps to the protocol is served as ever
        payload = {"query": "{ version }"}
        await socket.write_message(json.dumps({"type": "subscribe", "id": "1", "payload": payload}))
        assert json.loads(await asyncio.wait_for(socket.read_message(), 30) or "")["type"] == "next"
        socket.close()

    with flat_memory(shared, 100 * MIB):
        asyncio.run(all_of_them())
    assert "Traceback" not in shared.log
