"""Any ipykernel that loads our extension is a code server: over its shell and control channels, and over a comm."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.blocking import BlockingKernelClient
from jupyter_client.manager import KernelManager

CODE = """
from jupyter_orch import pipeline, repository, solid
@solid
def one(_):
    return 1
@pipeline
def fine():
    one()
@repository
def repo():
    return [fine]
"""


class Kernel:
    """A running kernel of the shipped kind."""

    def __init__(self) -> None:
        self.manager = KernelManager()
        spec = self.manager.kernel_spec
        assert spec is not None
        spec.argv = [*spec.argv, "--ext=jupyter_orch_kernel"]
        self.manager.start_kernel()
        self.client: BlockingKernelClient = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=60)

    def ask(self, channel: str, method: str, **params: Any) -> dict[str, Any]:
        message = self.client.session.msg("orch_request", {"method": method, "params": params})
        getattr(self.client, f"{channel}_channel").send(message)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            reply = getattr(self.client, f"get_{channel}_msg")(timeout=30)
            if reply["parent_header"].get("msg_id") == message["header"]["msg_id"]:
                content: dict[str, Any] = reply["content"]
                return content
        raise AssertionError(f"no answer to {method}")

    def ask_by_comm(self, method: str, **params: Any) -> dict[str, Any]:
        comm_id = uuid.uuid4().hex
        opening = {"comm_id": comm_id, "target_name": "jupyter_orch.rpc", "data": {}}
        request = {"comm_id": comm_id, "data": {"id": 7, "method": method, "params": params}}
        self.client.shell_channel.send(self.client.session.msg("comm_open", opening))
        self.client.shell_channel.send(self.client.session.msg("comm_msg", request))
        while True:
            message = self.client.get_iopub_msg(timeout=30)
            if message["msg_type"] == "comm_msg" and message["content"]["comm_id"] == comm_id:
                data: dict[str, Any] = message["content"]["data"]
                return data


@pytest.fixture(scope="module")
def kernel() -> Iterator[Kernel]:
    started = Kernel()
    yield started
    started.client.stop_channels()
    started.manager.shutdown_kernel(now=True)


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory, kernel: Kernel) -> dict[str, Any]:
    folder: Path = tmp_path_factory.mktemp("code")
    (folder / "code.py").write_text(CODE)
    place = {"name": "here", "kind": "python_file", "path": str(folder / "code.py"), "working_directory": str(folder)}
    assert kernel.ask("control", "describe")["status"] == "error", "nothing is loaded yet"
    loaded = kernel.ask("shell", "load", target=place)
    assert loaded["status"] == "ok", loaded
    return place


def test_requests_are_answered_on_control_while_a_cell_runs(kernel: Kernel, target: dict[str, Any]) -> None:
    kernel.client.execute("import time; time.sleep(3)")
    begun = time.monotonic()
    described = kernel.ask("control", "describe")
    assert time.monotonic() - begun < 2
    assert described["result"]["repositories"][0]["pipelines"][0]["name"] == "fine"


def test_the_same_requests_are_answered_over_a_comm(kernel: Kernel, target: dict[str, Any]) -> None:
    selector = {"repository": "repo", "pipeline": "fine"}
    answer = kernel.ask_by_comm("validate_config", selector=selector, run_config={"solid": {}})
    assert (answer["id"], answer["status"], answer["result"]["valid"]) == (7, "ok", False)
    planned = kernel.ask_by_comm("plan", selector=selector, run_config={})
    assert [step["key"] for step in planned["result"]["steps"]] == ["one"]


def test_code_that_ends_the_process_is_an_answer_and_the_kernel_lives(
    kernel: Kernel, target: dict[str, Any], tmp_path: Path
) -> None:
    (tmp_path / "bad.py").write_text("import sys\nsys.exit(3)\n")
    answer = kernel.ask(
        "shell", "load", target={"name": "bad", "kind": "python_file", "path": str(tmp_path / "bad.py")}
    )
    assert answer["status"] == "error" and answer["failure"]["line"] == 2
    assert kernel.ask("control", "ping", n=1) == {"status": "ok", "result": {"n": 1}}
    assert kernel.ask("control", "describe")["status"] == "ok", "what was loaded before goes on serving"


def test_an_unknown_request_is_refused_in_words(kernel: Kernel, target: dict[str, Any]) -> None:
    answer = kernel.ask("control", "dance")
    assert answer["status"] == "error" and "dance" in answer["message"]
