"""Folders for sockets: short whatever the system's temporary folder is, and swept up after dead processes."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from jupyter_orch.folders import runtime_folder


def test_a_long_temporary_folder_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    long = tmp_path / ("t" * 90)
    long.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(long))
    made = runtime_folder()
    assert len(str(made)) < 60 and made.stat().st_mode & 0o777 == 0o700
    made.rmdir()


def test_what_a_dead_process_left_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    short = Path(tempfile.mkdtemp(prefix="s"))
    monkeypatch.setattr(tempfile, "tempdir", str(short))
    program = f"import tempfile; tempfile.tempdir = {str(short)!r}\nfrom jupyter_orch.folders import runtime_folder; print(runtime_folder())"
    left = Path(
        subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout.strip()
    )
    assert left.exists()
    mine = runtime_folder()
    assert not left.exists() and mine.exists()
    mine.rmdir()
    short.rmdir()
