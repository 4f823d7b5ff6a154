"""Schedules, sensors, backfills and assets as their tabs show them."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import RUNNING, Lab, RunTab
from tests.server_process import ServerProcess

pytestmark = pytest.mark.browser


def test_a_schedule_is_tested_switched_on_and_fires(page: Page, own_server: ServerProcess) -> None:
    lab = Lab(page, own_server).open()
    view = lab.open_instigator("schedule", "each_minute")
    expect(view.heading).to_have_text("each_minute")
    expect(view.body.get_by_role("list", name="Next ticks").get_by_role("listitem")).to_have_count(5)
    view.button("Test now").click()
    result = view.body.get_by_role("region", name="Result of the test")
    expect(result).to_contain_text("It would launch 1 run.")
    expect(result).to_contain_text("Nothing was launched.")
    expect(view.body.get_by_text("No tick yet.")).to_be_visible()
    lab.picture("schedule-tested")
    with lab.without_reload():
        view.body.get_by_role("switch", name="Schedule each_minute").click()
        tick = view.body.get_by_role("table", name="Ticks").get_by_role("row").nth(1)
        expect(tick).to_contain_text("Success", timeout=90_000)
        view.body.get_by_role("switch", name="Schedule each_minute").click()
    tick.get_by_role("button", name=re.compile("^Tick of")).click()
    result.get_by_role("button", name="Close the result").click()
    expect(view.body.get_by_role("region", name="Output of the evaluation")).to_contain_text("looked at")
    lab.picture("schedule-ticks")
    tick.get_by_role("button", name=re.compile("^Open run")).click()
    RunTab(page).expect_status("Success")
    lab.no_errors()


def test_a_sensor_skips_with_its_reason_and_goes_on_from_another_cursor(page: Page, own_server: ServerProcess) -> None:
    lab = Lab(page, own_server).open()
    view = lab.open_instigator("sensor", "every_other")
    view.button("Test now").click()
    expect(view.body.get_by_role("region", name="Result of the test")).to_contain_text("It would skip.")
    view.body.get_by_role("switch", name="Sensor every_other").click()
    ticks = view.body.get_by_role("table", name="Ticks")
    expect(ticks.get_by_role("row").nth(1)).to_contain_text("nothing new", timeout=RUNNING)
    view.button("Edit cursor").click()
    page.get_by_role("dialog").get_by_role("textbox").fill("7")
    page.get_by_role("dialog").get_by_role("button", name="Set").click()
    expect(view.body.get_by_text("Cursor", exact=True).locator("..")).to_contain_text("7")
    view.button("Look now").click()
    expect(ticks.get_by_role("row").nth(1)).to_contain_text("Success", timeout=RUNNING)
    expect(view.body.get_by_text("key-7")).to_be_visible()
    lab.picture("sensor")
    lab.no_errors()


def test_twelve_partitions_are_filled_and_their_numbers_plotted(page: Page, own_server: ServerProcess) -> None:
    lab = Lab(page, own_server).open()
    lab.command("jupyter-orch:open-backfills")
    body = page.get_by_role("main")
    matrix = body.get_by_role("list", name="Partitions of months")
    expect(matrix.get_by_role("button", name=re.compile("no run yet"))).to_have_count(12)
    body.get_by_role("button", name="Choose those without a run").click()
    with lab.without_reload():
        body.get_by_role("button", name="Launch backfill").click()
        expect(matrix.get_by_role("button", name=re.compile("Success"))).to_have_count(12, timeout=RUNNING)
        expect(body.get_by_role("img", name="12 of 12")).to_be_visible(timeout=20_000)
    lab.picture("backfill")
    lab.command("jupyter-orch:open-assets", key=["sales", "monthly"])
    plot = body.get_by_role("figure", name="rows over time")
    expect(plot.get_by_role("button")).to_have_count(12)
    lab.picture("asset")
    plot.get_by_role("button").first.click()
    RunTab(page).expect_status("Success").tab("Artifacts")
    expect(body.get_by_role("list", name="Artifacts")).to_contain_text("sales / monthly")
    lab.no_errors()


def test_the_instance_shows_its_loops_and_locations(lab: Lab) -> None:
    lab.command("jupyter-orch:open-instance")
    body = lab.page.get_by_role("main")
    expect(body.get_by_role("status", name="State of the daemon")).to_have_text("All loops are well")
    expect(body.get_by_role("table", name="Replicas")).to_contain_text("this server")
    lab.picture("instance")
    body.get_by_role("tab", name="Queue").click()
    expect(body.get_by_role("meter", name="Used slots of db")).to_have_attribute("max", "2")
    body.get_by_role("tab", name="Storage").click()
    expect(body.get_by_role("table", name="Tables of")).to_contain_text("snapshots", timeout=20_000)
    body.get_by_role("tab", name="Settings").click()
    settings = body.get_by_role("region", name="Settings of the instance")
    expect(settings).to_contain_text("db: 2")
    expect(settings).not_to_contain_text("s3cr3t")
    body.get_by_role("tab", name="Locations").click()
    expect(body.get_by_role("button", name="Reload code.py")).to_be_visible()
    lab.no_errors()
