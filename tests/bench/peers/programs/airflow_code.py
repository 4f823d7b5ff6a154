"""What Airflow runs for the bench: a folder of its own is its folder of DAGs."""

import os
import time
from datetime import datetime
from pathlib import Path

from airflow.sdk import dag, task

MARKS = Path(os.environ.get("MARKS", "."))
ALWAYS = {"schedule": None, "start_date": datetime(2024, 1, 1), "catchup": False, "is_paused_upon_creation": False}


@dag(dag_id="one", max_active_runs=4, **ALWAYS)
def one():
    @task
    def stamp(run_id=None):
        draft = MARKS / f"{run_id}.draft"
        draft.write_text(repr(time.time()))
        draft.rename(MARKS / run_id)

    stamp()


@dag(dag_id="lingering", **ALWAYS)
def lingering():
    @task
    def linger():
        (MARKS / "worker").write_text(str(os.getpid()))
        time.sleep(600)

    linger()


@dag(dag_id="chain", **ALWAYS)
def chain():
    before = None
    for number in range(12):
        before = task(task_id=f"step{number}")(lambda before=None: None)(before)


one()
lingering()
chain()
