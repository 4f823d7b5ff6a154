"""The queue's turn and the pools' slots keep limits exact, however many replicas take runs."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from jupyter_orch.ports import Guard, NewRun
from jupyter_orch.records.run import Run
from jupyter_orch.records.status import RunStatus
from jupyter_orch.storage.database import Database
from jupyter_orch.storage.sql import SqlStorage
from tests.conftest import new_id, submission

S = RunStatus


def queued(storage: SqlStorage) -> Run:
    return storage.add_run(NewRun(run_id=new_id(), submission=submission()))[0]


def take(storage: SqlStorage, run: Run, turn: int | None = None, **pools: int) -> Run | None:
    guard = Guard(statuses=(S.QUEUED,), epoch=run.epoch, queue_turn=turn, pools=pools)
    return storage.move_run(run.run_id, guard, S.STARTING, epoch=run.epoch + 1)


def test_a_run_chosen_before_another_was_taken_is_not_taken(storage: SqlStorage) -> None:
    first, second, third = (queued(storage) for _ in range(3))
    assert storage.queue_turn() == 0
    assert take(storage, first, 0) is not None and storage.queue_turn() == 1
    assert take(storage, second, 0) is None, "it was chosen when nothing was in progress"
    assert take(storage, second, 1) is not None
    assert take(storage, third, None) is not None and storage.queue_turn() == 2, "without a turn nothing is counted"


def test_a_run_that_could_not_be_moved_takes_no_turn(storage: SqlStorage) -> None:
    run = queued(storage)
    guard = Guard(statuses=(S.STARTED,), queue_turn=0)
    assert storage.move_run(run.run_id, guard, S.FAILURE) is None
    assert storage.queue_turn() == 0


def test_a_pool_gives_its_slots_and_no_more(storage: SqlStorage) -> None:
    first, second, third = (queued(storage) for _ in range(3))
    assert take(storage, first, db=2) and take(storage, second, db=2)
    assert take(storage, third, db=2) is None
    found = storage.get_run(third.run_id)
    assert found == third, "nothing of it was written"
    assert storage.pool_slots() == {"db": (first.run_id, second.run_id)}


def test_a_pool_of_no_slots_starts_nothing(storage: SqlStorage) -> None:
    assert take(storage, queued(storage), db=0) is None


def test_a_run_needs_a_slot_of_every_pool_or_takes_none(storage: SqlStorage) -> None:
    first, second = queued(storage), queued(storage)
    assert take(storage, first, narrow=1)
    assert take(storage, second, wide=5, narrow=1) is None
    assert storage.pool_slots() == {"narrow": (first.run_id,)}


@pytest.mark.parametrize("to", [S.CANCELED, S.FAILURE, S.QUEUED])
def test_a_slot_is_free_with_the_end_of_its_run_or_its_way_back(storage: SqlStorage, to: RunStatus) -> None:
    run = queued(storage)
    assert take(storage, run, db=1)
    assert storage.move_run(run.run_id, Guard(statuses=(S.STARTING,)), to) is not None
    assert storage.pool_slots() == {}
    assert take(storage, queued(storage), db=1)


def test_a_started_run_keeps_its_slot(storage: SqlStorage) -> None:
    run = queued(storage)
    assert take(storage, run, db=1)
    assert storage.move_run(run.run_id, Guard(statuses=(S.STARTING,)), S.STARTED) is not None
    assert storage.pool_slots() == {"db": (run.run_id,)}


def test_replicas_that_race_for_slots_never_take_more_than_there_are(database_url: str) -> None:
    replicas = [SqlStorage(Database(database_url)) for _ in range(3)]
    waiting = [queued(replicas[0]) for _ in range(12)]
    with ThreadPoolExecutor(3) as threads:
        taken = list(threads.map(lambda n: take(replicas[n % 3], waiting[n], db=4), range(12)))
    held = replicas[0].pool_slots().get("db", ())
    assert len(held) == len(set(held)) == sum(run is not None for run in taken) <= 4
    for replica in replicas:
        replica.dispose()


def test_replicas_that_race_for_a_turn_are_given_it_one_at_a_time(database_url: str) -> None:
    replicas = [SqlStorage(Database(database_url)) for _ in range(3)]
    waiting = [queued(replicas[0]) for _ in range(6)]
    with ThreadPoolExecutor(3) as threads:
        taken = list(threads.map(lambda n: take(replicas[n % 3], waiting[n], 0), range(6)))
    assert sum(run is not None for run in taken) == 1 and replicas[0].queue_turn() == 1
    for replica in replicas:
        replica.dispose()
