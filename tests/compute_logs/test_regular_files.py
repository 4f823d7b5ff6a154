"""What user code may put where output is looked for, and what is read of it (rows P3, P5, P6, P7)."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from jupyter_orch.compute_logs.files import open_regular
from jupyter_orch.compute_logs.local import LocalComputeLogs


@pytest.fixture
def base(tmp_path: Path) -> Path:
    folder = tmp_path / "logs"
    (folder / "run").mkdir(parents=True)
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "step.out").write_text("secret")
    return folder


@pytest.fixture
def logs(base: Path) -> Iterator[LocalComputeLogs]:
    before = set(os.listdir("/proc/self/fd"))
    yield LocalComputeLogs(base)
    assert len(set(os.listdir("/proc/self/fd")) - before) <= 1, (
        "every descriptor is closed (the listing has one itself)"
    )


def nothing(logs: LocalComputeLogs) -> bool:
    return logs.size("run", "step", "stdout") is None and logs.read("run", "step", "stdout", 0, 99) == b""


def test_p3_links_lead_nowhere(logs: LocalComputeLogs, base: Path, tmp_path: Path) -> None:
    link = base / "run" / "step.out"
    link.symlink_to(tmp_path / "secret" / "step.out")
    assert nothing(logs)
    link.unlink()
    (base / "run").rmdir()
    (base / "run").symlink_to(tmp_path / "secret", target_is_directory=True)
    assert nothing(logs), "the folder itself is a link"


def test_p5_what_is_no_file_is_not_read_and_holds_nobody_up(logs: LocalComputeLogs, base: Path) -> None:
    place = base / "run" / "step.out"
    os.mkfifo(place)
    assert nothing(logs), "a pipe that nobody writes into"
    place.unlink()
    place.mkdir()
    assert nothing(logs)
    place.rmdir()
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(place))
        assert nothing(logs)


def test_p6_a_second_name_of_somebody_elses_file_is_not_read(
    logs: LocalComputeLogs, base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.link(tmp_path / "secret" / "step.out", base / "run" / "step.out")
    assert logs.read("run", "step", "stdout", 0, 99) == b"secret", "our own file is ours under any name"
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    assert nothing(logs)
    os.unlink(tmp_path / "secret" / "step.out")
    assert logs.read("run", "step", "stdout", 0, 99) == b"secret", "output that another user's process wrote"


def test_p7_what_was_opened_is_what_is_read(base: Path, tmp_path: Path) -> None:
    place = base / "run" / "step.out"
    place.write_text("output")
    fd = open_regular(base, "run", "step.out")
    assert fd is not None
    place.unlink()
    place.symlink_to(tmp_path / "secret" / "step.out")
    with os.fdopen(fd) as file:
        assert file.read() == "output"
    assert open_regular(base, "run", "step.out") is None
