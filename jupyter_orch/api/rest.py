"""The routes of REST, noun by noun."""

from __future__ import annotations

from jupyter_orch.api.doors import BodyField, Door, Parameter
from jupyter_orch.records.status import RunStatus

RUN = """runId pipelineName repositoryName repositoryLocationName mode status solidSelection stepKeysToExecute
    tags { key value } createdBy createTime startTime endTime rootRunId parentRunId lastEventSeq queuePosition
    failure { message className hint }"""
RUN_IN_FULL = RUN + " runConfigYaml stepStats { stepKey status startTime endTime attempts }"
PROBLEM = "... on Error { message } ... on PythonError { className hint }"

_RUN_ID = Parameter(name="runId", variable="id", description="The run's id.", in_path=True)
_CURSOR = Parameter(name="cursor", variable="cursor", description="`nextCursor` of the page before.")
_LIMIT = Parameter(
    name="limit", variable="limit", description="Most rows of the page.", kind="integer", least=1, most=100
)

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
            _CURSOR,
            _LIMIT,
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

WORKSPACE = (
    Door(
        method="GET",
        path="pipelines",
        name="listPipelines",
        summary="Every pipeline of the workspace.",
        document=f"""query {{ answer: repositoriesOrError {{ __typename ... on RepositoryConnection {{ nodes {{ name
            location {{ name }} pipelines {{ name description solidCount tags {{ key value }} modes {{ name }}
            presets {{ name mode runConfigYaml }} }} }} }} {PROBLEM} }} }}""",
        pick="nodes",
        wrap="repositories",
    ),
    Door(
        method="GET",
        path="locations",
        name="listLocations",
        summary="Every code location and whether its code loads.",
        document=f"""query {{ answer: workspaceOrError {{ __typename ... on Workspace {{ path locationEntries {{ name
            loadStatus stale progress updatedTimestamp loadError {{ message className file line hint }} }} }}
            {PROBLEM} }} }}""",
        pick="locationEntries",
        wrap="locations",
    ),
    Door(
        method="POST",
        path="locations/{name}/reload",
        name="reloadLocation",
        summary="Load a location's code again, and answer when that has ended (or with LOADING after a minute).",
        document=f"""mutation($name: String!) {{ answer: reloadRepositoryLocation(repositoryLocationName: $name) {{
            __typename ... on WorkspaceLocationEntry {{ name loadStatus stale progress updatedTimestamp
                loadError {{ message className file line hint }} }} {PROBLEM} }} }}""",
        parameters=(Parameter(name="name", variable="name", description="The location's name.", in_path=True),),
    ),
)

_SCHEDULE = """name repositoryName repositoryLocationName pipelineName mode cronSchedule executionTimezone sentence
    status futureTicks(limit: 1)"""
_SCHEDULE_NAME = Parameter(
    name="name", variable="selector.scheduleName", description="The schedule's name.", in_path=True
)


def _of_repository(selector: str) -> tuple[BodyField, ...]:
    return (
        BodyField(name="location", variable=f"{selector}.repositoryLocationName", description="its location"),
        BodyField(name="repository", variable=f"{selector}.repositoryName", description="its repository"),
    )


def _turn_schedule(verb: str, mutation: str, summary: str) -> Door:
    return Door(
        method="POST",
        path=f"schedules/{{name}}/{verb}",
        name=f"{verb}Schedule",
        summary=f"{summary} Location and repository may be left out when one schedule alone has the name.",
        document=f"""mutation($selector: ScheduleSelector!) {{ answer: {mutation}(scheduleSelector: $selector) {{
            __typename ... on ScheduleStateResult {{ schedule {{ {_SCHEDULE} }} }} {PROBLEM} }} }}""",
        parameters=(_SCHEDULE_NAME,),
        body=_of_repository("selector"),
        pick="schedule",
        fill="selector",
    )


AUTOMATION = (
    Door(
        method="GET",
        path="schedules",
        name="listSchedules",
        summary="Every schedule of the workspace and whether it is on.",
        document=f"""query {{ answer: schedulesOrError {{ __typename
            ... on Schedules {{ results {{ {_SCHEDULE} }} }} {PROBLEM} }} }}""",
        pick="results",
        wrap="schedules",
    ),
    _turn_schedule("start", "startSchedule", "Switch a schedule on: due times from now on count."),
    _turn_schedule("stop", "stopRunningSchedule", "Switch a schedule off."),
)

INSTANCE = (
    Door(
        method="GET",
        path="daemon",
        name="getDaemon",
        summary="The daemon's duties with their newest heartbeats, and the live servers and daemons.",
        document="""query { answer: instance { daemonHealth { allDaemonStatuses { daemonType required healthy
            lastHeartbeatTime lastHeartbeatErrors { message className } } }
            replicas { id host pid here startedAt lastHeartbeatTime version } } }""",
    ),
    Door(
        method="GET",
        path="audit",
        name="listAudit",
        summary="Who changed what, newest first.",
        document="""query($cursor: String, $limit: Int, $user: String) {
            answer: auditLog(cursor: $cursor, limit: $limit, user: $user) {
                id timestamp user action subject outcome } }""",
        parameters=(
            Parameter(name="user", variable="user", description="Only what this user did."),
            _CURSOR,
            _LIMIT,
        ),
        wrap="entries",
        paged="id",
    ),
)

DOORS: tuple[Door, ...] = (*RUNS, *WORKSPACE, *AUTOMATION, *INSTANCE)
