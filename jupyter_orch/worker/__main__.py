"""``python -m jupyter_orch.worker``: one cold worker (order on standard input); ``--zygote``: the parent of many."""

from __future__ import annotations

import contextlib
import select
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
    """Open the instance, take the order, hold the run; whichever of the first two can be done first comes first."""
    launcher = socket.socket(fileno=fds[0])
    waits_for_us = bool(select.select([launcher], [], [], 0.0)[0])
    order = _take_order(launcher) if waits_for_us else None
    with contextlib.closing(_opened(args["home"])) as instance:
        order = order or _take_order(launcher)
        if order is None:
            return 0
        return work(order, instance.journal, instance.settings, "forked from a warm worker")


def _take_order(launcher: socket.socket) -> LaunchOrder | None:
    """The order, with an answer that it was taken; None when the launcher closes its end without one."""
    with launcher:
        message = wire.receive(launcher)
        if message is None:
            return None
        wire.send(launcher, {"taken": True})
    return msgspec.convert(message["order"], LaunchOrder)


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
