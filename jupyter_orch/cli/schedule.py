"""``jupyter-orch schedule``: what is due when, switched on and off."""

from __future__ import annotations

import argparse
from typing import Any

from jupyter_orch import clock
from jupyter_orch.automation import cron
from jupyter_orch.automation.deployed import DeployedSchedule
from jupyter_orch.cli.listing import Column, moment, show_listing
from jupyter_orch.cli.opening import add_json, add_workspace, opened_deployment, report_failures, workspace_file
from jupyter_orch.errors import OrchError
from jupyter_orch.names import did_you_mean
from jupyter_orch.orchestrator import Orchestrator

COLUMNS = (
    Column("name", "SCHEDULE"),
    Column("status", "STATUS"),
    Column("when", "WHEN"),
    Column("next_due", "NEXT", moment),
    Column("pipeline", "PIPELINE"),
    Column("location", "LOCATION"),
)


class ScheduleNotFound(OrchError):
    """There is no such schedule."""

    code = "SCHEDULE_NOT_FOUND"


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the verbs of this group."""
    verbs = parser.add_subparsers(title="verbs", metavar="VERB", required=True)
    listed = verbs.add_parser("list", help="every schedule of the workspace")
    add_json(listed)
    listed.set_defaults(act=_list)
    start = verbs.add_parser("start", help="switch a schedule on: due times from now on count")
    stop = verbs.add_parser("stop", help="switch a schedule off")
    for verb, on in ((start, True), (stop, False)):
        verb.add_argument("name", metavar="NAME", help="the schedule")
        verb.add_argument("-l", "--location", help="the location, when several have a schedule of that name")
        verb.set_defaults(act=_turn, on=on)
    for verb in (listed, start, stop):
        add_workspace(verb)


def _list(arguments: argparse.Namespace) -> int:
    with opened_deployment(workspace_file(arguments)) as orchestrator:
        states = orchestrator.code_servers.states()
        rows = [_row(orchestrator, deployed) for deployed in orchestrator.deployments.schedules()]
    show_listing(rows, COLUMNS, as_json=arguments.json, nothing="The workspace has no schedule.")
    return 1 if report_failures(states) else 0


def _turn(arguments: argparse.Namespace) -> int:
    with opened_deployment(workspace_file(arguments)) as orchestrator:
        deployed = _find(orchestrator, arguments.name, arguments.location)
        orchestrator.switches.turn(deployed, on=arguments.on)
        row = _row(orchestrator, deployed)
    due = f"; next due {moment(row['next_due'])}" if arguments.on else ""
    print(f"schedule {deployed.schedule.name} is {row['status']}{due}")
    return 0


def _find(orchestrator: Orchestrator, name: str, location: str | None) -> DeployedSchedule:
    known = [d for d in orchestrator.deployments.schedules() if location in (None, d.place.location)]
    found = [d for d in known if d.schedule.name == name]
    if len(found) == 1:
        return found[0]
    if found:
        places = ", ".join(d.place.location for d in found)
        raise ScheduleNotFound(f"several schedules are named {name!r}, in {places}; choose one with --location")
    report_failures(orchestrator.code_servers.states())
    names = [d.schedule.name for d in known]
    raise ScheduleNotFound(
        f"there is no schedule {name!r}{did_you_mean(name, names)}; there are: {', '.join(names) or 'none'}"
    )


def _row(orchestrator: Orchestrator, deployed: DeployedSchedule) -> dict[str, Any]:
    schedule = deployed.schedule
    running = orchestrator.switches.current(deployed).running
    return {
        "name": schedule.name,
        "status": "ON" if running else "OFF",
        "cron": schedule.cron,
        "timezone": schedule.timezone,
        "when": cron.sentence(schedule.cron, schedule.timezone),
        "next_due": cron.next_due(schedule.cron, schedule.timezone, clock.now()) if running else None,
        "pipeline": schedule.pipeline,
        "mode": schedule.mode,
        "location": deployed.place.location,
        "repository": deployed.place.repository,
        "description": schedule.description,
    }
