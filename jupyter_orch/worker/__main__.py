"""``python -m jupyter_orch.worker``: one cold worker (order on standard input); ``--zygote``: the parent of many.

A cold worker starts the runner before it imports what it needs for the database: both take their time, side by side.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import msgspec

from jupyter_orch.compute_logs.opening import open_compute_logs
from jupyter_orch.ports import LaunchOrder
from jupyter_orch.settings import read_settings
from jupyter_orch.worker.runner_process import RunnerNotStarted, ready_runner

HOLD = "jupyter_orch.worker.hold"


def run_cold(order: LaunchOrder) -> int:
    """Hold the run of an order in this new process."""
    try:
        log_dir = open_compute_logs(read_settings(Path(order.home))).folder(order.run_id)
        with ready_runner(order, log_dir) as runner:
            return int(importlib.import_module(HOLD).hold_cold(order, runner))
    except RunnerNotStarted:
        return int(importlib.import_module(HOLD).hold_cold(order, None))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--zygote"]:
        importlib.import_module(HOLD).serve(int(sys.argv[2]), int(sys.argv[3]))
    else:
        sys.exit(run_cold(msgspec.json.decode(sys.stdin.buffer.read(), type=LaunchOrder)))
