"""What the machine itself can do: bare calls, in an interpreter of its own that has imported nothing of ours but the user's code.

Run as a program: ``floor.py NAME TURNS [FILE OF USER CODE]``; prints a list of seconds, or of lists of them, as JSON.
"""

from __future__ import annotations

import gc
import http.client
import http.server
import json
import os
import runpy
import select
import signal
import socket
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

TABLE = "create table e(id integer primary key, run text, at real, kind text, body text)"
INSERT = "insert into e(run, at, kind, body) values(?, ?, ?, ?)"
EVENT = ("a run's identifier, 36 characters", 1.0, "STEP_START", "x" * 200)
EVENTS_OF_A_RUN = 8


def main(name: str, turns: str, *code: str) -> None:
    """Measure one thing and print it."""
    for path in code:
        runpy.run_path(path)
    gc.collect()
    gc.freeze()
    with tempfile.TemporaryDirectory(prefix="orch-floor-") as folder:
        print(json.dumps(MEASURED[name](int(turns), Path(folder))))


def launch(turns: int, folder: Path) -> list[tuple[float, float]]:
    """A request over loopback, a durable commit, a fork: seconds to the child's first line, and to one more commit."""
    port = _answering()
    line = http.client.HTTPConnection("127.0.0.1", port)
    found = []
    with closing(_database(folder, "FULL")) as database:
        for _ in range(turns):
            reads, writes = os.pipe()
            begun = time.time()
            line.request("POST", "/", b"{}")
            line.getresponse().read()
            _commit(database)
            if (pid := os.fork()) == 0:
                os.write(writes, repr(time.time()).encode())
                os._exit(0)
            first = float(os.read(reads, 64)) - begun
            _commit(database)
            found.append((first, time.time() - begun))
            os.waitpid(pid, 0)
            os.close(reads)
            os.close(writes)
    return found


def forks(turns: int, folder: Path, at_once: int = 1) -> list[float]:
    """Seconds per child that does nothing, so many at a time."""
    return [_forked(20, at_once, lambda: None) for _ in range(turns)]


def forks_side_by_side(turns: int, folder: Path) -> list[float]:
    """The same, two at a time."""
    return forks(turns, folder, 2)


def forks_that_write(turns: int, folder: Path) -> list[float]:
    """Seconds per child that stores the events of a run, two at a time."""
    _database(folder, "NORMAL").close()

    def write() -> None:
        with closing(_open(folder, "NORMAL")) as database:
            for _ in range(EVENTS_OF_A_RUN):
                _commit(database)

    return [_forked(40, 2, write) for _ in range(turns)]


def words(turns: int, folder: Path) -> list[float]:
    """Seconds of a word to a child that lives, and back."""
    ours, theirs = socket.socketpair()
    if os.fork() == 0:
        ours.close()
        while word := theirs.recv(64):
            theirs.send(word)
        os._exit(0)
    theirs.close()
    return _timed(turns, lambda: (ours.send(b"step"), ours.recv(64)))


def inserts(turns: int, folder: Path, batch: int = 1000) -> list[float]:
    """Seconds per event of batched inserts into SQLite."""
    with closing(_database(folder, "NORMAL")) as database:

        def store() -> None:
            database.execute("begin immediate")
            database.executemany(INSERT, [EVENT] * batch)
            database.execute("commit")

        return [seconds / batch for seconds in _timed(turns, store)]


def graph(turns: int, folder: Path, nodes: int = 5000) -> list[float]:
    """Seconds to make so many nodes in a grid, and to put them in order."""
    return _timed(turns, lambda: _sorted_grid(nodes))


def datagrams(turns: int, folder: Path) -> list[float]:
    """Seconds from sending a datagram to its being read by another process, waiting between them as news do."""
    path = str(folder / "bell")
    bell = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    bell.bind(path)
    reads, writes = os.pipe()
    if (pid := os.fork()) == 0:
        for _ in range(turns):
            bell.recv(64)
            os.write(writes, repr(time.time()).encode().ljust(32))
        os._exit(0)
    ringer, found = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM), []
    for _ in range(turns):
        time.sleep(0.005)
        begun = time.time()
        ringer.sendto(b"news", path)
        found.append(float(os.read(reads, 32)) - begun)
    os.waitpid(pid, 0)
    return found


def deaths(turns: int, folder: Path) -> list[float]:
    """Seconds from SIGKILL of a child to a durable commit of whoever waits on its pidfd."""
    found = []
    with closing(_database(folder, "FULL")) as database:
        for _ in range(turns):
            if (pid := os.fork()) == 0:
                signal.pause()
            seen = os.pidfd_open(pid)
            begun = time.perf_counter()
            os.kill(pid, signal.SIGKILL)
            select.select([seen], [], [])
            _commit(database)
            found.append(time.perf_counter() - begun)
            os.waitpid(pid, 0)
            os.close(seen)
    return found


def kernels(turns: int, folder: Path) -> list[tuple[float, float]]:
    """Seconds of two cells in a kernel that runs, and of a kernel's start and two cells."""
    from jupyter_client import KernelManager

    found = []
    for _ in range(turns):
        manager = KernelManager(kernel_name="python3")
        begun = time.perf_counter()
        manager.start_kernel()
        client = manager.client()
        client.start_channels()
        _cells(client)
        cold = time.perf_counter() - begun
        found.append((min(_timed(3, lambda: _cells(client))), cold))  # noqa: B023
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    return found


def _cells(client: Any) -> None:
    for source in ("x = 2", "print(x)"):
        asked = client.execute(source)
        while client.get_shell_msg(timeout=60)["parent_header"].get("msg_id") != asked:
            pass


def _sorted_grid(nodes: int, width: int = 50) -> list[int]:
    below: list[list[int]] = [[] for _ in range(nodes)]
    open_inputs = [0] * nodes
    for node in range(width, nodes):
        for above in {node - width, node - width + 1 if (node + 1) % width else node - 2 * width + 1}:
            if above >= 0:
                below[above].append(node)
                open_inputs[node] += 1
    ready = [node for node in range(nodes) if not open_inputs[node]]
    order = []
    while ready:
        node = ready.pop()
        order.append(node)
        for later in below[node]:
            open_inputs[later] -= 1
            if not open_inputs[later]:
                ready.append(later)
    assert len(order) == nodes
    return order


def _forked(count: int, at_once: int, work: Callable[[], None]) -> float:
    begun, alive = time.perf_counter(), 0
    for _ in range(count):
        if alive == at_once:
            os.wait()
            alive -= 1
        if os.fork() == 0:
            work()
            os._exit(0)
        alive += 1
    for _ in range(alive):
        os.wait()
    return (time.perf_counter() - begun) / count


def _answering() -> int:
    """The port of a server in another process that says nothing but yes."""

    class Yes(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: Any) -> None:
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Yes)
    parent = os.getpid()
    if os.fork() == 0:
        server.timeout = 1.0
        while os.getppid() == parent:
            server.handle_request()
        os._exit(0)
    server.socket.close()
    return int(server.server_port)


def _database(folder: Path, synchronous: str) -> sqlite3.Connection:
    database = _open(folder, synchronous)
    database.execute(TABLE)
    return database


def _open(folder: Path, synchronous: str) -> sqlite3.Connection:
    database = sqlite3.connect(folder / "floor.db", isolation_level=None, timeout=30)
    database.execute("pragma journal_mode=wal")
    database.execute(f"pragma synchronous={synchronous}")
    return database


def _commit(database: sqlite3.Connection) -> None:
    database.execute("begin immediate")
    database.execute(INSERT, EVENT)
    database.execute("commit")


def _timed(turns: int, work: Callable[[], object]) -> list[float]:
    found = []
    for _ in range(turns):
        begun = time.perf_counter()
        work()
        found.append(time.perf_counter() - begun)
    return found


MEASURED: dict[str, Callable[[int, Path], Any]] = {
    known.__name__: known
    for known in (
        launch,
        forks,
        forks_side_by_side,
        forks_that_write,
        words,
        inserts,
        graph,
        datagrams,
        deaths,
        kernels,
    )
}

if __name__ == "__main__":
    main(*sys.argv[1:])
