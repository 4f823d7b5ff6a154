"""``python -m jupyter_orch.worker``: one cold worker (order on standard input); ``--zygote``: the parent of many."""

from __future__ import annotations

import contextlib
import socket
import sys
from pathlib import Path
from typing import Any

import msgspec

from jupyter_orch import wire
from jupyter_orch.instance import Instance, open_instance
from jupyter_orch.ports import LaunchOrder
from jupyter_orch.settings import read_settings
from jupyter_orch.worker.main import work
from jupyter_orch.zygote.server import Zygote


def run_cold(order: LaunchOrder) -> int:
    """Open the instance and hold the run."""
    with contextlib.closing(_opened(order.home)) as instance:
        return work(order, instance.journal, instance.settings, "in a new process")


def run_forked(args: dict[str, Any], fds: list[int]) -> int:
    """Open the instance, wait for the order, hold the run; no order is coming when the launcher closes its end."""
    with contextlib.closing(_opened(args["home"])) as instance:
        with socket.socket(fileno=fds[0]) as launcher:
            message = wire.receive(launcher)
            if message is None:
                return 0
            wire.send(launcher, {"taken": True})
        order = msgspec.convert(message["order"], LaunchOrder)
        return work(order, instance.journal, instance.settings, "forked from a warm worker")


def _opened(home: str) -> Instance:
    instance = open_instance(read_settings(Path(home)))
    instance.storage.get_run("")  # the connection is open and the statements are known when the order comes
    return instance


def _serve(lifeline_fd: int, listener_fd: int) -> None:
    Zygote(socket.socket(fileno=listener_fd), socket.socket(fileno=lifeline_fd), {"worker": run_forked}).serve()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--zygote"]:
        _serve(int(sys.argv[2]), int(sys.argv[3]))
    else:
        sys.exit(run_cold(msgspec.json.decode(sys.stdin.buffer.read(), type=LaunchOrder)))
