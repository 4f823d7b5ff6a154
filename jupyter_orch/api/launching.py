"""GraphQL: launching, re-executing, canceling and deleting runs, one or several."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jupyter_orch.api.context import EXECUTE, RUNS, WRITE, Context, context_of
from jupyter_orch.api.logs import remove_files
from jupyter_orch.api.problems import Answer, answer_for, answering, config_invalid
from jupyter_orch.api.runs import existing, run
from jupyter_orch.api.selectors import parse_run_config, pipeline_named, syntax_problem
from jupyter_orch.records.run import Run
from jupyter_orch.runs import problems
from jupyter_orch.runs.reexecute import Strategy
from jupyter_orch.runs.submit import Wish
from jupyter_orch.runs.tracing_switch import trace_tags
from jupyter_orch.yaml_text import YamlError

MOST_AT_ONCE = 100
IS_RESUME_RETRY = "dagster/is_resume_retry"


def _launch(_: Any, info: Any, executionParams: dict[str, Any]) -> Answer:
    context = context_of(info)
    context.require(EXECUTE, RUNS)
    name = pipeline_named(executionParams["selector"])
    value, text = None, None
    if executionParams.get("runConfigData") is not None:
        try:
            value, text = parse_run_config(executionParams["runConfigData"])
        except YamlError as error:
            return syntax_problem(name, error)
    try:
        found = _submitted(context, _wish(context, executionParams, value))
    except problems.RunConfigInvalid as error:
        return config_invalid(error.pipeline, error.errors, text)
    return {"__typename": "LaunchPipelineRunSuccess", "run": run(context, found)}


def _submitted(context: Context, wish: Wish) -> Run:
    if wish.parent_run_id is not None and wish.step_keys is not None:
        return context.orchestrator.reexecutor.reexecute_steps(wish, wish.step_keys, wish.parent_run_id)
    found, _created = context.orchestrator.submitter.submit(wish)
    return found


def _wish(context: Context, params: dict[str, Any], run_config: Any) -> Wish:
    selector = params["selector"]
    metadata = params.get("executionMetadata") or {}
    selection, step_keys = selector.get("solidSelection"), params.get("stepKeys")
    location = selector["repositoryLocationName"]
    return Wish(
        location=location,
        target=context.orchestrator.code_servers.entry(location).target,
        repository=selector["repositoryName"],
        pipeline=pipeline_named(selector),
        mode=params.get("mode"),
        preset=params.get("preset"),
        run_config=run_config,
        solid_selection=tuple(selection) if selection else None,
        step_keys=tuple(step_keys) if step_keys else None,
        tags={tag["key"]: tag["value"] for tag in metadata.get("tags") or ()} | trace_tags(context.traceparent),
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
        from_failure = _resumed_parent(executionParams)
        if from_failure is None:
            return _launch(root, info, executionParams)
        reexecutionParams = {"parentRunId": from_failure, "strategy": "FROM_FAILURE"}
    assert reexecutionParams is not None
    found = context.orchestrator.reexecutor.reexecute(
        reexecutionParams["parentRunId"], Strategy(reexecutionParams["strategy"]), context.user
    )
    return {"__typename": "LaunchPipelineRunSuccess", "run": run(context, found)}


def _resumed_parent(params: dict[str, Any]) -> str | None:
    """The run to go on from, for the classic way to ask for that: its id as parent and a tag."""
    metadata = params.get("executionMetadata") or {}
    tags = {tag["key"]: tag["value"] for tag in metadata.get("tags") or ()}
    parent: str | None = metadata.get("parentRunId")
    return parent if tags.get(IS_RESUME_RETRY) == "true" and not params.get("stepKeys") else None


def _terminate(_: Any, info: Any, runId: str, terminatePolicy: str | None = None) -> Answer:
    context = context_of(info)
    context.require(EXECUTE, RUNS)
    try:
        found = context.orchestrator.canceler.cancel(
            runId, context.user, immediately=terminatePolicy == "MARK_AS_CANCELED_IMMEDIATELY"
        )
    except problems.CannotTerminate as error:
        answer = {"__typename": "TerminatePipelineExecutionFailure", "message": error.message}
        return {**answer, "run": run(context, existing(context, runId))}
    return {"__typename": "TerminatePipelineExecutionSuccess", "run": run(context, found)}


def _delete(_: Any, info: Any, runId: str) -> Answer:
    context = context_of(info)
    context.require(WRITE, RUNS)
    found = existing(context, runId)
    if not found.is_final or not context.orchestrator.instance.storage.delete_run(runId):
        return answer_for(problems.RunConflict(f"run {runId} is {found.status}; cancel it before it is deleted"))
    remove_files(context.orchestrator.instance, runId)
    context.orchestrator.instance.bell(runId)
    return {"__typename": "DeletePipelineRunSuccess", "runId": runId}


def _each(act: Callable[..., Answer], arguments: list[dict[str, Any]], info: Any) -> list[Answer]:
    """The same done several times; one that fails does not stop the others."""
    context_of(info).require(EXECUTE, RUNS)
    if len(arguments) > MOST_AT_ONCE:
        raise problems.ConflictingParams(f"at most {MOST_AT_ONCE} at once, found {len(arguments)}")
    answers = []
    for each in arguments:
        try:
            answers.append(act(None, info, **each))
        except Exception as error:
            answers.append(answer_for(error))
    return answers


def _terminate_several(_: Any, info: Any, runIds: list[str], terminatePolicy: str | None = None) -> Answer:
    arguments = [{"runId": run_id, "terminatePolicy": terminatePolicy} for run_id in runIds]
    return {"__typename": "TerminateRunsResult", "terminateRunResults": _each(_terminate, arguments, info)}


def _launch_several(_: Any, info: Any, executionParamsList: list[dict[str, Any]]) -> Answer:
    arguments = [{"executionParams": params} for params in executionParamsList]
    return {"__typename": "LaunchMultipleRunsResult", "launchMultipleRunsResult": _each(_launch, arguments, info)}


RESOLVERS = {
    "Mutation": {
        "launchPipelineExecution": answering(_launch),
        "launchPipelineReexecution": answering(_relaunch),
        "launchMultipleRuns": answering(_launch_several),
        "terminatePipelineExecution": answering(_terminate),
        "terminateRuns": answering(_terminate_several),
        "deletePipelineRun": answering(_delete),
    },
}
