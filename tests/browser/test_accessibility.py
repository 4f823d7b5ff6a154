"""Every view against the rules of WCAG 2.2 A and AA that a machine can check, in both themes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.pages import Lab
from tests.conftest import missing
from tests.server_process import REPOSITORY

pytestmark = pytest.mark.browser

AXE = REPOSITORY / "labextension/node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
CHECK = """async rules => {
  const views = [...document.querySelectorAll('.jp-orch')].filter(view => view.offsetParent);
  const { violations, passes } = await axe.run(views, { runOnly: rules });
  return {
    views: views.length,
    passed: passes.length,
    broken: violations.flatMap(one => one.nodes.map(node => `${one.id}: ${node.target} (${node.failureSummary})`)),
  };
}"""


@pytest.fixture(scope="session")
def axe() -> str:
    """The checker's code."""
    if not AXE.exists():
        missing("axe-core (make panel)")
    return Path(AXE).read_text()


def check(lab: Lab, view: str) -> None:
    found: dict[str, Any] = lab.page.evaluate(CHECK, RULES)
    assert found["views"] >= 2 and found["passed"] > 5, f"{view} was not looked at: {found}"
    assert found["broken"] == [], view


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_no_view_breaks_a_rule(lab: Lab, axe: str, theme: str) -> None:
    lab.page.add_script_tag(content=axe)
    lab.theme(theme)
    config = {"solids": {"needs_file": {"config": {"file": "/nowhere/at/all"}}}}
    run_id = lab.server.launch("failing", config)["run"]["runId"]

    pipeline = lab.open_pipeline("patient")
    pipeline.solid("add_two").click()
    check(lab, "graph")
    pipeline.button("Outline").click()
    expect(pipeline.outline).to_be_visible()
    check(lab, "outline")

    launchpad = lab.open_launchpad("choosy")
    launchpad.write("resorces: {}\n")
    expect(launchpad.mistakes.first).to_be_visible()
    check(lab, "launchpad")

    run = lab.open_run(run_id).expect_status("Failed")
    for tab in ("Log", "Stdout", "Stderr", "Notebook", "Config"):
        run.tab(tab)
        check(lab, f"run, {tab}")

    lab.command("jupyter-orch:open-runs")
    expect(lab.page.get_by_role("table", name="Runs")).to_be_visible()
    check(lab, "runs")
