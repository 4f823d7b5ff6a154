"""Prefect's steps, with its server at work, in a process of its own: prints one line of JSON with milliseconds per step."""

from __future__ import annotations

import json
import sys
import time

import prefect_code
from prefect.task_runners import ProcessPoolTaskRunner


def in_process() -> dict[str, list[float]]:
    """Steps in this process."""
    return {
        "chain": _taken(prefect_code.chain, 100, 3),
        "fan_out": _taken(prefect_code.fan_out, 100, 3),
    }


def processes() -> dict[str, list[float]]:
    """Steps in two processes that are used again."""
    runner = ProcessPoolTaskRunner(max_workers=2)
    return {
        "chain": _taken(prefect_code.chain_submitted.with_options(task_runner=runner), 40, 2),
        "fan_out": _taken(prefect_code.fan_out.with_options(task_runner=runner), 40, 2),
    }


def _taken(flow: object, count: int, turns: int) -> list[float]:
    flow(count=2)
    found = []
    for _ in range(turns):
        begun = time.perf_counter()
        flow(count=count)
        found.append((time.perf_counter() - begun) * 1000 / count)
    return found


if __name__ == "__main__":
    print(json.dumps({"in_process": in_process, "processes": processes}[sys.argv[1]]()))
