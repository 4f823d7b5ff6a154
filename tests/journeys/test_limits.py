"""Requests that are too large, too deep or half-finished, and what a socket does with them (V4; rows A1 to A19)."""

from __future__ import annotations

import asyncio
import gzip
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psutil
import pytest
from graphql import GraphQLInputObjectType, build_client_schema, get_introspection_query, get_named_type
from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClientConnection, WebSocketClosedError, websocket_connect

from tests.journeys.test_doors import connect
from tests.server_process import ServerProcess, wait_for

pytestmark = pytest.mark.journey

MIB = 1024 * 1024
SELECTOR = {"repositoryLocationName": "code.py", "repositoryName": "repo"}
WAITING = {"solids": {"wait": {"config": {"seconds": 60.0}}}}


@contextmanager
def flat_memory(server: ServerProcess, most: int = 64 * MIB) -> Iterator[None]:
    """What goes on inside leaves the server about as large as it was."""
    assert server.process is not None
    process = psutil.Process(server.process.pid)
    before = process.memory_info().rss
    yield
    assert process.memory_info().rss - before < most


def test_a1_what_is_no_document_is_refused_with_its_place(shared: ServerProcess) -> None:
    status, body = shared.request("orch/graphql", {"query": "{ version }\n{ runs( }"})
    (error,) = json.loads(body)["errors"]
    assert status == 400 and error["locations"] == [{"line": 2, "column": 9}]
    for wrong in (
        b"",
        b"null",
        b"[]",
        b'[{"query": "{version}"}, {"query": "{version}"}]',
        b'"{version}"',
        b"\xff\xfe",
        b"{",
    ):
        status, body = shared.request("orch/graphql", wrong)
        assert status == 400 and b"Traceback" not in body and json.loads(body), wrong


HEAVY = {
    "deep": "{" * 13 + "a" + "}" * 13,
    "deeper": "{" * 250 + "a" + "}" * 250,
    "deepest": "{" * 100_000,
    "one field": "{ " + "version " * 1000 + "}",
    "aliases": "{ " + " ".join(f"a{n}: version" for n in range(1000)) + " }",
    "doubling": "{ repositoriesOrError { ... on PythonError { ...f0 } } } "
    + " ".join(f"fragment f{n} on PythonError {{ a: cause {{ ...f{n + 1} }} b: cause {{ ...f{n + 1} }} }}" for n in range(30))
    + " fragment f30 on PythonError { message }",
    "circle": "{ ...f } fragment f on Query { ...f }",
    "directives": "{ version " + "@include(if: true) " * 900 + "}",
    "operations": " ".join(f"query q{n} {{ version }}" for n in range(1000)),
    "variable": 'query($v: String = "' + "x" * MIB + '") { version }',
}  # fmt: skip


def test_a2_a3_a4_heavy_documents_are_refused_by_both_doors(shared: ServerProcess) -> None:
    async def by_socket() -> list[str]:
        line = await connect(shared)
        kinds = []
        for number, query in enumerate(HEAVY.values()):
            if len(query) < 200_000:
                payload = {"query": query}
                await line.write_message(json.dumps({"type": "subscribe", "id": str(number), "payload": payload}))
                kinds.append(json.loads(await asyncio.wait_for(line.read_message(), 30) or "")["type"])
        line.close()
        return kinds

    with flat_memory(shared):
        for name, query in HEAVY.items():
            status, body = shared.request("orch/graphql", {"query": query})
            assert status in (400, 413) and b"Traceback" not in body and len(body) < 2000, name
        assert set(asyncio.run(by_socket())) == {"error"}
    assert shared.graphql("{ version }")["version"]


def raw(server: ServerProcess, headers: str, *pieces: bytes) -> bytes:
    """A request as it is; what comes back until the server hangs up, or nothing more comes."""
    head = f"POST {server.base_url}orch/graphql HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
    head += f"Authorization: token {server.token}\r\nContent-Type: application/json\r\n{headers}\r\n"
    answer = b""
    with socket.create_connection(("127.0.0.1", server.port), 30) as line:
        try:
            line.sendall(head.encode())
            for piece in pieces:
                line.sendall(piece)
            line.shutdown(socket.SHUT_WR)
            while piece := line.recv(65536):
                answer += piece
        except OSError:
            pass  # it has hung up, which is what it should
    return answer


def test_a7_bodies_that_are_too_long_never_get_into_memory(shared: ServerProcess) -> None:
    with flat_memory(shared):
        status = shared.request("orch/graphql", b" " * (MIB + 1))[0]
        assert status == 413
        chunk = b"10000\r\n" + b" " * 65536 + b"\r\n"
        assert b" 200 " not in raw(shared, "Transfer-Encoding: chunked\r\n", *[chunk] * 2000)[:20]
        bomb = gzip.compress(b" " * (200 * MIB), 9)
        answer = raw(shared, f"Content-Encoding: gzip\r\nContent-Length: {len(bomb)}\r\n", bomb)
        assert not answer or answer.startswith(b"HTTP/1.1 4"), "refused, or hung up before all of it was sent"
        assert b"Traceback" not in answer
    assert shared.graphql("{ version }")["version"]


def test_a7_a_length_that_is_a_lie_hurts_nobody(shared: ServerProcess) -> None:
    body = b'{"query": "{ version }"}'
    assert raw(shared, "Content-Length: 1000\r\n", body) == b"", "it never came: there is nothing to answer"
    more = raw(shared, f"Content-Length: {len(body)}\r\n", body, b"and more that is no request\r\n\r\n")
    assert more.startswith(b"HTTP/1.1 200") and more.count(b"HTTP/1.1 200") == 1
    for length in ("-1", "1e3", "99999999999999999999", "10, 20"):
        assert not raw(shared, f"Content-Length: {length}\r\n", body).startswith(b"HTTP/1.1 200"), length
    assert shared.graphql("{ version }")["version"]


INJECTIONS = (
    "' OR '1'='1",
    '" OR 1=1 --',
    "'; DROP TABLE runs; --",
    "%' --",
    "\\",
    "(a+)+$",
    "${7*7}",
    "\u202e\u0000"[:1],
)


def _made(kind: Any, text: str) -> Any:
    """A value of a type, made of the text wherever a text may stand."""
    name = str(kind)
    if name.endswith("!"):
        return _made(kind.of_type, text)
    if name.startswith("["):
        return [_made(kind.of_type, text)]
    if isinstance(kind, GraphQLInputObjectType):
        return {
            n: _made(f.type, text)
            for n, f in kind.fields.items()
            if str(f.type).endswith("!") or "String" in str(f.type)
        }
    return {"Int": 5, "Float": 1.0, "Boolean": True}.get(
        name, next(iter(kind.values)) if hasattr(kind, "values") else text
    )


def test_a8_a9_a19_no_text_of_a_client_becomes_part_of_a_query_or_a_pattern(shared: ServerProcess) -> None:
    schema = build_client_schema(shared.graphql(get_introspection_query()))
    assert schema.query_type is not None
    count = "{ pipelineRunsOrError { ... on PipelineRuns { count } } }"
    before = shared.graphql(count)
    asked = 0
    for name, field in schema.query_type.fields.items():
        if not field.args:
            continue
        declared = ", ".join(f"${n}: {a.type}" for n, a in field.args.items())
        given = ", ".join(f"{n}: ${n}" for n in field.args)
        inner = (
            " { __typename }"
            if hasattr(get_named_type(field.type), "fields") or hasattr(get_named_type(field.type), "types")
            else ""
        )
        for text in INJECTIONS:
            variables = {n: _made(a.type, text) for n, a in field.args.items()}
            query = {"query": f"query({declared}) {{ {name}({given}){inner} }}", "variables": variables}
            status, body = shared.request("orch/graphql", query)
            assert status in (200, 400), (name, text, body)
            for error in json.loads(body).get("errors", ()):
                assert "something went wrong inside" not in error["message"], (name, text, error)
            assert b"InternalError" not in body and b"sqlite" not in body.lower(), (name, text, body)
            asked += 1
    assert asked > 150
    assert shared.graphql(count) == before
    for text in INJECTIONS:  # nor by REST
        for parameter in ("pipeline", "location", "runId", "cursor", "tag"):
            value = f"k={text}" if parameter == "tag" else text
            status, body = shared.request(f"orch/api/v1/runs?{parameter}={_quoted(value)}")
            assert (status == 200 and json.loads(body)["runs"] == []) or (status == 400 and parameter == "cursor"), (
                parameter,
                text,
            )


def _quoted(text: str) -> str:
    return "".join(f"%{byte:02x}" for byte in text.encode())


@pytest.mark.parametrize("limit", [-1, 0, 10**9, 2**31, "ten", 1.5, None, True])
def test_a11_limits_are_capped_or_refused(shared: ServerProcess, limit: Any) -> None:
    query = "query($n: Int) { pipelineRunsOrError(limit: $n) { ... on PipelineRuns { results { runId } } } }"
    status, body = shared.request("orch/graphql", {"query": query, "variables": {"n": limit}})
    if (isinstance(limit, int) and not isinstance(limit, bool) and abs(limit) < 2**31) or limit is None:
        assert status == 200 and len(json.loads(body)["data"]["pipelineRunsOrError"]["results"]) <= 100
    else:
        assert b"Int cannot represent" in body and b"Traceback" not in body


def test_a12_wishes_that_do_not_fit_are_typed_errors(shared: ServerProcess) -> None:
    answer = shared.launch("configured", {"solids": {"wait": {"config": {"seconds": 1.0}}}})
    assert answer["__typename"] == "RunConfigValidationInvalid" and answer["errors"]
    first, again = (shared.launch("short", WAITING, idempotencyKey="a12") for _ in range(2))
    run_id = first["run"]["runId"]
    assert again["run"]["runId"] == run_id
    assert shared.launch("long", idempotencyKey="a12")["__typename"] == "PipelineRunConflict"
    again_query = """mutation($p: String!) { launchPipelineReexecution(reexecutionParams: {parentRunId: $p,
        strategy: FROM_FAILURE}) { __typename ... on Error { message } } }"""
    resumed = shared.graphql(again_query, p=run_id)["launchPipelineReexecution"]
    assert resumed["__typename"] != "LaunchPipelineRunSuccess" and run_id in resumed["message"], resumed
    stop = """mutation($id: String!) { terminatePipelineExecution(runId: $id, terminatePolicy: MARK_AS_CANCELED_IMMEDIATELY) {
        __typename ... on TerminatePipelineExecutionFailure { message } } }"""
    outcomes = [shared.graphql(stop, id=run_id)["terminatePipelineExecution"]["__typename"] for _ in range(2)]
    assert outcomes == ["TerminatePipelineExecutionSuccess", "TerminatePipelineExecutionFailure"]


def test_a18_a_field_that_fails_says_so_in_our_words(shared: ServerProcess) -> None:
    query = "{ version capturedLogs(logKey: []) { stdout } }"
    status, body = shared.request("orch/graphql", {"query": query})
    (error,) = json.loads(body)["errors"]
    assert status == 200 and error["path"] == ["capturedLogs"] and "two parts" in error["message"]
    assert error["extensions"]["code"] and "Traceback" not in body.decode()


async def opened(server: ServerProcess) -> WebSocketClientConnection:
    """A socket that has said nothing yet."""
    address = f"ws://127.0.0.1:{server.port}{server.base_url}orch/graphql/ws?token={server.token}"
    return await websocket_connect(HTTPRequest(address), subprotocols=["graphql-transport-ws"])


async def closed_with(line: WebSocketClientConnection) -> int | None:
    """The code with which the server ends it."""
    while await asyncio.wait_for(line.read_message(), 60) is not None:
        pass
    return line.close_code


LIVE = {"query": "subscription { pipelineRunsChanged { runIds } }"}


def subscribe(number: int, payload: Any = LIVE) -> str:
    return json.dumps({"type": "subscribe", "id": str(number), "payload": payload})


@pytest.mark.parametrize(
    ("begin", "sent", "code"),
    [
        (False, [subscribe(1)], 4401),
        (True, ['{"type": "start", "id": "1"}'], 4400),
        (True, ["no json"], 4400),
        (True, ['{"type": "connection_init"}'], 4429),
        (True, [subscribe(1), subscribe(1)], 4409),
        (True, [subscribe(n) for n in range(21)], 4429),
        (True, ['{"type": "ping", "payload": "' + "x" * 300_000 + '"}'], 4400),
        (True, ['{"type": "ping", "payload": "' + "x" * 11 * MIB + '"}'], None),
    ],
)  # fmt: skip
def test_a15_what_breaks_the_protocol_ends_the_socket(
    shared: ServerProcess, begin: bool, sent: list[str], code: int | None
) -> None:
    async def played() -> int | None:
        line = await (connect(shared) if begin else opened(shared))
        with suppress(WebSocketClosedError):
            for message in sent:
                await line.write_message(message)
        return await closed_with(line)

    with flat_memory(shared):
        found = asyncio.run(played())
    assert found == code or (code is None and found in (None, 1006, 1009)), found


def test_a15_a_flood_of_pings_keeps_nobody_else_waiting(shared: ServerProcess) -> None:
    async def flooded() -> tuple[str, int]:
        flood, other = await connect(shared), await connect(shared)
        sending = asyncio.gather(*(flood.write_message('{"type": "ping"}') for _ in range(10_000)))
        await other.write_message(subscribe(1, {"query": "{ version }"}))
        answer = json.loads(await asyncio.wait_for(other.read_message(), 30) or "")["type"]
        await sending
        pongs = 0
        while pongs < 10_000:
            pongs += json.loads(await asyncio.wait_for(flood.read_message(), 30) or "")["type"] == "pong"
        flood.close()
        other.close()
        return answer, pongs

    assert asyncio.run(flooded()) == ("next", 10_000)


def test_a15_half_open_sockets_are_ended_and_leave_nothing(shared: ServerProcess) -> None:
    """One says nothing after the handshake; others vanish with what they had subscribed."""
    assert shared.process is not None
    server = psutil.Process(shared.process.pid)

    async def vanished() -> int | None:
        silent = await opened(shared)
        for _ in range(20):
            line = await connect(shared)
            for number in range(5):
                await line.write_message(subscribe(number))
            line.stream.close()  # no farewell
        return await closed_with(silent)

    before = server.num_fds()
    assert asyncio.run(vanished()) == 4408
    wait_for(lambda: server.num_fds() <= before + 5, 60)
