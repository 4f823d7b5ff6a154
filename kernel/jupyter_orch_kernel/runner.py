"""The process in which user code of a run lives. It knows no database: facts go out over its line to the worker.

A runner is forked from a location's zygote, or spawned cold (``python -m jupyter_orch_kernel FD``). The first
frame on the line is the order to run; SIGTERM means cancel; when the line closes, the worker is gone and the runner
ends itself with everything it started.
"""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import sys
import threading
from types import FrameType
from typing import NoReturn

from jupyter_orch import wire
from jupyter_orch.execution.interrupt import RunCanceled, cancel
from jupyter_orch.processes import RUN_MARK, adopt_orphans, kill_descendants, kill_run, this_process
from jupyter_orch.records import codec
from jupyter_orch.records.event import Event
from jupyter_orch.records.messages import RunSpec
from jupyter_orch.records.spool import Spool
from jupyter_orch.zygote.server import thread_count
from jupyter_orch_kernel.loader import Loaded, LoadError, load
from jupyter_orch_kernel.run_plan import RunOutcome, run_plan


def run_in_fork(loaded: Loaded, fds: list[int]) -> int:
    """Entry of a forked runner; the code is loaded already.

    Args:
        fds: the line to the worker, then stdout and stderr of the run.
    """
    _redirect(fds[1:])
    return _serve(socket.socket(fileno=fds[0]), loaded)


def main(line_fd: int) -> int:
    """Entry of a cold runner: loads the code first."""
    return _serve(socket.socket(fileno=line_fd), None)


def _serve(line: socket.socket, loaded: Loaded | None) -> int:
    order = wire.receive(line)
    if order is None:
        return 0  # the worker did not get the run
    spec = codec.from_json(RunSpec, order["spec"])
    os.environ[RUN_MARK] = spec.run_id
    _end_with(line)
    adopt_orphans()
    os.register_at_fork(after_in_child=line.close)  # a step that outlives us must not keep the line open
    wire.send(line, {"k": "running", "pid": os.getpid()})
    try:
        signal.signal(signal.SIGTERM, cancel)
        outcome = _run(spec, loaded, line)
    except RunCanceled:
        outcome = RunOutcome(ok=False, canceled=True, failure=None)
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    was_alone = kill_descendants()  # a step's process that started a session of its own would outlive the run
    done = {"ok": outcome.ok, "canceled": outcome.canceled, "failure": codec.to_json(outcome.failure)}
    leaves_nothing = was_alone and loaded is not None and thread_count() == 1  # a cold one has the user's exit handlers
    wire.send(line, {"k": "done", **done, "leaves_nothing": leaves_nothing})
    return 0 if outcome.ok else 1


def _run(spec: RunSpec, loaded: Loaded | None, line: socket.socket) -> RunOutcome:
    if loaded is None:
        try:
            loaded = load(spec.target)
        except LoadError as error:
            return RunOutcome(ok=False, canceled=False, failure=error.failure)
    lock = threading.Lock()  # user code may log from its own threads
    spool = Spool(spec.spool_file) if spec.spool_file else None

    def emit(event: Event) -> None:
        written = event.written()
        frame = wire.pack_events(written)
        if spool is not None:
            spool.note(event, written)
        with lock:
            try:
                line.sendall(frame)
            except ConnectionError:  # the worker is gone, and its signal on its way
                _end_with_all()

    return run_plan(loaded, spec, emit)


def _end_with(line: socket.socket) -> None:
    """End this process group as soon as the worker's end of the line closes.

    A signal-driven socket needs no thread, and a process without threads can be forked safely for its steps.
    """

    def look(_: int, __: FrameType | None) -> None:
        if _is_closed(line):
            _end_with_all()

    signal.signal(signal.SIGIO, look)
    signal.siginterrupt(signal.SIGIO, False)
    fcntl.fcntl(line, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(line, fcntl.F_SETFL, fcntl.fcntl(line, fcntl.F_GETFL) | os.O_ASYNC)
    look(0, None)


def _is_closed(line: socket.socket) -> bool:
    try:
        return line.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
    except (BlockingIOError, InterruptedError):
        return False
    except ConnectionError:  # the worker was killed before it had read everything
        return True


def _end_with_all() -> NoReturn:
    """End the run's processes, this one last; nothing of it may reach user code as an error of a step."""
    try:
        kill_run(this_process(), os.environ[RUN_MARK])
    finally:
        os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("a killed process goes nowhere")


def _redirect(fds: list[int]) -> None:
    sys.stdout.flush()
    sys.stderr.flush()
    for number, fd in zip((1, 2), fds, strict=False):
        os.dup2(fd, number)
        os.close(fd)
