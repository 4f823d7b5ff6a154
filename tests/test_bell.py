"""The doorbell: hints reach every listener, and nobody waits for one that is gone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from jupyter_orch.bell import BellListener, BellRinger


def test_every_listener_hears_and_only_once(tmp_path: Path) -> None:
    home = tmp_path / ("deep" * 30)  # longer than a socket address
    listeners = [BellListener(home), BellListener(home)]
    ring = BellRinger(home)
    ring("a")
    ring("b")
    assert [listener.read() for listener in listeners] == [{"a", "b"}, {"a", "b"}]
    assert listeners[0].read() == set()
    for listener in listeners:
        listener.close()


def test_ringing_where_nobody_listens_is_nothing(tmp_path: Path) -> None:
    ring = BellRinger(tmp_path)
    for _ in range(3):
        ring("a")


def test_a_full_bell_does_not_hold_up_the_ringer(tmp_path: Path) -> None:
    listener = BellListener(tmp_path)
    ring = BellRinger(tmp_path)
    for number in range(5000):
        ring(str(number))
    assert listener.read()
    listener.close()


def test_bells_of_dead_processes_are_taken_down(tmp_path: Path) -> None:
    program = (
        f"from jupyter_orch.bell import BellListener; from pathlib import Path; BellListener(Path({str(tmp_path)!r}))"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
    assert len(list((tmp_path / "bells").iterdir())) == 1
    listener = BellListener(tmp_path)
    assert len(list((tmp_path / "bells").iterdir())) == 1
    listener.close()
