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
    pipeline.button("Table").click()
    check(lab, "table")

    launchpad = lab.open_launchpad("choosy")
    launchpad.write("resorces: {}\n")
    expect(launchpad.mistakes.first).to_be_visible()
    for face in ("YAML", "Form", "Diff"):
        launchpad.button(face).click()
        check(lab, f"launchpad, {face}")

    run = lab.open_run(run_id).expect_status("Failed")
    for tab in ("Log", "Stdout", "Stderr", "Notebook", "Artifacts", "Config"):
        run.tab(tab)
        check(lab, f"run, {tab}")

    lab.command("jupyter-orch:open-runs")
    expect(lab.page.get_by_role("table", name="Runs")).to_be_visible()
    lab.page.get_by_role("checkbox", name="Choose all runs of this page").check()
    check(lab, "runs")

    for kind, name in (("schedule", "each_night"), ("sensor", "every_other")):
        view = lab.open_instigator(kind, name)
        view.button("Test now").click()
        expect(view.body.get_by_role("region", name="Result of the test")).to_be_visible(timeout=20_000)
        check(lab, kind)

    lab.command("jupyter-orch:open-backfills")
    expect(lab.page.get_by_role("list", name="Partitions of months")).to_be_visible()
    check(lab, "backfills")

    month = lab.server.launch("monthly", {"solids": {"count_month": {"config": {"month": "2026-01"}}}})["run"]["runId"]
    lab.server.wait_for_run(month)
    lab.command("jupyter-orch:open-assets", key=["sales", "monthly"])
    expect(lab.page.get_by_role("list", name="History").get_by_role("listitem").first).to_be_visible(timeout=20_000)
    check(lab, "assets")

    lab.command("jupyter-orch:open-instance")
    for tab in ("Health", "Locations", "Settings"):
        lab.page.get_by_role("main").get_by_role("tab", name=tab).click()
        check(lab, f"instance, {tab}")
