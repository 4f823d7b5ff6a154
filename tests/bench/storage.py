"""What reading and writing costs with 100,000 runs of 20 events in the database, through the storage's own methods."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jupyter_orch.records.codec import to_json
from jupyter_orch.records.event import EventType
from jupyter_orch.records.run import RunFilter
from jupyter_orch.records.status import RunStatus
from jupyter_orch.storage.database import Database
from jupyter_orch.storage.sql import SqlStorage
from jupyter_orch.testing.samples import add, event, start, submission
from tests.postgres import Postgres, find_programs

EVENTS = 20
LONG_RUN = "the one with 10,000 events"
TEAMS = 50


def fill(storage: SqlStorage, count: int) -> None:
    """Store finished runs with their tags and events, past the storage's methods: those take an hour for this."""
    database = storage._database
    mark = "?" if database.is_sqlite else "%s"
    body = json.dumps(to_json(submission(tags={"team": "x"})))
    run = "INSERT INTO runs (pk, run_id, location, repository, pipeline, status, epoch, create_time, root_run_id, event_seq, body)"
    statements = (
        (f"{run} VALUES ({', '.join([mark] * 11)})", _runs(count, body)),
        (f"INSERT INTO run_tags (run_pk, key, value) VALUES ({mark}, {mark}, {mark})", _tags(count)),
        (
            "INSERT INTO events (run_pk, seq, epoch, type, step_key, timestamp, level, message, data) "
            f"VALUES ({', '.join([mark] * 9)})",
            _events(count),
        ),
    )
    for statement, rows in statements:
        while batch := [row for _, row in zip(range(50_000), rows, strict=False)]:
            with database.write(durable=False) as connection:
                connection.exec_driver_sql(statement, batch)
    with database.engine.connect() as connection:
        if not database.is_sqlite:
            connection.exec_driver_sql("SELECT setval(pg_get_serial_sequence('runs', 'pk'), %s)", (count,))
            connection.commit()
            connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("VACUUM ANALYZE")


def _runs(count: int, body: str) -> Iterator[tuple[Any, ...]]:
    statuses = ("SUCCESS", "SUCCESS", "SUCCESS", "FAILURE", "CANCELED")
    for n in range(1, count + 1):
        yield n, f"r{n}", "here", "repo", f"pipe{n % 40}", statuses[n % 5], 1, float(n), f"r{n}", EVENTS, body


def _tags(count: int) -> Iterator[tuple[Any, ...]]:
    for n in range(1, count + 1):
        yield n, "team", f"team {n % TEAMS}"
        yield n, "env", "production" if n % 10 else "test"
        yield n, "rare", str(n)


def _events(count: int) -> Iterator[tuple[Any, ...]]:
    for n in range(1, count + 1):
        for seq in range(1, EVENTS + 1):
            yield n, seq, 1, "LOG", "a step", float(seq), "INFO", f"message {seq} of run {n}", '{"some":"data"}'


def reads(storage: SqlStorage, count: int) -> dict[str, tuple[Callable[[], object], str]]:
    """What a page of runs, a filter and a log ask for, with the target in milliseconds."""
    middle = count // 2
    return {
        "first page of 25 runs": (lambda: storage.list_runs(RunFilter(), limit=25), "≤ 20"),
        "a page in the middle": (lambda: storage.list_runs(RunFilter(), limit=25, before=middle), "≤ 20"),
        "filter by a tag of 1 in 50": (lambda: storage.list_runs(RunFilter(tags={"team": "team 7"}), limit=25), "≤ 20"),
        "filter by a tag of 9 in 10": (
            lambda: storage.list_runs(RunFilter(tags={"env": "production"}), limit=25),
            "≤ 20",
        ),
        "filter by two tags": (
            lambda: storage.list_runs(RunFilter(tags={"env": "test", "team": "team 0"}), limit=25),
            "≤ 20",
        ),
        "filter by a tag nobody has": (lambda: storage.list_runs(RunFilter(tags={"team": "none"}), limit=25), "≤ 20"),
        "filter by status": (lambda: storage.list_runs(RunFilter(statuses=(RunStatus.FAILURE,)), limit=25), "≤ 20"),
        "filter by a status nobody has": (
            lambda: storage.list_runs(RunFilter(statuses=(RunStatus.QUEUED, RunStatus.STARTED)), limit=25),
            "≤ 20",
        ),
        "filter by pipeline and tag": (
            lambda: storage.list_runs(RunFilter(pipeline="pipe7", tags={"team": "team 7"}), limit=25),
            "≤ 20",
        ),
        "count of all runs": (lambda: storage.count_runs(RunFilter()), "≤ 20"),
        "one run's 10,000 events": (lambda: storage.read_events(LONG_RUN, limit=10_000), "≤ 200"),
        "a run's newest events": (lambda: storage.read_events(LONG_RUN, after=9_990), "≤ 20"),
    }


def add_long_run(storage: SqlStorage) -> None:
    """A run with a long log."""
    start(storage, LONG_RUN)
    for _ in range(100):
        storage.append_events(LONG_RUN, 1, [event(EventType.LOG, "a message of usual length, more or less")] * 100)


def events_per_second(storage: SqlStorage, batch: int, batches: int) -> float:
    """How many events one worker stores in a second, in batches."""
    run_id = f"writer {time.time()}"
    start(storage, run_id)
    some = [event(message="a message of usual length, more or less", step_key="a step", data={"n": 1})] * batch
    begun = time.perf_counter()
    for _ in range(batches):
        storage.append_events(run_id, 1, some)
    return batch * batches / (time.perf_counter() - begun)


@contextmanager
def databases(folder: Path) -> Iterator[dict[str, str]]:
    """Addresses of an empty SQLite file and, where there is one, an empty Postgres database."""
    found = {"SQLite": f"sqlite:///{folder}/storage.db"}
    programs = find_programs()
    cluster = Postgres(programs) if programs is not None else None
    if cluster is not None:
        found["Postgres"] = cluster.new_database()
    try:
        yield found
    finally:
        if cluster is not None:
            cluster.stop()


def measure(folder: Path, count: int, row: Callable[[str, list[float], str], Any]) -> list[Any]:
    """Rows of the report.

    Args:
        count: how many runs there are.
        row: makes a row of a name, seconds and a target in milliseconds.
    """
    rows = []
    with databases(folder) as urls:
        for kind, url in urls.items():
            storage = SqlStorage(Database(url))
            fill(storage, count)
            add_long_run(storage)
            for name, (read, target) in reads(storage, count).items():
                rows.append(row(f"{kind}, {count:,} runs: {name}", _times(read), target))
            for batch in (1, 10, 100):
                rate = max(events_per_second(storage, batch, 2000 // batch) for _ in range(3))
                name = f"{kind}: storing 1,000 events, {batch} at a time"
                rows.append(row(name, [1000 / rate], "≤ 50" if batch > 1 else ""))
            rows.append(row(f"{kind}: storing a run", _times(_adding(storage)), ""))
            storage.dispose()
    return rows


def _adding(storage: SqlStorage) -> Callable[[], None]:
    numbers = iter(range(1_000_000))
    return lambda: add(storage, f"new {next(numbers)} {time.time()}", event(), tags={"team": "new"})


def _times(act: Callable[[], object], times: int = 40) -> list[float]:
    act()
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        act()
        taken.append(time.perf_counter() - begun)
    return taken
