"""What a run storage promises (:class:`jupyter_orch.ports.RunStorage`)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from jupyter_orch.ports import Guard, NewRun, RunStorage
from jupyter_orch.records.event import EventType
from jupyter_orch.records.failure import Failure
from jupyter_orch.records.run import RunFilter
from jupyter_orch.records.status import RunStatus
from jupyter_orch.records.status_change import StatusChangeFilter
from jupyter_orch.testing.opened import OpenedStorage
from jupyter_orch.testing.samples import QUEUED, WORKER, add, event, killed_after, start, submission

STARTED = Guard(statuses=(RunStatus.STARTED,), epoch=1)


class RunStorageSuite(OpenedStorage):
    """Subclass it with a fixture ``open_storage``."""

    # storing

    def test_a_run_comes_back_as_it_was_stored(self, storage: RunStorage) -> None:
        asked = submission(run_config={"solids": {"a": [1, None, "x"]}}, tags={"team": "ice"}, step_keys=("a", "b"))
        created, is_new = storage.add_run(NewRun(run_id="r", submission=asked, events=(event(),)))
        found = storage.get_run("r")
        assert is_new and found == created
        assert found.submission == asked
        assert (found.status, found.epoch, found.event_seq) == (RunStatus.QUEUED, 0, 1)
        assert storage.get_run("nobody") is None

    def test_the_same_idempotency_key_gives_the_first_run(self, storage: RunStorage) -> None:
        first, _ = storage.add_run(NewRun(run_id="a", submission=submission(idempotency_key="k")))
        second, is_new = storage.add_run(NewRun(run_id="b", submission=submission(idempotency_key="k")))
        assert not is_new and second.run_id == first.run_id == "a"
        assert storage.get_run("b") is None

    def test_the_same_run_id_gives_the_first_run(self, storage: RunStorage) -> None:
        add(storage, "a", tags={"n": "1"})
        again, is_new = storage.add_run(NewRun(run_id="a", submission=submission(tags={"n": "2"}), events=(event(),)))
        assert not is_new and again.submission.tags == {"n": "1"}
        assert storage.read_events("a") == []

    def test_of_many_that_store_the_same_key_one_creates_it(self, opener: Callable[[], RunStorage]) -> None:
        storages = [opener() for _ in range(3)]
        ready = threading.Barrier(6)

        def race(number: int) -> tuple[str, bool]:
            ready.wait()
            new = NewRun(run_id=f"r{number}", submission=submission(idempotency_key="k"), events=(event(),))
            run, is_new = storages[number % 3].add_run(new)
            return run.run_id, is_new

        with ThreadPoolExecutor(6) as pool:
            found = list(pool.map(race, range(6)))
        assert len({run_id for run_id, _ in found}) == 1
        assert sum(is_new for _, is_new in found) == 1
        assert storages[0].count_runs(RunFilter()) == 1

    def test_a_run_may_begin_as_failed_or_held_by_whoever_stores_it(self, storage: RunStorage) -> None:
        why = Failure(cls="E", message="no")
        failed, _ = storage.add_run(NewRun(run_id="f", submission=submission(), failure=why))
        held, _ = storage.add_run(NewRun(run_id="h", submission=submission(), held_by=WORKER, lease_until=9.0))
        assert (failed.status, failed.failure) == (RunStatus.FAILURE, why) and failed.end_time is not None
        assert (held.status, held.epoch, held.worker, held.lease_until) == (RunStatus.STARTED, 1, WORKER, 9.0)
        assert storage.append_events("h", 1, [event()]) == 1

    # moving

    def test_of_many_that_race_for_a_run_one_wins(self, opener: Callable[[], RunStorage]) -> None:
        storages = [opener() for _ in range(2)]
        add(storages[0], "r")
        ready = threading.Barrier(8)

        def race(number: int) -> bool:
            ready.wait()
            guard = Guard(statuses=(RunStatus.QUEUED,), epoch=0)
            return storages[number % 2].move_run("r", guard, RunStatus.STARTING, epoch=number) is not None

        with ThreadPoolExecutor(8) as pool:
            assert sum(pool.map(race, range(1, 9))) == 1

    def test_a_move_changes_what_it_names_and_appends_its_events(self, storage: RunStorage) -> None:
        start(storage, "r")
        why = Failure(cls="E", message="no", stack=("a", "b"))
        moved = storage.move_run(
            "r", STARTED, RunStatus.FAILURE, [event(message="1"), event(message="2")], failure=why, end_time=5.5
        )
        assert moved is not None and moved == storage.get_run("r")
        assert (moved.status, moved.failure, moved.end_time, moved.worker) == (RunStatus.FAILURE, why, 5.5, WORKER)
        assert moved.event_seq == 2
        assert [(e.seq, e.event.message) for e in storage.read_events("r")] == [(1, "1"), (2, "2")]

    def test_a_guard_that_does_not_hold_writes_nothing(self, storage: RunStorage) -> None:
        start(storage, "r")
        storage.move_run("r", STARTED, None, lease_until=100.0)
        before = storage.get_run("r")
        for guard in (
            Guard(statuses=(RunStatus.QUEUED,)),
            Guard(statuses=(RunStatus.STARTED,), epoch=2),
            Guard(statuses=(RunStatus.STARTED,), epoch=1, launch_token="other"),
            Guard(statuses=(RunStatus.STARTED,), epoch=1, event_seq=77),
            Guard(statuses=(RunStatus.STARTED,), epoch=1, is_retry_due=True),
        ):
            after = RunStatus.STARTING if RunStatus.QUEUED in guard.statuses else RunStatus.SUCCESS
            assert storage.move_run("r", guard, after, [event()]) is None
        assert storage.move_run("nobody", QUEUED, RunStatus.STARTING, [event()]) is None
        assert storage.get_run("r") == before

    def test_what_is_due_for_a_retry_is_taken_once(self, storage: RunStorage) -> None:
        start(storage, "r")
        storage.move_run("r", STARTED, RunStatus.FAILURE, retry_due=True)
        due = Guard(statuses=(RunStatus.FAILURE,), epoch=1, is_retry_due=True)
        assert storage.move_run("r", due, None, [event()], retry_due=False) is not None
        assert storage.move_run("r", due, None, [event()], retry_due=False) is None
        assert len(storage.read_events("r")) == 1

    def test_a_move_that_the_table_lacks_is_refused(self, storage: RunStorage) -> None:
        start(storage, "r")
        with pytest.raises(ValueError, match="SUCCESS to STARTED"):
            storage.move_run("r", Guard(statuses=(RunStatus.SUCCESS,)), RunStatus.STARTED)

    # queue and pools

    def test_a_turn_of_the_queue_is_taken_once(self, storage: RunStorage) -> None:
        for run_id in ("a", "b"):
            add(storage, run_id)
        turn = storage.queue_turn()
        guard = Guard(statuses=(RunStatus.QUEUED,), queue_turn=turn)
        assert storage.move_run("a", guard, RunStatus.STARTING, epoch=1) is not None
        assert storage.move_run("b", guard, RunStatus.STARTING, [event()], epoch=1) is None
        assert storage.queue_turn() == turn + 1 and storage.read_events("b") == []

    def test_a_pool_has_so_many_slots_and_gets_them_back(self, storage: RunStorage) -> None:
        for run_id in ("a", "b", "c"):
            add(storage, run_id)
        guard = Guard(statuses=(RunStatus.QUEUED,), pools={"db": 2, "gpu": 1})
        assert storage.move_run("a", guard, RunStatus.STARTING, epoch=1) is not None
        assert storage.move_run("b", guard, RunStatus.STARTING, epoch=1) is None
        small = Guard(statuses=(RunStatus.QUEUED,), pools={"db": 2})
        assert storage.move_run("b", small, RunStatus.STARTING, epoch=1) is not None
        assert storage.move_run("c", small, RunStatus.STARTING, epoch=1) is None
        assert {pool: sorted(held) for pool, held in storage.pool_slots().items()} == {"db": ["a", "b"], "gpu": ["a"]}
        storage.move_run("a", Guard(statuses=(RunStatus.STARTING,)), RunStatus.FAILURE)
        storage.move_run("b", Guard(statuses=(RunStatus.STARTING,)), RunStatus.QUEUED, epoch=2)
        assert storage.pool_slots() == {}
        assert storage.move_run("c", small, RunStatus.STARTING, epoch=1) is not None

    def test_of_many_that_want_the_last_slot_one_gets_it(self, opener: Callable[[], RunStorage]) -> None:
        storages = [opener() for _ in range(2)]
        for number in range(6):
            add(storages[0], f"r{number}")
        guard = Guard(statuses=(RunStatus.QUEUED,), pools={"db": 1})
        ready = threading.Barrier(6)

        def race(number: int) -> bool:
            ready.wait()
            return storages[number % 2].move_run(f"r{number}", guard, RunStatus.STARTING, epoch=1) is not None

        with ThreadPoolExecutor(6) as pool:
            assert sum(pool.map(race, range(6))) == 1

    # status changes

    def test_every_change_of_a_status_is_listed_once_and_in_order(self, storage: RunStorage) -> None:
        start(storage, "r")
        behind = storage.newest_change()
        storage.move_run("r", STARTED, RunStatus.CANCELING)
        storage.move_run("r", Guard(statuses=(RunStatus.CANCELING,)), RunStatus.CANCELED)
        add(storage, "q", location="there")
        everything = StatusChangeFilter(statuses=tuple(RunStatus))
        page = storage.status_changes("", everything, 100)
        assert [(c.run_id, c.status.value) for c in page.changes] == [
            ("r", "QUEUED"),
            ("r", "STARTING"),
            ("r", "STARTED"),
            ("r", "CANCELING"),
            ("r", "CANCELED"),
            ("q", "QUEUED"),
        ]
        assert storage.status_changes(page.place, everything, 100).changes == ()
        assert [c.status.value for c in storage.status_changes(behind, everything, 2).changes] == [
            "CANCELING",
            "CANCELED",
        ]
        ended = StatusChangeFilter(statuses=(RunStatus.CANCELED, RunStatus.QUEUED), location="here")
        assert [c.status.value for c in storage.status_changes("", ended, 9).changes] == ["QUEUED", "CANCELED"]

    # events

    def test_events_are_numbered_without_a_gap_across_writers(self, opener: Callable[[], RunStorage]) -> None:
        storages = [opener() for _ in range(2)]
        start(storages[0], "r")

        def write(number: int) -> None:
            for _ in range(25):
                storages[number % 2].append_events("r", 1, [event(), event()])

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(write, range(4)))
        assert [e.seq for e in storages[1].read_events("r", limit=1000)] == list(range(1, 201))

    def test_a_reader_never_sees_a_number_before_those_below_it(self, opener: Callable[[], RunStorage]) -> None:
        storage, reader = opener(), opener()
        start(storage, "r")
        done = threading.Event()
        seen: list[int] = []

        def read() -> None:
            while not done.is_set() or reader.read_events("r", after=seen[-1] if seen else 0):
                seen.extend(e.seq for e in reader.read_events("r", after=seen[-1] if seen else 0))

        def write(_: int) -> None:
            for _ in range(20):
                storage.append_events("r", 1, [event()])

        with ThreadPoolExecutor(4) as pool:
            reading = pool.submit(read)
            list(pool.map(write, range(3)))
            done.set()
            reading.result()
        assert seen == list(range(1, 61))

    def test_a_writer_of_an_old_epoch_changes_nothing(self, storage: RunStorage) -> None:
        start(storage, "r")
        storage.move_run("r", STARTED, RunStatus.QUEUED, epoch=2)
        assert storage.append_events("r", 1, [event()]) is None
        assert storage.read_events("r") == []

    def test_nothing_is_appended_to_a_run_that_has_ended(self, storage: RunStorage) -> None:
        start(storage, "r")
        storage.move_run("r", STARTED, RunStatus.SUCCESS, [event()])
        assert storage.append_events("r", 1, [event()]) is None
        assert len(storage.read_events("r")) == 1

    def test_events_come_back_as_they_were_stored(self, storage: RunStorage) -> None:
        start(storage, "r")
        kinds = [EventType.STEP_START, EventType.LOG, EventType.STEP_SUCCESS]
        events = [event(k, "hé 🐧\n", step_key="s", level="ERROR", data={"n": [i, None]}) for i, k in enumerate(kinds)]
        assert storage.append_events("r", 1, events) == 3
        assert [e.event for e in storage.read_events("r")] == events
        assert [e.seq for e in storage.read_events("r", after=1, limit=1)] == [2]
        assert [e.event.data for e in storage.read_events("r", types=["STEP_SUCCESS"])] == [{"n": [2, None]}]
        assert list(storage.events_of(["r", "nobody"], ["STEP_START", "LOG"])) == ["r"]

    def test_whatever_user_code_says_is_kept(self, storage: RunStorage) -> None:
        start(storage, "r")
        said = "before\0after"  # some databases know no such character: it may come back as another
        assert storage.append_events("r", 1, [event(EventType.LOG, said)]) == 1
        (message,) = [stored.event.message for stored in storage.read_events("r")]
        assert (len(message), message[:6], message[-5:]) == (len(said), "before", "after")

    def test_events_are_let_go_and_the_numbers_go_on(self, storage: RunStorage) -> None:
        start(storage, "r")
        add(storage, "q", event())
        storage.append_events("r", 1, [event()] * 5)
        assert [run.run_id for run in storage.runs_with_events(limit=9)] == ["r", "q"]
        assert storage.drop_events("r", 3) and not storage.drop_events("nobody", 3)
        assert [e.seq for e in storage.read_events("r")] == [4, 5]
        assert storage.drop_events("r", 5)
        first, *_ = storage.runs_with_events(limit=9)
        assert first.run_id == "q" and storage.runs_with_events(limit=9, after=first.cursor) == []
        assert storage.append_events("r", 1, [event()]) == 6

    # reading many

    def test_runs_are_paged_newest_first_and_filtered(self, storage: RunStorage) -> None:
        ids = [start(storage, f"r{n}", tags={"parity": str(n % 2), "all": "x"}) for n in range(6)]
        first = storage.list_runs(RunFilter(), limit=4)
        second = storage.list_runs(RunFilter(), limit=4, before=first[-1].cursor)
        assert [r.run_id for r in first + second] == ids[::-1]
        assert [r.run_id for r in storage.list_runs(RunFilter(), limit=2, oldest_first=True)] == ids[:2]
        assert storage.count_runs(RunFilter(tags={"parity": "1", "all": "x"})) == 3
        assert storage.count_runs(RunFilter(tags={"parity": "2"})) == 0
        assert storage.count_runs(RunFilter(statuses=(RunStatus.QUEUED,))) == 0
        assert storage.count_runs(RunFilter(pipeline="pipe", location="here", repository="repo")) == 6
        assert storage.count_runs(RunFilter(run_ids=(ids[0], "none"))) == 1
        assert storage.count_runs(RunFilter(created_before=first[0].create_time + 1, created_after=1.0)) == 6
        assert storage.count_runs(RunFilter(created_after=first[0].create_time + 1)) == 0

    def test_what_waits_is_read_again_only_when_it_has_changed(self, storage: RunStorage) -> None:
        for run_id in ("a", "b", "c", "d"):
            add(storage, run_id)
        first = storage.queued_runs({}, limit=3)
        assert [run.run_id for run in first] == ["a", "b", "c"] and first == [storage.get_run(r.run_id) for r in first]
        storage.move_run("a", QUEUED, RunStatus.STARTING, epoch=1)
        storage.move_run("b", QUEUED, RunStatus.STARTING, epoch=1)
        storage.move_run("b", Guard(statuses=(RunStatus.STARTING,)), RunStatus.QUEUED, epoch=2)
        again = storage.queued_runs({run.cursor: run for run in first}, limit=9)
        assert [(run.run_id, run.epoch) for run in again] == [("b", 2), ("c", 0), ("d", 0)]
        assert again == [storage.get_run(run.run_id) for run in again]

    def test_families_are_found_by_their_root(self, storage: RunStorage) -> None:
        add(storage, "a")
        add(storage, "b", root_run_id="a", parent_run_id="a")
        add(storage, "c")
        assert storage.count_runs(RunFilter(root_run_id="a")) == 2
        assert storage.count_runs(RunFilter(root_run_ids=("a", "c"))) == 3
        assert storage.newest_families(RunFilter(), limit=9) == ["c", "a"]

    def test_only_a_run_that_has_ended_can_be_deleted(self, storage: RunStorage) -> None:
        start(storage, "r")
        assert not storage.delete_run("r") and not storage.delete_run("nobody")
        storage.move_run("r", STARTED, RunStatus.FAILURE, [event()])
        assert storage.delete_run("r")
        assert storage.get_run("r") is None and storage.read_events("r") == []
        assert storage.runs_with_events(limit=9) == []

    # other processes

    def test_another_process_sees_what_was_stored(self, opener: Callable[[], RunStorage]) -> None:
        one, other = opener(), opener()
        start(one, "r")
        assert other.append_events("r", 1, [event()]) == 1
        assert one.get_run("r") == other.get_run("r")
        assert one.read_events("r") == other.read_events("r")

    def test_what_was_acknowledged_survives_a_kill(self, open_storage: Callable[[], RunStorage]) -> None:
        def work(say: Callable[[int], None]) -> None:
            storage = open_storage()
            start(storage, "r")
            while True:
                last = storage.append_events("r", 1, [event()] * 7)
                assert last is not None
                storage.move_run("r", STARTED, None, [event()], lease_until=float(last + 1))
                say(last + 1)

        with killed_after(work, lambda said: len(said) >= 5) as said:
            storage = open_storage()
            run, numbers = storage.get_run("r"), [e.seq for e in storage.read_events("r", limit=1_000_000)]
            storage.append_events("r", 1, [event()])
            after = storage.read_events("r", after=len(numbers))
            if hasattr(storage, "dispose"):
                storage.dispose()
        assert run is not None and numbers == list(range(1, run.event_seq + 1))
        assert run.event_seq >= said[-1] == run.lease_until or run.event_seq % 8 in (0, 7)
        assert run.lease_until is not None and said[-1] <= run.lease_until <= run.event_seq
        assert [e.seq for e in after] == [len(numbers) + 1]
