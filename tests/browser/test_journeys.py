"""What users do on the days that count: a mistake mended, a notebook that fails, many solids, a long log."""

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

SIZES = '''
"""Many solids, many lines, many pipelines deep."""

from jupyter_orch import *


@solid
def begin(context):
    return 1


@solid
def join(context, a, b):
    return a


@pipeline
def grid():
    """Five thousand solids."""
    row = [begin.alias(f"n_0_{i}")() for i in range(50)]
    for r in range(1, 100):
        row = [join.alias(f"n_{r}_{i}")(row[i], row[(i + 1) % 50]) for i in range(50)]


@solid
def talk(context):
    for number in range(100_000):
        context.log.info(f"line {number}")


@pipeline(mode_defs=[ModeDefinition(executor_defs=[in_process_executor])])
def chatty():
    """A hundred thousand lines."""
    talk()


def nested(depth):
    """A composite in a composite …"""
    inner = begin if depth == 0 else nested(depth - 1)

    @composite_solid(name=f"d{depth}")
    def outer():
        inner()

    return outer


@pipeline
def deep():
    """Eight composites deep."""
    nested(7)()


@repository
def sizes():
    return [grid, chatty, deep]
'''
FRAMES = """async () => {
  const scroller = document.querySelector('.jp-orch-Log-lines');
  const frames = [];
  let last = performance.now();
  for (let i = 0; i < 120; i++) {
    scroller.scrollTop = (scroller.scrollHeight * ((i * 37) % 120)) / 120;
    await new Promise(requestAnimationFrame);
    const now = performance.now();
    frames.push(now - last);
    last = now;
  }
  return { longest: Math.max(...frames), median: frames.sort((a, b) => a - b)[60] };
}"""
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
def sizes_server(tmp_path: Path) -> Iterator[ServerProcess]:
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    (workspace / "sizes.py").write_text(SIZES)
    (workspace / "workspace.yaml").write_text("load_from:\n  - python_file: sizes.py\n")
    yield from served(lab_server(tmp_path, workspace))


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


def test_a_notebook_grows_and_opens_at_the_cell_that_failed(page: Page, notebook_server: ServerProcess) -> None:
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
    run.body.get_by_role("button", name="Open at the failing cell").first.click()
    active = page.get_by_role("main").locator(".jp-Notebook-cell.jp-mod-active")
    expect(active).to_contain_text("1 / (x - 1)", timeout=20_000)
    lab.picture("notebook-failing-cell")


def test_five_thousand_solids_and_composites_of_any_depth(page: Page, sizes_server: ServerProcess) -> None:
    lab = Lab(page, sizes_server).open()
    pipeline = lab.open_pipeline("grid")
    expect(pipeline.body.get_by_text("5000 solids")).to_be_visible(timeout=STARTING)
    page.get_by_role("searchbox", name="Find a solid").fill("n_77_13")
    page.keyboard.press("Enter")
    expect(pipeline.solid("n_77_13")).to_be_visible(timeout=STARTING)
    lab.picture("graph-5000")
    deep = lab.open_pipeline("deep")
    page.get_by_role("searchbox", name="Find a solid").fill("begin")
    page.keyboard.press("Enter")
    expect(deep.solid("begin")).to_be_visible()
    lab.picture("graph-deep")
    lab.no_errors()


def test_a_hundred_thousand_lines_scroll(page: Page, sizes_server: ServerProcess) -> None:
    run_id = sizes_server.launch("chatty", {}, location="sizes.py", repository="sizes")["run"]["runId"]
    sizes_server.wait_for_run(run_id, timeout=240)
    lab = Lab(page, sizes_server).open()
    run = lab.open_run(run_id).expect_status("Success")
    expect(run.body.get_by_text(re.compile(r"^100\d{3} of 100\d{3}$"))).to_be_visible(timeout=120_000)
    frames = page.evaluate(FRAMES)
    print("log of 100,000 lines, frames in ms:", frames)
    run.body.get_by_role("searchbox", name="Text").fill("line 99999")
    expect(run.log.get_by_text("line 99999", exact=True)).to_be_visible()
    RunTab(page).body.get_by_role("combobox", name="Kind of event").select_option("STEP_SUCCESS")
    expect(run.body.get_by_text("No event fits the filter.")).to_be_visible()
    lab.no_errors()
