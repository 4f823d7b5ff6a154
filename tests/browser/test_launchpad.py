"""Preparing a run: mistakes all at once, nothing launched by mistake, drafts kept."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.pages import Lab, Launchpad, RunTab

pytestmark = pytest.mark.browser

WRONG = """solids:
  picky:
    config:
      rows: many
resorces: {}
"""


def runs_of(lab: Lab, pipeline: str) -> int:
    data = lab.server.graphql(
        "query($f: RunsFilter) { pipelineRunsOrError(filter: $f) { ... on PipelineRuns { count } } }",
        f={"pipelineName": pipeline},
    )
    count: int = data["pipelineRunsOrError"]["count"]
    return count


def test_all_mistakes_are_shown_at_once_and_lead_to_their_lines(lab: Lab) -> None:
    before = runs_of(lab, "choosy")
    launchpad = lab.open_launchpad("choosy")
    launchpad.write(WRONG)
    expect(launchpad.mistakes).to_have_count(3)
    for words in ("solids › picky › config › rows", "the key 'name' is missing", "no key 'resorces'"):
        expect(launchpad.mistakes.filter(has_text=words)).to_have_count(1)
    launch = launchpad.button("Launch")
    expect(launch).to_have_attribute("aria-disabled", "true")
    expect(launch).to_have_attribute("title", "3 mistakes in the run config")
    launch.click(force=True)
    lab.page.keyboard.press("ControlOrMeta+Enter")
    launchpad.mistakes.filter(has_text="resorces").click()
    lab.page.wait_for_function(
        "line => getSelection().anchorNode?.parentElement?.closest('.cm-line')?.textContent === line",
        arg="resorces: {}",
    )
    lab.picture("launchpad-mistakes")
    assert runs_of(lab, "choosy") == before

    launchpad.write("solids:\n  picky:\n    config: {rows: 3, name: ada}\n")
    launchpad.expect_valid()
    launchpad.editor.click()
    lab.page.keyboard.press("ControlOrMeta+Enter")
    RunTab(lab.page).expect_status("Success")
    assert runs_of(lab, "choosy") == before + 1
    lab.no_errors()


def test_text_that_is_no_yaml_is_marked_where_it_breaks(lab: Lab) -> None:
    launchpad = lab.open_launchpad("choosy")
    launchpad.write("solids:\n  picky: [1, 2\nresources: {}\n")
    expect(launchpad.mistakes.first).to_contain_text("line")
    expect(launchpad.button("Launch")).to_have_attribute("aria-disabled", "true")


def test_scaffold_adds_what_is_missing_and_keeps_the_rest(lab: Lab) -> None:
    launchpad = lab.open_launchpad("choosy")
    launchpad.write("# mine\nsolids:\n  picky:\n    config:\n      rows: 7\n")
    launchpad.button("Scaffold").click()
    expect(launchpad.editor).to_contain_text("name:")
    expect(launchpad.editor).to_contain_text("rows: 7")
    expect(launchpad.editor).to_contain_text("# mine")


def test_a_draft_outlives_the_page(lab: Lab) -> None:
    launchpad = lab.open_launchpad("choosy")
    launchpad.write("solids:\n  picky:\n    config: {rows: 77, name: kept}\n")
    launchpad.expect_valid()
    lab.page.wait_for_timeout(1500)
    again = Lab(lab.page, lab.server).open(reset=False)
    expect(Launchpad(again.page).editor).to_contain_text("rows: 77")
    Launchpad(again.page).body.get_by_role("combobox", name="Preset").select_option("good")
    expect(Launchpad(again.page).editor).to_contain_text("rows: 3")
