"""Hurts a fleet and its database at random: which process, how, and when comes from a seed; what was done is kept."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import asdict, dataclass

from jupyter_orch.records.run import RunFilter
from jupyter_orch.records.status import RunStatus
from tests.chaos.disk import Disk
from tests.chaos.fleet import Fleet
from tests.postgres import Postgres

HELPERS = ("daemon", "launcher", "worker", "zygote", "forked", "nursery")
OF_RUNS = ("worker of a run", "runner of a run", "step")
PROCESS_KINDS = (*HELPERS, *OF_RUNS, *OF_RUNS)
HALF_WRITTEN = (
    "import sqlite3, sys, time; c = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=60); "
    "c.execute('BEGIN IMMEDIATE'); c.execute(\"UPDATE runs SET status = 'FAILURE', epoch = epoch + 9\"); "
    "print(flush=True); time.sleep(60)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that was done.

    Attributes:
        at: seconds by the host's monotonic clock.
        pids: the processes that were hurt, and the runners above them: a step that is killed before it has said its first
            word is known by its parent alone.
    """

    at: float
    name: str
    pids: tuple[int, ...] = ()


class Monkey(threading.Thread):
    """A thread that does one fault after the other until it has done enough or is told to stop.

    Attributes:
        faults: what it has done.
    """

    def __init__(
        self,
        fleet: Fleet,
        seed: int,
        faults: int,
        every: float,
        postgres: Postgres | None = None,
        longest: float = 2.0,
        disk: Disk | None = None,
    ) -> None:
        """Args:
        every: seconds between two faults, give or take a half.
        postgres: the cluster that it may hurt, when the fleet's database is there.
        longest: seconds for which something is stopped, locked or full at most.
        disk: what the database lies on, when that may be full.
        """
        super().__init__(name="monkey", daemon=True)
        self._fleet = fleet
        self._chance = random.Random(seed)
        self._most = faults
        self._every = every
        self._postgres = postgres
        self._longest = longest
        self._disk = disk
        self._enough = threading.Event()
        self.faults: list[Fault] = []
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            while len(self.faults) < self._most and not self._enough.wait(self._every * self._chance.uniform(0.5, 1.5)):
                self._do_one()
                self._fleet.restart_the_dead()
        except BaseException as error:
            self.error = error
        finally:
            self._fleet.restart_the_dead()

    def stop(self) -> None:
        """Let it end; everything it has stopped goes on."""
        self._enough.set()
        self.join()
        if self.error is not None:
            raise self.error

    def counts(self) -> Counter[str]:
        """How often it did what."""
        return Counter(fault.name for fault in self.faults)

    def killed(self) -> dict[int, list[float]]:
        """Number of a process → when it was killed; what was only paused has no reason to fail."""
        found: dict[int, list[float]] = defaultdict(list)
        for fault in self.faults:
            for pid in fault.pids if fault.name.startswith("kill") else ():
                found[pid].append(fault.at)
        return dict(found)

    def _do_one(self) -> None:
        kinds: list[Callable[[], Fault | None]] = [
            *(lambda kind=kind: self._kill(kind) for kind in PROCESS_KINDS),
            *(lambda kind=kind: self._pause(kind) for kind in PROCESS_KINDS),
            self._kill_daemon_with_all,
            *([self._restart_postgres, self._pause_postgres] * 2 if self._postgres else [self._lock, self._half_write]),
            *([self._fill_disk] if self._disk else []),
        ]
        fault = self._chance.choice(kinds)()
        if fault is not None:
            self.faults.append(fault)
            with open(self._fleet.folder / "faults", "a") as told:  # for whoever asks later what happened to a process
                told.write(json.dumps({**asdict(fault), "time": time.time()}) + "\n")

    def _victim(self, kind: str) -> int | None:
        alive = {process.pid: process.kind for process in self._fleet.processes()}
        if kind in OF_RUNS:
            found = sorted(self._of_runs(kind) & alive.keys())
        else:
            found = [pid for pid, its_kind in alive.items() if its_kind == kind]
        return self._chance.choice(found) if found else None

    def _with_runner(self, pid: int | None) -> tuple[int, ...]:
        """A process, and its parent when that is a runner: both were forked from a location's zygote."""
        alive = {process.pid: process for process in self._fleet.processes()}
        victim = alive.get(pid or 0)
        parent = alive.get(victim.parent) if victim else None
        is_step = victim and parent and victim.kind == parent.kind == "forked"
        return (*((pid,) if pid else ()), *((parent.pid,) if parent and is_step else ()))

    def _of_runs(self, kind: str) -> set[int]:
        """Processes that work for a run now: steps by the ledger, workers and runners by the rows."""
        if kind == "step":
            working = {line.pid: line.what for line in self._fleet.ledger.lines()}
            return {pid for pid, what in working.items() if what in ("begin", "cell-begin")}
        started = self._fleet.instance().storage.list_runs(RunFilter(statuses=(RunStatus.STARTED,)), limit=100)
        found = [run.worker if kind == "worker of a run" else run.runner for run in started]
        return {one.pid for one in found if one is not None}

    def _kill(self, kind: str) -> Fault | None:
        pid = self._victim(kind)
        pids = self._with_runner(pid)
        if pid is None or not _signal(pid, signal.SIGKILL):
            return None
        return Fault(at=time.monotonic(), name=f"kill {kind}", pids=pids)

    def _pause(self, kind: str) -> Fault | None:
        pid = self._victim(kind)
        pids = self._with_runner(pid)
        if pid is None or not _signal(pid, signal.SIGSTOP):
            return None
        fault = Fault(at=time.monotonic(), name=f"pause {kind}", pids=pids)
        self._enough.wait(self._chance.uniform(0.2, self._longest))
        _signal(pid, signal.SIGCONT)
        return fault

    def _kill_daemon_with_all(self) -> Fault | None:
        """As the end of a container: the daemon and everything below it at once, runs as well."""
        found = self._fleet.processes()
        daemon = self._victim("daemon")
        if daemon is None:
            return None
        below = {daemon}
        for _ in range(6):
            below |= {process.pid for process in found if process.parent in below}
        for pid in below:
            _signal(pid, signal.SIGKILL)
        return Fault(at=time.monotonic(), name="kill daemon with all below it", pids=tuple(sorted(below)))

    def _restart_postgres(self) -> Fault:
        assert self._postgres is not None
        at = time.monotonic()
        self._postgres.kill()
        self._enough.wait(self._chance.uniform(0.0, self._longest))
        self._postgres.start()
        return Fault(at=at, name="kill postgres")

    def _pause_postgres(self) -> Fault:
        assert self._postgres is not None
        at = time.monotonic()
        with self._postgres.paused():
            self._enough.wait(self._chance.uniform(0.2, self._longest))
        return Fault(at=at, name="pause postgres")

    def _lock(self) -> Fault:
        """Somebody holds the file's write lock."""
        at = time.monotonic()
        with contextlib.closing(sqlite3.connect(self._file(), isolation_level=None, timeout=60)) as holder:
            holder.execute("BEGIN IMMEDIATE")
            self._enough.wait(self._chance.uniform(0.2, self._longest))
            holder.execute("ROLLBACK")
        return Fault(at=at, name="lock sqlite")

    def _half_write(self) -> Fault:
        """A writer is killed in the middle of its transaction."""
        writer = subprocess.Popen([sys.executable, "-c", HALF_WRITTEN, self._file()], stdout=subprocess.PIPE)
        assert writer.stdout is not None
        with writer, writer.stdout:
            writer.stdout.readline()
            writer.kill()
        return Fault(at=time.monotonic(), name="kill a writer of sqlite", pids=(writer.pid,))

    def _fill_disk(self) -> Fault:
        """No room for the database; a Postgres that gave up for it is started when there is some again."""
        assert self._disk is not None
        at = time.monotonic()
        self._disk.fill()
        self._enough.wait(self._chance.uniform(0.2, self._longest))
        self._disk.make_room()
        if self._postgres:
            self._postgres.start_if_it_ended()
        return Fault(at=at, name="fill the disk")

    def _file(self) -> str:
        return self._fleet.database_url.removeprefix("sqlite:///")


def _signal(pid: int, number: int) -> bool:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return True
