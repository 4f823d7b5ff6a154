"""Bad user code on a real server: it hurts itself and says how; the server, its other locations and runs go on (§4.4)."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.journeys.test_runs import is_running, launched, wait_for_text
from tests.server_process import ServerProcess, wait_for

pytestmark = pytest.mark.journey

CAP = 65_536
SECRETS = {
    "JUPYTERHUB_API_TOKEN": "canary-of-the-hub",
    "JPY_API_TOKEN": "canary-of-the-old-hub",
    "JUPYTER_TOKEN": "canary-of-the-server",
}
GOOD = """
import os, subprocess, sys, threading, time
from jupyter_orch import Field, pipeline, repository, solid

STARTED_AT_IMPORT = subprocess.Popen(["sleep", "600"])
FORKED_AT_IMPORT = os.fork()
if FORKED_AT_IMPORT == 0:
    time.sleep(600)
    os._exit(0)

@solid(config_schema={"lines": Field(bool, default_value=False)})
def prints_without_end(context):
    data = b"x" * 99 + (b"\\n" if context.solid_config["lines"] else b"x")
    print("begun", flush=True)
    for _ in range(200):
        os.write(1, data * 1000)
        os.write(2, data * 10)

@pipeline
def endless():
    prints_without_end()

@solid
def prints_its_environment(_):
    print(dict(os.environ), flush=True)
    for name in ("self", str(os.getppid())):
        print(open(f"/proc/{name}/environ").read(), flush=True)
    print("that was all", flush=True)

@pipeline
def curious():
    prints_its_environment()

@solid
def tells_strays(context):
    context.log.info(f"strays {STARTED_AT_IMPORT.pid} {FORKED_AT_IMPORT}")

@pipeline
def fine():
    tells_strays()

@repository
def repo():
    return [endless, curious, fine]
"""
WITH_THREADS = """
import threading, time
from jupyter_orch import pipeline, repository, solid
threading.Thread(target=time.sleep, args=(600,), daemon=True).start()

@solid
def one(_): return 1

@pipeline
def fine():
    one()

@repository
def repo():
    return [fine]
"""
KILLERS = {
    "kills_parent.py": "import os\nos.kill(os.getppid(), 9)\nimport time; time.sleep(5)\n",
    "kills_group.py": "import os\nos.killpg(0, 9)\n",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    folder = tmp_path_factory.mktemp("bad")
    root, home = folder / "root", folder / "home"
    root.mkdir()
    files = {"code.py": GOOD, "threads.py": WITH_THREADS, **KILLERS}
    for name, code in files.items():
        (root / name).write_text(code)
    (root / "workspace.yaml").write_text("load_from:\n" + "".join(f"- python_file: {name}\n" for name in files))
    (home / "orch").mkdir(parents=True)
    (home / "orch" / "orch.yaml").write_text(f"compute_logs: {{local: {{max_bytes: {CAP}}}}}\n")
    started = ServerProcess(root, home)
    try:
        started.start(env=SECRETS)
        started.wait_for_locations()
        yield started
    finally:
        started.stop()


@pytest.mark.parametrize("name", KILLERS)
def test_u4_code_that_kills_around_itself_kills_no_server_and_says_what_died(server: ServerProcess, name: str) -> None:
    entry = server.locations()[name]
    assert entry["loadStatus"] == "ERROR"
    assert "signal 9" in entry["loadError"]["message"] or "SIGKILL" in entry["loadError"]["message"], entry
    assert server.process is not None and server.process.poll() is None
    run_id = launched(server, "fine")
    assert server.wait_for_run(run_id)["status"] == "SUCCESS"


def test_u5_code_that_starts_threads_at_import_works(server: ServerProcess) -> None:
    assert server.locations()["threads.py"]["loadStatus"] == "LOADED"
    run_id = launched(server, "fine", location="threads.py")
    assert server.wait_for_run(run_id)["status"] == "SUCCESS"


@pytest.mark.parametrize("lines", [False, True], ids=["u8-one-line", "u9-many-lines"])
def test_output_without_end_is_kept_up_to_the_cap_and_marked(server: ServerProcess, lines: bool) -> None:
    run_id = launched(server, "endless", {"solids": {"prints_without_end": {"config": {"lines": lines}}}})
    assert server.wait_for_run(run_id)["status"] == "SUCCESS"
    for stream in ("stdout", "stderr"):
        status, body = server.request(f"orch/api/v1/runs/{run_id}/logs/prints_without_end/{stream}")
        assert status == 200 and len(body) <= CAP + 100
        assert b"output is cut here: more than 65,536 bytes were written" in body
    folder = server.orch_home / "compute_logs" / run_id
    assert sum(path.stat().st_size for path in folder.iterdir()) < 3 * CAP


def test_u30_code_that_prints_its_environment_shows_no_secret_of_the_server(server: ServerProcess) -> None:
    run_id = launched(server, "curious")
    assert server.wait_for_run(run_id)["status"] in ("SUCCESS", "FAILURE")
    text = wait_for_text(server, run_id, "prints_its_environment", "that was all")
    assert "PATH" in text
    assert [value for value in (*SECRETS.values(), server.token) if value in text] == []
    assert "canary" not in json.dumps(server.events(run_id))


def test_u5_what_code_starts_at_import_ends_with_its_location(server: ServerProcess) -> None:
    run_id = launched(server, "fine")
    assert server.wait_for_run(run_id)["status"] == "SUCCESS"
    (line,) = (e["message"] for e in server.events(run_id) if e["message"].startswith("strays"))
    pids = [int(word) for word in line.split()[1:]]
    assert all(map(is_running, pids))
    server.stop()
    wait_for(lambda: not any(map(is_running, pids)), 15, lambda: str([pid for pid in pids if is_running(pid)]))
