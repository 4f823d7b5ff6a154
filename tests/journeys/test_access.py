"""Who may do what, by every door (V1; rows A5, A6, A8, A13, A16, A17 and T1 to T12 that a server can answer for)."""

from __future__ import annotations

import asyncio
import http.client
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlencode

import pytest
from graphql import build_client_schema, get_introspection_query
from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

from jupyter_orch.server.handlers import routes
from tests.journeys.conftest import copy_of_workspace
from tests.journeys.test_rest import _readable
from tests.server_process import ServerProcess, serving

pytestmark = pytest.mark.journey

ROLES = ("reader", "writer", "executor")
CONFIG = """
import pathlib
from jupyter_server.auth import Authorizer, PasswordIdentityProvider, User
from jupyter_server.auth.security import passwd

class ByToken(PasswordIdentityProvider):
    # one identity a token, as JupyterHub's provider has one a Hub user; people may also log in with a password
    async def get_user_token(self, handler):
        token = self.get_token(handler)
        for role in ("reader", "writer", "executor"):
            if token == f"{role}-token":
                return User(username=role, name=role)
        return await super().get_user_token(handler)

class ByRole(Authorizer):
    RIGHTS = {"reader": {"read"}, "writer": {"read", "write"}, "executor": {"read", "write", "execute"}}

    async def is_authorized(self, handler, user, action, resource):
        if pathlib.Path(handler.serverapp.root_dir, "everybody_out").exists():
            return False
        return action in self.RIGHTS.get(user.username, {"read", "write", "execute"})

c.ServerApp.identity_provider_class = ByToken
c.ByToken.hashed_password = passwd("correct horse", "sha1")
c.ServerApp.authorizer_class = ByRole
c.ServerApp.allow_unauthenticated_access = True
"""
WRITE = {"deletePipelineRun", "deleteRun", "wipeAssets"}
"""The mutations that need only ``write``; all others need ``execute``."""
ENDS_KERNELS = {"reloadWorkspace"}
"""Not called where the other tests want their locations."""


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    folder = tmp_path_factory.mktemp("guarded")
    home = folder / "home"
    (home / "config").mkdir(parents=True)
    (home / "config" / "jupyter_server_config.py").write_text(CONFIG)
    with serving(copy_of_workspace(folder), home) as server:
        server.wait_for_locations()
        yield server


def ask(server: ServerProcess, query: str, role: str | None, **variables: Any) -> tuple[int, Any]:
    token = None if role is None else f"{role}-token"
    status, body = server.request("orch/graphql", {"query": query, "variables": variables}, token=token)
    return status, json.loads(body)


def mutations(server: ServerProcess) -> dict[str, str]:
    """Every mutation with made-up arguments that fit its types."""
    schema = build_client_schema(server.graphql(get_introspection_query()))
    assert schema.mutation_type is not None
    made: dict[str, str] = {}
    for name, field in schema.mutation_type.fields.items():
        if name != "_":
            arguments = ", ".join(f"{n}: {_made(a.type)}" for n, a in field.args.items() if _made(a.type) is not None)
            made[name] = (
                f"mutation {{ answer: {name}{f'({arguments})' if arguments else ''} {{ __typename ... on Error {{ message }} }} }}"
            )
    return made


def _made(kind: Any, depth: int = 0) -> str | None:
    text = str(kind)
    if not text.endswith("!"):
        return None
    inner = kind.of_type
    if str(inner).startswith("["):
        item = _made(inner.of_type, depth + 1)
        return f"[{item}]" if item else "[]"
    if hasattr(inner, "fields"):
        parts = [f"{n}: {_made(f.type, depth + 1)}" for n, f in inner.fields.items() if _made(f.type, depth + 1)]
        return "{" + ", ".join(parts) + "}"
    if hasattr(inner, "values"):
        return str(next(iter(inner.values)))
    return {"Int": "1", "Float": "1.0", "Boolean": "true", "JSON": "{}"}.get(str(inner), '"none"')


def test_t8_a_reader_may_call_no_mutation_and_is_told_what_is_missing(guarded: ServerProcess) -> None:
    found = mutations(guarded)
    assert len(found) > 20
    for name, query in found.items():
        status, answer = ask(guarded, query, "reader")
        assert status == 200 and "data" in answer and answer["data"], (name, answer)
        told = answer["data"]["answer"]
        assert told["__typename"] == "UnauthorizedError", (name, told)
        assert "needs write on jupyter_orch:" in told["message"] or "needs execute on jupyter_orch:" in told["message"]


def test_t8_a_writer_may_write_but_start_nothing(guarded: ServerProcess) -> None:
    """Every mutation of the schema: a new one that a writer may call has to be named above."""
    refused = {
        name
        for name, query in mutations(guarded).items()
        if ask(guarded, query, "writer")[1]["data"]["answer"]["__typename"] == "UnauthorizedError"
    }
    assert set(mutations(guarded)) - refused == WRITE


def test_t8_an_executor_is_refused_nothing(guarded: ServerProcess) -> None:
    for name, query in mutations(guarded).items():
        if name not in ENDS_KERNELS:
            assert ask(guarded, query, "executor")[1]["data"]["answer"]["__typename"] != "UnauthorizedError", name


def test_t8_the_same_by_rest(guarded: ServerProcess) -> None:
    for method, path, body in (
        ("POST", "runs", {"pipeline": "short"}),
        ("POST", "runs/none/cancel", {}),
        ("DELETE", "runs/none", None),
        ("POST", "locations/code.py/reload", {}),
        ("POST", "schedules/every_minute/start", {}),
    ):
        status, answer = guarded.request(f"orch/api/v1/{path}", body, method=method, token="reader-token")
        assert status == 403 and b"needs " in answer, (path, answer)
    assert guarded.request("orch/api/v1/runs", token="reader-token")[0] == 200


async def socket_of(server: ServerProcess, token: str, **headers: str) -> WebSocketClientConnection:
    address = f"ws://127.0.0.1:{server.port}{server.base_url}orch/graphql/ws?token={token}"
    socket = await websocket_connect(HTTPRequest(address, headers=headers), subprotocols=["graphql-transport-ws"])
    await socket.write_message(json.dumps({"type": "connection_init"}))
    assert json.loads(await socket.read_message() or "")["type"] == "connection_ack"
    return socket


def test_t8_the_same_by_the_socket(guarded: ServerProcess) -> None:
    async def launched() -> Any:
        socket = await socket_of(guarded, "reader-token")
        payload = {"query": mutations(guarded)["launchRun"]}
        await socket.write_message(json.dumps({"type": "subscribe", "id": "1", "payload": payload}))
        return json.loads(await asyncio.wait_for(socket.read_message(), 30) or "")

    answer = asyncio.run(launched())
    assert answer["payload"]["data"]["answer"]["__typename"] == "UnauthorizedError"


def test_everybodys_name_stands_with_what_they_did(guarded: ServerProcess) -> None:
    launch = """mutation($s: PipelineSelector!) { answer: launchRun(executionParams: {selector: $s}) { __typename
        ... on LaunchRunSuccess { run { runId createdBy } } } }"""
    selector = {"repositoryLocationName": "code.py", "repositoryName": "repo", "pipelineName": "short"}
    run = ask(guarded, launch, "executor", s=selector)[1]["data"]["answer"]["run"]
    assert run["createdBy"] == "executor"
    ask(guarded, launch, "reader", s=selector)
    entries = guarded.graphql("{ auditLog(limit: 2) { user action outcome } }")["auditLog"]
    assert [(e["user"], e["outcome"]) for e in entries] == [
        ("reader", "UnauthorizedError"), ("executor", "LaunchPipelineRunSuccess"),
    ]  # fmt: skip
    guarded.wait_for_run(run["runId"])


def test_permissions_tell_each_role_what_it_may(guarded: ServerProcess) -> None:
    query = "{ permissions { permission value disabledReason } }"
    for role in ROLES:
        found = ask(guarded, query, role)[1]["data"]["permissions"]
        allowed = {p["permission"] for p in found if p["value"]}
        assert ("launch_pipeline_execution" in allowed) == (role == "executor")
        assert ("delete_pipeline_run" in allowed) == (role != "reader")
        assert all(p["disabledReason"] for p in found if not p["value"])


def test_a16_a_right_that_is_taken_away_ends_the_subscription(guarded: ServerProcess) -> None:
    sign = guarded.root / "everybody_out"

    async def closed() -> int | None:
        socket = await socket_of(guarded, "executor-token")
        payload = {"query": "subscription { pipelineRunsChanged { runIds } }"}
        await socket.write_message(json.dumps({"type": "subscribe", "id": "1", "payload": payload}))
        await asyncio.to_thread(guarded.launch, "short")
        assert json.loads(await asyncio.wait_for(socket.read_message(), 30) or "")["type"] == "next"
        run_id = (await asyncio.to_thread(guarded.launch, "long"))["run"]["runId"]
        sign.touch()
        while await asyncio.wait_for(socket.read_message(), 30) is not None:
            pass
        sign.unlink()
        await asyncio.to_thread(guarded.wait_for_run, run_id)
        return socket.close_code

    try:
        assert asyncio.run(closed()) == 4403
    finally:
        sign.unlink(missing_ok=True)


def test_t1_t11_no_token_or_a_wrong_one_opens_no_route(guarded: ServerProcess) -> None:
    """Also where Jupyter would let strangers in (``allow_unauthenticated_access``)."""
    paths = {
        "orch/" + _readable(r[0].removeprefix("orch")).lstrip("/").replace("stream", "stdout") for r in routes()[:-1]
    }
    pages = {p for p in paths if p.startswith("orch/graphiql")}
    for path in sorted(paths - pages):
        for token in (None, "wrong"):
            for method in ("GET", "POST", "DELETE"):
                status, body = guarded.request(path, {} if method == "POST" else None, token=token, method=method)
                assert status == 403, (path, method, token, status)
                told = json.loads(body)["title"] if body.startswith(b'{"status"') else ""
                if told and method != "GET":
                    assert ("wrong" in told) == (token == "wrong"), told


WAYS = ("nobody", "wrong token", "cookie without xsrf", "another origin", "reader", "executor")


def sent_as(server: ServerProcess, way: str, method: str, path: str) -> int:
    """The status that a request gets that is sent in one of the ways."""
    cookies = login(server) if way in ("cookie without xsrf", "another origin") else {}
    cookie = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
    headers: dict[str, str] = {
        "nobody": {},
        "wrong token": {"Authorization": "token wrong"},
        "cookie without xsrf": cookie,
        "another origin": {**cookie, "Origin": "http://evil.example"},
    }.get(way) or ({"Authorization": f"token {way}-token"} if way in ROLES else {})
    body = b'{"query": "{ version }"}' if method == "POST" else b""
    return raw(server, method, path, {**headers, "Content-Type": "application/json"}, body)[0]


@pytest.mark.parametrize("way", WAYS)
def test_v1_every_route_by_every_way(guarded: ServerProcess, way: str) -> None:
    """The routes are those that the server has: a new one is asked for too."""
    paths = {"orch/" + _readable(r[0].removeprefix("orch")).lstrip("/").replace("stream", "stdout") for r in routes()}
    paths = {
        path.replace("(?:/.*)?", "any").replace("/?", "").replace("([a-z-]+.(?:js|css))", "page.js") for path in paths
    }
    assert len(paths) > 30 and not any(sign in path for path in paths for sign in "()[]+*?"), paths
    for path in sorted(paths):
        for method in ("GET", "POST"):
            status = sent_as(guarded, way, method, path)
            is_page = path.startswith("orch/graphiql") and method == "GET"  # nothing but the program for the browser
            if way in ("nobody", "wrong token"):
                assert status == 403 or (status == 302 and path == "orch/graphiql"), (method, path, status)
            elif way == "another origin" or (way == "cookie without xsrf" and method == "POST"):
                assert status in (400, 403, 404, 405) or (is_page and status == 200), (method, path, status)
            else:
                assert status not in (401, 403, 500) or (way == "reader" and method == "POST" and status == 403), (
                    method,
                    path,
                    status,
                )


def test_t1_tokens_in_addresses_are_not_logged(guarded: ServerProcess) -> None:
    guarded.request(f"orch/api/v1/nothing?token={guarded.token}", token=None)
    guarded.request("orch/api/v1/runs?token=wrong-and-secret", token=None)
    assert guarded.token not in guarded.log and "wrong-and-secret" not in guarded.log


def raw(server: ServerProcess, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.putrequest(method, f"{server.base_url}{path}", skip_host="Host" in headers)
    for name, value in {"Content-Length": str(len(body)), **headers}.items():
        connection.putheader(name, value)
    connection.endheaders(body or None)
    answer = connection.getresponse()
    return answer.status, answer.read()


def login(server: ServerProcess) -> dict[str, str]:
    """A browser's cookies."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.request("GET", f"{server.base_url}orch/graphiql?token={server.token}")
    answer = connection.getresponse()
    return cookies_of(answer)


def cookies_of(answer: http.client.HTTPResponse) -> dict[str, str]:
    answer.read()
    pairs = [value.split(";")[0].split("=", 1) for name, value in answer.getheaders() if name.lower() == "set-cookie"]
    return {name: value for name, value in pairs}


def test_who_logs_in_with_a_password_may_launch(guarded: ServerProcess) -> None:
    page = http.client.HTTPConnection("127.0.0.1", guarded.port, timeout=30)
    page.request("GET", f"{guarded.base_url}login")
    xsrf = cookies_of(page.getresponse())["_xsrf"]

    def log_in(password: str) -> dict[str, str]:
        form = urlencode({"password": password, "_xsrf": xsrf})
        headers = {"Cookie": f"_xsrf={xsrf}", "Content-Type": "application/x-www-form-urlencoded"}
        connection = http.client.HTTPConnection("127.0.0.1", guarded.port, timeout=30)
        connection.request("POST", f"{guarded.base_url}login", form, headers)
        return cookies_of(connection.getresponse())

    assert not [name for name in log_in("wrong") if name.startswith("username-")]
    cookies = {"_xsrf": xsrf, **log_in("correct horse")}
    assert [name for name in cookies if name.startswith("username-")]
    headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in cookies.items()), "X-XSRFToken": cookies["_xsrf"]}
    body = json.dumps({"pipeline": "short"}).encode()
    status, answer = raw(guarded, "POST", "orch/api/v1/runs", {**headers, "Content-Type": "application/json"}, body)
    assert status == 201, answer
    run_id = json.loads(answer)["runId"]
    guarded.wait_for_run(run_id)
    assert json.loads(raw(guarded, "GET", f"orch/api/v1/runs/{run_id}", headers)[1])["createdBy"]


def test_t2_t3_a_cookie_needs_the_xsrf_header(guarded: ServerProcess) -> None:
    cookies = login(guarded)
    xsrf = cookies["_xsrf"]
    headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in cookies.items()), "Content-Type": "application/json"}
    body = json.dumps({"query": "{ version }", "_xsrf": xsrf}).encode()
    status, told = raw(guarded, "POST", "orch/graphql", headers, body)
    assert status == 403 and "X-XSRFToken" in json.loads(told)["title"]
    assert raw(guarded, "POST", f"orch/graphql?_xsrf={xsrf}", headers, body)[0] == 403
    assert raw(guarded, "POST", "orch/graphql", {**headers, "X-XSRFToken": xsrf}, body)[0] == 200
    form = {**headers, "Content-Type": "application/x-www-form-urlencoded"}
    assert raw(guarded, "POST", "orch/graphql", form, f"_xsrf={xsrf}&query={{version}}".encode())[0] == 403


def test_t4_t6_other_origins_and_hosts_are_refused(guarded: ServerProcess) -> None:
    cookies = login(guarded)
    cookie = {"Cookie": "; ".join(f"{k}={v}" for k, v in cookies.items())}
    for origin in ("http://evil.example", f"http://127.0.0.1.evil.example:{guarded.port}", "null"):
        assert raw(guarded, "GET", "orch/api/v1/runs", {**cookie, "Origin": origin})[0] in (403, 404), origin
    token = {"Authorization": f"token {guarded.token}"}
    assert raw(guarded, "GET", "orch/api/v1/runs", {**token, "Host": "evil.example"})[0] == 403


def test_a_handshake_that_is_refused_is_told_as_json(guarded: ServerProcess) -> None:
    for token, status, words in (
        (None, 403, "log in"),
        ("wrong", 403, "wrong"),
        ("reader-token", 400, "graphql-transport-ws"),
    ):
        found, body = guarded.request("orch/graphql/ws", token=token)
        assert found == status and words in json.loads(body)["title"]


@pytest.mark.parametrize("origin", ["http://evil.example", "null"])
def test_t5_the_socket_refuses_other_origins(guarded: ServerProcess, origin: str) -> None:
    cookies = login(guarded)

    async def connect() -> None:
        address = f"ws://127.0.0.1:{guarded.port}{guarded.base_url}orch/graphql/ws"
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in cookies.items()), "Origin": origin}
        await websocket_connect(HTTPRequest(address, headers=headers), subprotocols=["graphql-transport-ws"])

    with pytest.raises(HTTPClientError) as caught:
        asyncio.run(connect())
    assert caught.value.code in (403, 404)


@pytest.mark.parametrize(
    "value", ["token " + "x" * 60_000, "token \u00fc\u2603".encode().decode("latin-1"), "Bearer", ""]
)
def test_t12_strange_authorization_headers(guarded: ServerProcess, value: str) -> None:
    status, body = raw(guarded, "GET", "orch/api/v1/runs", {"Authorization": value})
    assert status in (400, 403, 431) and b"Traceback" not in body


def test_a5_a6_nothing_changes_by_get_and_only_json_is_read(guarded: ServerProcess) -> None:
    assert guarded.request("orch/graphql?query={version}")[0] == 405
    body = json.dumps({"query": "{ version }"}).encode()
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        assert guarded.request("orch/graphql", body, headers={"Content-Type": kind})[0] == 415
        assert guarded.request("orch/api/v1/runs", b'{"pipeline": "short"}', headers={"Content-Type": kind})[0] == 415


def test_a7_a_body_that_is_too_long_is_refused_before_it_has_come(guarded: ServerProcess) -> None:
    headers = {"Authorization": f"token {guarded.token}", "Content-Type": "application/json"}
    connection = http.client.HTTPConnection("127.0.0.1", guarded.port, timeout=30)
    connection.putrequest("POST", f"{guarded.base_url}orch/graphql")
    for name, value in {**headers, "Content-Length": str(10**10)}.items():
        connection.putheader(name, value)
    connection.endheaders()
    assert connection.getresponse().status == 413


@pytest.mark.parametrize("run_id", ["1", "a" * 10_000, "' OR 1=1 --", "../../etc", "%00", "{}", "\u202e"])
def test_a8_a9_ids_of_any_form_are_not_found(guarded: ServerProcess, run_id: str) -> None:
    query = "query($id: ID!) { runOrError(runId: $id) { __typename } }"
    status, answer = ask(guarded, query, "reader", id=run_id)
    assert status == 200 and answer["data"]["runOrError"] == {"__typename": "RunNotFoundError"}


def test_a13_the_same_wish_many_times_at_once_is_one_run(guarded: ServerProcess) -> None:
    def launch(_: int) -> str:
        status, body = guarded.request("orch/api/v1/runs", {"pipeline": "short"}, headers={"Idempotency-Key": "a13"})
        assert status == 201, body
        return str(json.loads(body)["runId"])

    with ThreadPoolExecutor(16) as pool:
        ids = set(pool.map(launch, range(100)))
    assert len(ids) == 1
    guarded.wait_for_run(ids.pop())


def test_a17_the_schema_is_for_those_who_may_read(guarded: ServerProcess) -> None:
    assert ask(guarded, get_introspection_query(), None)[0] == 403
    assert ask(guarded, get_introspection_query(), "reader")[0] == 200
