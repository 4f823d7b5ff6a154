"""A warm process forks children, hands them descriptors, and tells how they ended."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from jupyter_orch.zygote.client import ZygoteUnavailable, fork_child, read_end
from jupyter_orch.zygote.protocol import listen

PROGRAM = """
import os, socket, sys, time
from jupyter_orch.zygote.server import Zygote
def say(args, fds):
    os.write(fds[0], f"{args['word']} {os.getsid(0) == os.getpid()}".encode())
    return args.get("code", 0)
def sleep(args, fds):
    os.write(fds[0], b"up")
    time.sleep(60)
    return 0
def interrupted(args, fds):
    os.dup2(fds[0], 2)
    os.kill(os.getpid(), 2)
    time.sleep(60)
lifeline, listener = (socket.socket(fileno=int(fd)) for fd in sys.argv[1:])
Zygote(listener, lifeline, {"say": say, "sleep": sleep, "interrupted": interrupted}).serve()
"""


class Warm:
    """A running zygote."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lifeline, theirs = socket.socketpair()
        with theirs, listen(path) as listener:
            self.process = subprocess.Popen(
                [sys.executable, "-c", PROGRAM, str(theirs.fileno()), str(listener.fileno())],
                pass_fds=(theirs.fileno(), listener.fileno()),
            )

    def ask(self, entry: str, **options: object) -> tuple[int, int, int]:
        read, write = os.pipe()
        status_read, status_write = os.pipe()
        starter = bool(options.pop("dies_with_starter", False))
        pid = fork_child(self.path, entry, options, [write, status_write], status=True, dies_with_starter=starter)
        os.close(write)
        os.close(status_write)
        return pid, read, status_read


@pytest.fixture
def warm(tmp_path: Path) -> Iterator[Warm]:
    folder = tmp_path / ("long" * 20)  # longer than a socket address
    folder.mkdir()
    started = Warm(folder / "z")
    yield started
    started.lifeline.close()
    started.process.kill()
    started.process.wait()


def test_a_child_gets_arguments_and_descriptors_and_leads_a_session(warm: Warm) -> None:
    _, read, status = warm.ask("say", word="hello", code=3)
    assert os.read(read, 100) == b"hello True"
    end = read_end(status, 5)
    assert end is not None and (end["exit"], end["signal"]) == (3, None)
    assert end["peak_rss_bytes"] > 1_000_000


def test_a_child_that_is_killed_is_told_by_its_signal(warm: Warm) -> None:
    pid, read, status = warm.ask("sleep")
    assert os.read(read, 2) == b"up"
    os.kill(pid, signal.SIGKILL)
    end = read_end(status, 5)
    assert end is not None and (end["exit"], end["signal"]) == (None, signal.SIGKILL)


def test_a_child_that_is_interrupted_ends_without_a_word(warm: Warm) -> None:
    _, read, status = warm.ask("interrupted")
    end = read_end(status, 5)
    assert end is not None and (end["exit"], end["signal"]) == (128 + signal.SIGINT, None)
    assert os.read(read, 4096) == b""


def test_when_the_starter_ends_runs_go_on_and_helpers_end(warm: Warm) -> None:
    _, run, run_status = warm.ask("sleep")
    _, helper, helper_status = warm.ask("sleep", dies_with_starter=True)
    assert os.read(run, 2) == os.read(helper, 2) == b"up"
    warm.lifeline.close()
    assert (read_end(helper_status, 5) or {})["signal"] == signal.SIGKILL
    assert read_end(run_status, 0.2) is None and warm.process.poll() is None
    with pytest.raises(ZygoteUnavailable):
        fork_child(warm.path, "say", {"word": "x"}, timeout=1)


def test_an_idle_zygote_ends_with_its_starter(warm: Warm) -> None:
    warm.lifeline.close()
    assert warm.process.wait(5) == 0


def test_an_unknown_entry_is_refused_in_words(warm: Warm) -> None:
    with pytest.raises(ZygoteUnavailable, match="can not start 'dance'"):
        fork_child(warm.path, "dance", {})


def test_many_children_at_once_are_all_told_of(warm: Warm) -> None:
    asked = [warm.ask("say", word=str(n), code=n) for n in range(30)]
    ends = [read_end(status, 10) for _, _, status in asked]
    assert [end and end["exit"] for end in ends] == list(range(30))


def test_a_dead_zygote_is_noticed_at_once(warm: Warm) -> None:
    warm.process.kill()
    warm.process.wait()
    begun = time.monotonic()
    with pytest.raises(ZygoteUnavailable):
        fork_child(warm.path, "say", {"word": "x"}, timeout=5)
    assert time.monotonic() - begun < 4
