"""The example: a click on Launch, a green run, a notebook with its plot."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import lab_server
from tests.browser.pages import Lab
from tests.server_process import REPOSITORY, ServerProcess

pytestmark = pytest.mark.browser


@pytest.fixture(params=["/", "/user/a/proxy/x/"], ids=["plain", "nested"])
def example(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ServerProcess]:
    """The example workspace, at the root and behind a proxy's path."""
    server = lab_server(tmp_path, REPOSITORY / "notebooks", base_url=request.param)
    try:
        yield server.start()
    finally:
        server.stop()


def test_launch_shows_the_run_live_and_green_and_opens_its_notebook(page: Page, example: ServerProcess) -> None:
    lab = Lab(page, example).open()
    pipeline = lab.open_pipeline("penguin_report")
    expect(pipeline.solid("report")).to_be_visible()
    pipeline.solid("clean").click()
    expect(pipeline.inspector.get_by_text("Drop incomplete rows")).to_be_visible()
    lab.picture("pipeline")

    launchpad = lab.open_launchpad("penguin_report")
    launchpad.expect_valid()
    lab.picture("launchpad")
    with lab.without_reload():
        run = launchpad.launch()
        expect(run.step("clean")).to_be_visible()
        lab.picture("run-live")
        run.expect_status("Success")
    expect(run.step("report")).to_have_accessible_name(re.compile("^report, Success"))
    expect(lab.section("Recent runs").get_by_role("button", name="Run of penguin_report, Success")).to_have_count(1)
    lab.picture("run")

    run.tab("Notebook").button("Open executed notebook").click()
    plot = page.get_by_role("main").locator(".jp-Notebook img").first
    expect(plot).to_be_visible(timeout=20_000)
    assert plot.evaluate("image => image.decode().then(() => image.naturalWidth)") > 50
    expect(page.get_by_text("notebook is read-only")).to_be_visible()
    expect(page.get_by_role("main").get_by_text("No Kernel").first).to_be_visible()
    expect(
        page.get_by_role("main")
        .get_by_role("cell", name="Gentoo")
        .or_(page.get_by_role("main").get_by_role("rowheader", name="Gentoo"))
        .first
    ).to_be_attached()
    plot.scroll_into_view_if_needed()
    page.wait_for_timeout(1000)
    lab.picture("executed-notebook")
    lab.theme("JupyterLab Dark")
    lab.open_pipeline("penguin_report")
    lab.picture("pipeline-dark")
    lab.no_errors()
