"""The routes of REST: schedules, sensors and backfills."""

from __future__ import annotations

from jupyter_orch.api.doors import CURSOR, LIMIT, PROBLEM, BodyField, Door, Parameter

_SCHEDULE = """name repositoryName repositoryLocationName pipelineName mode cronSchedule executionTimezone sentence
    status nextTicks(limit: 1) { timestamp localTime note }"""
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
            CURSOR,
            LIMIT,
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
                description="name of a partition set",
                required=True,
            ),
            BodyField(
                name="location",
                variable="params.selector.repositorySelector.repositoryLocationName",
                description="code location that defines it",
                required=True,
            ),
            BodyField(
                name="repository",
                variable="params.selector.repositorySelector.repositoryName",
                description="repository that defines it",
                required=True,
            ),
            BodyField(
                name="partitions", variable="params.partitionNames", description="names of partitions", kind="texts"
            ),
            BodyField(
                name="all", variable="params.allPartitions", description="true for every partition", kind="boolean"
            ),
            BodyField(name="from", variable="params.partitionRange.start", description="first partition of a range"),
            BodyField(name="to", variable="params.partitionRange.end", description="last partition of the range"),
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
