"""The routes of REST: runs."""

from __future__ import annotations

from jupyter_orch.api.doors import CURSOR, LIMIT, PROBLEM, BodyField, Door, Parameter
from jupyter_orch.records.status import RunStatus

RUN = """runId pipelineName repositoryName repositoryLocationName mode status solidSelection stepKeysToExecute
    tags { key value } createdBy createTime startTime endTime rootRunId parentRunId lastEventSeq queuePosition
    failure { message className hint }"""
RUN_IN_FULL = RUN + " runConfigYaml stepStats { stepKey status startTime endTime attempts }"

_RUN_ID = Parameter(name="runId", variable="id", description="The run's id.", in_path=True)

RUNS = (
    Door(
        method="GET",
        path="runs",
        name="listRuns",
        summary="Runs, newest first.",
        document=f"""query($filter: RunsFilter, $cursor: String, $limit: Int) {{
            answer: pipelineRunsOrError(filter: $filter, cursor: $cursor, limit: $limit) {{ __typename
                ... on PipelineRuns {{ results {{ {RUN} }} count }} {PROBLEM} }} }}""",
        parameters=(
            Parameter(name="pipeline", variable="filter.pipelineName", description="Only runs of this pipeline."),
            Parameter(
                name="location", variable="filter.repositoryLocationName", description="Only runs of this location."
            ),
            Parameter(
                name="status",
                variable="filter.statuses",
                description="Only with this status.",
                many=True,
                choices=tuple(s.value for s in RunStatus),
            ),
            Parameter(
                name="tag", variable="filter.tags", description="Only with this tag, KEY=VALUE.", kind="pair", many=True
            ),
            Parameter(name="runId", variable="filter.runIds", description="Only this run.", many=True),
            Parameter(
                name="createdAfter", variable="filter.createdAfter", description="Seconds since 1970.", kind="number"
            ),
            Parameter(
                name="createdBefore", variable="filter.createdBefore", description="Seconds since 1970.", kind="number"
            ),
            CURSOR,
            LIMIT,
        ),
        pick="results",
        wrap="runs",
        paged="runId",
    ),
    Door(
        method="POST",
        path="runs",
        name="launchRun",
        summary="Start a run. Location and repository may be left out when one pipeline alone has the name.",
        document=f"""mutation($params: ExecutionParams!) {{ answer: launchPipelineExecution(executionParams: $params) {{
            __typename ... on LaunchPipelineRunSuccess {{ run {{ {RUN} }} }}
            ... on RunConfigValidationInvalid {{ errors {{ message reason path line column }} }} {PROBLEM} }} }}""",
        body=(
            BodyField(
                name="pipeline", variable="params.selector.pipelineName", description="the pipeline", required=True
            ),
            BodyField(name="location", variable="params.selector.repositoryLocationName", description="its location"),
            BodyField(name="repository", variable="params.selector.repositoryName", description="its repository"),
            BodyField(
                name="solidSelection", variable="params.selector.solidSelection", description="only these", kind="texts"
            ),
            BodyField(name="mode", variable="params.mode", description="which bundle of resources"),
            BodyField(name="preset", variable="params.preset", description="a named run config of the pipeline"),
            BodyField(name="runConfig", variable="params.runConfigData", description="the run config", kind="config"),
            BodyField(name="stepKeys", variable="params.stepKeys", description="only these steps", kind="texts"),
            BodyField(name="tags", variable="params.executionMetadata.tags", description="tags", kind="tags"),
            BodyField(name="runId", variable="params.executionMetadata.runId", description="an id of your own, a UUID"),
        ),
        pick="run",
        status=201,
        fill="params.selector",
        takes_key=True,
    ),
    Door(
        method="GET",
        path="runs/{runId}",
        name="getRun",
        summary="One run with its steps.",
        document=f"""query($id: ID!) {{ answer: pipelineRunOrError(runId: $id) {{ __typename
            ... on PipelineRun {{ {RUN_IN_FULL} }} {PROBLEM} }} }}""",
        parameters=(_RUN_ID,),
    ),
    Door(
        method="DELETE",
        path="runs/{runId}",
        name="deleteRun",
        summary="Remove a run that has ended, with its events and files.",
        document=f"""mutation($id: String!) {{ answer: deletePipelineRun(runId: $id) {{ __typename
            ... on DeletePipelineRunSuccess {{ runId }} {PROBLEM} }} }}""",
        parameters=(_RUN_ID,),
    ),
    Door(
        method="POST",
        path="runs/{runId}/cancel",
        name="cancelRun",
        summary="Stop a run; with policy MARK_AS_CANCELED_IMMEDIATELY it is killed and marked at once.",
        document=f"""mutation($id: String!, $policy: TerminatePipelinePolicy) {{
            answer: terminatePipelineExecution(runId: $id, terminatePolicy: $policy) {{ __typename
                ... on TerminatePipelineExecutionSuccess {{ run {{ {RUN} }} }}
                ... on TerminatePipelineExecutionFailure {{ message }} {PROBLEM} }} }}""",
        parameters=(_RUN_ID,),
        body=(
            BodyField(
                name="policy",
                variable="policy",
                description="how",
                choices=("SAFE_TERMINATE", "MARK_AS_CANCELED_IMMEDIATELY"),
            ),
        ),
        pick="run",
    ),
    Door(
        method="POST",
        path="runs/{runId}/reexecute",
        name="reexecuteRun",
        summary="Start a run with the pipeline and config of an earlier one: all of it, or what its failure left.",
        document=f"""mutation($id: String!, $strategy: ReexecutionStrategy!) {{
            answer: launchPipelineReexecution(reexecutionParams: {{parentRunId: $id, strategy: $strategy}}) {{
                __typename ... on LaunchPipelineRunSuccess {{ run {{ {RUN} }} }}
                ... on RunConfigValidationInvalid {{ errors {{ message reason path line column }} }} {PROBLEM} }} }}""",
        parameters=(_RUN_ID,),
        body=(
            BodyField(
                name="strategy",
                variable="strategy",
                description="ALL_STEPS or FROM_FAILURE",
                required=True,
                choices=("ALL_STEPS", "FROM_FAILURE"),
            ),
        ),
        pick="run",
        status=201,
    ),
)
