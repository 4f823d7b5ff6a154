"""Folders for sockets: short whatever the system's temporary folder is, and swept up after dead processes."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from jupyter_orch.folders import UnusableHome, make_home, runtime_folder


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


def test_what_a_process_of_another_container_holds_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr("jupyter_orch.folders.LONGEST_ROOT", 1000)
    monkeypatch.setattr(os, "getpid", lambda: 2**22 + 1)  # a number that no process here has
    theirs = runtime_folder()
    mine = runtime_folder()
    assert theirs.exists() and mine.exists()


def test_I14_a_home_is_made_private_and_left_as_it_is_when_it_is_there(tmp_path: Path) -> None:
    home = tmp_path / "a" / "home"
    make_home(home)
    assert home.stat().st_mode & 0o777 == 0o700
    home.chmod(0o770)
    make_home(home)
    assert home.stat().st_mode & 0o777 == 0o770


def test_I14_a_home_that_everybody_may_write_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    with pytest.raises(UnusableHome, match=r"may be written by everybody .*chmod o-w"):
        make_home(tmp_path)


def test_I14_a_link_to_somebody_elses_folder_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir(mode=0o755)
    (tmp_path / "link").symlink_to(theirs)
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 4321)
    with pytest.raises(UnusableHome, match=r"link, which is .*theirs, belongs to another user"):
        make_home(tmp_path / "link")


def test_I14_a_home_that_can_not_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(UnusableHome, match=r"file/home: Not a directory; check the folder, or set JUPYTER_ORCH_HOME"):
        make_home(tmp_path / "file" / "home")
