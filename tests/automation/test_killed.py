"""A daemon that gets SIGKILL, or is paused for longer than its lease, between any two lines of a tick or a backfill."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from jupyter_orch import clock
from jupyter_orch.automation.evaluation import LEASE
from jupyter_orch.failpoints import FOLDER_VARIABLE, VARIABLE
from jupyter_orch.records.backfill import BackfillStatus
from jupyter_orch.records.run import RunFilter
from jupyter_orch.records.tick import TickStatus
from jupyter_orch.storage.database import Database
from jupyter_orch.storage.sql import SqlStorage
from tests.automation.replica_process import BEGIN, code, fast_clock, schedules_named, sensors_named, stay
from tests.automation.surroundings import Answers, ScheduleReplica, SensorReplica, wait_for
from tests.automation.test_backfills import DAYS, BackfillReplica, Code, days_of, wish

pytestmark = pytest.mark.journey
SPEED = 60.0
TICK_POINTS = (
    "tick.claim.before", "tick.claim.after", "tick.eval.before", "tick.eval.after", "tick.commit.before",
    "tick.commit.after",
)  # fmt: skip
BACKFILL_POINTS = ("backfill.claim.after", "backfill.commit.before", "backfill.commit.after")


class Daemon:
    """A replica as a real process with a failpoint that is armed."""

    def __init__(self, url: str, folder: Path, order: str, schedules: int, sensors: int, begun: float) -> None:
        self._folder = folder
        words = (url, "hurt", str(schedules), str(sensors), str(begun), str(SPEED))
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.automation.replica_process", *words],
            cwd=Path(__file__).parents[2],
            env={**os.environ, VARIABLE: order, FOLDER_VARIABLE: str(folder)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._timer = threading.Timer(10 * LEASE / SPEED, self.process.send_signal, [signal.SIGCONT])

    def wait_until_hit(self, point: str, hit: int = 1) -> None:
        """Wait for the failpoint; one that was paused goes on after many leases.

        Other threads of a paused process may hold the file of an SQLite database; then everybody waits until it goes on.
        """
        wait_for((self._folder / f"{point}.{hit}").exists)
        self._timer.start()

    def stop(self) -> None:
        self._timer.cancel()
        self.process.kill()
        self.process.wait()


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> float:
    """When the fast clock, on which all replicas of the test go, showed its first instant."""
    now = time.time()
    monkeypatch.setattr(clock, "now", fast_clock(now, SPEED))
    monkeypatch.setattr(clock, "go_by", stay)
    return now


@pytest.mark.parametrize("action", ["kill", "stop"])
@pytest.mark.parametrize("point", TICK_POINTS)
def test_a_schedule_of_a_daemon_that_was_hurt_has_one_tick_and_its_runs(
    database_url: str, tmp_path: Path, begun: float, point: str, action: str
) -> None:
    storage = SqlStorage(Database(database_url))
    daemon = Daemon(database_url, tmp_path, f"{point}={action}", 1, 0, begun)
    try:
        daemon.wait_until_hit(point)
        answers = Answers()
        answers.answer = code
        other = ScheduleReplica(storage, answers, "well", schedules_named(1))
        other.ticks._max_catchup = 1000
        (found,) = schedules_named(1)
        hit_at = clock.now()

        def is_over() -> bool:
            other.poll()
            done = [t for t in storage.list_ticks(found.instigator_id, 99) if t.status == TickStatus.SUCCESS]
            return bool(done) and done[0].due_at > hit_at + 12 * LEASE

        wait_for(is_over)
        daemon.process.send_signal(signal.SIGCONT)
        wait_for(lambda: other.poll() >= 0 and not storage.abandoned_ticks(clock.now() + 1e9))
    finally:
        daemon.stop()
    other.loop.stop()
    ticks = storage.list_ticks(found.instigator_id, 99)[::-1]
    assert {t.status for t in ticks if t.status != TickStatus.STARTED} == {TickStatus.SUCCESS}
    due = [t.due_at for t in ticks]
    assert due == [due[0] + 60.0 * n for n in range(len(due))] and due[0] - BEGIN <= 300.0, "none lost, none twice"
    stored = [run.run_id for run in storage.list_runs(RunFilter(), limit=999)]
    made = [run_id for tick in ticks for run_id in tick.run_ids]
    assert sorted(stored) == sorted(made) and all(len(t.run_ids) == 2 for t in ticks if t.status == TickStatus.SUCCESS)
    storage.dispose()


@pytest.mark.parametrize("action", ["kill", "stop"])
@pytest.mark.parametrize("point", TICK_POINTS)
def test_a_sensor_of_a_daemon_that_was_hurt_counts_on_from_what_was_kept(
    database_url: str, tmp_path: Path, begun: float, point: str, action: str
) -> None:
    storage = SqlStorage(Database(database_url))
    daemon = Daemon(database_url, tmp_path, f"{point}={action}@2", 0, 1, begun)
    try:
        daemon.wait_until_hit(point, 2)
        answers = Answers()
        answers.answer = code
        (found,) = sensors_named(1)
        other = SensorReplica(storage, answers, "well", [found])
        hit_at = clock.now()
        wait_for(lambda: other.poll() >= 0 and _last_end(storage, found.instigator_id) > hit_at + 12 * LEASE)
    finally:
        daemon.stop()
    hurt_at = clock.now()
    wait_for(lambda: other.poll() >= 0 and (_last_end(storage, found.instigator_id) > hurt_at + 2 * LEASE))
    other.loop.stop()
    keys = [r.submission.tags["dagster/run_key"] for r in storage.list_runs(RunFilter(), limit=999, oldest_first=True)]
    switch = storage.get_instigator(found.instigator_id)
    assert switch is not None and keys == [str(n) for n in range(1, len(keys) + 1)] and switch.cursor == keys[-1]
    statuses = [tick.status for tick in storage.list_ticks(found.instigator_id, 99)]
    assert statuses.count(TickStatus.SUCCESS) == len(keys) and set(statuses) <= {TickStatus.SUCCESS, TickStatus.STARTED}
    storage.dispose()


def _last_end(storage: SqlStorage, instigator_id: str) -> float:
    switch = storage.get_instigator(instigator_id)
    return (switch.last_end if switch is not None else None) or 0.0


@pytest.mark.parametrize("point", BACKFILL_POINTS)
def test_a_backfill_of_a_daemon_that_was_killed_has_each_partition_once(
    database_url: str, tmp_path: Path, point: str
) -> None:
    storage, answers = SqlStorage(Database(database_url)), Answers()
    answers.answer = Code()
    other = BackfillReplica(storage, answers, "well")
    asked = other.backfills.request(wish())
    program = (
        "import sys; from tests.automation.test_backfills import *; answers = Answers(); answers.answer = Code()\n"
        "replica = BackfillReplica(SqlStorage(Database(sys.argv[1])), answers, 'hurt')\n"
        "while True: replica.poll()\n"
    )
    killed = subprocess.run(
        [sys.executable, "-c", "from jupyter_orch.storage.database import Database\n" + program, database_url],
        cwd=Path(__file__).parents[2],
        env={**os.environ, VARIABLE: f"{point}=kill", FOLDER_VARIABLE: str(tmp_path)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        check=False,
        timeout=60,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    with pytest.MonkeyPatch.context() as hands:
        later = time.time() + 2 * LEASE
        hands.setattr(clock, "now", lambda: later)
        done = other.finish(asked)
    other.loop.stop()
    assert (done.status, done.runs_made) == (BackfillStatus.COMPLETED, len(DAYS))
    assert days_of(storage.list_runs(RunFilter(), limit=99, oldest_first=True)) == list(DAYS)
    storage.dispose()
