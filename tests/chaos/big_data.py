"""Q14: a server with much behind it: 100,000 runs, 5 million events, a pipeline of 10,000 solids, an output of 1 GB.

What people look at must come as soon as ever, and the server must not hold in memory what lies on the disk.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jupyter_orch.compute_logs.files import file_name
from jupyter_orch.records.files import file_stem
from jupyter_orch.storage.database import Database
from jupyter_orch.storage.sql import SqlStorage
from tests.bench.storage import LONG_RUN, add_long_run, fill
from tests.chaos.load import quantile
from tests.chaos.onlooker import Onlooker
from tests.large_grid import grid_of, repository_of
from tests.server_process import ServerProcess

EVENTS = 50
"""Of each run."""
SLOWEST_PAGE, MOST_MEMORY_MB = 0.3, 150.0
TURNS, FEW_TURNS = 100, 5
LOOKED, LOG_STEP = "r1", "a step"
DOWNLOAD = """\
import sys, urllib.request
came = 0
with urllib.request.urlopen(urllib.request.Request(sys.argv[1], headers={"Authorization": sys.argv[2]}), timeout=120) as answer:
    while chunk := answer.read(2**20):
        came += len(chunk)
print(came)
"""
ROW = """id runId pipelineName repositoryName mode status createdBy createTime startTime endTime rootRunId parentRunId
    canTerminate tags { key value } stepStats { stepKey status startTime endTime attempts }"""
PAGE = f"""query($f: RunsFilter, $c: String) {{ pipelineRunsOrError(filter: $f, cursor: $c, limit: 25) {{
    ... on PipelineRuns {{ count results {{ {ROW} }} }} }} }}"""
GRAPH = """{ pipelineOrError(params: {pipelineName: "grid", repositoryName: "repo", repositoryLocationName: "code.py"}) {
    ... on Pipeline { drawing } } }"""


@dataclass(frozen=True, slots=True)
class Size:
    """How much lies there.

    Attributes:
        log_mb: of one step's output.
    """

    runs: int
    solids: int
    log_mb: int


FULL, SMALL = Size(100_000, 10_000, 1024), Size(10_000, 2_000, 100)


@dataclass(slots=True)
class BigData:
    """What came of it; seconds as p95, megabytes.

    Attributes:
        filled_in: seconds until all was stored.
        work: seconds of the processor that the server took for one answer, whatever else the machine did.
        memory_before: resident, when the server was ready and its code loaded.
        memory_at_most: the most it ever had.
        onlooker_p99: the lag of a process beside it that does nothing.
    """

    size: Size
    filled_in: float = 0.0
    database_mb: float = 0.0
    answers: dict[str, float] = field(default_factory=dict)
    work: dict[str, float] = field(default_factory=dict)
    memory_before: float = 0.0
    memory_after: dict[str, float] = field(default_factory=dict)
    memory_at_most: float = 0.0
    downloaded_mb: float = 0.0
    onlooker_p99: float = 0.0

    def faults(self) -> list[str]:
        """What is not as promised."""
        slow = [
            f"{what}: p95 {took:.3f} s" for what, took in self.answers.items() if "page" in what and took > SLOWEST_PAGE
        ]
        if self.memory_at_most - self.memory_before > MOST_MEMORY_MB:
            slow.append(f"{self.memory_before} MB became {self.memory_at_most} MB")
        if round(self.downloaded_mb) != self.size.log_mb:
            slow.append(f"of {self.size.log_mb} MB of output {self.downloaded_mb} came")
        return slow


def big_data(folder: Path, size: Size = FULL) -> BigData:
    """Store it and look at it.

    Args:
        folder: a new one, removed by nobody; about 2 KB a run and the output.
    """
    found = BigData(size)
    root, home = folder / "root", folder / "home"
    root.mkdir(parents=True)
    (root / "code.py").write_text(grid_of(size.solids) + repository_of("grid"))
    (root / "workspace.yaml").write_text("load_from:\n  - python_file: code.py\n")
    server = ServerProcess(root, home)
    _fill(server.orch_home, found)
    try:
        server.start(wait=False)
        server.wait_until_ready(180)
        server.wait_for_locations(300)
        found.memory_before = _memory(server, "VmRSS")
        onlooker = Onlooker()
        for what, act, turns in _looks(server, size):
            worked = _worked(server)
            found.answers[what] = quantile([_took(act) for _ in range(turns)], 0.95)
            found.work[what] = round((_worked(server) - worked) / turns, 4)
            found.memory_after[what] = _memory(server, "VmRSS")
        with _asking(server, found):
            found.downloaded_mb = _download(server)
        found.memory_after["a download"] = _memory(server, "VmRSS")
        found.onlooker_p99 = quantile(onlooker.lags(), 0.99)
        found.memory_at_most = _memory(server, "VmHWM")
    finally:
        server.stop()
    return found


def _fill(orch_home: Path, found: BigData) -> None:
    begun = time.monotonic()
    orch_home.mkdir(parents=True, mode=0o700)
    storage = SqlStorage(Database(f"sqlite:///{orch_home}/orch.db"))
    fill(storage, found.size.runs, EVENTS)
    add_long_run(storage)
    storage.dispose()
    folder = orch_home / "compute_logs" / file_stem(LOOKED)
    folder.mkdir(parents=True, mode=0o700)
    line = b"a line of output, as programs print them, with some words in it: all in all a hundred characters!\n"
    block = (line * (2**20 // len(line) + 1))[: 2**20 - 1] + b"\n"
    with open(folder / file_name(LOG_STEP, "stdout"), "wb") as file:
        for _ in range(found.size.log_mb):
            file.write(block)
    found.filled_in = round(time.monotonic() - begun, 1)
    found.database_mb = round((orch_home / "orch.db").stat().st_size / 2**20, 1)


def _looks(server: ServerProcess, size: Size) -> Iterator[tuple[str, Callable[[], object], int]]:
    """What people look at, and how often."""
    path = f"orch/api/v1/runs/{LOOKED}/logs/{quote(LOG_STEP)}/stdout"
    end = {"Range": f"bytes={size.log_mb * 2**20 - 200_000}-"}
    middle = f"r{size.runs // 2}"
    tags = {"f": {"tags": [{"key": "team", "value": "team 7"}]}}
    yield "the first page of runs", lambda: _asked(server, PAGE), TURNS
    yield "a page in the middle", lambda: _asked(server, PAGE, c=middle), TURNS
    yield "a page of runs with a tag", lambda: _asked(server, PAGE, **tags), TURNS
    yield "a page of failed runs", lambda: _asked(server, PAGE, f={"statuses": ["FAILURE"]}), TURNS
    yield "10,000 events", lambda: server.get(f"orch/api/v1/runs/{quote(LONG_RUN)}/events?limit=10000"), FEW_TURNS
    yield "the graph", lambda: _asked(server, GRAPH), FEW_TURNS
    yield "the end of the output", lambda: _came(server.request(path, headers=end), 206), TURNS


def _asked(server: ServerProcess, query: str, **variables: Any) -> None:
    status, body = server.request("orch/graphql", {"query": query, "variables": variables})
    assert status == 200 and b'"errors"' not in body, body[:500]
    assert len(body) > 2000, body


def _came(answer: tuple[int, bytes], status: int) -> None:
    assert answer[0] == status and len(answer[1]) == 200_000, (answer[0], answer[1][:300])


def _took(act: Callable[[], object]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


@contextmanager
def _asking(server: ServerProcess, found: BigData) -> Iterator[None]:
    """Somebody goes on asking for the first page meanwhile."""
    over, taken = threading.Event(), list[float]()

    def ask() -> None:
        while not over.wait(0.1):
            taken.append(_took(lambda: _asked(server, PAGE)))

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
    found.answers["the first page of runs during a download"] = quantile(taken, 0.95)


def _download(server: ServerProcess) -> float:
    """All of the output, by a process of its own; how many megabytes came."""
    address = f"{server.url}orch/api/v1/runs/{LOOKED}/logs/{quote(LOG_STEP)}/stdout"
    words = [sys.executable, "-ISc", DOWNLOAD, address, f"token {server.token}"]
    return int(subprocess.run(words, capture_output=True, text=True, check=True).stdout) / 2**20


def _worked(server: ServerProcess) -> float:
    """Seconds of the processor, of all threads."""
    assert server.process is not None
    parts = Path(f"/proc/{server.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")


def _memory(server: ServerProcess, name: str) -> float:
    """Megabytes, as Linux tells them."""
    assert server.process is not None
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    return round(int(re.findall(rf"{name}:\s+(\d+)", status)[0]) / 1024, 1)
