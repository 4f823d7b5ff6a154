"""Code that another Jupyter server hosts: definitions, runs, output and cancelation over its kernels alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.server_process import ServerProcess, wait_for

pytestmark = pytest.mark.journey

CODE = """
import os, time
from jupyter_orch import pipeline, repository, schedule, solid
@solid(config_schema={"words": str})
def say(context):
    print(context.solid_config["words"], os.environ["WHERE"])
    context.log.info("said over there")
    return [1, 2, 3]
@solid
def count(context, found):
    print("counted", len(found))
@solid
def wait(context):
    print("waiting", flush=True)
    time.sleep(120)
@solid
def fail(context):
    raise ValueError("not over there")
@pipeline
def talk():
    count(say())
@pipeline
def long():
    wait()
@pipeline
def wrong():
    fail()
@schedule("* * * * *", pipeline_name="talk")
def often(context):
    return {"solids": {"say": {"config": {"words": os.environ["WHERE"]}}}}
@repository
def repo():
    return [talk, long, wrong, often]
"""


class Elsewhere:
    """Two servers: ours, and one without our extension that hosts the code."""

    def __init__(self, gateway: ServerProcess, ours: ServerProcess) -> None:
        self.gateway = gateway
        self.ours = ours

    def kernels(self) -> list[dict[str, Any]]:
        """The kernels of the other server."""
        found: list[dict[str, Any]] = self.gateway.get("api/kernels")
        return found

    def output(self, run_id: str, step: str) -> str:
        return self.ours.request(f"orch/api/v1/runs/{run_id}/logs/{step}/stdout")[1].decode()


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Elsewhere]:
    folder = tmp_path_factory.mktemp("gateway")
    there, here = folder / "there", folder / "here"
    there.mkdir()
    here.mkdir()
    (there / "code.py").write_text(CODE)
    gateway = ServerProcess(there, folder / "gateway-home")
    try:
        gateway.start(wait=False, enabled=False, env={"WHERE": "elsewhere"})
        wait_for(lambda: _answers(gateway), 60, lambda: gateway.log)
        (here / "workspace.yaml").write_text(
            f"load_from:\n- kernel_gateway: {{url: '{gateway.url}', token: {{env: THE_TOKEN}}, replicas: 2,\n"
            f"    python_file: {there}/code.py, location_name: remote}}\n"
            f"- kernel_gateway: {{url: '{gateway.url}', token: wrong, python_file: x.py, location_name: refused}}\n"
            "- kernel_gateway: {url: 'http://127.0.0.1:9', python_file: x.py, location_name: nobody}\n"
            f"- kernel_gateway: {{url: '{gateway.url}', token: {{env: THE_TOKEN}}, kernel: cobol, python_file: x.py,\n"
            "    location_name: cobol}\n"
        )
        ours = ServerProcess(here, folder / "home")
        try:
            ours.start(env={"THE_TOKEN": gateway.token})
            ours.wait_for_locations(90)
            yield Elsewhere(gateway, ours)
        finally:
            ours.stop()
    finally:
        gateway.stop()


def _answers(server: ServerProcess) -> bool:
    try:
        return server.request("api/status")[0] == 200
    except OSError:
        return False


def test_definitions_come_from_kernels_of_the_other_server(elsewhere: Elsewhere) -> None:
    entry = elsewhere.ours.locations()["remote"]
    assert entry["loadStatus"] == "LOADED", entry["loadError"]
    assert len(elsewhere.kernels()) >= 2, "one for each replica"
    told = {item["key"]: item["value"] for item in entry["displayMetadata"]}
    assert elsewhere.gateway.url.rstrip("/") in told["launch"]
    wrong = elsewhere.ours.launch("talk", {}, location="remote")
    assert wrong["__typename"] == "RunConfigValidationInvalid"


def test_a_run_goes_on_over_there_and_is_seen_here(elsewhere: Elsewhere) -> None:
    config = {"solids": {"say": {"config": {"words": "hello"}}}}
    run_id = elsewhere.ours.launch("talk", config, location="remote")["run"]["runId"]
    assert elsewhere.ours.wait_for_run(run_id, 40)["status"] == "SUCCESS"
    assert elsewhere.output(run_id, "say") == "hello elsewhere\n"
    assert elsewhere.output(run_id, "count") == "counted 3\n"
    events = elsewhere.ours.events(run_id)
    assert "said over there" in [e["message"] for e in events]
    assert any(elsewhere.gateway.url.rstrip("/") in e["message"] for e in events), "the log says where it ran"
    wait_for(lambda: len(elsewhere.kernels()) == 2, 20)


def test_an_error_over_there_is_told_here(elsewhere: Elsewhere) -> None:
    run_id = elsewhere.ours.launch("wrong", location="remote")["run"]["runId"]
    run = elsewhere.ours.wait_for_run(run_id, 40)
    assert run["status"] == "FAILURE" and "not over there" in run["failure"]["message"]


def test_a_run_over_there_is_canceled(elsewhere: Elsewhere) -> None:
    run_id = elsewhere.ours.launch("long", location="remote")["run"]["runId"]
    wait_for(lambda: elsewhere.output(run_id, "wait") == "waiting\n", 60)
    elsewhere.ours.graphql(
        "mutation($id: String!) { terminatePipelineExecution(runId: $id) { __typename } }", id=run_id
    )
    assert elsewhere.ours.wait_for_run(run_id, 60)["status"] == "CANCELED"
    wait_for(lambda: len(elsewhere.kernels()) == 2, 20)


@pytest.mark.parametrize(
    ("location", "said"),
    [("refused", "token"), ("nobody", "does not answer"), ("cobol", "started no kernel 'cobol'")],
)
def test_a_server_that_does_not_serve_says_why(elsewhere: Elsewhere, location: str, said: str) -> None:
    entry = elsewhere.ours.locations()[location]
    assert entry["loadStatus"] == "ERROR" and said in entry["loadError"]["message"], json.dumps(entry)


def test_kernels_over_there_that_end_are_replaced(elsewhere: Elsewhere) -> None:
    before = {kernel["id"] for kernel in elsewhere.kernels()}
    for kernel in before:
        assert elsewhere.gateway.request(f"api/kernels/{kernel}", method="DELETE")[0] == 204
    wait_for(lambda: len({k["id"] for k in elsewhere.kernels()} - before) == 2, 60)
    assert elsewhere.ours.wait_for_locations(60)["remote"]["loadStatus"] == "LOADED"
    config = {"solids": {"say": {"config": {"words": "again"}}}}
    run_id = elsewhere.ours.launch("talk", config, location="remote")["run"]["runId"]
    assert elsewhere.ours.wait_for_run(run_id, 40)["status"] == "SUCCESS"
