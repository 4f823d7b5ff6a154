"""Events reach the history once each and in order, whatever the storage answers, or does not answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from jupyter_orch.ports import StorageUnavailable
from jupyter_orch.processes import this_process
from jupyter_orch.records.event import Event, EventType
from jupyter_orch.records.run import Run
from jupyter_orch.records.status import RunStatus
from jupyter_orch.runs.journal import Journal
from jupyter_orch.storage.sql import SqlStorage
from jupyter_orch.worker import delivery as delivery_module
from jupyter_orch.worker.delivery import Delivery, StorageLost
from tests.conftest import event, submission


class Unreliable(Journal):
    """Fails as told, before or after the write has taken effect."""

    def __init__(self, storage: SqlStorage) -> None:
        super().__init__(storage, lambda _: None)
        self.outages: list[str] = []

    def append(self, run_id: str, epoch: int, events: Sequence[Event]) -> int | None:
        return self._unreliably(lambda: super(Unreliable, self).append(run_id, epoch, events))

    def append_in_doubt(self, run: Run, events: Sequence[Event], after: int) -> int | None:
        return self._unreliably(lambda: super(Unreliable, self).append_in_doubt(run, events, after))

    def succeed(self, run: Run, events: Sequence[Event]) -> Run | None:
        return self._unreliably(lambda: super(Unreliable, self).succeed(run, events))

    def _unreliably(self, write: Any) -> Any:
        outage = self.outages.pop(0) if self.outages else ""
        if outage == "not done":
            raise StorageUnavailable("nobody answers")
        answer = write()
        if outage == "answer lost":
            raise StorageUnavailable("cut off after the commit")
        return answer


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery_module, "RETRY", 0.0)


@pytest.fixture
def journal(storage: SqlStorage) -> Unreliable:
    return Unreliable(storage)


@pytest.fixture
def run(journal: Unreliable) -> Run:
    submitted, _ = journal.submit(submission())
    won = journal.dequeue(submitted)
    assert won is not None
    claimed = journal.claim(won[0].run_id, won[0].epoch, won[1], this_process(), "by a test")
    assert claimed is not None
    return claimed


def said(number: int) -> Event:
    return Event(type=EventType.LOG, timestamp=1000.0 + number, message=f"line {number}")


def lines(storage: SqlStorage, run: Run) -> list[str]:
    return [e.event.message for e in storage.read_events(run.run_id, limit=1000, types=["LOG"])]


@pytest.mark.parametrize("outages", [["not done"], ["answer lost"], ["not done", "answer lost", "not done"]])
def test_what_was_not_answered_is_stored_once(
    storage: SqlStorage, journal: Unreliable, run: Run, outages: list[str]
) -> None:
    delivery = Delivery(run, journal)
    journal.outages = list(outages)
    for number in range(12):
        delivery.add(said(number))
        assert delivery.flush()
    assert delivery.flush() and lines(storage, run) == [f"line {number}" for number in range(12)]


@pytest.mark.parametrize("outage", ["not done", "answer lost"])
def test_the_end_is_stored_once_with_the_last_events(
    storage: SqlStorage, journal: Unreliable, run: Run, outage: str
) -> None:
    delivery = Delivery(run, journal)
    delivery.add(said(0))
    journal.outages = [outage]
    assert delivery.finish(lambda events: journal.succeed(run, events))
    found = storage.get_run(run.run_id)
    assert found is not None and found.status == RunStatus.SUCCESS and lines(storage, run) == ["line 0"]
    assert len(storage.read_events(run.run_id, types=["PIPELINE_SUCCESS"])) == 1


def test_a_doubt_is_settled_before_the_end(storage: SqlStorage, journal: Unreliable, run: Run) -> None:
    delivery = Delivery(run, journal)
    delivery.add(said(0))
    journal.outages = ["answer lost", "", "not done"]
    assert delivery.flush()
    delivery.add(said(1))
    assert delivery.finish(lambda events: journal.succeed(run, events))
    assert lines(storage, run) == ["line 0", "line 1"]


def test_a_run_that_is_anothers_by_now_is_told(storage: SqlStorage, journal: Unreliable, run: Run) -> None:
    delivery = Delivery(run, journal)
    delivery.add(said(0))
    assert journal.resume(run, 1, 3, [], "Taken away.") is not None
    assert not delivery.flush() and lines(storage, run) == []


def test_a_write_that_takes_effect_while_it_is_asked_about_is_stored_once(
    storage: SqlStorage, journal: Unreliable, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database that stood still commits what it was told before, between our looking and our storing it again."""
    delivery = Delivery(run, journal)
    delivery.add(said(0))
    journal.outages = ["not done"]
    assert delivery.flush()
    read = storage.read_events

    def read_too_early(*args: Any, **more: Any) -> Any:
        found = read(*args, **more)
        monkeypatch.undo()
        assert storage.append_events(run.run_id, run.epoch, [said(0)])
        return found

    monkeypatch.setattr(storage, "read_events", read_too_early)
    assert delivery.flush() and lines(storage, run) == ["line 0"]
    delivery.add(said(1))
    delivery._retry_at = 0.0
    assert delivery.flush() and lines(storage, run) == ["line 0", "line 1"]


def test_who_waits_too_long_gives_up(journal: Unreliable, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery_module, "OUTAGE", -1.0)
    delivery = Delivery(run, journal)
    delivery.add(event())
    journal.outages = ["not done"]
    with pytest.raises(StorageLost):
        delivery.flush()


def test_no_more_is_taken_than_can_wait(journal: Unreliable, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery_module, "MAX_WAITING", 3)
    delivery = Delivery(run, journal)
    journal.outages = ["not done"]
    for number in range(3):
        assert not delivery.is_full
        delivery.add(said(number))
        delivery.flush()
        journal.outages = ["not done"]
    assert delivery.is_full
    journal.outages = []
    delivery.flush()
    assert not delivery.is_full
