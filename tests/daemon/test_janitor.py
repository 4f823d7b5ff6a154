"""Retention: what is old goes, and nothing else does."""

from __future__ import annotations

from typing import Any

import pytest

from jupyter_orch import clock
from jupyter_orch.daemon import janitor
from jupyter_orch.daemon.janitor import BETWEEN, DAY, PAUSE, Janitor
from jupyter_orch.records.run import Run, RunFilter
from jupyter_orch.records.status import RunStatus
from jupyter_orch.records.tick import TickOutcome, TickStatus
from jupyter_orch.settings import Retention, TickRetention
from jupyter_orch.storage.sql import SqlStorage
from jupyter_orch.testing.runs import STARTED
from jupyter_orch.testing.samples import event, start
from jupyter_orch.testing.schedules import instigator

NOW = 1_000 * DAY


class Files:
    """Stands for what runs leave on disk."""

    def __init__(self) -> None:
        self.removed: list[str] = []
        self.output: set[str] = set()

    def remove_files(self, run: Run) -> None:
        self.removed.append(run.run_id)

    def remove_output(self, run: Run) -> bool:
        if run.run_id in self.output:
            self.output.discard(run.run_id)
            return True
        return False


def clean(storage: SqlStorage, retention: Retention, files: Files | None = None) -> int:
    """Turn until nothing is left to do; how many turns that took."""
    files = files or Files()
    loop = Janitor(storage, storage, retention, files.remove_files, files.remove_output)
    turns = 1
    while loop.poll() == PAUSE:
        turns += 1
    return turns


def ended(storage: SqlStorage, monkeypatch: pytest.MonkeyPatch, run_id: str, days_ago: float, **changes: Any) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW - days_ago * DAY)
    start(storage, run_id, **changes)
    storage.append_events(run_id, 1, [event()] * 7)
    storage.move_run(run_id, STARTED, RunStatus.SUCCESS, [event()], end_time=clock.now())
    monkeypatch.setattr(clock, "now", lambda: NOW)


def run_ids(storage: SqlStorage) -> list[str]:
    return [run.run_id for run in storage.list_runs(RunFilter(), limit=1000, oldest_first=True)]


def test_finished_runs_go_with_events_and_files_when_they_are_old(
    storage: SqlStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(janitor, "EVENTS_A_TIME", 3)
    for run_id, days in (("old", 31.0), ("young", 29.0)):
        ended(storage, monkeypatch, run_id, days)
    monkeypatch.setattr(clock, "now", lambda: NOW - 90 * DAY)
    start(storage, "still running")
    monkeypatch.setattr(clock, "now", lambda: NOW)
    files = Files()
    assert clean(storage, Retention(runs=30.0), files) == 2
    assert run_ids(storage) == ["young", "still running"] and files.removed == ["old"]
    assert len(storage.read_events("young")) == 8 and storage.read_events("old") == []


def test_a_run_stays_while_one_of_its_family_goes_on(storage: SqlStorage, monkeypatch: pytest.MonkeyPatch) -> None:
    ended(storage, monkeypatch, "parent", 40.0)
    start(storage, "child", root_run_id="parent", parent_run_id="parent")
    clean(storage, Retention(runs=30.0))
    assert run_ids(storage) == ["parent", "child"]
    storage.move_run("child", STARTED, RunStatus.FAILURE, end_time=NOW)
    clean(storage, Retention(runs=30.0))
    assert run_ids(storage) == ["child"]


def test_many_old_runs_go_a_few_at_a_time(storage: SqlStorage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(janitor, "RUNS_A_TURN", 2)
    for number in range(5):
        ended(storage, monkeypatch, f"r{number}", 40.0)
    assert clean(storage, Retention(runs=30.0)) == 4
    assert run_ids(storage) == []


def test_captured_output_goes_before_its_run(storage: SqlStorage, monkeypatch: pytest.MonkeyPatch) -> None:
    for run_id, days in (("old", 8.0), ("young", 6.0)):
        ended(storage, monkeypatch, run_id, days)
    files = Files()
    files.output = {"old", "young"}
    clean(storage, Retention(compute_logs=7.0), files)
    assert files.output == {"young"} and run_ids(storage) == ["old", "young"]


def test_output_is_asked_for_once(storage: SqlStorage, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store far away may say for ever that it has removed something."""
    ended(storage, monkeypatch, "old", 8.0)
    asked: list[str] = []

    def remove(run: Run) -> bool:
        asked.append(run.run_id)
        return True

    loop = Janitor(storage, storage, Retention(compute_logs=7.0), lambda _: None, remove)
    assert [loop.poll() for _ in range(3)] == [PAUSE, BETWEEN, BETWEEN]
    assert asked == ["old"]


def test_ticks_go_by_kind_and_status(storage: SqlStorage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    storage.put_instigators([instigator("schedule"), instigator("sensor", kind="sensor")])
    for kind in ("schedule", "sensor"):
        for days, status in ((9.0, TickStatus.SKIPPED), (8.0, TickStatus.SUCCESS), (1.0, TickStatus.SKIPPED)):
            due = NOW - days * DAY
            tick = storage.claim_tick(kind, due, "a", lease_until=due + 1, now=due)
            assert tick is not None
            storage.finish_tick(tick, TickOutcome(status=status))
    clean(storage, Retention(schedule=TickRetention(success=7.0)))
    assert [tick.status for tick in storage.list_ticks("schedule", 9)] == [TickStatus.SKIPPED] * 2
    assert [tick.status for tick in storage.list_ticks("sensor", 9)] == [TickStatus.SKIPPED, TickStatus.SUCCESS]


def test_nothing_is_removed_that_nothing_is_said_about(storage: SqlStorage, monkeypatch: pytest.MonkeyPatch) -> None:
    ended(storage, monkeypatch, "ancient", 900.0)
    files = Files()
    loop = Janitor(storage, storage, Retention(), files.remove_files, files.remove_output)
    assert loop.poll() == BETWEEN
    assert run_ids(storage) == ["ancient"] and files.removed == []
