"""Captured output through the real server, worker and step processes, kept where the settings say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.server_process import ServerProcess, serving, wait_for

pytestmark = pytest.mark.journey

CODE = """
import os, sys, time
from jupyter_orch import pipeline, repository, solid
@solid(config_schema={"go_on": str})
def talking(context):
    print("before", flush=True)
    while not os.path.exists(context.solid_config["go_on"]):
        time.sleep(0.02)
    print("after")
@solid
def dying(_):
    os.write(1, b"last words")
    os.write(2, b"last error")
    os._exit(9)
@pipeline
def talk():
    talking()
@pipeline
def die():
    dying()
@repository
def repo():
    return [talk, die]
"""


def server_with(folder: Path, settings: str) -> Any:
    root, home = folder / "root", folder / "home"
    root.mkdir()
    (root / "code.py").write_text(CODE)
    (root / "workspace.yaml").write_text("load_from:\n- python_file: code.py\n")
    (home / "orch").mkdir(parents=True)
    (home / "orch" / "orch.yaml").write_text(settings)
    return serving(root, home)


def output(server: ServerProcess, run_id: str, step: str, stream: str = "stdout") -> str | None:
    status, body = server.request(f"orch/api/v1/runs/{run_id}/logs/{step}/{stream}")
    return body.decode() if status == 200 else None


def test_output_is_uploaded_while_a_step_runs_and_read_where_the_run_was_not(tmp_path: Path) -> None:
    store, go_on = tmp_path / "store", tmp_path / "go_on"
    settings = f"compute_logs: {{fsspec: {{url: 'file://{store}', upload_interval: 0.1}}}}\n"
    with server_with(tmp_path, settings) as server:
        server.wait_for_locations()
        config = {"solids": {"talking": {"config": {"go_on": str(go_on)}}}}
        run_id = server.launch("talk", config)["run"]["runId"]
        uploaded = store / run_id / "talking.out"
        wait_for(lambda: uploaded.exists() and uploaded.read_text() == "before\n", 30, lambda: server.log)
        assert output(server, run_id, "talking") == "before\n"
        go_on.touch()
        assert server.wait_for_run(run_id)["status"] == "SUCCESS"
        wait_for(lambda: uploaded.read_text() == "before\nafter\n", 30)
        for file in (server.orch_home / "compute_logs" / run_id).iterdir():
            file.unlink()
        assert output(server, run_id, "talking") == "before\nafter\n", "from the store"


def test_output_goes_to_the_last_byte_of_a_step_that_dies_at_once_into_the_folder_chosen(tmp_path: Path) -> None:
    settings = f"compute_logs: {{local: {{base_dir: {tmp_path}/logs}}}}\nlocal_artifact_storage: {{base_dir: {tmp_path}/values}}\n"
    with server_with(tmp_path, settings) as server:
        server.wait_for_locations()
        run_id = server.launch("die", {"execution": {"multiprocess": {}}})["run"]["runId"]
        assert server.wait_for_run(run_id)["status"] == "FAILURE"
        assert output(server, run_id, "dying") == "last words"
        assert output(server, run_id, "dying", "stderr") == "last error"
        assert (tmp_path / "logs" / run_id / "dying.out").read_text() == "last words"


def test_output_that_is_kept_nowhere_hinders_nobody(tmp_path: Path) -> None:
    with server_with(tmp_path, "compute_logs: noop\n") as server:
        server.wait_for_locations()
        go_on = tmp_path / "go_on"
        go_on.touch()
        config = {"solids": {"talking": {"config": {"go_on": str(go_on)}}}}
        run_id = server.launch("talk", config)["run"]["runId"]
        assert server.wait_for_run(run_id)["status"] == "SUCCESS"
        assert output(server, run_id, "talking") is None
        assert not (server.orch_home / "compute_logs").exists()
