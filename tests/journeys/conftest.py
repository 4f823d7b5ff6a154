"""A real Jupyter server for the journeys."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server_process import ServerProcess, serving

WORKSPACE = Path(__file__).parent / "workspace"


def copy_of_workspace(folder: Path) -> Path:
    """A root folder of its own."""
    root = folder / "root"
    shutil.copytree(WORKSPACE, root, ignore=shutil.ignore_patterns("__pycache__"))
    return root


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """One server for all journeys that do not hurt it."""
    folder = tmp_path_factory.mktemp("shared")
    with serving(copy_of_workspace(folder), folder / "home") as server:
        entries = server.wait_for_locations()
        assert entries["code.py"]["loadStatus"] == "LOADED", entries
        yield server


@pytest.fixture
def own(tmp_path: Path) -> Iterator[ServerProcess]:
    """A server that a journey may kill."""
    with serving(copy_of_workspace(tmp_path), tmp_path / "own-home") as server:
        server.wait_for_locations()
        yield server
