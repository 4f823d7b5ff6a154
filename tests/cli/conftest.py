"""Consoles for the tests of the command line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.console import Console


@pytest.fixture
def console(tmp_path: Path, private_home: Path) -> Iterator[Console]:
    """In an empty folder, on an empty instance."""
    folder = tmp_path / "work"
    folder.mkdir()
    console = Console(folder, private_home)
    yield console
    console.close()


@pytest.fixture
def workspace(console: Console) -> Console:
    """In the folder that ``init`` lays out."""
    assert console("init").code == 0
    return console
