"""Launches each worker as a new process: slow, and works everywhere."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import IO

import msgspec

from jupyter_orch.errors import OrchError
from jupyter_orch.ports import LaunchOrder, RunLauncher, WorkerHealth
from jupyter_orch.records.run import Run

REMEMBERED = 1000
"""Workers that have ended and of which we can still say so."""


TERMINATED = 5.0
"""Seconds in which a killed process must be gone."""


class ColdLauncher(RunLauncher):
    """``python -m jupyter_orch.worker`` in a session of its own; the order goes over standard input."""

    def __init__(self, *, cold_runner: bool = False) -> None:
        """Args:
        cold_runner: start the run's runner as a new process too.
        """
        self._cold_runner = cold_runner
        self._started: dict[tuple[str, int], subprocess.Popen[bytes]] = {}
        self._lock = threading.Lock()

    def launch(self, order: LaunchOrder) -> str:
        if self._cold_runner:
            order = replace(order, runner_socket=None, cold_reason="the launcher starts every run in new processes")
        try:
            with worker_log(order.home) as log:
                process = subprocess.Popen(
                    [sys.executable, "-m", "jupyter_orch.worker"],
                    stdin=subprocess.PIPE,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            assert process.stdin is not None
            with process.stdin:
                process.stdin.write(msgspec.json.encode(order))
        except OSError as error:
            raise OrchError(f"can not start a worker: {error}") from error
        with self._lock:
            self._started[order.run_id, order.epoch] = process
            ended = [key for key, started in self._started.items() if started.poll() is not None]  # none stays a zombie
            for key in ended[:-REMEMBERED]:
                del self._started[key]
        return "in a new process"

    def check_run_worker_health(self, run: Run) -> WorkerHealth:
        with self._lock:
            process = self._started.get((run.run_id, run.epoch))
        if process is None:
            return WorkerHealth.UNKNOWN
        return WorkerHealth.RUNNING if process.poll() is None else WorkerHealth.GONE

    def can_terminate(self, run: Run) -> bool:
        with self._lock:
            return (run.run_id, run.epoch) in self._started

    def terminate(self, run: Run) -> bool:
        """Only the worker: its runner ends with it."""
        with self._lock:
            process = self._started[run.run_id, run.epoch]
        process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(TERMINATED)
        return process.poll() is not None

    def join(self, timeout: float = 30.0) -> None:
        deadline = time.monotonic() + timeout
        with self._lock:
            started = list(self._started.values())
        for process in started:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, deadline - time.monotonic()))


def worker_log(home: str) -> IO[bytes]:
    """Where workers write what should not happen; never to our own output, which they would hold open."""
    folder = Path(home)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return open(folder / "worker.log", "ab")
