"""GraphQL: plain notebooks, run in the background or by a schedule."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from jupyter_orch import clock
from jupyter_orch.api import runs, schedules
from jupyter_orch.api.context import EXECUTE, RUNS, SCHEDULES, Context, context_of
from jupyter_orch.api.problems import Answer, answering
from jupyter_orch.automation import cron
from jupyter_orch.automation.notebook_jobs import NotebookJobInvalid
from jupyter_orch.code_servers.environments import kernel_for_notebooks
from jupyter_orch.errors import OrchError
from jupyter_orch.records.event import EventType
from jupyter_orch.records.notebook_job import JOB_TAG, LOCATION, NotebookJob, schedule_name
from jupyter_orch.records.run import RunFilter
from jupyter_orch.runs import problems
from jupyter_orch.runs.debug_notebook import write_debug_notebook

MAX_RUNS = 100
DUE_TIMES, MAX_DUE_TIMES = 3, 20
KEEP = 20
STEP_START = EventType.STEP_START.value


def _form(_: Any, info: Any, path: str) -> Answer:
    jobs = context_of(info).orchestrator.notebook_jobs
    form = jobs.form(path)
    parameters = [{**asdict(p), "hasDefault": p.has_default} for p in form.parameters]
    return {
        "__typename": "NotebookForm",
        "path": form.path,
        "kernelName": form.kernel_name,
        "parameters": parameters,
        "formats": list(form.formats),
        "canMail": jobs.has_mail_server,
    }


def _due_times(
    _: Any, info: Any, cronSchedule: str, executionTimezone: str | None = None, limit: int | None = None
) -> Answer:
    zone = executionTimezone or "UTC"
    count = max(1, min(limit or DUE_TIMES, MAX_DUE_TIMES))
    try:
        due_times = cron.explained(cronSchedule, zone, clock.now(), count)
        sentence = cron.sentence(cronSchedule, zone)
    except OrchError as error:
        raise NotebookJobInvalid(error.message) from error
    next_ticks = [{"timestamp": due.due_at, "localTime": due.local_time, "note": due.note} for due in due_times]
    return {"__typename": "DueTimes", "sentence": sentence, "nextTicks": next_ticks}


def _jobs(_: Any, info: Any) -> Answer:
    context = context_of(info)
    jobs = context.orchestrator.notebook_jobs
    results = [_job(context, job) for job in jobs.list()]
    return {"__typename": "NotebookJobs", "results": results, "canMail": jobs.has_mail_server}


def _job(context: Context, job: NotebookJob) -> Answer:
    def schedule(info: Any) -> Answer | None:
        for deployed in context.orchestrator.deployments.schedules():
            if (deployed.place.location, deployed.name) == (LOCATION, schedule_name(job)):
                return schedules.schedule(context, deployed)
        return None

    def its_runs(info: Any, limit: int | None = None) -> list[Answer]:
        where = RunFilter(tags={JOB_TAG: job.job_id})
        found = context.orchestrator.instance.storage.list_runs(where, limit=max(1, min(limit or 5, MAX_RUNS)))
        return runs.rows(context, found)

    return {
        "jobId": job.job_id,
        "name": job.name,
        "path": job.path,
        "kernelName": job.kernel_name,
        "parameters": job.parameters,
        "cronSchedule": job.cron,
        "executionTimezone": job.timezone,
        "keep": job.keep,
        "keepFailuresOnly": job.keep_failures_only,
        "formats": list(job.formats),
        "output": job.output,
        "tags": job.tags,
        "mailTo": list(job.mail_to),
        "isPinned": bool(job.pinned),
        "hasDrifted": lambda _: context.orchestrator.notebook_jobs.has_drifted(job),
        "createdBy": job.created_by,
        "createTime": job.create_time,
        "schedule": schedule,
        "runs": its_runs,
    }


def _run(_: Any, info: Any, params: dict[str, Any]) -> Answer:
    context = context_of(info)
    context.require(EXECUTE, RUNS)
    found = context.orchestrator.notebook_jobs.run(
        NotebookJob(job_id="", name="", **_asked(params)),
        user=context.user,
        idempotency_key=params.get("idempotencyKey"),
    )
    return {"__typename": "LaunchPipelineRunSuccess", "run": runs.run(context, found)}


def _asked(given: dict[str, Any]) -> dict[str, Any]:
    """What a run in the background and a job are told alike."""
    told = {name: given.get(name) or {} for name in ("parameters", "tags")}
    for name, value in told.items():
        if not isinstance(value, dict):
            raise NotebookJobInvalid(f"{name}: expected a JSON object")
    return {
        "path": given["path"],
        "kernel_name": given.get("kernelName"),
        "formats": tuple(dict.fromkeys(given.get("formats") or ())),
        "output": (given.get("output") or "").strip(),
        **told,
    }


def _run_job(_: Any, info: Any, jobId: str) -> Answer:
    context = context_of(info)
    context.require(EXECUTE, RUNS)
    found = context.orchestrator.notebook_jobs.run_job(jobId, user=context.user)
    return {"__typename": "LaunchPipelineRunSuccess", "run": runs.run(context, found)}


def _debug_step(_: Any, info: Any, runId: str, stepKey: str) -> Answer:
    context = context_of(info)
    context.require(EXECUTE, RUNS)
    orchestrator = context.orchestrator
    found = orchestrator.instance.storage.get_run(runId)
    if found is None:
        raise problems.RunNotFound(f"there is no run {runId!r}", run_id=runId)
    steps = {item.event.step_key for item in orchestrator.instance.storage.read_events(runId, types=[STEP_START])}
    state = orchestrator.code_servers.state(found.submission.location)
    path = write_debug_notebook(
        orchestrator.code_servers.workspace.parent,
        found,
        stepKey,
        {key for key in steps if key},
        state.snapshot if state is not None else None,
        kernel_for_notebooks(orchestrator.code_servers.entry(found.submission.location) if state is not None else None),
    )
    return {"__typename": "DebugStepSuccess", "path": path}


def _save(_: Any, info: Any, job: dict[str, Any]) -> Answer:
    context = context_of(info)
    context.require(EXECUTE, SCHEDULES)
    saved = context.orchestrator.notebook_jobs.save(
        NotebookJob(
            job_id=job.get("jobId") or "",
            name=job["name"].strip(),
            cron=job["cronSchedule"],
            timezone=job.get("executionTimezone") or "UTC",
            keep=job.get("keep", KEEP),
            keep_failures_only=bool(job.get("keepFailuresOnly")),
            mail_to=tuple(dict.fromkeys(address.strip() for address in job.get("mailTo") or ())),
            created_by=context.user,
            **_asked(job),
        ),
        pin=job.get("pin", False),
    )
    return {"__typename": "SaveNotebookJobSuccess", "job": _job(context, saved)}


def _remove(_: Any, info: Any, jobId: str) -> Answer:
    context = context_of(info)
    context.require(EXECUTE, SCHEDULES)
    context.orchestrator.notebook_jobs.remove(jobId)
    return {"__typename": "RemoveNotebookJobSuccess", "jobId": jobId}


RESOLVERS = {
    "Query": {
        "notebookFormOrError": answering(_form),
        "notebookJobsOrError": answering(_jobs),
        "dueTimesOrError": answering(_due_times),
    },
    "Mutation": {
        "debugStep": answering(_debug_step),
        "runNotebook": answering(_run),
        "runNotebookJob": answering(_run_job),
        "saveNotebookJob": answering(_save),
        "removeNotebookJob": answering(_remove),
    },
}
