"""``jupyter-orch sensor``: what looks at the world, switched on and off, tried out, and what it has come to."""

from __future__ import annotations

import argparse
from typing import Any

from jupyter_orch import clock
from jupyter_orch.automation.deployed import DeployedSensor
from jupyter_orch.cli.instigators import add_name, add_ticks, add_turning, chosen, known_instigator, show_verdict
from jupyter_orch.cli.listing import Column, moment, print_json, show_listing
from jupyter_orch.cli.opening import (
    add_json,
    add_workspace,
    opened_deployment,
    opened_instance,
    report_failures,
    workspace_file,
)
from jupyter_orch.cli.through_server import add_server, problem_of_locations, sensors_there, server_for
from jupyter_orch.orchestrator import Orchestrator

COLUMNS = (
    Column("name", "SENSOR"),
    Column("status", "STATUS"),
    Column("kind", "KIND"),
    Column("interval", "EVERY", lambda seconds: f"{seconds} s"),
    Column("next", "NEXT", moment),
    Column("pipelines", "PIPELINES"),
    Column("location", "LOCATION"),
)


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the verbs of this group."""
    verbs = parser.add_subparsers(title="verbs", metavar="VERB", required=True)
    listed = verbs.add_parser("list", help="every sensor of the workspace")
    add_json(listed)
    add_workspace(listed)
    add_server(listed)
    listed.set_defaults(act=_list)
    add_turning(verbs, "sensor", lambda orchestrator: orchestrator.deployments.sensors(), "it is evaluated at once")
    preview = verbs.add_parser("preview", help="what a sensor would start now; starts nothing")
    add_name(preview, "sensor")
    preview.add_argument("--cursor", metavar="TEXT", help="evaluate it with this cursor (its own)")
    add_json(preview)
    add_workspace(preview)
    preview.set_defaults(act=_preview)
    add_ticks(verbs, "sensor")
    cursor = verbs.add_parser("cursor", help="what the last evaluation left behind for the next; show or change it")
    add_name(cursor, "sensor")
    change = cursor.add_mutually_exclusive_group()
    change.add_argument("--set", metavar="TEXT", dest="wanted", help="give it another")
    change.add_argument("--delete", action="store_true", help="take it away")
    add_json(cursor)
    cursor.set_defaults(act=_cursor)


def _list(arguments: argparse.Namespace) -> int:
    if client := server_for(arguments):
        rows = sensors_there(client)
        show_listing(rows, COLUMNS, as_json=arguments.json, nothing="The workspace has no sensor.")
        problem_of_locations(client)
        return 0
    with opened_deployment(workspace_file(arguments)) as orchestrator:
        states = orchestrator.code_servers.states()
        rows = [_row(orchestrator, deployed) for deployed in orchestrator.deployments.sensors()]
    show_listing(rows, COLUMNS, as_json=arguments.json, nothing="The workspace has no sensor.")
    report_failures(states)
    return 0


def _preview(arguments: argparse.Namespace) -> int:
    with opened_deployment(workspace_file(arguments)) as orchestrator:
        deployed = chosen(
            orchestrator, orchestrator.deployments.sensors(), arguments.name, arguments.location, "sensor"
        )
        switch = orchestrator.switches.current(deployed)
        before = switch.cursor if arguments.cursor is None else arguments.cursor
        verdict = orchestrator.sensor_ticks.evaluate(deployed, switch, before)
        keys = [request.run_key for request in verdict.requests if request.run_key is not None]
        used = orchestrator.instance.storage.used_run_keys(deployed.instigator_id, keys)
    facts = {"cursor": before, "cursor_after": verdict.cursor}
    return show_verdict(verdict, facts, as_json=arguments.json, used=used)


def _cursor(arguments: argparse.Namespace) -> int:
    with opened_instance() as instance:
        storage = instance.storage
        found = known_instigator(storage.list_instigators("sensor"), arguments.name, arguments.location, "sensor")
        if arguments.delete or arguments.wanted is not None:
            wanted = None if arguments.delete else arguments.wanted
            found = storage.change_instigator(found.instigator_id, cursor=wanted) or found
    if arguments.json:
        print_json({"name": found.name, "location": found.location, "cursor": found.cursor})
    else:
        print(f"sensor {found.name} has no cursor" if found.cursor is None else found.cursor)
    return 0


def _row(orchestrator: Orchestrator, deployed: DeployedSensor) -> dict[str, Any]:
    sensor = deployed.sensor
    switch = orchestrator.switches.current(deployed)
    return {
        "name": sensor.name,
        "status": "ON" if switch.running else "OFF",
        "kind": sensor.kind,
        "interval": sensor.minimum_interval_seconds,
        "next": orchestrator.sensor_ticks.due(deployed, switch, clock.now()) if switch.running else None,
        "pipelines": list(sensor.pipelines),
        "cursor": switch.cursor,
        "location": deployed.place.location,
        "repository": deployed.place.repository,
        "description": sensor.description,
    }
