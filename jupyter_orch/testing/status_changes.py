"""What a list of status changes promises (:class:`jupyter_orch.ports.StatusChanges`)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from jupyter_orch.ports import Guard, RunStorage
from jupyter_orch.records.messages import PipelineSelector
from jupyter_orch.records.status import RunStatus
from jupyter_orch.records.status_change import StatusChangeFilter
from jupyter_orch.testing.opened import OpenedStorage
from jupyter_orch.testing.samples import QUEUED, add, start

ENDS = StatusChangeFilter(statuses=(RunStatus.SUCCESS, RunStatus.FAILURE, RunStatus.CANCELED))
STARTED = Guard(statuses=(RunStatus.STARTED,))


class StatusChangesSuite(OpenedStorage):
    """Subclass it with a fixture ``open_storage``."""

    def test_changes_are_read_in_order_and_gone_on_behind_a_place(self, storage: RunStorage) -> None:
        begun = storage.newest_change()
        for name in "abc":
            start(storage, name)
            storage.move_run(name, STARTED, RunStatus.SUCCESS)
        page = storage.status_changes(begun, ENDS, 2)
        assert [(c.run_id, c.status) for c in page.changes] == [("a", RunStatus.SUCCESS), ("b", RunStatus.SUCCESS)]
        rest = storage.status_changes(page.place, ENDS, 2)
        assert [c.run_id for c in rest.changes] == ["c"]
        assert storage.status_changes(page.changes[0].place, ENDS, 9).changes[0].run_id == "b"
        assert storage.status_changes(rest.place, ENDS, 9).changes == ()
        every = StatusChangeFilter(statuses=(*RunStatus,))
        assert [c.status for c in storage.status_changes("", every, 4).changes] == [
            RunStatus.QUEUED,
            RunStatus.STARTING,
            RunStatus.STARTED,
            RunStatus.SUCCESS,
        ]

    def test_what_comes_after_a_deleted_run_is_behind_its_place(self, storage: RunStorage) -> None:
        for name in "abc":
            place = storage.newest_change()
            start(storage, name)
            storage.move_run(name, STARTED, RunStatus.SUCCESS)
            page = storage.status_changes(place, ENDS, 9)
            assert [change.run_id for change in page.changes] == [name]
            assert storage.delete_run(name)
            assert storage.status_changes(page.place, ENDS, 9).changes == ()
            place = page.place
            start(storage, f"after {name}")
            storage.move_run(f"after {name}", STARTED, RunStatus.SUCCESS)
            assert [change.run_id for change in storage.status_changes(place, ENDS, 9).changes] == [f"after {name}"]

    def test_a_place_moves_on_past_changes_that_do_not_fit(self, storage: RunStorage) -> None:
        add(storage, "a")
        page = storage.status_changes("", ENDS, 9)
        assert page.changes == () and page.place == storage.newest_change()

    def test_only_what_fits_is_read(self, storage: RunStorage) -> None:
        add(storage, "here", selector=PipelineSelector(repository="repo", pipeline="wanted"))
        add(storage, "elsewhere", location="elsewhere")
        add(storage, "other", selector=PipelineSelector(repository="other", pipeline="wanted"))
        for name in ("here", "elsewhere", "other"):
            storage.move_run(name, QUEUED, RunStatus.CANCELED)

        def found(**parts: object) -> list[str]:
            where = StatusChangeFilter(statuses=(RunStatus.CANCELED,), **parts)  # type: ignore[arg-type]
            return [change.run_id for change in storage.status_changes("", where, 9).changes]

        assert found(location="elsewhere") == ["elsewhere"] and found(repository="other") == ["other"]
        assert found(pipelines=("wanted",)) == ["here", "other"] and found(pipelines=()) == []

    def test_a_reader_beside_many_writers_misses_nothing_and_reads_nothing_twice(
        self, opener: Callable[[], RunStorage]
    ) -> None:
        storages = [opener() for _ in range(4)]
        done = threading.Event()

        def write(number: int) -> None:
            for n in range(25):
                name = f"{number}-{n}"
                add(storages[number], name)
                storages[number].move_run(name, QUEUED, RunStatus.CANCELED)

        def read() -> list[str]:
            seen: list[str] = []
            place = ""
            while True:
                is_last = done.is_set()
                page = storages[3].status_changes(place, ENDS, 7)
                seen += [change.run_id for change in page.changes]
                place = page.place
                if is_last and not page.changes:
                    return seen

        with ThreadPoolExecutor(4) as pool:
            reading = pool.submit(read)
            for writing in [pool.submit(write, number) for number in range(3)]:
                writing.result()
            done.set()
            seen = reading.result()
        assert sorted(seen) == sorted(f"{number}-{n}" for number in range(3) for n in range(25))
