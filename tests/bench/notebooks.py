"""What a launched run of a notebook that does nothing costs, in a kernel that stands ready and in a cold one."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.server_process import ServerProcess, serving

CODE = """
from jupyter_orch import notebook_solid, pipeline, repository

book = notebook_solid("book", "book.ipynb", config_schema={"x": int})

@pipeline
def notebook():
    book()

@repository
def repo():
    return [notebook]
"""
KERNELSPEC = {"name": "python3", "display_name": "Python 3", "language": "python"}
CONFIG = {"execution": {"in_process": {}}, "solids": {"book": {"config": {"x": 2}}}}


def measure(folder: Path, row: Callable[..., dict[str, Any]], count: int = 12) -> list[dict[str, Any]]:
    """From the API call to the recorded success, and the step alone, by the events' own clocks."""
    root = folder / "root"
    root.mkdir(parents=True)
    (root / "code.py").write_text(CODE)
    (root / "workspace.yaml").write_text("load_from:\n- python_file: code.py\n")
    cells = [_cell("x = 1", "parameters"), _cell("print(x)")]
    document = {"nbformat": 4, "nbformat_minor": 4, "metadata": {"kernelspec": KERNELSPEC}, "cells": cells}
    (root / "book.ipynb").write_text(json.dumps(document))
    rows = []
    for kind, settings, targets in (("warm", "", "≤ 200"), ("cold", "run_launcher: subprocess\n", "≤ 1400")):
        home = folder / kind
        (home / "orch").mkdir(parents=True)
        (home / "orch" / "orch.yaml").write_text(settings)
        with serving(root, home) as server:
            server.wait_for_locations()
            _run(server, None)
            time.sleep(3)
            times = [_run(server, kind) for _ in range(count if kind == "warm" else 4)]
        rows.append(row(f"notebook step, {kind}", [t[0] for t in times]))
        rows.append(row(f"notebook run, {kind}: API call → success recorded", [t[1] for t in times], targets))
    return rows


def _cell(source: str, *tags: str) -> dict[str, Any]:
    metadata = {"tags": list(tags)}
    return {"cell_type": "code", "source": source, "metadata": metadata, "outputs": [], "execution_count": None}


def _run(server: ServerProcess, kind: str | None) -> tuple[float, float]:
    begun = time.time()
    run_id = server.launch("notebook", CONFIG)["run"]["runId"]
    assert server.wait_for_run(run_id)["status"] == "SUCCESS"
    events = server.events(run_id)
    at = {event["type"]: event["timestamp"] for event in events}
    said = [event["message"] for event in events if "kernel 'python3'" in event["message"]]
    assert kind != "warm" or any("stood ready" in text for text in said), said
    time.sleep(0.5)
    return at["STEP_SUCCESS"] - at["STEP_START"], at["PIPELINE_SUCCESS"] - begun
