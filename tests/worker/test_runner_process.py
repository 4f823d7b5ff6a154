"""What a worker holds of its runners, with a real warm process at the other end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from jupyter_orch.ports import LaunchOrder
from jupyter_orch.processes import is_alive, kill_run
from jupyter_orch.records.run import ProcessIdentity
from jupyter_orch.worker import runner_process
from jupyter_orch.worker.runner_process import ready_runner
from jupyter_orch.zygote.protocol import listen

WARM = """
import socket, sys
from jupyter_orch.zygote.server import Zygote
def wait(args, fds):
    socket.socket(fileno=fds[0]).recv(1)
    return 0
Zygote(socket.socket(fileno=int(sys.argv[2])), socket.socket(fileno=int(sys.argv[1])), {"runner": wait}).serve()
"""


@pytest.fixture
def order(tmp_path: Path) -> Iterator[LaunchOrder]:
    """For a run whose runner is forked from a warm process."""
    lifeline, theirs = socket.socketpair()
    path = tmp_path / "z"
    with theirs, listen(path) as listener:
        fds = (theirs.fileno(), listener.fileno())
        zygote = subprocess.Popen([sys.executable, "-c", WARM, *map(str, fds)], pass_fds=fds)
    yield LaunchOrder(run_id="r", epoch=1, token="t", home=str(tmp_path), runner_socket=str(path))
    lifeline.close()
    assert zygote.wait(60) == 0


@pytest.mark.parametrize(("leaves_nothing", "ends", "is_looked_for"), [
    (True, True, False),  # it has said so, and is gone
    (False, True, True),
    (True, False, True),
])  # fmt: skip
def test_what_a_runner_left_is_looked_for_unless_it_has_said_that_there_is_nothing(
    order: LaunchOrder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    leaves_nothing: bool, ends: bool, is_looked_for: bool,
) -> None:  # fmt: skip
    looked: list[str] = []

    def look(leader: ProcessIdentity, run_id: str) -> bool:
        looked.append(run_id)
        return kill_run(leader, run_id)

    monkeypatch.setattr(runner_process, "kill_run", look)
    with ready_runner(order, tmp_path / "logs") as runner:
        runner.leaves_nothing = leaves_nothing
        if not ends:
            os.kill(runner.identity.pid, signal.SIGSTOP)
            monkeypatch.setattr(runner_process, "TIME_TO_EXIT", 0.1)
    assert looked == (["r"] if is_looked_for else [])
    assert not is_alive(runner.identity)


@pytest.mark.parametrize("is_killed", [False, True])
def test_nothing_of_a_runner_is_left_open_in_its_worker(tmp_path: Path, is_killed: bool) -> None:
    lifeline, theirs = socket.socketpair()
    path = tmp_path / "z"
    with theirs, listen(path) as listener:
        fds = (theirs.fileno(), listener.fileno())
        zygote = subprocess.Popen([sys.executable, "-c", WARM, *map(str, fds)], pass_fds=fds)
    order = LaunchOrder(run_id="r", epoch=1, token="t", home=str(tmp_path), runner_socket=str(path))
    before = os.listdir("/proc/self/fd")
    with ready_runner(order, tmp_path / "logs") as runner:
        assert runner.warm and is_alive(runner.identity)
        if is_killed:
            zygote.send_signal(signal.SIGKILL)
            zygote.wait()
    assert not is_alive(runner.identity)
    assert os.listdir("/proc/self/fd") == before
    lifeline.close()
    assert zygote.wait(60) == (-signal.SIGKILL if is_killed else 0)
