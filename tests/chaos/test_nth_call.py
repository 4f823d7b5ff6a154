"""Q3: the n-th call to the database fails, for every n until none fails; everything comes to its end all the same.

The way is the whole one: a due time becomes a tick and a run, the run is dequeued, claimed, told of and ended. On SQLite the
n-th statement fails as on a broken disk; on Postgres the line is cut at the n-th request. Each once before the database has
done it, and once after, so that only the answer is lost.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from jupyter_orch import clock
from jupyter_orch.automation.schedules import ScheduleTicks
from jupyter_orch.automation.switches import Switches
from jupyter_orch.daemon.rescuer import Rescuer
from jupyter_orch.daemon.scheduler import Scheduler
from jupyter_orch.ports import LaunchOrder, RunLauncher, StorageUnavailable, WorkerHealth
from jupyter_orch.processes import this_process
from jupyter_orch.records.event import Event, EventType
from jupyter_orch.records.run import Run, RunFilter
from jupyter_orch.records.status import RunStatus
from jupyter_orch.records.tick import TickStatus
from jupyter_orch.runs.cancel import Canceler
from jupyter_orch.runs.coordinator import QueuedRunCoordinator
from jupyter_orch.runs.journal import Journal
from jupyter_orch.runs.launch import Launching
from jupyter_orch.settings import Pools
from jupyter_orch.storage.database import Database
from jupyter_orch.storage.sql import SqlStorage
from jupyter_orch.worker import delivery as delivery_module
from jupyter_orch.worker import main as worker_main
from jupyter_orch.worker.delivery import Delivery
from tests.automation.replica_process import code
from tests.automation.surroundings import START, Answers, Hands, Listed, SensorReplica, schedule, sensor, wait_for
from tests.chaos.broken_file import AFTER, BEFORE, failing
from tests.chaos.checker import Seen, violations
from tests.chaos.ledger import Ledger
from tests.chaos.tcp_proxy import TcpProxy, proxied
from tests.failures.deployment import OneLocation

pytestmark = pytest.mark.journey
IS_LONG = os.environ.get("CHAOS_SIZE") == "long"
STORIES = ("to the end", "worker lost", "canceled")
STEPS = ("a", "b", "c")
TOLD = (EventType.STEP_START, EventType.STEP_OUTPUT, EventType.STEP_SUCCESS)
ELSEWHERE = replace(this_process(), host="another-host")
TURNS = 60


class Workers(RunLauncher):
    """Claims and tells of runs as a worker does, in this process; the first of a run may be lost on its way."""

    def __init__(self, journal: Journal, story: str, cancel: Callable[[str], object]) -> None:
        self._journal = journal
        self._story = story
        self._cancel = cancel
        self._gone: set[tuple[str, int]] = set()

    def launch(self, order: LaunchOrder) -> str:
        run = worker_main._claim(order, self._journal, "in a test", None)
        if run is not None:
            self._work(run)
        return "in the test"

    def check_run_worker_health(self, run: Run) -> WorkerHealth:
        return WorkerHealth.GONE if (run.run_id, run.epoch) in self._gone else WorkerHealth.RUNNING

    def can_terminate(self, run: Run) -> bool:
        return True

    def terminate(self, run: Run) -> bool:
        return True

    def _work(self, run: Run) -> None:
        delivery = Delivery(run, self._journal)
        steps = STEPS[1:] if run.resume_count else STEPS
        for step in steps:
            for kind in TOLD:
                delivery.add(Event(type=kind, timestamp=clock.now(), message=f"{kind} {step}", step_key=step))
                self._flushed(delivery)
            if self._story == "worker lost" and not run.resume_count:
                self._gone.add((run.run_id, run.epoch))
                return
        if self._story == "canceled":
            self._until_answered(lambda: self._cancel(run.run_id))
            asked, row = delivery.ask(lambda: self._journal.renew(run))
            while not asked:
                asked, row = delivery.ask(lambda: self._journal.renew(run))
            assert row is not None and row.status is RunStatus.CANCELING
            assert delivery.finish(partial(self._journal.canceled, run))
        else:
            assert delivery.finish(lambda events: self._journal.succeed(run, events))

    def _flushed(self, delivery: Delivery) -> None:
        while delivery._waiting or delivery._in_doubt:
            assert delivery.flush()

    def _until_answered(self, act: Callable[[], object]) -> None:
        while True:
            with contextlib.suppress(StorageUnavailable):
                act()
                return


class Way:
    """One schedule with one due time, and all that makes a run of it."""

    def __init__(self, storage: SqlStorage, hands: Hands, number: str, story: str) -> None:
        self._storage = storage
        self._hands = hands
        self.found = schedule("1 12 * * *", name=f"s{number}")
        self._answers = Answers()
        self._answers.answer = {"requests": [{"run_key": "k", "tags": {"jupyter_orch/pool": "narrow"}}]}
        journal = Journal(storage, lambda _: None)
        launcher = Workers(journal, story, lambda run_id: Canceler(storage, journal).cancel(run_id, "somebody"))
        ticks = ScheduleTicks(storage, journal, self._answers, "replica", max_catchup=1)
        self._scheduler = Scheduler(Listed([self.found], []), storage, Switches(storage), ticks, lambda: None)
        self._launching = Launching(
            storage,
            journal,
            QueuedRunCoordinator(max_concurrent_runs=8),
            launcher,
            OneLocation({}),
            "/nowhere",
            Pools(limits={"narrow": 1}),
        )
        self._rescuer = Rescuer(storage, journal, launcher)
        self._expected = RunStatus.CANCELED if story == "canceled" else RunStatus.SUCCESS

    def go(self) -> int:
        """Let every loop turn until all is done; how many turns that took."""
        try:
            while not self._is_known():
                self._scheduler.turn()
            for turn in range(1, TURNS):
                self._hands.now += 30.0
                self._scheduler.turn()
                wait_for(self._scheduler.is_idle)
                with contextlib.suppress(StorageUnavailable):
                    self._launching.turn()
                self._rescuer.turn()
                if self._is_done():
                    return turn
            raise AssertionError(f"it never ends: {self._run()}")
        finally:
            self._scheduler.stop()

    def _is_known(self) -> bool:
        """Whether the schedule counts from an instant before it is due."""
        with contextlib.suppress(StorageUnavailable):
            return self._storage.get_instigator(self.found.instigator_id) is not None
        return False

    def _is_done(self) -> bool:
        with contextlib.suppress(StorageUnavailable):
            run = self._run()
            ticks = self._storage.list_ticks(self.found.instigator_id, 9)
            return run is not None and run.is_final and [tick.status for tick in ticks] == [TickStatus.SUCCESS]
        return False

    def _run(self) -> Run | None:
        runs = self._storage.list_runs(RunFilter(tags={"dagster/schedule_name": self.found.name}), limit=9)
        assert len(runs) <= 1, "one due time, one run"
        return runs[0] if runs else None

    def check(self) -> None:
        """Old or new state, nothing in between: every event once and in order, one end."""
        run = self._run()
        assert run is not None and run.status is self._expected and run.launch_tries <= 1
        told = [(e.event.step_key, e.event.type) for e in self._storage.read_events(run.run_id) if e.event.type in TOLD]
        assert told == [(step, kind) for step in STEPS for kind in TOLD]


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> Hands:
    """A clock that the test sets, and workers that try again at once."""
    set_by_us = Hands()
    monkeypatch.setattr(clock, "now", set_by_us)
    monkeypatch.setattr(delivery_module, "RETRY", 0.0)
    monkeypatch.setattr(worker_main, "this_process", lambda: ELSEWHERE)
    return set_by_us


Break = Callable[[int | None, str], AbstractContextManager[Callable[[], tuple[int, bool]]]]
"""Lets the n-th call fail; inside, the function tells how many calls there were and whether one has failed."""


def break_each_in_turn(
    storage: SqlStorage, hands: Hands, url: str, break_at: Break, when: str, story: str, stride: int, tmp_path: Path
) -> int:
    """Every ``stride``-th call fails, until the way ends before the call that would."""
    with break_at(None, when) as told:
        whole = Way(storage, hands, f"{when} {story} whole", story)
        whole.go()
        whole.check()
        calls = told()[0]
    assert calls > 40, "the way has many calls"
    number, failures = 1, 0
    while True:
        hands.now = START
        with break_at(number, when) as told:
            way = Way(storage, hands, f"{when} {story} {number}", story)
            way.go()
            has_failed = told()[1]
        way.check()
        if not has_failed:
            break
        failures += 1
        number += stride
    assert failures >= calls // (2 * stride)
    assert [str(v) for v in violations(url, Seen(ledger=_everything_asked_for(storage, tmp_path)))] == []
    return failures


def _everything_asked_for(storage: SqlStorage, folder: Path) -> Ledger:
    """Cancels are the story's own."""
    ledger = Ledger(folder)
    ledger.canceled |= {run.run_id for run in storage.list_runs(RunFilter(), limit=10_000)}
    return ledger


@pytest.mark.parametrize("story", STORIES)
@pytest.mark.parametrize("when", [BEFORE, AFTER])
def test_on_sqlite_the_nth_statement_fails(tmp_path: Path, hands: Hands, when: str, story: str) -> None:
    url = f"sqlite:///{tmp_path}/orch.db"
    storage = SqlStorage(Database(url))

    @contextlib.contextmanager
    def break_at(number: int | None, when: str) -> Iterator[Callable[[], tuple[int, bool]]]:
        with failing(storage._database.engine, number, when) as counter:
            yield lambda: (counter.seen, counter.failed is not None)

    stride = 1 if IS_LONG or story == STORIES[0] else 5
    break_each_in_turn(storage, hands, url, break_at, when, story, stride, tmp_path)
    storage.dispose()


@pytest.mark.parametrize("story", STORIES)
@pytest.mark.parametrize("when", [BEFORE, AFTER])
def test_on_postgres_the_line_is_cut_at_the_nth_request(
    postgres: Any, tmp_path: Path, hands: Hands, when: str, story: str
) -> None:
    direct = postgres.new_database()
    with proxied(direct) as (proxy, url):
        storage = SqlStorage(Database(url))
        stride = 1 if IS_LONG else 4 if story == STORIES[0] else 9
        break_each_in_turn(storage, hands, direct, partial(_cut, proxy), when, story, stride, tmp_path)
        storage.dispose()


@pytest.mark.parametrize("when", [BEFORE, AFTER])
def test_a_sensor_goes_on_from_what_was_kept(tmp_path: Path, hands: Hands, when: str) -> None:
    """Cursor, runs and run keys are one transaction: whatever fails, no key is passed over and none comes twice."""
    storage = SqlStorage(Database(f"sqlite:///{tmp_path}/orch.db"))
    number, has_failed = 1, True
    while has_failed:
        answers = Answers()
        answers.answer = code
        found = sensor(name=f"look{number}", minimum_interval_seconds=20)
        replica = SensorReplica(storage, answers, "replica", [found])
        where = RunFilter(tags={"dagster/sensor_name": found.name})
        with failing(storage._database.engine, number, when) as counter:
            for _ in range(TURNS):
                replica.loop.turn()
                wait_for(replica.loop.is_idle)
                hands.now += 30.0
                with contextlib.suppress(StorageUnavailable):
                    if storage.count_runs(where) >= 2:
                        break
        replica.loop.stop()
        runs = storage.list_runs(where, limit=99, oldest_first=True)
        keys = [int(run.submission.tags["dagster/run_key"]) for run in runs]
        switch = storage.get_instigator(found.instigator_id)
        assert len(keys) >= 2, counter.failed  # one more when it was the look above that failed
        assert keys == list(range(1, len(keys) + 1)), counter.failed
        assert switch is not None and switch.cursor == str(len(keys)), counter.failed
        has_failed = counter.failed is not None
        number += 1 if IS_LONG else 2
    assert number > 20
    storage.dispose()


@contextlib.contextmanager
def _cut(proxy: TcpProxy, number: int | None, when: str) -> Iterator[Callable[[], tuple[int, bool]]]:
    before = proxy.cuts
    proxy.count_from_here(number, when)
    try:
        yield lambda: (proxy.requests, proxy.cuts > before)
    finally:
        proxy.count_from_here()
