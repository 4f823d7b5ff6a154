"""B5: the database is away, for seconds or for minutes, while runs are under way: none fails for it, none is given up after.

Each kind of outage has a fleet of its own, and all kinds go on side by side; in each fleet one outage follows the other.
"""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from jupyter_orch.records.run import Run
from tests.chaos.campaign import Client
from tests.chaos.checker import Seen, violations
from tests.chaos.disk import Disk
from tests.chaos.fleet import Fleet
from tests.chaos.tcp_proxy import TcpProxy, proxied
from tests.postgres import Postgres

LENGTHS = (2.0, 30.0, 60.0, 600.0)
IN_THE_MIDDLE, AT_THE_END = "second", "s11"
"""Gates of steps that begin before an outage: one is opened within it, one after it."""
UNDER_WAY = ("once",) * 3 + ("twelve",) * 3 + ("mapped",) * 2 + ("notebook",)
PATIENCE = 240.0
AWAKE = 60.0
"""Seconds for which one goes on looking whether somebody is given up after all: longer than a lease."""
MEGABYTES = 512

Begin = Callable[[], None]
"""Begins an outage or ends it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """What came of one.

    Attributes:
        runs: that were under way or queued when it began, and those that were asked for right after it, by their ends.
        resumed: how often one of them was taken for lost.
        ended: daemons that ended.
        rest: seconds from its end until all runs had ended.
    """

    kind: str
    seconds: float
    runs: dict[str, int]
    resumed: int
    ended: int
    rest: float
    violations: tuple[str, ...]

    @property
    def is_well(self) -> bool:
        """Whether nobody suffered."""
        return set(self.runs) == {"SUCCESS"} and not self.resumed and not self.ended and not self.violations


@dataclass(frozen=True, slots=True)
class Place:
    """A database that can go away.

    Attributes:
        url: by which the fleet reaches it.
        direct: by which the checker does.
    """

    url: str
    direct: str
    away: Begin
    back: Begin


@contextmanager
def _locked(folder: Path, _: Path | None) -> Iterator[Place]:
    """Somebody holds the write lock of SQLite's file."""
    path = folder / "orch.db"
    with contextlib.ExitStack() as held:

        def away() -> None:
            holder = sqlite3.connect(path, isolation_level=None, timeout=60, check_same_thread=False)
            held.enter_context(contextlib.closing(holder))
            holder.execute("BEGIN IMMEDIATE")

        yield Place(f"sqlite:///{path}", f"sqlite:///{path}", away, held.close)


@contextmanager
def _full(folder: Path, _: Path | None) -> Iterator[Place]:
    """There is no room for SQLite's file to grow."""
    with Disk(folder / "disk", MEGABYTES) as disk:
        url = f"sqlite:///{disk.folder}/orch.db"
        yield Place(url, url, disk.fill, disk.make_room)


@contextmanager
def _cluster(programs: Path | None) -> Iterator[Postgres]:
    assert programs is not None
    cluster = Postgres(programs)
    try:
        yield cluster
    finally:
        cluster.stop()


@contextmanager
def _killed(_: Path, programs: Path | None) -> Iterator[Place]:
    """Postgres is killed, and started at the end."""
    with _cluster(programs) as cluster:
        url = cluster.new_database()
        yield Place(url, url, cluster.kill, cluster.start)


@contextmanager
def _paused(_: Path, programs: Path | None) -> Iterator[Place]:
    """Every process of Postgres stands still; connections stay open."""
    with _cluster(programs) as cluster:
        url = cluster.new_database()
        with contextlib.ExitStack() as held:
            yield Place(url, url, lambda: held.enter_context(cluster.paused()), held.close)


@contextmanager
def _unreachable(_: Path, programs: Path | None) -> Iterator[Place]:
    """The network swallows everything; connections stay open."""
    with _cluster(programs) as cluster:
        direct = cluster.new_database()
        with proxied(direct) as (proxy, url):
            yield _silent(proxy, url, direct)


def _silent(proxy: TcpProxy, url: str, direct: str) -> Place:
    return Place(url, direct, proxy.fall_silent, proxy.speak_again)


KINDS: dict[str, Callable[[Path, Path | None], AbstractContextManager[Place]]] = {
    "sqlite locked": _locked,
    "sqlite full": _full,
    "postgres killed": _killed,
    "postgres paused": _paused,
    "postgres unreachable": _unreachable,
}


def outages(programs: Path | None, lengths: tuple[float, ...], kinds: tuple[str, ...] = tuple(KINDS)) -> list[Outage]:
    """All kinds side by side, each with outages of all lengths, in order."""
    with ThreadPoolExecutor(len(kinds)) as each:
        found = each.map(lambda kind: outages_of(kind, lengths, programs), kinds)
        return [outage for of_kind in found for outage in of_kind]


def outages_of(kind: str, lengths: tuple[float, ...], programs: Path | None) -> list[Outage]:
    """Those of one kind."""
    folder = Path(tempfile.mkdtemp(prefix="outage-"))
    found = []
    with KINDS[kind](folder, programs) as place, Fleet(folder / "fleet", place.url, replicas=2, **ROOMY) as fleet:
        for seconds in lengths:
            found.append(_outage(kind, seconds, place, fleet))
            print(found[-1], file=sys.stderr, flush=True)
            if not found[-1].is_well:
                print(f"{kind}: {fleet.logs()}", file=sys.stderr, flush=True)
                break  # the next one would tell of this one
    if all(outage.is_well for outage in found):
        shutil.rmtree(folder)
    return found


ROOMY = {"run_coordinator": {"queued": {"max_concurrent_runs": 16}}}


def _outage(kind: str, seconds: float, place: Place, fleet: Fleet) -> Outage:
    client = Client(fleet, int(seconds))
    fleet.flow()
    fleet.hold(IN_THE_MIDDLE)
    fleet.hold(AT_THE_END)
    known = [_launch(client, fleet, pipeline) for pipeline in UNDER_WAY]
    fleet.until(lambda: _have_begun(fleet, known, IN_THE_MIDDLE) == 3 and _have_begun(fleet, known, AT_THE_END) >= 1)
    known += [_launch(client, fleet, pipeline) for pipeline in UNDER_WAY]  # their starts fall into the outage
    place.away()
    time.sleep(seconds / 2)
    fleet.release(IN_THE_MIDDLE)
    time.sleep(seconds / 2)
    place.back()
    back = time.monotonic()
    fleet.release(AT_THE_END)
    known += [_launch(client, fleet, pipeline) for pipeline in UNDER_WAY]
    ended = 0

    def wait(condition: Callable[[], bool], until: float) -> None:
        nonlocal ended
        while not condition() and time.monotonic() < until:
            ended += len(fleet.restart_the_dead())
            time.sleep(0.1)

    wait(lambda: all(_run(client, run_id).is_final for run_id in known), back + PATIENCE)
    rest = time.monotonic() - back
    wait(lambda: False, back + (AWAKE if seconds > LENGTHS[0] else 0.0))
    fleet.ebb()
    wait(lambda: not client.unfinished(), time.monotonic() + PATIENCE)
    runs = [_run(client, run_id) for run_id in known]
    return Outage(
        kind=kind,
        seconds=seconds,
        runs=dict(Counter(run.status.value for run in runs)),
        resumed=sum(run.resume_count for run in runs),
        ended=ended,
        rest=round(rest, 1),
        violations=_violations(place, fleet),
    )


def _launch(client: Client, fleet: Fleet, pipeline: str) -> str:
    config = {"solids": {"cells": {"config": {"folder": str(fleet.folder)}}}} if pipeline == "notebook" else {}
    return client.launch(pipeline, config=config)


def _have_begun(fleet: Fleet, known: list[str], step: str) -> int:
    return sum(line.what == "begin" and line.step == step and line.run in known for line in fleet.ledger.lines())


def _run(client: Client, run_id: str) -> Run:
    found = client.instance.storage.get_run(run_id)
    assert found is not None, "it was acknowledged"
    return found


def _violations(place: Place, fleet: Fleet) -> tuple[str, ...]:
    """What is wrong at rest; workers have a while to leave."""
    deadline = time.monotonic() + 30.0
    while True:
        found = violations(place.direct, Seen(ledger=fleet.ledger, homes=tuple(sorted(fleet.folder.glob("home*")))))
        if not found or time.monotonic() > deadline:
            return tuple(map(str, found))
        time.sleep(0.3)
