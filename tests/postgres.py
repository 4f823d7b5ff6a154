"""A Postgres cluster of the tests' own: made on first use, on a Unix socket, gone with the test session."""

from __future__ import annotations

import contextlib
import glob
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path


class Postgres:
    """A running cluster that makes databases."""

    def __init__(self, programs: Path, *, durable: bool = False, where: Path | None = None) -> None:
        """Args:
        programs: the folder with ``initdb``.
        durable: commits wait for the disk, as a real cluster's do; tests need not.
        where: an existing folder to put it in; its path must be short, for the socket is there as well.
        """
        self._programs = programs
        self._fsync = "on" if durable else "off"
        self.folder = Path(tempfile.mkdtemp(prefix="orch-pg-", dir=where))
        self._owner = _owner()
        if self._owner:
            shutil.chown(self.folder, self._owner)
        self._run(
            "initdb", "--auth=trust", "--username=orch", "--encoding=UTF8", "--locale=C", "-D", f"{self.folder}/data"
        )
        self.start()

    def start(self) -> None:
        """Start it, also after :meth:`kill` or :meth:`shut_down`."""
        options = f"-c listen_addresses='' -c fsync={self._fsync} -k {self.folder}"
        self._run("pg_ctl", "-D", f"{self.folder}/data", "-w", "-l", f"{self.folder}/log", "-o", options, "start")

    def start_if_it_ended(self, patience: float = 60.0) -> None:
        """Wait until it answers; one that has ended by itself, as it does without room for its journal, is started."""
        deadline = time.monotonic() + patience
        while subprocess.run(
            [str(self._programs / "pg_isready"), "-q", "-h", str(self.folder)], check=False
        ).returncode:
            first = self.processes()[:1]
            if not first or not os.path.exists(f"/proc/{first[0]}"):
                self.start()
            assert time.monotonic() < deadline, "Postgres does not come back"
            time.sleep(0.1)

    def shut_down(self) -> None:
        """End it in order; clients are told."""
        self._run("pg_ctl", "-D", f"{self.folder}/data", "-w", "-m", "fast", "stop")

    def kill(self) -> None:
        """kill -9 of all its processes."""
        _signal_all(self.processes(), signal.SIGKILL)
        while any(os.path.exists(f"/proc/{pid}") for pid in self.processes()):
            time.sleep(0.01)

    @contextlib.contextmanager
    def paused(self) -> Iterator[None]:
        """All its processes stand still, connections stay open; one may end just before it is stopped or afterwards."""
        stopped = self.processes()
        try:
            _signal_all(stopped, signal.SIGSTOP)
            yield
        finally:
            _signal_all(stopped[::-1], signal.SIGCONT)

    def processes(self) -> list[int]:
        """The server's process and its children."""
        try:
            first = int((self.folder / "data" / "postmaster.pid").read_text().split()[0])
            children = Path(f"/proc/{first}/task/{first}/children").read_text().split()
        except (OSError, IndexError, ValueError):
            return []
        return [first, *map(int, children)]

    def new_database(self) -> str:
        """The SQLAlchemy URL of a new, empty database."""
        name = f"t{uuid.uuid4().hex[:12]}"
        self._run("createdb", "-h", str(self.folder), "-U", "orch", name)
        return f"postgresql+psycopg://orch@/{name}?host={self.folder}"

    def stop(self) -> None:
        """End it and remove its files."""
        self._run("pg_ctl", "-D", f"{self.folder}/data", "-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [str(self._programs / program), *arguments],
            user=self._owner,
            check=True,
            stdout=subprocess.DEVNULL,
            cwd="/tmp",
        )


def find_programs() -> Path | None:
    """The folder with ``initdb``, or None."""
    found = shutil.which("initdb")
    folders = (
        [str(Path(found).resolve().parent)] if found else sorted(glob.glob("/usr/lib/postgresql/*/bin"), reverse=True)
    )
    return Path(folders[0]) if folders else None


def _signal_all(pids: list[int], number: int) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def _owner() -> str | None:
    """Postgres refuses to run as root: then it runs as the user that Debian made for it."""
    if os.geteuid() != 0:
        return None
    return pwd.getpwnam("postgres").pw_name
