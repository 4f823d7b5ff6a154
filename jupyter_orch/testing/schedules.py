"""What a schedule storage promises (:class:`jupyter_orch.ports.ScheduleStorage`)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from jupyter_orch.ports import NewRun, ScheduleStorage
from jupyter_orch.records.failure import Failure
from jupyter_orch.records.tick import Instigator, Tick, TickOutcome, TickStatus
from jupyter_orch.testing.opened import OpenedStorage
from jupyter_orch.testing.samples import submission

SUCCESS = TickOutcome(status=TickStatus.SUCCESS)


def instigator(instigator_id: str = "i", **changes: Any) -> Instigator:
    """A schedule that is on."""
    values: dict[str, Any] = {"kind": "schedule", "location": "l", "repository": "r", "name": instigator_id}
    return Instigator(instigator_id=instigator_id, **(values | {"running": True} | changes))


def claim(storage: ScheduleStorage, due_at: float, owner: str = "a", now: float = 100.0) -> Tick | None:
    """Claim a due time of schedule ``i`` for 100 seconds."""
    return storage.claim_tick("i", due_at, owner, lease_until=now + 100.0, now=now)


def new_run(run_id: str) -> NewRun:
    """A run that a tick asks for."""
    return NewRun(run_id=run_id, submission=submission(idempotency_key=f"tick:{run_id}"))


class ScheduleStorageSuite(OpenedStorage):
    """Subclass it with a fixture ``open_storage``."""

    @pytest.fixture
    def storage(self, opener: Callable[[], ScheduleStorage]) -> ScheduleStorage:
        """The storage under test, with a schedule ``i`` that is on."""
        opened = opener()
        opened.put_instigators([instigator()])
        return opened

    def test_a_switch_keeps_its_state_when_it_is_seen_again(self, storage: ScheduleStorage) -> None:
        storage.put_instigators([instigator("s", kind="sensor", cursor="c", effective_from=3.5)])
        changed = storage.change_instigator("s", running=False, cursor="d")
        storage.put_instigators([instigator("s", kind="sensor")])
        found = storage.get_instigator("s")
        assert found == changed and found is not None
        assert (found.running, found.cursor, found.effective_from) == (False, "d", 3.5)
        assert [i.name for i in storage.list_instigators("sensor")] == ["s"]
        assert len(storage.list_instigators()) == 2
        assert [storage.count_switched_on(kind) for kind in ("schedule", "sensor")] == [1, 0]
        assert storage.change_instigator("nobody", running=True) is None and storage.get_instigator("nobody") is None

    def test_a_due_time_is_claimed_once(self, storage: ScheduleStorage) -> None:
        assert claim(storage, 100.0) is not None
        assert claim(storage, 100.0, "b") is None
        assert claim(storage, 160.0, "b") is not None

    def test_of_many_replicas_one_claims(self, opener: Callable[[], ScheduleStorage]) -> None:
        storages = [opener() for _ in range(3)]
        storages[0].put_instigators([instigator()])
        ready = threading.Barrier(6)

        def race(number: int) -> Tick | None:
            ready.wait()
            return claim(storages[number % 3], 100.0, f"replica {number}")

        with ThreadPoolExecutor(6) as pool:
            assert sum(tick is not None for tick in pool.map(race, range(6))) == 1

    def test_what_is_off_or_in_the_past_is_not_claimed(self, storage: ScheduleStorage) -> None:
        storage.change_instigator("i", effective_from=50.0)
        assert claim(storage, 49.0) is None
        assert claim(storage, 100.0) is not None
        assert claim(storage, 90.0) is None
        storage.change_instigator("i", running=False)
        assert claim(storage, 160.0) is None

    def test_an_abandoned_tick_is_taken_over_and_its_first_owner_is_void(self, storage: ScheduleStorage) -> None:
        first = claim(storage, 100.0, now=100.0)
        assert [t.due_at for t in storage.abandoned_ticks(201.0)] == [100.0] and storage.abandoned_ticks(150.0) == []
        second = claim(storage, 100.0, "b", now=201.0)
        assert first and second and (second.epoch, second.attempts, second.owner) == (2, 2, "b")
        assert storage.finish_tick(first, SUCCESS, runs=[new_run("r")]) is None
        assert storage.advance_tick(first, runs=[new_run("q")]) is None
        made = storage.finish_tick(second, SUCCESS, runs=[new_run("r")])
        assert [run.run_id for run in made or ()] == ["r"]
        assert storage.list_ticks("i", 9)[0].run_ids == ("r",)
        assert claim(storage, 100.0, "c", now=800.0) is None

    def test_how_a_tick_ended_is_kept(self, storage: ScheduleStorage) -> None:
        why = Failure(cls="E", message="m")
        for due_at, outcome in (
            (100.0, TickOutcome(status=TickStatus.SKIPPED, skip_reason="holiday", cursor="c1")),
            (160.0, TickOutcome(status=TickStatus.FAILURE, failure=why, output="printed")),
        ):
            tick = claim(storage, due_at)
            assert tick is not None and storage.finish_tick(tick, outcome) == []
        failed, skipped = storage.list_ticks("i", 9)
        assert (skipped.status, skipped.skip_reason, skipped.run_ids) == (TickStatus.SKIPPED, "holiday", ())
        assert (failed.status, failed.failure, failed.output) == (TickStatus.FAILURE, why, "printed")
        found = storage.get_instigator("i")
        assert found is not None and (found.last_due_at, found.cursor) == (160.0, "c1")
        assert storage.list_ticks("i", 1) == [failed] and storage.list_ticks("i", 9, before=failed.tick_id) == [skipped]

    def test_runs_are_made_on_the_way_and_at_the_end(self, storage: ScheduleStorage) -> None:
        tick = claim(storage, 100.0)
        assert tick is not None
        first = storage.advance_tick(tick, runs=[new_run("a"), new_run("b")], run_keys=["ka", "kb"], cursor="c1")
        last = storage.finish_tick(tick, SUCCESS, runs=[new_run("c")], run_keys=["kc"])
        assert [run.run_id for run in (*(first or ()), *(last or ()))] == ["a", "b", "c"]
        assert storage.used_run_keys("i", ["ka", "kc", "kd"]) == {"ka", "kc"}
        assert storage.used_run_keys("other", ["ka"]) == set()
        assert storage.list_ticks("i", 1)[0].run_ids == ("a", "b", "c")

    def test_missed_due_times_are_written_down_once(self, storage: ScheduleStorage) -> None:
        assert storage.miss_ticks("i", [10.0, 20.0], "nobody was there") == 2
        assert storage.miss_ticks("i", [10.0, 20.0], "nobody was there") == 0
        assert claim(storage, 20.0) is None and claim(storage, 30.0) is not None
        assert [t.due_at for t in storage.list_ticks("i", 9)] == [30.0, 20.0, 10.0]

    def test_a_sensor_is_evaluated_when_somebody_wants_it(self, storage: ScheduleStorage) -> None:
        storage.put_instigators([instigator("s", kind="sensor", next_at=500.0)])
        wanted = storage.want_tick("s", 100.0)
        assert wanted is not None and wanted.next_at == 100.0
        assert storage.want_tick("nobody", 100.0) is None

    def test_old_ticks_are_removed_by_kind_and_status(self, storage: ScheduleStorage) -> None:
        for due_at in (10.0, 20.0, 30.0):
            tick = claim(storage, due_at)
            assert tick is not None
            storage.finish_tick(tick, SUCCESS)
        open_tick = claim(storage, 40.0)
        statuses = [*TickStatus]
        assert storage.delete_ticks("sensor", statuses, 99.0, limit=9) == 0
        assert storage.delete_ticks("schedule", [TickStatus.FAILURE], 99.0, limit=9) == 0
        assert storage.delete_ticks("schedule", statuses, 30.0, limit=1) == 1
        assert storage.delete_ticks("schedule", statuses, 99.0, limit=9) == 2
        assert storage.list_ticks("i", 9) == [open_tick]
        assert claim(storage, 10.0) is None, "a removed tick is not due again"
