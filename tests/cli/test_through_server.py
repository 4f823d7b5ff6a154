"""Which server a verb goes through, when one does not answer."""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from jupyter_orch.cli import through_server
from jupyter_orch.cli.through_server import any_server_for, server_for
from jupyter_orch.client.connection import ServerSilent


@pytest.fixture
def silent(private_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a server that takes connections and says nothing, as a stopped process does."""
    for name in ("JUPYTER_ORCH_URL", "JUPYTER_ORCH_TOKEN", "JPY_PARENT_PID"):
        monkeypatch.delenv(name, raising=False)
    for name in ("ANSWERS_WITHIN", "SIGN_OF_LIFE_WITHIN", "NAMED_ANSWERS_WITHIN"):
        monkeypatch.setattr(through_server, name, 0.1)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"


def arguments(tmp_path: Path, server: str | None = None) -> argparse.Namespace:
    return argparse.Namespace(server=server, token=None, workspace=tmp_path / "workspace.yaml")


def leave_word(url: str, pid: int, root: Path) -> None:
    """As a Jupyter server does that has started."""
    runtime = Path(os.environ["JUPYTER_RUNTIME_DIR"])
    runtime.mkdir(parents=True)
    told = {"url": url, "token": "t", "pid": pid, "root_dir": str(root)}
    (runtime / "jpserver-1.json").write_text(json.dumps(told))


def test_a_server_that_gives_no_sign_of_life_is_not_waited_for(silent: str, tmp_path: Path) -> None:
    leave_word(silent, os.getpid(), tmp_path)
    assert server_for(arguments(tmp_path)) is None
    with pytest.raises(ServerSilent, match=f"the server at {silent} gave no sign of life in 0.1 s; is it stopped"):
        any_server_for(arguments(tmp_path))


def test_a_server_that_is_stopped_is_told_at_once(silent: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ANSWERS_WITHIN", "SIGN_OF_LIFE_WITHIN"):
        monkeypatch.setattr(through_server, name, 3600.0)
    stopped = subprocess.Popen(["sleep", "300"])
    try:
        stopped.send_signal(signal.SIGSTOP)
        os.waitpid(stopped.pid, os.WUNTRACED)
        leave_word(silent, stopped.pid, tmp_path)
        assert server_for(arguments(tmp_path)) is None
        with pytest.raises(ServerSilent, match=f"the server at {silent} is stopped; .*kill -CONT {stopped.pid}"):
            any_server_for(arguments(tmp_path))
    finally:
        stopped.kill()
        stopped.wait()


def test_nor_is_one_that_was_named(silent: str, tmp_path: Path) -> None:
    with pytest.raises(ServerSilent, match="no sign of life"):
        server_for(arguments(tmp_path, silent))
