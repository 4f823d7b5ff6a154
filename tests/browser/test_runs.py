"""Runs as they are watched: live, canceled, failed, mended, and over the death of runner and server."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import Lab, RunTab
from tests.server_process import ServerProcess, wait_for

pytestmark = pytest.mark.browser


def waiting_for(file: Path) -> dict[str, object]:
    return {"solids": {"wait": {"config": {"until": str(file)}}}}


def launch(server: ServerProcess, pipeline: str, config: object) -> str:
    answer = server.launch(pipeline, config)
    assert answer["__typename"] == "LaunchPipelineRunSuccess", answer
    run_id: str = answer["run"]["runId"]
    return run_id


def test_output_and_steps_grow_while_the_run_goes_on(lab: Lab, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    run = lab.open_run(launch(lab.server, "patient", waiting_for(gate))).expect_open()
    with lab.without_reload():
        expect(run.step("wait")).to_have_accessible_name(re.compile("^wait, Running"))
        active = lab.section("Active runs").get_by_role("button", name="Run of patient, Running")
        expect(active).to_have_count(1)
        run.tab("Stdout")
        output = run.body.get_by_label("Standard output")
        expect(output).to_contain_text("count 5")
        expect(output.locator(".ansi-green-fg").first).to_contain_text("count")
        gate.touch()
        run.expect_status("Success")
    expect(active).to_have_count(0)
    run.tab("Log")
    expect(run.body.get_by_role("checkbox", name="Follow")).to_be_checked()
    expect(run.log.get_by_text("PIPELINE_SUCCESS")).to_be_in_viewport()
    run.body.get_by_role("searchbox", name="Text").fill("STEP_SUCCESS")
    expect(run.log.get_by_text("STEP_SUCCESS")).to_have_count(3)
    lab.no_errors()


def test_a_run_is_canceled(lab: Lab, tmp_path: Path) -> None:
    run = lab.open_run(launch(lab.server, "patient", waiting_for(tmp_path / "never"))).expect_status("Running")
    expect(run.step("wait")).to_have_accessible_name(re.compile("^wait, Running"))
    run.button("Cancel run").click()
    run.expect_status("Canceled")
    expect(run.button("Re-run")).to_be_visible()
    lab.no_errors()


def test_a_failure_is_named_mended_and_run_again_from_there(lab: Lab, tmp_path: Path) -> None:
    file = tmp_path / "table.csv"
    config = {"solids": {"needs_file": {"config": {"file": str(file)}}}}
    run = lab.open_run(launch(lab.server, "failing", config)).expect_status("Failed")
    card = run.body.get_by_role("region", name="Step needs_file failed")
    expect(card).to_contain_text("FileNotFoundError: table.csv is missing <img src=x")
    card.get_by_text("Traceback").click()
    expect(card).to_contain_text("raise FileNotFoundError")
    lab.picture("run-failed")
    file.touch()
    run.button("Re-run from failure").click()
    again = RunTab(lab.page).expect_status("Success")
    expect(again.step("needs_file")).to_have_accessible_name(re.compile("^needs_file, Success"))
    expect(again.body.get_by_text("Re-run of")).to_be_visible()
    lab.no_errors()


def test_texts_of_users_stay_text(lab: Lab) -> None:
    run = lab.open_run(launch(lab.server, "loud", {})).expect_status("Success")
    expect(run.log.get_by_text('<img src=x onerror="window.broken=1">').first).to_be_visible()
    run.tab("Stdout")
    expect(run.body.get_by_label("Standard output")).to_contain_text("<script>window.broken=1</script>")
    lab.no_errors()


def test_a_killed_runner_is_shown_with_its_signal(lab: Lab, tmp_path: Path) -> None:
    run_id = launch(lab.server, "patient", waiting_for(tmp_path / "never"))
    run = lab.open_run(run_id).expect_status("Running")
    expect(run.step("wait")).to_have_accessible_name(re.compile("^wait, Running"))
    start = next(event for event in lab.server.events(run_id) if event["type"] == "STEP_START")
    with lab.without_reload():
        os.kill(start["data"]["pid"], signal.SIGKILL)
        run.expect_status("Failed")
    expect(run.body.get_by_text("SIGKILL").first).to_be_visible()
    lab.no_errors()


def test_the_server_dies_and_comes_back_while_a_run_is_watched(
    page: Page, own_server: ServerProcess, tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    lab = Lab(page, own_server).open()
    run_id = launch(own_server, "patient", waiting_for(gate))
    run = lab.open_run(run_id).expect_status("Running")
    expect(run.step("wait")).to_have_accessible_name(re.compile("^wait, Running"))
    with lab.without_reload():
        own_server.kill()
        expect(lab.connection).to_have_text("Offline")
        expect(run.body.get_by_text("Offline – last update")).to_be_visible()
        lab.picture("offline")
        clock = run.body.get_by_text("Duration").locator("..")
        frozen = clock.inner_text()
        page.wait_for_timeout(2500)
        assert clock.inner_text() == frozen
        gate.touch()
        own_server.start()
        expect(lab.connection).to_have_text("Live", timeout=60_000)
        # Lab's own word about the lost server stands over the page.
        page.keyboard.press("Escape")
        run.expect_status("Success")
    events = own_server.events(run_id)
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    expect(run.body.get_by_text(f"{len(events)} of {len(events)}")).to_be_visible()


def test_the_table_of_runs_filters_and_deletes(page: Page, own_server: ServerProcess) -> None:
    lab = Lab(page, own_server).open()
    for pipeline in ("loud", "loud", "patient"):
        own_server.wait_for_run(launch(own_server, pipeline, {}))
    lab.command("jupyter-orch:open-runs")
    table = page.get_by_role("table", name="Runs")
    expect(table.get_by_role("row")).to_have_count(4)
    lab.picture("runs")
    page.get_by_role("searchbox", name="Pipeline").fill("patient")
    expect(table.get_by_role("row")).to_have_count(2)
    table.get_by_role("button", name="Delete run").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("main").get_by_text("No run fits the filter.")).to_be_visible()
    page.get_by_role("button", name="Clear the filter").click()
    expect(table.get_by_role("row")).to_have_count(3)
    lab.no_errors()


def test_an_open_run_is_restored_with_the_layout(lab: Lab) -> None:
    run_id = launch(lab.server, "loud", {})
    lab.open_run(run_id).expect_status("Success")

    def is_saved() -> bool:
        return any(run_id in path.read_text() for path in (lab.server.home / "workspaces").glob("*"))

    wait_for(is_saved, 20)
    again = Lab(lab.page, lab.server).open(reset=False)
    RunTab(again.page).expect_status("Success")
