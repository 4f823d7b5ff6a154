"""GraphQL: sensors, their switches, cursors and evaluations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from jupyter_orch import clock
from jupyter_orch.api.context import EXECUTE, SENSORS, Context, context_of
from jupyter_orch.api.problems import Answer, answering
from jupyter_orch.api.ticks import TickPages, dry_run, state, status, switches_of
from jupyter_orch.automation.deployed import DeployedSensor, SensorNotFound, with_id
from jupyter_orch.records.tick import Instigator

_TYPES = {"sensor": "STANDARD", "asset": "ASSET", "run_status": "RUN_STATUS"}


def sensors_of(context: Context, location: str, repository: str) -> list[Answer]:
    """The sensors of one repository."""
    found = context.orchestrator.deployments.sensors()
    return rows(context, [d for d in found if (d.place.location, d.place.repository) == (location, repository)])


def rows(context: Context, found: Sequence[DeployedSensor]) -> list[Answer]:
    """Several sensors; what their rows need is read at once."""
    switches = switches_of(context, found)
    pages = TickPages(context, [d.instigator_id for d in found])
    return [_row(context, d, switches[d.instigator_id], pages) for d in found]


def sensor(context: Context, deployed: DeployedSensor) -> Answer:
    """One sensor."""
    return rows(context, [deployed])[0]


def _row(context: Context, deployed: DeployedSensor, switch: Instigator, pages: TickPages) -> Answer:
    found = deployed.sensor
    ticks = pages.of(deployed.instigator_id)
    selection = None if found.solid_selection is None else list(found.solid_selection)
    next_at = context.orchestrator.sensor_ticks.due(deployed, switch, clock.now())
    return {
        "__typename": "Sensor",
        "id": deployed.instigator_id,
        "name": found.name,
        "sensorType": _TYPES[found.kind],
        "description": found.description or None,
        "targets": [{"pipelineName": p, "mode": found.mode, "solidSelection": selection} for p in found.pipelines],
        "minIntervalSeconds": found.minimum_interval_seconds,
        "assetKey": None if found.asset_key is None else list(found.asset_key),
        "runStatus": found.run_status,
        "monitoredPipelines": None if found.watched is None else list(found.watched),
        "status": status(switch),
        "defaultStatus": "RUNNING" if found.default_running else "STOPPED",
        "repositoryName": deployed.place.repository,
        "repositoryLocationName": deployed.place.location,
        "cursor": switch.cursor,
        "lastRunKey": switch.last_run_key,
        "lastCompletionTime": switch.last_end,
        "nextEvaluation": next_at if switch.running else None,
        "sensorState": lambda info: state(context, switch, ticks),
        "ticks": ticks,
    }


def find(context: Context, selector: dict[str, Any]) -> DeployedSensor:
    """The sensor that a client names.

    Raises:
        SensorNotFound: names what there is.
    """
    return context.orchestrator.deployments.sensor(
        selector["repositoryLocationName"], selector["repositoryName"], selector["sensorName"]
    )


def _sensors_or_error(_: Any, info: Any, repositorySelector: dict[str, Any] | None = None) -> Answer:
    context = context_of(info)
    if repositorySelector is None:
        return {"__typename": "Sensors", "results": rows(context, context.orchestrator.deployments.sensors())}
    place = (repositorySelector["repositoryLocationName"], repositorySelector["repositoryName"])
    return {"__typename": "Sensors", "results": sensors_of(context, *place)}


def _sensor_or_error(_: Any, info: Any, sensorSelector: dict[str, Any]) -> Answer:
    context = context_of(info)
    return sensor(context, find(context, sensorSelector))


def _allowed(info: Any, selector: dict[str, Any]) -> tuple[Context, DeployedSensor]:
    context = context_of(info)
    context.require(EXECUTE, SENSORS)
    return context, find(context, selector)


def _changed(context: Context, deployed: DeployedSensor) -> Answer:
    context.orchestrator.supervisor.wake("SENSOR")
    answer = sensor(context, deployed)
    return {"__typename": "SensorStateResult", "sensor": answer, "sensorState": answer["sensorState"]}


def _start(_: Any, info: Any, sensorSelector: dict[str, Any]) -> Answer:
    context, deployed = _allowed(info, sensorSelector)
    context.orchestrator.switches.turn(deployed, on=True)
    return _changed(context, deployed)


def _stop(_: Any, info: Any, sensorSelector: dict[str, Any] | None = None, jobOriginId: str | None = None) -> Answer:
    context = context_of(info)
    context.require(EXECUTE, SENSORS)
    if sensorSelector is not None:
        deployed = find(context, sensorSelector)
    else:
        deployed = with_id(context.orchestrator.deployments.sensors(), jobOriginId, SensorNotFound)
    context.orchestrator.switches.turn(deployed, on=False)
    return _changed(context, deployed)


def _set_cursor(_: Any, info: Any, sensorSelector: dict[str, Any], cursor: str | None = None) -> Answer:
    context, deployed = _allowed(info, sensorSelector)
    context.orchestrator.switches.set_cursor(deployed, cursor)
    return _changed(context, deployed)


def _trigger(_: Any, info: Any, sensorSelector: dict[str, Any]) -> Answer:
    context, deployed = _allowed(info, sensorSelector)
    context.orchestrator.sensor_ticks.want(deployed, context.orchestrator.switches.current(deployed))
    return _changed(context, deployed)


def _dry_run(_: Any, info: Any, selectorData: dict[str, Any], **given: Any) -> Answer:
    context, deployed = _allowed(info, selectorData)
    switch = context.orchestrator.switches.current(deployed)
    cursor = given.get("cursor", switch.cursor)
    verdict = context.orchestrator.sensor_ticks.evaluate(deployed, switch, cursor)
    keys = [request.run_key for request in verdict.requests if request.run_key is not None]
    used = context.orchestrator.instance.storage.used_run_keys(deployed.instigator_id, keys)
    return dry_run(verdict, used, deployed.place, deployed.sensor.pipelines, deployed.sensor.mode, cursor=cursor)


RESOLVERS = {
    "Query": {
        "sensorsOrError": answering(_sensors_or_error),
        "sensorOrError": answering(_sensor_or_error),
    },
    "Mutation": {
        "startSensor": answering(_start),
        "stopSensor": answering(_stop),
        "setSensorCursor": answering(_set_cursor),
        "triggerSensor": answering(_trigger),
        "sensorDryRun": answering(_dry_run),
    },
}
