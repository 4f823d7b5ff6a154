"""Deployments on every kind of database."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.failures.deployment import Deployment

Make = Callable[..., Deployment]


@pytest.fixture
def make(database_url: str, tmp_path: Path) -> Iterator[Make]:
    """Makes deployments that are closed at the end."""
    made: list[Deployment] = []

    def one(**settings: Any) -> Deployment:
        made.append(Deployment(tmp_path / f"deployment{len(made)}", database_url, **settings))
        return made[-1]

    yield one
    for deployment in made:
        deployment.close()


@pytest.fixture
def deployment(make: Make) -> Deployment:
    """One with the settings of an empty file."""
    return make()


@pytest.fixture
def failpoints(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Arms failpoints in the workers that are launched from now on; returns where hits are noted."""

    def arm(text: str) -> Path:
        folder = tmp_path / "hits"
        folder.mkdir(exist_ok=True)
        monkeypatch.setenv("JUPYTER_ORCH_FAILPOINTS", text)
        monkeypatch.setenv("JUPYTER_ORCH_FAILPOINTS_FOLDER", str(folder))
        return folder

    assert "JUPYTER_ORCH_FAILPOINTS" not in os.environ
    return arm
