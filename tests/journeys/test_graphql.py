"""Classic GraphQL documents of scripts and clients, of both times, against a real server."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from graphql import build_client_schema, get_introspection_query, validate_schema

from tests.journeys.test_doors import connect
from tests.server_process import ServerProcess

pytestmark = pytest.mark.journey

SELECTOR = {"repositoryLocationName": "code.py", "repositoryName": "repo"}
CLASSIC_SUBMIT = """mutation($executionParams: ExecutionParams!) {
    launchPipelineExecution(executionParams: $executionParams) {
        __typename
        ... on InvalidStepError { invalidStepKey }
        ... on InvalidOutputError { stepKey invalidOutputName }
        ... on LaunchPipelineRunSuccess { run { runId } }
        ... on ConflictingExecutionParamsError { message }
        ... on PresetNotFoundError { message }
        ... on PipelineRunConflict { message }
        ... on PipelineConfigValidationInvalid { errors { __typename message path reason } }
        ... on PipelineNotFoundError { message }
        ... on PythonError { message } } }"""
LATER_SUBMIT = """mutation($params: ExecutionParams!) { launchRun(executionParams: $params) {
    __typename
    ... on LaunchRunSuccess { run { id ...status } }
    ... on RunConfigValidationInvalid { errors { message } }
    ... on NoModeProvidedError { message } ... on ConflictingExecutionParamsError { message }
    ... on UnauthorizedError { message } ... on PythonError { message } } }
    fragment status on Run { status jobName }"""
RELOAD = """mutation ($name: String!) { reloadRepositoryLocation(repositoryLocationName: $name) {
    __typename
    ... on WorkspaceLocationEntry { name locationOrLoadError { __typename
        ... on RepositoryLocation { isReloadSupported repositories { name } } ... on PythonError { message } } }
    ... on ReloadNotSupported { message } ... on RepositoryLocationNotFound { message } } }"""


def params(pipeline: str, config: Any = None, **more: Any) -> dict[str, Any]:
    return {"selector": {**SELECTOR, "pipelineName": pipeline}, "runConfigData": config, **more}


def ended_run(server: ServerProcess, pipeline: str = "short") -> str:
    run_id: str = server.launch(pipeline)["run"]["runId"]
    server.wait_for_run(run_id)
    return run_id


def test_a_classic_client_submits_and_is_answered_by_the_classic_names(shared: ServerProcess) -> None:
    done = shared.graphql(CLASSIC_SUBMIT, executionParams=params("short"))["launchPipelineExecution"]
    assert done["__typename"] == "LaunchPipelineRunSuccess" and len(done["run"]["runId"]) == 36
    wrong = shared.graphql(CLASSIC_SUBMIT, executionParams=params("configured", {}))["launchPipelineExecution"]
    assert wrong["__typename"] == "PipelineConfigValidationInvalid"
    assert wrong["errors"][0]["reason"] and wrong["errors"][0]["__typename"]
    for changes, name in (
        ({"preset": "none"}, "PresetNotFoundError"),
        ({"preset": "right", "mode": "default"}, "ConflictingExecutionParamsError"),
        ({"stepKeys": ["none"], "preset": "right"}, "InvalidStepError"),
    ):
        answer = shared.graphql(CLASSIC_SUBMIT, executionParams=params("configured", **changes))
        assert answer["launchPipelineExecution"]["__typename"] == name
    answer = shared.graphql(CLASSIC_SUBMIT, executionParams=params("nothing"))["launchPipelineExecution"]
    assert answer["__typename"] == "PipelineNotFoundError"


def test_a_later_client_submits_and_is_answered_by_the_later_names(shared: ServerProcess) -> None:
    by_job = {"selector": {**SELECTOR, "jobName": "short"}}
    done = shared.graphql(LATER_SUBMIT, params=by_job)["launchRun"]
    assert done["__typename"] == "LaunchRunSuccess" and done["run"]["jobName"] == "short"
    wrong = shared.graphql(LATER_SUBMIT, params=params("configured", {}))["launchRun"]
    assert wrong["__typename"] == "RunConfigValidationInvalid"
    both = {"selector": {**SELECTOR, "jobName": "short", "pipelineName": "short"}}
    assert "either" in shared.graphql(LATER_SUBMIT, params=both)["launchRun"]["message"]
    # the classic operation, asked for the later type
    mixed = """mutation($p: ExecutionParams!) { launchPipelineExecution(executionParams: $p) {
        __typename ... on LaunchRunSuccess { run { runId } } ... on RunConflict { message } } }"""
    answer = shared.graphql(mixed, p=params("short"))["launchPipelineExecution"]
    assert answer["__typename"] == "LaunchRunSuccess" and answer["run"]["runId"]


@pytest.mark.parametrize(
    ("operation", "types", "expected"),
    [
        ("pipelineRunOrError", ("PipelineRun", "PipelineRunNotFoundError"), "PipelineRun"),
        ("pipelineRunOrError", ("Run", "RunNotFoundError"), "Run"),
        ("runOrError", ("Run", "RunNotFoundError"), "Run"),
        ("runOrError", ("PipelineRun", "PipelineRunNotFoundError"), "PipelineRun"),
    ],
)
def test_a_runs_status_under_both_names(
    shared: ServerProcess, operation: str, types: tuple[str, str], expected: str
) -> None:
    query = f"""query($id: ID!) {{ {operation}(runId: $id) {{ __typename
        ... on {types[0]} {{ status }} ... on {types[1]} {{ message }} ... on PythonError {{ message }} }} }}"""
    run_id = ended_run(shared)
    assert shared.graphql(query, id=run_id)[operation] == {"__typename": expected, "status": "SUCCESS"}
    unknown = shared.graphql(query, id="none")[operation]
    assert unknown["__typename"] == types[1] and "none" in unknown["message"]


def test_names_without_a_type_condition_follow_the_operation(shared: ServerProcess) -> None:
    both = shared.graphql(
        '{ a: pipelineRunOrError(runId: "x") { __typename } b: runOrError(runId: "x") { __typename } }'
    )
    assert both == {"a": {"__typename": "PipelineRunNotFoundError"}, "b": {"__typename": "RunNotFoundError"}}


def test_variables_may_be_declared_with_either_name(shared: ServerProcess) -> None:
    run_id = ended_run(shared)
    for kind, operation in (("PipelineRunsFilter", "pipelineRunsOrError"), ("RunsFilter", "runsOrError")):
        query = f"""query($f: {kind}!) {{ {operation}(filter: $f, limit: 1) {{
            ... on {"Runs" if operation == "runsOrError" else "PipelineRuns"} {{ results {{ runId }} }} }} }}"""
        assert shared.graphql(query, f={"runIds": [run_id]})[operation]["results"] == [{"runId": run_id}]
    stop = """mutation($id: String!, $p: TerminateRunPolicy) { terminateRun(runId: $id, terminatePolicy: $p) {
        __typename ... on TerminateRunSuccess { run { runId } } ... on TerminateRunFailure { message }
        ... on RunNotFoundError { runId } ... on PythonError { message stack } } }"""
    assert shared.graphql(stop, id=run_id, p="SAFE_TERMINATE")["terminateRun"]["__typename"] == "TerminateRunFailure"


def test_a_reload_is_answered_when_it_has_ended(own: ServerProcess) -> None:
    code = own.root / "code.py"
    good = code.read_text()
    code.write_text(
        good.replace("def short(", "def renamed(").replace("[short,", "[renamed,").replace('"short"', '"renamed"')
    )
    answer = own.graphql(RELOAD, name="code.py")["reloadRepositoryLocation"]
    assert answer["locationOrLoadError"] == {
        "__typename": "RepositoryLocation", "isReloadSupported": True, "repositories": [{"name": "repo"}],
    }  # fmt: skip
    assert "renamed" in json.dumps(own.locations())
    code.write_text("import nothing_of_that_name\n")
    answer = own.graphql(RELOAD, name="code.py")["reloadRepositoryLocation"]
    assert answer["locationOrLoadError"]["__typename"] == "PythonError"
    assert "nothing_of_that_name" in answer["locationOrLoadError"]["message"]
    assert "renamed" in json.dumps(own.locations()), "the last good definitions stay"
    unknown = own.graphql(RELOAD, name="none")["reloadRepositoryLocation"]
    assert unknown["__typename"] == "RepositoryLocationNotFound"


def test_a_location_that_is_shut_down_wakes_for_the_next_request(own: ServerProcess) -> None:
    stop = """mutation($n: String!) { shutdownRepositoryLocation(repositoryLocationName: $n) { __typename
        ... on PythonError { message } ... on RepositoryLocationNotFound { message } } }"""
    assert own.graphql(stop, n="none")["shutdownRepositoryLocation"]["__typename"] == "RepositoryLocationNotFound"
    done = own.graphql(stop, n="code.py")["shutdownRepositoryLocation"]
    assert done["__typename"] == "ShutdownRepositoryLocationSuccess"
    assert own.wait_for_run(own.launch("short")["run"]["runId"])["status"] == "SUCCESS"


def test_repositories_and_the_states_of_locations(shared: ServerProcess) -> None:
    query = """query($s: RepositorySelector!) { repositoryOrError(repositorySelector: $s) { __typename
        ... on Repository { name pipelines { name } location { name } } ... on RepositoryNotFoundError { message } } }"""
    found = shared.graphql(query, s=SELECTOR)["repositoryOrError"]
    assert found["location"] == {"name": "code.py"} and {"name": "short"} in found["pipelines"]
    wrong = shared.graphql(query, s={**SELECTOR, "repositoryName": "rep"})["repositoryOrError"]
    assert wrong["__typename"] == "RepositoryNotFoundError" and "'repo'" in wrong["message"]
    states = shared.graphql(
        "{ locationStatusesOrError { ... on WorkspaceLocationStatusEntries { entries { name loadStatus versionKey } } } }"
    )
    assert states["locationStatusesOrError"]["entries"][0]["loadStatus"] == "LOADED"


def test_families_tags_and_totals_of_runs(shared: ServerProcess) -> None:
    tags = [{"key": "team", "value": "ice"}]
    first = shared.launch("failing", executionMetadata={"tags": tags})["run"]["runId"]
    shared.wait_for_run(first)
    again = """mutation($p: String!) { launchPipelineReexecution(reexecutionParams: {parentRunId: $p,
        strategy: FROM_FAILURE}) { __typename ... on LaunchPipelineRunSuccess { run { runId } } } }"""
    second = shared.graphql(again, p=first)["launchPipelineReexecution"]["run"]["runId"]
    classic = {"tags": [{"key": "dagster/is_resume_retry", "value": "true"}], "parentRunId": second}
    shared.wait_for_run(second)
    relaunch = """mutation($e: ExecutionParams!) { launchPipelineReexecution(executionParams: $e) { __typename
        ... on LaunchPipelineRunSuccess { run { runId stepKeysToExecute rootRunId } } } }"""
    third = shared.graphql(relaunch, e=params("failing", executionMetadata=classic))["launchPipelineReexecution"]["run"]
    assert third["stepKeysToExecute"] == ["fail", "after"] and third["rootRunId"] == first
    shared.wait_for_run(third["runId"])

    stats = "stats { __typename ... on PipelineRunStatsSnapshot { stepsSucceeded stepsFailed enqueuedTime endTime } }"
    group = f"""query($id: ID!) {{ runGroupOrError(runId: $id) {{ __typename
        ... on RunGroup {{ rootRunId runs {{ runId {stats} }} }} ... on RunGroupNotFoundError {{ message }} }} }}"""
    family = shared.graphql(group, id=second)["runGroupOrError"]
    assert family["rootRunId"] == first
    assert [r["runId"] for r in family["runs"]] == [first, second, third["runId"]]
    assert [(r["stats"]["stepsSucceeded"], r["stats"]["stepsFailed"]) for r in family["runs"]] == [
        (1, 1),
        (0, 1),
        (0, 1),
    ]
    assert shared.graphql(group, id="none")["runGroupOrError"]["__typename"] == "RunGroupNotFoundError"

    groups = shared.graphql(
        """query($f: RunsFilter) { runGroupsOrError(filter: $f, limit: 5) { ... on RunGroups {
        results { rootRunId runs { runId } } } } }""",
        f={"tags": tags},
    )["runGroupsOrError"]["results"]
    assert [(g["rootRunId"], len(g["runs"])) for g in groups] == [(first, 3)]
    assert {"key": "team", "values": ["ice"]} in shared.graphql("{ pipelineRunTags { key values } }")["pipelineRunTags"]


def test_events_under_their_classic_types_page_by_page(shared: ServerProcess) -> None:
    run_id = ended_run(shared, "failing")
    query = """query($id: ID!, $after: String) { logsForRun(runId: $id, afterCursor: $after, limit: 7) { __typename
        ... on EventConnection { cursor hasMore events { __typename ... on MessageEvent { message timestamp level
            stepKey eventType } ... on ExecutionStepFailureEvent { error { className } } } }
        ... on InvalidPipelineRunsFilterError { message } ... on PipelineRunNotFoundError { message } } }"""
    seen: list[dict[str, Any]] = []
    cursor, more = "-1", True
    while more:
        answer = shared.graphql(query, id=run_id, after=cursor)["logsForRun"]
        cursor, more = answer["cursor"], answer["hasMore"]
        seen += answer["events"]
    stored = shared.events(run_id)
    assert [(e["message"], e["stepKey"]) for e in seen] == [(e["message"], e["step_key"]) for e in stored]
    failed = next(e for e in seen if e["__typename"] == "ExecutionStepFailureEvent")
    assert failed["error"]["className"] == "ValueError" and failed["eventType"] == "STEP_FAILURE"
    assert seen[-1]["__typename"] == "PipelineFailureEvent"
    assert shared.graphql(query, id="none")["logsForRun"]["__typename"] == "PipelineRunNotFoundError"
    wrong = shared.graphql(query, id=run_id, after="x' OR 1=1")["logsForRun"]
    assert wrong["__typename"] == "InvalidPipelineRunsFilterError"


def test_a_subscription_gives_the_classic_messages(shared: ServerProcess) -> None:
    async def first_batch() -> dict[str, Any]:
        socket = await connect(shared)
        query = """subscription($id: ID!, $after: Cursor) { pipelineRunLogs(runId: $id, after: $after) { __typename
            ... on PipelineRunLogsSubscriptionSuccess { hasMorePastEvents cursor
                messages { __typename ... on MessageEvent { message } } } } }"""
        payload = {"query": query.replace("Cursor", "String"), "variables": {"id": run_id}}
        await socket.write_message(json.dumps({"type": "subscribe", "id": "1", "payload": payload}))
        message = json.loads(await asyncio.wait_for(socket.read_message(), 30) or "")
        socket.close()
        found: dict[str, Any] = message["payload"]["data"]["pipelineRunLogs"]
        return found

    run_id = ended_run(shared)
    batch = asyncio.run(first_batch())
    assert batch["messages"][-1]["__typename"] == "PipelineSuccessEvent" and not batch["hasMorePastEvents"]
    assert batch["cursor"] == str(len(shared.events(run_id)))


def test_several_runs_are_launched_and_stopped_at_once(shared: ServerProcess) -> None:
    launch = """mutation($l: [ExecutionParams!]!) { launchMultipleRuns(executionParamsList: $l) { __typename
        ... on LaunchMultipleRunsResult { launchMultipleRunsResult { __typename
            ... on LaunchPipelineRunSuccess { run { runId } } ... on Error { message } } } } }"""
    waiting = {"solids": {"wait": {"config": {"seconds": 60.0}}}}
    wishes = [params("short", waiting), params("nothing"), params("short", waiting)]
    results = shared.graphql(launch, l=wishes)["launchMultipleRuns"]["launchMultipleRunsResult"]
    assert [r["__typename"] for r in results] == [
        "LaunchPipelineRunSuccess", "PipelineNotFoundError", "LaunchPipelineRunSuccess",
    ]  # fmt: skip
    ids = [r["run"]["runId"] for r in results if "run" in r]
    stop = """mutation($ids: [String!]!) { terminateRuns(runIds: $ids, terminatePolicy: MARK_AS_CANCELED_IMMEDIATELY) {
        ... on TerminateRunsResult { terminateRunResults { __typename ... on Error { message } } } } }"""
    stopped = shared.graphql(stop, ids=[*ids, "none"])["terminateRuns"]["terminateRunResults"]
    assert [r["__typename"] for r in stopped] == [
        "TerminatePipelineExecutionSuccess", "TerminatePipelineExecutionSuccess", "PipelineRunNotFoundError",
    ]  # fmt: skip
    assert {shared.wait_for_run(run_id)["status"] for run_id in ids} == {"CANCELED"}


def test_who_did_what_is_kept(shared: ServerProcess) -> None:
    run_id = shared.launch("short", {"solids": {"wait": {"config": {"until": "", "seconds": 0.0}}}})["run"]["runId"]
    shared.graphql('mutation { deleteRun(runId: "none") { __typename } }')
    entries = shared.graphql("{ auditLog(limit: 2) { id user action subject outcome timestamp } }")["auditLog"]
    deleted, launched = entries
    assert (deleted["action"], deleted["subject"], deleted["outcome"]) == (
        "deletePipelineRun", "none", "PipelineRunNotFoundError",
    )  # fmt: skip
    assert launched["outcome"] == "LaunchPipelineRunSuccess" and launched["user"] == shared.run(run_id)["createdBy"]
    assert run_id in launched["subject"] and "short" in launched["subject"]
    older = shared.graphql("query($c: String) { auditLog(cursor: $c, limit: 1) { id } }", c=deleted["id"])["auditLog"]
    assert older == [{"id": launched["id"]}]
    mine = shared.graphql('{ auditLog(user: "nobody of that name") { id } }')["auditLog"]
    assert mine == []


def test_a_client_may_read_the_schema(shared: ServerProcess) -> None:
    schema = build_client_schema(shared.graphql(get_introspection_query()))
    assert validate_schema(schema) == []
    for operation in ("runOrError", "pipelineRunOrError", "runsOrError", "workspaceOrError", "scheduleOrError"):
        assert schema.query_type is not None and operation in schema.query_type.fields


@pytest.mark.parametrize("cursor", ["none", "1; DROP TABLE runs", "\u202e", "a" * 10_000])
def test_a_cursor_that_is_none_is_told(shared: ServerProcess, cursor: str) -> None:
    query = "query($c: String) { pipelineRunsOrError(cursor: $c) { __typename ... on Error { message } } }"
    answer = shared.graphql(query, c=cursor)["pipelineRunsOrError"]
    assert answer["__typename"] == "InvalidPipelineRunsFilterError" and len(answer["message"]) < 300
