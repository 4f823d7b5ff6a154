"""What the verbs of schedules and of sensors share: finding one by name, its switch, its ticks."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from jupyter_orch import clock
from jupyter_orch.automation import cron
from jupyter_orch.automation.deployed import Deployed, DeployedSchedule
from jupyter_orch.cli.listing import Column, as_text, duration, moment, print_json, show_facts, show_listing
from jupyter_orch.cli.opening import (
    add_json,
    add_workspace,
    opened_deployment,
    opened_instance,
    report_failures,
    workspace_file,
)
from jupyter_orch.cli.through_server import (
    add_server,
    problem_of_locations,
    schedules_there,
    sensors_there,
    server_for,
)
from jupyter_orch.client import OrchClient
from jupyter_orch.errors import OrchError
from jupyter_orch.names import did_you_mean
from jupyter_orch.orchestrator import Orchestrator
from jupyter_orch.records.messages import TickVerdict
from jupyter_orch.records.tick import Instigator, Tick
from jupyter_orch.yaml_text import dump_yaml

D = TypeVar("D", bound=Deployed)
MOST_TICKS = 1000
MOST_OF_A_REASON = 300


def _shortened(text: str, more: int = 0) -> str:
    """A cell that stays a cell; ``--json`` has all of it."""
    return f"{text} and {more} more" if more > 0 else text + "…" * (len(text) == MOST_OF_A_REASON)


TICK_COLUMNS = (
    Column("due_at", "DUE", moment),
    Column("status", "STATUS"),
    Column("seconds", "TOOK", duration),
    Column("runs", "RUNS", lambda runs: _shortened(as_text(runs[:3]), len(runs) - 3)),
    Column("reason", "REASON", lambda reason: _shortened(as_text(reason)[:MOST_OF_A_REASON])),
)


class NameNotFound(OrchError):
    """There is no such schedule or sensor, or there are several."""

    code = "NAME_NOT_FOUND"


def add_name(parser: argparse.ArgumentParser, noun: str, *, or_all: bool = False) -> None:
    """The arguments that say which one."""
    if or_all:
        parser.add_argument("name", metavar="NAME", nargs="?", help=f"the {noun}")
        parser.add_argument("--all", action="store_true", help=f"every {noun} of the workspace")
    else:
        parser.add_argument("name", metavar="NAME", help=f"the {noun}")
    parser.add_argument("-l", "--location", help=f"the location, when several have a {noun} of that name")


def add_ticks(verbs: Any, noun: str) -> None:
    """The verb ``ticks``."""
    ticks = verbs.add_parser("ticks", help=f"what evaluations of a {noun} have come to, newest first")
    add_name(ticks, noun)
    ticks.add_argument("-n", "--limit", type=int, default=25, metavar="N", help="how many (25)")
    ticks.add_argument("--output", action="store_true", help="also what the function printed, and whole errors")
    add_json(ticks)
    ticks.set_defaults(act=lambda arguments: _ticks(arguments, noun))


def add_turning(verbs: Any, noun: str, find_all: Callable[[Orchestrator], Sequence[Deployed]], started: str) -> None:
    """The verbs ``start`` and ``stop``."""
    for word, sentence, on in (
        ("start", f"switch a {noun} on: {started}", True),
        ("stop", f"switch a {noun} off", False),
    ):
        verb = verbs.add_parser(word, help=sentence)
        add_name(verb, noun, or_all=True)
        add_json(verb)
        add_workspace(verb)
        add_server(verb)
        verb.set_defaults(act=lambda arguments, on=on: _turn(arguments, noun, find_all, on=on))


def chosen(orchestrator: Orchestrator, found: Sequence[D], name: str, location: str | None, noun: str) -> D:
    """The one of that name; when there is none, also the locations are told that do not load.

    Raises:
        NameNotFound: there is none, or several locations have one.
    """
    known = [one for one in found if location in (None, one.place.location)]
    fitting = [one for one in known if one.name == name]
    if len(fitting) == 1:
        return fitting[0]
    if not fitting:
        report_failures(orchestrator.code_servers.states())
    raise _not_found(name, [one.place.location for one in fitting], [one.name for one in known], noun)


def show_verdict(verdict: TickVerdict, facts: dict[str, Any], *, as_json: bool, used: set[str] | None = None) -> int:
    """Print what an evaluation would lead to; returns the exit code."""
    used = used or set()
    requests = [
        {
            "run_key": request.run_key,
            "pipeline": request.pipeline,
            "run_config": request.run_config,
            "tags": request.tags,
            "is_used": request.run_key in used,
            "mistakes": [f"{' › '.join(map(str, e.path))}: {e.message}" for e in request.config_errors],
        }
        for request in verdict.requests
    ]
    failure = None if verdict.failure is None else f"{verdict.failure.cls}: {verdict.failure.message}"
    told = {**facts, "skip_reason": verdict.skip_reason, "failure": failure, "output": verdict.output}
    if as_json:
        show_listing([{**told, "runs": requests}], (), as_json=True)
    else:
        show_facts({name: value for name, value in told.items() if value is not None})
        for request in requests:
            print()
            show_facts(
                {k: (dump_yaml(v).rstrip() if isinstance(v, dict) and v else v) for k, v in request.items() if v}
            )
    return 1 if verdict.failure is not None or any(request["mistakes"] for request in requests) else 0


def known_instigator(instigators: Sequence[Instigator], name: str, location: str | None, noun: str) -> Instigator:
    """One that the instance knows by name, also when it is in no code any more.

    Raises:
        NameNotFound: there is none, or several locations have one.
    """
    known = [one for one in instigators if location in (None, one.location)]
    fitting = [one for one in known if one.name == name]
    if len(fitting) != 1:
        raise _not_found(name, [one.location for one in fitting], [one.name for one in known], noun)
    return fitting[0]


def _not_found(name: str, places: list[str], names: list[str], noun: str) -> NameNotFound:
    if places:
        return NameNotFound(f"several {noun}s are named {name!r}, in {', '.join(places)}; choose one with --location")
    return NameNotFound(
        f"there is no {noun} {name!r}{did_you_mean(name, names)}; there are: {', '.join(sorted(names)) or 'none'}"
    )


def _turn(
    arguments: argparse.Namespace, noun: str, find_all: Callable[[Orchestrator], Sequence[Deployed]], *, on: bool
) -> int:
    if arguments.all == (arguments.name is not None):
        raise NameNotFound(f"name one {noun}, or say --all")
    if client := server_for(arguments):
        return _turn_there(client, arguments, noun, on=on)
    with opened_deployment(workspace_file(arguments)) as orchestrator:
        found = find_all(orchestrator)
        broken = report_failures(orchestrator.code_servers.states()) if arguments.all else 0
        wanted = found if arguments.all else [chosen(orchestrator, found, arguments.name, arguments.location, noun)]
        with _told_at_last(arguments, noun, on=on) as tell:
            for one in wanted:
                orchestrator.switches.turn(one, on=on)
                tell(one.name, one.place.location, _next_due(one))
    return 1 if broken else 0


def _turn_there(client: OrchClient, arguments: argparse.Namespace, noun: str, *, on: bool) -> int:
    known = schedules_there(client) if noun == "schedule" else sensors_there(client)
    here = [row for row in known if arguments.location in (None, row["location"])]
    if arguments.all:
        wanted = here
    else:
        wanted = [row for row in here if row["name"] == arguments.name]
        if len(wanted) != 1:
            places = [row["location"] for row in wanted]
            raise _not_found(arguments.name, places, [row["name"] for row in here], noun)
    turn = client.turn_schedule if noun == "schedule" else client.turn_sensor
    with _told_at_last(arguments, noun, on=on) as tell:
        for row in wanted:
            now = turn(row["name"], on=on, location=row["location"])
            tell(row["name"], row["location"], now["nextTicks"][0]["timestamp"] if now.get("nextTicks") else None)
    return 1 if arguments.all and problem_of_locations(client) else 0


@contextmanager
def _told_at_last(
    arguments: argparse.Namespace, noun: str, *, on: bool
) -> Iterator[Callable[[str, str, float | None], None]]:
    """Gives what tells that one is turned: a sentence at once, or a row of the JSON that is printed in the end."""
    state = "ON" if on else "OFF"
    rows: list[dict[str, Any]] = []

    def tell(name: str, location: str, next_due: float | None) -> None:
        due = next_due if on else None
        rows.append({"name": name, "location": location, "status": state, "next_due": due})
        if not arguments.json:
            print(f"{noun} {name} is {state}{f'; next due {moment(due)}' if due is not None else ''}")

    try:
        yield tell
    finally:  # also those that were turned before one that can not be
        if arguments.json:
            print_json(rows)


def _next_due(one: Deployed) -> float | None:
    """When a schedule fires next; sensors have no such time."""
    if not isinstance(one, DeployedSchedule):
        return None
    due = cron.upcoming(one.schedule.cron, one.schedule.timezone, clock.now(), 1)
    return due[0].due_at if due else None


def _ticks(arguments: argparse.Namespace, noun: str) -> int:
    with opened_instance() as instance:
        one = known_instigator(instance.storage.list_instigators(noun), arguments.name, arguments.location, noun)
        found = instance.storage.list_ticks(one.instigator_id, max(1, min(arguments.limit, MOST_TICKS)))
    rows = [_tick_row(tick) for tick in found]
    if arguments.output and not arguments.json:
        for row in rows:
            show_facts({name: moment(value) if name == "due_at" else value for name, value in row.items()})
            print()
        return 0
    show_listing(rows, TICK_COLUMNS, as_json=arguments.json, nothing=f"{noun} {one.name} has not been evaluated yet.")
    return 0


def _tick_row(tick: Tick) -> dict[str, Any]:
    begun, ended = tick.start_time, tick.end_time
    return {
        "due_at": tick.due_at,
        "status": tick.status.value,
        "late_seconds": None if begun is None else max(0.0, begun - tick.due_at),
        "seconds": None if begun is None or ended is None else max(0.0, ended - begun),
        "runs": list(tick.run_ids),
        "skipped_run_keys": list(tick.skipped_run_keys),
        "reason": tick.skip_reason if tick.failure is None else f"{tick.failure.cls}: {tick.failure.message}",
        "output": tick.output,
        "attempts": tick.attempts,
    }
