"""``python -m tests.chaos [PIECE…] [--seed N] [--middle]``: the long sizes, in pieces that each fit two hours.

Without a piece it does them all, one after the other. Each writes a JSON report with its seed, the machine and the
versions into ``build/chaos``; the program ends with 1 if any of them found something.

``python -m tests.chaos --report FOLDER [JSON…]`` does nothing of that: it adds those reports to the collection in the folder
(``chaos.json``), and writes all of them as one table (``chaos.md``).
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from jupyter_orch.version import __version__
from tests.chaos.big_data import FULL, SMALL, big_data
from tests.chaos.big_data import Size as BigDataSize
from tests.chaos.campaign import Size, campaign
from tests.chaos.collection import collect
from tests.chaos.disk import Disk, can_mount
from tests.chaos.load import load
from tests.chaos.outages import LENGTHS, outages
from tests.chaos.soak import soak
from tests.postgres import Postgres, find_programs

REPOSITORY = Path(__file__).parents[2]
REPORTS = REPOSITORY / "build" / "chaos"
LONG, MIDDLE = Size(runs=5000, faults=2000, every=0.8, longest_pause=3.0), Size(runs=400, faults=250)
DISK_MEGABYTES = 2048
"""Room for a campaign's database; takes memory only as far as it is filled."""
SUITES = {
    "nth-call": ("tests/chaos/test_nth_call.py", {"CHAOS_SIZE": "long"}),
    "resume": ("tests/chaos/test_resume.py", {"CHAOS_SIZE": "long"}),
    "partitions": ("tests/chaos/test_partitions.py", {"CHAOS_SIZE": "long"}),
    "failover": ("tests/chaos/failover.py", {}),
    "failpoints": ("-n 2 tests/chaos/every_failpoint.py", {}),
    "clocks": ("tests/chaos/test_clocks.py", {"CHAOS_SIZE": "long"}),
    "upgrade": ("tests/chaos/test_upgrade.py", {"CHAOS_SIZE": "long"}),
    "ticks-sqlite": ("tests/automation/test_many_replicas.py -k sqlite", {"JUPYTER_ORCH_TICKS": "long"}),
    "ticks-postgres": ("tests/automation/test_many_replicas.py -k postgres", {"JUPYTER_ORCH_TICKS": "long"}),
    "storage-model": ("tests/fuzz/test_storage_model.py", {"FUZZ_SIZE": "long", "FUZZ_SECONDS": "3000"}),
}

Found = tuple[dict[str, Any], bool]
"""What to report, and whether all is well."""


def campaign_on(kind: str, seed: int, size: Size) -> Found:
    """Q4 on one kind of database, which lies on a disk that may be full where one can be mounted."""
    with contextlib.ExitStack() as held:
        folder = Path(tempfile.mkdtemp(prefix="chaos-"))
        folder.chmod(0o711)  # Postgres is another user
        disk = held.enter_context(Disk(folder / "disk", DISK_MEGABYTES)) if can_mount() else None
        postgres = held.enter_context(_postgres(disk)) if kind == "postgres" else None
        where = disk.folder if disk else folder
        url = postgres.new_database() if postgres else f"sqlite:///{where}/orch.db"
        report = campaign(folder / "fleet", url, seed, size, postgres, disk)
        if report.violations:
            print(f"what is left of it: {folder}", file=sys.stderr)
            if disk:
                shutil.copytree(disk.folder, folder / "copy of the disk", ignore=shutil.ignore_patterns(".s.*"))
    if not report.violations:
        shutil.rmtree(folder)
    return asdict(report), report.is_well


@contextlib.contextmanager
def _postgres(disk: Disk | None) -> Iterator[Postgres]:
    programs = find_programs()
    if programs is None:
        raise SystemExit("there is no Postgres on this machine")
    postgres = Postgres(programs, where=disk.folder if disk else None)
    try:
        yield postgres
    finally:
        postgres.stop()


def soaked(seconds: float) -> Found:
    """Q12."""
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        found = soak(Path(folder), seconds)
    return {**asdict(found), "faults": found.faults()}, not found.faults()


def outages_of_all_kinds(lengths: tuple[float, ...]) -> Found:
    """B5."""
    found = outages(find_programs(), lengths)
    return {"outages": [asdict(outage) for outage in found]}, all(outage.is_well for outage in found)


def loaded(seconds: float) -> Found:
    """Q13."""
    with tempfile.TemporaryDirectory(prefix="load-") as folder:
        found = load(Path(folder), seconds)
    return asdict(found), found.is_well


def with_big_data(size: BigDataSize) -> Found:
    """Q14."""
    with tempfile.TemporaryDirectory(prefix="big-data-") as folder:
        found = big_data(Path(folder), size)
    return {**asdict(found), "faults": found.faults()}, not found.faults()


def suite(name: str) -> Found:
    """A suite of the tests in its long form."""
    path, env = SUITES[name]
    words = [sys.executable, "-m", "pytest", "-q", "-m", "", *path.split()]
    done = subprocess.run(words, cwd=REPOSITORY, env={**os.environ, **env}, capture_output=True, text=True)
    last = done.stdout.strip().splitlines()[-60:]
    return {"suite": path, "said": last if done.returncode else last[-1:]}, done.returncode == 0


def pieces(seed: int, is_middle: bool) -> dict[str, Callable[[], Found]]:
    """Everything that can be done, by name."""
    size, seconds = (MIDDLE, 600.0) if is_middle else (LONG, 75 * 60.0)
    return {
        "campaign-sqlite": lambda: campaign_on("sqlite", seed, size),
        "campaign-postgres": lambda: campaign_on("postgres", seed, size),
        "soak": lambda: soaked(seconds),
        "load": lambda: loaded(15.0 if is_middle else 60.0),
        "big-data": lambda: with_big_data(SMALL if is_middle else FULL),
        "outages": lambda: outages_of_all_kinds(LENGTHS[:-1] if is_middle else LENGTHS),
        **{name: lambda name=name: suite(name) for name in SUITES},  # type: ignore[misc]
    }


def surroundings() -> dict[str, Any]:
    """The machine and the versions."""
    return {
        "jupyter_orch": __version__,
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "system": platform.platform(),
        "processors": os.cpu_count(),
        "load": os.getloadavg()[0],
    }


def main(words: list[str]) -> int:
    """Do the pieces that are asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos")
    parser.add_argument("--seed", type=int, default=None, help="of the campaigns; a new one when left out")
    parser.add_argument("--middle", action="store_true", help="about ten minutes a piece instead of up to two hours")
    parser.add_argument("--report", type=Path, metavar="FOLDER", help="add reports to the collection there")
    parser.add_argument(
        "piece", nargs="*", help="which; all when left out. With --report: files, build/chaos when left out"
    )
    asked = parser.parse_args(words)
    if asked.report is not None:
        collect([Path(name) for name in asked.piece] or sorted(REPORTS.glob("*.json")), asked.report)
        return 0
    seed = random.randrange(1 << 31) if asked.seed is None else asked.seed
    known = pieces(seed, asked.middle)
    if unknown := set(asked.piece) - known.keys():
        parser.error(f"there is no piece {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    signal.signal(signal.SIGINT, signal.default_int_handler)  # shells let background jobs ignore it
    REPORTS.mkdir(parents=True, exist_ok=True)
    is_well = True
    for name in asked.piece or known:
        begun = time.monotonic()
        found, passed = known[name]()
        is_well &= passed
        told = {"piece": name, "passed": passed, "seed": seed, "minutes": round((time.monotonic() - begun) / 60, 1)}
        report = REPORTS / f"{name}-{seed}.json"
        report.write_text(json.dumps({**told, **surroundings(), "found": found}, indent=1) + "\n")
        print(f"{'ok   ' if passed else 'FAILED'} {name}, seed {seed}, {told['minutes']} min: {report}", flush=True)
    return 0 if is_well else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
