"""Who gets in: nobody without a token, everybody below the base URL, each mutation by its own right."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

from tests.journeys.conftest import copy_of_workspace
from tests.server_process import ServerProcess, serving, wait_for

pytestmark = pytest.mark.journey

ROUTES = (
    ("GET", "orch/api/v1/health"),
    ("POST", "orch/graphql"),
    ("GET", "orch/graphql/ws"),
    ("GET", "orch/api/v1/runs/x/events"),
    ("GET", "orch/api/v1/runs/x/logs/y/stdout"),
    ("GET", "orch/api/v1/runs/x/notebooks/y"),
    ("GET", "orch/anything/else"),
    ("POST", "orch/anything/else"),
)
READ_ONLY = """
from jupyter_server.auth import Authorizer
class ReadOnly(Authorizer):
    def is_authorized(self, handler, user, action, resource):
        return action == "read"
c.ServerApp.authorizer_class = ReadOnly
"""


async def connect(server: ServerProcess) -> WebSocketClientConnection:
    address = f"ws://127.0.0.1:{server.port}{server.base_url}orch/graphql/ws?token={server.token}"
    socket = await websocket_connect(HTTPRequest(address), subprotocols=["graphql-transport-ws"])
    await socket.write_message(json.dumps({"type": "connection_init"}))
    assert json.loads(await socket.read_message() or "")["type"] == "connection_ack"
    return socket


async def followed(server: ServerProcess, run_id: str, after: int = 0) -> list[dict[str, Any]]:
    """All events of a run as a subscriber sees them."""
    socket = await connect(server)
    query = """subscription($id: ID!, $after: String) { pipelineRunLogs(runId: $id, after: $after) {
        __typename ... on PipelineRunLogsSubscriptionSuccess { events run { status } } } }"""
    payload = {"query": query, "variables": {"id": run_id, "after": str(after)}}
    await socket.write_message(json.dumps({"type": "subscribe", "id": "1", "payload": payload}))
    events: list[dict[str, Any]] = []
    while True:
        message = json.loads(await asyncio.wait_for(socket.read_message(), 30) or "")
        if message["type"] == "complete":
            socket.close()
            return events
        assert message["type"] == "next", message
        events += message["payload"]["data"]["pipelineRunLogs"]["events"]


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_without_a_token_every_route_answers_403(shared: ServerProcess, method: str, path: str) -> None:
    body = {"query": "{ version }"} if method == "POST" else None
    for token in (None, "wrong"):
        status, answer = shared.request(path, body, token=token, method=method)
        assert status == 403, (status, answer)


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"])
def test_without_a_token_no_method_of_a_route_tells_more_than_403(shared: ServerProcess, method: str) -> None:
    answers = {path: shared.request(path, token=None, method=method)[0] for _, path in ROUTES}
    assert set(answers.values()) == {403}, answers


def test_wrong_requests_are_refused_in_words(shared: ServerProcess) -> None:
    for body, expected in ((b"{", 400), ([], 400), ({"query": "{" * 99}, 400), ({"query": "subscription { x }"}, 400)):
        status, answer = shared.request("orch/graphql", body)
        assert status == expected and "Traceback" not in answer.decode(), answer
    status, _ = shared.request("orch/graphql", {"query": "{ version }"}, headers={"Content-Type": "text/plain"})
    assert status == 415
    assert shared.request("orch/graphql", b" " * (1024 * 1024 + 1))[0] == 413
    assert shared.request("orch/api/v1/runs/none/events")[0] == 404
    assert shared.request("orch/api/v1/runs/none/events?after=x")[0] == 400
    for sneaky in ("..%2f..%2fdb", "%2e%2e", "a%00b"):
        assert shared.request(f"orch/api/v1/runs/{sneaky}/logs/{sneaky}/stdout")[0] in (400, 404)


def test_a_subscriber_sees_every_event_once_and_can_go_on_from_a_cursor(shared: ServerProcess) -> None:
    run_id = shared.launch("long", {"solids": {"wait": {"config": {"seconds": 0.5}}}})["run"]["runId"]
    seen = asyncio.run(followed(shared, run_id))
    assert seen == shared.events(run_id)
    assert asyncio.run(followed(shared, run_id, after=5)) == seen[5:]


@pytest.fixture(scope="module")
def nested(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    folder = tmp_path_factory.mktemp("nested")
    home = folder / "home"
    (home / "config").mkdir(parents=True)
    (home / "config" / "jupyter_server_config.py").write_text("")
    with serving(copy_of_workspace(folder), home, base_url="/user/a/proxy/x/") as server:
        server.wait_for_locations()
        yield server


def test_everything_works_under_a_nested_base_url(nested: ServerProcess) -> None:
    run_id = nested.launch("short")["run"]["runId"]
    assert asyncio.run(followed(nested, run_id))[-1]["type"] == "PIPELINE_SUCCESS"
    assert nested.run(run_id)["status"] == "SUCCESS"


def test_a_schedule_that_is_switched_on_starts_runs(nested: ServerProcess) -> None:
    selector = {"repositoryLocationName": "code.py", "repositoryName": "repo", "scheduleName": "every_minute"}
    fields = "name status sentence futureTicks(limit: 2) { results { timestamp } cursor } ticks { status runIds }"
    turn = f"""mutation($s: ScheduleSelector!) {{ startSchedule(scheduleSelector: $s) {{
        ... on ScheduleStateResult {{ schedule {{ {fields} }} }} }} }}"""
    schedule = nested.graphql(turn, s=selector)["startSchedule"]["schedule"]
    assert schedule["status"] == "RUNNING" and len(schedule["futureTicks"]["results"]) == 2

    def ticks() -> list[dict[str, Any]]:
        query = f"""query($s: ScheduleSelector!) {{ scheduleOrError(scheduleSelector: $s) {{
            ... on Schedule {{ {fields} }} }} }}"""
        found: list[dict[str, Any]] = nested.graphql(query, s=selector)["scheduleOrError"]["ticks"]
        return found

    wait_for(lambda: bool(ticks()) and ticks()[0]["status"] != "STARTED", 75)
    assert ticks()[0]["status"] == "SUCCESS"
    (run_id,) = ticks()[0]["runIds"]
    assert nested.wait_for_run(run_id)["createdBy"] == "schedule every_minute"


def test_a_reader_may_look_and_nothing_else(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("reader")
    home = folder / "home"
    (home / "config").mkdir(parents=True)
    (home / "config" / "jupyter_server_config.py").write_text(READ_ONLY)
    with serving(copy_of_workspace(folder), home) as server:
        server.wait_for_locations()
        answer = server.launch("short")
        assert answer["__typename"] == "UnauthorizedError" and "execute on jupyter_orch:runs" in answer["message"]
        permissions = server.graphql("{ permissions { permission value disabledReason } }")["permissions"]
        assert permissions and not any(p["value"] for p in permissions)
        assert all(p["disabledReason"] for p in permissions)
        assert server.graphql("{ pipelineRunsOrError { ... on PipelineRuns { count } } }") == {
            "pipelineRunsOrError": {"count": 0}
        }
