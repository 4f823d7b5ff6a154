"""GraphQL: runs, their events, steps and captured output."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any
from urllib.parse import quote

from jupyter_orch.api import shapes
from jupyter_orch.api.context import Context, context_of
from jupyter_orch.api.events import message_event, plain_event
from jupyter_orch.api.logs import CHUNK, log_chunk
from jupyter_orch.api.problems import Answer, answering, python_error
from jupyter_orch.api.snapshot_ids import SnapshotId
from jupyter_orch.api.together import Together
from jupyter_orch.compute_logs.files import file_name
from jupyter_orch.records.asset import AssetFact
from jupyter_orch.records.event import Event, EventType, StoredEvent
from jupyter_orch.records.run import Run, RunFilter, Submission
from jupyter_orch.records.status import RunStatus
from jupyter_orch.runs import problems
from jupyter_orch.runs.coordinating import CoordinatorFailed
from jupyter_orch.runs.history import STEP_EVENTS, StepState, plan_of, step_states
from jupyter_orch.runs.secret_config import shown_config
from jupyter_orch.yaml_text import dump_yaml

DEFAULT_PAGE, MAX_PAGE = 25, 100
MAX_EVENTS = 10_000
MAX_TAGS = 10_000
COUNTED_EVENTS = (
    EventType.STEP_SUCCESS,
    EventType.STEP_FAILURE,
    EventType.ASSET_MATERIALIZATION,
    EventType.STEP_EXPECTATION_RESULT,
    EventType.PIPELINE_ENQUEUED,
    EventType.PIPELINE_STARTING,
)


def run(context: Context, found: Run) -> Answer:
    """One run that stands alone in its answer."""
    return rows(context, [found])[0]


def rows(context: Context, found: Sequence[Run]) -> list[Answer]:
    """Several runs; what they need beyond their own row is read for all of them at once, when it is asked for."""
    storage = context.orchestrator.instance.storage
    steps: Together[str, dict[str, StepState]] = Together(
        [r.run_id for r in found],
        lambda ids: {i: step_states(events) for i, events in storage.events_of(ids, STEP_EVENTS).items()},
    )
    counted: Together[str, list[StoredEvent]] = Together(
        [r.run_id for r in found], lambda ids: storage.events_of(ids, COUNTED_EVENTS)
    )
    facts: Together[str, list[AssetFact]] = Together([r.run_id for r in found], storage.asset_facts_of_runs)
    queue: Together[str, int] = Together([r.run_id for r in found], lambda _: _places(context))
    return [{**_run(context, r, steps, counted, queue), "assetFacts": partial(facts.of, r.run_id)} for r in found]


def _places(context: Context) -> dict[str, int]:
    """The places in the queue; none when the coordinator can not say: the runs themselves can be shown all the same."""
    try:
        return context.orchestrator.launching.places()
    except CoordinatorFailed:
        return {}


def _run(
    context: Context,
    found: Run,
    steps: Together[str, dict[str, StepState]],
    counted: Together[str, list[StoredEvent]],
    queue: Together[str, int],
) -> Answer:
    storage = context.orchestrator.instance.storage
    asked = found.submission

    def execution_plan(info: Any) -> Answer | None:
        stored = plan_of(storage.read_events(found.run_id, limit=20, types=["ENGINE_EVENT"]))
        return shapes.plan(stored) if stored is not None else None

    def events(info: Any, after: int | None = None, limit: int | None = None) -> list[Answer]:
        return [plain_event(e) for e in _events(context, found.run_id, after or 0, limit)]

    def event_connection(info: Any, afterCursor: str | None = None, limit: int | None = None) -> Answer:
        return connection(context, found, afterCursor, limit)

    def compute_logs(info: Any, stepKey: str) -> Answer:
        return {
            "runId": found.run_id,
            "stepKey": stepKey,
            "stdout": log_answer(context, found.run_id, stepKey, "stdout", 0),
            "stderr": log_answer(context, found.run_id, stepKey, "stderr", 0),
        }

    return {
        "__typename": "PipelineRun",
        "id": found.run_id,
        "runId": found.run_id,
        "pipelineName": asked.selector.pipeline,
        "jobName": asked.selector.pipeline,
        "pipelineSnapshotId": _snapshot_id(asked),
        "pipeline": {"name": asked.selector.pipeline, "solidSelection": _list(asked.selector.solid_selection)},
        "repositoryName": asked.selector.repository,
        "repositoryLocationName": asked.location,
        "repositoryOrigin": {
            "id": f"{asked.location}:{asked.selector.repository}",
            "repositoryLocationName": asked.location,
            "repositoryName": asked.selector.repository,
        },
        "mode": asked.selector.mode,
        "status": found.status.value,
        "solidSelection": _list(asked.selector.solid_selection),
        "stepKeysToExecute": _list(asked.step_keys),
        "runConfigYaml": lambda info: dump_yaml(shown_config(asked)) if asked.run_config else "",
        "tags": shapes.tags(asked.tags),
        "createdBy": asked.created_by,
        "createTime": found.create_time,
        "startTime": found.start_time,
        "endTime": found.end_time,
        "rootRunId": asked.root_run_id,
        "parentRunId": asked.parent_run_id,
        "canTerminate": not found.is_final,
        "lastEventSeq": found.event_seq,
        "queuePosition": lambda info: queue.of(found.run_id) if found.status == RunStatus.QUEUED else None,
        "stepStats": lambda info: [_step(found.run_id, s) for s in (steps.of(found.run_id) or {}).values()],
        "stats": lambda info: _stats(found, [e.event for e in counted.of(found.run_id) or ()]),
        "executionPlan": execution_plan,
        "events": events,
        "eventConnection": event_connection,
        "computeLogs": compute_logs,
        "capturedLogs": lambda info, fileKey: captured(context, found.run_id, fileKey, (0, 0)),
        "failure": python_error(found.failure),
    }


def _snapshot_id(asked: Submission) -> str | None:
    if not asked.code_version:
        return None
    where = asked.selector
    return SnapshotId(
        code_version=asked.code_version, location=asked.location, repository=where.repository, pipeline=where.pipeline
    ).text()


def _step(run_id: str, state: StepState) -> Answer:
    return {
        "runId": run_id,
        "stepKey": state.step_key,
        "status": state.status,
        "startTime": state.start_time,
        "endTime": state.end_time,
        "attempts": state.attempts,
    }


def _stats(found: Run, events: list[Event]) -> Answer:
    def count(kind: EventType) -> int:
        return sum(event.type == kind for event in events)

    def first(kind: EventType) -> float | None:
        return next((event.timestamp for event in events if event.type == kind), None)

    return {
        "__typename": "PipelineRunStatsSnapshot",
        "id": f"stats-{found.run_id}",
        "runId": found.run_id,
        "stepsSucceeded": count(EventType.STEP_SUCCESS),
        "stepsFailed": count(EventType.STEP_FAILURE),
        "materializations": count(EventType.ASSET_MATERIALIZATION),
        "expectations": count(EventType.STEP_EXPECTATION_RESULT),
        "enqueuedTime": first(EventType.PIPELINE_ENQUEUED),
        "launchTime": first(EventType.PIPELINE_STARTING),
        "startTime": found.start_time,
        "endTime": found.end_time,
    }


def connection(context: Context, found: Run, cursor: str | None, limit: int | None) -> Answer:
    """A page of a run's events after a cursor, under their classic types."""
    after = event_cursor(cursor)
    stored = _events(context, found.run_id, after, limit)
    last = stored[-1].seq if stored else after
    return {
        "__typename": "EventConnection",
        "events": [message_event(e) for e in stored],
        "cursor": str(last),
        "hasMore": last < found.event_seq,
    }


def event_cursor(text: str | None) -> int:
    """The number of the last event that a client has seen; classic clients begin with -1.

    Raises:
        InvalidFilter: it is no cursor of ours.
    """
    if not text or text == "-1":
        return 0
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise problems.InvalidFilter(f"expected the cursor of an earlier answer, found {text[:40]!r}")
    return int(text)


def _events(context: Context, run_id: str, after: int, limit: int | None) -> list[StoredEvent]:
    count = max(1, min(1000 if limit is None else limit, MAX_EVENTS))
    found = context.orchestrator.instance.storage.read_events(run_id, after=after, limit=count)
    context.allowance.take(len(found))
    return found


def log_answer(context: Context, run_id: str, step_key: str, stream: str, cursor: int) -> Answer:
    """Captured output from a byte on."""
    data, end, size = log_chunk(context.orchestrator.instance.compute_logs, run_id, step_key, stream, cursor)
    context.allowance.take(len(data) // 1024)
    return {
        "__typename": "ComputeLogFile",
        "data": data,
        "cursor": end,
        "size": size,
        "path": file_name(step_key, stream),
        "downloadUrl": f"{context.base_url}orch/api/v1/runs/{_quoted(run_id)}/logs/{_quoted(step_key)}/{stream}",
    }


def no_log(step_key: str, stream: str) -> Answer:
    """What there is of a run that nobody knows."""
    return {
        "__typename": "ComputeLogFile",
        "data": "",
        "size": 0,
        "path": file_name(step_key, stream),
        "downloadUrl": None,
    }


def captured(context: Context, run_id: str, step_key: str, cursor: tuple[int, int], limit: int = CHUNK) -> Answer:
    """Both streams of a step from a place on.

    Args:
        cursor: the first byte of each stream that was not seen yet.
        limit: most bytes of each stream.
    """
    logs = context.orchestrator.instance.compute_logs
    texts, ends = [], []
    for stream, start in zip(("stdout", "stderr"), cursor, strict=True):
        text, end, _ = log_chunk(logs, run_id, step_key, stream, start, limit)
        texts.append(text or None)
        ends.append(str(end))
        context.allowance.take(len(text) // 1024)
    return {
        "__typename": "CapturedLogs",
        "logKey": [run_id, step_key],
        "stdout": texts[0],
        "stderr": texts[1],
        "cursor": ":".join(ends),
    }


def _quoted(text: str) -> str:
    return quote(text, safe="")


def page(context: Context, where: RunFilter, cursor: str | None, limit: int | None) -> list[Answer]:
    """A page of runs, newest first.

    Raises:
        InvalidFilter: the cursor is no run.
    """
    found = context.orchestrator.instance.storage.list_runs(
        where, limit=page_size(limit), before=before_cursor(context, cursor)
    )
    return rows(context, found)


def page_size(limit: int | None) -> int:
    """How many rows a client gets that asks for so many."""
    return max(1, min(DEFAULT_PAGE if limit is None else limit, MAX_PAGE))


def before_cursor(context: Context, cursor: str | None) -> int | None:
    """The place of the run that a client names as the last one it has seen.

    Raises:
        InvalidFilter: there is no such run.
    """
    if not cursor:
        return None
    found = context.orchestrator.instance.storage.get_run(cursor)
    if found is None:
        raise problems.InvalidFilter(
            f"the cursor {cursor[:64]!r} is no run; pass the runId of the last run already seen"
        )
    return found.cursor


def run_filter(given: dict[str, Any] | None) -> RunFilter:
    """A client's RunsFilter."""
    given = given or {}
    return RunFilter(
        run_ids=tuple(given["runIds"]) if given.get("runIds") is not None else None,
        pipeline=given.get("pipelineName") or given.get("jobName"),
        location=given.get("repositoryLocationName"),
        statuses=_statuses(given.get("statuses")),
        tags={tag["key"]: tag["value"] for tag in given.get("tags") or ()},
        created_after=given.get("createdAfter"),
        created_before=given.get("createdBefore"),
    )


def _statuses(given: list[str] | None) -> tuple[RunStatus, ...] | None:
    if given is None:
        return None
    return tuple(RunStatus(s) for s in given if s in RunStatus.__members__)


def _list(value: tuple[str, ...] | None) -> list[str] | None:
    return list(value) if value is not None else None


def existing(context: Context, run_id: str) -> Run:
    """The run with that id.

    Raises:
        RunNotFound: there is none.
    """
    found = context.orchestrator.instance.storage.get_run(run_id)
    if found is None:
        raise problems.RunNotFound(f"there is no run {run_id[:64]!r}", run_id=run_id)
    return found


# Query


def _runs_or_error(
    _: Any, info: Any, filter: dict[str, Any] | None = None, cursor: str | None = None, limit: int | None = None
) -> Answer:
    context = context_of(info)
    where = run_filter(filter)
    storage = context.orchestrator.instance.storage
    before = before_cursor(context, cursor)
    return {
        "__typename": "PipelineRuns",
        "results": lambda info: rows(context, storage.list_runs(where, limit=page_size(limit), before=before)),
        "count": lambda info: storage.count_runs(where),
    }


def _run_or_error(_: Any, info: Any, runId: str) -> Answer:
    context = context_of(info)
    return run(context, existing(context, runId))


def _logs_for_run(_: Any, info: Any, runId: str, afterCursor: str | None = None, limit: int | None = None) -> Answer:
    context = context_of(info)
    return connection(context, existing(context, runId), afterCursor, limit)


def _run_tags(_: Any, info: Any) -> list[Answer]:
    """Values by key, without keys that are ours alone."""
    values: dict[str, list[str]] = {}
    for key, value in context_of(info).orchestrator.instance.storage.tag_values(MAX_TAGS):
        if not key.startswith("."):
            values.setdefault(key, []).append(value)
    return [{"key": key, "values": found} for key, found in values.items()]


# Families: a run with all that were made from it again


def _group_or_error(_: Any, info: Any, runId: str) -> Answer:
    context = context_of(info)
    try:
        found = existing(context, runId)
    except problems.RunNotFound as error:
        return {"__typename": "RunGroupNotFoundError", "message": error.message, "runId": runId}
    root = found.submission.root_run_id or found.run_id
    return _groups(context, [root])[0]


def _groups_or_error(
    _: Any, info: Any, filter: dict[str, Any] | None = None, cursor: str | None = None, limit: int | None = None
) -> Answer:
    context = context_of(info)
    roots = context.orchestrator.instance.storage.newest_families(
        run_filter(filter), limit=page_size(limit), before=before_cursor(context, cursor)
    )
    return {"__typename": "RunGroups", "results": _groups(context, roots)}


def _groups(context: Context, roots: list[str]) -> list[Answer]:
    """Each family oldest first, all read in one go; at most a thousand runs of each are told."""
    wheres = [RunFilter(root_run_ids=(root,)) for root in roots]
    families = context.orchestrator.instance.storage.newest_runs(wheres, 1000)
    answers = {a["runId"]: a for a in rows(context, [r for family in families for r in family])}
    return [
        {"__typename": "RunGroup", "rootRunId": root, "runs": [answers[r.run_id] for r in reversed(family)]}
        for root, family in zip(roots, families, strict=True)
    ]


RESOLVERS = {
    "Query": {
        "pipelineRunsOrError": answering(_runs_or_error),
        "pipelineRunOrError": answering(_run_or_error),
        "pipelineRunTags": _run_tags,
        "runGroupOrError": answering(_group_or_error),
        "runGroupsOrError": answering(_groups_or_error),
        "logsForRun": answering(_logs_for_run),
    },
}
