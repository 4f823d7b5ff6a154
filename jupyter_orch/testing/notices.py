"""What a storage of news promises (:class:`jupyter_orch.ports.NoticeStorage`)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from jupyter_orch.ports import NoticeStorage
from jupyter_orch.records.notice import Notice, NoticeKind, NoticeStatus
from jupyter_orch.testing.opened import OpenedStorage


def notice(key: str) -> Notice:
    """A piece of news."""
    return Notice(key=key, sink="s", kind=NoticeKind.FAILURE, title="t", facts={"a": 1}, created_at=10.0)


class NoticeStorageSuite(OpenedStorage):
    """Subclass it with a fixture ``open_storage``."""

    def test_news_is_stored_with_the_place_of_its_reader(self, storage: NoticeStorage) -> None:
        assert storage.get_place("r") is None
        assert storage.add_notices([], "r", None, "1")
        assert not storage.add_notices([notice("lost")], "r", None, "2"), "somebody has begun already"
        assert storage.add_notices([notice("a")], "r", "1", "2")
        assert not storage.add_notices([notice("late")], "r", "1", "3"), "somebody has moved on already"
        assert storage.add_notices([notice("a"), notice("b")], "r", "2", "3")
        assert storage.get_place("r") == "3" and storage.get_place("other") is None
        assert [n.key for n in storage.list_notices(9)] == ["b", "a"]
        assert storage.list_notices(9)[1].facts == {"a": 1}

    def test_news_is_taken_by_one_and_again_when_its_lease_has_passed(self, storage: NoticeStorage) -> None:
        storage.add_notices([notice("a"), notice("b")], "r", None, "1")
        assert storage.take_notices(9.0, 100.0, 9) == [], "it is not due yet"
        first = storage.take_notices(20.0, 100.0, 1)
        assert [(n.key, n.attempts) for n in first] == [("a", 1)]
        assert [n.key for n in storage.take_notices(20.0, 100.0, 9)] == ["b"]
        (again,) = storage.take_notices(101.0, 200.0, 1)
        assert (again.key, again.attempts) == ("a", 2)
        storage.settle_notice(first[0], sent_at=102.0, error=None, next_try=None)
        assert storage.list_notices(9)[1].status == NoticeStatus.PENDING, "the first attempt is void"
        storage.settle_notice(again, sent_at=None, error="busy", next_try=300.0)
        assert [n.key for n in storage.take_notices(299.0, 900.0, 9)] == ["b"]
        (last,) = storage.take_notices(301.0, 900.0, 9)
        assert (last.key, last.error) == ("a", "busy")
        storage.settle_notice(last, sent_at=302.0, error=None, next_try=None)
        assert storage.list_notices(9)[1].status == NoticeStatus.SENT

    def test_of_many_replicas_one_takes_it(self, opener: Callable[[], NoticeStorage]) -> None:
        storages = [opener() for _ in range(3)]
        storages[0].add_notices([notice(str(n)) for n in range(30)], "r", None, "1")
        ready = threading.Barrier(6)

        def race(number: int) -> list[str]:
            ready.wait()
            return [n.key for n in storages[number % 3].take_notices(20.0, 100.0, 10)]

        with ThreadPoolExecutor(6) as pool:
            taken = [key for keys in pool.map(race, range(6)) for key in keys]
        assert len(taken) == len(set(taken)) == 30
