"""Large things: an instance with 10,000 runs, 5,000 solids, 100,000 lines. What is measured is printed; what is asserted is generous."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import lab_server
from tests.browser.large import FIRST_PAINT, GRAPH, PAN, READY, SCROLL, SIZES, seed
from tests.browser.pages import STARTING, Lab
from tests.server_process import ServerProcess

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    folder = tmp_path_factory.mktemp("large")
    workspace = folder / "workspace"
    workspace.mkdir()
    (workspace / "sizes.py").write_text(SIZES)
    (workspace / "workspace.yaml").write_text("load_from:\n  - python_file: sizes.py\n")
    server = lab_server(folder, workspace)
    seed(server)
    try:
        server.start()
        server.wait_for_locations()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="module")
def page(browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[Page]:
    """One page for the whole module: JupyterLab's own start takes longer than most of what is measured."""
    context: BrowserContext = browser.new_context(**browser_context_args)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def lab(page: Page, large: ServerProcess) -> Lab:
    return Lab(page, large).open()


def told(what: str, found: dict[str, float]) -> dict[str, float]:
    print(f"\n{what}: " + ", ".join(f"{name} {value:.0f} ms" for name, value in found.items()))
    return found


def test_the_panel_is_painted_as_soon_as_lab_is_ready(lab: Lab) -> None:
    expect(lab.panel.get_by_role("button", name="grid", exact=True)).to_be_visible(timeout=STARTING)
    page = lab.page
    page.wait_for_timeout(1500)  # the layout is saved with a pause, and the panel must be in it
    page.add_init_script(READY)
    paints = []
    for _ in range(3):
        page.reload()
        paints.append(page.evaluate(FIRST_PAINT))
    found = told("panel over 10,000 runs after Lab is ready", {"median": sorted(paints)[1], "slowest": max(paints)})
    assert found["median"] < 5000
    lab.command("jupyter-orch:open-runs")
    expect(page.get_by_text(re.compile(r"10,?000 runs"))).to_be_visible(timeout=STARTING)
    lab.no_errors()


def test_five_thousand_solids_and_composites_of_any_depth(lab: Lab) -> None:
    page = lab.page
    where = {"location": "sizes.py", "repository": "sizes"}
    times = told("graph of 5,000 solids, from the command", page.evaluate(GRAPH, {**where, "pipeline": "grid"}))
    assert times["interactive"] < 15_000
    for near, name in ((True, "near"), (False, "all of it")):
        frames = told(f"a frame while the graph is moved, {name}", page.evaluate(PAN, near))
        assert frames["median"] < 250
    page.get_by_role("searchbox", name="Find a solid").fill("n_77_13")
    page.keyboard.press("Enter")
    expect(page.get_by_role("main").get_by_role("option", name="n_77_13")).to_be_visible(timeout=STARTING)
    lab.picture("graph-5000")
    deep = lab.open_pipeline("deep")
    page.get_by_role("searchbox", name="Find a solid").fill("begin")
    page.keyboard.press("Enter")
    expect(deep.solid("begin")).to_be_visible()
    lab.picture("graph-deep")
    lab.no_errors()


def test_a_hundred_thousand_lines_scroll(lab: Lab) -> None:
    server, page = lab.server, lab.page
    run_id = server.launch("chatty", {}, location="sizes.py", repository="sizes")["run"]["runId"]
    server.wait_for_run(run_id, timeout=240)
    run = lab.open_run(run_id).expect_status("Success")
    expect(run.body.get_by_text(re.compile(r"^100\d{3} of 100\d{3}$"))).to_be_visible(timeout=120_000)
    frames = told("a frame while 100,000 lines are scrolled", page.evaluate(SCROLL))
    assert frames["median"] < 250
    run.body.get_by_role("searchbox", name="Text").fill("line 99999")
    expect(run.log.get_by_text("line 99999", exact=True)).to_be_visible()
    run.body.get_by_role("combobox", name="Kind of event").select_option("STEP_SUCCESS")
    expect(run.body.get_by_text("No event fits the filter.")).to_be_visible()
    lab.no_errors()
