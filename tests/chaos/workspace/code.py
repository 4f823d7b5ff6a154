"""What the chaos suites run. Steps write to a ledger, and hold locks of the kernel's, that are no part of the deployment."""

import contextlib
import fcntl
import json
import os
import subprocess
import sys
import time

from jupyter_orch import (
    DefaultSensorStatus,
    DynamicOutput,
    DynamicOutputDefinition,
    RunRequest,
    SkipReason,
    notebook_solid,
    pipeline,
    repository,
    sensor,
    solid,
)

FOLDER = os.environ["CHAOS_FOLDER"]
HERE = os.path.dirname(os.path.abspath(__file__))


def note(what, **more):
    """Append a line to the ledger; one write, so lines of several processes never mix."""
    line = {"what": what, "at": time.monotonic(), "pid": os.getpid(), **more}
    fd = os.open(os.path.join(FOLDER, "ledger"), os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(fd, json.dumps(line).encode() + b"\n")
    os.close(fd)


@contextlib.contextmanager
def alone(name, **more):
    """Hold a lock that the kernel frees when the holder dies; two at once is what must never be."""
    fd = os.open(os.path.join(FOLDER, "locks", name), os.O_RDWR | os.O_CREAT)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        note("overlap", lock=name, **more)
    try:
        yield
    finally:
        os.close(fd)


def pass_gate(name):
    """Wait for as long as somebody holds the gate."""
    while os.path.exists(os.path.join(FOLDER, f"hold-{name}")):
        time.sleep(0.01)


def step(name, seconds=0.0):
    """A solid that notes its beginning and its end, and holds its run's lock (and its pool's) in between."""

    @solid(name=name)
    def made(context, number: int = 0) -> int:
        told = {"run": context.run_id, "step": name, "attempt": context.retry_number}
        with contextlib.ExitStack() as locks:
            locks.enter_context(alone(context.run_id, **told))
            pool = context.pipeline_run.tags.get("jupyter_orch/pool")
            if pool:
                locks.enter_context(alone(f"pool-{pool}", **told))
            note("begin", **told)
            pass_gate(name)
            time.sleep(seconds)
            note("end", **told)
        return number + 1

    return made


first, second, third = step("first", 0.1), step("second", 0.4), step("third", 0.1)
AGAIN = {"jupyter_orch/resume": "rerun"}


@pipeline
def once():
    """Three steps, none of which is repeated when its worker is lost."""
    third(second(first()))


@pipeline(tags=AGAIN)
def again():
    """Three steps that run again."""
    third(second(first()))


@solid(output_defs=[DynamicOutputDefinition(int)])
def spread(context):
    note("begin", run=context.run_id, step="spread", attempt=context.retry_number)
    for number in range(3):
        yield DynamicOutput(number, mapping_key=f"k{number}")
    note("end", run=context.run_id, step="spread", attempt=context.retry_number)


@solid
def gather(context, numbers: list) -> int:
    note("begin", run=context.run_id, step="gather", attempt=context.retry_number)
    note("end", run=context.run_id, step="gather", attempt=context.retry_number)
    return sum(numbers)


@solid
def work(context, number: int) -> int:
    told = {"run": context.run_id, "step": f"work[k{number}]", "attempt": context.retry_number}
    with alone(f"{context.run_id}-{number}", **told):
        note("begin", **told)
        time.sleep(0.2)
        note("end", **told)
    return number


@pipeline(tags=AGAIN)
def mapped():
    """Dynamic steps, each in a process of its own."""
    gather(spread().map(work).collect())


cells = notebook_solid(
    "cells", notebook_path=os.path.join(HERE, "cells.ipynb"), config_schema={"folder": str}, output_defs=[]
)


@pipeline(tags=AGAIN)
def notebook():
    """One notebook that writes to the ledger."""
    cells()


NUMBERS = [f"s{number:02}" for number in range(12)]
LONG = [step(name, 0.05) for name in NUMBERS]


@pipeline
def twelve():
    """Twelve steps in a line."""
    value = LONG[0]()
    for made in LONG[1:]:
        value = made(value)


LEAVE = """
import json, os, sys, threading, time
kind, ledger = sys.argv[1:]
if kind == "session":
    os.setsid()
if kind == "daemon":
    if os.fork():
        os._exit(0)
    os.setsid()
    if os.fork():
        os._exit(0)
def note():
    fd = os.open(ledger, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(fd, json.dumps({"what": "left-" + kind, "at": time.monotonic(), "pid": os.getpid()}).encode() + b"\\n")
    os.close(fd)
note()
time.sleep(600)
"""


def leave(kind):
    subprocess.Popen([sys.executable, "-c", LEAVE, kind, os.path.join(FOLDER, "ledger")])


@solid
def litter(context):
    """Leaves processes of every kind behind, and waits."""
    import threading

    for kind in ("child", "session", "daemon"):
        leave(kind)
    threading.Thread(target=leave, args=("thread",), daemon=True).start()
    note("begin", run=context.run_id, step="litter", attempt=context.retry_number)
    pass_gate("litter")


@pipeline
def littering():
    """Starts what outlives a parent."""
    litter()


littering_cells = notebook_solid(
    "littering_cells", notebook_path=os.path.join(HERE, "litter.ipynb"), config_schema={"folder": str}, output_defs=[]
)


@pipeline
def littering_notebook():
    """A kernel that starts what outlives a parent."""
    littering_cells()


@sensor(pipeline_name="once", minimum_interval_seconds=2, default_status=DefaultSensorStatus.RUNNING)
def tide(context):
    """One run for each evaluation that was kept; counts on from its cursor."""
    number = int(context.cursor or 0) + 1
    if os.path.exists(os.path.join(FOLDER, "ebb")):
        return
    context.update_cursor(str(number))
    yield RunRequest(run_key=str(number))


def pulse(number):
    """A sensor that counts and asks for nothing."""

    @sensor(
        name=f"pulse_{number:02}",
        pipeline_name="once",
        minimum_interval_seconds=2,
        default_status=DefaultSensorStatus.RUNNING,
    )
    def counting(context):
        context.update_cursor(str(int(context.cursor or 0) + 1))
        yield SkipReason("nothing has come")

    return counting


PULSES = [pulse(number) for number in range(int(os.environ.get("CHAOS_PULSES", "0")))]


@repository
def repo():
    """All of it."""
    return [once, again, mapped, notebook, twelve, littering, littering_notebook, tide, *PULSES]
