"""GraphQL: schedules, their switches and due times."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from jupyter_orch import clock
from jupyter_orch.api.context import EXECUTE, SCHEDULES, Context, context_of
from jupyter_orch.api.problems import Answer, answering
from jupyter_orch.api.ticks import TickPages, dry_run, state, status, switches_of
from jupyter_orch.automation import cron
from jupyter_orch.automation.deployed import DeployedSchedule, ScheduleNotFound, with_id
from jupyter_orch.records.notebook_job import LOCATION
from jupyter_orch.records.tick import Instigator

MAX_DUE_TIMES = 1000


def schedules_of(context: Context, location: str, repository: str) -> list[Answer]:
    """The schedules of one repository."""
    found = context.orchestrator.deployments.schedules()
    return rows(context, [d for d in found if (d.place.location, d.place.repository) == (location, repository)])


def rows(context: Context, found: Sequence[DeployedSchedule]) -> list[Answer]:
    """Several schedules; what their rows need is read at once."""
    switches = switches_of(context, found)
    pages = TickPages(context, [d.instigator_id for d in found])
    return [_row(context, d, switches[d.instigator_id], pages) for d in found]


def schedule(context: Context, deployed: DeployedSchedule) -> Answer:
    """One schedule."""
    return rows(context, [deployed])[0]


def _row(context: Context, deployed: DeployedSchedule, switch: Instigator, pages: TickPages) -> Answer:
    found = deployed.schedule

    def next_ticks(info: Any, limit: int | None = None, after: float | None = None) -> list[Answer]:
        start = clock.now() if after is None else after
        return [
            {"timestamp": due.due_at, "localTime": due.local_time, "note": due.note}
            for due in cron.upcoming(found.cron, found.timezone, start, _count(limit))
        ]

    def future_ticks(info: Any, cursor: float | None = None, limit: int | None = None) -> Answer:
        results = next_ticks(info, limit, cursor)
        last = results[-1]["timestamp"] if results else cursor
        return {"results": results, "cursor": clock.now() if last is None else last}

    ticks = pages.of(deployed.instigator_id)
    return {
        "__typename": "Schedule",
        "id": deployed.instigator_id,
        "name": found.name,
        "title": found.description if deployed.place.location == LOCATION and found.description else found.name,
        "cronSchedule": found.cron,
        "executionTimezone": found.timezone,
        "sentence": cron.sentence(found.cron, found.timezone),
        "pipelineName": found.pipeline,
        "mode": found.mode,
        "solidSelection": None if found.solid_selection is None else list(found.solid_selection),
        "description": found.description or None,
        "status": status(switch),
        "defaultStatus": "RUNNING" if found.default_running else "STOPPED",
        "repositoryName": deployed.place.repository,
        "repositoryLocationName": deployed.place.location,
        "partitionSetName": found.partition_set,
        "scheduleState": lambda info: state(context, switch, ticks),
        "futureTicks": future_ticks,
        "nextTicks": next_ticks,
        "ticks": ticks,
    }


def _count(limit: int | None) -> int:
    return max(0, min(5 if limit is None else limit, MAX_DUE_TIMES))


def find(context: Context, selector: dict[str, Any]) -> DeployedSchedule:
    """The schedule that a client names.

    Raises:
        ScheduleNotFound: names what there is.
    """
    return context.orchestrator.deployments.schedule(
        selector["repositoryLocationName"], selector["repositoryName"], selector["scheduleName"]
    )


def _schedules_or_error(_: Any, info: Any, repositorySelector: dict[str, Any] | None = None) -> Answer:
    context = context_of(info)
    if repositorySelector is None:
        return {"__typename": "Schedules", "results": rows(context, context.orchestrator.deployments.schedules())}
    place = (repositorySelector["repositoryLocationName"], repositorySelector["repositoryName"])
    return {"__typename": "Schedules", "results": schedules_of(context, *place)}


def _schedule_or_error(_: Any, info: Any, scheduleSelector: dict[str, Any]) -> Answer:
    context = context_of(info)
    return schedule(context, find(context, scheduleSelector))


def _turn(info: Any, *, on: bool, **named: Any) -> Answer:
    context = context_of(info)
    context.require(EXECUTE, SCHEDULES)
    if named.get("scheduleSelector") is not None:
        deployed = find(context, named["scheduleSelector"])
    else:
        deployed = with_id(
            context.orchestrator.deployments.schedules(), named.get("scheduleOriginId"), ScheduleNotFound
        )
    context.orchestrator.switches.turn(deployed, on=on)
    context.orchestrator.supervisor.wake("SCHEDULER")
    answer = schedule(context, deployed)
    return {"__typename": "ScheduleStateResult", "schedule": answer, "scheduleState": answer["scheduleState"]}


def _start(_: Any, info: Any, scheduleSelector: dict[str, Any]) -> Answer:
    return _turn(info, on=True, scheduleSelector=scheduleSelector)


def _stop(_: Any, info: Any, **named: Any) -> Answer:
    return _turn(info, on=False, **named)


def _dry_run(_: Any, info: Any, selectorData: dict[str, Any], timestamp: float | None = None) -> Answer:
    context = context_of(info)
    context.require(EXECUTE, SCHEDULES)
    deployed = find(context, selectorData)
    at = clock.now() if timestamp is None else timestamp
    found = deployed.schedule
    verdict = context.orchestrator.schedule_ticks.evaluate(deployed, at)
    return dry_run(verdict, set(), deployed.place, (found.pipeline,), found.mode, timestamp=at)


def _scheduler(_: Any, info: Any) -> Answer:
    return {"__typename": "Scheduler", "schedulerClass": "Scheduler"}


def _reconcile(_: Any, info: Any, repositorySelector: dict[str, Any]) -> Answer:
    context = context_of(info)
    context.require(EXECUTE, SCHEDULES)
    place = (repositorySelector["repositoryLocationName"], repositorySelector["repositoryName"])
    deployments = context.orchestrator.deployments
    for kind in (deployments.schedules(), deployments.sensors()):
        switches_of(context, [d for d in kind if (d.place.location, d.place.repository) == place])
    context.orchestrator.supervisor.wake("SCHEDULER")
    return {"__typename": "ReconcileSchedulerStateSuccess", "message": "the switches are in step with the code"}


RESOLVERS = {
    "Query": {
        "scheduler": answering(_scheduler),
        "schedulesOrError": answering(_schedules_or_error),
        "scheduleOrError": answering(_schedule_or_error),
    },
    "Mutation": {
        "startSchedule": answering(_start),
        "stopRunningSchedule": answering(_stop),
        "scheduleDryRun": answering(_dry_run),
        "reconcileSchedulerState": answering(_reconcile),
    },
}
