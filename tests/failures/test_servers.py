"""Rows S of the failure matrix: what a Jupyter server may suffer, on a real one, on SQLite and on Postgres."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sqlite3
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml

from jupyter_orch.instance import open_instance
from jupyter_orch.settings import read_settings
from tests.journeys.conftest import copy_of_workspace
from tests.server_process import ServerProcess, wait_for

pytestmark = pytest.mark.journey


@pytest.fixture
def servers(tmp_path: Path, database_url: str) -> Iterator[list[ServerProcess]]:
    """Two servers on one storage; the first is started."""
    root = copy_of_workspace(tmp_path)
    both = [ServerProcess(root, tmp_path / f"home{number}") for number in range(2)]
    kind, place = ("sqlite", "path") if database_url.startswith("sqlite") else ("postgres", "url")
    where = database_url.removeprefix("sqlite:///").replace("postgresql+psycopg", "postgresql")
    for server in both:
        server.orch_home.mkdir(parents=True)
        text = yaml.safe_dump(
            {
                "storage": {kind: {place: where}},
                "local_artifact_storage": {"base_dir": str(tmp_path / "values")},
            }
        )
        (server.orch_home / "orch.yaml").write_text(text)
    both[0].start()
    both[0].wait_for_locations()
    yield both
    for server in both:
        if server.process is not None:
            with_life = server.process
            if with_life.poll() is None:
                with_life.send_signal(signal.SIGCONT)
            server.stop()


def launched(server: ServerProcess, gate: Path) -> str:
    """A run that waits in its first step until the gate is there."""
    answer = server.launch("long", {"solids": {"wait": {"config": {"until": str(gate)}}}})
    run_id: str = answer["run"]["runId"]
    wait_for(lambda: "STEP_START" in kinds(server, run_id), 30, lambda: server.log)
    return run_id


def kinds(server: ServerProcess, run_id: str) -> list[str]:
    return [event["type"] for event in server.events(run_id)]


def children_of(pid: int) -> list[int]:
    """All processes below one; threads and processes may end meanwhile."""
    found: list[int] = []
    todo = [pid]
    while todo:
        for children in Path(f"/proc/{todo.pop()}/task").glob("*/children"):
            try:
                below = [int(child) for child in children.read_text().split()]
            except OSError:
                continue
            found += below
            todo += below
    return found


def command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def test_S_K_a_killed_server_loses_nothing_and_its_helpers_end(servers: list[ServerProcess], tmp_path: Path) -> None:
    """Runs go on; after the restart the same state, and the log continues at the cursor."""
    first = servers[0]
    gate = tmp_path / "gate"
    run_id = launched(first, gate)
    seen = len(first.events(run_id))
    assert first.process is not None
    helpers = {pid: command_of(pid) for pid in children_of(first.process.pid)}
    assert helpers
    first.kill()
    gate.touch()
    first.start()
    assert first.wait_for_run(run_id)["status"] == "SUCCESS", first.log
    events = first.events(run_id)
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1)) and len(events) > seen
    assert kinds(first, run_id).count("PIPELINE_START") == 1
    gone = [pid for pid, command in helpers.items() if command]
    wait_for(lambda: not [p for p in gone if command_of(p) == helpers[p]], 60, lambda: str(list(map(command_of, gone))))


def test_S_T_a_stopped_server_holds_up_no_other_and_does_nothing_twice(
    servers: list[ServerProcess], tmp_path: Path
) -> None:
    """The other takes the queue over; what the first wakes up with does not count."""
    first, second = servers
    second.start()
    second.wait_for_locations()
    gate = tmp_path / "gate"
    run_id = launched(first, gate)
    assert first.process is not None
    os.kill(first.process.pid, signal.SIGSTOP)
    try:
        other = second.launch("short")["run"]["runId"]
        assert second.wait_for_run(other)["status"] == "SUCCESS"
        gate.touch()
        assert second.wait_for_run(run_id)["status"] == "SUCCESS"
    finally:
        os.kill(first.process.pid, signal.SIGCONT)
    for run in (run_id, other):
        assert first.events(run) == second.events(run)
        assert kinds(first, run).count("PIPELINE_START") == kinds(first, run).count("PIPELINE_SUCCESS") == 1


def test_S_O_a_server_that_the_memory_killer_ends_loses_nothing(servers: list[ServerProcess], tmp_path: Path) -> None:
    """S-O: as S-K, with one of its helpers killed in the same moment; another server sees the run through."""
    first, second = servers
    second.start()
    second.wait_for_locations()
    run_id = launched(first, tmp_path / "gate")
    worker = second.run(run_id)
    assert first.process is not None
    helper = next(pid for pid in children_of(first.process.pid) if "zygote" in command_of(pid))
    for pid in (first.process.pid, helper):
        os.kill(pid, signal.SIGKILL)
    first.process.wait()
    (tmp_path / "gate").touch()
    assert second.wait_for_run(run_id)["status"] == "SUCCESS" and worker["status"] == "STARTED"
    lost = first.process.pid
    first.start()
    assert first.events(run_id) == second.events(run_id)
    assert kinds(first, run_id).count("PIPELINE_START") == 1
    wait_for(lambda: f"(process {lost}) ended without shutdown" in first.log, 30, lambda: first.log)


def test_S_H_while_its_loop_is_blocked_runs_go_on_and_the_daemon_beats(
    servers: list[ServerProcess], tmp_path: Path
) -> None:
    """S-H: somebody else's extension holds the event loop up; our threads have connections of their own."""
    first, second = servers
    second.start()
    second.wait_for_locations()
    blocked = tmp_path / "blocked"
    (tmp_path / "extensions").mkdir()
    (tmp_path / "extensions" / "blocker.py").write_text(BLOCKER)
    first.stop()
    enabled = tmp_path / "etc" / "jupyter_server_config.d" / "blocker.json"
    enabled.parent.mkdir(parents=True)
    enabled.write_text(json.dumps({"ServerApp": {"jpserver_extensions": {"blocker": True}}}))
    places = {"PYTHONPATH": str(tmp_path / "extensions"), "JUPYTER_CONFIG_PATH": str(tmp_path / "etc")}
    first.start(env={**places, "BLOCKED": str(blocked)})
    first.wait_for_locations()
    run_id = launched(first, tmp_path / "gate")
    with contextlib.closing(open_instance(read_settings(second.orch_home))) as instance:

        def beats() -> dict[str, float]:
            return {replica.replica_id: replica.heartbeat for replica in instance.storage.list_replicas(0.0)}

        blocked.touch()
        wait_for(lambda: blocked.read_text() == "yes", 30, lambda: first.log)
        before = beats()
        (tmp_path / "gate").touch()
        assert second.wait_for_run(run_id)["status"] == "SUCCESS"
        assert len(before) == 2
        wait_for(lambda: all(beats()[one] > beat for one, beat in before.items()), 30)
        assert blocked.exists(), "all that was while the loop stood still"
        wait_for(lambda: "event loop has stood still" in first.log, 60, lambda: first.log)
        assert "in block" in first.log and "blocker.py" in first.log, "its stack says who holds it up"
        with pytest.raises(OSError):
            urllib.request.urlopen(f"{first.url}orch/api/v1/health", timeout=1.0)
    blocked.unlink()
    wait_for(lambda: first.run(run_id)["status"] == "SUCCESS", 30, lambda: first.log)
    assert kinds(first, run_id).count("PIPELINE_START") == 1


BLOCKER = """
import os, time
from tornado.ioloop import PeriodicCallback

def _jupyter_server_extension_points():
    return [{"module": "blocker"}]

def block():
    path = os.environ["BLOCKED"]
    if os.path.exists(path):
        with open(path, "w") as file:
            file.write("yes")
        while os.path.exists(path):
            time.sleep(0.05)

def _load_jupyter_server_extension(app):
    app.io_loop.add_callback(lambda: PeriodicCallback(block, 50).start())
"""


def test_S_L_a_starved_server_does_everything_once(servers: list[ServerProcess], tmp_path: Path) -> None:
    """S-L: it gets the processor for a small part of the time; another one stands beside it."""
    first, second = servers
    second.start()
    second.wait_for_locations()
    assert first.process is not None
    over = threading.Event()
    starving = threading.Thread(target=starve, args=(first.process.pid, over))
    starving.start()
    try:
        runs = [servers[number % 2].launch("short")["run"]["runId"] for number in range(4)]
        for run_id in runs:
            assert second.wait_for_run(run_id, 120)["status"] == "SUCCESS"
    finally:
        over.set()
        starving.join()
    for run_id in runs:
        assert first.events(run_id) == second.events(run_id)
        assert kinds(first, run_id).count("PIPELINE_START") == kinds(first, run_id).count("PIPELINE_SUCCESS") == 1


def starve(pid: int, over: threading.Event) -> None:
    """Let a process go on for a tenth of a second out of every half."""
    while not over.is_set():
        os.kill(pid, signal.SIGSTOP)
        over.wait(0.4)
        os.kill(pid, signal.SIGCONT)
        over.wait(0.1)


def test_S_R_a_newer_database_is_shown_and_nothing_runs(
    servers: list[ServerProcess], tmp_path: Path, database_url: str
) -> None:
    """Somebody has upgraded the storage: an older server says so and goes on showing what there is."""
    first = servers[0]
    run_id = first.launch("short")["run"]["runId"]
    assert first.wait_for_run(run_id)["status"] == "SUCCESS"
    first.stop()
    make_newer(database_url)
    first.start()
    first.wait_for_locations()
    assert first.run(run_id)["status"] == "SUCCESS" and first.events(run_id)
    assert "was made by a newer jupyter_orch (schema version 99" in first.log
    refused = first.launch("short")
    assert "made by a newer jupyter_orch" in refused["message"], refused
    assert "Traceback" not in first.log, first.log


def make_newer(database_url: str) -> None:
    statement = "UPDATE schema_version SET version = 99"
    if database_url.startswith("sqlite"):
        with sqlite3.connect(database_url.removeprefix("sqlite:///")) as file:
            file.execute(statement)
    else:
        with psycopg.connect(database_url.replace("+psycopg", ""), autocommit=True) as line:
            line.execute(statement)


def test_S_2_servers_on_one_storage_show_and_do_the_same(servers: list[ServerProcess]) -> None:
    first, second = servers
    second.start()
    second.wait_for_locations()
    runs = [(servers[number % 2], servers[number % 2].launch("short")["run"]["runId"]) for number in range(4)]
    for _, run_id in runs:
        assert first.wait_for_run(run_id)["status"] == second.wait_for_run(run_id)["status"] == "SUCCESS"
        assert first.events(run_id) == second.events(run_id)
        assert kinds(first, run_id).count("PIPELINE_START") == 1
    daemons: list[Any] = [server.get("orch/api/v1/health") for server in servers]
    assert all(health["status"] == "ready" for health in daemons)
