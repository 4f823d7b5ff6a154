"""What other users of the machine can reach, whatever the umask (V7)."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.journeys.conftest import copy_of_workspace
from tests.server_process import ServerProcess, serving

pytestmark = pytest.mark.journey

TRY = """
import json, os, socket, sys
os.setgroups([])
os.setgid(65534)
os.setuid(65534)
done = []
for path in sys.argv[2:]:
    try:
        if path.endswith("/"):
            os.listdir(path)
        else:
            open(path, "rb").close()
        done.append("read " + path)
    except OSError:
        pass
    try:
        with open(path.rstrip("/") + ("/new" if path.endswith("/") else ""), "ab"):
            done.append("wrote " + path)
    except OSError:
        pass
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(socket.AF_UNIX, kind) as line:
            try:
                line.connect(path)
                done.append("connected " + path)
            except OSError:
                pass
for pid in json.loads(sys.argv[1]):
    try:
        os.kill(pid, 0)
        done.append(f"may signal {pid}")
    except OSError:
        pass
    try:
        open(f"/proc/{pid}/environ", "rb").read()
        done.append(f"read the environment of {pid}")
    except OSError:
        pass
print(json.dumps(done))
"""


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that everybody may look into, as the home folders of some machines are."""
    folder = Path(tempfile.mkdtemp(prefix="everybody-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def places_of(server: ServerProcess) -> list[Path]:
    """All that the server and its helpers have made for themselves: the instance's folder, and folders for sockets."""
    assert server.process is not None
    family = [server.process.pid, *(p.pid for p in psutil.Process(server.process.pid).children(recursive=True))]
    roots = [p for pid in family for p in Path(tempfile.gettempdir()).glob(f"orch-{pid}-*")]
    assert roots, "there are sockets somewhere"
    return [path for root in (server.orch_home, *roots) for path in everything(root)]


def everything(root: Path) -> Iterator[Path]:
    """All below a folder; what goes meanwhile is passed over."""
    for folder, _, names in os.walk(root):
        yield from (Path(folder), *(Path(folder, name) for name in names))


def open_to_others(path: Path) -> str:
    """How somebody else gets at it, or an empty text."""
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:  # a run goes on meanwhile
        return ""
    if stat.S_ISLNK(mode):
        return ""
    for name, read, through in (("group", 0o060, 0o010), ("others", 0o006, 0o001)):
        if mode & read and all(parent.stat().st_mode & through for parent in path.parents):
            return f"{path} ({stat.filemode(mode)}) by {name}"
    return ""


@pytest.mark.parametrize("umask", [0o000, 0o077])
def test_v7_nobody_else_reads_writes_connects_or_signals(open_folder: Path, umask: int) -> None:
    root = copy_of_workspace(open_folder)
    before = os.umask(umask)
    try:
        with serving(root, open_folder / "home") as server:
            server.wait_for_locations()
            config = {"execution": {"multiprocess": {}}}
            runs = [server.launch("with_notebook")["run"]["runId"], server.launch("failing", config)["run"]["runId"]]
            for run_id in runs:
                server.wait_for_run(run_id)
            waiting = server.launch("short", {"solids": {"wait": {"config": {"seconds": 60.0}}}})["run"]["runId"]
            places = places_of(server)
            assert len(places) > 20 and any(path.is_socket() for path in places)
            assert [told for path in places if (told := open_to_others(path))] == []
            if os.geteuid() == 0:
                assert tried_by_another_user(server, places) == []
            stop = """mutation($id: String!) { terminateRun(runId: $id, terminatePolicy: MARK_AS_CANCELED_IMMEDIATELY) {
                __typename } }"""
            server.graphql(stop, id=waiting)
    finally:
        os.umask(before)


def tried_by_another_user(server: ServerProcess, places: list[Path]) -> list[str]:
    """What a process of another user manages to do."""
    assert server.process is not None
    tree = [server.process.pid, *(p.pid for p in psutil.Process(server.process.pid).children(recursive=True))]
    names = [f"{path}/" if path.is_dir() else str(path) for path in places]
    done = subprocess.run([sys.executable, "-c", TRY, str(tree), *names], cwd="/", capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found: list[str] = json.loads(done.stdout)
    return found
