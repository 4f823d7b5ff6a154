"""A notebook in which a step of a run is loaded and run by hand; the kernel loads it, the server reads text alone."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from jupyter_orch.folders import write_atomically
from jupyter_orch.records.files import file_stem
from jupyter_orch.records.messages import HELD
from jupyter_orch.records.notebook_kernel import NotebookKernel
from jupyter_orch.records.run import Run
from jupyter_orch.records.snapshot import LocationSnapshot, SolidSnapshot, Source
from jupyter_orch.runs.problems import InvalidStep

FOLDER = "orch_debug"
MOST_SOURCE = 1024 * 1024


def write_debug_notebook(
    root: Path,
    run: Run,
    step_key: str,
    steps: Iterable[str],
    code: LocationSnapshot | None,
    kernel: NotebookKernel,
) -> str:
    """Write the notebook; one that is there already keeps what was done in it.

    Args:
        root: the workspace's folder.
        run: the run.
        step_key: the step to stand in.
        steps: the steps that the run's log knows.
        code: the definitions of the run's location, for the solid's source.
        kernel: of the location.

    Returns:
        Its path, relative to ``root``.

    Raises:
        InvalidStep: the run has no such step, or nothing but the process that executed it had its code.
    """
    if step_key not in set(steps):
        raise InvalidStep(f"run {run.run_id!r} has no step {step_key!r} that began", step_key=step_key)
    if run.submission.target.kind == HELD:
        raise InvalidStep(
            f"run {run.run_id!r} was executed by a script that held its code itself; no kernel can load it again",
            step_key=step_key,
        )
    path = Path(FOLDER) / f"{file_stem(step_key)}_{file_stem(run.run_id)}.ipynb"
    place = root / path
    if not place.exists():
        place.parent.mkdir(exist_ok=True)
        document = _document(run, step_key, _solid_source(code, run, step_key), kernel)
        write_atomically(place, json.dumps(document, indent=1).encode())
    return path.as_posix()


def _document(run: Run, step_key: str, source: str, kernel: NotebookKernel) -> dict[str, Any]:
    title = (
        f"# Step `{step_key}` of run `{run.run_id}`\n\n"
        "The first cell loads the step as the run had it. Nothing that you run here is stored."
    )
    title += f"\n\n**{kernel.note}**" if kernel.note else ""
    first = (
        "from jupyter_orch_kernel.debugging import load_step\n\n"
        f"step = load_step({run.run_id!r}, {step_key!r})\n"
        "context, inputs = step.context, step.inputs\ninputs"
    )
    cells = [{"cell_type": "markdown", "id": "title", "metadata": {}, "source": title}]
    cells += [_code_cell("load", first)]
    cells += [_code_cell("source", source)] if source else []
    cells += [_code_cell("compute", "result = step.compute()\nlist(result) if hasattr(result, '__next__') else result")]
    spec = {"name": kernel.name, "display_name": kernel.title, "language": kernel.language}
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": spec}, "cells": cells}


def _code_cell(cell_id: str, source: str) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "id": cell_id,
        "metadata": {},
        "source": source,
        "outputs": [],
        "execution_count": None,
    }


def _solid_source(code: LocationSnapshot | None, run: Run, step_key: str) -> str:
    """The text of the solid's function, ready to be run with ``context`` and ``inputs``; empty when it is not found."""
    solid = None if code is None else _solid_of(code, run, step_key.split("[")[0].split("."))
    if solid is None or solid.source is None or solid.source.cell is not None:
        return ""
    text = _function_text(solid.source)
    return text and f"# {solid.source.file}:{solid.source.line}; change it, and call it with context and inputs\n{text}"


def _solid_of(code: LocationSnapshot, run: Run, names: list[str]) -> SolidSnapshot | None:
    selector = run.submission.selector
    pipelines = (
        pipeline
        for repository in code.repositories
        if repository.name == selector.repository
        for pipeline in repository.pipelines
        if pipeline.name == selector.pipeline
    )
    inside = next((pipeline.solids for pipeline in pipelines), ())
    found = None
    for name in names:
        found = next((solid for solid in inside if solid.name == name), None)
        inside = found.solids if found is not None else ()
    return found


def _function_text(source: Source) -> str:
    """The function that stands at a place, with what decorates it left out so that it can be called."""
    try:
        path = Path(source.file)
        if path.stat().st_size > MOST_SOURCE:
            return ""
        text = path.read_text(encoding="utf-8")
        tree = ast.parse(text)
    except (OSError, ValueError, SyntaxError):
        return ""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = min([node.lineno, *(item.lineno for item in node.decorator_list)])
            if first <= source.line <= (node.end_lineno or node.lineno):
                return "\n".join(text.splitlines()[node.lineno - 1 : node.end_lineno])
    return ""
