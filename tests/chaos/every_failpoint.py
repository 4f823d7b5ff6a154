"""Q2: a process is killed, paused for longer than its leases, broken or out of room between any two lines that have a failpoint.

Too long for every change: ``python -m tests.chaos failpoints`` does all of it. One process has the failpoint armed; this one
goes on with the same database, until everything that was asked for is done, once.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from jupyter_orch import clock
from jupyter_orch.automation import schedules as schedule_ticks
from jupyter_orch.automation import sensors as sensor_ticks
from jupyter_orch.automation.backfills import BackfillWish
from jupyter_orch.failpoints import FOLDER_VARIABLE, VARIABLE
from jupyter_orch.ports import RunStorage
from jupyter_orch.processes import identify, this_process
from jupyter_orch.records import codec
from jupyter_orch.records.backfill import BackfillStatus
from jupyter_orch.records.event import EventType
from jupyter_orch.records.messages import PlanSnapshot, StepSnapshot
from jupyter_orch.records.notice import NoticeStatus
from jupyter_orch.records.run import ProcessIdentity, Run, RunFilter
from jupyter_orch.records.status import RunStatus
from jupyter_orch.records.tick import TickStatus
from jupyter_orch.storage.database import Database
from jupyter_orch.storage.sql import SqlStorage
from jupyter_orch.worker import delivery as delivery_module
from tests.automation.replica_process import schedules_named, sensors_named
from tests.chaos.checker import Seen, violations
from tests.chaos.ledger import Ledger
from tests.chaos.one_replica import ASKED, PARTITIONS, SCHEDULES, SENSORS, Replica, go_fast
from tests.conftest import event, submission

pytestmark = pytest.mark.journey
TICKS = (
    "tick.claim.before",
    "tick.claim.after",
    "tick.eval.before",
    "tick.eval.after",
    "tick.commit.before",
    "tick.commit.after",
)
OTHERS = (
    "backfill.claim.after", "backfill.commit.before", "backfill.commit.after",
    "queue.submitted", "queue.dequeue.before", "queue.dequeue.after", "queue.launched",
    "worker.claim.before", "worker.claim.after", "worker.flush.before", "worker.flush.after",
    "worker.finish.before", "worker.finish.after",
    "monitor.lost.seen", "monitor.killed", "monitor.resumed",
    "cancel.requested", "cancel.kill.before", "cancel.killed", "cancel.ended",
    "retry.submit.before", "retry.submit.after",
    "hooks.send.before", "hooks.send.after",
)  # fmt: skip
PLACES = [
    *((point, SCHEDULES) for point in TICKS),
    *((point, SENSORS) for point in TICKS),
    *((point, f"{SCHEDULES},{SENSORS}") for point in OTHERS),
]
ACTIONS = ("kill", "stop", "raise", "full")
PATIENCE = 120.0
PAUSED = 6.0
"""Seconds that a paused process stays so: four leases of a run by the fast clock."""


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> float:
    """When the fast clock showed its first instant."""
    now = time.time()
    for where, name in (
        (clock, "now"),
        (clock, "go_by"),
        (schedule_ticks, "MAX_ATTEMPTS"),
        (sensor_ticks, "MAX_ATTEMPTS"),
        (delivery_module, "RETRY"),
    ):
        monkeypatch.setattr(where, name, getattr(where, name))  # put back at the end
    go_fast(now)
    return now


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    """The process of a run that is to be canceled at once."""
    process = subprocess.Popen(["sleep", "600"], start_new_session=True)
    yield process
    process.kill()
    process.wait()


class Prepared:
    """What is under way when the process is hurt."""

    def __init__(self, replica: Replica, sleeper: int) -> None:
        journal = replica.journal
        self._journal = journal
        self.failed = self._held(this_process(), {"dagster/max_retries": "1"})
        plan = PlanSnapshot(steps=(StepSnapshot(key="a", solid="a"), StepSnapshot(key="b", solid="b")))
        said = [
            event(EventType.ENGINE_EVENT, data={"plan": codec.to_json(plan)}),
            event(EventType.STEP_START, step_key="a"),
        ]
        journal.append(self.failed.run_id, self.failed.epoch, said)
        self.lost = self._held(_gone(), {"jupyter_orch/resume": "rerun"})
        self.victim = self._held(identify(sleeper), {})
        self.backfill = replica.backfills.request(
            BackfillWish(
                location="here", repository="repo", partition_set="days", created_by="ada", partition_names=None
            )
        )

    def fail(self) -> None:
        """One run fails, and is to be tried again and told of."""
        assert self._journal.fail(self.failed, "no luck", [event(EventType.STEP_FAILURE, step_key="a")]) is not None

    def report(self) -> None:
        """As the worker of the run that is to be canceled would while it lives."""
        self._journal.renew(self.victim)

    def _held(self, worker: ProcessIdentity, tags: dict[str, str]) -> Run:
        run, _ = self._journal.submit(submission(tags=tags))
        won = self._journal.dequeue(run)
        assert won is not None
        claimed = self._journal.claim(run.run_id, won[0].epoch, won[1], worker, "by a test")
        assert claimed is not None
        return claimed


def _gone() -> ProcessIdentity:
    with subprocess.Popen(["true"]) as process:
        return identify(process.pid)


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize(("point", "ticks_of"), PLACES)
def test_everything_that_was_asked_for_is_done_once(
    database_url: str,
    tmp_path: Path,
    begun: float,
    sleeper: subprocess.Popen[bytes],
    point: str,
    ticks_of: str,
    action: str,
) -> None:
    storage = SqlStorage(Database(database_url))
    well = Replica(storage, tmp_path, "well", ticks_of)
    well.notifier.poll()  # what was before is no news
    prepared = Prepared(well, sleeper.pid)
    prepared.fail()
    hits = tmp_path / "hits"
    hits.mkdir()
    words = (database_url, str(tmp_path), str(begun), ticks_of, prepared.victim.run_id)
    hurt = _start(words, {VARIABLE: f"{point}={action}", FOLDER_VARIABLE: str(hits)}, tmp_path)
    try:
        _until((hits / f"{point}.1").exists, tmp_path)
        hit_at = clock.now()
        paused_until = time.monotonic() + (PAUSED if action == "stop" else 0.0)
        while action == "stop" and time.monotonic() < paused_until:
            if point == "queue.submitted":  # elsewhere it has been asked to cancel by now
                prepared.report()
            _turn(well)
        hurt.send_signal(signal.SIGCONT)
        if action == "kill":
            assert hurt.wait(PATIENCE) == -signal.SIGKILL
        well.submit(ASKED)
        well.cancel_at_once(prepared.victim.run_id)
        _until(lambda: _turn(well) and _is_done(storage, prepared, ticks_of, hit_at), tmp_path)
    finally:
        hurt.kill()
        hurt.wait()
    _until(lambda: _turn(well) and _is_at_rest(storage), tmp_path)
    well.stop()
    _check(storage, database_url, prepared, ticks_of, tmp_path)
    assert sleeper.wait(PATIENCE) == -signal.SIGKILL
    storage.dispose()


def _start(words: tuple[str, ...], env: dict[str, str], folder: Path) -> subprocess.Popen[bytes]:
    with open(folder / "stderr", "wb") as stderr:
        return subprocess.Popen(
            [sys.executable, "-m", "tests.chaos.one_replica", *words],
            cwd=Path(__file__).parents[2],
            env={**os.environ, **env},
            stdout=subprocess.DEVNULL,
            stderr=stderr,
        )


def _turn(replica: Replica) -> bool:
    replica.turn()
    return True


def _until(condition: object, folder: Path) -> None:
    assert callable(condition)
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"it never came to be: {(folder / 'stderr').read_text()[-3000:]}"
        time.sleep(0.01)


def _runs(storage: RunStorage) -> list[Run]:
    return storage.list_runs(RunFilter(), limit=100_000, oldest_first=True)


def _is_at_rest(storage: SqlStorage) -> bool:
    return all(run.is_final for run in _runs(storage)) and not storage.abandoned_ticks(clock.now() + 1e9)


def _is_done(storage: SqlStorage, prepared: Prepared, ticks_of: str, hit_at: float) -> bool:
    """Whether all that was asked for is done, and ticks go on after the hit."""
    backfill = storage.get_backfill(prepared.backfill.backfill_id)
    retries = storage.list_runs(RunFilter(root_run_id=prepared.failed.run_id), limit=9)
    followed = [
        *((schedules_named(1)[0].instigator_id,) if SCHEDULES in ticks_of else ()),
        *((sensors_named(1)[0].instigator_id,) if SENSORS in ticks_of else ()),
    ]
    newest = [
        max((t.due_at for t in storage.list_ticks(i, 9) if t.status == TickStatus.SUCCESS), default=0.0)
        for i in followed
    ]
    return (
        backfill is not None
        and backfill.status == BackfillStatus.COMPLETED
        and len(retries) == 2
        and any(notice.status == NoticeStatus.SENT for notice in storage.list_notices(9))
        and all(due_at > hit_at for due_at in newest)
    )


def _check(storage: SqlStorage, url: str, prepared: Prepared, ticks_of: str, folder: Path) -> None:
    """Nothing is missing and nothing is there twice."""
    ledger = Ledger(folder)
    ledger.canceled.add(prepared.victim.run_id)
    seen = Seen(ledger=ledger, excused=frozenset({prepared.failed.run_id}))
    assert [str(violation) for violation in violations(url, seen)] == []
    runs = _runs(storage)
    ends = {run.run_id: run.status for run in runs}
    assert ends.pop(prepared.failed.run_id) == RunStatus.FAILURE
    assert ends.pop(prepared.victim.run_id) == RunStatus.CANCELED
    assert set(ends.values()) == {RunStatus.SUCCESS} and prepared.lost.run_id in ends
    tags = Counter(run.submission.tags.get("dagster/partition") for run in runs)
    assert all(tags[name] == 1 for name in PARTITIONS)
    assert sum("chaos/number" in run.submission.tags for run in runs) == 1
    assert sum(run.submission.root_run_id == prepared.failed.run_id for run in runs) == 1
    news = [line.split() for line in (folder / "sent").read_text().splitlines()]
    assert {run_id for _, run_id in news} == {prepared.failed.run_id} and len({key for key, _ in news}) == 1
    for found in schedules_named(1) if SCHEDULES in ticks_of else []:
        ticks = storage.list_ticks(found.instigator_id, 999)[::-1]
        assert {tick.status for tick in ticks} == {TickStatus.SUCCESS}
        assert [t.due_at for t in ticks] == [ticks[0].due_at + 60.0 * n for n in range(len(ticks))], (
            "none lost, none twice"
        )
        made = [run_id for tick in ticks for run_id in tick.run_ids]
        stored = [run.run_id for run in runs if run.submission.tags.get("dagster/schedule_name") == found.name]
        assert sorted(made) == sorted(stored) and len(set(made)) == 2 * len(ticks)
    for look in sensors_named(1) if SENSORS in ticks_of else []:
        keys = [r.submission.tags["dagster/run_key"] for r in runs if "dagster/sensor_name" in r.submission.tags]
        switch = storage.get_instigator(look.instigator_id)
        assert keys == [str(n) for n in range(1, len(keys) + 1)] and switch is not None and switch.cursor == keys[-1]
