"""Captured output is cut while its writers go on (U8, U9)."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from jupyter_orch.worker.output_cap import LOOK, LOOK_AGAIN_SOON, OutputCap

CAP = 100_000
ENDLESS = """
import os, sys
fd = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
os.dup2(fd, 1)
while True:
    os.write(1, sys.argv[2].encode() * 1000)
"""


@pytest.fixture
def writer(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[subprocess.Popen[bytes]]:
    """A process that never stops writing."""
    process = subprocess.Popen([sys.executable, "-c", ENDLESS, str(tmp_path / "step.out"), request.param])
    yield process
    process.kill()
    process.wait()


@pytest.mark.parametrize("writer", ["x", "line\n"], ids=["one-line", "many-lines"], indirect=True)
def test_output_without_end_stays_below_the_cap_and_its_writer_goes_on(
    tmp_path: Path, writer: subprocess.Popen[bytes]
) -> None:
    file, cap = tmp_path / "step.out", OutputCap(tmp_path, CAP)
    marked, deadline = 0, time.monotonic() + 30
    while marked < 5 and time.monotonic() < deadline:
        if file.exists() and file.stat().st_size > 2 * CAP:
            assert cap.cut() == LOOK_AGAIN_SOON
            marked += 1
    assert marked == 5 and writer.poll() is None
    writer.kill()
    writer.wait()
    cap.cut()
    text = file.read_bytes()
    assert len(text) <= CAP + 100
    assert text.endswith(b"\n[output is cut here: more than 100,000 bytes were written]\n")


def test_what_is_short_enough_is_left_alone_to_the_last_byte(tmp_path: Path) -> None:
    (tmp_path / "a.out").write_bytes(b"\xff" * 500)
    (tmp_path / "other.txt").write_bytes(b"x" * 5_000)
    assert OutputCap(tmp_path, 1_000).cut() == LOOK_AGAIN_SOON  # it has just grown to half of what it may have
    assert (tmp_path / "a.out").read_bytes() == b"\xff" * 500
    assert (tmp_path / "other.txt").stat().st_size == 5_000


def test_links_are_not_followed_and_a_folder_that_is_gone_is_no_accident(tmp_path: Path) -> None:
    (tmp_path / "precious").write_bytes(b"x" * 5_000)
    folder = tmp_path / "logs"
    folder.mkdir()
    (folder / "a.out").symlink_to(tmp_path / "precious")
    assert OutputCap(folder, 1_000).cut() == LOOK
    assert (tmp_path / "precious").stat().st_size == 5_000
    assert OutputCap(tmp_path / "gone", 1_000).cut() == LOOK
