"""Launches each worker as a new process: slow, and works everywhere."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import IO

import msgspec

from jupyter_orch import wire
from jupyter_orch.errors import OrchError
from jupyter_orch.ports import LaunchOrder, RunLauncher, WorkerHealth
from jupyter_orch.records import codec
from jupyter_orch.records.messages import RunSpec
from jupyter_orch.records.run import ProcessIdentity, Run

Claim = Callable[[LaunchOrder, ProcessIdentity, ProcessIdentity, str], RunSpec | None]
"""Claims an order's run for a worker and its runner; gives the order to run, or None when the run is not to be had."""

REMEMBERED = 1000
"""Workers that have ended and of which we can still say so."""


HEARD = 30.0
"""Seconds in which a worker asks for its claim; later it makes that itself."""

TERMINATED = 5.0
"""Seconds in which a killed process must be gone."""


class ColdLauncher(RunLauncher):
    """``python -m jupyter_orch.worker --line`` in a session of its own; the order goes over its standard input."""

    def __init__(self, *, cold_runner: bool = False, claim: Claim | None = None) -> None:
        """Args:
        cold_runner: start the run's runner as a new process too.
        claim: claims runs in their workers' names, so that their code begins while a worker imports its database;
            None leaves that to the workers.
        """
        self._cold_runner = cold_runner
        self._claim = claim
        self._asked: dict[socket.socket, threading.Thread] = {}
        self._started: dict[tuple[str, int], subprocess.Popen[bytes]] = {}
        self._lock = threading.Lock()

    def launch(self, order: LaunchOrder) -> str:
        if self._cold_runner:
            order = replace(order, runner_socket=None, cold_reason="the launcher starts every run in new processes")
        claims = self._claim is not None and not order.is_resumed
        line, theirs = socket.socketpair()
        try:
            with theirs, worker_log(order.home) as log:
                process = subprocess.Popen(
                    [sys.executable, "-m", "jupyter_orch.worker", "--line"],
                    stdin=theirs.fileno(),
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            wire.send(line, {"order": msgspec.to_builtins(order), "claims": claims})
        except OSError as error:
            line.close()
            raise OrchError(f"can not start a worker: {error}") from error
        with self._lock:
            self._started[order.run_id, order.epoch] = process
            ended = [key for key, started in self._started.items() if started.poll() is not None]  # none stays a zombie
            for key in ended[:-REMEMBERED]:
                del self._started[key]
        if claims:
            self._listen(line, order)
        else:
            line.close()
        return "in a new process"

    def stop(self) -> None:
        """Claim nothing any more; workers go on."""
        with self._lock:
            asked = dict(self._asked)
        for line, thread in asked.items():
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RD)
            thread.join()

    def _listen(self, line: socket.socket, order: LaunchOrder) -> None:
        thread = threading.Thread(target=self._claim_when_asked, args=(line, order), name="orch-claim", daemon=True)
        with self._lock:
            self._asked[line] = thread
        thread.start()

    def _claim_when_asked(self, line: socket.socket, order: LaunchOrder) -> None:
        """Claim the run as soon as its worker has its runner; what goes wrong here the worker does by itself."""
        assert self._claim is not None
        try:
            with line, contextlib.suppress(OSError, OrchError):
                line.settimeout(HEARD)
                asked = wire.receive(line)
                if asked is not None:
                    worker, runner = (msgspec.convert(asked[who], ProcessIdentity) for who in ("worker", "runner"))
                    spec = self._claim(order, worker, runner, asked["how"])
                    if spec is not None:
                        wire.send(line, {"spec": codec.to_json(spec)})
        finally:
            with self._lock:
                del self._asked[line]

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
    return open(folder / "worker.log", "ab", opener=_privately)


def _privately(path: str, flags: int) -> int:
    """Open a file; what is new is ours alone, whoever may look into its folder."""
    return os.open(path, flags, 0o600)
