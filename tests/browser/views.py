"""Every view of the panel, each brought to the front in a state worth looking at."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from playwright.sync_api import expect

from tests.browser.pages import STARTING, Lab
from tests.server_process import ServerProcess

CONFIG = {"solids": {"needs_file": {"config": {"file": "/nowhere/at/all"}}}}
MONTH = {"solids": {"count_month": {"config": {"month": "2026-01"}}}}
NOTEBOOK = "plain.ipynb"


@dataclass(frozen=True)
class Lived:
    """What has happened on the server before its views are looked at."""

    failed: str
    made: str
    notebook: str


def live_a_little(server: ServerProcess) -> Lived:
    """A failed run, an asset, a notebook with a schedule."""
    failed = server.launch("failing", CONFIG)["run"]["runId"]
    made = server.launch("monthly", MONTH)["run"]["runId"]
    executed = server.graphql(
        "mutation($params: RunNotebookParams!) { runNotebook(params: $params) {"
        " ... on LaunchPipelineRunSuccess { run { runId } } ... on Error { message } } }",
        params={"path": NOTEBOOK, "kernelName": "python3", "formats": ["script"]},
    )["runNotebook"]["run"]["runId"]
    job = {
        "path": NOTEBOOK,
        "name": "Each night",
        "cronSchedule": "0 3 * * *",
        "kernelName": "python3",
        "mailTo": ["ada@example.org", "ops@example.org"],
    }
    server.graphql(
        "mutation($job: NotebookJobInput!) { saveNotebookJob(job: $job) { __typename ... on Error { message } } }",
        job=job,
    )
    server.wait_for_run(failed)
    server.wait_for_run(made)
    server.wait_for_run(executed)
    return Lived(failed=failed, made=made, notebook=executed)


def tour(lab: Lab, lived: Lived) -> Iterator[tuple[str, Callable[[], None]]]:
    """Name and way of each view; each way may be gone any number of times."""
    page = lab.page
    body = page.get_by_role("main")

    def tab(name: str) -> None:
        body.get_by_role("tab", name=name, exact=True).click()

    def pipeline(face: str) -> None:
        lab.command("jupyter-orch:open-pipeline", location="code.py", repository="repo", pipeline="patient")
        body.get_by_role("button", name=face, exact=True).click()
        expect(body.get_by_role("complementary", name="Inspector")).to_be_visible(timeout=STARTING)

    def launchpad(face: str) -> None:
        lab.command("jupyter-orch:open-launchpad", location="code.py", repository="repo", pipeline="choosy")
        body.get_by_role("button", name=face, exact=True).click(timeout=STARTING)

    def run(part: str, run_id: str) -> None:
        lab.open_run(run_id).expect_open()
        tab(part)

    def instigator(kind: str, name: str) -> None:
        view = lab.open_instigator(kind, name)
        expect(view.heading).to_have_text(name)
        result = body.get_by_role("region", name="Result of the test")
        if not result.is_visible():
            view.button("Test now").click()
        expect(result).to_be_visible(timeout=STARTING)

    def shown(command: str, role: str, name: str, **arguments: object) -> None:
        lab.command(f"jupyter-orch:{command}", **arguments)
        expect(body.get_by_role(role, name=re.compile(f"^{name}")).first).to_be_visible(timeout=STARTING)  # type: ignore[arg-type]

    def instance(part: str) -> None:
        lab.command("jupyter-orch:open-instance")
        tab(part)

    for face in ("Graph", "Outline", "Table"):
        yield f"pipeline-{face.lower()}", lambda face=face: pipeline(face)  # type: ignore[misc]
    for face in ("YAML", "Form", "Diff"):
        yield f"launchpad-{face.lower()}", lambda face=face: launchpad(face)  # type: ignore[misc]
    for part in ("Log", "Stdout", "Stderr", "Notebook", "Config"):
        yield f"run-{part.lower()}", lambda part=part: run(part, lived.failed)  # type: ignore[misc]
    yield "run-executed", lambda: run("Notebook", lived.notebook)
    yield "run-artifacts", lambda: run("Artifacts", lived.made)
    yield "runs", lambda: shown("open-runs", "table", "Runs")
    yield "schedule", lambda: instigator("schedule", "each_night")
    yield "sensor", lambda: instigator("sensor", "every_other")
    yield "backfills", lambda: shown("open-backfills", "list", "Partitions of")
    yield "assets", lambda: shown("open-assets", "list", "History", key=["sales", "monthly"])
    for part in ("Health", "Queue", "Locations", "Storage", "Settings"):
        yield f"instance-{part.lower()}", lambda part=part: instance(part)  # type: ignore[misc]
    yield "notebook-jobs", lambda: shown("open-notebook-jobs", "switch", "Job Each night")
