"""Texts that would become code on a careless page, in every name and value that user code can choose, in every view."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import lab_server
from tests.browser.pages import STARTING, Lab, RunTab
from tests.server_process import ServerProcess

pytestmark = pytest.mark.browser

PAYLOADS = [
    "<script>window.broken=1</script>",
    '<img src=x onerror="window.broken=1">',
    '<svg onload="window.broken=1"></svg>',
    "<svg><script>window.broken=1</script></svg>",
    '<iframe srcdoc="<script>parent.broken=1</script>"></iframe>',
    '<body onload="window.broken=1">',
    '<a href="javascript:window.broken=1">click</a>',
    "javascript:window.broken=1",
    "data:text/html,<script>parent.broken=1</script>",
    '"><img src=x onerror=window.broken=1>',
    "' onmouseover='window.broken=1",
    "</textarea><script>window.broken=1</script>",
    "</style><script>window.broken=1</script>",
    "<details open ontoggle=window.broken=1>",
    "<video><source onerror=window.broken=1></video>",
    "<math><mtext></p><img src=x onerror=window.broken=1></math>",
    "${window.broken=1}{{constructor.constructor('window.broken=1')()}}",
    "[x](javascript:window.broken=1) ![x](x onerror=window.broken=1)",
    "\x1b]8;;javascript:window.broken=1\x07link\x1b]8;;\x07",
    "\u202e<img src=x onerror=window.broken=1>\u0000\u200b",
]
CODE = '''
"""Says every payload wherever user code may say something."""

from jupyter_orch import *

PAYLOADS = {payloads!r}
ALL = "\\n".join(PAYLOADS)
TAG = " ".join(p for p in PAYLOADS if p.isprintable())  # tags are kept without control characters


@solid(
    description=ALL,
    tags={{"note": TAG}},
    config_schema={{"text": Field(str, default_value=ALL, description=ALL), "choice": Field(Enum("E", [EnumValue(p) for p in PAYLOADS]), is_required=False)}},
    output_defs=[OutputDefinition(int, description=ALL)],
)
def say(context):
    for number, payload in enumerate(PAYLOADS):
        print(payload)
        context.log.error(payload)
        yield AssetMaterialization(
            asset_key=["hostile", payload.replace("\\x00", "")],
            description=payload,
            partition=payload.replace("\\x00", ""),
            metadata_entries=[
                EventMetadataEntry.text(payload, payload),
                EventMetadataEntry.url(payload, "url"),
                EventMetadataEntry.path(payload, "path"),
                EventMetadataEntry.md(payload, "md"),
                EventMetadataEntry.json({{payload: payload}}, "json"),
                EventMetadataEntry.table([{{payload: payload}}], payload),
                EventMetadataEntry.asset(AssetKey([payload.replace("\\x00", "")]), "asset"),
                EventMetadataEntry.pipeline_run(payload.replace("\\x00", ""), "run"),
                EventMetadataEntry.md(f"# {{payload}}\\n\\n**fat** [link]({{payload}}) ![image]({{payload}})\\n\\n```html\\n{{payload}}\\n```", "notes"),
                EventMetadataEntry.int(number, "number"),
            ],
        )
        yield ExpectationResult(success=False, label=payload, description=payload)
    yield Output(1)


@solid(description=ALL)
def fail(context, number: int):
    raise ValueError(ALL)


@pipeline(description=ALL, tags={{"about": TAG}}, preset_defs=[PresetDefinition("hostile", run_config={{"solids": {{"say": {{"config": {{"text": ALL}}}}}}}}, tags={{"preset": TAG}})])
def hostile():
    fail(say())


parts = PartitionSetDefinition(
    name="parts",
    pipeline_name="hostile",
    partition_fn=lambda: [Partition(p.replace("\\x00", "")) for p in PAYLOADS],
    run_config_fn_for_partition=lambda chosen: {{}},
)


@schedule(cron_schedule="0 3 * * *", pipeline_name="hostile", description=ALL)
def at_night(context):
    print(ALL)
    return {{"solids": {{"say": {{"config": {{"text": ALL}}}}}}}}


@sensor(pipeline_name="hostile", description=ALL)
def watch(context):
    print(ALL)
    yield SkipReason(ALL)


@repository(description=ALL)
def repo():
    return [hostile, parts, at_night, watch]
'''


NOTEBOOK = f"{PAYLOADS[1]}.ipynb"
# Whatever could run: elements, handlers, addresses. Lab's own Markdown is among it.
LIVE = """() => [...document.querySelectorAll('.jp-orch *')].filter(node =>
  node.matches('script, iframe, object, embed, base, meta, link, form[action]') ||
  [...node.attributes].some(one => /^on/i.test(one.name) || (/^(href|src|action|xlink:href|formaction)$/i.test(one.name) && /^\\s*(javascript|vbscript|data:text)/i.test(one.value)))
).map(node => node.outerHTML.slice(0, 200))"""


def notebook() -> str:
    """Outputs of our own kinds that hold every payload."""
    boxes = [{"key": payload, "label": payload, "note": payload, "state": payload} for payload in PAYLOADS]
    arrows = [{"source": PAYLOADS[0], "target": payload, "label": payload} for payload in PAYLOADS[1:]]
    said = " ".join(PAYLOADS)
    graph = {"kind": "pipeline", "name": said, "pipeline": said, "runId": PAYLOADS[0], "boxes": boxes, "arrows": arrows}
    run = {"runId": PAYLOADS[1], "status": PAYLOADS[2], "pipelineName": said}
    outputs = [
        {"output_type": "display_data", "metadata": {}, "data": {f"application/vnd.jupyter_orch.{kind}+json": data}}
        for kind, data in (("graph", graph), ("run", run))
    ]
    cell = {
        "cell_type": "code",
        "id": "a",
        "source": "",
        "metadata": {"tags": ["parameters"]},
        "outputs": outputs,
        "execution_count": None,
    }
    spec = {"name": "python3", "display_name": PAYLOADS[0], "language": "python"}
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": spec}, "cells": [cell]})


@pytest.fixture
def hostile_server(tmp_path: Path) -> Iterator[ServerProcess]:
    """A workspace that says every payload, and one whose code does not load because of them."""
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    (workspace / "code.py").write_text(CODE.format(payloads=PAYLOADS))
    (workspace / NOTEBOOK).write_text(notebook())
    (workspace / "broken.py").write_text(f"raise ValueError({PAYLOADS!r})\n")
    (workspace / "workspace.yaml").write_text("load_from:\n  - python_file: code.py\n  - python_file: broken.py\n")
    server = lab_server(tmp_path, workspace)
    try:
        yield server.start()
    finally:
        server.stop()


def test_no_text_of_a_user_becomes_code_in_any_view(page: Page, hostile_server: ServerProcess) -> None:
    lab = Lab(page, hostile_server).open()
    body = page.get_by_role("main")

    def look(way: Callable[[], object] = lambda: None) -> None:
        way()
        page.wait_for_timeout(150)
        assert page.evaluate(LIVE) == []
        lab.no_errors()

    pipeline = lab.open_pipeline("hostile")
    for face in ("Graph", "Outline", "Table"):
        look(pipeline.button(face).click)
    pipeline.body.get_by_role("button", name="say", exact=True).click()
    expect(pipeline.inspector.get_by_text("<script>window.broken=1</script>").first).to_be_visible()
    look()

    launchpad = lab.open_launchpad("hostile")
    for face in ("Form", "Diff", "YAML"):
        look(launchpad.button(face).click)
    launchpad.write(f"solids:\n  say:\n    config:\n      text: 1\n      {PAYLOADS[0]!r}: 1\n")
    expect(launchpad.mistakes.first).to_be_visible(timeout=20_000)
    look(launchpad.button("Reset").click)
    run = launchpad.launch().expect_status("Failed")
    run_id = page.evaluate("document.querySelector('.jp-orch-Run code[title]').title")
    for tab in ("Log", "Stdout", "Stderr", "Notebook", "Artifacts", "Config"):
        look(lambda tab=tab: run.tab(tab))  # type: ignore[misc]
    expect(run.tab("Artifacts").body.get_by_text("fat", exact=True).first).to_be_attached(timeout=20_000)
    look(run.tab("Log").log.get_by_role("button").first.click)

    lab.command("jupyter-orch:open-runs")
    expect(page.get_by_role("table", name="Runs")).to_be_visible()
    look()
    for kind, name in (("schedule", "at_night"), ("sensor", "watch")):
        view = lab.open_instigator(kind, name)
        view.button("Test now").click()
        expect(view.body.get_by_role("region", name="Result of the test")).to_be_visible(timeout=STARTING)
        look()
    lab.command("jupyter-orch:open-backfills")
    expect(body.get_by_role("list", name="Partitions of parts").get_by_role("button")).to_have_count(len(PAYLOADS))
    look()
    lab.command("jupyter-orch:open-assets", key=["hostile", PAYLOADS[1]])
    expect(body.get_by_role("list", name="History").get_by_text("fat", exact=True).first).to_be_visible(
        timeout=STARTING
    )
    look()
    lab.command("jupyter-orch:open-instance")
    for tab in ("Health", "Queue", "Storage", "Settings", "Locations"):
        look(body.get_by_role("tab", name=tab).click)
    expect(body.get_by_role("region", name="The code does not load").first).to_be_visible()

    lab.command("docmanager:open", path=NOTEBOOK)
    expect(body.locator(".jp-orch-Shown")).to_have_count(2, timeout=STARTING)
    expect(body.get_by_role("listbox", name="Graph of").get_by_role("option").first).to_be_visible(timeout=20_000)
    look()
    answer = hostile_server.graphql(
        """mutation($job: NotebookJobInput!) { saveNotebookJob(job: $job) {
        __typename ... on Error { message } } }""",
        job={"path": NOTEBOOK, "name": f"{PAYLOADS[0]} {PAYLOADS[1]}", "cronSchedule": "0 3 * * *"},
    )
    assert answer["saveNotebookJob"]["__typename"] == "SaveNotebookJobSuccess", answer
    lab.command("jupyter-orch:open-notebook-jobs")
    expect(body.get_by_role("switch").first).to_be_visible(timeout=STARTING)
    look()
    lab.open_run(run_id)
    RunTab(page).expect_status("Failed")
    look()
