"""``jupyter-orch asset``: on facts that were stored, not executed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from jupyter_orch.instance import Instance, open_instance
from jupyter_orch.ports import NewRun
from jupyter_orch.records.event import EventType
from jupyter_orch.settings import read_settings
from tests.cli.console import Console
from tests.conftest import event, new_id, submission


@pytest.fixture
def instance(console: Console) -> Iterator[Instance]:
    opened = open_instance(read_settings(console.home))
    yield opened
    opened.close()


def store(instance: Instance, *key: str, kind: EventType = EventType.ASSET_MATERIALIZATION, **data: Any) -> str:
    run_id = new_id()
    told = event(kind, step_key="make", data={"asset_key": list(key), "partition": None, "metadata": [], **data})
    instance.storage.add_run(NewRun(run_id=run_id, submission=submission(), events=(told,)))
    return run_id


ROWS = {"label": "rows", "description": "", "kind": "int", "value": 3}


def test_list_in_json_and_as_a_table(console: Console, instance: Instance) -> None:
    assert "No assets in" in console("asset", "list").out
    assert console("asset", "list", "--json").json == []
    run_id = store(instance, "shop", "orders", partition="mon")
    store(instance, "a")
    rows = console("asset", "list", "--json").json
    assert [row["asset_key"] for row in rows] == [["a"], ["shop", "orders"]]
    assert (rows[1]["asset"], rows[1]["run_id"], rows[1]["partition"]) == ("shop/orders", run_id, "mon")
    heading, line = console("asset", "list", "--prefix", "shop").out.splitlines()
    assert heading.startswith("ASSET") and line.startswith("shop/orders")


def test_show_tells_where_it_comes_from_and_goes_to(console: Console, instance: Instance) -> None:
    store(instance, "b", lineage=[["a"], ["x", "y"]], metadata=[ROWS], partition="mon")
    store(instance, "c", lineage=[["b"]])
    shown = console("asset", "show", "b", "--json").json
    assert (shown["made_from"], shown["used_for"]) == (["a", "x/y"], ["c"])
    assert (shown["partitions"], shown["metadata"]) == ({"mon": 1}, [ROWS])
    out = console("asset", "show", "b").out
    assert "rows: 3" in out and "mon (1)" in out and "a, x/y" in out


def test_materializations_newest_first_by_partition_and_observations(console: Console, instance: Instance) -> None:
    runs = [store(instance, "a", partition=name, metadata=[ROWS]) for name in ("x", "y", "x")]
    seen = store(instance, "a", kind=EventType.ASSET_OBSERVATION)
    rows = console("asset", "materializations", "a", "--json").json
    assert [row["run_id"] for row in rows] == runs[::-1]
    assert rows[0]["metadata"] == [ROWS] and "summary" not in rows[0]
    of_x = console("asset", "materializations", "a", "--partition", "x", "--limit", "1", "--json").json
    assert [row["run_id"] for row in of_x] == [runs[2]]
    assert [r["run_id"] for r in console("asset", "materializations", "a", "--observations", "--json").json] == [seen]
    assert "rows: 3" in console("asset", "materializations", "a").out


def test_keys_with_slashes_in_a_part_are_written_as_json(console: Console, instance: Instance) -> None:
    store(instance, "s3://bucket", "file")
    assert console("asset", "list", "--json").json[0]["asset"] == '["s3://bucket", "file"]'
    assert console("asset", "show", '["s3://bucket", "file"]').code == 0
    wrong = console("asset", "show", "[1")
    assert wrong.code == 1 and "no JSON list" in wrong.err


def test_an_unknown_key_is_told_with_those_that_there_are(console: Console, instance: Instance) -> None:
    store(instance, "shop", "orders")
    answer = console("asset", "show", "shop/order")
    assert answer.code == 1
    assert "did you mean 'shop/orders'" in answer.err


def test_wipe_asks_first_and_takes_only_what_is_known(console: Console, instance: Instance) -> None:
    for name in ("a", "b", "c"):
        store(instance, name)
    unsaid = console("asset", "wipe", "a")
    assert unsaid.code == 1 and "say --yes" in unsaid.err
    assert console("asset", "wipe").code == console("asset", "wipe", "a", "--all").code == 2
    unknown = console("asset", "wipe", "a", "none", "--yes")
    assert unknown.code == 1 and "'none'" in unknown.err
    assert instance.storage.list_assets(limit=9) == [("a",), ("b",), ("c",)]
    assert console("asset", "wipe", "a", "--yes").out == "wiped 1 asset\n"
    assert console("asset", "wipe", "--all", "--yes", "--json").json == [["b"], ["c"]]
    assert console("asset", "list", "--json").json == []
