"""The protocols hold in every order of crashes; each rule is needed; and the code moves as the model does."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from jupyter_orch.processes import this_process
from jupyter_orch.records.run import Run
from jupyter_orch.records.status import FINAL, MOVES, RunStatus
from jupyter_orch.runs.journal import Journal
from jupyter_orch.storage.database import Database
from jupyter_orch.storage.sql import SqlStorage
from jupyter_orch.testing.samples import submission
from tests.models import run_protocol, tick_protocol
from tests.models.search import Found, search


def look_at_runs(*without: str, stop_at: frozenset[str] = frozenset()) -> Found[run_protocol.Run]:
    left_out = frozenset(without)
    assert left_out <= run_protocol.MUTATIONS.keys()
    return search(
        run_protocol.Run(),
        lambda run: run_protocol.steps(run, left_out),
        run_protocol.broken,
        is_good_end=lambda run: run.status in FINAL,
        is_bound=lambda run: len(run.workers) >= run_protocol.MOST_WORKERS,
        stop_at=stop_at,
    )


def test_the_protocol_of_a_run_keeps_its_promises_and_moves_as_the_table_says() -> None:
    found = look_at_runs()
    assert found.violations == {}
    assert found.states > 20_000
    moves = {(a.status, b.status) for a, b in found.seen_steps if a.status is not b.status}
    assert moves == {(before, after) for before, reachable in MOVES.items() for after in reachable}


@pytest.mark.parametrize(
    ("without", "promise", "at_most"),
    [
        (("no claim",), "two workers at once", 6),
        (("no claim",), "user code after the end", 6),
        (("same epoch", "no claim"), "user code after the end", 6),
        (("no confirmed death",), "two workers at once", 9),
        (("no fence", "no confirmed death"), "ended twice", 11),
        (("read then write",), "an end is not the end", 5),
        (("read then write",), "two workers at once", 9),
        (("read then write", "weak claim"), "two workers at once", 7),
    ],
)
def test_without_a_rule_a_promise_of_runs_breaks(without: tuple[str, ...], promise: str, at_most: int) -> None:
    way = look_at_runs(*without, stop_at=frozenset({promise})).violations[promise]
    assert len(way) <= at_most, way


def test_without_recovery_a_run_is_lost() -> None:
    assert len(look_at_runs("no recovery").violations["lost"]) <= 5


@pytest.mark.parametrize("without", ["spawn first", "same epoch"])
def test_the_claim_covers_what_a_launcher_does_wrong(without: str) -> None:
    assert look_at_runs(without).violations == {}


def look_at_ticks(*without: str) -> Found[tick_protocol.World]:
    left_out = frozenset(without)
    assert left_out <= tick_protocol.MUTATIONS.keys()
    return search(
        tick_protocol.World(),
        lambda world: tick_protocol.steps(world, left_out),
        tick_protocol.broken,
        is_good_end=tick_protocol.is_done,
    )


def test_the_protocol_of_a_tick_gives_each_due_time_its_run() -> None:
    found = look_at_ticks()
    assert found.violations == {} and found.states > 500


@pytest.mark.parametrize(
    ("without", "promise"),
    [
        ("cursor first", "lost"),
        ("run first", "a due time has two runs"),
        ("no fence", "a due time has two runs"),
    ],
)
def test_without_a_rule_a_promise_of_ticks_breaks(without: str, promise: str) -> None:
    assert promise in look_at_ticks(without).violations


def test_a_key_covers_a_run_that_is_stored_before_its_tick() -> None:
    assert look_at_ticks("run first, with a key").violations == {}


# the code


class Code:
    """The real journal on a real database, driven by the labels of the model's steps."""

    def __init__(self, storage: SqlStorage, run_id: str) -> None:
        self._storage = storage
        self._journal = Journal(storage, lambda _: None)
        self._journal.submit(submission(), run_id)
        self._run_id = run_id
        self._tokens: dict[int, str] = {}

    @property
    def run(self) -> Run:
        found = self._storage.get_run(self._run_id)
        assert found is not None
        return found

    def do(self, label: str, before: run_protocol.Run, after: run_protocol.Run) -> None:
        """Do in the code what a step of the model does; steps outside of transactions do nothing here."""
        kept = self.run
        changed = [w.epoch for w, new in zip(before.workers, after.workers, strict=False) if w.state != new.state]
        epoch = changed[0] if changed else kept.epoch
        acts: dict[str, Callable[[], object]] = {
            "dequeue": lambda: self._dequeue(kept),
            "claim": lambda: self._claim(epoch),
            "claim refused": lambda: self._claim(epoch),
            "fail queued": lambda: self._journal.fail(kept, "no such location"),
            "start again": lambda: self._journal.launch_failed(kept, "too late"),
            "start failed": lambda: self._journal.fail(kept, "too late", epoch=kept.epoch + 1),
            "cancel queued": lambda: self._journal.cancel_waiting(kept),
            "cancel starting": lambda: self._journal.cancel_waiting(kept),
            "cancel started": lambda: self._journal.request_cancel(kept, "somebody"),
            "bury canceling": lambda: self._journal.canceled(kept, ()),
            "bury started": lambda: self._journal.fail(kept, "worker lost"),
            "end refused": lambda: self._end_late(kept, epoch),
        }
        if label in acts:
            acts[label]()
        elif label.startswith("end "):
            self._end(label.rpartition(" ")[2], kept)

    def _dequeue(self, run: Run) -> None:
        won = self._journal.dequeue(run)
        assert won is not None
        self._tokens[won[0].epoch] = won[1]

    def _claim(self, epoch: int) -> None:
        self._journal.claim(self._run_id, epoch, self._tokens[epoch], this_process(), "by a test")

    def _end(self, outcome: str, run: Run) -> None:
        verbs = {"success": self._journal.succeed, "canceled": self._journal.canceled}
        if outcome == "failure":
            assert self._journal.fail(run, "a step failed") is not None
        else:
            assert verbs[outcome](run, ()) is not None

    def _end_late(self, run: Run, epoch: int) -> None:
        """A worker of an earlier epoch, or of a run that has ended, tries to end it all the same."""
        stale = Run(run_id=run.run_id, submission=run.submission, status=RunStatus.STARTED, epoch=epoch)
        assert self._journal.succeed(stale, ()) is None
        assert not self._journal.append(run.run_id, epoch, ())


BEYOND = {"resume", "bury started", "bury canceling"}
"""Steps that the code makes in other ways; the walks leave them out."""


def test_the_code_goes_wherever_the_model_goes(tmp_path: Path) -> None:
    """Random walks through the model, each transaction of which is made on a real database as well."""
    storage = SqlStorage(Database(f"sqlite:///{tmp_path}/orch.db"))
    chance = random.Random(20_240_501)
    moved: set[tuple[RunStatus, RunStatus]] = set()
    for walk in range(120):
        model, code = run_protocol.Run(), Code(storage, f"walk {walk}")
        for _ in range(16):
            possible = [step for step in run_protocol.steps(model) if step[0] not in BEYOND]
            if not possible or model.epoch >= run_protocol.LAST_EPOCH:
                break
            label, after = chance.choice(possible)
            code.do(label, model, after)
            moved.add((model.status, after.status))
            model = after
            assert (code.run.status, code.run.is_final) == (model.status, model.status in FINAL), label
    assert {(before, after) for before, after in moved if before is not after} >= {
        (RunStatus.QUEUED, RunStatus.STARTING),
        (RunStatus.STARTING, RunStatus.STARTED),
        (RunStatus.STARTING, RunStatus.CANCELED),
        (RunStatus.STARTED, RunStatus.SUCCESS),
        (RunStatus.STARTED, RunStatus.CANCELING),
    }
    storage.dispose()
