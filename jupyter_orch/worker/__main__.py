"""``python -m jupyter_orch.worker``: one cold worker (order on standard input); ``--zygote``: the parent of many.

A cold worker starts a cold runner before it imports anything of its own: both take their time, side by side.
"""

from __future__ import annotations

import importlib
import json
import sys
from typing import Any

from jupyter_orch.worker.cold_runner import ColdRunner, open_output, start_cold_runner

HOLD = "jupyter_orch.worker.hold"


def run_cold(text: bytes) -> int:
    """Hold the run of an order, which is JSON, in this new process."""
    order: dict[str, Any] = json.loads(text)
    is_cold = order["runner_socket"] is None and order["log_dir"]
    return int(importlib.import_module(HOLD).hold_cold(text, _started(order) if is_cold else None))


def _started(order: dict[str, Any]) -> ColdRunner | None:
    """The runner; when it can not be started, None: that is tried again where the run can be told of it."""
    folder = order["log_dir"]
    try:
        with open_output(folder, "run.out") as out, open_output(folder, "run.err") as err:
            return start_cold_runner(order["runner_command"], order["runner_env"], out, err)
    except OSError:
        return None


if __name__ == "__main__":
    if sys.argv[1:2] == ["--zygote"]:
        importlib.import_module(HOLD).serve(int(sys.argv[2]), int(sys.argv[3]))
    else:
        sys.exit(run_cold(sys.stdin.buffer.read()))
