"""What is not documented fails here."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from jupyter_orch.records.event import EventType

ROOT = Path(__file__).resolve().parents[2]


def test_the_drawn_parts_are_up_to_date() -> None:
    assert subprocess.run([sys.executable, ROOT / "docs" / "draw.py", "--check"]).returncode == 0, "run make docs"


@pytest.mark.parametrize("kind", sorted(kind for kind in EventType if not kind.startswith("PIPELINE_")))
def test_every_kind_of_event_is_explained(kind: str) -> None:
    assert kind in (ROOT / "docs" / "reference" / "events.md").read_text("utf-8")


@pytest.mark.parametrize(
    "target", ["demo", "test", "check", "bench", "chaos", "mutants", "fuzz", "ui", "docs", "clean"]
)
def test_make_help_lists_every_command(target: str) -> None:
    listed = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert f"make {target}" in listed
