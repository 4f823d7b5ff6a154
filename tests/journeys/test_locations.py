"""Code that does not load: it says where and why, hides no other, and recovers when it is mended."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.server_process import ServerProcess, serving, wait_for

pytestmark = pytest.mark.journey

GOOD = """
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
BROKEN = {
    "syntax.py": ("def broken(:\n    pass\n", "SyntaxError", 1, "def broken(:"),
    "importing.py": ("x = 1\nimport no_such_module_anywhere\n", "no_such_module_anywhere", 2, "import no_such_module"),
    "exiting.py": ("import sys\n\nsys.exit(3)\n", "exit 3", 3, "sys.exit(3)"),
    "dying.py": ("import os\nos._exit(4)\n", "exit code 4", None, ""),
    "endless.py": ("i = 0\nwhile True:\n    i += 1\n", "timed out after 3 s", None, ""),
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    folder = tmp_path_factory.mktemp("locations")
    root = folder / "root"
    root.mkdir()
    (root / "good.py").write_text(GOOD)
    for name, (code, *_) in BROKEN.items():
        (root / name).write_text(code)
    names = ["good.py", *BROKEN]
    (root / "workspace.yaml").write_text("load_from:\n" + "".join(f"- python_file: {n}\n" for n in names))
    home = folder / "home"
    (home / "orch").mkdir(parents=True)
    (home / "orch" / "orch.yaml").write_text("code_servers: {local_startup_timeout: 3}\n")
    with serving(root, home) as started:
        started.wait_for_locations()
        yield started


@pytest.mark.parametrize("name", BROKEN)
def test_broken_code_says_where_and_why(server: ServerProcess, name: str) -> None:
    _, sentence, line, code = BROKEN[name]
    entry = server.locations()[name]
    error = entry["loadError"]
    assert entry["loadStatus"] == "ERROR"
    assert sentence in f"{error['className']} {error['message']}"
    if line is not None:
        assert error["file"].endswith(name) and error["line"] == line and code in (error["code"] or "")


def test_an_endless_import_says_where_it_hung(server: ServerProcess) -> None:
    error = server.locations()["endless.py"]["loadError"]
    assert error["file"].endswith("endless.py") and error["line"] in (2, 3)


def test_the_good_location_works_beside_the_broken_ones(server: ServerProcess) -> None:
    assert server.locations()["good.py"]["loadStatus"] == "LOADED"
    answer = server.launch("fine", location="good.py")
    assert server.wait_for_run(answer["run"]["runId"])["status"] == "SUCCESS"


def test_a_launch_on_code_that_does_not_load_says_why(server: ServerProcess) -> None:
    answer = server.launch("fine", location="syntax.py")
    assert answer["__typename"] == "PythonError"
    assert "does not load: SyntaxError" in answer["message"] and "syntax.py:1" in answer["message"]


def test_saved_code_is_loaded_by_itself(server: ServerProcess) -> None:
    def version() -> str:
        return str(server.locations()["good.py"]["locationOrLoadError"]["codeVersion"])

    before = version()
    (server.root / "good.py").write_text(GOOD + "# a remark\n")
    wait_for(lambda: version() != before, 20)
    (server.root / "good.py").write_text(GOOD)
    wait_for(lambda: version() == before, 20)


def test_a_kernel_that_is_killed_comes_back_and_a_launch_waits_for_it(server: ServerProcess) -> None:
    killed = 0
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            is_zygote = b"jupyter_orch_kernel.zygote" in (process / "cmdline").read_bytes()
            if is_zygote and f"JUPYTER_ORCH_HOME={server.orch_home}".encode() in (process / "environ").read_bytes():
                os.kill(int(process.name), signal.SIGKILL)
                killed += 1
    assert killed
    answer = server.launch("fine", location="good.py")
    assert answer["__typename"] == "LaunchPipelineRunSuccess", answer
    assert server.wait_for_run(answer["run"]["runId"])["status"] == "SUCCESS"


def reload(server: ServerProcess, name: str) -> None:
    answer = server.graphql(
        "mutation($n: String!) { reloadRepositoryLocation(repositoryLocationName: $n) { __typename } }", n=name
    )
    assert answer["reloadRepositoryLocation"]["__typename"] == "WorkspaceLocationEntry"
    server.wait_for_locations()


def test_mended_code_recovers_on_reload(server: ServerProcess) -> None:
    (server.root / "syntax.py").write_text(GOOD)
    reload(server, "syntax.py")
    entry = server.locations()["syntax.py"]
    assert entry["loadStatus"] == "LOADED" and entry["loadError"] is None
    answer = server.launch("fine", location="syntax.py")
    assert server.wait_for_run(answer["run"]["runId"])["status"] == "SUCCESS"
    (server.root / "syntax.py").write_text(BROKEN["syntax.py"][0])


def test_a_broken_edit_leaves_the_last_good_code_in_use(server: ServerProcess, tmp_path: Path) -> None:
    (server.root / "good.py").write_text("raise RuntimeError('half an edit')\n")
    reload(server, "good.py")
    entry = server.locations()["good.py"]
    assert entry["loadStatus"] == "ERROR" and entry["stale"]
    assert "half an edit" in entry["loadError"]["message"]
    assert entry["locationOrLoadError"]["repositories"][0]["pipelines"] == [{"name": "fine"}]
    answer = server.launch("fine", location="good.py")
    assert server.wait_for_run(answer["run"]["runId"])["status"] == "SUCCESS"
    (server.root / "good.py").write_text(GOOD.replace("fine", "renamed"))
    reload(server, "good.py")
    wait_for(lambda: "renamed" in str(server.locations()["good.py"]), 5)
    (server.root / "good.py").write_text(GOOD)
    reload(server, "good.py")


def test_a_location_that_is_not_there_is_refused(server: ServerProcess) -> None:
    answer = server.graphql(
        """mutation { reloadRepositoryLocation(repositoryLocationName: "nowhere") {
            __typename ... on Error { message } } }"""
    )["reloadRepositoryLocation"]
    assert answer["__typename"] == "RepositoryLocationNotFound" and "good.py" in answer["message"]
    launched = server.launch("fine", location="nowhere")
    assert "no code location 'nowhere'" in launched["message"]


def test_a_location_says_what_it_costs_and_what_its_code_has_printed(server: ServerProcess) -> None:
    (server.root / "good.py").write_text("print('hello from the import')\n" + GOOD)
    query = """{ workspaceOrError { ... on Workspace { locationEntries {
        name output memoryBytes kernelIds displayMetadata { key value } } } } }"""

    def good() -> Any:
        entries = server.graphql(query)["workspaceOrError"]["locationEntries"]
        return next(entry for entry in entries if entry["name"] == "good.py")

    wait_for(lambda: "hello from the import" in good()["output"], 20)
    found = good()
    assert found["memoryBytes"] > 2**20 and len(found["kernelIds"]) == 1
    assert {"python", "memory", "kernel"} <= {item["key"] for item in found["displayMetadata"]}
    (server.root / "good.py").write_text(GOOD)


def test_the_command_line_has_the_running_server_reload(server: ServerProcess) -> None:
    def reload_by_command(*names: str) -> subprocess.CompletedProcess[str]:
        env = {**os.environ, "JUPYTER_ORCH_URL": server.url, "JUPYTER_ORCH_TOKEN": server.token}
        command = [sys.executable, "-m", "jupyter_orch.cli.main", "workspace", "reload", *names]
        return subprocess.run(command, capture_output=True, text=True, env=env, timeout=60)

    one = reload_by_command("good.py")
    assert (one.returncode, one.stdout) == (0, "good.py: loaded\n"), one.stderr
    broken = reload_by_command("syntax.py")
    assert broken.returncode == 1 and "SyntaxError" in broken.stderr
    everything = reload_by_command()
    assert everything.returncode == 1 and "good.py: loaded" in everything.stdout
    assert "importing.py: ModuleNotFoundError" in everything.stderr
