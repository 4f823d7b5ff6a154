"""Failpoints do what the environment says, at the hit it says, and nothing otherwise."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from jupyter_orch import failpoints
from jupyter_orch.failpoints import FailpointReached, failpoint


@pytest.fixture(autouse=True)
def disarmed() -> Iterator[None]:
    yield
    failpoints.arm({})


def arm(text: str, folder: Path | None = None) -> None:
    failpoints.arm({failpoints.VARIABLE: text} | ({failpoints.FOLDER_VARIABLE: str(folder)} if folder else {}))


def child(text: str, folder: Path) -> int:
    code = "from jupyter_orch.failpoints import failpoint; failpoint('a.b')"
    env = {**os.environ, failpoints.VARIABLE: text, failpoints.FOLDER_VARIABLE: str(folder)}
    return subprocess.run([sys.executable, "-c", code], env=env).returncode


def test_what_is_not_armed_does_nothing() -> None:
    failpoint("a.b")
    arm("c.d=raise")
    failpoint("a.b")


def test_it_raises_at_the_hit_that_was_asked_for_and_only_then() -> None:
    arm("a.b=raise@2")
    failpoint("a.b")
    with pytest.raises(FailpointReached, match=r"a\.b"):
        failpoint("a.b")
    failpoint("a.b")


def test_every_hit_and_a_full_disk() -> None:
    arm("x=note; a.b=full@*")
    for _ in range(3):
        with pytest.raises(OSError, match="No space left"):
            failpoint("a.b")


def test_hits_are_counted_over_processes_and_leave_their_process_id(tmp_path: Path) -> None:
    folder = tmp_path / "hits"
    folder.mkdir()
    assert [child("a.b=kill@2", folder) for _ in range(3)] == [0, -signal.SIGKILL, 0]
    assert sorted(os.listdir(folder)) == ["a.b.1", "a.b.2", "a.b.3"]
    assert (folder / "a.b.1").read_text().isdigit()


def test_an_order_that_can_not_be_read_is_refused() -> None:
    with pytest.raises(ValueError, match="expected one of kill"):
        arm("a.b=explode")
