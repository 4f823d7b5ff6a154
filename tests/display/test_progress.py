"""Progress of a run below its cell, in a real kernel, with ipywidgets and without."""

from __future__ import annotations

import json
from typing import Any

import nbformat
from nbclient import NotebookClient

PIPELINE = """
%load_ext jupyter_orch
from jupyter_orch import lambda_solid, pipeline
@lambda_solid
def one(): return 1
@lambda_solid
def fail(n): raise ValueError(n)
@pipeline
def sums(): one.alias("a")(); one.alias("b")()
@pipeline
def broken(): fail(one())
"""
WITHOUT = "import sys\nsys.modules['ipywidgets'] = None"
WIDGET = "application/vnd.jupyter.widget-view+json"


def executed(*cells: str) -> Any:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])  # type: ignore[no-untyped-call]
    NotebookClient(notebook, kernel_name="python3").execute()
    return notebook


def test_a_run_in_a_cell_shows_how_far_it_has_come() -> None:
    notebook = executed(PIPELINE, "%orch run sums", "%orch run broken", WITHOUT, "%orch run sums", "%orch run broken")
    _, sums, broken, _, plain_sums, plain_broken = notebook.cells
    states = notebook.metadata["widgets"]["application/vnd.jupyter.widget-state+json"]["state"].values()
    bars = [s["state"] for s in states if s["model_name"] == "IntProgressModel"]
    told = {(bar["description"], bar["value"], bar["max"], bar["bar_style"]) for bar in bars}
    assert told == {("sums", 2, 2, "success"), ("broken", 2, 2, "danger")}
    labels = {s["state"]["value"] for s in states if s["model_name"] == "LabelModel"}
    assert labels == {"2 of 2 steps", "2 of 2 steps: 1 failed"}
    for cell in (sums, broken):
        views = [WIDGET in output.get("data", {}) for output in cell.outputs]
        assert views == [True, *[False] * (len(views) - 1)], "one bar, then what the run prints and its result"
    for cell, said in ((plain_sums, "sums: 2 of 2 steps"), (plain_broken, "broken: 2 of 2 steps: 1 failed")):
        shown, *_, result = cell.outputs
        assert shown["data"]["text/plain"] == said
        assert '<progress max="2" value="2">' in shown["data"]["text/html"]
        assert "run of" in result["data"]["text/plain"]
    assert "Traceback" not in json.dumps(notebook)
