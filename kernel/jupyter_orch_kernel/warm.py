"""The warm process of a location: loads its code once, then forks its kernel and its runners.

Started by the server with two inherited sockets: the *lifeline* (first frame in: ``{"target": …}``; frames out: what
happened) and the *listener* for requests. The process stays single-threaded; threads that user code left alive at
import are reported, and the server then uses cold processes.
"""

from __future__ import annotations

import faulthandler
import json
import os
import signal
import socket
import sys
from typing import Any

from jupyter_orch import wire
from jupyter_orch.execution.executors.child import why_not_fork
from jupyter_orch.execution.notebook_execution import prepare_for_notebooks
from jupyter_orch.execution.notebook_kernels import open_door, tell_why_no_door
from jupyter_orch.records import codec
from jupyter_orch.records.messages import LocationTarget
from jupyter_orch.zygote.server import Zygote
from jupyter_orch_kernel import import_progress
from jupyter_orch_kernel.answers import Answers
from jupyter_orch_kernel.kernel_nursery import start_nursery
from jupyter_orch_kernel.lean_kernel import LeanKernel
from jupyter_orch_kernel.loader import Loaded, LoadError, load
from jupyter_orch_kernel.runner import run_in_fork


def serve_location(lifeline_fd: int, listener_fd: int, loaded_fd: int) -> None:
    """Load, report, serve until the server is gone and the last run has ended.

    Args:
        loaded_fd: gets a byte when the code is loaded; before that our parent sees to it that we end with the server.
    """
    lifeline = socket.socket(fileno=lifeline_fd)
    listener = socket.socket(fileno=listener_fd)
    faulthandler.register(signal.SIGUSR1, all_threads=True)  # the server asks where a slow import hangs
    order = wire.receive(lifeline)
    if order is None:
        return
    env, folder = dict(os.environ), os.getcwd()
    loaded = _load_and_report(codec.from_json(LocationTarget, order["target"]), lifeline, order.get("progress_fd"))
    if loaded is None:
        return
    os.write(loaded_fd, b".")
    os.close(loaded_fd)
    Zygote(
        listener,
        lifeline,
        {
            "runner": lambda args, fds: run_in_fork(loaded, fds),
            "kernel": lambda args, fds: _become_kernel(loaded, args, fds),
        },
        after_first=(lambda: _prepare_for_notebooks(env, folder, order["ready_kernels"]))
        if loaded.has_notebook_solids
        else None,
    ).serve()


def _load_and_report(target: LocationTarget, lifeline: socket.socket, progress_fd: int | None) -> Loaded | None:
    try:
        with import_progress.told(progress_fd):
            loaded = load(target)
    except LoadError as error:
        failed = {"k": "failed", "failure": codec.to_json(error.failure), "sources": list(error.sources)}
        wire.send(lifeline, failed)
        return None
    wire.send(
        lifeline,
        {
            "k": "loaded",
            "snapshot": codec.to_json(loaded.snapshot()),
            "why_not_fork": why_not_fork(),
            "pid": os.getpid(),
        },
    )
    return loaded


def _prepare_for_notebooks(env: dict[str, str], folder: str, kernels: int) -> None:
    """Have a kernel stand ready and papermill imported, so that a fork finds both; the kernel need not wait for it.

    Args:
        env, folder: as they were before the user's code was imported.
        kernels: how many shall stand ready.
    """
    try:
        if kernels < 1:
            tell_why_no_door("code_servers.ready_kernels in orch.yaml is 0")
        elif sys.platform == "linux":
            open_door(start_nursery(sys.executable, env, folder, kernels))
        prepare_for_notebooks()
    except Exception as error:
        print(f"notebooks start slowly, nothing is prepared for them: {error}", file=sys.stderr)


def _become_kernel(loaded: Loaded, args: dict[str, Any], fds: list[int]) -> int:
    """The location's kernel in a forked child: it shares the pages of the code that is loaded already."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for number, fd in zip((1, 2), fds, strict=False):
        os.dup2(fd, number)
        os.close(fd)
    with open(args["connection_file"], encoding="utf-8") as file:
        kernel = LeanKernel(json.load(file), Answers(loaded))
    signal.signal(signal.SIGINT, kernel.interrupt)  # Jupyter interrupts every kernel that it ends
    kernel.serve()
    return 0
