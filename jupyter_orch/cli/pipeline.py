"""``jupyter-orch pipeline``: which pipelines there are, and starting one."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from jupyter_orch import clock
from jupyter_orch.cli.backfill_launch import declare_backfill
from jupyter_orch.cli.choosing import (
    Found,
    add_pipeline,
    add_run_config,
    find_pipeline,
    key_and_value,
    pipelines,
    read_run_config,
)
from jupyter_orch.cli.listing import Column, first_line, show_listing
from jupyter_orch.cli.opening import (
    add_json,
    add_workspace,
    opened_deployment,
    person,
    report_failures,
    workspace_file,
)
from jupyter_orch.cli.pipeline_code import declare_code
from jupyter_orch.cli.through_server import (
    add_server,
    launch_there,
    pipelines_there,
    problem_of_locations,
    server_for,
)
from jupyter_orch.cli.watching import add_json_lines, conclude, tell_run, wait_for_start, watch
from jupyter_orch.daemon.supervisor import LATE
from jupyter_orch.orchestrator import Orchestrator
from jupyter_orch.records.run import Run
from jupyter_orch.records.status import RunStatus
from jupyter_orch.runs.submit import Wish

START_PATIENCE = 30.0
COLUMNS = (
    Column("name", "PIPELINE"),
    Column("location", "LOCATION"),
    Column("modes", "MODES"),
    Column("presets", "PRESETS"),
    Column("description", "DESCRIPTION", lambda text: first_line(str(text or "-"))),
)


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the verbs of this group."""
    verbs = parser.add_subparsers(title="verbs", metavar="VERB", required=True)
    listed = verbs.add_parser("list", help="every pipeline of the workspace")
    add_workspace(listed)
    add_json(listed)
    add_server(listed)
    listed.set_defaults(act=_list)
    launch = verbs.add_parser("launch", help="start a run; it goes on when this command has ended")
    launch.add_argument("--wait", action="store_true", help="show the run's events to its end; exit 1 if it failed")
    add_server(launch)
    launch.set_defaults(act=_launch)
    execute = verbs.add_parser(
        "execute", help="run it now, whatever the queue, and show its events to its end; exit 1 if it failed"
    )
    execute.set_defaults(act=_execute)
    for verb in (launch, execute):
        add_pipeline(verb)
        add_run_config(verb)
        add_json_lines(verb)
        verb.add_argument("-p", "--preset", help="a named run config of the pipeline")
        verb.add_argument("-t", "--tag", action="append", default=[], metavar="KEY=VALUE", help="a tag; repeatable")
        add_workspace(verb)
    declare_code(verbs)
    declare_backfill(verbs)


def _list(arguments: argparse.Namespace) -> int:
    if client := server_for(arguments):
        show_listing(pipelines_there(client), COLUMNS, as_json=arguments.json, nothing="The workspace has no pipeline.")
        return 1 if problem_of_locations(client) else 0
    with opened_deployment(workspace_file(arguments)) as orchestrator:
        states = orchestrator.code_servers.states()
        rows = [_row(found) for found in pipelines(orchestrator)]
    show_listing(rows, COLUMNS, as_json=arguments.json, nothing="The workspace has no pipeline.")
    return 1 if report_failures(states) else 0


def _launch(arguments: argparse.Namespace) -> int:
    if client := server_for(arguments):
        return launch_there(client, arguments)
    with _submitted(arguments) as (orchestrator, run):
        return _watch(orchestrator, run, arguments) if arguments.wait else _leave(orchestrator, run)


def _execute(arguments: argparse.Namespace) -> int:
    with _submitted(arguments) as (orchestrator, run):
        if run.status == RunStatus.QUEUED:
            orchestrator.launching.start(run)
        return watch(orchestrator.instance, run.run_id, as_json=arguments.json)


@contextmanager
def _submitted(arguments: argparse.Namespace) -> Iterator[tuple[Orchestrator, Run]]:
    run_config = read_run_config(arguments.config)
    tags = dict(map(key_and_value, arguments.tag))
    with opened_deployment(workspace_file(arguments)) as orchestrator:
        found = find_pipeline(orchestrator, arguments.name, arguments.location)
        run, _ = orchestrator.submitter.submit(
            Wish(
                location=found.location,
                target=orchestrator.code_servers.entry(found.location).target,
                repository=found.repository,
                pipeline=found.pipeline.name,
                mode=arguments.mode,
                preset=arguments.preset,
                run_config=run_config,
                solid_selection=tuple(arguments.solids.split(",")) if arguments.solids else None,
                tags=tags,
                created_by=person(),
            )
        )
        tell_run(run.run_id, as_json=arguments.json)
        yield orchestrator, run


def _watch(orchestrator: Orchestrator, run: Run, arguments: argparse.Namespace) -> int:
    if run.status == RunStatus.QUEUED:
        _warn_without_daemon(orchestrator)
    return watch(orchestrator.instance, run.run_id, as_json=arguments.json)


def _leave(orchestrator: Orchestrator, run: Run) -> int:
    """Stay until the run has its own process, so that it starts warm; then let it go."""
    if run.status == RunStatus.QUEUED:
        _warn_without_daemon(orchestrator)
        print("it waits in the queue", file=sys.stderr)
        return 0
    run = wait_for_start(orchestrator.instance, run.run_id, START_PATIENCE)
    if run.status == RunStatus.FAILURE:
        return conclude(orchestrator.instance, run)
    follow_it = "" if run.is_final else f"; follow it with: jupyter-orch run logs --follow {run.run_id[:8]}"
    print(f"it is {run.status.value}{follow_it}", file=sys.stderr)
    return 0


def _warn_without_daemon(orchestrator: Orchestrator) -> None:
    if not orchestrator.instance.storage.list_replicas(clock.now() - LATE):
        sentence = "no Jupyter server or daemon works on this instance: the run waits until one does"
        print(f"jupyter-orch: {sentence} (jupyter-orch daemon run)", file=sys.stderr)


def _row(found: Found) -> dict[str, Any]:
    return {
        "name": found.pipeline.name,
        "location": found.location,
        "repository": found.repository,
        "modes": [mode.name for mode in found.pipeline.modes],
        "presets": [preset.name for preset in found.pipeline.presets],
        "description": found.pipeline.description,
        "tags": found.pipeline.tags,
    }
