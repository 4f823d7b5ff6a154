"""Names that a REST client left out or that nobody has: where they are looked for, and where they could not be."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from jupyter_orch.api.rest import DOORS
from jupyter_orch.api.rest_answers import NotFound, filled

(LAUNCH,) = [door for door in DOORS if (door.method, door.path) == ("POST", "runs")]


def context(workspace: Path, *states: Any, problem: str | None = None) -> Any:
    servers = SimpleNamespace(workspace=workspace, problem=problem, states=lambda: list(states))
    return SimpleNamespace(orchestrator=SimpleNamespace(code_servers=servers))


def state(name: str, *pipelines: str, is_loaded: bool = True) -> Any:
    found = SimpleNamespace(name="repo", pipelines=[SimpleNamespace(name=pipeline) for pipeline in pipelines])
    return SimpleNamespace(name=name, snapshot=SimpleNamespace(repositories=[found]) if is_loaded else None)


def asked(found: Any) -> dict[str, Any]:
    assert LAUNCH.fill is not None
    variables: dict[str, Any] = {}
    selector = variables
    for key in LAUNCH.fill.split("."):
        selector = selector.setdefault(key, {})
    selector["pipelineName"] = "sums"
    return filled(found, LAUNCH, variables)


def test_the_one_place_that_has_it_is_filled_in(tmp_path: Path) -> None:
    told = str(asked(context(tmp_path / "w", state("a.py", "other"), state("b.py", "sums"))))
    assert "'repositoryLocationName': 'b.py', 'repositoryName': 'repo'" in told


@pytest.mark.parametrize(
    ("states", "problem", "told"),
    [
        ((state("a.py", "sum"),), None, "there are: sum$"),
        ((), None, "there are: none; there is no workspace.yaml in the server's root folder"),
        ((), "workspace.yaml:3: no list", "workspace.yaml:3: no list"),
        ((state("a.py", "x"), state("b.py", is_loaded=False)), None, r"there are: x; nothing is known of: b.py"),
    ],
)
def test_what_nobody_has_is_told_with_what_could_not_be_looked_in(
    tmp_path: Path, states: tuple[Any, ...], problem: str | None, told: str
) -> None:
    with pytest.raises(NotFound, match=told):
        asked(context(tmp_path / "workspace.yaml", *states, problem=problem))


def test_a_workspace_without_entries_is_told(tmp_path: Path) -> None:
    (tmp_path / "workspace.yaml").touch()
    with pytest.raises(NotFound, match=r"workspace\.yaml names no code"):
        asked(context(tmp_path / "workspace.yaml"))
