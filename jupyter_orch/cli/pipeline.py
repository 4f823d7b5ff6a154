"""``jupyter-orch pipeline``: which pipelines there are, and starting one."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jupyter_orch import clock
from jupyter_orch.cli.backfill_launch import declare_backfill
from jupyter_orch.cli.listing import Column, first_line, show_listing
from jupyter_orch.cli.opening import (
    add_json,
    add_workspace,
    opened_deployment,
    person,
    report_failures,
    workspace_file,
)
from jupyter_orch.cli.watching import conclude, wait_for_start, watch
from jupyter_orch.daemon.supervisor import LATE
from jupyter_orch.errors import OrchError
from jupyter_orch.names import did_you_mean
from jupyter_orch.orchestrator import Orchestrator
from jupyter_orch.records.run import Run
from jupyter_orch.records.snapshot import PipelineSnapshot
from jupyter_orch.records.status import RunStatus
from jupyter_orch.runs.problems import PipelineNotFound
from jupyter_orch.runs.submit import Wish
from jupyter_orch.settings import why_unreadable
from jupyter_orch.yaml_text import YamlError, load_yaml

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
    listed.set_defaults(act=_list)
    launch = verbs.add_parser("launch", help="start a run; it goes on when this command has ended")
    launch.add_argument("name", metavar="NAME", help="the pipeline")
    launch.add_argument("-l", "--location", help="the location, when several have a pipeline of that name")
    launch.add_argument("-c", "--config", action="append", type=Path, metavar="FILE", help="run config as YAML")
    launch.add_argument("-p", "--preset", help="a named run config of the pipeline")
    launch.add_argument("-m", "--mode", help="which bundle of resources (the pipeline's first)")
    launch.add_argument("-s", "--solids", metavar="NAME,...", help="only these solids, e.g. 'clean+'")
    launch.add_argument("-t", "--tag", action="append", default=[], metavar="KEY=VALUE", help="a tag; may be repeated")
    launch.add_argument("--wait", action="store_true", help="show the run's events to its end; exit 1 if it failed")
    add_workspace(launch)
    launch.set_defaults(act=_launch)
    declare_backfill(verbs)


def _list(arguments: argparse.Namespace) -> int:
    with opened_deployment(workspace_file(arguments)) as orchestrator:
        states = orchestrator.code_servers.states()
        rows = [_row(found) for found in _pipelines(orchestrator)]
    show_listing(rows, COLUMNS, as_json=arguments.json, nothing="The workspace has no pipeline.")
    return 1 if report_failures(states) else 0


def _launch(arguments: argparse.Namespace) -> int:
    run_config = _read_config(arguments.config)
    tags = dict(map(_key_and_value, arguments.tag))
    with opened_deployment(workspace_file(arguments)) as orchestrator:
        found = _find(orchestrator, arguments.name, arguments.location)
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
        print(f"run {run.run_id}", flush=True)
        return _watch(orchestrator, run) if arguments.wait else _leave(orchestrator, run)


@dataclass(frozen=True, slots=True)
class _Found:
    location: str
    repository: str
    pipeline: PipelineSnapshot


def _pipelines(orchestrator: Orchestrator) -> Iterator[_Found]:
    for state in orchestrator.code_servers.states():
        if state.snapshot is not None and state.failure is None:
            for repository in state.snapshot.repositories:
                for pipeline in repository.pipelines:
                    yield _Found(state.name, repository.name, pipeline)


def _find(orchestrator: Orchestrator, name: str, location: str | None) -> _Found:
    known = list(_pipelines(orchestrator))
    found = [f for f in known if f.pipeline.name == name and location in (None, f.location)]
    if len(found) == 1:
        return found[0]
    if found:
        places = ", ".join(f"{f.location} ({f.repository})" for f in found)
        raise PipelineNotFound(f"several pipelines are named {name!r}: {places}; choose one with --location")
    report_failures(orchestrator.code_servers.states())
    names = [f.pipeline.name for f in known if location in (None, f.location)]
    where = f"location {location!r}" if location else "the workspace"
    raise PipelineNotFound(
        f"{where} has no pipeline {name!r}{did_you_mean(name, names)}; it has: {', '.join(names) or 'none'}"
    )


def _watch(orchestrator: Orchestrator, run: Run) -> int:
    if run.status == RunStatus.QUEUED:
        _warn_without_daemon(orchestrator)
    return watch(orchestrator.instance, run.run_id)


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


def _row(found: _Found) -> dict[str, Any]:
    return {
        "name": found.pipeline.name,
        "location": found.location,
        "repository": found.repository,
        "modes": [mode.name for mode in found.pipeline.modes],
        "presets": [preset.name for preset in found.pipeline.presets],
        "description": found.pipeline.description,
        "tags": found.pipeline.tags,
    }


def _read_config(files: list[Path] | None) -> dict[str, Any] | None:
    """The run config of all files together; later files win."""
    if not files:
        return None
    merged: dict[str, Any] = {}
    for file in files:
        try:
            value = load_yaml(file.read_bytes(), str(file)).value
        except (OSError, YamlError) as error:
            raise OrchError(why_unreadable(file, error)) from error
        if value is not None and not isinstance(value, dict):
            raise OrchError(f"{file}: expected a mapping with keys such as 'solids', found {value!r}")
        merged = _merged(merged, value or {})
    return merged


def _merged(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    result = dict(below)
    for key, value in above.items():
        both = isinstance(value, dict) and isinstance(result.get(key), dict)
        result[key] = _merged(result[key], value) if both else value
    return result


def _key_and_value(text: str) -> tuple[str, str]:
    key, sign, value = text.partition("=")
    if not sign or not key:
        raise OrchError(f"--tag {text!r}: expected KEY=VALUE")
    return key, value
