"""Which Jupyter server a script talks to."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from jupyter_orch.client import ClientError, OrchClient, ServerNotFound, find_server
from jupyter_orch.running_servers import Server


@pytest.fixture
def runtime(private_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Jupyter's runtime folder, with nothing in the environment that names a server."""
    for name in ("JUPYTER_ORCH_URL", "JUPYTER_ORCH_TOKEN", "JPY_PARENT_PID"):
        monkeypatch.delenv(name, raising=False)
    folder = Path(os.environ["JUPYTER_RUNTIME_DIR"])
    folder.mkdir(parents=True)
    return folder


def announce(runtime: Path, root: Path, port: int, pid: int | None = None) -> Server:
    url, token = f"http://127.0.0.1:{port}/", f"t{port}"
    told = {"url": url, "token": token, "pid": os.getpid() if pid is None else pid, "root_dir": str(root)}
    (runtime / f"jpserver-{port}.json").write_text(json.dumps(told))
    return Server(url, token)


def dead_pid() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_no_server_is_told_with_what_to_do(runtime: Path) -> None:
    announce(runtime, Path("/"), 1, dead_pid())
    (runtime / "jpserver-2.json").write_text("{")
    with pytest.raises(ServerNotFound, match="start one"):
        find_server()


def test_the_only_server_is_taken(runtime: Path, tmp_path: Path) -> None:
    only = announce(runtime, tmp_path / "elsewhere", 1)
    assert find_server(tmp_path) == only


def test_the_server_of_this_folder_is_taken_the_nearest_first(runtime: Path, tmp_path: Path) -> None:
    announce(runtime, tmp_path, 1)
    near = announce(runtime, tmp_path / "a", 2)
    announce(runtime, tmp_path / "ab", 3)  # a sibling whose name begins alike
    assert find_server(tmp_path / "a" / "b") == near


def test_several_servers_are_listed_without_their_tokens(runtime: Path, tmp_path: Path) -> None:
    announce(runtime, tmp_path / "a", 1)
    announce(runtime, tmp_path / "b", 2)
    with pytest.raises(ServerNotFound, match=r"127\.0\.0\.1:1.*127\.0\.0\.1:2") as caught:
        find_server(tmp_path / "c")
    assert "t1" not in str(caught.value)


def test_a_kernels_own_server_comes_before_the_folders(
    runtime: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    announce(runtime, tmp_path, 1)
    parent = announce(runtime, tmp_path / "b", 2, os.getppid())
    monkeypatch.setenv("JPY_PARENT_PID", str(os.getppid()))
    assert find_server(tmp_path) == parent


def test_a_named_server_comes_before_all(runtime: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    announce(runtime, tmp_path, 1)
    monkeypatch.setenv("JUPYTER_ORCH_URL", "https://hub.example/user/ada/")
    monkeypatch.setenv("JUPYTER_ORCH_TOKEN", "secret-token")
    found = find_server(tmp_path)
    assert found == Server("https://hub.example/user/ada/", "secret-token") and "secret-token" not in repr(found)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "localhost:8888", ""])
def test_only_web_addresses_are_taken(url: str) -> None:
    with pytest.raises(ClientError, match="http"):
        OrchClient(url, "t")


def test_a_server_that_does_not_answer_is_told() -> None:
    with pytest.raises(ClientError, match="can not be reached"):
        OrchClient("http://127.0.0.1:9/", "t").get_run_status("x")


def test_the_client_loads_no_server_library() -> None:
    code = """import sys, jupyter_orch.client
print([m for m in sys.modules if m.split('.')[0] in ('tornado', 'jupyter_server', 'graphql', 'sqlalchemy', 'msgspec')])"""
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"
