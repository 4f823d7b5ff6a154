"""What the schedule storage promises: a due time has one tick, and a tick's runs exist once."""

from __future__ import annotations

from jupyter_orch.ports import NewRun
from jupyter_orch.records.run import RunFilter
from jupyter_orch.records.tick import Instigator, TickStatus
from jupyter_orch.storage.sql import SqlStorage
from tests.conftest import submission

SWITCH = Instigator(instigator_id="i", kind="schedule", location="l", repository="r", name="n", running=True)


def test_a_switch_keeps_its_state_when_it_is_seen_again(storage: SqlStorage) -> None:
    storage.put_instigator(SWITCH)
    storage.change_instigator("i", running=False)
    assert storage.put_instigator(SWITCH).running is False
    assert [i.name for i in storage.list_instigators("schedule")] == ["n"]
    assert storage.list_instigators("sensor") == []


def test_a_due_time_is_claimed_once(storage: SqlStorage) -> None:
    assert storage.claim_tick("i", 100.0, "a", lease_until=200.0, now=100.0) is not None
    assert storage.claim_tick("i", 100.0, "b", lease_until=200.0, now=101.0) is None
    assert storage.claim_tick("i", 160.0, "b", lease_until=200.0, now=101.0) is not None


def test_an_abandoned_tick_is_taken_over_and_its_first_owner_is_void(storage: SqlStorage) -> None:
    storage.put_instigator(SWITCH)
    first = storage.claim_tick("i", 100.0, "a", lease_until=200.0, now=100.0)
    second = storage.claim_tick("i", 100.0, "b", lease_until=400.0, now=201.0)
    assert first and second and (second.epoch, second.attempts, second.owner) == (2, 2, "b")
    run = NewRun(run_id="r", submission=submission(idempotency_key="tick:r"))
    assert storage.finish_tick(first, TickStatus.SUCCESS, runs=[run]) is None
    assert storage.count_runs(RunFilter()) == 0
    assert [r.run_id for r in storage.finish_tick(second, TickStatus.SUCCESS, runs=[run]) or ()] == ["r"]
    assert storage.claim_tick("i", 100.0, "c", lease_until=900.0, now=800.0) is None


def test_a_finished_tick_moves_the_switch_along(storage: SqlStorage) -> None:
    storage.put_instigator(SWITCH)
    tick = storage.claim_tick("i", 100.0, "a", lease_until=200.0, now=100.0)
    assert tick is not None
    storage.finish_tick(tick, TickStatus.SKIPPED, skip_reason="holiday", cursor="c1")
    switch = storage.put_instigator(SWITCH)
    assert (switch.last_due_at, switch.cursor) == (100.0, "c1")
    stored = storage.list_ticks("i", 10)[0]
    assert (stored.status, stored.skip_reason, stored.run_ids) == (TickStatus.SKIPPED, "holiday", ())
