"""``python -m jupyter_orch.worker``: one cold worker (order on standard input); ``--zygote``: the parent of many."""

from __future__ import annotations

import contextlib
import os
import socket
import sys
from pathlib import Path
from typing import Any

import msgspec

from jupyter_orch.instance import open_instance
from jupyter_orch.ports import LaunchOrder
from jupyter_orch.settings import read_settings
from jupyter_orch.worker.main import work
from jupyter_orch.zygote.server import Zygote


def run_order(order: LaunchOrder, how: str) -> int:
    """Open the instance and hold the run."""
    home = Path(order.home)
    with contextlib.closing(open_instance(read_settings(home))) as instance:
        return work(order, instance.journal, home, how)


def _forked(args: dict[str, Any], _: list[int]) -> int:
    return run_order(msgspec.convert(args["order"], LaunchOrder), "forked from a warm worker")


def _serve(lifeline_fd: int, listener_fd: int) -> None:
    os.environ.pop("JUPYTER_TOKEN", None)
    Zygote(socket.socket(fileno=listener_fd), socket.socket(fileno=lifeline_fd), {"worker": _forked}).serve()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--zygote"]:
        _serve(int(sys.argv[2]), int(sys.argv[3]))
    else:
        sys.exit(run_order(msgspec.json.decode(sys.stdin.buffer.read(), type=LaunchOrder), "in a new process"))
