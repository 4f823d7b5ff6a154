"""Documents as scripts and clients of classic Dagster 0.12 send them, against a real server: what they ask for is there.

They are written by hand after the operations, arguments and types that those clients use; nothing is renamed for us.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from tests.journeys.test_doors import connect
from tests.journeys.test_graphql import SELECTOR, ended_run, params
from tests.server_process import ServerProcess

pytestmark = pytest.mark.journey

ERROR = "... on PythonError { message stack cause { message stack } }"
OF_NOTHING = {
    "runs page by page": ("""query Page($cursor: String) { pipelineRunsOrError(cursor: $cursor, limit: 10) { __typename
        ... on PipelineRuns { results { runId pipelineName status runConfigYaml
            stats { ... on PipelineRunStatsSnapshot { startTime endTime stepsFailed } } } }
        ... on InvalidPipelineRunsFilterError { message } ... on PythonError { message } } }""", {"cursor": None}, "PipelineRuns"),
    "failed runs": ("""query Failed { pipelineRunsOrError(filter: { statuses: [FAILURE] }, limit: 10) { __typename
        ... on PipelineRuns { results { runId pipelineName status } } } }""", {}, "PipelineRuns"),
    "runs by a filter": ("""query Runs($filter: PipelineRunsFilter!, $limit: Int, $cursor: String) {
        pipelineRunsOrError(filter: $filter, limit: $limit, cursor: $cursor) { __typename ... on PipelineRuns { results {
            id runId rootRunId parentRunId canTerminate mode pipelineName pipelineSnapshotId tags { key value } status
            stepKeysToExecute repositoryOrigin { id repositoryName repositoryLocationName }
            stats { __typename ... on PipelineRunStatsSnapshot { id enqueuedTime launchTime startTime endTime stepsSucceeded }
                    ... on PythonError { message } } } }
        ... on InvalidPipelineRunsFilterError { message } } }""",
        {"filter": {"pipelineName": "short", "statuses": ["SUCCESS"], "tags": []}, "limit": 5}, "PipelineRuns"),
    "repositories": ("""query { repositoriesOrError { __typename ... on RepositoryConnection { nodes {
        name location { name } pipelines { name } } } ... on PythonError { message stack } } }""", {}, "RepositoryConnection"),
    "pipelines of a repository": ("""query Pipelines($location: String!, $repository: String!) {
        repositoryOrError(repositorySelector: { repositoryLocationName: $location, repositoryName: $repository }) {
            __typename ... on Repository { pipelines { name } } ... on RepositoryNotFoundError { message } } }""",
        {"location": "code.py", "repository": "repo"}, "Repository"),
    "the workspace": (f"""query Workspace {{ workspaceOrError {{ __typename ... on Workspace {{ locationEntries {{ __typename id
        name loadStatus displayMetadata {{ key value }} updatedTimestamp locationOrLoadError {{ __typename
            ... on RepositoryLocation {{ id name isReloadSupported repositories {{ id name pipelines {{ id name
                schedules {{ id name }} sensors {{ id name }} }} }} }} {ERROR} }} }} }} {ERROR} }} }}""", {}, "Workspace"),
    "a pipeline": ("""query Pipeline($params: PipelineSelector!) { pipelineOrError(params: $params) { __typename
        ... on PipelineNotFoundError { message }
        ... on Pipeline { id name description pipelineSnapshotId modes { name description resources { name description } }
            presets { name mode solidSelection runConfigYaml tags { key value } }
            solidHandles { handleID parent { handleID } solid { name inputs { dependsOn { __typename } } } }
            solidHandle(handleID: "wait") { solid { name definition { name } } } }
        ... on PythonError { message } } }""", {"params": {**SELECTOR, "pipelineName": "short"}}, "Pipeline"),
    "a snapshot": ("""query Snapshot($selector: PipelineSelector) {
        pipelineSnapshotOrError(activePipelineSelector: $selector) { __typename
            ... on PipelineSnapshot { name pipelineSnapshotId solidHandles { handleID } }
            ... on PipelineNotFoundError { message } ... on PipelineSnapshotNotFoundError { message }
            ... on PythonError { message } } }""", {"selector": {**SELECTOR, "pipelineName": "long"}}, "PipelineSnapshot"),
    "is the config right": ("""query Valid($pipeline: PipelineSelector!, $runConfigData: RunConfigData!, $mode: String!) {
        isPipelineConfigValid(pipeline: $pipeline, runConfigData: $runConfigData, mode: $mode) { __typename
            ... on PipelineConfigValidationValid { pipelineName }
            ... on PipelineConfigValidationInvalid { pipelineName errors { __typename message reason path } }
            ... on PipelineNotFoundError { message } ... on InvalidSubsetError { message } ... on PythonError { message } } }""",
        {"pipeline": {**SELECTOR, "pipelineName": "configured"}, "runConfigData": {}, "mode": "default"},
        "PipelineConfigValidationInvalid"),
    "the plan": ("""query Plan($pipeline: PipelineSelector!, $runConfigData: RunConfigData!, $mode: String!) {
        executionPlanOrError(pipeline: $pipeline, runConfigData: $runConfigData, mode: $mode) { __typename
            ... on ExecutionPlan { steps { key kind inputs { name } } } ... on PythonError { message } } }""",
        {"pipeline": {**SELECTOR, "pipelineName": "short"}, "runConfigData": {}, "mode": "default"}, "ExecutionPlan"),
    "schedules": (f"""query Schedules($repositorySelector: RepositorySelector!) {{
        schedulesOrError(repositorySelector: $repositorySelector) {{ __typename ... on Schedules {{ results {{ id name
            cronSchedule executionTimezone pipelineName mode solidSelection scheduleState {{ id status
                ticks(limit: 1) {{ id status timestamp skipReason runIds error {{ message }} }}
                runs(limit: 1) {{ id runId pipelineName status }} runsCount }} }} }} {ERROR} }} }}""",
        {"repositorySelector": SELECTOR}, "Schedules"),
    "sensors": (f"""query Sensors($repositorySelector: RepositorySelector!) {{
        sensorsOrError(repositorySelector: $repositorySelector) {{ __typename ... on Sensors {{ results {{ id name
            minIntervalSeconds targets {{ pipelineName mode }} sensorState {{ id status }} }} }} {ERROR} }} }}""",
        {"repositorySelector": SELECTOR}, "Sensors"),
    "partition sets": ("""query Sets($repositorySelector: RepositorySelector!, $pipelineName: String!) {
        partitionSetsOrError(repositorySelector: $repositorySelector, pipelineName: $pipelineName) { __typename
            ... on PartitionSets { results { id name mode pipelineName solidSelection partitionsOrError(limit: 3) {
                ... on Partitions { results { name } } } } } ... on PipelineNotFoundError { message }
            ... on PythonError { message } } }""", {"repositorySelector": SELECTOR, "pipelineName": "short"}, "PartitionSets"),
    "backfills": ("""query Backfills($cursor: String, $limit: Int) { partitionBackfillsOrError(cursor: $cursor, limit: $limit) {
        __typename ... on PartitionBackfills { results { backfillId status numRequested numTotal timestamp
            runs(limit: 5) { id status tags { key value } } partitionSet { id name mode pipelineName
                repositoryName: name } error { message } } } ... on PythonError { message } } }""", {"limit": 5}, "PartitionBackfills"),
    "assets": ("""query Assets { assetsOrError { __typename ... on AssetConnection { nodes { id key { path }
        assetMaterializations(limit: 5) { partition runOrError { ... on PipelineRun { id runId mode status pipelineName } }
            materializationEvent { runId timestamp stepKey assetLineage { assetKey { path } partitions }
                materialization { label description metadataEntries { __typename label description
                    ... on EventTextMetadataEntry { text } ... on EventPathMetadataEntry { path }
                    ... on EventJsonMetadataEntry { jsonString } ... on EventUrlMetadataEntry { url }
                    ... on EventMarkdownMetadataEntry { mdStr } ... on EventFloatMetadataEntry { floatValue }
                    ... on EventIntMetadataEntry { intValue intRepr } } } } } } } ... on PythonError { message } } }""",
        {}, "AssetConnection"),
    "the scheduler": ("{ scheduler { __typename ... on Scheduler { schedulerClass } ... on PythonError { message } } }", {}, "Scheduler"),
    "switches that nobody has": ("""query { unloadableInstigationStatesOrError(instigationType: SCHEDULE) { __typename
        ... on InstigationStates { results { id name status } } ... on PythonError { message } } }""", {}, "InstigationStates"),
}  # fmt: skip
OF_A_RUN = {
    "status": ("""query Status($runId: ID!) { pipelineRunOrError(runId: $runId) { __typename ... on PipelineRun { status }
        ... on PipelineRunNotFoundError { message } ... on PythonError { message } } }""", "PipelineRun"),
    "all of it": ("""query Run($runId: ID!) { pipelineRunOrError(runId: $runId) { __typename
        ... on PipelineRun { id runId canTerminate pipelineName pipeline { __typename name solidSelection } mode status
            runConfigYaml tags { key value } rootRunId parentRunId stepKeysToExecute pipelineSnapshotId
            executionPlan { steps { key inputs { dependsOn { __typename } } } }
            stepStats { stepKey status startTime endTime } assets { id key { path } }
            computeLogs(stepKey: "wait") { stdout { path data downloadUrl } stderr { path data } } }
        ... on PipelineRunNotFoundError { message } } }""", "PipelineRun"),
    "family": ("""query Group($runId: ID!) { runGroupOrError(runId: $runId) { __typename
        ... on RunGroup { rootRunId runs { id runId parentRunId status stepKeysToExecute } }
        ... on RunGroupNotFoundError { message runId } ... on PythonError { message } } }""", "RunGroup"),
    "terminate": ("""mutation Stop($runId: String!) { terminatePipelineExecution(runId: $runId) { __typename
        ... on TerminatePipelineExecutionSuccess { run { id runId canTerminate } }
        ... on TerminatePipelineExecutionFailure { message run { id } } ... on PipelineRunNotFoundError { message runId }
        ... on UnauthorizedError { message } ... on PythonError { message stack } } }""", "TerminatePipelineExecutionFailure"),
    "delete": ("""mutation Delete($runId: String!) { deletePipelineRun(runId: $runId) { __typename
        ... on DeletePipelineRunSuccess { runId } ... on PipelineRunNotFoundError { message runId }
        ... on UnauthorizedError { message } ... on PythonError { message stack } } }""", "DeletePipelineRunSuccess"),
}  # fmt: skip


def answer(data: dict[str, Any]) -> dict[str, Any]:
    """The value of the one root field."""
    (found,) = data.values()
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("name", OF_NOTHING)
def test_what_classic_programs_ask_for_is_there(shared: ServerProcess, name: str) -> None:
    document, variables, expected = OF_NOTHING[name]
    found = answer(shared.graphql(document, **variables))
    assert found["__typename"] == expected, found


def test_a_run_in_classic_words_from_its_start_to_its_end(shared: ServerProcess) -> None:
    run_id = ended_run(shared)
    for name, (document, expected) in OF_A_RUN.items():
        found = answer(shared.graphql(document, runId=run_id))
        assert found["__typename"] == expected, (name, found)
        if name == "all of it":
            assert found["computeLogs"]["stdout"]["data"] == "waiting begins\nwaiting ends\n"
            assert [s["status"] for s in found["stepStats"]] == ["SUCCESS", "SUCCESS"]


def test_permissions_and_health_in_classic_words(shared: ServerProcess) -> None:
    found = shared.graphql("""query Health { version permissions { permission value } instance { runQueuingSupported daemonHealth { id
        allDaemonStatuses { id daemonType required healthy lastHeartbeatErrors { __typename message stack
            cause { message stack } } lastHeartbeatTime } } } }""")
    assert found["version"] and found["permissions"] and found["instance"]["daemonHealth"]["allDaemonStatuses"]


def test_a_run_is_executed_again_in_classic_words(shared: ServerProcess) -> None:
    parent = ended_run(shared)
    again = """mutation Again($executionParams: ExecutionParams!) {
        launchPipelineReexecution(executionParams: $executionParams) { __typename
            ... on LaunchPipelineRunSuccess { run { id runId parentRunId rootRunId pipelineName } }
            ... on PipelineNotFoundError { message } ... on InvalidSubsetError { message }
            ... on PipelineConfigValidationInvalid { errors { message } } ... on PythonError { message stack } } }"""
    metadata = {"parentRunId": parent, "rootRunId": parent, "tags": [{"key": "why", "value": "once more"}]}
    found = answer(
        shared.graphql(again, executionParams=params("short", {}, mode="default", executionMetadata=metadata))
    )
    assert found["run"]["parentRunId"] == found["run"]["rootRunId"] == parent
    shared.wait_for_run(found["run"]["runId"])


def test_logs_are_followed_in_classic_words(shared: ServerProcess) -> None:
    document = """subscription PipelineRunLogsSubscription($runId: ID!, $after: Cursor) {
        pipelineRunLogs(runId: $runId, after: $after) { __typename
            ... on PipelineRunLogsSubscriptionSuccess { hasMorePastEvents run { id status } messages { __typename
                ... on MessageEvent { runId message timestamp level stepKey eventType }
                ... on ExecutionStepFailureEvent { error { message stack } } ... on LogsCapturedEvent { logKey stepKeys } } }
            ... on PipelineRunLogsSubscriptionFailure { missingRunId message } } }"""

    async def first(run_id: str) -> dict[str, Any]:
        line = await connect(shared)
        payload = {"query": document, "variables": {"runId": run_id, "after": None}}
        await line.write_message(json.dumps({"type": "subscribe", "id": "1", "payload": payload}))
        message = json.loads(await asyncio.wait_for(line.read_message(), 30) or "")
        line.close()
        return answer(message["payload"]["data"])

    found = asyncio.run(first(ended_run(shared)))
    kinds = [message["__typename"] for message in found["messages"]]
    assert kinds[-1] == "PipelineSuccessEvent" and not found["hasMorePastEvents"]
    captured = next(message for message in found["messages"] if message["__typename"] == "LogsCapturedEvent")
    assert captured["logKey"] == "wait" and captured["stepKeys"] == ["wait"]
    assert asyncio.run(first("none"))["missingRunId"] == "none"


def test_output_is_followed_by_its_key(shared: ServerProcess) -> None:
    document = """subscription($logKey: [String!]!, $cursor: String) { capturedLogs(logKey: $logKey, cursor: $cursor) {
        logKey stdout stderr cursor } }"""

    async def followed(run_id: str) -> list[dict[str, Any]]:
        line = await connect(shared)
        payload = {"query": document, "variables": {"logKey": [run_id, "wait"]}}
        await line.write_message(json.dumps({"type": "subscribe", "id": "1", "payload": payload}))
        seen = []
        while (message := json.loads(await asyncio.wait_for(line.read_message(), 30) or ""))["type"] == "next":
            seen.append(answer(message["payload"]["data"]))
        line.close()
        return seen

    run_id = ended_run(shared)
    assert "".join(chunk["stdout"] or "" for chunk in asyncio.run(followed(run_id))) == "waiting begins\nwaiting ends\n"
    assert [chunk["stdout"] for chunk in asyncio.run(followed("none"))] == [None]
