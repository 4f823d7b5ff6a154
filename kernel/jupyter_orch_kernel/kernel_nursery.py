"""``python -m jupyter_orch_kernel.kernel_nursery FD PARENT``: keeps a kernel ready for the next notebook of a location.

The process has imported ipykernel and nothing of the user's; it forks kernels, and another one as soon as one is taken
or has ended. A kernel executes one notebook and ends, so nothing can pass from one run to another. Requests are taken
from the socket FD by an idle kernel itself; ``jupyter_orch.execution.notebook_kernels`` is the other side.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import random
import secrets
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jupyter_orch.execution.notebook_kernels import LONGEST_MARK, Door
from jupyter_orch.processes import RUN_MARK, die_with
from jupyter_orch.zygote.server import thread_count
from jupyter_orch_kernel.ready_kernel import ReadyKernel

CHANNELS = ("shell_port", "iopub_port", "stdin_port", "control_port", "hb_port")
TOO_SOON = 2.0
"""A kernel that ends idle within so many seconds of its start did not come to stand ready."""
MOST_FAILURES = 3
_COMMAND = ("-Xfrozen_modules=off", "-m", "jupyter_orch_kernel.kernel_nursery")
_NEEDED = ("ipykernel.kernelapp", "ipykernel.ipkernel", "tornado.platform.asyncio")
_USUAL = (
    "IPython.core.magics",
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.logger",
    "IPython.core.oinspect",
    "IPython.extensions.storemagic",
    "ipykernel.debugger",
    "sqlite3",
)
"""What a kernel imports while it starts."""


def start_nursery(python: str, env: Mapping[str, str], folder: str, size: int = 1) -> Door:
    """Start one; it ends with this process.

    Args:
        python: the interpreter.
        env: the environment that kernels start with.
        folder: where it works.
        size: how many kernels it keeps ready.

    Returns:
        The door at which this process and its forks may ask for kernels.
    """
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    own = {name: value for name, value in env.items() if name != "JPY_PARENT_PID"}
    with theirs:
        subprocess.Popen(
            [python, *_COMMAND, str(theirs.fileno()), str(os.getpid()), str(size)],
            pass_fds=(theirs.fileno(),),
            env={**own, RUN_MARK: "-" * LONGEST_MARK},  # room that a run's mark is written into
            cwd=folder,
            stdin=subprocess.DEVNULL,
            start_new_session=True,  # what ends the asker's group leaves it the time to clean up
        ).returncode = 0  # reaped with the children of the process that asked
    return Door(ours, python, {name: value for name, value in env.items() if name != RUN_MARK})


@dataclass(frozen=True, slots=True)
class _Born:
    folder: str
    at: float


class Nursery:
    """Keeps kernels ready.

    Args:
        door: where requests come in; only kernels read it, and the quickest takes a request.
        size: how many stand ready.
    """

    def __init__(self, door: socket.socket, size: int) -> None:
        self._size = size
        self._pid = os.getpid()
        self._door = door
        self._folder = tempfile.mkdtemp(prefix=f"orch-kernels-{os.getpid()}-")  # 0700
        self._taken_read, self._taken_write = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        self._wake_read, self._wake_write = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        self._living: dict[int, _Born] = {}
        self._idle: set[int] = set()
        self._failures = 0

    def serve(self) -> ReadyKernel | None:
        """Fork and reap until nobody can ask any more, which is in this process None, and in each fork its kernel."""
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        signal.set_wakeup_fd(self._wake_write, warn_on_full_buffer=False)
        poll = select.poll()
        poll.register(self._taken_read, select.POLLIN)
        poll.register(self._wake_read, select.POLLIN)
        poll.register(self._door, 0)  # only its end
        try:
            while True:
                while len(self._idle) < self._size and self._failures < MOST_FAILURES:
                    born = self._fork()
                    if born is not None:
                        return born
                ready = dict(poll.poll())
                if self._wake_read in ready:
                    _numbers(self._wake_read)
                    self._reap()
                if self._taken_read in ready:
                    self._note_taken()
                if self._door.fileno() in ready:
                    return None
        finally:
            if os.getpid() == self._pid:
                signal.signal(signal.SIGTERM, signal.SIG_IGN)
                shutil.rmtree(self._folder, ignore_errors=True)

    def _fork(self) -> ReadyKernel | None:
        folder = tempfile.mkdtemp(dir=self._folder)
        connection = {
            "transport": "ipc",
            "ip": os.path.join(folder, "k"),
            "key": secrets.token_hex(32),
            "signature_scheme": "hmac-sha256",
            "kernel_name": "python3",
            **{channel: number for number, channel in enumerate(CHANNELS, 1)},
        }
        parent = os.getpid()
        pid = os.fork()
        if pid:
            self._idle.add(pid)
            self._living[pid] = _Born(folder, time.monotonic())
            return None
        os.setsid()
        die_with(parent)
        self._leave_parent_behind()
        return ReadyKernel(self._door, self._taken_write, folder, connection)

    def _leave_parent_behind(self) -> None:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        for descriptor in (self._taken_read, self._wake_read, self._wake_write):
            os.close(descriptor)
        random.seed()

    def _reap(self) -> None:
        while self._living:
            try:
                pid, _ = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            born = self._living.pop(pid, None)
            if born is None:
                continue
            shutil.rmtree(born.folder, ignore_errors=True)
            self._note_taken()
            if pid in self._idle:
                self._idle.discard(pid)
                self._note_idle_death(born)

    def _note_taken(self) -> None:
        taken = self._idle & _numbers(self._taken_read)
        self._idle -= taken
        self._failures = 0 if taken else self._failures

    def _note_idle_death(self, born: _Born) -> None:
        self._failures = self._failures + 1 if time.monotonic() - born.at < TOO_SOON else 0
        if self._failures == MOST_FAILURES:
            print("kernels that shall stand ready end at once; notebooks start cold ones", file=sys.stderr, flush=True)
            with contextlib.suppress(OSError):
                self._door.shutdown(socket.SHUT_RD)  # whoever asks is told at once


def _numbers(descriptor: int) -> set[int]:
    """What kernels that were taken wrote: their process ids."""
    with contextlib.suppress(BlockingIOError):
        return {int(part) for part in os.read(descriptor, 4096).split() if part.isdigit()}
    return set()


def main(door_fd: int, parent: int, size: int) -> None:
    """Serve; in a forked kernel, execute a notebook."""
    if sys.path and (sys.path[0] == "" or os.path.realpath(sys.path[0]) == os.path.realpath(os.getcwd())):
        del sys.path[0]  # as ipykernel's launcher does
    die_with(parent, signal.SIGTERM)
    for name in _NEEDED:
        importlib.import_module(name)
    for name in _USUAL:
        with contextlib.suppress(ImportError):  # other releases have other parts
            importlib.import_module(name)
    if thread_count() > 1:
        print("kernels can not be kept ready: an import of ipykernel started a thread", file=sys.stderr)
        return
    gc.collect()
    gc.freeze()
    with contextlib.suppress(SystemExit):  # TERM
        kernel: Any = Nursery(socket.socket(fileno=door_fd), size).serve()
        if kernel is not None:
            kernel.live()
    os._exit(0)  # exit handlers of what was imported are for kernels, and could keep us


if __name__ == "__main__":
    main(*map(int, sys.argv[1:4]))
