"""What an asset storage promises (:class:`jupyter_orch.ports.AssetStorage`), beside the runs whose events it knows."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from jupyter_orch.ports import Guard, NewRun, Storage
from jupyter_orch.records.asset import AssetFact, AssetFilter
from jupyter_orch.records.event import Event, EventType
from jupyter_orch.records.status import RunStatus
from jupyter_orch.testing.opened import OpenedStorage
from jupyter_orch.testing.samples import event, start, submission

OBSERVATION = EventType.ASSET_OBSERVATION
OBSERVED = AssetFilter(type=OBSERVATION)
ALL = AssetFilter()
CITY = ("geo", "cities")


def made(*key: str, kind: EventType = EventType.ASSET_MATERIALIZATION, **data: Any) -> Event:
    plain = {"asset_key": list(key), "description": "", "partition": None, "metadata": [], **data}
    return event(kind, step_key="make", data=plain)


def write(storage: Storage, *events: Event) -> str:
    run_id = start(storage, str(uuid.uuid4()))
    assert storage.append_events(run_id, 1, events) == len(events)
    return run_id


def end(storage: Storage, run_id: str) -> None:
    storage.move_run(run_id, Guard(statuses=(RunStatus.STARTED,)), RunStatus.SUCCESS, [event()])


def facts(storage: Storage, key: tuple[str, ...], where: AssetFilter = ALL, limit: int = 100) -> list[AssetFact]:
    return storage.asset_facts([key], where, limit=limit).get(key, [])


class AssetStorageSuite(OpenedStorage):
    """Subclass it with a fixture ``open_storage`` that opens a whole ``Storage``."""

    def test_a_fact_comes_back_as_the_event_told_it(self, storage: Storage) -> None:
        rows_entry = {"label": "rows", "kind": "int", "value": 7}
        told = made(*CITY, partition="2021", description="all of them", metadata=[rows_entry], tags={"a": "b"})
        told.data["lineage"] = [["raw"], ["geo", "countries"]]
        run_id = write(storage, event(), told)
        (found,) = facts(storage, CITY)
        assert found == AssetFact(
            cursor=found.cursor,
            type=EventType.ASSET_MATERIALIZATION,
            asset_key=CITY,
            run_id=run_id,
            seq=2,
            timestamp=1.0,
            step_key="make",
            partition="2021",
            description="all of them",
            metadata=(rows_entry,),
            tags={"a": "b"},
            lineage=(("raw",), ("geo", "countries")),
        )

    def test_facts_are_stored_with_whatever_verb_stores_their_event(self, storage: Storage) -> None:
        storage.add_run(NewRun(run_id="r", submission=submission(), events=(made("born"),)))
        storage.move_run("r", Guard(statuses=(RunStatus.QUEUED,)), RunStatus.CANCELED, [made("moved")])
        assert storage.list_assets(limit=10) == [("born",), ("moved",)]

    def test_a_write_that_does_not_count_tells_nothing_of_assets(self, storage: Storage) -> None:
        run_id = start(storage, str(uuid.uuid4()))
        assert storage.append_events(run_id, 7, [made("a")]) is None
        assert storage.move_run(run_id, Guard(statuses=(RunStatus.QUEUED,)), RunStatus.CANCELED, [made("a")]) is None
        assert storage.list_assets(limit=10) == []

    def test_materializations_and_observations_are_told_apart(self, storage: Storage) -> None:
        write(storage, made("a"), made("a", kind=OBSERVATION, description="seen"), made("b", kind=OBSERVATION))
        assert [f.type for f in facts(storage, ("a",))] == [EventType.ASSET_MATERIALIZATION]
        assert [f.description for f in facts(storage, ("a",), OBSERVED)] == ["seen"]
        assert storage.list_assets(limit=10) == [("a",), ("b",)]

    def test_facts_are_given_newest_first_and_paged(self, storage: Storage) -> None:
        runs = [write(storage, made("a")) for _ in range(5)]
        first = facts(storage, ("a",), limit=2)
        rest = facts(storage, ("a",), AssetFilter(before=first[-1].cursor))
        assert [f.run_id for f in first + rest] == runs[::-1]
        assert [f.run_id for f in facts(storage, ("a",), AssetFilter(after=rest[0].cursor))] == runs[:2:-1]

    def test_facts_are_found_by_partition_and_time(self, storage: Storage) -> None:
        events = [made("a", partition=name) for name in ("x", "y", "x")]
        write(storage, *events, Event(**{**made("a").plain(), "timestamp": 9.0}))
        assert [f.partition for f in facts(storage, ("a",), AssetFilter(partitions=("x",)))] == ["x", "x"]
        assert [f.timestamp for f in facts(storage, ("a",), AssetFilter(after_time=1.0))] == [9.0]
        assert len(facts(storage, ("a",), AssetFilter(before_time=9.0))) == 3
        assert storage.count_partitions([("a",), ("none",)]) == {("a",): {"x": 2, "y": 1}}

    def test_the_latest_of_many_assets_come_in_one_answer(self, storage: Storage) -> None:
        keys = [(f"k{n:03}",) for n in range(250)]
        write(
            storage, *(made(*key, description="old") for key in keys), *(made(*key, description="new") for key in keys)
        )
        found = storage.asset_facts([*keys, ("none",)], ALL, limit=1)
        assert list(found) == keys
        assert {fact.description for items in found.values() for fact in items} == {"new"}

    def test_assets_are_listed_part_by_part_by_prefix_and_in_pages(self, storage: Storage) -> None:
        keys = [("a",), ("a", "b"), ("a", "b", "c"), ("a", "ba"), ("a b",), ("a-b",), ("a/b",), ("ab",), ("b",), ("ä",)]
        write(storage, *(made(*key) for key in reversed(keys)))
        assert storage.list_assets(limit=100) == keys
        assert storage.list_assets(("a",), limit=100) == keys[:4]
        assert storage.list_assets(("a", "b"), limit=100) == [("a", "b"), ("a", "b", "c")]
        assert storage.list_assets(limit=3) + storage.list_assets(limit=100, after=keys[2]) == keys

    @pytest.mark.parametrize(
        "key", [("x" * 5000,), ("x" * 4999 + "y",), ("a\x1fb",), ("a\0b",), ("%", "_"), ("é" * 900,)]
    )
    def test_odd_keys_are_kept_apart(self, storage: Storage, key: tuple[str, ...]) -> None:
        write(storage, made(*key, partition="p" * 4000), made("a", "b"), made("x" * 5001))
        (found,) = facts(storage, key, AssetFilter(partitions=("p" * 4000,)))
        assert found.partition == "p" * 4000
        assert key in storage.list_assets(limit=10)

    def test_an_event_that_names_no_asset_is_still_stored(self, storage: Storage) -> None:
        wrong = [
            event(EventType.ASSET_MATERIALIZATION, data=data) for data in ({}, {"asset_key": "a"}, {"asset_key": [1]})
        ]
        run_id = write(storage, *wrong)
        assert len(storage.read_events(run_id)) == 3
        assert storage.list_assets(limit=10) == []

    def test_lineage_is_followed_up_and_down(self, storage: Storage) -> None:
        write(storage, made("b", lineage=[["a"], ["z"]]), made("c", lineage=[["b"]]), made("c", lineage=[["b"], ["c"]]))
        assert set(storage.asset_lineage([("c",)], upstream=True)) == {(("c",), ("b",))}
        everything = {(("c",), ("b",)), (("b",), ("a",)), (("b",), ("z",))}
        assert set(storage.asset_lineage([("c",)], upstream=True, depth=9)) == everything
        assert set(storage.asset_lineage([("a",)], upstream=False, depth=9)) == everything - {(("b",), ("z",))}
        assert storage.list_assets(limit=10) == [("b",), ("c",)], "what was only read has no facts"

    def test_lineage_in_a_circle_ends(self, storage: Storage) -> None:
        write(storage, made("a", lineage=[["b"]]), made("b", lineage=[["a"]]))
        assert len(storage.asset_lineage([("a",)], upstream=True, depth=50)) == 2

    def test_wiping_forgets_facts_and_lineage_but_no_event(self, storage: Storage) -> None:
        run_id = write(storage, made("a", lineage=[["raw"]]), made("b"))
        newest = facts(storage, ("b",))[0].cursor
        assert storage.wipe_assets([("a",), ("b",), ("none",)]) == [("a",), ("b",)]
        assert storage.list_assets(limit=10) == [] and storage.asset_lineage([("a",)], upstream=True) == []
        assert len(storage.read_events(run_id)) == 2
        write(storage, made("b"))
        assert facts(storage, ("b",))[0].cursor > newest, "a cursor is never given twice"

    def test_a_deleted_run_takes_along_what_newer_facts_have_replaced(self, storage: Storage) -> None:
        old = write(storage, made("a"), made("a", partition="x"), made("a", kind=OBSERVATION))
        new = write(storage, made("a"))
        end(storage, old)
        assert storage.delete_run(old)
        assert [(f.run_id, f.partition) for f in facts(storage, ("a",))] == [(new, None), (old, "x")]
        assert len(facts(storage, ("a",), OBSERVED)) == 1
        assert {run: len(told) for run, told in storage.asset_facts_of_runs([old, new]).items()} == {old: 2, new: 1}

    def test_cursors_grow_in_the_order_of_commits(self, storage: Storage) -> None:
        """A reader that goes on above the newest cursor it has seen misses no fact, however many write at once."""
        runs = [start(storage, str(uuid.uuid4())) for _ in range(4)]
        seen: set[int] = set()

        def work(run_id: str) -> None:
            for _ in range(15):
                storage.append_events(run_id, 1, [made("a"), made("b"), made("c")])

        with ThreadPoolExecutor(5) as pool:
            writers = [pool.submit(work, run_id) for run_id in runs]
            cursor, last_look = 0, False
            while True:
                last_look = all(writer.done() for writer in writers)
                newer = facts(storage, ("b",), AssetFilter(after=cursor), limit=1000)
                seen |= {fact.cursor for fact in newer}
                cursor = max(seen, default=0)
                if last_look:
                    break
        for writer in writers:
            writer.result()
        assert seen == {fact.cursor for fact in facts(storage, ("b",), limit=1000)}
        assert len(seen) == 60
