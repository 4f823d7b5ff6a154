"""Every view against the rules of WCAG 2.2 A and AA that a machine can check, in every theme, narrow, and by keyboard alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.pages import STARTING, Lab, Launchpad, RunTab
from tests.browser.views import Lived, live_a_little, tour
from tests.conftest import missing
from tests.server_process import REPOSITORY, ServerProcess

pytestmark = pytest.mark.browser

AXE = REPOSITORY / "labextension/node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
THEMES = {
    "light": "JupyterLab Light",
    "dark": "JupyterLab Dark",
    "contrast": "JupyterLab Dark High Contrast",
}
NARROWEST = 220
CHECK = """async rules => {
  const views = [...document.querySelectorAll('.jp-orch')].filter(view => view.offsetParent);
  const { violations, passes } = await axe.run(views, { runOnly: rules });
  return {
    views: views.length,
    passed: passes.length,
    broken: violations.flatMap(one => one.nodes.map(node => `${one.id}: ${node.target} (${node.failureSummary})`)),
  };
}"""
# What stands out over the right edge of a view and of everything in it that scrolls or cuts.
BEYOND = """selector => {
  const view = [...document.querySelectorAll(selector)].find(one => one.offsetParent);
  const edge = view.getBoundingClientRect().right + 1;
  const cut = node => {
    for (let up = node.parentElement; up && up !== view.parentElement; up = up.parentElement)
      if (up !== view && /auto|scroll|hidden|clip/.test(getComputedStyle(up).overflowX)) return true;
    return false;
  };
  return {
    width: view.clientWidth,
    beyond: [...view.querySelectorAll('*')]
      .filter(node => node.getBoundingClientRect().width > 0 && node.getBoundingClientRect().right > edge && !cut(node))
      .map(node => String(node.className.baseVal ?? node.className)),
  };
}"""
# What can be worked but not reached: the arrow keys lead to what a list, tree, log or drawing takes out of the Tab order.
UNREACHED = """() => {
  const view = [...document.querySelectorAll('.jp-orch-View')].find(one => one.offsetParent);
  const led = '[role=listbox], [role=tree], [role=tablist], [role=log], [role=table], ul[role=list], .jp-orch-Plot-frame, .cm-editor, .jp-RenderedHTMLCommon';
  const seen = node => node.offsetParent && getComputedStyle(node).visibility !== 'hidden';
  const work = [...view.querySelectorAll('button, a[href], input, select, textarea, [role=button], [onclick]')].filter(seen);
  return {
    counted: work.length,
    unreached: work.filter(node => node.tabIndex < 0 && !node.disabled && !node.closest(led)).map(node => node.outerHTML.slice(0, 160)),
    jumping: [...view.querySelectorAll('[tabindex]')].filter(node => node.tabIndex > 0).length,
    nameless: work.filter(node => !(node.labels?.length || node.getAttribute('aria-label') || node.textContent.trim() || node.title)).map(node => node.outerHTML.slice(0, 160)),
  };
}"""


@pytest.fixture(scope="module")
def lived(shared_server: ServerProcess) -> Lived:
    return live_a_little(shared_server)


@pytest.fixture(scope="module")
def toured(browser: Browser, browser_context_args: dict[str, Any], shared_server: ServerProcess) -> Iterator[Lab]:
    """One page for the whole module, with the checker in it."""
    if not AXE.exists():
        missing("axe-core (make panel)")
    context = browser.new_context(**browser_context_args, reduced_motion="reduce")
    lab = Lab(context.new_page(), shared_server).open()
    lab.page.add_script_tag(content=Path(AXE).read_text())
    yield lab
    context.close()


@pytest.mark.parametrize("theme", THEMES)
def test_no_view_breaks_a_rule(toured: Lab, lived: Lived, theme: str) -> None:
    page = toured.page
    toured.theme(THEMES[theme])
    for name, visit in tour(toured, lived):
        visit()
        toured.picture(f"view-{name}-{theme}")
        found = page.evaluate(CHECK, RULES)
        assert found["views"] >= 2 and found["passed"] > 5, f"{name} was not looked at: {found}"
        assert found["broken"] == [], name
        if theme == "light":
            keys = page.evaluate(UNREACHED)
            assert keys["counted"] > 0, name
            assert (keys["unreached"], keys["jumping"], keys["nameless"]) == ([], 0, []), name
    assert page.evaluate("document.getAnimations().filter(one => one.effect.target?.closest('.jp-orch')).length") == 0
    toured.no_errors()


def test_every_view_has_room_in_220_pixels(toured: Lab, lived: Lived) -> None:
    page = toured.page
    toured.theme(THEMES["light"])
    page.evaluate("window.jupyterapp.shell.collapseLeft()")
    page.set_viewport_size({"width": 298, "height": 800})
    try:
        for name, visit in tour(toured, lived):
            visit()
            found = page.evaluate(BEYOND, ".jp-orch-View")
            assert found["width"] <= NARROWEST + 2, found
            assert found["beyond"] == [], name
            toured.picture(f"view-{name}-narrow")
    finally:
        page.set_viewport_size({"width": 1280, "height": 800})
        toured.show_panel()


def test_the_side_panel_has_room_in_220_pixels(toured: Lab) -> None:
    page = toured.page
    toured.show_panel()
    page.evaluate(
        """() => {
          const split = document.querySelector('#jp-main-split-panel');
          const widget = window.jupyterapp.shell._hsplitPanel;
          const sizes = widget.relativeSizes();
          widget.setRelativeSizes([220 / split.clientWidth, 1 - 220 / split.clientWidth, ...sizes.slice(2).map(() => 0)]);
        }"""
    )
    for theme in ("light", "dark"):
        toured.theme(THEMES[theme])
        page.wait_for_function("document.querySelector('.jp-orch-Panel').clientWidth <= 232")
        found = page.evaluate(BEYOND, ".jp-orch-Panel")
        assert found["beyond"] == []
        assert page.evaluate(CHECK, RULES)["broken"] == []
        toured.picture(f"panel-{theme}-narrow")


def test_the_lines_of_a_log_and_the_points_of_a_plot_by_keyboard(toured: Lab, lived: Lived) -> None:
    page = toured.page
    run = toured.open_run(lived.failed).expect_open().tab("Log")
    run.log.focus()
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    line = run.log.locator("button:focus")
    expect(line).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Enter")
    expect(line).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Escape")
    expect(run.log).to_be_focused()


def reach(page: Page, target: Locator, most: int = 60) -> None:
    """Press Tab until something has the focus."""
    expect(target).to_be_visible(timeout=STARTING)
    for _ in range(most):
        if target.evaluate("node => node === document.activeElement"):
            return
        page.keyboard.press("Tab")
    expect(target).to_be_focused()


def reach_row(lab: Lab, target: Locator) -> None:
    """Press Tab from the panel's filter to the list of a row, then the arrow to the row."""
    expect(target).to_be_visible(timeout=STARTING)
    lab.panel.get_by_role("searchbox", name="Filter").focus()
    for _ in range(60):
        lab.page.keyboard.press("Tab")
        if target.evaluate("node => node.closest('ul').contains(document.activeElement)"):
            break
    lab.page.keyboard.press("Home")
    for _ in range(20):
        if target.evaluate("node => node === document.activeElement"):
            return
        lab.page.keyboard.press("ArrowDown")
    expect(target).to_be_focused()


def test_a_run_is_launched_canceled_and_run_again_by_keyboard_alone(toured: Lab, lived: Lived, tmp_path: Path) -> None:
    page = toured.page
    toured.show_panel()
    reach_row(toured, toured.panel.get_by_role("button", name="choosy", exact=True))
    page.keyboard.press("ArrowRight")
    expect(toured.panel.get_by_role("button", name="Open launchpad of choosy")).to_be_focused()
    page.keyboard.press("Enter")
    Launchpad(page).expect_valid()
    page.keyboard.press("ControlOrMeta+Enter")
    RunTab(page).expect_status("Success")
    gate = tmp_path / "gate"
    config = {"solids": {"wait": {"config": {"until": str(gate)}}}}
    run = toured.open_run(toured.server.launch("patient", config)["run"]["runId"]).expect_status("Running")
    reach(page, run.button("Cancel run"))
    page.keyboard.press("Enter")
    run.expect_status("Canceled")
    reach(page, run.button("Re-run"), most=10)
    page.keyboard.press("Enter")
    expect(run.body.get_by_text("Re-run of")).to_be_visible(timeout=STARTING)
    gate.touch()
    run.expect_status("Success")
    toured.no_errors()


def test_switches_and_results_are_reached_by_keyboard_alone(toured: Lab, lived: Lived) -> None:
    page = toured.page
    toured.show_panel()
    row = toured.panel.get_by_role("button", name="Schedule each_night, ")
    reach_row(toured, row)
    page.keyboard.press("ArrowRight")
    switch = toured.panel.get_by_role("switch", name="Schedule each_night")
    expect(switch).to_be_focused()
    for on in (True, False):
        page.keyboard.press("Space")
        expect(switch).to_be_checked(checked=on, timeout=STARTING)
    expect(toured.panel.get_by_role("switch", name="Schedule Each night")).to_be_visible()
    run = toured.open_run(lived.notebook).expect_open().tab("Log")
    reach(page, run.body.get_by_role("tab", name="Log", exact=True))
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    expect(run.body.get_by_role("tab", name="Notebook", exact=True)).to_have_attribute("aria-selected", "true")
    reach(page, run.button("Open executed notebook"))
    with page.expect_download() as downloading:
        reach(page, run.body.get_by_role("link", name="Download as py"))
        page.keyboard.press("Enter")
    assert downloading.value.suggested_filename == "plain.py"
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    expect(run.button("Open executed notebook")).to_be_focused()
    page.keyboard.press("Enter")
    expect(run.body.locator(".jp-Notebook")).to_be_visible(timeout=STARTING)
    toured.no_errors()
