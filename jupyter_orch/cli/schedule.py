"""``jupyter-orch schedule``: what is due when, switched on and off, tried out, and what it has come to."""

from __future__ import annotations

import argparse
from datetime import datetime
from typing import Any

from jupyter_orch import clock
from jupyter_orch.automation import cron
from jupyter_orch.automation.deployed import DeployedSchedule
from jupyter_orch.cli.instigators import add_name, add_ticks, add_turning, chosen, show_verdict
from jupyter_orch.cli.listing import Column, moment, show_listing
from jupyter_orch.cli.opening import add_json, add_workspace, opened_deployment, report_failures, workspace_file
from jupyter_orch.cli.through_server import add_server, problem_of_locations, schedules_there, server_for
from jupyter_orch.errors import OrchError
from jupyter_orch.orchestrator import Orchestrator

MOST_DUE_TIMES = 1000
COLUMNS = (
    Column("name", "SCHEDULE"),
    Column("status", "STATUS"),
    Column("when", "WHEN"),
    Column("next_due", "NEXT", moment),
    Column("pipeline", "PIPELINE"),
    Column("location", "LOCATION"),
)


class NoSuchTime(OrchError):
    """The text is no time."""

    code = "NO_SUCH_TIME"


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the verbs of this group."""
    verbs = parser.add_subparsers(title="verbs", metavar="VERB", required=True)
    listed = verbs.add_parser("list", help="every schedule of the workspace")
    add_json(listed)
    add_workspace(listed)
    add_server(listed)
    listed.set_defaults(act=_list)
    add_turning(
        verbs, "schedule", lambda orchestrator: orchestrator.deployments.schedules(), "due times from now on count"
    )
    preview = verbs.add_parser("preview", help="the next due times, and what the schedule would start; starts nothing")
    add_name(preview, "schedule")
    preview.add_argument(
        "--at", metavar="TIME", help="evaluate it for this time, e.g. 2024-03-10T02:30 (the next due time)"
    )
    preview.add_argument("-n", "--next", type=int, default=5, metavar="N", help="how many due times (5)")
    add_json(preview)
    add_workspace(preview)
    preview.set_defaults(act=_preview)
    add_ticks(verbs, "schedule")


def _list(arguments: argparse.Namespace) -> int:
    if client := server_for(arguments):
        rows = schedules_there(client)
        show_listing(rows, COLUMNS, as_json=arguments.json, nothing="The workspace has no schedule.")
        problem_of_locations(client)
        return 0
    with opened_deployment(workspace_file(arguments)) as orchestrator:
        states = orchestrator.code_servers.states()
        rows = [_row(orchestrator, deployed) for deployed in orchestrator.deployments.schedules()]
    show_listing(rows, COLUMNS, as_json=arguments.json, nothing="The workspace has no schedule.")
    report_failures(states)
    return 0


def _preview(arguments: argparse.Namespace) -> int:
    with opened_deployment(workspace_file(arguments)) as orchestrator:
        deployed = chosen(
            orchestrator, orchestrator.deployments.schedules(), arguments.name, arguments.location, "schedule"
        )
        found = deployed.schedule
        count = max(1, min(arguments.next, MOST_DUE_TIMES))
        due = cron.explained(found.cron, found.timezone, clock.now(), count)
        at = due[0].due_at if arguments.at is None else _seconds(arguments.at, found.timezone)
        verdict = orchestrator.schedule_ticks.evaluate(deployed, at)
    next_due = [{"due_at": d.due_at, "local_time": d.local_time, "note": d.note} for d in due]
    if arguments.json:
        return show_verdict(verdict, {"next_due": next_due, "evaluated_for": at}, as_json=True)
    for one in due:
        print(one.local_time + (f"  ({one.note})" if one.note else ""))
    print()
    return show_verdict(verdict, {"evaluated_for": moment(at)}, as_json=False)


def _seconds(text: str, timezone: str) -> float:
    """A time as ISO 8601; without an offset in the schedule's zone."""
    try:
        told = datetime.fromisoformat(text)
    except ValueError:
        raise NoSuchTime(f"--at {text!r} is no time; write it as 2024-03-10T02:30 or 2024-03-10T02:30+01:00") from None
    return (told if told.tzinfo is not None else told.replace(tzinfo=cron.time_zone(timezone))).timestamp()


def _row(orchestrator: Orchestrator, deployed: DeployedSchedule) -> dict[str, Any]:
    schedule = deployed.schedule
    running = orchestrator.switches.current(deployed).running
    due = cron.upcoming(schedule.cron, schedule.timezone, clock.now(), 1) if running else []
    return {
        "name": schedule.name,
        "status": "ON" if running else "OFF",
        "cron": schedule.cron,
        "timezone": schedule.timezone,
        "when": cron.sentence(schedule.cron, schedule.timezone),
        "next_due": due[0].due_at if due else None,
        "pipeline": schedule.pipeline,
        "mode": schedule.mode,
        "location": deployed.place.location,
        "repository": deployed.place.repository,
        "description": schedule.description,
    }
