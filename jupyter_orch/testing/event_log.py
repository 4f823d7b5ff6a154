"""What an event log apart from the runs promises (:class:`jupyter_orch.ports.EventLogStorage`)."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from jupyter_orch.ports import EventLogStorage
from jupyter_orch.records.event import EventType, StoredEvent
from jupyter_orch.testing.opened import OpenedStorage
from jupyter_orch.testing.samples import event, killed_after


def stored(run_id: str, seq: int, kind: EventType = EventType.LOG, message: str = "") -> StoredEvent:
    """An event with its number."""
    return StoredEvent(run_id=run_id, seq=seq, event=event(kind, message, step_key="s", data={"n": [seq, None, "é"]}))


class EventLogStorageSuite(OpenedStorage):
    """Subclass it with a fixture ``open_storage``."""

    def test_events_come_back_as_they_were_stored(self, storage: EventLogStorage) -> None:
        events = [stored("r", seq, message="hé 🐧") for seq in range(1, 4)]
        storage.put_events(events)
        assert storage.read_events("r") == events
        assert storage.read_events("nobody") == []

    def test_events_are_read_after_a_number_up_to_a_limit_and_by_type(self, storage: EventLogStorage) -> None:
        kinds = [EventType.STEP_START, EventType.LOG, EventType.STEP_SUCCESS, EventType.LOG]
        storage.put_events([stored("r", seq, kind) for seq, kind in enumerate(kinds, 1)])
        assert [e.seq for e in storage.read_events("r", after=1, limit=2)] == [2, 3]
        assert [e.seq for e in storage.read_events("r", types=["STEP_START", "STEP_SUCCESS"])] == [1, 3]

    def test_what_is_put_twice_is_kept_once_and_as_it_was(self, storage: EventLogStorage) -> None:
        storage.put_events([stored("r", 1, message="first")])
        storage.put_events([stored("r", 1, message="second"), stored("r", 2), stored("q", 1)])
        assert [(e.seq, e.event.message) for e in storage.read_events("r")] == [(1, "first"), (2, "")]
        assert [e.seq for e in storage.read_events("q")] == [1]

    def test_many_put_at_the_same_time(self, storage: EventLogStorage) -> None:
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda n: storage.put_events([stored("r", s) for s in range(n, n + 30)]), range(1, 41, 5)))
        assert [e.seq for e in storage.read_events("r")] == list(range(1, 66))

    def test_events_of_a_run_are_deleted(self, storage: EventLogStorage) -> None:
        storage.put_events([stored(run, seq) for run in ("r", "q") for seq in (1, 2, 3)])
        storage.delete_events("r", through=2)
        assert [e.seq for e in storage.read_events("r")] == [3]
        storage.delete_events("r")
        assert storage.read_events("r") == []
        assert len(storage.read_events("q")) == 3

    def test_another_process_sees_what_was_stored(self, opener: Callable[[], EventLogStorage]) -> None:
        one, other = opener(), opener()
        one.put_events([stored("r", 1)])
        assert other.read_events("r") == [stored("r", 1)]

    def test_what_was_acknowledged_survives_a_kill(self, open_storage: Callable[[], EventLogStorage]) -> None:
        def work(say: Callable[[int], None]) -> None:
            storage = open_storage()
            for first in range(1, 100_000, 10):
                storage.put_events([stored("r", seq) for seq in range(first, first + 10)])
                say(first + 9)

        with killed_after(work, lambda said: len(said) >= 5) as said:
            storage = open_storage()
            numbers = [e.seq for e in storage.read_events("r", limit=1_000_000)]
            storage.dispose()
        assert numbers == list(range(1, len(numbers) + 1))
        assert len(numbers) >= said[-1] >= 50
