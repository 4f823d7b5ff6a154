"""Every name that the page for newcomers from classic Dagster sends them to is there."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

import jupyter_orch
from jupyter_orch.authoring import MODULE_OF

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "migrate.md").read_text("utf-8")
ROWS = [
    line.strip("|").split("|") for line in PAGE.splitlines() if line.startswith("| `dagster") or "dagstermill." in line
]
NEW = sorted({name for row in ROWS for name in re.findall(r"`jupyter_orch((?:\.\w+)+)", row[1])})
BARE = sorted({name for row in ROWS for name in re.findall(r"`([A-Za-z_]\w+)`", row[1])} - {"pandas", "jupyter_orch"})


@pytest.mark.parametrize("name", NEW)
def test_a_name_that_the_page_gives_in_full_is_there(name: str) -> None:
    module, _, attribute = name.strip(".").rpartition(".")
    owner = importlib.import_module(f"jupyter_orch.{module}") if module else jupyter_orch
    assert getattr(owner, attribute) is not None


@pytest.mark.parametrize("name", BARE)
def test_a_name_that_the_page_gives_beside_another_is_there(name: str) -> None:
    assert name in MODULE_OF or hasattr(importlib.import_module("jupyter_orch.notebook"), name)


def test_the_page_knows_the_modules_that_documentation_imports_from() -> None:
    for module in (
        "dagster.core.storage",
        "dagster.core.execution",
        "dagster.core.definitions",
        "dagster.utils",
        "dagstermill",
    ):
        assert module in PAGE
