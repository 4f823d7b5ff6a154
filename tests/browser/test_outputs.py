"""Pipelines, results and runs as the last value of a cell, in a notebook that somebody opens."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from jupyter_orch import InputDefinition, execute_pipeline, pipeline, solid
from jupyter_orch.client import OrchClient
from jupyter_orch.magics.server_side import LaunchedRun
from tests.browser.pages import STARTING, Lab, PipelineTab, RunTab

pytestmark = pytest.mark.browser


@solid
def wait(_: Any) -> int:
    """One."""
    return 1


@solid(input_defs=[InputDefinition("number", int)])
def add_two(_: Any, number: int) -> int:
    """Fails for no reason."""
    raise ValueError("no reason")


@pipeline
def patient() -> None:
    """Has the name of one that the server knows."""
    add_two(wait())


def notebook(*bundles: dict[str, Any]) -> str:
    """A notebook whose cells have put these out."""
    cells = [
        {
            "cell_type": "code",
            "id": f"c{number}",
            "metadata": {},
            "source": "",
            "outputs": [{"output_type": "display_data", "metadata": {}, "data": bundle}],
            "execution_count": None,
        }
        for number, bundle in enumerate(bundles)
    ]
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": spec}, "cells": cells})


def test_they_are_drawn_by_the_panel_live_and_lead_to_its_tabs(lab: Lab, tmp_path: Path) -> None:
    server, page = lab.server, lab.page
    gate = tmp_path / "gate"
    run_id = server.launch("patient", {"solids": {"wait": {"config": {"until": str(gate)}}}})["run"]["runId"]
    launched = LaunchedRun(OrchClient(server.url, server.token), run_id)
    result = execute_pipeline(patient, raise_on_error=False)
    bundles = [one._repr_mimebundle_() for one in (patient, result, launched)]
    (server.root / "shown.ipynb").write_text(notebook(*bundles))
    lab.command("docmanager:open", path="shown.ipynb")
    body = page.get_by_role("main")

    drawn = body.get_by_role("region", name="pipeline patient", exact=True)
    graph = drawn.get_by_role("listbox", name="Graph of patient")
    expect(graph.get_by_role("option")).to_have_count(2, timeout=STARTING)
    failed = body.get_by_role("region", name="run of patient: failure")
    expect(failed.get_by_role("option", name="add_two, Failed")).to_be_visible()
    expect(failed.get_by_role("button", name="Open run")).to_have_count(0)

    live = body.get_by_role("region", name="Run of patient", exact=True)
    live.scroll_into_view_if_needed()
    status = live.get_by_role("status", name="Run status")
    expect(status).to_have_text("Running", timeout=STARTING)
    for theme in ("Light", "Dark"):
        lab.theme(f"JupyterLab {theme}")
        lab.picture(f"outputs-{theme.lower()}")
    gate.touch()
    expect(status).to_have_text("Success", timeout=STARTING)
    expect(live.get_by_role("list", name="Steps").get_by_role("listitem")).to_have_count(3)

    graph.get_by_role("option", name="wait").click()
    page.keyboard.press("ArrowDown")
    expect(graph.get_by_role("option", name="add_two")).to_be_focused()
    live.get_by_role("button", name="Open run").click()
    RunTab(page).expect_status("Success")
    lab.command("docmanager:open", path="shown.ipynb")
    drawn.get_by_role("button", name="Open pipeline").click()
    expect(PipelineTab(page, "patient").solid("wait")).to_be_visible()
    lab.no_errors()
