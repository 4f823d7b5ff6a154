"""GraphQL: runs, their events, steps and captured output; launching, re-executing, canceling, deleting."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import msgspec

from jupyter_orch.api import shapes
from jupyter_orch.api.context import EXECUTE, RUNS, WRITE, Context, context_of
from jupyter_orch.api.logs import log_chunk, log_file, run_folders
from jupyter_orch.api.problems import Answer, answer_for, answering, config_invalid, python_error
from jupyter_orch.api.selectors import parse_run_config, syntax_problem
from jupyter_orch.records.event import StoredEvent
from jupyter_orch.records.run import Run, RunFilter
from jupyter_orch.records.status import RunStatus
from jupyter_orch.runs import problems
from jupyter_orch.runs.history import STEP_EVENTS, plan_of, step_states
from jupyter_orch.runs.reexecute import Strategy
from jupyter_orch.runs.submit import Wish
from jupyter_orch.yaml_text import YamlError, dump_yaml

DEFAULT_PAGE, MAX_PAGE = 25, 100
MAX_EVENTS = 10_000
ALL_EVENTS = 1_000_000


def run(context: Context, found: Run) -> Answer:
    """One run; costly parts are read when they are asked for."""
    storage = context.orchestrator.instance.storage
    asked = found.submission

    def step_stats(info: Any) -> list[Answer]:
        states = step_states(storage.read_events(found.run_id, limit=ALL_EVENTS, types=STEP_EVENTS))
        return [
            {
                "stepKey": s.step_key,
                "status": s.status,
                "startTime": s.start_time,
                "endTime": s.end_time,
                "attempts": s.attempts,
            }
            for s in states.values()
        ]

    def execution_plan(info: Any) -> Answer | None:
        stored = plan_of(storage.read_events(found.run_id, limit=20, types=["ENGINE_EVENT"]))
        return shapes.plan(stored) if stored is not None else None

    def events(info: Any, after: int | None = None, limit: int | None = None) -> list[Answer]:
        count = min(limit or 1000, MAX_EVENTS)
        return [event(e) for e in storage.read_events(found.run_id, after=after or 0, limit=count)]

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
        "repositoryName": asked.selector.repository,
        "repositoryLocationName": asked.location,
        "mode": asked.selector.mode,
        "status": found.status.value,
        "solidSelection": _list(asked.selector.solid_selection),
        "stepKeysToExecute": _list(asked.step_keys),
        "runConfigYaml": dump_yaml(asked.run_config) if asked.run_config else "",
        "tags": shapes.tags(asked.tags),
        "createdBy": asked.created_by,
        "createTime": found.create_time,
        "startTime": found.start_time,
        "endTime": found.end_time,
        "rootRunId": asked.root_run_id,
        "parentRunId": asked.parent_run_id,
        "canTerminate": not found.is_final,
        "lastEventSeq": found.event_seq,
        "queuePosition": lambda info: _queue_position(context, found),
        "stepStats": step_stats,
        "executionPlan": execution_plan,
        "events": events,
        "computeLogs": compute_logs,
        "failure": python_error(found.failure),
    }


def event(stored: StoredEvent) -> Answer:
    """An event as plain JSON."""
    plain: Answer = msgspec.to_builtins(stored.event)
    return {"seq": stored.seq, **plain}


def log_answer(context: Context, run_id: str, step_key: str, stream: str, cursor: int) -> Answer:
    """Captured output from a byte on."""
    path = log_file(context.orchestrator.instance.settings.home, run_id, step_key, stream)
    data, end, size = log_chunk(path, cursor)
    return {
        "__typename": "ComputeLogFile",
        "data": data,
        "cursor": end,
        "size": size,
        "path": path.name,
        "downloadUrl": f"{context.base_url}orch/api/v1/runs/{run_id}/logs/{step_key}/{stream}",
    }


def page(context: Context, where: RunFilter, cursor: str | None, limit: int | None) -> list[Answer]:
    """A page of runs, newest first.

    Raises:
        RunNotFound: the cursor is no run.
    """
    storage = context.orchestrator.instance.storage
    before = _get(context, cursor).cursor if cursor else None
    count = max(1, min(DEFAULT_PAGE if limit is None else limit, MAX_PAGE))
    return [run(context, found) for found in storage.list_runs(where, limit=count, before=before)]


def run_filter(given: dict[str, Any] | None) -> RunFilter:
    """A client's RunsFilter."""
    given = given or {}
    return RunFilter(
        run_ids=tuple(given["runIds"]) if given.get("runIds") is not None else None,
        pipeline=given.get("pipelineName"),
        statuses=_statuses(given.get("statuses")),
        tags={tag["key"]: tag["value"] for tag in given.get("tags") or ()},
    )


def _statuses(given: list[str] | None) -> tuple[RunStatus, ...] | None:
    if given is None:
        return None
    return tuple(RunStatus(s) for s in given if s in RunStatus.__members__)


def _list(value: tuple[str, ...] | None) -> list[str] | None:
    return list(value) if value is not None else None


def _queue_position(context: Context, found: Run) -> int | None:
    if found.status != RunStatus.QUEUED:
        return None
    waiting = context.orchestrator.instance.storage.list_runs(
        RunFilter(statuses=(RunStatus.QUEUED,)), limit=10_000, before=found.cursor
    )
    return len(waiting) + 1


def _get(context: Context, run_id: str) -> Run:
    found = context.orchestrator.instance.storage.get_run(run_id)
    if found is None:
        raise problems.RunNotFound(f"there is no run {run_id!r}", run_id=run_id)
    return found


# Query


def _runs_or_error(
    _: Any, info: Any, filter: dict[str, Any] | None = None, cursor: str | None = None, limit: int | None = None
) -> Answer:
    context = context_of(info)
    where = run_filter(filter)
    storage = context.orchestrator.instance.storage
    return {
        "__typename": "PipelineRuns",
        "results": lambda info: page(context, where, cursor, limit),
        "count": lambda info: storage.count_runs(where),
    }


def _run_or_error(_: Any, info: Any, runId: str) -> Answer:
    context = context_of(info)
    return run(context, _get(context, runId))


# Mutation


def _launch(_: Any, info: Any, executionParams: dict[str, Any]) -> Answer:
    context = context_of(info)
    context.require(EXECUTE, RUNS)
    selector = executionParams["selector"]
    value, text = None, None
    if executionParams.get("runConfigData") is not None:
        try:
            value, text = parse_run_config(executionParams["runConfigData"])
        except YamlError as error:
            return syntax_problem(selector["pipelineName"], error)
    try:
        found, _created = context.orchestrator.submitter.submit(_wish(context, executionParams, value))
    except problems.RunConfigInvalid as error:
        return config_invalid(error.pipeline, error.errors, text)
    return {"__typename": "LaunchPipelineRunSuccess", "run": run(context, found)}


def _wish(context: Context, params: dict[str, Any], run_config: Any) -> Wish:
    selector = params["selector"]
    metadata = params.get("executionMetadata") or {}
    selection, step_keys = selector.get("solidSelection"), params.get("stepKeys")
    location = selector["repositoryLocationName"]
    return Wish(
        location=location,
        target=context.orchestrator.code_servers.entry(location).target,
        repository=selector["repositoryName"],
        pipeline=selector["pipelineName"],
        mode=params.get("mode"),
        preset=params.get("preset"),
        run_config=run_config,
        solid_selection=tuple(selection) if selection else None,
        step_keys=tuple(step_keys) if step_keys else None,
        tags={tag["key"]: tag["value"] for tag in metadata.get("tags") or ()},
        created_by=context.user,
        run_id=metadata.get("runId"),
        parent_run_id=metadata.get("parentRunId"),
        root_run_id=metadata.get("rootRunId"),
        idempotency_key=params.get("idempotencyKey"),
    )


def _relaunch(
    root: Any,
    info: Any,
    executionParams: dict[str, Any] | None = None,
    reexecutionParams: dict[str, Any] | None = None,
) -> Answer:
    context = context_of(info)
    context.require(EXECUTE, RUNS)
    if (executionParams is None) == (reexecutionParams is None):
        raise problems.ConflictingParams("give either executionParams or reexecutionParams")
    if executionParams is not None:
        return _launch(root, info, executionParams)
    assert reexecutionParams is not None
    found = context.orchestrator.reexecutor.reexecute(
        reexecutionParams["parentRunId"], Strategy(reexecutionParams["strategy"]), context.user
    )
    return {"__typename": "LaunchPipelineRunSuccess", "run": run(context, found)}


def _terminate(_: Any, info: Any, runId: str, terminatePolicy: str | None = None) -> Answer:
    context = context_of(info)
    context.require(EXECUTE, RUNS)
    try:
        found = context.orchestrator.canceler.cancel(
            runId, context.user, immediately=terminatePolicy == "MARK_AS_CANCELED_IMMEDIATELY"
        )
    except problems.CannotTerminate as error:
        answer = {"__typename": "TerminatePipelineExecutionFailure", "message": error.message}
        return {**answer, "run": run(context, _get(context, runId))}
    return {"__typename": "TerminatePipelineExecutionSuccess", "run": run(context, found)}


def _delete(_: Any, info: Any, runId: str) -> Answer:
    context = context_of(info)
    context.require(WRITE, RUNS)
    found = _get(context, runId)
    if not found.is_final or not context.orchestrator.instance.storage.delete_run(runId):
        return answer_for(problems.RunConflict(f"run {runId} is {found.status}; cancel it before it is deleted"))
    for folder in run_folders(context.orchestrator.instance.settings.home, runId):
        shutil.rmtree(Path(folder), ignore_errors=True)
    context.orchestrator.instance.bell(runId)
    return {"__typename": "DeletePipelineRunSuccess", "runId": runId}


RESOLVERS = {
    "Query": {"pipelineRunsOrError": answering(_runs_or_error), "pipelineRunOrError": answering(_run_or_error)},
    "Mutation": {
        "launchPipelineExecution": answering(_launch),
        "launchPipelineReexecution": answering(_relaunch),
        "terminatePipelineExecution": answering(_terminate),
        "deletePipelineRun": answering(_delete),
    },
}
