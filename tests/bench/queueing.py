"""How fast runs go through a queue with a limit."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.server_process import ServerProcess, serving, wait_for

LIMIT = 4


def measure(
    root: Path, home: Path, count: int, row: Callable[[str, list[float], str], dict[str, Any]]
) -> list[dict[str, Any]]:
    """Submit many small runs at once and look how fast they end.

    Args:
        root: the server's root folder with the measured repository.
        home: of the server.
        count: how many runs.
        row: makes a line of the report of a name, seconds and a target.
    """
    (home / "orch").mkdir(parents=True)
    (home / "orch" / "orch.yaml").write_text(f"run_coordinator: {{queued: {{max_concurrent_runs: {LIMIT}}}}}\n")
    with serving(root, home) as server:
        server.wait_for_locations()
        config = {"solids": {"first": {"config": {"mark": str(home / "mark")}}}}
        with ThreadPoolExecutor(4) as threads:
            answers = list(threads.map(lambda _: server.launch("one_solid", config), range(count)))
        runs = [answer["run"]["runId"] for answer in answers]
        wait_for(lambda: _finished(server) == count, 600)
        first = count // 4  # from here on nothing is submitted any more
        seconds = _end(server, runs[-1]) - _end(server, runs[first])
    return [row(f"queue of {count}, limit {LIMIT}: per run", [seconds / (count - 1 - first)], "≤ 30 (2,000 a minute)")]


def _finished(server: ServerProcess) -> int:
    time.sleep(0.3)
    query = "{ pipelineRunsOrError(filter: {statuses: [SUCCESS]}, limit: 1) { ... on PipelineRuns { count } } }"
    return int(server.graphql(query)["pipelineRunsOrError"]["count"])


def _end(server: ServerProcess, run_id: str) -> float:
    return next(float(e["timestamp"]) for e in server.events(run_id) if e["type"].startswith("PIPELINE_SUCCESS"))
