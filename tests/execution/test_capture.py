"""What a step prints goes to its files, or nowhere when their disk is full; never does it fail the step."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from jupyter_orch.execution.capture import Capture, write_out
from jupyter_orch.records.event import Event


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no full disk to try")
def test_E_1_what_a_full_disk_does_not_take_is_dropped_and_said_once(tmp_path: Path) -> None:
    (tmp_path / "a.out").symlink_to("/dev/full")
    said: list[Event] = []
    capture = Capture(str(tmp_path), said.append)
    capture.begin("a")
    try:
        for _ in range(3):
            print("lost")
            assert sys.stdout.write("x" * 100_000) == 100_000
        write_out(1, b"also lost")
        write_out(2, b"kept\n")
        print("kept as well", file=sys.stderr)
    finally:
        capture.close()
    assert [event.level for event in said] == ["WARNING"] and str(tmp_path) in said[0].message
    assert (tmp_path / "a.err").read_text() == "kept\nkept as well\n"
