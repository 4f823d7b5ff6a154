"""P8: what a launched run of a notebook that does nothing costs, in a kernel that stands ready and in a cold one."""

from __future__ import annotations

import json
import time
from statistics import median
from typing import Any

from tests.bench import limits
from tests.bench.figures import Figure, in_ms
from tests.bench.launches import COLD
from tests.bench.place import Place
from tests.bench.rows import limit, ours
from tests.server_process import ServerProcess

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
READY = "stood ready"
PATIENCE = 60.0


def measure(place: Place) -> list[Figure]:
    """From the API call to the recorded success; the step alone, by the events' own clocks, is in the note."""
    floor = limits.asked("kernels", place.turns(6))
    figures = [
        limit("P8", [pair[number] * 1000 for pair in floor], kind) for number, kind in enumerate(("warm", "cold"))
    ]
    for kind, settings, turns in (("warm", "", 20), ("cold", COLD, 10)):
        with place.serving(kind, settings, code=CODE) as server:
            _write_book(server)
            wanted = place.turns(turns)
            times, unready = _warm(server, wanted) if kind == "warm" else (_cold(server, wanted), 0)
        note = f"the step alone {median(in_ms([step for step, _ in times])):.0f} ms"
        if unready:
            note += f"; {unready} runs found no kernel that stood ready, and are left out"
        figures.append(ours("P8", in_ms([whole for _, whole in times]), kind, note=note))
    return figures


def _write_book(server: ServerProcess) -> None:
    cells = [_cell("x = 1", "parameters"), _cell("print(x)")]
    document = {"nbformat": 4, "nbformat_minor": 4, "metadata": {"kernelspec": KERNELSPEC}, "cells": cells}
    (server.root / "book.ipynb").write_text(json.dumps(document))


def _cell(source: str, *tags: str) -> dict[str, Any]:
    metadata = {"tags": list(tags)}
    return {"cell_type": "code", "source": source, "metadata": metadata, "outputs": [], "execution_count": None}


def _warm(server: ServerProcess, turns: int) -> tuple[list[tuple[float, float]], int]:
    """Runs that found a kernel which stood ready, and how many did not; the location gets one ready after each run."""
    found: list[tuple[float, float]] = []
    unready = 0
    deadline = time.monotonic() + PATIENCE + 5 * turns
    while len(found) < turns and time.monotonic() < deadline:
        time.sleep(0.5)
        step, whole, ready = _run(server)
        if ready:
            found.append((step, whole))
        else:
            unready += 1
    assert found, "no run found a kernel that stood ready"
    return found, unready


def _cold(server: ServerProcess, turns: int) -> list[tuple[float, float]]:
    _run(server)
    found = []
    for _ in range(turns):
        time.sleep(0.5)
        step, whole, ready = _run(server)
        assert not ready, "a cold run found a kernel that stood ready"
        found.append((step, whole))
    return found


def _run(server: ServerProcess) -> tuple[float, float, bool]:
    """Seconds of the step and of the whole run, and whether its kernel stood ready."""
    begun = time.time()
    run_id = server.launch("notebook", CONFIG)["run"]["runId"]
    run = server.wait_for_run(run_id)
    events = server.events(run_id)
    assert run["status"] == "SUCCESS", f"{run['failure']} {[event['message'] for event in events[-4:]]}"
    at = {event["type"]: float(event["timestamp"]) for event in events}
    ready = any(READY in event["message"] for event in events)
    return at["STEP_SUCCESS"] - at["STEP_START"], at["PIPELINE_SUCCESS"] - begun, ready
