"""The code that the page of notebooks shows does what it says, and what it promises is held by a test."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from tests.cli.console import Console

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "notebooks.md").read_text("utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
CODE = """
from jupyter_orch import pipeline, repository, solid

@solid(config_schema={"by": int})
def divide(context):
    return context.solid_config["by"] / 0

@pipeline
def ratio():
    divide()

@repository
def repo():
    return [ratio]
"""


def test_every_promise_names_what_holds_it() -> None:
    table = PAGE.split("### What users of other schedulers missed")[1].split("\n## ")[0]
    rows = [line for line in table.splitlines() if line.startswith("| ")][2:]
    assert len(rows) == 14
    for row in rows:
        held = re.findall(r"`([^`]+)`", row.split("|")[3])
        assert held and all((ROOT / path).exists() for path in held), row


def test_the_cells_that_it_shows_run() -> None:
    load, solid = (block for block in BLOCKS if block.startswith(("%load_ext", "%%solid")))
    use = (
        "from jupyter_orch import lambda_solid, pipeline\n@lambda_solid\ndef rows(): return [1, None, 2]\n"
        "@pipeline\ndef cleaning(): clean(rows())"
    )
    run = "%%orch run cleaning\nsolids: {clean: {config: {strict: true}}}"
    cells = [nbformat.v4.new_code_cell(cell) for cell in (load, solid, use, run, "print(_.output_for_solid('clean'))")]  # type: ignore[no-untyped-call]
    notebook = nbformat.v4.new_notebook(cells=cells)  # type: ignore[no-untyped-call]
    NotebookClient(notebook, kernel_name="python3").execute()
    assert notebook.cells[-1].outputs[0].text == "[1, 2]\n"


@pytest.mark.journey
def test_a_failed_step_is_loaded_as_the_page_shows(tmp_path: Path, private_home: Path) -> None:
    (tmp_path / "code.py").write_text(CODE)
    (tmp_path / "workspace.yaml").write_text("load_from:\n- python_file: code.py\n")
    (tmp_path / "config.yaml").write_text("solids: {divide: {config: {by: 7}}}\n")
    console = Console(tmp_path, private_home)
    launched = console("pipeline", "launch", "ratio", "--config", "config.yaml", "--wait")
    assert launched.code == 1, launched.out + launched.err
    (run,) = json.loads(console("run", "list", "--json").out)
    shown = next(block for block in BLOCKS if "load_step" in block)
    code = re.sub(r'"[0-9a-f-]{36}"', repr(run["run_id"]), shown) + "\nprint(step.context.solid_config, step.inputs)\n"
    env = {**os.environ, "JUPYTER_ORCH_HOME": str(private_home)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=env, capture_output=True, text=True, cwd=tmp_path, timeout=60
    )
    assert done.stdout.strip().splitlines()[-1] == "{'by': 7} {}", done.stderr
