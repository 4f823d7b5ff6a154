"""Records whose particulars do not matter to a test, and a process that ends without a word."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from typing import Any

from jupyter_orch.ports import Guard, NewRun, RunStorage
from jupyter_orch.records.event import Event, EventType
from jupyter_orch.records.messages import LocationTarget, PipelineSelector
from jupyter_orch.records.run import ProcessIdentity, Submission
from jupyter_orch.records.status import RunStatus

WORKER = ProcessIdentity(host="h", boot="b", pid=7, started=9)
PATIENCE = 60.0
QUEUED = Guard(statuses=(RunStatus.QUEUED,))


def submission(**changes: Any) -> Submission:
    """What somebody asked for."""
    values: dict[str, Any] = {
        "location": "here",
        "selector": PipelineSelector(repository="repo", pipeline="pipe"),
        "target": LocationTarget(name="here", kind="python_file", path="/nowhere/here.py"),
    }
    return Submission(**(values | changes))


def event(kind: EventType = EventType.LOG, message: str = "", **changes: Any) -> Event:
    """A fact."""
    return Event(type=kind, timestamp=1.0, message=message, **changes)


def add(storage: RunStorage, run_id: str, *events: Event, **changes: Any) -> None:
    """Store a run as QUEUED."""
    storage.add_run(NewRun(run_id=run_id, submission=submission(**changes), events=events))


def start(storage: RunStorage, run_id: str, **changes: Any) -> str:
    """Store a run and bring it to STARTED with epoch 1."""
    add(storage, run_id, **changes)
    storage.move_run(run_id, QUEUED, RunStatus.STARTING, epoch=1, launch_token="t")
    storage.move_run(run_id, Guard(statuses=(RunStatus.STARTING,), epoch=1), RunStatus.STARTED, worker=WORKER)
    return run_id


@contextlib.contextmanager
def killed_after(
    work: Callable[[Callable[[Any], None]], None], enough: Callable[[list[Any]], bool]
) -> Iterator[list[Any]]:
    """Do some work in a forked process and end that by SIGKILL; no other thread may be at work meanwhile.

    Args:
        work: what it does; it is given a function that says what was finished.
        enough: whether it has said enough to be killed.

    Yields:
        All it has said.
    """
    fork = multiprocessing.get_context("fork")
    hears, says = fork.Pipe(duplex=False)

    def child() -> None:
        hears.close()
        work(says.send)
        os._exit(0)

    process = fork.Process(target=child)
    process.start()
    says.close()
    said: list[Any] = []
    with contextlib.suppress(EOFError):
        while not enough(said) and hears.poll(PATIENCE):
            said.append(hears.recv())
    if process.pid is not None:
        os.kill(process.pid, signal.SIGKILL)
    with contextlib.suppress(EOFError):
        while True:
            said.append(hears.recv())
    process.join()
    assert enough(said), f"the process that was to be killed said only {said}"
    yield said
