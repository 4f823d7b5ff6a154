"""``jupyter-orch workspace``: which code locations there are, and whether their code loads."""

from __future__ import annotations

import argparse
from typing import Any

import msgspec

from jupyter_orch.cli.listing import Column, duration, first_line, show_listing
from jupyter_orch.cli.opening import (
    add_json,
    add_workspace,
    opened_deployment,
    opened_instance,
    report_failures,
    workspace_file,
)
from jupyter_orch.code_servers.location import LocationState
from jupyter_orch.code_servers.workspace import LocationEntry, read_workspace
from jupyter_orch.records.snapshot import LocationSnapshot

COLUMNS = (
    Column("name", "LOCATION"),
    Column("kind", "KIND"),
    Column("code", "CODE"),
    Column("pipelines", "PIPELINES"),
    Column("problem", "PROBLEM"),
)
CHECK_COLUMNS = (
    Column("name", "LOCATION"),
    Column("status", "STATUS"),
    Column("pipelines", "PIPELINES"),
    Column("schedules", "SCHEDULES"),
    Column("load_seconds", "IMPORT", duration),
    Column("launch", "RUNS START BY"),
)


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the verbs of this group."""
    verbs = parser.add_subparsers(title="verbs", metavar="VERB", required=True)
    listed = verbs.add_parser("list", help="the locations, with the pipelines they had when they last loaded")
    listed.set_defaults(act=_list)
    check = verbs.add_parser("check", help="load every location in a kernel; exit 1 if one fails")
    check.set_defaults(act=_check)
    for verb in (listed, check):
        add_workspace(verb)
        add_json(verb)


def _list(arguments: argparse.Namespace) -> int:
    entries = read_workspace(workspace_file(arguments))
    with opened_instance() as instance:
        rows = [_entry_row(entry, instance.storage.get_snapshot(entry.target.name)) for entry in entries]
    show_listing(rows, COLUMNS, as_json=arguments.json, nothing="The workspace file names no location.")
    return 0


def _check(arguments: argparse.Namespace) -> int:
    with opened_deployment(workspace_file(arguments)) as orchestrator:
        states = orchestrator.code_servers.states()
    show_listing(
        [_state_row(state) for state in states],
        CHECK_COLUMNS,
        as_json=arguments.json,
        nothing="The workspace file names no location.",
    )
    return 1 if report_failures(states) else 0


def _entry_row(entry: LocationEntry, known: LocationSnapshot | None) -> dict[str, Any]:
    return {
        "name": entry.target.name,
        "kind": entry.target.kind,
        "code": entry.target.path or entry.target.module,
        "pipelines": _pipelines(known),
        "kernel": entry.kernel,
        "executable": entry.executable,
        "problem": first_line(entry.problem) if entry.problem else None,
    }


def _state_row(state: LocationState) -> dict[str, Any]:
    loaded = state.snapshot if state.failure is None else None
    return {
        "name": state.name,
        "status": state.status.value,
        "pipelines": _pipelines(loaded),
        "schedules": [s.name for r in loaded.repositories for s in r.schedules] if loaded else [],
        "load_seconds": loaded.load_seconds if loaded else None,
        "launch": state.launch,
        "failure": msgspec.to_builtins(state.failure),
    }


def _pipelines(snapshot: LocationSnapshot | None) -> list[str]:
    return [p.name for r in snapshot.repositories for p in r.pipelines] if snapshot else []
