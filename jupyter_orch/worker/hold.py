"""Gets a worker its order and its database, and lets it hold one run after the other."""

from __future__ import annotations

import contextlib
import select
import socket
import time
from pathlib import Path
from typing import Any

import msgspec

from jupyter_orch import wire
from jupyter_orch.errors import OrchError
from jupyter_orch.instance import Instance, open_instance
from jupyter_orch.ports import LaunchOrder
from jupyter_orch.processes import die_with, outlive_parent
from jupyter_orch.settings import read_settings
from jupyter_orch.worker.cold_runner import ColdRunner
from jupyter_orch.worker.head_start import HeadStart
from jupyter_orch.worker.main import work
from jupyter_orch.zygote.server import Zygote

WARM = "forked from a warm worker"
OPENING = 20.0
"""Seconds for which a worker whose run may have begun tries to open the instance; shorter than the run's lease."""

IDLE = 2.0
"""Seconds for which a worker waits for another order."""

MOST_RUNS = 100
"""Runs after which a worker makes room for a fresh one, whatever it may have gathered."""


def hold_cold(plain: dict[str, Any], how: str, runner: ColdRunner | None, head_start: HeadStart | None) -> int:
    """Hold the run of an order, which is plain JSON; returns the process's exit code.

    Args:
        how: how this worker was started, for the run's log.
        runner: was started already and waits for its order.
        head_start: lets it begin.
    """
    order = msgspec.convert(plain, LaunchOrder)
    with contextlib.closing(_opened_in_time(order.home, OPENING if head_start is not None else 0.0)) as instance:
        return work(order, instance, how, runner, head_start)


def hold_forked(args: dict[str, Any], fds: list[int]) -> int:
    """Hold runs of the launcher at the other end; whichever of order and database can be had first comes first.

    A worker whose run has ended says so and waits for another order for a moment: in a burst of runs none has to be
    forked and none has to open the database. One that has not had an order ends with the process that it was forked
    from.
    """
    die_with(args["parent"])
    launcher = socket.socket(fileno=fds[0])
    waits_for_us = bool(select.select([launcher], [], [], 0.0)[0])
    order = _take_order(launcher) if waits_for_us else None
    with contextlib.closing(_opened(args["home"])) as instance:
        order = order or _take_order(launcher)
        code = 0
        for left in reversed(range(MOST_RUNS)):
            if order is None:
                break
            code = work(order, instance, WARM)
            order = _next_order(launcher) if left else None  # who takes an order must work on it
    return code


def _next_order(launcher: socket.socket) -> LaunchOrder | None:
    """Another order, if one comes soon."""
    with contextlib.suppress(OSError):  # the launcher is gone: nobody gives orders any more
        wire.send(launcher, {"idle": True})
        if select.select([launcher], [], [], IDLE)[0]:
            return _take_order(launcher)
    return None


def serve(lifeline_fd: int, listener_fd: int) -> None:
    """Be the parent of warm workers."""
    Zygote(socket.socket(fileno=listener_fd), socket.socket(fileno=lifeline_fd), {"worker": hold_forked}).serve()


def _take_order(launcher: socket.socket) -> LaunchOrder | None:
    """The order, with an answer that it was taken; None when the launcher closes its end without one."""
    message = wire.receive(launcher)
    if message is None:
        return None
    outlive_parent()
    wire.send(launcher, {"taken": True})
    return msgspec.convert(message["order"], LaunchOrder)


def _opened_in_time(home: str, patience: float) -> Instance:
    """The instance; a storage that is away for a moment is no reason to end a run that has begun."""
    deadline = time.monotonic() + patience
    while True:
        try:
            return _opened(home)
        except OrchError:
            if time.monotonic() >= deadline:
                raise
        time.sleep(0.5)


def _opened(home: str) -> Instance:
    instance = open_instance(read_settings(Path(home)))
    instance.storage.get_run("")  # the connection is open and the statements are known when the order comes
    return instance
