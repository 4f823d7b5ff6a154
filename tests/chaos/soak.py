"""Q12: a real server under a steady load; what grows that should not is told as a slope."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.chaos.fleet import WORKSPACE
from tests.server_process import ServerProcess, wait_for

RUNS_A_SECOND, CLIENTS, SENSORS, BETWEEN = 2.0, 5, 20, 5.0
NEWEST = "{ pipelineRunsOrError(limit: 25) { ... on PipelineRuns { results { runId status stepKeysToExecute } } } }"
UNFINISHED = "[QUEUED, STARTING, STARTED]"
DRAINED = 120.0
"""Seconds within which what was launched last has ended."""
TOLD_EVERY = 24
"""Samples between two lines of progress: two minutes."""
HOUR = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What the server and its files took at an instant.

    Attributes:
        rss: bytes of the server's process, shared pages included.
        ended: runs that had ended by then.
    """

    at: float
    rss: int
    files: int
    threads: int
    wal: int
    database: int
    ended: int


@dataclass(slots=True)
class Soak:
    """What came of it; slopes by least squares over the last two thirds, in units an hour.

    Attributes:
        bytes_a_run: growth of database and WAL divided by the runs that ended meanwhile.
    """

    seconds: float
    runs: int
    failed: int
    refused: int
    unfinished: dict[str, int]
    rss_slope_mb: float = 0.0
    files_slope: float = 0.0
    threads_slope: float = 0.0
    largest_wal_mb: float = 0.0
    bytes_a_run: tuple[float, float] = (0.0, 0.0)
    first: dict[str, Any] = field(default_factory=dict)
    last: dict[str, Any] = field(default_factory=dict)


def soak(folder: Path, seconds: float) -> Soak:
    """Launch, look and measure for so long."""
    root = folder / "root"
    shutil.copytree(WORKSPACE, root, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "locks").mkdir()
    (folder / "ebb").touch()
    server = ServerProcess(root, folder / "home")
    done = threading.Event()
    refused: list[str] = []
    looking = [threading.Thread(target=_look, args=(server, done, refused), daemon=True) for _ in range(CLIENTS)]
    try:
        server.start(env={"CHAOS_FOLDER": str(folder), "CHAOS_PULSES": str(SENSORS)})
        server.wait_for_locations()
        for thread in looking:
            thread.start()
        samples, launched = _load(server, seconds, refused)
        with contextlib.suppress(AssertionError):
            wait_for(lambda: not _count(server, UNFINISHED), DRAINED)
        unfinished = {status: _count(server, f"[{status}]") for status in UNFINISHED.strip("[]").split(", ")}
        failed = _count(server, "[FAILURE]")
    finally:
        done.set()
        for thread in looking:
            if thread.ident is not None:
                thread.join(30.0)
        server.stop()
    return _summed_up(samples, seconds, launched, failed, len(refused), unfinished)


def _load(server: ServerProcess, seconds: float, refused: list[str]) -> tuple[list[Sample], int]:
    begun, launched = time.monotonic(), 0
    next_sample, samples = begun, list[Sample]()
    while (now := time.monotonic()) < begun + seconds:
        answer = server.launch("once", {})
        launched += 1
        if answer["__typename"] != "LaunchPipelineRunSuccess":
            refused.append(str(answer))
        if now >= next_sample:
            next_sample = now + BETWEEN
            samples.append(_sample(server, begun))
            if len(samples) % TOLD_EVERY == 0:
                print(f"{launched} runs, {samples[-1]}", file=sys.stderr, flush=True)
        time.sleep(max(0.0, begun + launched / RUNS_A_SECOND - time.monotonic()))
    return samples, launched


def _look(server: ServerProcess, done: threading.Event, refused: list[str]) -> None:
    """A person's panel: asks for the newest runs every second."""
    while not done.wait(1.0):
        try:
            server.graphql(NEWEST)
        except (OSError, AssertionError) as error:
            if not done.is_set():
                refused.append(str(error)[:200])


def _count(server: ServerProcess, statuses: str) -> int:
    asked = f"pipelineRunsOrError(filter: {{statuses: {statuses}}})"
    answer = server.graphql(f"{{ {asked} {{ ... on PipelineRuns {{ count }} }} }}")
    return int(answer["pipelineRunsOrError"]["count"])


def _sample(server: ServerProcess, begun: float) -> Sample:
    assert server.process is not None
    proc = Path(f"/proc/{server.process.pid}")
    status = dict(line.split(":", 1) for line in (proc / "status").read_text().splitlines() if ":" in line)
    database = server.orch_home / "orch.db"
    wal = 0
    with contextlib.suppress(OSError):
        wal = os.stat(f"{database}-wal").st_size
    return Sample(
        at=time.monotonic() - begun,
        rss=int(status["VmRSS"].split()[0]) * 1024,
        files=len(os.listdir(proc / "fd")),
        threads=int(status["Threads"]),
        wal=wal,
        database=os.stat(database).st_size,
        ended=_count(server, "[SUCCESS, FAILURE, CANCELED]"),
    )


def _summed_up(
    samples: list[Sample], seconds: float, launched: int, failed: int, refused: int, unfinished: dict[str, int]
) -> Soak:
    warm = [sample for sample in samples if sample.at > seconds / 3]
    middle = len(warm) // 2
    return Soak(
        seconds=seconds,
        runs=launched,
        failed=failed,
        refused=refused,
        unfinished=unfinished,
        rss_slope_mb=round(_slope([(s.at, s.rss) for s in warm]) * HOUR / 2**20, 2),
        files_slope=round(_slope([(s.at, s.files) for s in warm]) * HOUR, 2),
        threads_slope=round(_slope([(s.at, s.threads) for s in warm]) * HOUR, 2),
        largest_wal_mb=round(max(s.wal for s in samples) / 2**20, 2),
        bytes_a_run=(_a_run(warm[0], warm[middle]), _a_run(warm[middle], warm[-1])),
        first={name: getattr(warm[0], name) for name in Sample.__slots__},
        last={name: getattr(warm[-1], name) for name in Sample.__slots__},
    )


def _a_run(before: Sample, after: Sample) -> float:
    return round((after.database - before.database) / max(1, after.ended - before.ended), 1)


def _slope(points: list[tuple[float, float]]) -> float:
    """Least squares, per second."""
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / spread if spread else 0.0
