"""Three replicas as real processes that are killed and paused at random: each due time one tick, its runs once."""

from __future__ import annotations

import math
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from jupyter_orch import clock
from jupyter_orch.automation.evaluation import LEASE
from jupyter_orch.automation.schedules import ScheduleTicks
from jupyter_orch.automation.switches import Switches
from jupyter_orch.daemon.scheduler import Scheduler
from jupyter_orch.records.run import RunFilter
from jupyter_orch.records.tick import TickStatus
from jupyter_orch.runs.journal import Journal
from jupyter_orch.storage.database import Database
from jupyter_orch.storage.sql import SqlStorage
from tests.automation.replica_process import BEGIN, code, fast_clock, schedules_named, sensors_named, stay
from tests.automation.surroundings import PATIENCE, Answers, Listed, wait_for

pytestmark = pytest.mark.journey
SPEED = 60.0
SIZES = {"quick": (50, 60, 30), "long": (50, 600, 300)}
SCHEDULES, MINUTES, FAULTS = SIZES[os.environ.get("JUPYTER_ORCH_TICKS", "quick")]
SENSORS = 6
SEEN = 20
"""Due times at most that a schedule misses before the first replica is up: seconds of ours."""


class Fleet:
    """Replicas that are started again whenever they are gone."""

    def __init__(self, url: str, begun: float) -> None:
        self._url = url
        self._begun = begun
        self._number = 0
        self.processes = [self._start() for _ in range(3)]

    def hurt(self, rnd: random.Random) -> None:
        """Kill one and start another, or pause one for longer than its leases."""
        index = rnd.randrange(3)
        process = self.processes[index]
        if rnd.random() < 0.5:
            process.kill()
            process.wait()
            self.processes[index] = self._start()
        else:
            process.send_signal(signal.SIGSTOP)
            time.sleep(rnd.uniform(0.1, 1.0))
            process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        """End all of them at once."""
        for process in self.processes:
            process.kill()
        for process in self.processes:
            process.communicate()

    def _start(self) -> subprocess.Popen[bytes]:
        self._number += 1
        words = (self._url, f"r{self._number}", str(SCHEDULES), str(SENSORS), str(self._begun), str(SPEED))
        return subprocess.Popen(
            [sys.executable, "-m", "tests.automation.replica_process", *words],
            cwd=Path(__file__).parents[2],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )


@pytest.fixture
def fleet(database_url: str) -> Iterator[Fleet]:
    SqlStorage(Database(database_url)).dispose()
    started = Fleet(database_url, time.time())
    yield started
    started.stop()


def test_each_due_time_has_one_tick_and_its_runs_once(
    fleet: Fleet, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "go_by", stay)
    rnd = random.Random(5)
    begun = fleet._begun
    faults = 0
    while time.time() < begun + MINUTES * 60.0 / SPEED:
        time.sleep(MINUTES * 60.0 / SPEED / FAULTS * rnd.uniform(0.4, 0.9))
        if faults < FAULTS:
            fleet.hurt(rnd)
            faults += 1
    fleet.stop()
    stopped = fast_clock(begun, SPEED)() + 2 * LEASE
    monkeypatch.setattr(clock, "now", lambda: stopped)
    storage = SqlStorage(Database(database_url))
    last = _finish(storage)
    expected = [BEGIN + 60.0 * n for n in range(1, int((last - BEGIN) // 60.0) + 1)]
    assert faults == FAULTS and len(expected) >= MINUTES
    due_times = 0
    for found in schedules_named(SCHEDULES):
        ticks = storage.list_ticks(found.instigator_id, 100_000)[::-1]
        first = round((ticks[0].due_at - BEGIN) / 60.0)
        assert first <= SEEN, "it was seen soon"
        assert [t.due_at for t in ticks] == expected[first - 1 :], (
            f"{found.name}: no due time is lost, none has two ticks"
        )
        assert not [t for t in ticks if t.status != TickStatus.SUCCESS]
        made = [run_id for tick in ticks for run_id in tick.run_ids]
        where = RunFilter(tags={"dagster/schedule_name": found.name})
        stored = [run.run_id for run in storage.list_runs(where, limit=100_000, oldest_first=True)]
        assert sorted(made) == sorted(stored) and len(set(made)) == 2 * len(ticks)
        due_times += len(ticks)
    assert due_times >= SCHEDULES * (MINUTES - SEEN)
    for look in sensors_named(SENSORS):
        ticks = storage.list_ticks(look.instigator_id, 100_000)[::-1]
        where = RunFilter(tags={"dagster/sensor_name": look.name})
        keys = [
            r.submission.tags["dagster/run_key"] for r in storage.list_runs(where, limit=100_000, oldest_first=True)
        ]
        done = sum(tick.status == TickStatus.SUCCESS for tick in ticks)
        assert keys == [str(n) for n in range(1, done + 1)], "each evaluation counts on from the last that was kept"
        switch = storage.get_instigator(look.instigator_id)
        assert switch is not None and switch.cursor == str(done) and done > 0
    storage.dispose()


def _finish(storage: SqlStorage) -> float:
    """One replica that is left alone brings everything to an end; returns the instant up to which all is done."""
    answers = Answers()
    answers.answer = code
    ticks = ScheduleTicks(storage, Journal(storage, lambda _: None), answers, "last", max_catchup=100_000)
    loop = Scheduler(Listed(schedules_named(SCHEDULES), []), storage, Switches(storage), ticks, lambda: None)

    def everything_is_done() -> bool:
        loop.turn()
        behind = [s for s in storage.list_instigators("schedule") if (s.last_due_at or 0.0) < clock.now() - 60.0]
        left = [tick for tick in storage.abandoned_ticks(math.inf) if not _is_sensor(tick.instigator_id)]
        return loop.is_idle() and not behind and not left

    try:
        wait_for(everything_is_done, PATIENCE * MINUTES / 20)  # a busy machine leaves many of the due times to this one
    finally:
        loop.stop()
    return min(s.last_due_at or 0.0 for s in storage.list_instigators("schedule"))


def _is_sensor(instigator_id: str) -> bool:
    return instigator_id in {look.instigator_id for look in sensors_named(SENSORS)}
