"""What Prefect runs for the bench. As a script it serves the flow: limit of runs, then perhaps seconds between runs."""

import os
import sys
import time
from datetime import timedelta
from pathlib import Path

from prefect import flow, task
from prefect.futures import wait
from prefect.runtime import flow_run

MARKS = Path(os.environ.get("MARKS", "."))


@task
def stamp(name: str) -> None:
    draft = MARKS / f"{name}.draft"
    draft.write_text(repr(time.time()))
    draft.rename(MARKS / name)


@flow
def one(name: str = "") -> None:
    stamp(name or f"due-{flow_run.scheduled_start_time.timestamp()}")


@flow
def lingering() -> None:
    (MARKS / "worker").write_text(str(os.getpid()))
    time.sleep(600)


@task
def nothing(before: object = None) -> None:
    pass


@flow
def chain(count: int) -> None:
    for _ in range(count):
        nothing()


@flow
def fan_out(count: int) -> None:
    wait([nothing.submit() for _ in range(count)])


@flow
def chain_submitted(count: int) -> None:
    before = None
    for _ in range(count):
        before = nothing.submit(before)
    before.wait()


if __name__ == "__main__":
    served, limit, *seconds = sys.argv[1:]
    every = {"interval": timedelta(seconds=int(seconds[0]))} if seconds else {}
    {"one": one, "lingering": lingering}[served].serve(
        name="-".join(sys.argv[1:]), limit=int(limit), print_starting_message=False, **every
    )
