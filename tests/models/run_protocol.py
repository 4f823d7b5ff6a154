"""One run, two daemons, up to three workers; each may crash or be stopped between any two of its steps.

A step of the model is one transaction of ours, or something that happens outside of any. The mutations leave out one
rule each; that they break a promise shows that the rule is needed and that the search can see it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from jupyter_orch.records.status import FINAL, RunStatus

QUEUED, STARTING, STARTED = RunStatus.QUEUED, RunStatus.STARTING, RunStatus.STARTED
CANCELING, SUCCESS, FAILURE, CANCELED = RunStatus.CANCELING, RunStatus.SUCCESS, RunStatus.FAILURE, RunStatus.CANCELED
LAST_EPOCH = 3
MOST_WORKERS = 3
MUTATIONS = {
    "no claim": "a worker runs without asking for the run",
    "weak claim": "a worker shows no epoch when it claims",
    "no fence": "a worker's end counts whatever its epoch",
    "no confirmed death": "a silent worker is taken for dead",
    "same epoch": "giving a run up does not move the epoch",
    "spawn first": "the worker is spawned before the dequeue is committed",
    "no recovery": "nobody looks for lost workers while the daemon lives",
    "read then write": "the dequeue does not compare when it sets",
}

IDLE = ("idle", 0)


class Worker(NamedTuple):
    """A worker process; ``is_running`` includes one that is stopped for a while."""

    epoch: int
    state: str = "spawned"

    @property
    def is_alive(self) -> bool:
        return self.state in ("running", "stopped")


class Run(NamedTuple):
    """Everything that the protocol knows or fears."""

    status: RunStatus = QUEUED
    epoch: int = 0
    is_overdue: bool = False
    cancel_asked: bool = False
    ends: int = 0
    daemons: tuple[tuple[str, int], ...] = (IDLE, IDLE)
    workers: tuple[Worker, ...] = ()

    def daemon(self, number: int, state: tuple[str, int], **changes: object) -> Run:
        daemons = tuple(state if n == number else d for n, d in enumerate(self.daemons))
        return self._replace(daemons=daemons, **changes)  # type: ignore[arg-type]

    def worker(self, number: int, state: str, **changes: object) -> Run:
        workers = tuple(w._replace(state=state) if n == number else w for n, w in enumerate(self.workers))
        return self._replace(workers=workers, **changes)  # type: ignore[arg-type]

    def spawned(self, epoch: int) -> tuple[Worker, ...]:
        return (*self.workers, Worker(epoch))


Step = tuple[str, Run]


def steps(run: Run, without: frozenset[str] = frozenset()) -> Iterator[Step]:
    """All that may happen next, with what it is called."""
    for number, daemon in enumerate(run.daemons):
        yield from _idle_daemon(run, number, without) if daemon == IDLE else _busy_daemon(run, number, without)
    for number in range(len(run.workers)):
        yield from _worker(run, number, without)
    if run.status in (STARTING, STARTED, CANCELING) and not run.is_overdue:
        yield "time passes", run._replace(is_overdue=True)
    if not run.cancel_asked and run.status not in FINAL:
        yield "somebody wants it canceled", run._replace(cancel_asked=True)


def _idle_daemon(run: Run, number: int, without: frozenset[str]) -> Iterator[Step]:
    if run.status is QUEUED and run.epoch < LAST_EPOCH:
        yield from _dequeue(run, number, without)
    if run.status is QUEUED:
        yield "fail queued", run._replace(status=FAILURE, ends=run.ends + 1)
    if run.status is STARTING and run.is_overdue:
        yield from _give_up_start(run, without)
    if run.status in (STARTED, CANCELING) and run.is_overdue and "no recovery" not in without:
        yield from _bury(run, without)
    if run.cancel_asked:
        yield from _cancel(run, without)


def _dequeue(run: Run, number: int, without: frozenset[str]) -> Iterator[Step]:
    epoch = run.epoch + 1
    if "read then write" in without:
        yield "read queued", run.daemon(number, ("read", epoch))
    elif "spawn first" in without:
        if len(run.workers) < MOST_WORKERS:
            yield "spawn before commit", run.daemon(number, ("commit", epoch), workers=run.spawned(epoch))
    else:
        yield "dequeue", run.daemon(number, ("spawn", epoch), status=STARTING, epoch=epoch, is_overdue=False)


def _busy_daemon(run: Run, number: int, without: frozenset[str]) -> Iterator[Step]:
    does, epoch = run.daemons[number]
    if does == "spawn" and len(run.workers) < MOST_WORKERS:
        yield "spawn", run.daemon(number, IDLE, workers=run.spawned(epoch))
        yield "spawn, answer lost", run._replace(workers=run.spawned(epoch))
    if does == "read":
        yield "set without compare", run.daemon(number, ("spawn", epoch), status=STARTING, epoch=epoch)
    if does == "commit" and run.status is QUEUED and run.epoch + 1 == epoch:
        yield "commit dequeue", run.daemon(number, IDLE, status=STARTING, epoch=epoch, is_overdue=False)
    elif does == "commit":
        yield "commit refused", run.daemon(number, IDLE)
    yield "daemon crashes", run.daemon(number, IDLE)


def _give_up_start(run: Run, without: frozenset[str]) -> Iterator[Step]:
    if "same epoch" in without:
        yield "start failed", run._replace(status=FAILURE)
    elif run.epoch < LAST_EPOCH:
        yield "start again", run._replace(status=QUEUED, epoch=run.epoch + 1, is_overdue=False)
    else:
        yield "start failed", run._replace(status=FAILURE, epoch=run.epoch + 1)


def _bury(run: Run, without: frozenset[str]) -> Iterator[Step]:
    alive = [n for n, worker in enumerate(run.workers) if worker.is_alive]
    for n in alive:
        yield "kill worker", run.worker(n, "dead")
    if alive and "no confirmed death" not in without:
        return
    epoch = run.epoch + 1
    if run.status is CANCELING:
        yield "bury canceling", run._replace(status=CANCELED, epoch=epoch)
    elif run.epoch < LAST_EPOCH:
        yield "resume", run._replace(status=QUEUED, epoch=epoch, is_overdue=False)
    else:
        yield "bury started", run._replace(status=FAILURE, epoch=epoch)


def _cancel(run: Run, without: frozenset[str]) -> Iterator[Step]:
    epoch = run.epoch + (0 if "same epoch" in without else 1)
    if run.status in (QUEUED, STARTING):
        yield f"cancel {run.status.lower()}", run._replace(status=CANCELED, epoch=epoch)
    if run.status is STARTED:
        yield "cancel started", run._replace(status=CANCELING)


def _worker(run: Run, number: int, without: frozenset[str]) -> Iterator[Step]:
    worker = run.workers[number]
    if worker.state == "spawned":
        yield _claim(run, number, without)
    if worker.state == "running":
        yield from _working(run, number, without)
        yield "worker is stopped", run.worker(number, "stopped")
    if worker.state == "stopped":
        yield "worker goes on", run.worker(number, "running")
    if worker.state in ("spawned", "running", "stopped"):
        yield "worker crashes", run.worker(number, "dead")


def _claim(run: Run, number: int, without: frozenset[str]) -> Step:
    worker = run.workers[number]
    mine = run.status is STARTING and run.epoch == worker.epoch
    if "weak claim" in without:
        mine = run.status in (STARTING, STARTED)
    if mine or "no claim" in without:
        status = run.status if run.status in FINAL else STARTED
        return "claim", run.worker(number, "running", status=status, is_overdue=False)
    return "claim refused", run.worker(number, "gone")


def _working(run: Run, number: int, without: frozenset[str]) -> Iterator[Step]:
    worker = run.workers[number]
    if run.epoch == worker.epoch and run.status in (STARTED, CANCELING):
        outcomes = (SUCCESS, FAILURE) if run.status is STARTED else (CANCELED, SUCCESS, FAILURE)
        for outcome in outcomes:
            label = f"end {run.status.lower()} with {outcome.lower()}"
            yield label, run.worker(number, "gone", status=outcome, ends=run.ends + 1)
        if run.is_overdue:
            yield "renew", run._replace(is_overdue=False)
    elif "no fence" in without:
        yield "stale end counts", run.worker(number, "gone", status=SUCCESS, ends=run.ends + 1)
    else:
        yield "end refused", run.worker(number, "gone")


def broken(before: Run, label: str, after: Run) -> str | None:
    """The promise that a step breaks."""
    if before.status in FINAL and label == "claim":
        return "user code after the end"
    if before.status in FINAL and after.status is not before.status:
        return "an end is not the end"
    if after.ends > 1:
        return "ended twice"
    if sum(worker.is_alive for worker in after.workers) > 1:
        return "two workers at once"
    return None
