"""What a storage of backfills promises (:class:`jupyter_orch.ports.BackfillStorage`)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from jupyter_orch.ports import BackfillStorage, NewRun
from jupyter_orch.records.backfill import Backfill, BackfillStatus, BackfillStep
from jupyter_orch.records.failure import Failure
from jupyter_orch.testing.opened import OpenedStorage
from jupyter_orch.testing.samples import submission

REQUESTED, PAUSED = BackfillStatus.REQUESTED, BackfillStatus.PAUSED


def backfill(backfill_id: str = "b", **changes: Any) -> Backfill:
    """A backfill of four partitions."""
    values: dict[str, Any] = {"location": "l", "repository": "r", "partition_set": "days", "pipeline": "p"}
    return Backfill(backfill_id=backfill_id, partition_names=("1", "2", "3", "4"), **(values | changes))


def runs(*names: str) -> list[NewRun]:
    """Runs of partitions."""
    return [NewRun(run_id=name, submission=submission(idempotency_key=f"backfill:b:{name}")) for name in names]


def claim(storage: BackfillStorage, owner: str = "a", now: float = 100.0) -> Backfill | None:
    """Take backfill ``b`` for 20 seconds."""
    return storage.claim_backfill("b", owner, lease_until=now + 20.0, now=now)


class BackfillStorageSuite(OpenedStorage):
    """Subclass it with a fixture ``open_storage``."""

    def test_a_backfill_is_stored_once(self, storage: BackfillStorage) -> None:
        asked = backfill(tags={"a": "b"}, step_keys=("x",), from_failure=True, created_by="ada", create_time=5.0)
        first = storage.add_backfill(asked)
        assert (first.tags, first.step_keys, first.from_failure, first.create_time) == ({"a": "b"}, ("x",), True, 5.0)
        assert storage.add_backfill(backfill(pipeline="other")) == first == storage.get_backfill("b")
        assert storage.get_backfill("nobody") is None

    def test_they_are_listed_newest_first(self, storage: BackfillStorage) -> None:
        for name in "abc":
            storage.add_backfill(backfill(name))
        storage.move_backfill("b", [REQUESTED], PAUSED, 1.0)
        newest, *_ = listed = storage.list_backfills(limit=9)
        assert [found.backfill_id for found in listed] == ["c", "b", "a"]
        assert [found.backfill_id for found in storage.list_backfills(limit=9, before=newest.cursor)] == ["b", "a"]
        assert [found.backfill_id for found in storage.list_backfills(limit=1, status=REQUESTED)] == ["c"]

    def test_one_replica_works_on_it_until_its_lease_has_passed(self, storage: BackfillStorage) -> None:
        storage.add_backfill(backfill())
        first = claim(storage)
        assert first is not None and claim(storage, "b", 119.0) is None
        storage.renew_backfills(["b"], "a", 150.0)
        assert claim(storage, "b", 149.0) is None
        second = claim(storage, "b", 151.0)
        assert second is not None and second.epoch == first.epoch + 1
        storage.renew_backfills(["b"], "a", 900.0)
        assert claim(storage, "c", 172.0) is not None, "only the owner renews"

    def test_of_many_replicas_one_takes_it(self, opener: Callable[[], BackfillStorage]) -> None:
        storages = [opener() for _ in range(3)]
        storages[0].add_backfill(backfill())
        ready = threading.Barrier(6)

        def race(number: int) -> Backfill | None:
            ready.wait()
            return claim(storages[number % 3], f"replica {number}")

        with ThreadPoolExecutor(6) as pool:
            assert sum(taken is not None for taken in pool.map(race, range(6))) == 1

    def test_runs_and_position_are_written_together_or_not_at_all(self, storage: BackfillStorage) -> None:
        storage.add_backfill(backfill())
        stale = claim(storage)
        mine = claim(storage, "b", 121.0)
        assert stale is not None and mine is not None
        assert storage.advance_backfill(stale, BackfillStep(position=2), runs=runs("1", "2")) is None
        step = BackfillStep(position=3, passed_over={"3": "no run yet"}, lease_until=200.0)
        made = storage.advance_backfill(mine, step, runs=runs("1", "2"))
        assert made is not None and [run.run_id for run in made] == ["1", "2"]
        found = storage.get_backfill("b")
        assert found is not None and (found.position, found.runs_made) == (3, 2)
        assert found.passed_over == {"3": "no run yet"}

    def test_it_ends_with_the_reason(self, storage: BackfillStorage) -> None:
        storage.add_backfill(backfill())
        mine = claim(storage)
        assert mine is not None
        why = Failure(cls="E", message="m")
        storage.advance_backfill(mine, BackfillStep(position=1, status=BackfillStatus.FAILED, failure=why))
        found = storage.get_backfill("b")
        assert found is not None and (found.status, found.failure) == (BackfillStatus.FAILED, why) and found.end_time
        assert claim(storage, now=500.0) is None
        again = storage.move_backfill("b", [BackfillStatus.FAILED], REQUESTED, 600.0)
        assert again is not None and (again.failure, again.end_time, again.position) == (None, None, 1)

    def test_whoever_stops_it_makes_its_worker_void(self, storage: BackfillStorage) -> None:
        storage.add_backfill(backfill())
        mine = claim(storage)
        assert mine is not None and storage.move_backfill("b", [REQUESTED], PAUSED, 1.0) is not None
        assert storage.move_backfill("b", [REQUESTED], PAUSED, 1.0) is None
        assert storage.advance_backfill(mine, BackfillStep(position=4), runs=runs("1")) is None
        assert storage.move_backfill("b", [PAUSED], REQUESTED, 2.0) is not None
        assert storage.advance_backfill(mine, BackfillStep(position=4), runs=runs("1")) is None
        assert claim(storage) is not None
