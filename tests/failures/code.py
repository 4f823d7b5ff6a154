"""What the failure tests run. Every step appends a line to a ledger that is no part of the deployment."""

import os
import signal
import subprocess
import sys
import time

from jupyter_orch import (
    DynamicOutput,
    DynamicOutputDefinition,
    Output,
    OutputDefinition,
    RetryPolicy,
    notebook_solid,
    pipeline,
    repository,
    solid,
)

FOLDER = os.environ["FAILURES_FOLDER"]


def note(what):
    """Append to the ledger; one write, so lines of several processes never mix."""
    fd = os.open(os.path.join(FOLDER, "ledger"), os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(fd, f"{what} {os.getpid()}\n".encode())
    os.close(fd)


def pass_gate(name):
    """Wait for as long as somebody holds the gate; whoever was killed meanwhile holds it no longer than five minutes."""
    deadline = time.monotonic() + 300
    while os.path.exists(os.path.join(FOLDER, f"hold-{name}")) and time.monotonic() < deadline:
        time.sleep(0.01)


def step(name, retry_policy=None):
    """A solid that notes that it began, passes its gate, and hands on one more than it got."""

    @solid(name=name, retry_policy=retry_policy)
    def made(_, number: int = 0) -> int:
        note(name)
        pass_gate(name)
        note(f"{name}-end")
        return number + 1

    return made


a, b, c, side, last = (step(name) for name in ("a", "b", "c", "side", "last"))
stubborn = step("b", RetryPolicy(max_retries=2))


@pipeline
def line():
    """a, b, c, one after the other."""
    c(b(a()))


@pipeline
def fork():
    """b and the side both follow a."""
    first = a()
    c(b(first))
    last(side(first))


@pipeline
def retrying():
    """The second step may be repeated."""
    c(stubborn(a()))


@solid(output_defs=[DynamicOutputDefinition(int)])
def spread(_):
    note("spread")
    for number in range(3):
        yield DynamicOutput(number, mapping_key=f"k{number}")


@solid(tags={"jupyter_orch/resume": "rerun"})
def work(_, number: int) -> int:
    note(f"work{number}")
    pass_gate(f"work{number}")
    return number * 10


@solid
def gather(_, numbers: list) -> int:
    note(f"gather{sum(numbers)}")
    return sum(numbers)


@pipeline
def dynamic():
    """Three values, each worked on, then gathered."""
    gather(spread().map(work).collect())


LEAVE = """
import os, sys, time
kind = sys.argv[1]
if kind != "child":
    os.setsid()
if kind == "daemon" and os.fork():
    os._exit(0)
fd = os.open(sys.argv[2], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
os.write(fd, f"left-{kind} {os.getpid()}\\n".encode())
time.sleep(600)
"""


@solid
def litter(_):
    """Leaves processes of every kind behind, and waits."""
    for kind in ("child", "session", "daemon"):
        subprocess.Popen([sys.executable, "-c", LEAVE, kind, os.path.join(FOLDER, "ledger")])
    note("litter")
    pass_gate("litter")


@pipeline
def littering():
    """Starts what outlives a parent."""
    litter()


@solid
def deaf(_):
    """Does not hear TERM."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    note("deaf")
    pass_gate("deaf")


@pipeline
def ignoring():
    """Can only be killed."""
    deaf()


@solid(output_defs=[OutputDefinition(bytes)])
def large(_):
    """Writes more than a small disk holds."""
    note("large")
    yield Output(os.urandom(4 << 20))


@pipeline
def filling():
    """Its value is four megabytes long."""
    large()


def talking(name):
    """A solid that fills the disk of its output, and goes on when there is room again."""

    @solid(name=name, config_schema={"lines": int})
    def made(context, number: int = 0) -> int:
        note(name)
        for _ in range(context.solid_config["lines"]):
            print("x" * 999)
        note(f"{name}-full")
        pass_gate(name)
        print(f"{name} has room again")
        print("errors too", file=sys.stderr)
        note(f"{name}-end")
        return number + 1

    return made


first_talk, second_talk = talking("first_talk"), talking("second_talk")


@pipeline
def chatter():
    """Both print a lot."""
    second_talk(first_talk())


@solid
def patient(_):
    """Does nothing for two seconds."""
    note("patient")
    time.sleep(2.0)
    note("patient-end")


@pipeline
def unhurried():
    """Slow, and well."""
    patient()


cells = notebook_solid(
    "cells",
    notebook_path=os.path.join(os.path.dirname(os.path.abspath(__file__)), "cells.ipynb"),
    config_schema={"what": str, "folder": str},
    output_defs=[],
)


@pipeline
def notebook():
    """One notebook that does what it is told."""
    cells()


@repository
def repo():
    """All of it."""
    return [line, fork, retrying, dynamic, littering, ignoring, filling, notebook, chatter, unhurried]
