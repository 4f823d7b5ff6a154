"""The Python client against a real server."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from jupyter_orch.client import ClientError, DagsterGraphQLClient, OrchClient, ReloadStatus, RunStatus, ShutdownStatus
from tests.server_process import ServerProcess

pytestmark = pytest.mark.journey


@pytest.fixture
def client(shared: ServerProcess) -> OrchClient:
    return OrchClient(shared.url, shared.token)


def test_a_script_launches_waits_and_reads(client: OrchClient) -> None:
    run_id = client.submit_pipeline_execution("short", run_config="solids: {wait: {config: {seconds: 0.1}}}")
    assert client.wait_for_run(run_id, timeout=60) == RunStatus.SUCCESS
    assert client.get_compute_log(run_id, "wait") == "waiting begins\nwaiting ends\n"
    assert client.get_compute_log(run_id, "wait", start=15) == "waiting ends\n"
    events = client.get_logs(run_id)
    assert [e["seq"] for e in events] == list(range(1, len(events) + 1)) and events[-1]["type"] == "PIPELINE_SUCCESS"
    assert client.get_logs(run_id, after=5) == events[5:]
    assert client.get_run(run_id)["status"] == "SUCCESS"


def test_a_run_is_followed_as_it_goes(client: OrchClient, tmp_path: Path) -> None:
    gate = tmp_path / "go"
    run_id = client.submit_job_execution(
        "short", "code.py", "repo", {"solids": {"wait": {"config": {"until": str(gate)}}}}
    )
    seen: list[dict[str, Any]] = []

    def follow() -> None:
        seen.extend(client.follow_logs(run_id))

    follower = threading.Thread(target=follow)
    follower.start()
    gate.touch()
    follower.join(60)
    assert not follower.is_alive() and seen == client.get_logs(run_id)


def test_a_run_is_stopped_and_executed_again(client: OrchClient) -> None:
    run_id = client.submit_pipeline_execution("short", run_config={"solids": {"wait": {"config": {"seconds": 60.0}}}})
    with pytest.raises(TimeoutError, match="goes on"):
        client.wait_for_run(run_id, timeout=0)
    client.terminate_run(run_id, immediately=True)
    assert client.get_run_status(run_id) == RunStatus.CANCELED
    with pytest.raises(ClientError, match="ended already"):
        client.terminate_run(run_id)
    failed = client.submit_pipeline_execution("failing")
    assert client.wait_for_run(failed, 60) == RunStatus.FAILURE
    again = client.reexecute_run(failed, from_failure=True)
    assert client.wait_for_run(again, 60) == RunStatus.FAILURE
    assert client.get_run(again)["stepKeysToExecute"] == ["fail", "after"]


def test_a_key_finds_the_first_run(client: OrchClient) -> None:
    ids = {client.submit_pipeline_execution("short", idempotency_key="once-by-client") for _ in range(3)}
    assert len(ids) == 1


def test_refusals_say_what_and_why(client: OrchClient, shared: ServerProcess) -> None:
    with pytest.raises(ClientError, match="no pipeline 'shrt'.*short"):
        client.submit_pipeline_execution("shrt")
    with pytest.raises(ClientError, match="RunConfigValidationInvalid") as caught:
        client.submit_pipeline_execution("configured", run_config={"solids": {"picky": {"config": {"rows": "x"}}}})
    assert caught.value.kind == "RunConfigValidationInvalid" and len(caught.value.body) == 2
    assert "solids › picky › config › rows: found str 'x', expected" in caught.value.message
    assert caught.value.message.startswith("the run config of configured has 2 mistake(s):\n")
    with pytest.raises(ClientError, match=r"\n1:\d+: solids › picky › config › rows: found str 'x'"):
        client.submit_pipeline_execution("configured", run_config="solids: {picky: {config: {rows: x, name: y}}}")
    with pytest.raises(ClientError, match="no run 'none'"):
        client.get_run_status("none")
    with pytest.raises(ClientError, match="no run 'none'"):
        next(client.follow_logs("none"))
    with pytest.raises(ClientError, match="token is wrong") as caught:
        OrchClient(shared.url, "wrong-token").get_run_status("x")
    assert "wrong-token" not in str(caught.value)
    with pytest.raises(ClientError, match="is .*a Jupyter server with jupyter_orch"):
        OrchClient(f"{shared.url}nothing/here/", shared.token).get_run_status("x")


def test_code_is_reloaded_and_shut_down(own: ServerProcess) -> None:
    client = OrchClient(own.url, own.token)
    assert client.reload_repository_location("code.py").status == ReloadStatus.SUCCESS
    (own.root / "code.py").write_text("x = (1,\n")
    failed = client.reload_repository_location("code.py")
    assert failed.status == ReloadStatus.FAILURE and failed.failure_type == "PythonError"
    assert "SyntaxError" in (failed.message or "") and "code.py" in (failed.message or "")
    assert client.reload_repository_location("none").failure_type == "RepositoryLocationNotFound"
    assert client.shutdown_repository_location("none").status == ShutdownStatus.FAILURE
    assert client.shutdown_repository_location("code.py").status == ShutdownStatus.SUCCESS


def test_the_server_is_found_by_a_script_in_its_folder(own: ServerProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(own.home / "runtime"))
    monkeypatch.delenv("JPY_PARENT_PID", raising=False)
    monkeypatch.chdir(own.root)
    found = OrchClient()
    assert found.server.token == own.token
    assert found.wait_for_run(found.submit_pipeline_execution("short"), 60) == RunStatus.SUCCESS


def test_classic_scripts_name_host_and_port(shared: ServerProcess) -> None:
    client = DagsterGraphQLClient("127.0.0.1", port_number=shared.port, token=shared.token)
    run_id = client.submit_pipeline_execution(
        "short", repository_location_name="code.py", repository_name="repo", run_config={}, mode="default"
    )
    assert client.wait_for_run(run_id, 60) == RunStatus.SUCCESS
