"""Warm processes that are killed, stopped or outdated: a run starts all the same, once, and its log says how."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server_process import ServerProcess, serving, wait_for

pytestmark = pytest.mark.journey

CODE = """
import os
from jupyter_orch import pipeline, repository, solid
@solid(config_schema={"mark": str})
def leave_a_mark(context):
    with open(context.solid_config["mark"], "a") as file:
        file.write("VERSION\\n")
@pipeline
def once():
    leave_a_mark()
@repository
def repo():
    return [once]
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    root = tmp_path / "root"
    root.mkdir()
    (root / "code.py").write_text(CODE.replace("VERSION", "one"))
    (root / "workspace.yaml").write_text("load_from:\n- python_file: code.py\n")
    with serving(root, tmp_path / "home") as started:
        started.wait_for_locations()
        yield started


def zygotes(server: ServerProcess) -> list[int]:
    """The processes that have loaded the code: they stand behind a small one that has not."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes()
            parent = int((process / "stat").read_text().rsplit(")", 1)[1].split()[1])
            above = Path(f"/proc/{parent}/cmdline").read_bytes()
            if b"jupyter_orch_kernel.zygote" not in command or command != above:
                continue
            grand = int(Path(f"/proc/{parent}/stat").read_text().rsplit(")", 1)[1].split()[1])
            if server.process is not None and grand == server.process.pid:
                found.append(int(process.name))
        except (OSError, ValueError, IndexError):
            continue
    return found


def launch(server: ServerProcess, mark: Path) -> str:
    config = {"solids": {"leave_a_mark": {"config": {"mark": str(mark)}}}}
    answer = server.launch("once", config)
    assert answer["__typename"] == "LaunchPipelineRunSuccess", answer
    run_id: str = answer["run"]["runId"]
    return run_id


def how(server: ServerProcess, run_id: str) -> str:
    return " ".join(e["message"] for e in server.events(run_id) if e["message"].startswith("Runner "))


def test_z_k_a_run_starts_after_its_zygote_was_killed(server: ServerProcess, tmp_path: Path) -> None:
    (zygote,) = zygotes(server)
    os.kill(zygote, signal.SIGKILL)
    run_id = launch(server, tmp_path / "mark")
    assert server.wait_for_run(run_id)["status"] == "SUCCESS"
    assert (tmp_path / "mark").read_text() == "one\n" and how(server, run_id)


def test_z_t_a_stopped_zygote_means_a_cold_start_and_its_late_child_does_nothing(
    server: ServerProcess, tmp_path: Path
) -> None:
    (zygote,) = zygotes(server)
    os.kill(zygote, signal.SIGSTOP)
    try:
        run_id = launch(server, tmp_path / "mark")
        assert server.wait_for_run(run_id, 60)["status"] == "SUCCESS"
        assert "cold process: the location's warm process did not answer" in how(server, run_id)
    finally:
        os.kill(zygote, signal.SIGCONT)
    again = launch(server, tmp_path / "mark")
    assert server.wait_for_run(again, 60)["status"] == "SUCCESS"
    assert "forked" in how(server, again)
    assert (tmp_path / "mark").read_text() == "one\none\n", "each run did its work once"
    wait_for(lambda: len(Path(f"/proc/{zygote}/task/{zygote}/children").read_text().split()) == 1, 30)


def test_z_r_new_code_is_never_run_by_an_old_zygote(server: ServerProcess, tmp_path: Path) -> None:
    (before,) = zygotes(server)
    (server.root / "code.py").write_text(CODE.replace("VERSION", "two"))
    wait_for(lambda: zygotes(server) not in ([], [before]) and len(zygotes(server)) == 1, 30)
    run_id = launch(server, tmp_path / "mark")
    assert server.wait_for_run(run_id)["status"] == "SUCCESS"
    assert (tmp_path / "mark").read_text() == "two\n" and "forked" in how(server, run_id)
