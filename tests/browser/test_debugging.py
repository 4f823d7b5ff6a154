"""From a failed run to its step in a notebook, whose kernel has what the step had."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import lab_server
from tests.browser.pages import STARTING, Lab
from tests.server_process import ServerProcess

pytestmark = pytest.mark.browser

CODE = """
from jupyter_orch import pipeline, repository, solid

@solid
def numbers():
    return [1, 2, 0]

@solid(config_schema={"by": int})
def divide(context, values):
    return [context.solid_config["by"] / value for value in values]

@pipeline
def ratios():
    divide(numbers())

@repository
def repo():
    return [ratios]
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    """A location with a kernel of its own."""
    source = tmp_path / "source"
    source.mkdir()
    (source / "code.py").write_text(CODE)
    (source / "workspace.yaml").write_text("load_from:\n- python_file: {relative_path: code.py, kernel: lab-env}\n")
    server = lab_server(tmp_path, source)
    spec = server.home / "data/kernels/lab-env/kernel.json"
    spec.parent.mkdir(parents=True)
    argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec.write_text(json.dumps({"argv": argv, "display_name": "Lab environment", "language": "python"}))
    try:
        server.start().wait_for_locations()
        yield server
    finally:
        server.stop()


def test_a_failed_step_opens_in_a_notebook_of_its_own_kernel(page: Page, server: ServerProcess) -> None:
    run_id = server.launch("ratios", {"solids": {"divide": {"config": {"by": 12}}}})["run"]["runId"]
    assert server.wait_for_run(run_id)["status"] == "FAILURE"
    lab = Lab(page, server).open()
    lab.open_run(run_id)
    page.get_by_role("button", name="Open failed step in notebook").click()
    notebook = page.get_by_role("feed", name="Cells")
    expect(notebook).to_contain_text("The first cell loads the step", timeout=STARTING)
    expect(page.get_by_role("button", name="Lab environment", exact=True)).to_be_visible(timeout=STARTING)
    expect(page.get_by_role("button", name="Lab environment | Idle")).to_be_visible(timeout=STARTING)
    lab.command("notebook:run-all-cells")
    expect(notebook).to_contain_text("{'values': [1, 2, 0]}", timeout=STARTING)
    expect(notebook).to_contain_text("def divide(context, values)")
    expect(notebook).to_contain_text("ZeroDivisionError", timeout=STARTING)
    lab.picture("debug-notebook")
    assert lab.errors == []
