"""The first minute: an empty folder with a plain notebook, run in the background and scheduled by clicks alone."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import lab_server
from tests.browser.pages import RUNNING, Lab, RunTab
from tests.server_process import ServerProcess

pytestmark = pytest.mark.browser


@pytest.fixture
def plain(tmp_path: Path) -> Iterator[ServerProcess]:
    """A folder with one notebook below a folder, and nothing of ours in it."""
    source = tmp_path / "source"
    (source / "reports").mkdir(parents=True)
    cells = [
        {
            "cell_type": "code",
            "id": "a",
            "source": "rows = 10  # how many rows\nname = 'Ada'",
            "metadata": {"tags": ["parameters"]},
            "outputs": [],
            "execution_count": None,
        },
        {
            "cell_type": "code",
            "id": "b",
            "source": "print(f'{name} has {rows} rows')",
            "metadata": {},
            "outputs": [],
            "execution_count": None,
        },
    ]
    spec = {"kernelspec": {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}}
    document = {"nbformat": 4, "nbformat_minor": 5, "metadata": spec, "cells": cells}
    (source / "reports/daily.ipynb").write_text(json.dumps(document))
    server = lab_server(tmp_path, source)
    try:
        server.start().wait_until_ready()
        yield server
    finally:
        server.stop()


def orchestrate(page: Page, item: str) -> None:
    """Choose something in the notebook's own menu; a kernel that has just started has changed the notebook."""
    page.get_by_role("button", name="Orchestrate: run in the background, schedule").click()
    page.get_by_role("menuitem", name=item).click()
    save = dialog(page).get_by_role("button", name="Save and go on")
    expect(save.or_(dialog(page).get_by_role("combobox", name="Kernel"))).to_be_visible()
    if save.is_visible():
        save.click()


def dialog(page: Page) -> Locator:
    return page.get_by_role("dialog")


def test_a_plain_notebook_runs_in_the_background_and_on_a_schedule(page: Page, plain: ServerProcess) -> None:
    lab = Lab(page, plain).open()
    lab.command("docmanager:open", path="reports/daily.ipynb")
    orchestrate(page, "Run Notebook in Background")
    expect(dialog(page)).to_contain_text("Run daily in the background")
    dialog(page).get_by_role("textbox", name="rows").fill("many")
    expect(dialog(page)).to_contain_text("A whole number is expected.")
    lab.picture("notebook-run-dialog")
    dialog(page).get_by_role("textbox", name="rows").fill("3")
    dialog(page).get_by_role("button", name="Run", exact=True).click()
    run = RunTab(page)
    run.expect_status("Success")
    lab.picture("notebook-run")

    lab.command("docmanager:open", path="reports/daily.ipynb")
    strip = page.get_by_role("status", name="Last run in the background")
    expect(strip).to_contain_text("Success")
    lab.picture("notebook-strip")
    strip.get_by_role("button", name="Open result").click()
    run.expect_status("Success")

    lab.command("docmanager:open", path="reports/daily.ipynb")
    orchestrate(page, "Schedule Notebook…")
    dialog(page).get_by_role("textbox", name="Name", exact=True).fill("Every minute")
    dialog(page).get_by_role("combobox", name="How often").select_option("cron")
    due = dialog(page).get_by_role("status", name="Next due times")
    dialog(page).get_by_role("textbox", name="Cron line").fill("61 * * * *")
    expect(due).to_contain_text("61")
    dialog(page).get_by_role("button", name="Schedule", exact=True).click()
    expect(dialog(page).get_by_role("alert")).to_contain_text("61")
    dialog(page).get_by_role("textbox", name="Cron line").fill("* * * * *")
    expect(due).to_contain_text("Every minute")
    dialog(page).get_by_role("checkbox", name="html").check()
    dialog(page).get_by_role("textbox", name="Copies to").fill("results/{name}")
    lab.picture("notebook-schedule-dialog")
    dialog(page).get_by_role("button", name="Schedule", exact=True).click()
    lab.command("jupyter-orch:open-notebook-jobs")
    row = page.get_by_role("row", name=re.compile("Every minute"))
    expect(row.get_by_role("switch", name="Job Every minute")).to_be_checked()
    expect(row.get_by_role("button", name=re.compile("^Run of .*Success$")).first).to_be_visible(
        timeout=RUNNING + 30_000
    )
    lab.picture("notebook-jobs")
    assert {file.name for file in (plain.root / "reports/results").iterdir()} == {"daily.ipynb", "daily.html"}
    row.get_by_role("button", name="Remove Every minute").click()
    expect(dialog(page)).to_contain_text("their results stay")
    dialog(page).get_by_role("button", name="Remove", exact=True).click()
    expect(page.get_by_text("No notebook is scheduled.")).to_be_visible()
    assert lab.errors == []


def test_the_file_browser_offers_the_same(page: Page, plain: ServerProcess) -> None:
    lab = Lab(page, plain).open()
    lab.command("filebrowser:open-path", path="reports")
    lab.command("filebrowser:activate")
    page.get_by_role("listitem", name=re.compile("daily.ipynb")).click(button="right")
    expect(page.get_by_role("menuitem", name="Schedule Notebook…")).to_be_visible()
    page.get_by_role("menuitem", name="Run Notebook in Background").click()
    dialog(page).get_by_role("button", name="Run", exact=True).click()
    RunTab(page).expect_status("Success")
    assert lab.errors == []
