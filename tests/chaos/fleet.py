"""Several real daemons on one database, each with its own code servers, and the processes that belong to them."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from jupyter_orch.instance import Instance, open_instance
from jupyter_orch.settings import read_settings
from tests.chaos.ledger import Ledger
from tests.chaos.process_table import Process, processes_of

WORKSPACE = Path(__file__).parent / "workspace"
REPOSITORY = Path(__file__).parents[2]
PATIENCE = 120.0
SETTINGS: dict[str, Any] = {
    "run_coordinator": {"queued": {"max_concurrent_runs": 8}},
    "run_monitoring": {"start_timeout_seconds": 20, "max_resume_run_attempts": 20},
    "concurrency": {"pools": {"limits": {"narrow": 1}}},
    "code_servers": {"reload_on_change": False},
}


class Fleet:
    """Daemons that are started again when they are gone; two share an instance's folder, every other has its own.

    Attributes:
        folder: ledger, locks, gates, workspace, and the instances' folders.
    """

    def __init__(
        self, folder: Path, database_url: str, *, replicas: int = 3, with_sensor: bool = True, **settings: Any
    ) -> None:
        """Args:
        with_sensor: a sensor asks for runs all the time.
        settings: keys of ``orch.yaml`` that differ from :data:`SETTINGS`.
        """
        self.folder = folder
        self.database_url = database_url
        self.ledger = Ledger(folder)
        (folder / "locks").mkdir(parents=True)
        if not with_sensor:
            self.ebb()
        shutil.copytree(WORKSPACE, folder / "workspace", ignore=shutil.ignore_patterns("__pycache__"))
        self._temporary = Path(tempfile.mkdtemp(prefix="chaos-", dir="/tmp"))
        self._homes = [folder / f"home{max(0, number - 1)}" for number in range(replicas)]
        text = yaml.safe_dump(
            {
                "storage": _storage(database_url),
                "local_artifact_storage": {"base_dir": str(folder / "values")},
                **SETTINGS,
                **settings,
            }
        )
        for home in set(self._homes):
            home.mkdir()
            (home / "orch.yaml").write_text(text)
        self.daemons: dict[int, subprocess.Popen[bytes]] = {}
        self._instance: Instance | None = None

    def __enter__(self) -> Fleet:
        self.instance()  # makes the tables before anybody races for them
        for number in range(len(self._homes)):
            self.start(number)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def instance(self) -> Instance:
        """The instance as a client opens it."""
        if self._instance is None:
            self._instance = open_instance(read_settings(self._homes[0]))
        return self._instance

    def start(self, number: int) -> None:
        """Start a daemon that is not there."""
        if number in self.daemons:
            self.daemons.pop(number).wait()
        home = self._homes[number]
        env = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "JPY_"))}
        env |= {
            "CHAOS_FOLDER": str(self.folder),
            "JUPYTER_ORCH_HOME": str(home),
            "TMPDIR": str(self._temporary),
            "IPYTHONDIR": str(home / "ipython"),
        }
        with open(home / f"daemon{number}.log", "ab") as log:
            self.daemons[number] = subprocess.Popen(
                [sys.executable, "-m", "jupyter_orch.cli.main", "daemon", "run"],
                cwd=self.folder / "workspace",
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def restart_the_dead(self) -> list[int]:
        """Start every daemon again that has ended; their numbers."""
        dead = [number for number, process in self.daemons.items() if process.poll() is not None]
        for number in dead:
            self.start(number)
        return dead

    def processes(self) -> list[Process]:
        """Every living process that one of the daemons has started, however far down, and themselves."""
        return processes_of(self.folder)

    def ebb(self) -> None:
        """Let the sensor ask for nothing any more."""
        (self.folder / "ebb").touch()

    def flow(self) -> None:
        """Let the sensor ask again."""
        (self.folder / "ebb").unlink(missing_ok=True)

    def hold(self, gate: str) -> None:
        """Let the step that comes to this gate wait."""
        (self.folder / f"hold-{gate}").touch()

    def release(self, gate: str) -> None:
        """Let it go on."""
        (self.folder / f"hold-{gate}").unlink(missing_ok=True)

    def until(
        self, condition: Callable[[], bool], patience: float = PATIENCE, explain: Callable[[], Any] = str
    ) -> None:
        """Wait for a condition; a database that is away is waited for as well."""
        deadline = time.monotonic() + patience
        while True:
            with contextlib.suppress(Exception):
                if condition():
                    return
            assert time.monotonic() < deadline, f"waited in vain: {explain()}\n{self.logs()}"
            time.sleep(0.05)

    def logs(self, most: int = 3000) -> str:
        """The ends of what daemons and workers have printed."""
        found = [path for home in sorted(set(self._homes)) for path in sorted(home.glob("*.log"))]
        return "\n".join(f"--- {path.name}\n{path.read_text(errors='replace')[-most:]}" for path in found)

    def stop(self) -> None:
        """Kill everything and remove what is not in :attr:`folder`."""
        for gate in self.folder.glob("hold-*"):
            gate.unlink()
        if self._instance is not None:
            self._instance.close()
        for process in self.daemons.values():
            process.kill()
        deadline = time.monotonic() + PATIENCE
        while left := self.processes():
            assert time.monotonic() < deadline, f"can not be killed: {left}"
            for one in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(one.pid, signal.SIGKILL)
            time.sleep(0.02)
        for process in self.daemons.values():
            process.wait()
        shutil.rmtree(self._temporary, ignore_errors=True)


def _storage(database_url: str) -> dict[str, Any]:
    if database_url.startswith("sqlite"):
        return {"sqlite": {"path": database_url.removeprefix("sqlite:///")}}
    return {"postgres": {"url": database_url.replace("postgresql+psycopg://", "postgresql://", 1)}}
