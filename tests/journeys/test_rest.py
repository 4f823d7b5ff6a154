"""REST for scripts, against a real server: what it does, what it refuses, and that its description is true."""

from __future__ import annotations

import contextlib
import http.client
import json
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from jupyter_orch.runs.tracing_switch import TRACEPARENT_TAG
from jupyter_orch.server.handlers import routes
from jupyter_orch.storage.database import Database
from jupyter_orch.storage.sql import SqlStorage
from tests.server_process import ServerProcess, wait_for

pytestmark = pytest.mark.journey

V1 = "orch/api/v1/"
WAITING = {"solids": {"wait": {"config": {"seconds": 60.0}}}}


def call(
    server: ServerProcess, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
) -> tuple[int, Any]:
    """One request; the answer as JSON."""
    status, answer = server.request(V1 + path, body, method=method, headers=headers)
    return status, json.loads(answer)


def launched(server: ServerProcess, **body: Any) -> str:
    status, run = call(server, "POST", "runs", {"pipeline": "short", **body})
    assert status == 201, run
    return str(run["runId"])


def ended(server: ServerProcess, **body: Any) -> str:
    run_id = launched(server, **body)
    server.wait_for_run(run_id)
    return run_id


def test_a_run_is_launched_watched_and_removed(shared: ServerProcess) -> None:
    run_id = launched(shared, tags={"team": "ice"}, runConfig="solids: {wait: {config: {seconds: 0.1}}}")
    shared.wait_for_run(run_id)
    status, run = call(shared, "GET", f"runs/{run_id}")
    assert status == 200 and run["status"] == "SUCCESS" and {"key": "team", "value": "ice"} in run["tags"]
    assert [s["status"] for s in run["stepStats"]] == ["SUCCESS", "SUCCESS"] and "__typename" not in run
    status, found = call(shared, "GET", "runs?tag=team=ice&pipeline=short&status=SUCCESS&status=FAILURE")
    assert status == 200 and run_id in [r["runId"] for r in found["runs"]]
    assert call(shared, "DELETE", f"runs/{run_id}") == (200, {"runId": run_id})
    status, problem = call(shared, "GET", f"runs/{run_id}")
    assert status == 404 and run_id in problem["title"] and problem["code"] == "PipelineRunNotFoundError"


def test_the_trace_of_a_request_goes_with_its_run(shared: ServerProcess) -> None:
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    tags = {}
    for sent in (trace, "no trace"):
        status, run = call(shared, "POST", "runs", {"pipeline": "short"}, {"traceparent": sent})
        assert status == 201 and "traceparent" not in json.dumps(run)
        shared.wait_for_run(run["runId"])
        storage = SqlStorage(Database(f"sqlite:///{shared.orch_home}/orch.db"))
        try:
            found = storage.get_run(run["runId"])
        finally:
            storage.dispose()
        tags[sent] = found.submission.tags.get(TRACEPARENT_TAG) if found else ""
    assert tags == {trace: trace, "no trace": None}


def test_pages_follow_their_cursor_to_the_end(shared: ServerProcess) -> None:
    tag = f"page-{time.monotonic_ns()}"
    wanted = [ended(shared, tags={"batch": tag}) for _ in range(3)]
    seen: list[str] = []
    path = f"runs?tag=batch={tag}&limit=2"
    cursor = ""
    while True:
        status, page = call(shared, "GET", path + cursor)
        assert status == 200 and page["count"] == 3
        seen += [r["runId"] for r in page["runs"]]
        if page["nextCursor"] is None:
            break
        cursor = f"&cursor={page['nextCursor']}"
    assert seen == wanted[::-1]


def test_a_key_gives_the_first_run_again_and_refuses_another_wish(shared: ServerProcess) -> None:
    key = {"Idempotency-Key": f"k-{time.monotonic_ns()}"}
    answers = [call(shared, "POST", "runs", {"pipeline": "short"}, key) for _ in range(3)]
    assert {status for status, _ in answers} == {201} and len({run["runId"] for _, run in answers}) == 1
    status, problem = call(shared, "POST", "runs", {"pipeline": "long"}, key)
    assert status == 409 and "key" in problem["title"]
    assert call(shared, "POST", "runs", {"pipeline": "short"}, {"Idempotency-Key": "with space"})[0] == 400


def test_canceling_and_executing_again(shared: ServerProcess) -> None:
    run_id = launched(shared, runConfig=WAITING)
    status, run = call(shared, "POST", f"runs/{run_id}/cancel", {"policy": "MARK_AS_CANCELED_IMMEDIATELY"})
    assert status == 200 and run["status"] == "CANCELED"
    status, problem = call(shared, "POST", f"runs/{run_id}/cancel")
    assert status == 409 and "ended already" in problem["title"]
    failed = ended(shared, pipeline="failing")
    status, again = call(shared, "POST", f"runs/{failed}/reexecute", {"strategy": "FROM_FAILURE"})
    assert status == 201 and again["stepKeysToExecute"] == ["fail", "after"] and again["parentRunId"] == failed
    shared.wait_for_run(again["runId"])


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({}, 400, "must have 'pipeline'"),
        ({"pipeline": 3}, 400, "'pipeline' must be a text"),
        ({"pipeline": "shrt"}, 404, "did you mean 'short'"),
        ({"pipeline": "short", "location": "none"}, 404, "no pipeline"),
        ({"pipeline": "short", "mode": "none"}, 404, "no mode"),
        ({"pipeline": "short", "preset": "none"}, 404, "no preset"),
        ({"pipeline": "short", "config": {}}, 400, "unknown field 'config'"),
        ({"pipeline": "short", "runConfig": "a: [1"}, 422, "run config"),
        ({"pipeline": "configured", "runConfig": {}}, 422, "run config"),
        ({"pipeline": "short", "tags": {"a": 1}}, 400, "'tags' must be an object of texts"),
        ({"pipeline": "short", "stepKeys": ["nothing"]}, 422, "no step"),
        ({"pipeline": "short", "mode": "a\0b"}, 400, "NUL"),
        ([], 400, "JSON object"),
        (b"{", 400, "not JSON"),
    ],
)
def test_wrong_launches_are_told_in_words(shared: ServerProcess, body: Any, status: int, words: str) -> None:
    found, problem = call(shared, "POST", "runs", body)
    assert (found, words in problem["title"]) == (status, True), problem
    if status == 422 and "pipeline" in body and "runConfig" in body:
        assert problem["errors"][0]["message"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("runs?limit=ten", 400),
        ("runs?limit=-1", 400),
        ("runs?limit=0", 400),
        ("runs?limit=1000000000", 200),
        ("runs?cursor=tampered", 400),
        ("runs?status=NONE", 400),
        ("runs?tag=x", 400),
        ("runs?sort=name", 400),
        ("runs?pipeline=a&pipeline=b", 400),
        ("runs?createdAfter=nan", 400),
        ("runs?pipeline='%20OR%201=1--", 200),
        ("runs?pipeline=%00", 400),
        ("runs/x/events?after=x", 400),
        ("runs/none/events", 404),
        ("nothing", 404),
        ("runs/", 404),
        ("runs/%2e%2e/%2e%2e", 404),
        ("runs/a%00b", 400),
        ("audit?cursor=x", 400),
    ],
)
def test_a14_wrong_paths_and_parameters_are_answered_in_json(shared: ServerProcess, path: str, status: int) -> None:
    found, answer = call(shared, "GET", path)
    assert found == status, answer
    if status >= 400:
        assert answer["status"] == status and answer["title"] and "Traceback" not in json.dumps(answer)


@pytest.mark.parametrize(
    ("method", "path"), [("PUT", "runs"), ("DELETE", "runs"), ("POST", "pipelines"), ("GET", "runs/x/cancel")]
)
def test_a_method_that_a_route_does_not_take(shared: ServerProcess, method: str, path: str) -> None:
    status, problem = call(shared, method, path, {} if method == "POST" else None)
    assert status == 405 and problem["status"] == 405


def test_locations_pipelines_schedules_and_the_daemon(shared: ServerProcess) -> None:
    status, found = call(shared, "GET", "pipelines")
    assert status == 200
    (repository,) = found["repositories"]
    assert {"short", "with_notebook"} <= {p["name"] for p in repository["pipelines"]}
    status, found = call(shared, "GET", "locations")
    assert status == 200 and [entry["name"] for entry in found["locations"]] == ["code.py"]
    status, entry = call(shared, "POST", "locations/code.py/reload")
    assert status == 200 and entry["loadStatus"] == "LOADED"
    assert call(shared, "POST", "locations/none/reload")[0] == 404
    status, schedule = call(shared, "POST", "schedules/every_minute/stop")
    assert status == 200 and schedule["status"] == "STOPPED"
    status, problem = call(shared, "POST", "schedules/every_hour/start")
    assert status == 404 and "every_minute" in problem["title"]
    status, found = call(shared, "GET", "schedules")
    assert [(s["name"], s["status"]) for s in found["schedules"]] == [("every_minute", "STOPPED")]
    status, daemon = call(shared, "GET", "daemon")
    assert status == 200 and daemon["replicas"][0]["here"] and len(daemon["daemonHealth"]["allDaemonStatuses"]) >= 3
    status, audit = call(shared, "GET", "audit?limit=2")
    assert [e["action"] for e in audit["entries"]] == ["stopRunningSchedule", "reloadRepositoryLocation"]
    assert audit["nextCursor"] == audit["entries"][-1]["id"]


@pytest.mark.parametrize(
    ("method", "path", "body", "words"),
    [
        ("POST", "sensors/none/trigger", {}, "no sensor 'none'"),
        ("GET", "backfills/none", None, "none"),
        ("POST", "backfills/none/cancel", None, "none"),
        (
            "POST",
            "backfills",
            {"partitionSet": "none", "location": "code.py", "repository": "repo", "all": True},
            "none",
        ),
        ("GET", "assets/a%2Fb", None, "a"),
    ],
)
def test_what_is_not_there_is_told(shared: ServerProcess, method: str, path: str, body: Any, words: str) -> None:
    status, problem = call(shared, method, path, body)
    assert status == 404 and words in problem["title"]


def stream(server: ServerProcess, run_id: str, **headers: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    headers = {"Authorization": f"token {server.token}", "Accept": "text/event-stream", **headers}
    connection.request("GET", f"{server.base_url}{V1}runs/{run_id}/events", headers=headers)
    return connection.getresponse()


def messages(text: str) -> list[dict[str, Any]]:
    return [
        json.loads(line.removeprefix("data: "))
        for block in text.split("\n\n")
        if not block.startswith(("event: end", ":"))
        for line in block.splitlines()
        if line.startswith("data: ")
    ]


def test_events_stream_live_to_the_runs_end_and_go_on_behind_one(shared: ServerProcess, tmp_path: Path) -> None:
    gate = tmp_path / "go"
    run_id = launched(shared, runConfig={"solids": {"wait": {"config": {"until": str(gate)}}}})
    answer = stream(shared, run_id)
    assert answer.status == 200 and answer.headers["Content-Type"] == "text/event-stream"
    text = ""
    while "STEP_START" not in text:
        text += answer.read1().decode()
    assert "event: end" not in text
    gate.touch()
    text += answer.read().decode()
    assert messages(text) == shared.events(run_id) and text.endswith("event: end\ndata: {}\n\n")
    rest = stream(shared, run_id, **{"Last-Event-ID": "5"}).read().decode()
    assert messages(rest) == shared.events(run_id)[5:]
    assert stream(shared, "none").status == 404


def test_events_page_by_page(shared: ServerProcess) -> None:
    run_id = ended(shared)
    seen: list[dict[str, Any]] = []
    after: int | None = 0
    while after is not None:
        _, page = call(shared, "GET", f"runs/{run_id}/events?after={after}&limit=7")
        seen, after = seen + page["events"], page["nextCursor"]
    assert seen == shared.events(run_id)


def test_a20_parts_of_a_log_are_served(shared: ServerProcess) -> None:
    run_id = ended(shared)
    path = f"{V1}runs/{run_id}/logs/wait/stdout"
    _, whole = shared.request(path)
    assert whole == b"waiting begins\nwaiting ends\n"
    for asked, status, expected in (
        ("bytes=0-6", 206, whole[:7]),
        ("bytes=8-", 206, whole[8:]),
        ("bytes=-5", 206, whole[-5:]),
        ("bytes=5-1000000", 206, whole[5:]),
        ("bytes=1-2,4-5", 200, whole),
        ("lines=1-2", 200, whole),
        ("bytes=500-", 416, None),
        ("bytes=5-2", 416, None),
    ):
        found, body = shared.request(path, headers={"Range": asked})
        assert found == status and (expected is None or body == expected), (asked, body)
    for run, told in ((run_id, "of step 'none'"), ("nobody", "there is no run 'nobody'")):
        status, problem = call(shared, "GET", f"runs/{run}/logs/none/stdout")
        assert status == 404 and told in problem["title"]


def test_a_notebook_that_is_not_there_is_told_apart_from_a_run_that_is_not(shared: ServerProcess) -> None:
    run_id = ended(shared)
    for path, told in (
        (f"runs/{run_id}/notebooks/wait", "has no executed notebook yet"),
        (f"runs/{run_id}/notebooks/wait?format=pdf", "has left no 'pdf'"),
        ("runs/nobody/notebooks/wait", "there is no run 'nobody'"),
        ("runs/nobody/notebooks/wait?format=pdf", "there is no run 'nobody'"),
    ):
        status, problem = call(shared, "GET", path)
        assert status == 404 and told in problem["title"], path


def test_a20_a_client_that_stops_half_way_leaves_nothing_open(shared: ServerProcess) -> None:
    run_id = ended(shared)
    log = shared.orch_home / "compute_logs" / run_id / "wait.out"
    with open(log, "ab") as file:
        file.truncate(200 * 1024 * 1024)  # sparse: it costs no disk
    assert shared.process is not None
    descriptors = Path(f"/proc/{shared.process.pid}/fd")

    def is_open() -> bool:
        for descriptor in descriptors.iterdir():
            with contextlib.suppress(FileNotFoundError):  # closed meanwhile
                if str(descriptor.readlink()) == str(log):
                    return True
        return False

    connection = http.client.HTTPConnection("127.0.0.1", shared.port, timeout=60)
    connection.request(
        "GET", f"/{V1}runs/{run_id}/logs/wait/stdout", headers={"Authorization": f"token {shared.token}"}
    )
    answer = connection.getresponse()
    assert answer.headers["Content-Length"] == str(200 * 1024 * 1024)
    assert answer.read(64 * 1024) and is_open()
    connection.close()
    answer.close()
    wait_for(lambda: not is_open(), 30)


def test_every_route_is_described_and_every_description_has_a_route(shared: ServerProcess) -> None:
    status, text = shared.request(V1 + "openapi.yaml")
    assert status == 200
    document = yaml.safe_load(text)
    assert document["openapi"].startswith("3.1")
    described = {path.replace("{", "").replace("}", "") for path in document["paths"]}
    patterns = [r[0].removeprefix("orch/api/v1") for r in routes() if r[0].startswith("orch/api/v1")]
    served = {_readable(pattern) for pattern in patterns}
    assert described == served


def _readable(pattern: str) -> str:
    names = iter(["runId", "step"])
    text = pattern.replace("(stdout|stderr)", "stream").replace("\\", "")
    while "([^/]+)" in text:
        text = text.replace("([^/]+)", next(names), 1)
    while "(?P<" in text:
        before, _, rest = text.partition("(?P<")
        name, _, rest = rest.partition(">[^/]+)")
        text = before + name + rest
    return text


def test_answers_are_what_the_description_says(shared: ServerProcess) -> None:
    run_id = ended(shared, pipeline="failing", tags={"a": "b"})
    document = yaml.safe_load(shared.request(V1 + "openapi.yaml")[1])

    def check(path: str, template: str) -> None:
        status, answer = call(shared, "GET", path)
        responses = document["paths"][template]["get"]["responses"]
        schema = responses[str(status)]["content"]["application/json"]["schema"]
        Draft202012Validator({**schema, "components": document["components"]}).validate(answer)

    for path, template in (
        (f"runs/{run_id}", "/runs/{runId}"),
        (f"runs/{run_id}/events", "/runs/{runId}/events"),
        ("runs", "/runs"),
        ("pipelines", "/pipelines"),
        ("locations", "/locations"),
        ("schedules", "/schedules"),
        ("daemon", "/daemon"),
        ("audit", "/audit"),
        ("health", "/health"),
        ("sensors", "/sensors"),
        ("backfills", "/backfills"),
        ("assets", "/assets"),
    ):
        check(path, template)


def test_the_graphql_schema_can_be_had_as_text(shared: ServerProcess) -> None:
    status, text = shared.request(V1 + "schema.graphql")
    assert status == 200 and b"launchPipelineExecution" in text and b"launchRun(" in text
