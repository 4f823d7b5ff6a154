"""The queue over a real storage: cases 1 to 7, X1 to X3 (what only counts is in ``tests/runs/test_coordinator.py``)."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from jupyter_orch.daemon.dispatcher import Dispatcher
from jupyter_orch.errors import OrchError
from jupyter_orch.ports import CodeServers, LaunchOrder, NewRun, RunCoordinator, RunLauncher, RunnerAddress, Storage
from jupyter_orch.records.run import ProcessIdentity, Run, RunFilter
from jupyter_orch.records.snapshot import LocationSnapshot
from jupyter_orch.records.status import RunStatus
from jupyter_orch.records.tick import Instigator, TickOutcome, TickStatus
from jupyter_orch.runs.cancel import Canceler
from jupyter_orch.runs.coordinator import QueuedRunCoordinator
from jupyter_orch.runs.journal import Journal
from jupyter_orch.runs.launch import Launching
from jupyter_orch.runs.problems import CannotTerminate
from jupyter_orch.settings import Pools
from jupyter_orch.storage import rows
from jupyter_orch.storage.database import Database
from jupyter_orch.storage.sql import SqlStorage
from tests.conftest import submission

ELSEWHERE = ProcessIdentity(host="another-host", boot="b", pid=1, started=1)
EACH = {"applyLimitPerUniqueValue": True}


class Remembered(RunLauncher):
    """Starts nothing and remembers what it was told to start."""

    def __init__(self) -> None:
        self.orders: list[LaunchOrder] = []
        self.broken: set[str] = set()

    def launch(self, order: LaunchOrder) -> str:
        if order.run_id in self.broken:
            raise OrchError("no room on the ship")
        self.orders.append(order)
        return "remembered"


class Nowhere(CodeServers):
    """Code servers that only say how a runner would be started."""

    def ask(self, location: str, method: str, params: dict[str, Any], timeout: float) -> Any:
        raise AssertionError("nobody asks here")

    def definitions(self, location: str) -> LocationSnapshot:
        raise AssertionError("nobody asks here")

    def runner(self, location: str) -> RunnerAddress:
        return RunnerAddress(socket=None, command=("true",), env={}, cold_reason="a test")


class Replica:
    """One server or daemon, as far as its queue goes."""

    def __init__(self, storage: Storage, coordinator: RunCoordinator, pools: Pools | None = None) -> None:
        self.storage = storage
        self.journal = Journal(storage, lambda _: None)
        self.launcher = Remembered()
        self.launching = Launching(storage, self.journal, coordinator, self.launcher, Nowhere(), "/nowhere", pools)
        self.dispatcher = Dispatcher(self.launching)

    def submit(self, **tags: str) -> Run:
        return self.launching.submit(submission(tags=tags))[0]

    def store_at_once(self, new: Sequence[NewRun]) -> None:
        """Store runs as a tick of a sensor does."""
        on = Instigator(instigator_id="i", kind="sensor", location="l", repository="r", name="i", running=True)
        self.storage.put_instigators([on])
        tick = self.storage.claim_tick("i", 1.0, "a", 1e12, 1.0)
        assert tick is not None
        self.storage.finish_tick(tick, TickOutcome(status=TickStatus.SUCCESS), runs=new)

    def claim(self, run_id: str) -> Run | None:
        """What the worker of the newest order for a run does first."""
        order = next(order for order in reversed(self.launcher.orders) if order.run_id == run_id)
        return self.journal.claim(run_id, order.epoch, order.token, ELSEWHERE, "by a test")

    def launched(self) -> list[str]:
        return [order.run_id for order in self.launcher.orders]


@pytest.fixture
def make(storage: SqlStorage) -> Callable[..., Replica]:
    return lambda limit=10, limits=(), pools=None: Replica(storage, QueuedRunCoordinator(limit, limits), pools)


@pytest.mark.parametrize("busy", range(6))
def test_case_1_a_pass_fills_the_free_places_and_no_more(make: Callable[..., Replica], busy: int) -> None:
    replica = make(limit=10)
    working = [replica.submit() for _ in range(busy)]
    replica.dispatcher.poll()
    for run in working[::2]:
        replica.claim(run.run_id)
    for run in working[::4]:
        Canceler(replica.storage, replica.journal).cancel(run.run_id, "a test")
    narrow = make(limit=4)
    queued = [narrow.submit() for _ in range(5)]
    narrow.dispatcher.poll()
    assert narrow.launched() == [run.run_id for run in queued[: max(0, 4 - busy)]]


def test_case_2_higher_priority_first_then_the_order_of_submission(make: Callable[..., Replica]) -> None:
    replica = make()
    first, low, high, odd = (
        replica.submit(**tags)
        for tags in ({}, {"dagster/priority": "-1"}, {"dagster/priority": "3"}, {"dagster/priority": "soon"})
    )
    replica.dispatcher.poll()
    assert replica.launched() == [run.run_id for run in (high, first, odd, low)]


def test_case_3_a_run_that_waits_for_its_tag_blocks_nobody(make: Callable[..., Replica]) -> None:
    replica = make(limits=[{"key": "database", "value": "tiny", "limit": 1}])
    one, _two, large = (replica.submit(database=name) for name in ("tiny", "tiny", "large"))
    replica.dispatcher.poll()
    assert replica.launched() == [one.run_id, large.run_id]


def test_case_3_however_many_wait_for_their_tag_those_behind_them_go_on(make: Callable[..., Replica]) -> None:
    replica = make(limits=[{"key": "database", "value": "tiny", "limit": 1}])
    new = [replica.journal.new_run(submission(tags={"database": "tiny"}), f"tiny-{n}") for n in range(1100)]
    replica.store_at_once(new)
    large, urgent = replica.submit(database="large"), replica.submit(**{"dagster/priority": "3"})
    replica.dispatcher.poll()
    assert replica.launched() == [urgent.run_id, "tiny-0", large.run_id]


def test_what_waits_is_read_once(make: Callable[..., Replica], monkeypatch: pytest.MonkeyPatch) -> None:
    replica = make(limits=[{"key": "database", "value": "tiny", "limit": 0}])
    waiting = [replica.submit(database="tiny").run_id for _ in range(3)]
    read: list[str] = []
    monkeypatch.setattr(rows, "run_from", lambda row, ordinary=rows.run_from: read.append(row.run_id) or ordinary(row))
    for _ in range(3):
        replica.dispatcher.poll()
    assert read == waiting


def test_case_5_each_value_by_itself_and_all_of_them_together(make: Callable[..., Replica]) -> None:
    replica = make(limits=[{"key": "foo", "value": EACH, "limit": 1}, {"key": "foo", "limit": 2}])
    bars = [replica.submit(foo="bar") for _ in range(2)]
    replica.dispatcher.poll()
    others = [replica.submit(foo="other") for _ in range(2)]
    replica.submit(foo="third")
    replica.dispatcher.poll()
    assert replica.launched() == [bars[0].run_id, others[0].run_id]


def test_case_6_a_run_that_can_not_be_launched_holds_up_no_other(make: Callable[..., Replica]) -> None:
    replica = make()
    bad, good = replica.submit(), replica.submit()
    replica.launcher.broken.add(bad.run_id)
    replica.dispatcher.poll()
    assert replica.launched() == [good.run_id]
    for _ in range(5):
        replica.dispatcher.poll()
    failed = replica.storage.get_run(bad.run_id)
    assert failed is not None and failed.status == RunStatus.FAILURE and failed.failure is not None
    assert "no room on the ship" in failed.failure.message
    assert replica.storage.read_events(bad.run_id)[-1].event.type == "PIPELINE_FAILURE"


def test_case_7_who_shares_a_limited_tag_waits_for_its_end(make: Callable[..., Replica]) -> None:
    replica = make(limits=[{"key": "shared", "limit": 1}])
    a, b, c = replica.submit(shared="x"), replica.submit(shared="x"), replica.submit()
    replica.dispatcher.poll()
    assert replica.launched() == [a.run_id, c.run_id]
    claimed = replica.claim(a.run_id)
    assert claimed is not None
    replica.journal.succeed(claimed, ())
    replica.dispatcher.poll()
    assert replica.launched() == [a.run_id, c.run_id, b.run_id]


def test_x1_a_cancel_that_succeeded_is_never_followed_by_a_start(database_url: str) -> None:
    storages = [SqlStorage(Database(database_url)) for _ in range(2)]
    queue, people = (Replica(storage, QueuedRunCoordinator(-1)) for storage in storages)
    canceler = Canceler(people.storage, people.journal)
    ready = threading.Barrier(2)
    seen = {"before the start": 0, "after it": 0}

    def cancel(run: Run) -> Run | None:
        ready.wait()
        try:
            return canceler.cancel(run.run_id, "ada")
        except CannotTerminate:
            return None

    def start(run: Run) -> Run | None:
        ready.wait()
        return queue.claim(run.run_id) if queue.launching.start(run) is not None else None

    with ThreadPoolExecutor(2) as pool:
        for _ in range(150):
            run = queue.submit()
            canceling, starting = pool.submit(cancel, run), pool.submit(start, run)
            canceled, started = canceling.result(), starting.result()
            now = queue.storage.get_run(run.run_id)
            assert now is not None and canceled is not None
            if canceled.status == RunStatus.CANCELED:
                seen["before the start"] += 1
                assert started is None and now.status == RunStatus.CANCELED
                assert [e.event.type for e in queue.storage.read_events(run.run_id)].count("PIPELINE_START") == 0
            else:
                seen["after it"] += 1
                assert started is not None and now.status == RunStatus.CANCELING
    assert seen["before the start"] > 0
    for storage in storages:
        storage.dispose()


def test_x2_of_several_servers_on_one_instance_one_starts_each_run(database_url: str) -> None:
    storages = [SqlStorage(Database(database_url)) for _ in range(3)]
    replicas = [Replica(storage, QueuedRunCoordinator(8)) for storage in storages]
    submitted = [replicas[n % 3].submit().run_id for n in range(60)]
    rnd = random.Random(7)

    def work(replica: Replica) -> None:
        while replica.storage.count_runs(RunFilter(statuses=(RunStatus.QUEUED,))):
            replica.dispatcher.poll()
            going = replica.storage.list_runs(RunFilter(statuses=(RunStatus.STARTING,)), limit=100)
            assert len(going) <= 8, "the limit holds over all replicas"
            for run in rnd.sample(going, len(going)):
                if run.run_id in replica.launched() and (claimed := replica.claim(run.run_id)) is not None:
                    replica.journal.succeed(claimed, ())

    with ThreadPoolExecutor(3) as pool:
        for done in [pool.submit(work, replica) for replica in replicas]:
            done.result()
    launched = [run_id for replica in replicas for run_id in replica.launched()]
    assert sorted(launched) == sorted(submitted)
    for storage in storages:
        storage.dispose()


@pytest.mark.parametrize("end", ["succeeded", "failed", "canceled", "went back"])
def test_x3_the_slot_of_a_pool_is_free_with_the_end_of_its_holder(make: Callable[..., Replica], end: str) -> None:
    replica = make(pools=Pools(limits={"licence": 1}))
    holder, waiting = (replica.submit(**{"jupyter_orch/pool": "licence"}) for _ in range(2))
    replica.dispatcher.poll()
    assert replica.launched() == [holder.run_id]
    claimed = replica.claim(holder.run_id)
    assert claimed is not None
    if end == "succeeded":
        replica.journal.succeed(claimed, ())
    elif end == "failed":
        replica.journal.fail(claimed, "broken")
    elif end == "canceled":
        asked = replica.journal.request_cancel(claimed, "ada")
        assert asked is not None
        replica.journal.canceled(asked, ())
    else:
        replica.journal.resume(claimed, 1, 3, (), "its worker was lost")
    replica.dispatcher.poll()
    expected = holder if end == "went back" else waiting
    assert replica.launched() == [holder.run_id, expected.run_id]
