"""Definitions one by one through GraphQL: pipelines as they were, graphs, resources, assets of a run, captured output."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

import jupyter_orch as orch
from jupyter_orch.api import engine as engines
from jupyter_orch.api.assemble import make_schema
from jupyter_orch.api.context import Context
from jupyter_orch.api.engine import Engine
from jupyter_orch.compute_logs.local import LocalComputeLogs
from jupyter_orch.definitions.describe import describe_repository
from jupyter_orch.errors import OrchError
from jupyter_orch.ports import NewRun
from jupyter_orch.records.event import EventType
from jupyter_orch.records.messages import PipelineSelector
from jupyter_orch.records.snapshot import LocationSnapshot, RepositorySnapshot
from jupyter_orch.storage.sql import SqlStorage
from tests.conftest import event, new_id, submission

SCHEMA = make_schema()
Ask = Callable[..., Any]


@orch.resource(config_schema={"url": str, "password": orch.Field(str, is_secret=True)})
def database(context: Any) -> Any:
    """Where the rows are."""


@orch.solid(required_resource_keys={"db"})
def load(context: Any) -> int:
    return 1


@orch.lambda_solid
def add(x: int) -> int:
    return x + 1


@orch.composite_solid
def inner() -> Any:
    """Loads and adds."""
    return add(load())


SECRET = {"resources": {"db": {"config": {"url": "u", "password": "hush-hush"}}}}


@orch.pipeline(
    mode_defs=[orch.ModeDefinition("prod", resource_defs={"db": database})],
    preset_defs=[orch.PresetDefinition("given", mode="prod", run_config=SECRET)],
)
def nightly() -> None:
    """Every night."""
    inner()
    load.alias("again")()


@orch.repository
def repo() -> Any:
    return [nightly]


class Codes:
    """The one location ``here``, whose code may change."""

    def __init__(self) -> None:
        self.snapshot = LocationSnapshot(code_version="v1", repositories=(describe_repository(repo),))

    def state(self, location: str) -> Any:
        return SimpleNamespace(name="here", snapshot=self.snapshot) if location == "here" else None

    def states(self) -> list[Any]:
        return [self.state("here")]

    def definitions(self, location: str) -> LocationSnapshot:
        if location != "here":
            raise OrchError(f"no location {location!r}")
        return self.snapshot


@pytest.fixture
def codes() -> Codes:
    return Codes()


@pytest.fixture
def ask(storage: SqlStorage, codes: Codes, tmp_path: Path) -> Iterator[Ask]:
    engine = Engine(SCHEMA)
    instance = SimpleNamespace(storage=storage, compute_logs=LocalComputeLogs(tmp_path / "logs", 10**6))
    context = Context(
        orchestrator=cast(Any, SimpleNamespace(instance=instance, code_servers=codes)),
        hub=cast(Any, None),
        user="ada",
        is_authorized=lambda action, resource: True,
        root_dir=tmp_path,
        base_url="/base/",
    )

    def run(query: str, **variables: Any) -> Any:
        operation = engine.prepare({"query": query, "variables": variables})
        result = asyncio.run(engine.run(operation, context))
        assert result.errors is None, result.errors
        return result.data

    yield run
    engine.close()


WHERE = {"repositoryLocationName": "here", "repositoryName": "repo"}
SNAPSHOT = """query($id: String, $s: PipelineSelector) {
    pipelineSnapshotOrError(snapshotId: $id, activePipelineSelector: $s) { __typename
      ... on PipelineSnapshot { name description pipelineSnapshotId codeVersion
        presets { runConfigYaml } solids { name } solidHandles { handleID } solidHandle(handleID: "inner.load") {
          solid { name } } modes { name resources { name } } }
      ... on Error { message } } }"""
OF_RUN = "query($id: ID!) { pipelineRunOrError(runId: $id) { ... on PipelineRun { pipelineSnapshotId } } }"


def stored_run(storage: SqlStorage, **changes: Any) -> str:
    run_id = new_id()
    selector = PipelineSelector(repository="repo", pipeline="nightly", mode="prod")
    storage.add_run(NewRun(run_id=run_id, submission=submission(selector=selector, **changes)))
    return run_id


def test_a_pipeline_is_shown_as_it_was_when_the_run_was_made(storage: SqlStorage, codes: Codes, ask: Ask) -> None:
    storage.put_snapshot("here", codes.snapshot)
    storage.use_snapshot("here", "v1")
    run_id = stored_run(storage, code_version="v1")
    codes.snapshot = LocationSnapshot(code_version="v2", repositories=(RepositorySnapshot(name="repo"),))
    storage.put_snapshot("here", codes.snapshot)
    named = ask(OF_RUN, id=run_id)["pipelineRunOrError"]["pipelineSnapshotId"]
    found = ask(SNAPSHOT, id=named)["pipelineSnapshotOrError"]
    assert found["__typename"] == "PipelineSnapshot" and found["codeVersion"] == "v1"
    assert [h["handleID"] for h in found["solidHandles"]] == ["inner", "inner.load", "inner.add", "again"]
    assert found["solidHandle"] == {"solid": {"name": "load"}} and found["pipelineSnapshotId"] == named
    assert "hush-hush" not in str(found) and "***" in found["presets"][0]["runConfigYaml"]


def test_a_pipeline_as_it_is_now_has_the_snapshot_id_of_its_next_runs(storage: SqlStorage, ask: Ask) -> None:
    found = ask(SNAPSHOT, s={**WHERE, "pipelineName": "nightly"})["pipelineSnapshotOrError"]
    run_id = stored_run(storage, code_version="v1")
    assert found["pipelineSnapshotId"] == ask(OF_RUN, id=run_id)["pipelineRunOrError"]["pipelineSnapshotId"]
    query = "query($p: PipelineSelector!) { pipelineOrError(params: $p) { ... on IPipelineSnapshot { pipelineSnapshotId } } }"
    loaded = ask(query, p={**WHERE, "pipelineName": "nightly"})["pipelineOrError"]
    assert loaded["pipelineSnapshotId"] == found["pipelineSnapshotId"]


def test_runs_of_scripts_have_no_snapshot(storage: SqlStorage, ask: Ask) -> None:
    assert ask(OF_RUN, id=stored_run(storage))["pipelineRunOrError"] == {"pipelineSnapshotId": None}


@pytest.mark.parametrize(
    "wrong",
    ["", "x", "v0:here:repo:nightly", "v1:here:repo:none", "v1:there:repo:nightly", "v1:here::", "a:%00:b:c", ":" * 3],
)
def test_a_snapshot_that_is_not_there_is_told(ask: Ask, wrong: str) -> None:
    answer = ask(SNAPSHOT, id=wrong)["pipelineSnapshotOrError"]
    assert answer["__typename"] == "PipelineSnapshotNotFoundError" and "no snapshot" in answer["message"]


def test_a_snapshot_is_named_in_one_way(ask: Ask) -> None:
    for arguments in ({}, {"id": "x", "s": {**WHERE, "pipelineName": "nightly"}}):
        assert "either" in ask(SNAPSHOT, **arguments)["pipelineSnapshotOrError"]["message"]


GRAPH = """query($s: GraphSelector!) { graphOrError(selector: $s) { __typename
    ... on Graph { name description solidHandles { handleID solid { name } } } ... on Error { message } } }"""


def test_graphs_of_pipelines_and_composites_are_found_by_name(ask: Ask) -> None:
    whole = ask(GRAPH, s={**WHERE, "graphName": "nightly"})["graphOrError"]
    assert [h["handleID"] for h in whole["solidHandles"]] == ["inner", "inner.load", "inner.add", "again"]
    part = ask(GRAPH, s={**WHERE, "graphName": "inner"})["graphOrError"]
    assert part["description"] == "Loads and adds." and [h["handleID"] for h in part["solidHandles"]] == ["load", "add"]
    wrong = ask(GRAPH, s={**WHERE, "graphName": "iner"})["graphOrError"]
    assert wrong["__typename"] == "GraphNotFoundError" and "did you mean 'inner'" in wrong["message"]


RESOURCE = """query($s: ResourceSelector!) { topLevelResourceDetailsOrError(resourceSelector: $s) { __typename
    ... on ResourceDetails { name description configSchema modes { pipelineName mode } jobsOpsUsing { jobName opHandleIDs } }
    ... on Error { message } } }"""


def test_resources_are_told_with_what_uses_them(ask: Ask) -> None:
    found = ask(RESOURCE, s={**WHERE, "resourceName": "db"})["topLevelResourceDetailsOrError"]
    assert found["description"] == "Where the rows are." and "url" in str(found["configSchema"])
    assert found["modes"] == [{"pipelineName": "nightly", "mode": "prod"}]
    assert found["jobsOpsUsing"] == [{"jobName": "nightly", "opHandleIDs": ["inner.load", "again"]}]
    listed = ask(
        """query($s: RepositorySelector!) { allTopLevelResourceDetailsOrError(repositorySelector: $s) { __typename
        ... on ResourceDetailsList { results { name } } ... on RepositoryNotFoundError { message } } }""",
        s=WHERE,
    )["allTopLevelResourceDetailsOrError"]
    assert {"name": "db"} in listed["results"]
    for wrong in ({**WHERE, "resourceName": "dbx"}, {**WHERE, "repositoryName": "rep", "resourceName": "db"}):
        answer = ask(RESOURCE, s=wrong)["topLevelResourceDetailsOrError"]
        assert answer["__typename"] == "ResourceNotFoundError" and "did you mean" in answer["message"]


@pytest.mark.parametrize(("operation", "kind"), [("pipelineRunOrError", "PipelineRun"), ("runOrError", "Run")])
def test_a_run_tells_the_assets_it_has_made(storage: SqlStorage, ask: Ask, operation: str, kind: str) -> None:
    run_id = new_id()
    made = [
        event(kind, step_key="s", data={"asset_key": key, "partition": None, "metadata": []})
        for kind, key in (
            (EventType.ASSET_MATERIALIZATION, ["shop", "orders"]),
            (EventType.ASSET_MATERIALIZATION, ["shop", "orders"]),
            (EventType.ASSET_OBSERVATION, ["raw"]),
        )
    ]
    storage.add_run(NewRun(run_id=run_id, submission=submission(), events=tuple(made)))
    query = f"""query($id: ID!) {{ {operation}(runId: $id) {{ ... on {kind} {{ assets {{ key {{ path }}
        assetMaterializations {{ runId }} }} assetMaterializations {{ stepKey assetKey {{ path }} }} }} }} }}"""
    found = ask(query, id=run_id)[operation]
    assert [a["key"]["path"] for a in found["assets"]] == [["shop", "orders"], ["raw"]]
    assert [len(a["assetMaterializations"]) for a in found["assets"]] == [2, 0]
    assert found["assetMaterializations"] == [{"stepKey": "s", "assetKey": {"path": ["shop", "orders"]}}] * 2


LOGS = """query($k: [String!]!, $c: String, $n: Int) { capturedLogs(logKey: $k, cursor: $c, limit: $n) {
    logKey stdout stderr cursor } capturedLogsMetadata(logKey: $k) { stdoutLocation stdoutDownloadUrl stderrDownloadUrl } }"""


def test_captured_output_is_read_on_from_a_cursor(storage: SqlStorage, ask: Ask, tmp_path: Path) -> None:
    run_id = new_id()
    folder = tmp_path / "logs" / run_id
    storage.add_run(NewRun(run_id=run_id, submission=submission()))
    folder.mkdir(parents=True)
    (folder / "wait.out").write_text("one\ntwo\n")
    for key in ([run_id, "wait"], [run_id, "compute_logs", "wait"]):
        first = ask(LOGS, k=key, n=4)["capturedLogs"]
        assert first == {"logKey": key, "stdout": "one\n", "stderr": None, "cursor": "4:0"}
        rest = ask(LOGS, k=key, c=first["cursor"])
        assert rest["capturedLogs"]["stdout"] == "two\n" and rest["capturedLogs"]["cursor"] == "8:0"
        assert ask(LOGS, k=key, c="8:0")["capturedLogs"]["stdout"] is None
        there = rest["capturedLogsMetadata"]
        assert there["stdoutDownloadUrl"] == f"/base/orch/api/v1/runs/{run_id}/logs/wait/stdout"
        assert there["stderrDownloadUrl"] is None and there["stdoutLocation"] == "wait.out"


@pytest.mark.parametrize(
    ("key", "cursor"), [([], None), (["a"], None), (["a", "b", "c"], None), (["a", "b"], "x"), (["a", "b"], "1:-1"), (["a", "b"], "9" * 99)]
)  # fmt: skip
def test_wrong_keys_and_cursors_of_logs_are_refused_in_words(ask: Ask, key: list[str], cursor: str | None) -> None:
    with pytest.raises(AssertionError, match="expected"):
        ask(LOGS, k=key, c=cursor)


def test_an_answer_that_grows_too_large_is_given_up(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    inner = "nodes { pipelines { repository { pipelines { repository { name } } } } }"
    query = f"{{ repositoriesOrError {{ ... on RepositoryConnection {{ {inner} }} }} }}"
    assert ask(query)
    monkeypatch.setattr(engines, "MAX_ANSWER", 5)
    with pytest.raises(AssertionError, match="more than 5 fields: ask for less"):
        ask(query)


def test_events_and_output_beside_the_fields_are_counted_too(
    storage: SqlStorage, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = new_id()
    storage.add_run(NewRun(run_id=run_id, submission=submission(), events=tuple(event() for _ in range(10))))
    query = "query($id: ID!) { a: runOrError(runId: $id) { ... on Run { events } } b: runOrError(runId: $id) { ... on Run { events } } }"
    monkeypatch.setattr(engines, "MAX_ROWS", 20)
    assert len(ask(query, id=run_id)["b"]["events"]) == 10
    monkeypatch.setattr(engines, "MAX_ROWS", 19)
    with pytest.raises(AssertionError, match="more than 19 events"):
        ask(query, id=run_id)
