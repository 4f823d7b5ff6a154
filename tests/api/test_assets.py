"""Assets through GraphQL: on a real storage, with definitions as a location describes them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any, cast

import pytest
from graphql import graphql_sync
from sqlalchemy import event as sqlalchemy_event

import jupyter_orch as orch
from jupyter_orch.api.assemble import make_schema
from jupyter_orch.api.context import Context
from jupyter_orch.definitions.describe import describe_repository
from jupyter_orch.ports import Guard, NewRun
from jupyter_orch.records.codec import to_json
from jupyter_orch.records.event import EventType
from jupyter_orch.records.snapshot import LocationSnapshot
from jupyter_orch.records.status import RunStatus
from jupyter_orch.storage.sql import SqlStorage
from tests.conftest import event, new_id, submission

SCHEMA = make_schema()
Ask = Callable[..., Any]


@orch.asset(namespace="shop", compute_kind="pandas")
def orders() -> list[int]:
    """What was bought."""
    return [1, 2]


@orch.asset(namespace="shop")
def total(orders: list[int]) -> int:
    return sum(orders)


@orch.solid(output_defs=[orch.OutputDefinition(asset_key=orch.AssetKey("raw"))])
def read() -> int:
    return 1


@orch.solid(output_defs=[orch.OutputDefinition(asset_key=orch.AssetKey("report"))])
def write(x: int) -> int:
    return x


@orch.composite_solid(output_defs=[orch.OutputDefinition()])
def reading() -> Any:
    return read()


@orch.composite_solid
def writing(x: int) -> Any:
    return write(x)


@orch.pipeline
def nested() -> None:
    writing(reading())


@orch.pipeline
def again() -> None:
    read()


@orch.repository
def repo() -> Any:
    return [nested, again, orch.build_assets_job("shop", [orders, total])]


class Codes:
    """The one location ``here``."""

    def __init__(self) -> None:
        snapshot = LocationSnapshot(code_version="1", repositories=(describe_repository(repo),))
        self._state = SimpleNamespace(name="here", snapshot=snapshot)

    def states(self) -> list[Any]:
        return [self._state]

    def definitions(self, location: str) -> LocationSnapshot:
        assert location == "here"
        return cast(LocationSnapshot, self._state.snapshot)


@pytest.fixture
def ask(storage: SqlStorage) -> Iterator[Ask]:
    allowed = {"write": True}
    orchestrator = SimpleNamespace(instance=SimpleNamespace(storage=storage), code_servers=Codes())
    context = Context.__new__(Context)
    for name, value in {
        "orchestrator": orchestrator,
        "user": "ada",
        "is_authorized": lambda action, resource: allowed.get(action, True),
    }.items():
        object.__setattr__(context, name, value)

    def run(query: str, **variables: Any) -> Any:
        allowed["write"] = variables.pop("may_write", True)
        result = graphql_sync(SCHEMA, query, context_value=context, variable_values=variables)
        assert result.errors is None, result.errors
        return result.data

    yield run


def store(storage: SqlStorage, *key: str, kind: EventType = EventType.ASSET_MATERIALIZATION, **data: Any) -> str:
    run_id = new_id()
    told = event(kind, step_key="make", data={"asset_key": list(key), "partition": None, "metadata": [], **data})
    storage.add_run(NewRun(run_id=run_id, submission=submission(), events=(told,)))
    return run_id


LISTED = """query($prefix: [String!], $cursor: String, $limit: Int) {
  assetsOrError(prefix: $prefix, cursor: $cursor, limit: $limit) {
    __typename ... on AssetConnection { cursor nodes { id key { path } } } ... on PythonError { message }
  } }"""


def test_assets_are_listed_in_pages_and_by_prefix(storage: SqlStorage, ask: Ask) -> None:
    for key in (("a",), ("shop", "orders"), ("shop", "total")):
        store(storage, *key)
    first = ask(LISTED, limit=2)["assetsOrError"]
    rest = ask(LISTED, limit=2, cursor=first["cursor"])["assetsOrError"]
    assert [n["key"]["path"] for n in first["nodes"] + rest["nodes"]] == [["a"], ["shop", "orders"], ["shop", "total"]]
    assert rest["cursor"] is None
    assert len(ask(LISTED, prefix=["shop"])["assetsOrError"]["nodes"]) == 2
    wrong = ask(LISTED, cursor="{")["assetsOrError"]
    assert (wrong["__typename"], "no cursor" in wrong["message"]) == ("PythonError", True)


SHOWN = """query($path: [String!]!, $limit: Int, $cursor: String, $partitions: [String!], $before: String) {
  assetOrError(assetKey: {path: $path}) {
    __typename
    ... on AssetNotFoundError { message }
    ... on Asset {
      definition { opName jobNames }
      materializationCountByPartition { partition materializationCount }
      assetObservations { observationEvent { __typename message } }
      assetMaterializations(limit: $limit, cursor: $cursor, partitions: $partitions, beforeTimestampMillis: $before) {
        cursor partition timestamp
        runOrError { __typename ... on PipelineRun { runId } ... on PipelineRunNotFoundError { runId } }
        materializationEvent {
          __typename runId stepKey timestamp assetLineage { assetKey { path } partitions }
          materialization { label description assetKey { path } metadataEntries { __typename label description
            ... on EventTextMetadataEntry { text } ... on EventUrlMetadataEntry { url } ... on EventPathMetadataEntry { path }
            ... on EventMarkdownMetadataEntry { mdStr } ... on EventJsonMetadataEntry { jsonString }
            ... on EventFloatMetadataEntry { floatValue } ... on EventIntMetadataEntry { intValue intRepr }
            ... on EventPythonArtifactMetadataEntry { module name } ... on EventPipelineRunMetadataEntry { pipelineRunId }
            ... on EventAssetMetadataEntry { assetKey { path } } ... on EventTableMetadataEntry { table } } }
        }
      }
    }
  } }"""


def test_an_asset_tells_its_history(storage: SqlStorage, ask: Ask) -> None:
    runs = [store(storage, "a", partition=name, lineage=[["raw"]]) for name in ("x", "y", "x")]
    store(storage, "a", kind=EventType.ASSET_OBSERVATION, description="seen")
    shown = ask(SHOWN, path=["a"], limit=2)["assetOrError"]
    assert [m["runOrError"]["runId"] for m in shown["assetMaterializations"]] == runs[:0:-1]
    assert shown["materializationCountByPartition"] == [
        {"partition": "x", "materializationCount": 2},
        {"partition": "y", "materializationCount": 1},
    ]
    assert shown["assetObservations"] == [{"observationEvent": {"__typename": "ObservationEvent", "message": "seen"}}]
    newest = shown["assetMaterializations"][0]["materializationEvent"]
    assert newest["assetLineage"] == [{"assetKey": {"path": ["raw"]}, "partitions": []}]
    assert (newest["__typename"], newest["stepKey"], newest["timestamp"]) == (
        "StepMaterializationEvent",
        "make",
        "1000",
    )
    older = ask(SHOWN, path=["a"], cursor=shown["assetMaterializations"][-1]["cursor"])["assetOrError"]
    assert [m["runOrError"]["runId"] for m in older["assetMaterializations"]] == [runs[0]]
    assert len(ask(SHOWN, path=["a"], partitions=["y"])["assetOrError"]["assetMaterializations"]) == 1
    assert ask(SHOWN, path=["a"], before="1000")["assetOrError"]["assetMaterializations"] == []


def test_metadata_of_every_kind_has_its_classic_type(storage: SqlStorage, ask: Ask) -> None:
    class Here:
        pass

    made = orch.AssetMaterialization(
        "a",
        metadata={
            "text": "t", "url": orch.EventMetadata.url("https://x"), "path": orch.EventMetadata.path("/p"),
            "md": orch.EventMetadata.md("**m**"), "json": {"a": [1]}, "float": 1.5, "int": 7, "large": 2**40,
            "python": orch.EventMetadata.python_artifact(Here), "asset": orch.EventMetadata.asset(orch.AssetKey(["s", "b"])),
            "run": orch.EventMetadata.pipeline_run("r"), "table": orch.EventMetadata.table([{"a": 1}]),
        },
    )  # fmt: skip
    store(storage, "a", metadata=[*to_json([entry.as_json() for entry in made.metadata_entries]), {"kind": "new"}])
    (shown,) = ask(SHOWN, path=["a"])["assetOrError"]["assetMaterializations"]
    entries = {e["label"]: e for e in shown["materializationEvent"]["materialization"]["metadataEntries"]}
    told = {
        label: {k: v for k, v in e.items() if k not in ("__typename", "label", "description")}
        for label, e in entries.items()
    }
    assert told == {
        "text": {"text": "t"}, "url": {"url": "https://x"}, "path": {"path": "/p"}, "md": {"mdStr": "**m**"},
        "json": {"jsonString": '{"a": [1]}'}, "float": {"floatValue": 1.5}, "int": {"intValue": 7, "intRepr": "7"},
        "large": {"intValue": None, "intRepr": str(2**40)}, "python": {"module": __name__, "name": "Here"},
        "asset": {"assetKey": {"path": ["s", "b"]}}, "run": {"pipelineRunId": "r"}, "table": {"table": [{"a": 1}]},
        "": {"jsonString": "null"},
    }  # fmt: skip


def test_what_nobody_knows_is_not_found(ask: Ask) -> None:
    assert ask(SHOWN, path=["none"])["assetOrError"]["__typename"] == "AssetNotFoundError"
    query = '{ assetNodeOrError(assetKey: {path: ["none"]}) { __typename } }'
    assert ask(query)["assetNodeOrError"]["__typename"] == "AssetNotFoundError"


def test_a_materialization_outlives_its_run(storage: SqlStorage, ask: Ask) -> None:
    run_id = store(storage, "a")
    storage.move_run(run_id, Guard(statuses=(RunStatus.QUEUED,)), RunStatus.CANCELED)
    assert storage.delete_run(run_id)
    (shown,) = ask(SHOWN, path=["a"])["assetOrError"]["assetMaterializations"]
    assert shown["runOrError"] == {"__typename": "PipelineRunNotFoundError", "runId": run_id}


NODES = """query($pipeline: PipelineSelector, $keys: [AssetKeyInput!]) {
  assetNodes(pipeline: $pipeline, assetKeys: $keys) {
    assetKey { path } opName jobNames description computeKind repositoryName repositoryLocationName
    dependencyKeys { path } dependedByKeys { path } assetMaterializations(limit: 1) { runId }
  } }"""


def test_definitions_are_known_before_anything_has_run(ask: Ask) -> None:
    nodes = {tuple(n["assetKey"]["path"]): n for n in ask(NODES)["assetNodes"]}
    assert list(nodes) == [("raw",), ("report",), ("shop", "orders"), ("shop", "total")]
    assert nodes[("shop", "orders")] == {
        "assetKey": {"path": ["shop", "orders"]}, "opName": "shop__orders", "jobNames": ["shop"],
        "description": "What was bought.", "computeKind": "pandas", "repositoryName": "repo",
        "repositoryLocationName": "here", "dependencyKeys": [], "dependedByKeys": [{"path": ["shop", "total"]}],
        "assetMaterializations": [],
    }  # fmt: skip
    assert nodes[("shop", "total")]["dependencyKeys"] == [{"path": ["shop", "orders"]}]


def test_definitions_are_found_in_composites_and_across_their_borders(ask: Ask) -> None:
    nodes = {tuple(n["assetKey"]["path"]): n for n in ask(NODES)["assetNodes"]}
    assert (nodes[("raw",)]["opName"], nodes[("raw",)]["jobNames"]) == ("reading.read", ["nested", "again"])
    assert nodes[("report",)]["dependencyKeys"] == [{"path": ["raw"]}]


def test_definitions_can_be_chosen(ask: Ask) -> None:
    pipeline = {"pipelineName": "again", "repositoryName": "repo", "repositoryLocationName": "here"}
    assert [n["assetKey"]["path"] for n in ask(NODES, pipeline=pipeline)["assetNodes"]] == [["raw"]]
    assert [n["opName"] for n in ask(NODES, keys=[{"path": ["report"]}])["assetNodes"]] == ["writing.write"]


def test_the_number_of_queries_does_not_grow_with_the_rows(storage: SqlStorage, ask: Ask) -> None:
    seen: list[str] = []
    sqlalchemy_event.listen(storage._database.engine, "before_cursor_execute", lambda *call: seen.append(str(call[2])))
    query = """{ assetsOrError { ... on AssetConnection { nodes { definition { opName assetMaterializations { runId } }
      materializationCountByPartition { partition }
      assetMaterializations(limit: 1) { runOrError { ... on PipelineRun { runId status } } } } } } }"""

    def count() -> int:
        seen.clear()
        ask(query)
        return len([statement for statement in seen if statement.startswith("SELECT")])

    store(storage, "a")
    one = count()
    for number in range(30):
        store(storage, f"b{number}")
    assert count() == one


WIPE = """mutation($keys: [AssetKeyInput!]!) { wipeAssets(assetKeys: $keys) {
  __typename ... on AssetWipeSuccess { assetKeys { path } } ... on AssetNotFoundError { message } } }"""


def test_wiping_needs_the_right_and_known_assets(storage: SqlStorage, ask: Ask) -> None:
    store(storage, "a")
    keys = [{"path": ["a"]}]
    assert ask(WIPE, keys=keys, may_write=False)["wipeAssets"]["__typename"] == "UnauthorizedError"
    unknown = ask(WIPE, keys=[*keys, {"path": ["none"]}])["wipeAssets"]
    assert unknown["__typename"] == "AssetNotFoundError" and "nothing was wiped" in unknown["message"]
    assert storage.list_assets(limit=9) == [("a",)]
    assert ask(WIPE, keys=keys)["wipeAssets"] == {"__typename": "AssetWipeSuccess", "assetKeys": keys}
    assert storage.list_assets(limit=9) == []


def test_lineage_and_the_latest_of_several(storage: SqlStorage, ask: Ask) -> None:
    store(storage, "b", lineage=[["a"]])
    newest = store(storage, "c", lineage=[["b"]])
    query = """query($up: Boolean!, $path: [String!]!) { assetOrError(assetKey: {path: $path}) { ... on Asset {
      lineage(upstream: $up, depth: 5) { asset { path } madeFrom { path } } } } }"""
    up = ask(query, up=True, path=["c"])["assetOrError"]["lineage"]
    assert [(e["asset"]["path"], e["madeFrom"]["path"]) for e in up] == [(["c"], ["b"]), (["b"], ["a"])]
    down = ask(query, up=False, path=["b"])["assetOrError"]["lineage"]
    assert [(e["asset"]["path"], e["madeFrom"]["path"]) for e in down] == [(["c"], ["b"])]
    latest = '{ assetsLatestInfo(assetKeys: [{path: ["c"]}, {path: ["none"]}]) { latestMaterialization { runId } } }'
    assert ask(latest)["assetsLatestInfo"] == [
        {"latestMaterialization": {"runId": newest}},
        {"latestMaterialization": None},
    ]
