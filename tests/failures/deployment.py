"""A deployment without a Jupyter server: real storage, launcher, workers, runners and monitoring, turned by the test."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from jupyter_orch.daemon.rescuer import Rescuer
from jupyter_orch.instance import open_instance
from jupyter_orch.launchers.cold import ColdLauncher
from jupyter_orch.ports import CodeServers, LocationUnavailable, RunnerAddress
from jupyter_orch.processes import identify, is_alive
from jupyter_orch.records.event import StoredEvent
from jupyter_orch.records.messages import LocationTarget, PipelineSelector
from jupyter_orch.records.run import ProcessIdentity, Run, Submission
from jupyter_orch.records.snapshot import LocationSnapshot
from jupyter_orch.records.status import RunStatus
from jupyter_orch.runs.cancel import Canceler
from jupyter_orch.runs.coordinator import DefaultRunCoordinator
from jupyter_orch.runs.launch import Launching
from jupyter_orch.settings import read_settings

HERE = Path(__file__).parent
DEADLINE = 90.0
S = RunStatus


class OneLocation(CodeServers):
    """Knows how to start a runner, and nothing else."""

    def __init__(self, env: dict[str, str]) -> None:
        self._env = env

    def ask(self, location: str, method: str, params: dict[str, Any], timeout: float) -> Any:
        raise AssertionError("launching asks no code")

    def definitions(self, location: str) -> LocationSnapshot:
        raise LocationUnavailable("it knows no definitions")

    def runner(self, location: str) -> RunnerAddress:
        return RunnerAddress(
            socket=None,
            command=(sys.executable, "-m", "jupyter_orch_kernel"),
            env=self._env,
            cold_reason="there is no server",
        )


class Deployment:
    """One instance on a database, with a ledger that is no part of it."""

    def __init__(self, folder: Path, database_url: str, **settings: Any) -> None:
        self.folder = folder
        self.home = folder / "instance"
        self.home.mkdir(parents=True)
        (self.home / "orch.yaml").write_text(yaml.safe_dump({"storage": _storage(database_url), **settings}))
        self.settings = read_settings(self.home)
        self.instance = open_instance(self.settings)
        self.storage, self.journal = self.instance.storage, self.instance.journal
        self.launcher = ColdLauncher()
        code = OneLocation({**os.environ, "FAILURES_FOLDER": str(folder)})
        self.launching = Launching(
            self.storage,
            self.journal,
            DefaultRunCoordinator(),
            self.launcher,
            code,
            str(self.home),
            self.settings.pools,
            self.instance.compute_logs.folder,
        )
        self.rescuer = Rescuer(self.storage, self.journal, self.launcher, self.settings.run_monitoring)
        self.canceler = Canceler(self.storage, self.journal)

    def launch(self, pipeline: str, config: Any = None, **asked: Any) -> str:
        """Submit a run; its worker is on its way when this returns."""
        target = LocationTarget(
            name="code", kind="python_file", path=str(HERE / "code.py"), working_directory=str(HERE), attribute="repo"
        )
        selector = PipelineSelector(repository="repo", pipeline=pipeline)
        run, _ = self.launching.submit(
            Submission(location="code", target=target, selector=selector, run_config=config or {}, **asked)
        )
        return run.run_id

    def run(self, run_id: str) -> Run:
        """The run as it is now."""
        found = self.storage.get_run(run_id)
        assert found is not None
        return found

    def turn(self) -> None:
        """What the daemon does again and again."""
        with contextlib.suppress(Exception):  # a storage that is away: the loop tries again
            self.rescuer.poll()
            self.launching.turn()

    def settle(self, run_id: str) -> Run:
        """Let the daemon turn until the run has ended."""
        self.until(lambda: self.run(run_id).is_final)
        return self.run(run_id)

    def until(self, condition: Callable[[], bool], *, daemon: bool = True) -> None:
        """Wait for a condition, with or without a daemon that turns meanwhile."""
        deadline = time.monotonic() + DEADLINE
        while True:
            with contextlib.suppress(Exception):
                if condition():
                    return
            assert time.monotonic() < deadline, f"waited in vain; ledger: {self.ledger()}, worker log: {self._log()}"
            if daemon:
                self.turn()
            time.sleep(0.02)

    def hold(self, gate: str) -> None:
        """Let the step that comes to this gate wait."""
        (self.folder / f"hold-{gate}").touch()

    def release(self, gate: str) -> None:
        """Let it go on."""
        (self.folder / f"hold-{gate}").unlink()

    def ledger(self) -> list[str]:
        """What user code has noted, in order."""
        return [line.split()[0] for line in self._lines()]

    def pid_of(self, what: str) -> int:
        """The process that noted it last."""
        return [int(line.split()[1]) for line in self._lines() if line.split()[0] == what][-1]

    def reach(self, what: str) -> None:
        """Wait until user code has noted it; no daemon turns meanwhile."""
        self.until(lambda: what in self.ledger(), daemon=False)

    def worker(self, run_id: str) -> ProcessIdentity:
        """The process that holds the run."""
        worker = self.run(run_id).worker
        assert worker is not None
        return worker

    def workers_have_left(self) -> list[int | None]:
        """Wait until every worker that was launched has ended; their exit codes."""
        self.launcher.join(DEADLINE)
        return [process.poll() for process in self.launcher._started.values()]

    def kill_worker(self, run_id: str, number: int = signal.SIGKILL) -> ProcessIdentity:
        """Send a signal to the process that holds the run; returns who it was. A runner ends with its worker."""
        run = self.run(run_id)
        assert run.worker is not None and run.runner is not None
        os.kill(run.worker.pid, number)
        if number == signal.SIGKILL:
            runner = run.runner
            self.until(lambda: not is_alive(runner), daemon=False)
        return run.worker

    def events(self, run_id: str, *types: str) -> list[StoredEvent]:
        """Events of a run, all or of some types."""
        return self.storage.read_events(run_id, limit=100_000, types=types or None)

    def told(self, run_id: str) -> str:
        """All messages and failures of a run in one text."""
        return "\n".join(f"{e.event.message} {json.dumps(e.event.data)}" for e in self.events(run_id))

    def steps(self, run_id: str, kind: str) -> list[str | None]:
        """Keys of the steps that have an event of a kind."""
        return [e.event.step_key for e in self.events(run_id, kind)]

    def check_history(self, run_id: str) -> None:
        """What must be true of any run: no gap, no event of an older epoch behind one of a newer, one end."""
        events = self.events(run_id)
        assert [e.seq for e in events] == list(range(1, len(events) + 1))
        kinds = [e.event.type.value for e in events]
        assert sum(kind in ("PIPELINE_SUCCESS", "PIPELINE_FAILURE", "PIPELINE_CANCELED") for kind in kinds) == 1
        assert not list((self.home / "spool").glob(f"{run_id}.*")), "nothing of a finished run is left lying"

    def is_gone(self, what: str) -> bool:
        """Whether the process that noted it last has ended."""
        who = identify(self.pid_of(what))
        return who.started == 0 or not is_alive(who)

    def close(self) -> None:
        """Kill what is left, and close."""
        for gate in self.folder.glob("hold-*"):
            gate.unlink()
        self.launcher.stop()
        self.instance.close()

    def _lines(self) -> list[str]:
        ledger = self.folder / "ledger"
        return ledger.read_text().splitlines() if ledger.exists() else []

    def _log(self) -> str:
        log = self.home / "worker.log"
        return log.read_text(errors="replace")[-2000:] if log.exists() else ""


def _storage(database_url: str) -> dict[str, Any]:
    if database_url.startswith("sqlite"):
        return {"sqlite": {"path": database_url.removeprefix("sqlite:///")}}
    return {"postgres": {"url": database_url.replace("postgresql+psycopg://", "postgresql://", 1)}}
