"""A notebook's kernel talks to its server: launch, look, cancel, schedules, and the notebook itself as a location."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from jupyter_orch.magics.server_side import RUN
from tests.server_process import ServerProcess

pytestmark = pytest.mark.journey


@contextlib.contextmanager
def shell_of(server: ServerProcess, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """An IPython that belongs to a server."""
    monkeypatch.setenv("JUPYTER_ORCH_URL", server.url)
    monkeypatch.setenv("JUPYTER_ORCH_TOKEN", server.token)
    made = InteractiveShell()
    made.run_line_magic("load_ext", "jupyter_orch")
    yield made
    made.history_manager.save_thread.stop()
    made.history_manager.end_session()


@pytest.fixture
def own_shell(own: ServerProcess, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """An IPython that belongs to a server of its own."""
    with shell_of(own, monkeypatch) as made:
        yield made


@pytest.fixture
def shell(shared: ServerProcess, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """An IPython that belongs to the server of all journeys."""
    with shell_of(shared, monkeypatch) as made:
        yield made


def said(shell: Any, cell: str) -> tuple[Any, str]:
    """The value of a cell, and all that it printed."""
    with capture_output() as captured:
        ran = shell.run_cell(cell)
        ran.raise_error()
    return ran.result, captured.stdout + captured.stderr


def test_a_launched_run_is_followed_from_the_notebook(shell: Any, shared: ServerProcess) -> None:
    launched, _ = said(shell, "%orch launch short --tag team=blue")
    assert launched.wait(30) == "SUCCESS"
    bundle = launched._repr_mimebundle_()
    assert bundle[RUN]["runId"] == launched.run_id
    assert "success" in bundle["text/plain"]
    table, _ = said(shell, "%orch runs --pipeline short")
    assert launched.run_id[:8] in repr(table)
    assert launched.run_id[:8] in table._repr_html_()
    _, log = said(shell, f"%orch logs {launched.run_id[:8]} --follow")
    assert "PIPELINE_SUCCESS" in log
    tags = shared.graphql(
        "query($id: ID!) { pipelineRunOrError(runId: $id) { ... on PipelineRun { tags { key value } } } }",
        id=launched.run_id,
    )
    assert {"key": "team", "value": "blue"} in tags["pipelineRunOrError"]["tags"]


def test_yaml_below_the_magic_is_the_run_config_and_its_mistakes_are_told(shell: Any) -> None:
    _, told = said(shell, "%%orch launch long\nsolids: {wait: {config: {seconds: soon}}}")
    assert told.startswith("%orch: ")
    assert "expected" in told
    launched, _ = said(shell, "%%orch launch long\nsolids: {wait: {config: {seconds: 60.0}}}")
    _, told = said(shell, f"%orch cancel {launched.run_id}")
    assert "is asked to stop" in told
    assert launched.wait(30) == "CANCELED"


def test_a_run_that_is_waited_for_is_the_value_and_tells_its_steps(shell: Any) -> None:
    launched, _ = said(shell, "%orch launch short --wait")
    assert launched.status == "SUCCESS"
    text = launched._repr_mimebundle_()["text/plain"]
    assert "success" in text and "no step has begun" not in text


def test_status_names_server_locations_and_daemon(shell: Any, shared: ServerProcess) -> None:
    table, _ = said(shell, "%orch status")
    parts = {(part, name) for part, name, _ in table.rows}
    assert ("server", shared.url) in parts
    assert ("location", "code.py") in parts
    assert any(part == "daemon" for part, _ in parts)


def test_a_notebook_serves_itself_until_the_server_ends(own: ServerProcess, own_shell: Any) -> None:
    shell = own_shell
    path = own.root / "live.ipynb"
    cells = ["from jupyter_orch import pipeline", "%%solid one() -> int\nreturn 1", "@pipeline\ndef live():\n    one()"]
    written = [
        {"cell_type": "code", "source": c, "metadata": {}, "outputs": [], "execution_count": None} for c in cells
    ]
    path.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": written}))
    _, told = said(shell, f"%orch serve {path}")
    assert "live.ipynb is a code location" in told
    launched, _ = said(shell, "%orch launch live --location live.ipynb")
    assert launched.wait(30) == "SUCCESS"
    _, told = said(shell, "%orch serve /etc/hosts.ipynb")
    assert "not below the workspace's folder" in told

    def text(*cells: str) -> str:
        parts = [
            {"cell_type": "code", "source": c, "metadata": {}, "outputs": [], "execution_count": None} for c in cells
        ]
        return json.dumps({"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": parts})

    same_name = own.root / "ü ber" / "live.ipynb"
    same_name.parent.mkdir()
    same_name.write_text(text("x = 1", "def broken(:"))
    _, told = said(shell, f"%orch serve '{same_name}'")
    assert "ü ber/live.ipynb can not be loaded: cell 2: " in told
    same_name.write_text(text(*cells))
    _, told = said(shell, f"%orch serve '{same_name}'")
    assert "ü ber/live.ipynb is a code location" in told
    path.rename(own.root / "renamed.ipynb")
    _, told = said(shell, f"%orch serve {own.root / 'renamed.ipynb'}")
    assert "renamed.ipynb is a code location" in told
    assert set(own.locations()) >= {"renamed.ipynb", "ü ber/live.ipynb"}
    assert "live.ipynb" not in own.locations(), "what was renamed is not kept as a broken location"
