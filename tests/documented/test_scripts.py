"""Every snippet of docs/scripts.md does what the page says, against the example workspace."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from jupyter_orch.api.rest import DOORS
from jupyter_orch.cli.completion import known_words
from jupyter_orch.cli.example import copy_example
from tests.server_process import ServerProcess, serving

DOCS = Path(__file__).resolve().parents[2] / "docs"


def snippets(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", (DOCS / "scripts.md").read_text("utf-8"), re.M | re.S)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    folder = tmp_path_factory.mktemp("scripts")
    root = folder / "root"
    copy_example(root)
    with serving(root, folder / "home") as started:
        started.wait_for_locations()
        yield started


def surroundings(server: ServerProcess) -> dict[str, str]:
    env = {k: v for k, v in os.environ.items() if not k.startswith(("JUPYTER", "JPY_"))}
    programs = str(Path(sys.executable).parent)
    return {
        **env,
        "PYTHONPATH": os.pathsep.join(p for p in sys.path if p),
        "PATH": f"{programs}{os.pathsep}{env['PATH']}",
        "JUPYTER": server.url,
        "TOKEN": server.token,
        "JUPYTER_RUNTIME_DIR": str(server.home / "runtime"),
        "JUPYTER_ORCH_HOME": str(server.orch_home),
    }


def bash(server: ServerProcess, snippet: str) -> str:
    """Run a snippet as it stands in the server's root folder; the first command that fails ends it."""
    command = ["bash", "-euo", "pipefail", "-c", snippet]
    done = subprocess.run(
        command, cwd=server.root, env=surroundings(server), capture_output=True, text=True, timeout=180
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.journey
def test_curl(server: ServerProcess) -> None:
    assert shutil.which("curl"), "the page is about curl"
    first = bash(server, snippets("bash")[0])
    assert "event: PIPELINE_SUCCESS\nevent: end" in first
    assert json.loads((server.root / "report_of_today.ipynb").read_text("utf-8"))["nbformat"] == 4
    count = len(server.get("orch/api/v1/runs")["runs"])
    bash(server, snippets("bash")[0])
    assert len(server.get("orch/api/v1/runs")["runs"]) == count, "the key found the first run"


@pytest.mark.journey
def test_python(server: ServerProcess) -> None:
    (snippet,) = snippets("python")
    done = subprocess.run(
        [sys.executable, "-c", snippet],
        cwd=server.root,
        env=surroundings(server),
        capture_output=True,
        text=True,
        timeout=180,
    )
    assert done.returncode == 0, done.stderr
    assert "measure_gentoo" in done.stdout and "penguins" in done.stdout


@pytest.mark.journey
def test_the_command_line(server: ServerProcess) -> None:
    out = bash(server, f'jupyter-orch() {{ {sys.executable} -m jupyter_orch.cli.main "$@"; }}\n{snippets("bash")[1]}')
    listed, _ = json.JSONDecoder().raw_decode(out)
    assert listed[0]["status"] == "SUCCESS" and listed[0]["pipeline"] == "penguin_report"
    assert "measure_gentoo" in out and ".ipynb" in out


def test_the_page_on_rest_names_every_route() -> None:
    text = (DOCS / "reference" / "rest.md").read_text("utf-8")
    for door in DOORS:
        assert f"`{door.method} {door.path}`" in text, f"{door.method} {door.path}"


def test_the_page_on_the_command_line_names_every_verb() -> None:
    text = (DOCS / "reference" / "cli.md").read_text("utf-8")
    for path in known_words():
        for word in path.split():
            assert f"`{word}`" in text, path
