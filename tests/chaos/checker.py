"""Compares what the deployment believes with what others have seen: ledger, client, kernel, folders, the file itself.

Every kind of violation has a name; :func:`violations` of a sound deployment at rest is empty.
"""

from __future__ import annotations

import itertools
import json
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, select, text
from sqlalchemy.engine import Engine

from jupyter_orch.records.status import FINAL, MOVES, RunStatus
from jupyter_orch.storage.schema import events, run_tags, runs, slots, status_changes, ticks
from tests.chaos.ledger import Ledger, Line
from tests.chaos.process_table import Process, without_daemon

STEPS: dict[str, tuple[str, ...]] = {
    "once": ("first", "second", "third"),
    "again": ("first", "second", "third"),
    "mapped": ("spread", "work[k0]", "work[k1]", "work[k2]", "gather"),
    "twelve": tuple(f"s{number:02}" for number in range(12)),
    "notebook": ("cells",),
}
"""The steps of each pipeline that write to the ledger themselves."""

BEGUN, ENDED = ("begin", "cell-begin"), ("end", "cell-end")
ENDS = {"PIPELINE_SUCCESS": "SUCCESS", "PIPELINE_FAILURE": "FAILURE", "PIPELINE_CANCELED": "CANCELED"}
LEASE, MARGIN = 30.0, 30.0
CLOCKS = 1.0
"""Seconds by which the clocks of rows and of faults may differ."""
IMPOSSIBLE = {
    "STARTING past its deadline": "status = 'STARTING' AND start_deadline < :now - :margin",
    "STARTED with a lease of long ago": "status = 'STARTED' AND lease_until < :now - :lease",
    "final with a launch token": "status IN ('SUCCESS', 'FAILURE', 'CANCELED') AND launch_token IS NOT NULL",
    "final without an end time": "status IN ('SUCCESS', 'FAILURE', 'CANCELED') AND end_time IS NULL",
    "STARTED without a worker": "status = 'STARTED' AND worker IS NULL",
    "QUEUED with a worker": "status = 'QUEUED' AND worker IS NOT NULL",
}
"""States that no run may be in at any instant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """One promise that was broken."""

    kind: str
    what: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.what}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What others than the deployment know of it.

    Attributes:
        hurt: number of a process → when it was killed, by the monotonic clock; a run none of whose processes was killed
            between its beginning and its end had no reason to fail. Numbers are given out again within minutes.
        processes: the living ones of the fleet; None when nobody looked.
        homes: the instances' folders.
        excused: ids of runs that were meant to fail.
    """

    ledger: Ledger
    hurt: Mapping[int, Sequence[float]] = field(default_factory=dict)
    processes: tuple[Process, ...] | None = None
    homes: tuple[Path, ...] = ()
    excused: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Run:
    """A row with what belongs to it."""

    row: Any
    events: list[Any] = field(default_factory=list)
    path: list[str] = field(default_factory=list)
    tags: dict[str, str] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"run {self.row.run_id} ({self.row.pipeline}, {self.row.status})"

    def count(self, kind: str, step: str) -> int:
        return sum(event.type == kind and event.step_key == step for event in self.events)


def violations(database_url: str, seen: Seen) -> list[Violation]:
    """Everything that is wrong with a deployment at rest."""
    engine = create_engine(database_url)
    try:
        with engine.connect() as connection:
            known = _read(connection, seen.ledger)
            found = [
                *_about_acknowledged(known, seen.ledger),
                *_about_ghosts(known, seen.ledger),
                *(violation for run in known.values() for violation in _about_run(run, seen)),
                *_about_overlaps(seen.ledger),
                *_about_keys(known),
                *_about_slots(connection),
                *_about_ticks(connection),
            ]
        return [
            *found,
            *_about_database(engine),
            *_about_processes(known, seen),
            *_about_folders(known, seen.homes),
        ]
    finally:
        engine.dispose()


def impossible_states(database_url: str, now: float) -> list[Violation]:
    """Runs in a state that no run may be in at any instant; for looking again and again while a deployment works."""
    engine = create_engine(database_url)
    values = {"now": now, "margin": MARGIN, "lease": LEASE + MARGIN}
    try:
        with engine.connect() as connection:
            return [
                Violation(kind="impossible", what=f"run {run_id}: {what}")
                for what, condition in IMPOSSIBLE.items()
                for run_id in connection.execute(text(f"SELECT run_id FROM runs WHERE {condition}"), values).scalars()
            ]
    finally:
        engine.dispose()


def _read(connection: Connection, ledger: Ledger) -> dict[str, _Run]:
    by_pk = {row.pk: _Run(row) for row in connection.execute(select(runs))}
    for event in connection.execute(select(events).order_by(events.c.run_pk, events.c.seq)):
        if event.run_pk in by_pk:
            by_pk[event.run_pk].events.append(event)
    for change in connection.execute(select(status_changes).order_by(status_changes.c.change_id)):
        if change.run_pk in by_pk:
            by_pk[change.run_pk].path.append(change.status)
    for tag in connection.execute(select(run_tags)):
        if tag.run_pk in by_pk:
            by_pk[tag.run_pk].tags[tag.key] = tag.value
    by_id = {run.row.run_id: run for run in by_pk.values()}
    for line in ledger.lines():
        if line.run in by_id:
            by_id[line.run].lines.append(line)
    return by_id


def _about_acknowledged(known: Mapping[str, _Run], ledger: Ledger) -> Iterator[Violation]:
    for run_id in ledger.acknowledged:
        if run_id not in known:
            yield Violation(kind="lost", what=f"run {run_id} was acknowledged and is not stored")


def _about_ghosts(known: Mapping[str, _Run], ledger: Ledger) -> Iterator[Violation]:
    for run_id in {line.run for line in ledger.lines() if line.run} - known.keys():
        yield Violation(kind="ghost", what=f"user code ran for run {run_id}, which is not stored")


def _about_overlaps(ledger: Ledger) -> Iterator[Violation]:
    for line in ledger.lines():
        if line.what == "overlap":
            yield Violation(
                kind="overlap", what=f"two processes at once held {line.lock} (run {line.run}, {line.step})"
            )


def _about_run(run: _Run, seen: Seen) -> Iterator[Violation]:
    if RunStatus(run.row.status) not in FINAL:
        yield Violation(kind="stuck", what=f"{run.name} has not ended")
        return
    yield from _about_events(run)
    yield from _about_path(run)
    yield from _about_steps(run)
    if run.row.status == "FAILURE" and run.row.run_id not in seen.excused and not _was_hurt(run, seen):
        yield Violation(kind="failed", what=f"{run.name} failed and nothing was done to it: {run.row.failure}")
    if run.row.status == "CANCELED" and run.row.run_id not in seen.ledger.canceled:
        yield Violation(kind="canceled", what=f"{run.name} was canceled and nobody asked for it")


def _about_events(run: _Run) -> Iterator[Violation]:
    numbers = [event.seq for event in run.events]
    if numbers != list(range(1, run.row.event_seq + 1)):
        yield Violation(kind="events", what=f"{run.name} has events {numbers} and should have {run.row.event_seq}")
    epochs = [event.epoch for event in run.events]
    if epochs != sorted(epochs):
        yield Violation(kind="events", what=f"{run.name} has events of an epoch behind those of a later one")
    ends = [ENDS[event.type] for event in run.events if event.type in ENDS]
    if ends != [run.row.status]:
        yield Violation(kind="events", what=f"{run.name} tells of the ends {ends}")


def _about_path(run: _Run) -> Iterator[Violation]:
    statuses = [RunStatus(status) for status in run.path]
    for before, after in itertools.pairwise(statuses):
        if after not in MOVES[before]:
            yield Violation(kind="path", what=f"{run.name} went from {before} to {after}")
    if not statuses or statuses[-1] != run.row.status:
        yield Violation(kind="path", what=f"{run.name} has the changes {run.path}")


def _about_steps(run: _Run) -> Iterator[Violation]:
    begun = Counter(line.step for line in run.lines if line.what in BEGUN)
    ended = Counter(line.step for line in run.lines if line.what in ENDED)
    for step in {event.step_key for event in run.events if event.step_key}:
        if run.count("STEP_SUCCESS", step) > 1:
            yield Violation(kind="twice", what=f"{run.name}: step {step} succeeded more than once")
    for step, times in begun.items():
        repeats = run.count("STEP_UP_FOR_RETRY", step)
        if times > 1 + repeats:
            yield Violation(
                kind="twice", what=f"{run.name}: step {step} began {times} times, {repeats} repeats are told"
            )
    for event in run.events:
        is_noted = begun and event.step_key in STEPS.get(run.row.pipeline, ())
        if is_noted and event.type == "STEP_SUCCESS" and not ended[event.step_key]:
            yield Violation(kind="untrue", what=f"{run.name}: step {event.step_key} is said to have ended well")
    if run.row.status == "SUCCESS":
        for step in STEPS.get(run.row.pipeline, ()):
            if not ended[step]:
                yield Violation(kind="untrue", what=f"{run.name} is said to have ended well, and {step} never ended")


def _about_keys(known: Mapping[str, _Run]) -> Iterator[Violation]:
    """The client's numbers and the sensors' keys: each once; those of a sensor, which counts, without a gap."""
    numbers = Counter(run.tags["chaos/number"] for run in known.values() if "chaos/number" in run.tags)
    for number, times in numbers.items():
        if times > 1:
            yield Violation(kind="duplicate", what=f"{times} runs were made of the client's request {number}")
    keys: dict[str, list[int]] = defaultdict(list)
    for run in known.values():
        if "dagster/sensor_name" in run.tags:
            keys[run.tags["dagster/sensor_name"]].append(int(run.tags["dagster/run_key"]))
    for sensor, found in keys.items():
        if sorted(found) != list(range(1, len(found) + 1)):
            kind = "duplicate" if len(set(found)) < len(found) else "lost"
            yield Violation(kind=kind, what=f"the run keys of sensor {sensor} are {sorted(found)}")


def _about_slots(connection: Connection) -> Iterator[Violation]:
    held = select(slots.c.pool, runs.c.run_id, runs.c.status).join(runs, runs.c.pk == slots.c.run_pk)
    for row in connection.execute(held):
        if RunStatus(row.status) in FINAL or row.status == "QUEUED":
            yield Violation(kind="slot", what=f"run {row.run_id} ({row.status}) holds a slot of pool {row.pool}")


def _about_ticks(connection: Connection) -> Iterator[Violation]:
    stored = set(connection.execute(select(runs.c.run_id)).scalars())
    for tick in connection.execute(select(ticks)):
        if tick.status == "STARTED" and tick.attempts > 3:
            yield Violation(kind="tick", what=f"tick {tick.tick_id} was tried {tick.attempts} times")
        missing = set(json.loads(tick.run_ids)) - stored
        if missing:
            yield Violation(kind="tick", what=f"tick {tick.tick_id} names runs that are not stored: {sorted(missing)}")


def _about_database(engine: Engine) -> Iterator[Violation]:
    if engine.dialect.name != "sqlite":
        return
    with engine.connect() as connection:
        found = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA integrity_check(5)")]
        found += [str(row) for row in connection.exec_driver_sql("PRAGMA foreign_key_check")]
    if found != ["ok"]:
        yield Violation(kind="database", what="; ".join(found))


def _about_processes(known: Mapping[str, _Run], seen: Seen) -> Iterator[Violation]:
    if seen.processes is None:
        return
    worked = _last_work(known, seen)
    for process in seen.processes:
        if process.started <= worked.get(process.pid, -1.0) or process.kind == "other":
            yield Violation(kind="orphan", what=f"process {process.pid} ({process.kind}) of a run still lives")
    for process in without_daemon(seen.processes):
        yield Violation(kind="orphan", what=f"process {process.pid} ({process.kind}) belongs to no living daemon")


def _was_hurt(run: _Run, seen: Seen) -> bool:
    """Whether one of its processes was killed while it was under way."""
    first = run.row.create_time - _since_boot() - CLOCKS
    last = run.row.end_time - _since_boot() + CLOCKS
    return any(first <= at <= last for pid in _pids(run) for at in seen.hurt.get(pid, ()))


def _since_boot() -> float:
    """What the wall clock is ahead of the monotonic one."""
    return time.time() - time.monotonic()


def _last_work(known: Mapping[str, _Run], seen: Seen) -> dict[int, float]:
    """When, by the monotonic clock, each number was last that of a process of a run; numbers are given out again."""
    worked = dict[int, float]()
    for run in known.values():
        for pid in _runners(run):
            worked[pid] = max(worked.get(pid, 0.0), max(event.timestamp for event in run.events) - _since_boot())
    for line in seen.ledger.lines():
        worked[line.pid] = max(worked.get(line.pid, 0.0), line.at)
    return worked


def _about_folders(known: Mapping[str, _Run], homes: tuple[Path, ...]) -> Iterator[Violation]:
    for home in homes:
        for left in (home / "spool").glob("*"):
            yield Violation(kind="folder", what=f"{left} was left behind")


def _runners(run: _Run) -> set[int]:
    found = set()
    for event in run.events:
        data = json.loads(event.data)
        if event.type == "ENGINE_EVENT" and "launch" in data and "pid" in data:
            found.add(int(data["pid"]))
    return found


def _pids(run: _Run) -> set[int]:
    """Every process that is known to have worked for a run."""
    workers = {int(json.loads(e.data)["pid"]) for e in run.events if e.type == "PIPELINE_START"}
    kernels = {json.loads(e.data).get("kernel_pid", 0) for e in run.events if e.type == "ENGINE_EVENT"}
    return workers | _runners(run) | kernels | {line.pid for line in run.lines}
