"""GraphQL: schedules, their switches and ticks."""

from __future__ import annotations

from itertools import islice
from typing import Any

from jupyter_orch import clock
from jupyter_orch.api.context import EXECUTE, SCHEDULES, Context, context_of
from jupyter_orch.api.problems import Answer, answering, python_error
from jupyter_orch.automation import cron
from jupyter_orch.automation.deployed import DeployedSchedule
from jupyter_orch.records.tick import Instigator, Tick

MAX_TICKS = 1000


def schedules_of(context: Context, location: str, repository: str) -> list[Answer]:
    """The schedules of one repository."""
    switches = _switches(context)
    return [
        schedule(context, deployed, switches.get(deployed.instigator_id))
        for deployed in context.orchestrator.deployments.schedules()
        if (deployed.place.location, deployed.place.repository) == (location, repository)
    ]


def schedule(context: Context, deployed: DeployedSchedule, switch: Instigator | None) -> Answer:
    """One schedule; one without a stored switch stands at the default of the code."""
    found = deployed.schedule
    running = switch.running if switch is not None else found.default_running

    def future_ticks(info: Any, limit: int | None = None) -> list[float]:
        count = max(0, min(5 if limit is None else limit, MAX_TICKS))
        return list(islice(cron.due_times(found.cron, found.timezone, clock.now()), count))

    def ticks(info: Any, limit: int | None = None) -> list[Answer]:
        count = max(1, min(limit or 25, MAX_TICKS))
        return [tick(t) for t in context.orchestrator.instance.storage.list_ticks(deployed.instigator_id, count)]

    return {
        "__typename": "Schedule",
        "id": deployed.instigator_id,
        "name": found.name,
        "cronSchedule": found.cron,
        "executionTimezone": found.timezone,
        "sentence": cron.sentence(found.cron, found.timezone),
        "pipelineName": found.pipeline,
        "mode": found.mode,
        "description": found.description or None,
        "status": "RUNNING" if running else "STOPPED",
        "repositoryName": deployed.place.repository,
        "repositoryLocationName": deployed.place.location,
        "futureTicks": future_ticks,
        "ticks": ticks,
    }


def tick(found: Tick) -> Answer:
    """One tick."""
    return {
        "id": str(found.tick_id),
        "timestamp": found.due_at,
        "endTimestamp": found.end_time,
        "status": found.status.value,
        "skipReason": found.skip_reason,
        "runIds": list(found.run_ids),
        "error": python_error(found.failure),
    }


def _switches(context: Context) -> dict[str, Instigator]:
    return {i.instigator_id: i for i in context.orchestrator.instance.storage.list_instigators("schedule")}


def _find(context: Context, selector: dict[str, Any]) -> DeployedSchedule | None:
    wanted = (selector["repositoryLocationName"], selector["repositoryName"], selector["scheduleName"])
    for deployed in context.orchestrator.deployments.schedules():
        if (deployed.place.location, deployed.place.repository, deployed.schedule.name) == wanted:
            return deployed
    return None


def _not_found(selector: dict[str, Any]) -> Answer:
    message = f"repository {selector['repositoryName']!r} has no schedule {selector['scheduleName']!r}"
    return {"__typename": "ScheduleNotFoundError", "message": message}


def _schedules_or_error(_: Any, info: Any, repositorySelector: dict[str, Any] | None = None) -> Answer:
    context = context_of(info)
    switches = _switches(context)
    chosen = [
        deployed
        for deployed in context.orchestrator.deployments.schedules()
        if repositorySelector is None
        or (deployed.place.location, deployed.place.repository)
        == (repositorySelector["repositoryLocationName"], repositorySelector["repositoryName"])
    ]
    return {
        "__typename": "Schedules",
        "results": [schedule(context, deployed, switches.get(deployed.instigator_id)) for deployed in chosen],
    }


def _schedule_or_error(_: Any, info: Any, scheduleSelector: dict[str, Any]) -> Answer:
    context = context_of(info)
    deployed = _find(context, scheduleSelector)
    if deployed is None:
        return _not_found(scheduleSelector)
    return schedule(context, deployed, _switches(context).get(deployed.instigator_id))


def _turn(info: Any, selector: dict[str, Any], *, on: bool) -> Answer:
    context = context_of(info)
    context.require(EXECUTE, SCHEDULES)
    deployed = _find(context, selector)
    if deployed is None:
        return _not_found(selector)
    switch = context.orchestrator.switches.turn(deployed, on=on)
    context.orchestrator.supervisor.wake("SCHEDULER")
    return {"__typename": "ScheduleStateResult", "schedule": schedule(context, deployed, switch)}


def _start(_: Any, info: Any, scheduleSelector: dict[str, Any]) -> Answer:
    return _turn(info, scheduleSelector, on=True)


def _stop(_: Any, info: Any, scheduleSelector: dict[str, Any]) -> Answer:
    return _turn(info, scheduleSelector, on=False)


RESOLVERS = {
    "Query": {"schedulesOrError": answering(_schedules_or_error), "scheduleOrError": answering(_schedule_or_error)},
    "Mutation": {"startSchedule": answering(_start), "stopRunningSchedule": answering(_stop)},
}
