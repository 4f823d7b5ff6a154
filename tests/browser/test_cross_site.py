"""A page of somebody else, open in the browser of somebody who is logged in (V3; rows T4, T5, T7).

The page comes from another port of the same host, which is the worst of cases: cookies know no ports, so the browser
sends the login along, and the page can even read the cookie that XSRF checks compare with.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.journeys.conftest import copy_of_workspace
from tests.server_process import ServerProcess, serving

pytestmark = pytest.mark.browser

ATTEMPTS = """async server => {
  const launch = JSON.stringify({query: `mutation { launchPipelineExecution(executionParams: {selector: {
    repositoryLocationName: "code.py", repositoryName: "repo", pipelineName: "short"}}) { __typename } }`});
  const rest = JSON.stringify({pipeline: "short"});
  const runs = server + "orch/api/v1/runs", graphql = server + "orch/graphql";
  const xsrf = (document.cookie.match(/_xsrf=([^;]*)/) ?? [, ""])[1];
  const read = async (address, options) => {
    try {
      const answer = await fetch(address, {credentials: "include", ...options});
      return answer.type === "opaque" ? "" : "read: " + await answer.text();
    } catch (error) { return ""; }
  };
  const inFrame = form => new Promise(resolve => {
    const frame = document.createElement("iframe");
    frame.name = "f" + Math.random();
    frame.onload = () => resolve("");
    document.body.append(frame);
    form.target = frame.name;
    document.body.append(form);
    form.submit();
  });
  const form = (address, kind, fields) => {
    const made = document.createElement("form");
    Object.assign(made, {action: address, method: "post", enctype: kind});
    for (const [name, value] of Object.entries(fields)) {
      made.append(Object.assign(document.createElement("input"), {name, value}));
    }
    return inFrame(made);
  };
  const loaded = element => new Promise(resolve => {
    element.onload = () => resolve("read: loaded");
    element.onerror = () => resolve("");
    document.body.append(element);
  });
  const json = {"Content-Type": "application/json"}, text = {"Content-Type": "text/plain"};
  const posts = {method: "POST", body: launch};
  return {
    "a cookie of another port": xsrf ? "has xsrf" : "",
    "fetch": await read(runs),
    "fetch without cors": await read(runs, {mode: "no-cors"}),
    "a launch as JSON": await read(graphql, {...posts, headers: json}),
    "a launch as text": await read(graphql, {...posts, headers: text}),
    "a launch as text without cors": await read(graphql, {...posts, headers: text, mode: "no-cors"}),
    "a launch with the cookie in the address": await read(graphql + "?_xsrf=" + xsrf, {...posts, mode: "no-cors"}),
    "a launch with the cookie as a header": await read(graphql, {...posts, headers: {...json, "X-XSRFToken": xsrf}}),
    "a launch by REST": await read(runs, {method: "POST", body: rest, headers: text, mode: "no-cors"}),
    "a DELETE": await read(runs + "/x", {method: "DELETE"}),
    "a beacon": navigator.sendBeacon(graphql + "?_xsrf=" + xsrf, launch) ? "" : "",
    "a form": await form(runs, "application/x-www-form-urlencoded", {pipeline: "short", _xsrf: xsrf}),
    "a form of parts": await form(graphql, "multipart/form-data", {query: launch, operations: launch, _xsrf: xsrf}),
    "a form of text": await form(graphql + "?_xsrf=" + xsrf, "text/plain", {[launch.slice(0, -1) + ', "x": "']: '"}'}),
    "an image": await loaded(Object.assign(new Image(), {src: runs + "?a=" + Math.random()})),
    "a script": await loaded(Object.assign(document.createElement("script"), {src: runs})),
    "a stream": await new Promise(resolve => {
      const stream = new EventSource(server + "orch/api/v1/runs/x/events", {withCredentials: true});
      stream.onopen = () => resolve("read: opened");
      stream.onerror = () => { stream.close(); resolve(""); };
    }),
    "a socket": await new Promise(resolve => {
      const socket = new WebSocket(server.replace("http", "ws") + "orch/graphql/ws", "graphql-transport-ws");
      socket.onopen = () => resolve("read: opened");
      socket.onclose = () => resolve("");
    }),
  };
}"""


class Evil(BaseHTTPRequestHandler):
    """Serves one empty page."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><body>Win a prize</body>")

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    with serving(copy_of_workspace(tmp_path), tmp_path / "server-home") as started:
        started.wait_for_locations()
        yield started


@pytest.fixture
def evil() -> Iterator[str]:
    site = ThreadingHTTPServer(("127.0.0.1", 0), Evil)
    thread = threading.Thread(target=site.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{site.server_port}/"
    site.shutdown()
    site.server_close()
    thread.join()


def test_v3_t4_t5_t7_a_page_of_another_origin_reads_and_starts_nothing(
    page: Page, server: ServerProcess, evil: str
) -> None:
    page.goto(f"{server.url}orch/graphiql?token={server.token}")
    mine = page.evaluate("async () => (await fetch('../orch/api/v1/runs')).status")
    assert mine == 200, "the browser is logged in"
    page.goto(evil)
    found: dict[str, str] = page.evaluate(ATTEMPTS, server.url)
    assert found.pop("a cookie of another port") == "has xsrf", "else this proves less than it says"
    assert len(found) >= 17 and {name: what for name, what in found.items() if what} == {}
    framing = """address => new Promise(resolve => { const frame = document.createElement('iframe');
        frame.onload = () => resolve(frame.id); frame.id = 'framed'; frame.src = address; document.body.append(frame) })"""
    page.evaluate(framing, f"{server.url}orch/graphiql")
    framed = page.locator("#framed").element_handle().content_frame()
    assert framed is not None and framed.url.startswith("chrome-error:"), "the browser was told not to show it"
    with page.expect_popup() as opened:
        page.evaluate("address => { window.other = window.open(address) }", f"{server.url}orch/graphiql")
    opened.value.wait_for_load_state()
    reading = "() => { try { return window.other.document.body.innerHTML } catch (error) { return '' } }"
    assert page.evaluate(reading) == ""
    answer = server.graphql("{ pipelineRunsOrError { ... on PipelineRuns { count } } auditLog { action } }")
    assert answer == {"pipelineRunsOrError": {"count": 0}, "auditLog": []}
