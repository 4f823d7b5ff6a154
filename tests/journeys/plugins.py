"""Parts of somebody else's: a launcher and a coordinator, written against ``jupyter_orch.ports`` alone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import msgspec

from jupyter_orch.errors import OrchError
from jupyter_orch.ports import LaunchOrder, RunCoordinator, RunLauncher, WorkerHealth
from jupyter_orch.records.run import Run


class NotingLauncher(RunLauncher):
    """Starts workers by itself and notes every call."""

    def __init__(self, notes: str, refuse: str = "") -> None:
        """Args:
        notes: a file to write to.
        refuse: a reason to start nothing.
        """
        self._notes = Path(notes)
        self._refuse = refuse
        self._workers: dict[str, subprocess.Popen[bytes]] = {}

    def launch(self, order: LaunchOrder) -> str:
        return self._start("launch", order)

    def resume_run(self, order: LaunchOrder) -> str:
        return self._start("resume", order)

    def check_run_worker_health(self, run: Run) -> WorkerHealth:
        worker = self._workers.get(run.run_id)
        if worker is None:
            return WorkerHealth.UNKNOWN
        return WorkerHealth.RUNNING if worker.poll() is None else WorkerHealth.GONE

    def can_terminate(self, run: Run) -> bool:
        return run.run_id in self._workers

    def terminate(self, run: Run) -> bool:
        os.kill(self._workers[run.run_id].pid, signal.SIGKILL)
        return self._workers[run.run_id].wait(5) is not None

    def stop(self) -> None:
        self._note("stop")

    def _start(self, what: str, order: LaunchOrder) -> str:
        self._note(f"{what} {order.run_id}")
        if self._refuse:
            raise OrchError(self._refuse)
        worker = subprocess.Popen(
            [sys.executable, "-m", "jupyter_orch.worker"], stdin=subprocess.PIPE, start_new_session=True
        )
        assert worker.stdin is not None
        with worker.stdin:
            worker.stdin.write(msgspec.json.encode(replace(order, cold_reason="the plugin wants it")))
        self._workers[order.run_id] = worker
        return "by a plugin"

    def _note(self, line: str) -> None:
        with open(self._notes, "a") as notes:
            notes.write(line + "\n")


class OneAtATime(RunCoordinator):
    """The newest run first, one at a time."""

    def choose(self, queued: Sequence[Run], in_progress: Sequence[Run]) -> list[Run]:
        return [] if in_progress else self.order(queued)[:1]

    def order(self, queued: Sequence[Run]) -> list[Run]:
        return list(reversed(queued))
