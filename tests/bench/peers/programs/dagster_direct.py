"""What of Dagster is measured without servers, each part in a process of its own: prints one line of JSON."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dagster as dg
from dagster._core.execution.api import create_execution_plan
from dagster_code import big, chain_of_five, fan_out_of_six, grid, one

LONG = 10_000


def timed(count: int, work: Callable[[], object]) -> list[float]:
    """Seconds of each of so many turns."""
    found = []
    for _ in range(count):
        begun = time.perf_counter()
        work()
        found.append(time.perf_counter() - begun)
    return found


def steps() -> dict[str, list[float]]:
    """Milliseconds for each of 100 ops in this process, kept in memory and in SQLite."""
    found = {}
    with dg.DagsterInstance.local_temp() as stored:
        for name, job in (("chain", grid(1, 100)), ("fan_out", grid(100, 1))):
            for place, kept in ((" in memory", {}), ("", {"instance": stored})):
                job.execute_in_process(**kept)
                seconds = timed(3, lambda job=job, kept=kept: job.execute_in_process(**kept))
                found[name + place] = [second * 10 for second in seconds]
    return found


def processes() -> dict[str, list[float]]:
    """Milliseconds for each op that has a process of its own, by the record of the run."""
    found = {}
    with dg.DagsterInstance.local_temp() as stored:
        for name, job, count in (("chain", chain_of_five, 5), ("fan_out", fan_out_of_six, 6)):
            found[name] = []
            for _ in range(2):
                with dg.execute_job(dg.reconstructable(job), instance=stored) as result:
                    assert result.success
                record = stored.get_run_record_by_id(result.run_id)
                found[name].append((record.end_time - record.start_time) * 1000 / count)
    return found


def large() -> dict[str, list[float]]:
    """Seconds of making, planning and running the job of 5,000 ops."""
    job = dg.Definitions(jobs=[big()]).resolve_job_def("grid_50_100")
    planned = timed(2, lambda: create_execution_plan(job))
    return {"plan": planned, "run": timed(1, job.execute_in_process)}


def events() -> list[float]:
    """Events a second through the storage API, for five seconds."""
    found = []
    with dg.DagsterInstance.local_temp() as stored:
        made = stored.all_logs(one.execute_in_process(instance=stored).run_id)[2:6]
        for _ in range(5):
            begun, count = time.perf_counter(), 0
            while time.perf_counter() - begun < 1:
                for event in made:
                    stored.event_log_storage.store_event(event)
                count += len(made)
            found.append(count / (time.perf_counter() - begun))
    return found


def fill(count: int) -> str:
    """Copy a run that Dagster itself made so often, the last of them with a long log; returns that one's id.

    Only the newest runs get log files: the pages that are asked for read none of the others.
    """
    home = Path(os.environ["DAGSTER_HOME"])
    with dg.DagsterInstance.get() as stored:
        first = one.execute_in_process(instance=stored, tags={"team": "team 0"}).run_id
    runs = sqlite3.connect(home / "history" / "runs.db")
    runs.row_factory = sqlite3.Row
    model = dict(runs.execute("select * from runs where run_id = ?", (first,)).fetchone())
    del model["id"]
    made = [str(uuid.uuid4()) for _ in range(count)]
    for number, run_id in enumerate(made):
        team = f"team {number % 50}"
        body = model["run_body"].replace(first, run_id).replace('"team 0"', f'"{team}"')
        began = time.time() - (count - number) * 30
        _insert(runs, "runs", {**model, "run_id": run_id, "run_body": body, "start_time": began, "end_time": began + 1})
        for key, value in (("team", team), ("number", str(number))):
            runs.execute("insert into run_tags(run_id, key, value) values (?, ?, ?)", (run_id, key, value))
    runs.commit()
    logs = home / "history" / "runs"
    for run_id in made[-50:]:
        shutil.copyfile(logs / f"{first}.db", logs / f"{run_id}.db")
        with sqlite3.connect(logs / f"{run_id}.db") as log:
            log.execute("update event_logs set run_id = ?, event = replace(event, ?, ?)", (run_id, first, run_id))
    _lengthen(logs / f"{made[-1]}.db")
    return made[-1]


def _lengthen(path: Path) -> None:
    with sqlite3.connect(path) as log:
        log.row_factory = sqlite3.Row
        rows = [dict(row) for row in log.execute("select * from event_logs order by id")]
        for number in range(LONG - len(rows)):
            row = rows[2 + number % (len(rows) - 4)]
            _insert(log, "event_logs", {name: value for name, value in row.items() if name != "id"})


def _insert(line: sqlite3.Connection, table: str, row: dict[str, Any]) -> None:
    places = ", ".join("?" * len(row))
    line.execute(f"insert into {table}({', '.join(row)}) values ({places})", list(row.values()))


if __name__ == "__main__":
    parts: dict[str, Callable[..., Any]] = {part.__name__: part for part in (steps, processes, large, events, fill)}
    answer = parts[sys.argv[1]](*map(int, sys.argv[2:]))
    print(json.dumps(answer))
