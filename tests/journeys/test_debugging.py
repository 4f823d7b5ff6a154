"""A failed step is opened in a notebook whose kernel has its inputs, config and resources."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from tests.server_process import ServerProcess, serving

pytestmark = pytest.mark.journey

CODE = """
from jupyter_orch import ModeDefinition, mem_io_manager, pipeline, repository, resource, solid

@resource(config_schema=int)
def factor(context):
    return context.resource_config

@solid
def numbers(_):
    return [1, 2, 0]

@solid(config_schema={"top": int}, required_resource_keys={"factor"})
def divide(context, values):
    return [context.solid_config["top"] * context.resources.factor / value for value in values]

@pipeline(mode_defs=[ModeDefinition(resource_defs={"factor": factor})])
def kept():
    divide(numbers())

@pipeline(mode_defs=[ModeDefinition(resource_defs={"factor": factor, "io_manager": mem_io_manager})])
def in_memory():
    divide(numbers())

@repository
def repo():
    return [kept, in_memory]
"""
CONFIG = {
    "execution": {"in_process": {}},
    "solids": {"divide": {"config": {"top": 6}}},
    "resources": {"factor": {"config": 2}},
}
DEBUG = """mutation($run: String!, $step: String!) { debugStep(runId: $run, stepKey: $step) {
  __typename ... on DebugStepSuccess { path } ... on Error { message } } }"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    folder = tmp_path_factory.mktemp("debugging")
    (folder / "root").mkdir()
    (folder / "root/code.py").write_text(CODE)
    (folder / "root/other.py").write_text(CODE)
    entries = (
        "- python_file: code.py\n- python_file: {relative_path: other.py, location_name: other, kernel: lab-env}\n"
    )
    (folder / "root/workspace.yaml").write_text(f"load_from:\n{entries}")
    spec = folder / "home/data/kernels/lab-env/kernel.json"
    spec.parent.mkdir(parents=True)
    argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec.write_text(json.dumps({"argv": argv, "display_name": "Lab environment", "language": "python"}))
    with serving(folder / "root", folder / "home") as running:
        running.wait_until_ready()
        running.wait_for_locations()
        yield running


def debug(server: ServerProcess, run: str, step: str) -> dict[str, Any]:
    answer: dict[str, Any] = server.graphql(DEBUG, run=run, step=step)["debugStep"]
    return answer


def failed_run(server: ServerProcess, pipeline: str) -> str:
    run: str = server.launch(pipeline, CONFIG)["run"]["runId"]
    assert server.wait_for_run(run)["status"] == "FAILURE"
    return run


def execute(server: ServerProcess, path: str, until: int) -> Any:
    document = nbformat.read(server.root / path, 4)  # type: ignore[no-untyped-call]
    document.cells = document.cells[:until]
    env = {**os.environ, "JUPYTER_ORCH_HOME": str(server.home / "orch")}
    NotebookClient(document).execute(env=env, cwd=str(server.root))
    return document


def test_its_kernel_has_what_the_step_had(server: ServerProcess) -> None:
    run = failed_run(server, "kept")
    answer = debug(server, run, "divide")
    assert answer["path"] == f"orch_debug/divide_{run}.ipynb"
    document = execute(server, answer["path"], until=3)
    assert document.cells[1].outputs[0]["data"]["text/plain"] == "{'values': [1, 2, 0]}"
    source = document.cells[2].source
    assert "def divide(context, values):" in source and "@solid" not in source
    document.cells[2].source += "\ndivide(context, [1, 2])"
    nbformat.write(document, server.root / "mended.ipynb")  # type: ignore[no-untyped-call]
    mended = execute(server, "mended.ipynb", until=3)
    assert mended.cells[2].outputs[0]["data"]["text/plain"] == "[12.0, 6.0]"
    with pytest.raises(CellExecutionError, match="ZeroDivisionError"):
        execute(server, answer["path"], until=4)


def test_it_opens_in_the_kernel_of_its_location(server: ServerProcess) -> None:
    for location, expected in (("other", "lab-env"), ("code.py", "python3")):
        run = server.launch("kept", CONFIG, location=location)["run"]["runId"]
        assert server.wait_for_run(run)["status"] == "FAILURE"
        document = json.loads((server.root / debug(server, run, "divide")["path"]).read_text())
        assert document["metadata"]["kernelspec"]["name"] == expected
        assert "no kernel is installed" not in document["cells"][0]["source"]


def test_values_that_were_in_memory_only_are_said_to_be_gone(server: ServerProcess) -> None:
    run = failed_run(server, "in_memory")
    with pytest.raises(CellExecutionError, match="was only kept in its memory"):
        execute(server, debug(server, run, "divide")["path"], until=2)


def test_work_in_the_notebook_is_kept(server: ServerProcess) -> None:
    run = failed_run(server, "kept")
    path = Path(server.root / debug(server, run, "divide")["path"])
    path.write_text(path.read_text().replace("inputs = step.context", "inputs  = step.context"))
    before = path.read_text()
    debug(server, run, "divide")
    assert path.read_text() == before


def test_what_is_not_there_is_said(server: ServerProcess) -> None:
    run = failed_run(server, "kept")
    assert debug(server, run, "nothing")["__typename"] == "InvalidStepError"
    assert debug(server, "no-run", "divide")["__typename"] == "PipelineRunNotFoundError"
