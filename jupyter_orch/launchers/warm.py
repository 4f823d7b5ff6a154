"""Launches workers by forking a process that has imported the worker's code; spawns them cold when that fails."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import msgspec

from jupyter_orch.launchers.cold import ColdLauncher
from jupyter_orch.ports import LaunchOrder, RunLauncher
from jupyter_orch.zygote.client import ZygoteUnavailable, fork_child
from jupyter_orch.zygote.protocol import listen


class WarmLauncher(RunLauncher):
    """Holds one warm process; a worker is its child for a moment of its life and outlives it."""

    def __init__(self) -> None:
        self._cold = ColdLauncher()
        self._folder = Path(tempfile.mkdtemp(prefix="orch-"))
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._lifeline: socket.socket | None = None
        self._path = self._folder / "w"
        self._generation = 0
        self._start()

    def launch(self, order: LaunchOrder) -> str:
        try:
            fork_child(self._path, "worker", {"order": msgspec.to_builtins(order)})
            return "forked from a warm worker"
        except ZygoteUnavailable as error:
            self._restart_if_dead()
            return f"{self._cold.launch(order)} ({error.message})"

    def stop(self) -> None:
        self._close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _start(self) -> None:
        self._lifeline, theirs = socket.socketpair()
        with theirs, listen(self._path) as listener:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "jupyter_orch.worker", "--zygote", str(theirs.fileno()), str(listener.fileno())],
                pass_fds=(theirs.fileno(), listener.fileno()),
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                env={**os.environ},
            )

    def _restart_if_dead(self) -> None:
        with self._lock:
            if self._process is not None and self._process.poll() is not None:
                self._close()
                self._generation += 1
                self._path = self._folder / f"w{self._generation}"
                self._start()

    def _close(self) -> None:
        if self._lifeline is not None:
            self._lifeline.close()
        if self._process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(0.2)
