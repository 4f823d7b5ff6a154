"""The side panel: locations that break and mend, schedules, keyboard, the pipeline tab, readers without rights."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import lab_server
from tests.browser.pages import STARTING, Lab
from tests.server_process import ServerProcess

pytestmark = pytest.mark.browser

READ_ONLY = '''
from jupyter_server.auth import Authorizer

class Readers(Authorizer):
    """Everybody may look; only Lab itself may write."""

    def is_authorized(self, handler, user, action, resource):
        return action == "read" or not resource.startswith("jupyter_orch:")

c.ServerApp.authorizer_class = Readers
'''


def test_a_location_breaks_is_explained_and_mended(page: Page, own_server: ServerProcess) -> None:
    lab = Lab(page, own_server).open()
    code = own_server.root / "moody.py"
    good = code.read_text()
    state = lab.panel.get_by_role("status", name="State of moody.py")
    reload = lab.panel.get_by_role("button", name="Reload moody.py")
    expect(state).to_contain_text("Loaded", timeout=STARTING)
    with lab.without_reload():
        code.write_text(good + "\n      return 1\n")
        reload.click()
        expect(state).to_contain_text("Error", timeout=STARTING)
        locations = lab.section("Locations")
        expect(locations).to_contain_text("IndentationError")
        expect(locations).to_contain_text("moody.py:")
        locations.get_by_text("IndentationError").first.scroll_into_view_if_needed()
        lab.picture("location-error")
        expect(lab.panel.get_by_role("status", name="State of code.py")).to_contain_text("Loaded")
        expect(lab.panel.get_by_role("button", name="humming", exact=True)).to_be_visible()
        code.write_text(good.replace("humming", "singing"))
        reload.click()
        expect(state).to_contain_text("Loaded", timeout=STARTING)
        expect(lab.panel.get_by_role("button", name="singing", exact=True)).to_be_visible()
    lab.no_errors()


def test_a_schedule_is_switched_on_and_off(lab: Lab) -> None:
    switch = lab.panel.get_by_role("switch", name="Schedule each_night")
    expect(switch).not_to_be_checked()
    switch.click()
    expect(switch).to_be_checked()
    expect(lab.section("Schedules")).to_contain_text("next in")
    switch.click()
    expect(switch).not_to_be_checked()


def test_panel_and_graph_by_keyboard_alone(lab: Lab) -> None:
    page = lab.page
    lab.panel.get_by_role("searchbox", name="Filter").focus()
    row = lab.panel.get_by_role("button", name="patient", exact=True)
    for _ in range(20):
        page.keyboard.press("Tab")
        if row.evaluate("node => node.closest('ul').contains(document.activeElement)"):
            break
    page.keyboard.press("Home")
    for _ in range(8):
        if row.evaluate("node => node === document.activeElement"):
            break
        page.keyboard.press("ArrowDown")
    expect(row).to_be_focused()
    page.keyboard.press("Enter")
    graph = page.get_by_role("listbox", name="Graph of patient")
    expect(graph).to_be_visible()
    first = graph.get_by_role("option", name="wait")
    first.focus()
    page.keyboard.press("ArrowDown")
    expect(graph.get_by_role("option", name="add_two, composite, closed")).to_be_focused()
    page.keyboard.press("Enter")
    expect(graph.get_by_role("option", name="second")).to_be_visible()
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox", name="Find a solid")).to_be_focused()
    page.keyboard.type("first")
    page.keyboard.press("Enter")
    expect(graph.get_by_role("option", name="first")).to_be_focused()
    page.get_by_role("button", name="Outline").press("Enter")
    chosen = page.get_by_role("tree", name="Solids of patient").get_by_role("treeitem", name="first")
    expect(chosen).to_have_attribute("aria-selected", "true")
    lab.no_errors()


def test_the_source_opens_at_its_line(lab: Lab) -> None:
    pipeline = lab.open_pipeline("choosy")
    pipeline.solid("picky").click()
    expect(pipeline.inspector).to_contain_text("How many.")
    pipeline.inspector.get_by_role("button", name="Open source").click()
    lines = (lab.server.root / "code.py").read_text().splitlines()
    decorator = max(i for i in range(lines.index("def picky(context):")) if lines[i].startswith("@solid")) + 1
    expect(lab.page.get_by_role("button", name=f"Ln {decorator}, Col 1")).to_be_visible(timeout=20_000)


@pytest.fixture
def readers_server(tmp_path: Path) -> Iterator[ServerProcess]:
    """A server on which nobody may change anything of the orchestrator's."""
    server = lab_server(tmp_path)
    config = server.home / "config"
    config.mkdir()
    (config / "jupyter_server_config.py").write_text(READ_ONLY)
    try:
        server.start()
        server.wait_for_locations()
        yield server
    finally:
        server.stop()


def test_a_reader_sees_everything_and_is_told_why_not_more(page: Page, readers_server: ServerProcess) -> None:
    lab = Lab(page, readers_server).open()
    expect(lab.panel.get_by_role("button", name="patient", exact=True)).to_be_visible(timeout=STARTING)
    launch = lab.panel.get_by_role("button", name="New run")
    expect(launch).to_have_attribute("aria-disabled", "true")
    expect(launch).to_have_attribute("title", "needs execute on jupyter_orch:runs")
    expect(lab.panel.get_by_role("button", name="Reload code.py")).to_have_attribute("aria-disabled", "true")
    expect(lab.panel.get_by_role("switch", name="Schedule each_night")).to_have_attribute("aria-disabled", "true")
    lab.no_errors()
