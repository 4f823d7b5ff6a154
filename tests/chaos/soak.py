"""Q12: a real server under a steady load; what grows that should not is told as a slope."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.chaos.fleet import WORKSPACE
from tests.chaos.panels import Panels
from tests.server_process import ServerProcess, wait_for

RUNS_A_SECOND, PANELS, SENSORS, BETWEEN = 2.0, 5, 20, 5.0
UNFINISHED = "[QUEUED, STARTING, STARTED]"
DRAINED = 120.0
"""Seconds within which what was launched last has ended."""
TOLD_EVERY = 24
"""Samples between two lines of progress: two minutes."""
HOUR = 3600.0
MOST_WAL_MB, MOST_RSS_MB, MOST_HANDLES, MOST_CHANGE = 64.0, 1.0, 2.0, 0.05
"""Bars: the WAL at any time; growth of memory an hour; of files and threads an hour (a sample of them is off by a few, so a
line through them is never quite flat); difference of the bytes a run takes."""


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
        bytes_a_run: growth of the database divided by the runs that ended meanwhile: in the first half, in the second.
        looks, news, followed: what the panels have done and heard.
    """

    seconds: float
    runs: int
    failed: int
    refused: int
    unfinished: dict[str, int]
    looks: int = 0
    news: int = 0
    followed: int = 0
    rss_slope_mb: float = 0.0
    files_slope: float = 0.0
    threads_slope: float = 0.0
    largest_wal_mb: float = 0.0
    bytes_a_run: tuple[float, float] = (0.0, 0.0)
    first: dict[str, Any] = field(default_factory=dict)
    last: dict[str, Any] = field(default_factory=dict)

    def faults(self) -> list[str]:
        """What must not be; slopes are judged from an hour on, for warming up looks like growth in less."""
        found = {
            "runs failed": self.failed > 0,
            "requests were refused": self.refused > 0,
            "runs have not ended": any(self.unfinished.values()),
            "no panel heard of a run": not self.news,
            "no panel followed a run to its end": not self.followed,
            f"the WAL has grown over {MOST_WAL_MB:g} MB": self.largest_wal_mb > MOST_WAL_MB,
        }
        if self.seconds >= HOUR:
            first, second = self.bytes_a_run
            found |= {
                f"memory grows by {MOST_RSS_MB:g} MB an hour or more": self.rss_slope_mb >= MOST_RSS_MB,
                "open files grow": self.files_slope >= MOST_HANDLES,
                "threads grow": self.threads_slope >= MOST_HANDLES,
                "a run takes more and more bytes": second > first * (1 + MOST_CHANGE),
            }
        return [fault for fault, is_so in found.items() if is_so]


def soak(folder: Path, seconds: float) -> Soak:
    """Launch, look and measure for so long."""
    root = folder / "root"
    shutil.copytree(WORKSPACE, root, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "locks").mkdir()
    (folder / "ebb").touch()
    server = ServerProcess(root, folder / "home")
    panels = Panels(server, PANELS)
    try:
        server.start(env={"CHAOS_FOLDER": str(folder), "CHAOS_PULSES": str(SENSORS)})
        server.wait_for_locations()
        panels.start()
        samples, launched = _load(server, seconds, panels.refused)
        with contextlib.suppress(AssertionError):
            wait_for(lambda: not _count(server, UNFINISHED), DRAINED)
        unfinished = {status: _count(server, f"[{status}]") for status in UNFINISHED.strip("[]").split(", ")}
        failed = _count(server, "[FAILURE]")
    finally:
        panels.stop()
        server.stop()
    return _summed_up(samples, seconds, launched, failed, panels, unfinished)


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
    samples: list[Sample], seconds: float, launched: int, failed: int, panels: Panels, unfinished: dict[str, int]
) -> Soak:
    warm = [sample for sample in samples if sample.at > seconds / 3]
    middle = len(warm) // 2
    return Soak(
        seconds=seconds,
        runs=launched,
        failed=failed,
        refused=len(panels.refused),
        unfinished=unfinished,
        looks=panels.looks,
        news=panels.news,
        followed=panels.followed,
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
