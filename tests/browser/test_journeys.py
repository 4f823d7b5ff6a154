"""What users do on the days that count: a mistake mended, a notebook that fails."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import lab_server
from tests.browser.pages import STARTING, Lab, RunTab
from tests.server_process import ServerProcess

pytestmark = pytest.mark.browser

FAILING_NOTEBOOK = {
    "nbformat": 4,
    "nbformat_minor": 5,
    "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
    "cells": [
        {
            "cell_type": "code",
            "id": f"c{number}",
            "metadata": {},
            "source": source,
            "outputs": [],
            "execution_count": None,
        }
        for number, source in enumerate(
            ["x = 1", "print('so far so good')", "import time; time.sleep(2)", "1 / (x - 1)", "print('never')"]
        )
    ],
}
NOTEBOOK_CODE = """
from jupyter_orch import *

check = notebook_solid("check", "check.ipynb")


@pipeline(mode_defs=[ModeDefinition(resource_defs={"io_manager": fs_io_manager})])
def checked():
    check()


@repository
def repo():
    return [checked]
"""


@pytest.fixture
def notebook_server(tmp_path: Path) -> Iterator[ServerProcess]:
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    (workspace / "code.py").write_text(NOTEBOOK_CODE)
    (workspace / "check.ipynb").write_text(json.dumps(FAILING_NOTEBOOK))
    (workspace / "workspace.yaml").write_text("load_from:\n  - python_file: code.py\n")
    yield from served(lab_server(tmp_path, workspace))


def served(server: ServerProcess) -> Iterator[ServerProcess]:
    try:
        server.start()
        server.wait_for_locations()
        yield server
    finally:
        server.stop()


def test_a_mistake_is_shown_at_its_field_mended_and_launched(lab: Lab) -> None:
    launchpad = lab.open_launchpad("choosy")
    launchpad.write("solids:\n  picky:\n    config:\n      rows: many # of June\n      name: ada\n")
    expect(launchpad.mistakes).to_have_count(1)
    launchpad.button("Form").click()
    rows = launchpad.body.get_by_role("textbox", name=re.compile("^rows"))
    expect(rows).to_have_attribute("aria-invalid", "true")
    lab.picture("launchpad-form")
    rows.fill("7")
    launchpad.expect_valid()
    launchpad.button("YAML").click()
    expect(launchpad.editor).to_contain_text("rows: 7 # of June")
    launchpad.launch().expect_status("Success")
    lab.no_errors()


def test_the_editor_knows_the_keys(lab: Lab) -> None:
    launchpad = lab.open_launchpad("choosy")
    launchpad.write("solids:\n  picky:\n    config:\n      ")
    lab.page.keyboard.type("na")
    proposal = lab.page.get_by_role("option", name=re.compile("^name"))
    expect(proposal).to_be_visible()
    lab.page.wait_for_timeout(200)  # a list that has just come does not take Enter yet
    lab.page.keyboard.press("Enter")
    expect(launchpad.editor).to_contain_text("name: ")


def test_a_notebook_grows_opens_at_the_cell_that_failed_and_goes_on_mended(
    page: Page, notebook_server: ServerProcess
) -> None:
    lab = Lab(page, notebook_server).open()
    run = lab.open_launchpad("checked").launch()
    run.tab("Notebook")
    cells = run.body.get_by_role("region", name="Cells of check")
    with lab.without_reload():
        expect(cells).to_contain_text("so far so good", timeout=STARTING)
        lab.picture("notebook-grows")
        run.expect_status("Failed")
        expect(cells).to_contain_text("ZeroDivisionError", timeout=20_000)
    lab.picture("notebook-failed")
    run_id = page.evaluate("document.querySelector('.jp-orch-Run code[title]').title")
    run.body.get_by_role("button", name="Open at the failing cell").first.click()
    active = page.get_by_role("main").locator(".jp-Notebook-cell.jp-mod-active")
    expect(active).to_contain_text("1 / (x - 1)", timeout=20_000)
    lab.picture("notebook-failing-cell")
    source = notebook_server.root / "check.ipynb"
    source.write_text(source.read_text().replace("1 / (x - 1)", "1 / x"))
    lab.open_run(run_id).button("Re-run from failure").click()
    again = RunTab(page).expect_status("Success")
    expect(again.body.get_by_text("Re-run of")).to_be_visible()
    lab.no_errors()
