"""``python -m jupyter_orch.worker``: one cold worker, its order as JSON on standard input.

``--line``: standard input is a socket to whoever launched it, who sends the order and may claim the run: its code need
not wait until a database is imported here. ``--zygote``: the parent of many. A cold worker starts a cold runner before
it imports anything of its own.
"""

from __future__ import annotations

import gc
import importlib
import json
import socket
import sys
from typing import Any

from jupyter_orch import wire
from jupyter_orch.worker.cold_runner import ColdRunner, open_output, start_cold_runner

HOLD, HEAD_START = "jupyter_orch.worker.hold", "jupyter_orch.worker.head_start"
COLD = "in a new process"


def run_ordered(order: dict[str, Any], line: socket.socket | None = None) -> int:
    """Hold the run of an order in this new process.

    Args:
        line: to a launcher who claims the run for us.
    """
    how = f"{COLD} ({order['worker_note']})" if order["worker_note"] else COLD
    runner = _started(order) if order["runner_socket"] is None and order["log_dir"] else None
    head_start = None
    if runner is not None and line is not None:
        head_start = importlib.import_module(HEAD_START).HeadStart(line, runner, order["home"], how)
    gc.disable()  # what is imported stays: looking through it again and again took a fifth of the time
    hold = importlib.import_module(HOLD)
    gc.enable()
    return int(hold.hold_cold(order, how, runner, head_start))


def run_from_line(line: socket.socket) -> int:
    """Hold the run of the order that comes over a line."""
    message = wire.receive(line)
    if message is None:
        return 0
    return run_ordered(message["order"], line if message["claims"] else None)


def _started(order: dict[str, Any]) -> ColdRunner | None:
    """The runner; when it can not be started, None: that is tried again where the run can be told of it."""
    folder = order["log_dir"]
    try:
        with open_output(folder, "run.out") as out, open_output(folder, "run.err") as err:
            return start_cold_runner(order["runner_command"], order["runner_env"], out, err)
    except OSError:
        return None


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["--zygote", lifeline, listener]:
            importlib.import_module(HOLD).serve(int(lifeline), int(listener))
        case ["--line"]:
            sys.exit(run_from_line(socket.socket(fileno=0)))
        case _:
            sys.exit(run_ordered(json.loads(sys.stdin.buffer.read())))
