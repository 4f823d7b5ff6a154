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
from tests.bench.figures import Figure, in_ms, timed
from tests.bench.place import Place
from tests.bench.rows import ours
from tests.postgres import Postgres, find_programs

EVENTS = 20
LONG_RUN = "the one with 10,000 events"
TEAMS = 50
STORED_RUNS = 100_000


def fill(storage: SqlStorage, count: int, events: int = EVENTS) -> None:
    """Store finished runs with their tags and events, past the storage's methods: those take an hour for this.

    Args:
        events: how many each run has.
    """
    database = storage._database
    mark = "?" if database.is_sqlite else "%s"
    body = json.dumps(to_json(submission(tags={"team": "x"})))
    run = "INSERT INTO runs (pk, run_id, location, repository, pipeline, status, epoch, create_time, root_run_id, event_seq, body)"
    statements = (
        (f"{run} VALUES ({', '.join([mark] * 11)})", _runs(count, events, body)),
        (f"INSERT INTO run_tags (run_pk, key, value) VALUES ({mark}, {mark}, {mark})", _tags(count)),
        (
            "INSERT INTO events (run_pk, seq, epoch, type, step_key, timestamp, level, message, data) "
            f"VALUES ({', '.join([mark] * 9)})",
            _events(count, events),
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


def _runs(count: int, events: int, body: str) -> Iterator[tuple[Any, ...]]:
    statuses = ("SUCCESS", "SUCCESS", "SUCCESS", "FAILURE", "CANCELED")
    for n in range(1, count + 1):
        yield n, f"r{n}", "here", "repo", f"pipe{n % 40}", statuses[n % 5], 1, float(n), f"r{n}", events, body


def _tags(count: int) -> Iterator[tuple[Any, ...]]:
    for n in range(1, count + 1):
        yield n, "team", f"team {n % TEAMS}"
        yield n, "env", "production" if n % 10 else "test"
        yield n, "rare", str(n)


def _events(count: int, events: int) -> Iterator[tuple[Any, ...]]:
    for n in range(1, count + 1):
        for seq in range(1, events + 1):
            yield n, seq, 1, "LOG", "a step", float(seq), "INFO", f"message {seq} of run {n}", '{"some":"data"}'


def reads(storage: SqlStorage, count: int) -> dict[str, tuple[str, Callable[[], object]]]:
    """Each question by its words, with the aspect of the report that it belongs to."""
    middle = count // 2

    def page(**wanted: Any) -> Callable[[], object]:
        return lambda: storage.list_runs(RunFilter(**wanted), limit=25)

    return {
        "first page of 25 runs": ("page", page()),
        "a page in the middle": ("page", lambda: storage.list_runs(RunFilter(), limit=25, before=middle)),
        "filter by a tag of 1 in 50": ("tag", page(tags={"team": "team 7"})),
        "filter by a tag of 9 in 10": ("tag", page(tags={"env": "production"})),
        "filter by two tags": ("tag", page(tags={"env": "test", "team": "team 0"})),
        "filter by a tag nobody has": ("tag", page(tags={"team": "none"})),
        "filter by status": ("page", page(statuses=(RunStatus.FAILURE,))),
        "filter by a status nobody has": ("page", page(statuses=(RunStatus.QUEUED, RunStatus.STARTED))),
        "filter by pipeline and tag": ("tag", page(pipeline="pipe7", tags={"team": "team 7"})),
        "count of all runs": ("page", lambda: storage.count_runs(RunFilter())),
        "one run's 10,000 events": ("log", lambda: storage.read_events(LONG_RUN, limit=10_000)),
        "a run's newest events": ("page", lambda: storage.read_events(LONG_RUN, after=9_990)),
    }


def add_long_run(storage: SqlStorage) -> None:
    """A run with a long log."""
    start(storage, LONG_RUN)
    for _ in range(100):
        storage.append_events(LONG_RUN, 1, [event(EventType.LOG, "a message of usual length, more or less")] * 100)


@contextmanager
def databases(folder: Path, *, durable: bool = False) -> Iterator[dict[str, str]]:
    """Addresses of an empty SQLite file and, where there is one, an empty Postgres database."""
    found = {"SQLite": f"sqlite:///{folder}/storage.db"}
    programs = find_programs()
    cluster = Postgres(programs, durable=durable) if programs is not None else None
    if cluster is not None:
        found["Postgres"] = cluster.new_database()
    try:
        yield found
    finally:
        if cluster is not None:
            cluster.stop()


def measure(place: Place) -> list[Figure]:
    """P14 below the API: both databases, every kind of question, through the storage's own methods."""
    count = max(1000, place.stored(STORED_RUNS))
    figures = []
    with databases(place.fresh("databases")) as urls:
        for kind, url in urls.items():
            storage = SqlStorage(Database(url))
            fill(storage, count)
            add_long_run(storage)
            for words, (aspect, read) in reads(storage, count).items():
                values = in_ms(timed(place.turns(20), read))
                figures.append(ours("P14", values, aspect, what=f"{kind}, {count:,} runs, storage alone: {words}"))
            values = in_ms(timed(place.turns(40), _adding(storage)))
            figures.append(ours("P14", values, "store", what=f"{kind}, {count:,} runs: storing one more run"))
            storage.dispose()
    return figures


def _adding(storage: SqlStorage) -> Callable[[], None]:
    numbers = iter(range(1_000_000))
    return lambda: add(storage, f"new {next(numbers)} {time.time()}", event(), tags={"team": "new"})
