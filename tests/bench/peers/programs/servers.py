"""Servers of a peer: started, held still, weighed and stopped; no process is touched that was not started here."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import psutil

HOST = "127.0.0.1"
MIB = 2**20
SLOWNESS = float(os.environ.get("BENCH_SLOWNESS", "1"))  # how many times longer all may take when others are busy
T = TypeVar("T")
_groups: list[Group] = []


class Group:
    """Processes that belong together, with a folder of their own that goes away with them."""

    def __init__(self, name: str) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix=f"peer-{name}-"))
        self.log = self.folder / "log.txt"
        self._started: list[psutil.Popen] = []
        self._is_paused = False
        _groups.append(self)

    def start(self, command: list[Any], environment: dict[str, str]) -> int:
        """Start a program in a session of its own; its words go to the log. Returns its process id."""
        with self.log.open("ab") as log:
            process = psutil.Popen(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, **environment},
                cwd=self.folder,
                start_new_session=True,
            )
        self._started.append(process)
        return int(process.pid)

    def processes(self) -> list[psutil.Process]:
        """Those that were started and all below them."""
        return _with_all_below(self._started)

    def pause(self) -> None:
        """Hold them still."""
        if not self._is_paused:
            self._signal(signal.SIGSTOP, self.processes())
            self._is_paused = True

    def resume(self) -> None:
        """Let them go on, and give them a moment to do what they are late with."""
        if self._is_paused:
            self._signal(signal.SIGCONT, self.processes())
            self._is_paused = False
            time.sleep(2)

    def memory(self) -> float:
        """Their proportional share of memory in MiB."""
        total = 0.0
        for process in self.processes():
            with contextlib.suppress(psutil.Error):
                total += process.memory_full_info().pss / MIB
        return total

    def end_process(self, pid: int) -> None:
        """End one of those that were started, gently at first, and all below it."""
        ended = [process for process in self._started if process.pid == pid]
        self._started = [process for process in self._started if process.pid != pid]
        self._end(ended, _with_all_below(ended))

    def stop(self) -> None:
        """End them, gently at first, and remove the folder."""
        processes = self.processes()
        if self._is_paused:
            self._signal(signal.SIGCONT, processes)
        self._end(self._started, processes)
        shutil.rmtree(self.folder, ignore_errors=True)
        if self in _groups:
            _groups.remove(self)

    def _end(self, first: list[psutil.Popen], processes: list[psutil.Process]) -> None:
        self._signal(signal.SIGINT, [process for process in processes if process in first])
        for ask, patience in ((signal.SIGTERM, 6), (signal.SIGKILL, 4)):
            processes = psutil.wait_procs(processes, timeout=patience)[1]
            self._signal(ask, processes)
        psutil.wait_procs(processes, timeout=5)

    @staticmethod
    def _signal(number: signal.Signals, processes: list[psutil.Process]) -> None:
        for process in processes:
            with contextlib.suppress(psutil.Error):
                process.send_signal(number)


def _with_all_below(processes: list[psutil.Popen]) -> list[psutil.Process]:
    found: dict[int, psutil.Process] = {}
    for process in processes:
        with contextlib.suppress(psutil.Error):
            found |= {each.pid: each for each in [process, *process.children(recursive=True)]}
    return list(found.values())


def pause_all() -> None:
    """Hold every group still."""
    for group in _groups:
        group.pause()


def stop_all() -> None:
    """End every group."""
    for group in list(_groups):
        group.stop()


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def request(url: str, body: Any = None, headers: dict[str, str] | None = None, method: str | None = None) -> Any:
    """Ask a server that speaks JSON; a POST when there is a body. Raises OSError when it refuses."""
    data = None if body is None else json.dumps(body).encode()
    asked = urllib.request.Request(url, data, {"Content-Type": "application/json", **(headers or {})}, method=method)
    with urllib.request.urlopen(asked, timeout=60 * SLOWNESS) as answer:
        text = answer.read()
    return json.loads(text) if text else None


def insist(ask: Callable[[], Any]) -> Any:
    """Ask again while the server answers that it cannot just now, as the peers' own clients do."""
    for _ in range(100):
        try:
            return ask()
        except urllib.error.HTTPError as error:
            if error.code < 500:
                raise
        time.sleep(0.1)
    return ask()


def wait_for(look: Callable[[], T], limit: float, step: float = 0.02) -> T:
    """What ``look`` finds, as soon as that is true; a server that does not answer yet is asked again."""
    deadline = time.monotonic() + limit * SLOWNESS
    while True:
        with contextlib.suppress(OSError, KeyError, ValueError):
            if found := look():
                return found
        if time.monotonic() > deadline:
            raise TimeoutError(f"still waiting after {limit * SLOWNESS:.0f} s")
        time.sleep(step)


def time_in(path: Path, limit: float = 120) -> float:
    """The time that user code wrote down there, as soon as it has."""
    return wait_for(lambda: float(path.read_text()), limit, 0.002)


def whole_process(command: list[Any], count: int, environment: dict[str, str] | None = None) -> list[float]:
    """Milliseconds of a command from its start to its end, after one turn that is not counted."""
    found = []
    for _ in range(count + 1):
        begun = time.perf_counter()
        subprocess.run(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=True,
            timeout=180 * SLOWNESS,
            env={**os.environ, **(environment or {})},
        )
        found.append((time.perf_counter() - begun) * 1000)
    return found[1:]


def last_line(command: list[Any], environment: dict[str, str], limit: float = 400) -> Any:
    """The JSON of the last line that a program prints."""
    done = subprocess.run(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=limit * SLOWNESS,
        env={**os.environ, **environment},
    )
    if done.returncode:
        raise RuntimeError(f"{command[1]} ended with {done.returncode}: {done.stderr.strip()[-300:]}")
    return json.loads(done.stdout.splitlines()[-1])
