"""The page on storages says what is so: its settings are read, and its suite runs."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from jupyter_orch.settings import read_settings

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "storages.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("text", blocks("yaml"))
def test_its_settings_are_read(text: str, private_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ORCH_DATABASE", "ORCH_EVENTS", "MONGO"):
        monkeypatch.setenv(name, "postgresql://me@host/database")
    private_home.mkdir(parents=True, exist_ok=True)
    (private_home / "orch.yaml").write_text(text)
    assert read_settings(private_home).text == text


def test_its_suite_runs(tmp_path: Path) -> None:
    (snippet,) = blocks("python")
    (tmp_path / "test_mine.py").write_text(snippet)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(tmp_path), str(tmp_path)],
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert re.search(r"\b7 passed", done.stdout), done.stdout + done.stderr
