"""Launches workers that were forked ahead from a process with the worker's code; spawns them cold when that fails.

One spare worker waits with the database open. A launch hands it the order and forks the next spare afterwards, so the
fork and the opening are not on the way of a run. Workers whose run has ended come back for a moment; a burst that finds
neither these nor the spare forks as it goes.
"""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from weakref import WeakKeyDictionary

import msgspec

from jupyter_orch import wire
from jupyter_orch.folders import runtime_folder
from jupyter_orch.launchers.cold import ColdLauncher, worker_log
from jupyter_orch.ports import LaunchOrder, RunLauncher, WorkerHealth
from jupyter_orch.processes import end_process, identify
from jupyter_orch.records.run import ProcessIdentity, Run
from jupyter_orch.zygote.client import ZygoteSilent, ZygoteUnavailable, fork_child
from jupyter_orch.zygote.protocol import listen

ANSWER = 10.0
"""Seconds in which a worker must say that it has its order."""

REFILL_AFTER = 0.1
"""Seconds before the next spare is forked, so that it does not take the processor from the run just launched."""


class WarmLauncher(RunLauncher):
    """Holds one warm process; workers are its children and outlive it."""

    def __init__(self, home: str) -> None:
        """Args:
        home: folder of the instance that the workers open.
        """
        self._home = home
        self._cold = ColdLauncher()
        self._folder = runtime_folder()
        self._lock = threading.Lock()
        self._spare: socket.socket | None = None
        self._busy: list[socket.socket] = []
        self._who: WeakKeyDictionary[socket.socket, ProcessIdentity] = WeakKeyDictionary()
        self._holds: WeakKeyDictionary[socket.socket, tuple[str, int]] = WeakKeyDictionary()
        self._process: subprocess.Popen[bytes] | None = None
        self._lifeline: socket.socket | None = None
        self._path = self._folder / "w"
        self._generation = 0
        self._is_stopped = False
        self._start()
        self._refill()

    def launch(self, order: LaunchOrder) -> str:
        asked = self._process
        try:
            for worker in self._waiting():
                if self._hand_over(worker, order):
                    return "forked from a warm worker"
            if not self._hand_over(self._fork(), order):
                raise ZygoteUnavailable("the warm worker ended before it took its order")
            return "forked from a warm worker"
        except ZygoteUnavailable as error:
            self._give_up_if_silent(asked, error)
            self._restart_if_gone()
            return f"{self._cold.launch(replace(order, worker_note=error.message))} ({error.message})"
        finally:
            self._refill()

    def check_run_worker_health(self, run: Run) -> WorkerHealth:
        return self._cold.check_run_worker_health(run)

    def can_terminate(self, run: Run) -> bool:
        return self._worker_of(run) is not None or self._cold.can_terminate(run)

    def terminate(self, run: Run) -> bool:
        """Only the worker: its runner ends with it."""
        worker = self._worker_of(run)
        return self._cold.terminate(run) if worker is None else end_process(worker)

    def _worker_of(self, run: Run) -> ProcessIdentity | None:
        """The warm worker that has the order for this run; None for others."""
        with self._lock:
            held = [worker for worker in self._busy if self._holds.get(worker) == (run.run_id, run.epoch)]
            return self._who.get(held[0]) if held else None

    def stop(self) -> None:
        with self._lock:
            self._is_stopped = True
            left, self._busy = [*self._busy, *([self._spare] if self._spare else [])], []
            self._spare = None
        for worker in left:
            worker.close()
        self._close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _waiting(self) -> Iterator[socket.socket]:
        """Workers that wait for an order, those that have just ended a run first; each is the caller's from here on."""
        while True:
            with self._lock:
                worker = self._returned()
                if worker is None:
                    worker, self._spare = self._spare, None
            if worker is None:
                return
            yield worker

    def _returned(self) -> socket.socket | None:
        """A worker whose run has ended and who has come back; those who have left are forgotten."""
        poll = select.poll()
        for worker in self._busy:
            poll.register(worker, select.POLLIN)
        heard = {fd for fd, _ in poll.poll(0)} if self._busy else set()
        for worker in [worker for worker in self._busy if worker.fileno() in heard]:
            self._busy.remove(worker)
            with contextlib.suppress(OSError):
                if wire.receive(worker) is not None:
                    return worker
            worker.close()
        return None

    def _hand_over(self, worker: socket.socket, order: LaunchOrder) -> bool:
        """Give a waiting worker its order; False when it has left meanwhile.

        The answer is awaited: an order that lies in the buffer of a dead process would be a launch that nobody made.
        """
        worker.settimeout(ANSWER)
        with contextlib.suppress(OSError):
            wire.send(worker, {"order": msgspec.to_builtins(order)})
            if wire.receive(worker) is not None:
                with self._lock:
                    self._holds[worker] = (order.run_id, order.epoch)
                    self._busy.append(worker)
                return True
        worker.close()
        return False

    def _fork(self) -> socket.socket:
        """A worker that waits for its order on the other end; it ends when this end closes without one."""
        assert self._process is not None
        ours, theirs = socket.socketpair()
        with theirs:
            asked = {"home": self._home, "parent": self._process.pid}
            self._who[ours] = identify(fork_child(self._path, "worker", asked, [theirs.fileno()]))
        return ours

    def _refill(self) -> None:
        refill = threading.Timer(REFILL_AFTER, self._fork_spare)
        refill.daemon = True
        refill.start()

    def _fork_spare(self) -> None:
        with contextlib.suppress(ZygoteUnavailable):
            if self._spare is None and not self._is_stopped:
                spare = self._fork_from_a_living_one()
                with self._lock:
                    if self._spare is None and not self._is_stopped:
                        self._spare = spare
                        return
                spare.close()

    def _fork_from_a_living_one(self) -> socket.socket:
        asked = self._process
        try:
            return self._fork()
        except ZygoteUnavailable as error:
            self._give_up_if_silent(asked, error)
            self._restart_if_gone()
            return self._fork()

    def _give_up_if_silent(self, asked: subprocess.Popen[bytes] | None, error: ZygoteUnavailable) -> None:
        """Kill a warm process that lives and says nothing, or every launch would wait for it; its runs go on."""
        with self._lock:
            if isinstance(error, ZygoteSilent) and asked is not None and asked is self._process:
                asked.kill()
                asked.wait()

    def _start(self) -> None:
        self._lifeline, theirs = socket.socketpair()
        with theirs, listen(self._path) as listener, worker_log(self._home) as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "jupyter_orch.worker", "--zygote", str(theirs.fileno()), str(listener.fileno())],
                pass_fds=(theirs.fileno(), listener.fileno()),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env={**os.environ},
            )

    def _restart_if_gone(self) -> None:
        """Start the warm process again when it has ended, or when somebody has removed the socket that leads to it."""
        with self._lock:
            if self._is_stopped or (self._process and self._process.poll() is None and self._path.exists()):
                return
            self._close()
            if not self._folder.exists():
                self._folder = runtime_folder()
            self._generation += 1
            self._path = self._folder / f"w{self._generation}"
            self._start()

    def _close(self) -> None:
        if self._lifeline is not None:
            self._lifeline.close()
        if self._process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(0.2)
