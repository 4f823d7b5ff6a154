"""The routes of REST, noun by noun."""

from __future__ import annotations

from jupyter_orch.api.doors import BodyField, Door, Parameter
from jupyter_orch.records.status import RunStatus

RUN = """runId pipelineName repositoryName repositoryLocationName mode status solidSelection stepKeysToExecute
    tags { key value } createdBy createTime startTime endTime rootRunId parentRunId lastEventSeq queuePosition
    failure { message className hint }"""
RUN_IN_FULL = RUN + " runConfigYaml stepStats { stepKey status startTime endTime attempts }"
PROBLEM = "... on Error { message } ... on PythonError { className hint stack }"

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


_SENSOR = """name sensorType description targets { pipelineName mode } minIntervalSeconds status repositoryName
    repositoryLocationName cursor lastCompletionTime nextEvaluation"""
_SENSOR_NAME = Parameter(name="name", variable="selector.sensorName", description="The sensor's name.", in_path=True)


def _turn_sensor(verb: str, mutation: str, summary: str) -> Door:
    return Door(
        method="POST",
        path=f"sensors/{{name}}/{verb}",
        name=f"{verb}Sensor",
        summary=f"{summary} Location and repository may be left out when one sensor alone has the name.",
        document=f"""mutation($selector: SensorSelector!) {{ answer: {mutation}(sensorSelector: $selector) {{
            __typename ... on SensorStateResult {{ sensor {{ {_SENSOR} }} }} {PROBLEM} }} }}""",
        parameters=(_SENSOR_NAME,),
        body=_of_repository("selector"),
        pick="sensor",
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
    Door(
        method="GET",
        path="sensors",
        name="listSensors",
        summary="Every sensor of the workspace and whether it is on.",
        document=f"""query {{ answer: sensorsOrError {{ __typename
            ... on Sensors {{ results {{ {_SENSOR} }} }} {PROBLEM} }} }}""",
        pick="results",
        wrap="sensors",
    ),
    _turn_sensor("start", "startSensor", "Switch a sensor on."),
    _turn_sensor("stop", "stopSensor", "Switch a sensor off."),
    _turn_sensor(
        "trigger", "triggerSensor", "Have a sensor that is on evaluated at once: the push for whoever has news."
    ),
)

_BACKFILL = """backfillId status repositoryName repositoryLocationName partitionSetName pipelineName numPartitions
    numRequested numRuns createdBy timestamp endTimestamp runStatusCounts { status count } error { message }"""
_BACKFILL_ID = Parameter(name="backfillId", variable="id", description="The backfill's id.", in_path=True)


def _change_backfill(verb: str, mutation: str, success: str, summary: str) -> Door:
    return Door(
        method="POST",
        path=f"backfills/{{backfillId}}/{verb}",
        name=f"{verb}Backfill",
        summary=summary,
        document=f"""mutation($id: String!) {{ answer: {mutation}(backfillId: $id) {{ __typename
            ... on {success} {{ backfill {{ {_BACKFILL} }} }} {PROBLEM} }} }}""",
        parameters=(_BACKFILL_ID,),
        pick="backfill",
    )


BACKFILLS = (
    Door(
        method="GET",
        path="backfills",
        name="listBackfills",
        summary="Backfills, newest first.",
        document=f"""query($status: BulkActionStatus, $cursor: String, $limit: Int) {{
            answer: partitionBackfillsOrError(status: $status, cursor: $cursor, limit: $limit) {{ __typename
                ... on PartitionBackfills {{ results {{ {_BACKFILL} }} }} {PROBLEM} }} }}""",
        parameters=(
            Parameter(
                name="status",
                variable="status",
                description="Only with this status.",
                choices=("REQUESTED", "PAUSED", "COMPLETED", "FAILED", "CANCELED"),
            ),
            _CURSOR,
            _LIMIT,
        ),
        pick="results",
        wrap="backfills",
        paged="backfillId",
    ),
    Door(
        method="POST",
        path="backfills",
        name="launchBackfill",
        summary="Ask for a run of each of several partitions; the daemon makes them.",
        document=f"""mutation($params: LaunchBackfillParams!) {{
            answer: launchPartitionBackfill(backfillParams: $params) {{ __typename
                ... on LaunchBackfillSuccess {{ backfill {{ {_BACKFILL} }} }} {PROBLEM} }} }}""",
        body=(
            BodyField(
                name="partitionSet",
                variable="params.selector.partitionSetName",
                description="the partition set",
                required=True,
            ),
            BodyField(
                name="location",
                variable="params.selector.repositorySelector.repositoryLocationName",
                description="its location",
                required=True,
            ),
            BodyField(
                name="repository",
                variable="params.selector.repositorySelector.repositoryName",
                description="its repository",
                required=True,
            ),
            BodyField(name="partitions", variable="params.partitionNames", description="which", kind="texts"),
            BodyField(name="all", variable="params.allPartitions", description="all of them", kind="boolean"),
            BodyField(name="from", variable="params.partitionRange.start", description="the first of a range"),
            BodyField(name="to", variable="params.partitionRange.end", description="the last of a range"),
            BodyField(
                name="fromFailure",
                variable="params.fromFailure",
                description="go on from the failure of each partition's newest run",
                kind="boolean",
            ),
            BodyField(name="tags", variable="params.tags", description="tags of the runs", kind="tags"),
        ),
        pick="backfill",
        status=201,
    ),
    Door(
        method="GET",
        path="backfills/{backfillId}",
        name="getBackfill",
        summary="One backfill.",
        document=f"""query($id: String!) {{ answer: partitionBackfillOrError(backfillId: $id) {{ __typename
            ... on PartitionBackfill {{ {_BACKFILL} partitionNames }} {PROBLEM} }} }}""",
        parameters=(_BACKFILL_ID,),
    ),
    _change_backfill("cancel", "cancelPartitionBackfill", "CancelBackfillSuccess", "Make no further runs."),
    _change_backfill("pause", "pausePartitionBackfill", "PauseBackfillSuccess", "Make no further runs until resumed."),
    _change_backfill("resume", "resumePartitionBackfill", "ResumeBackfillSuccess", "Go on behind the last partition."),
)

_ASSET_KEY = Parameter(
    name="key", variable="key.path", description="The key's parts joined by '/' (as %2F).", kind="path", in_path=True
)
_FACT = "partition runId timestamp cursor"

ASSETS = (
    Door(
        method="GET",
        path="assets",
        name="listAssets",
        summary="Keys of assets that runs have made or looked at.",
        document=f"""query($prefix: [String!], $cursor: String, $limit: Int) {{
            answer: assetsOrError(prefix: $prefix, cursor: $cursor, limit: $limit) {{ __typename
                ... on AssetConnection {{ nodes {{ key {{ path }} }} nextCursor: cursor }} {PROBLEM} }} }}""",
        parameters=(
            Parameter(name="prefix", variable="prefix", description="Only keys that begin so: a/b.", kind="path"),
            _CURSOR,
            _LIMIT,
        ),
        pick="nodes",
        wrap="assets",
    ),
    Door(
        method="GET",
        path="assets/{key}",
        name="getAsset",
        summary="One asset: its newest materializations and observations, and what it was made from.",
        document=f"""query($key: AssetKeyInput!) {{ answer: assetOrError(assetKey: $key) {{ __typename
            ... on Asset {{ key {{ path }} assetMaterializations(limit: 25) {{ {_FACT} }}
                assetObservations(limit: 25) {{ {_FACT} }}
                materializationCountByPartition {{ partition materializationCount }} }} {PROBLEM} }} }}""",
        parameters=(_ASSET_KEY,),
    ),
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

DOORS: tuple[Door, ...] = (*RUNS, *WORKSPACE, *AUTOMATION, *BACKFILLS, *ASSETS, *INSTANCE)
