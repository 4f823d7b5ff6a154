"""``jupyter-orch workspace``: which code locations there are, and whether their code loads."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Mapping
from typing import Any

import msgspec

from jupyter_orch.cli.listing import Column, duration, first_line, print_json, show_listing
from jupyter_orch.cli.opening import (
    add_json,
    add_workspace,
    opened_deployment,
    opened_instance,
    report_failures,
    workspace_file,
)
from jupyter_orch.cli.through_server import add_server, any_server_for
from jupyter_orch.client import ReloadStatus
from jupyter_orch.code_servers.location_state import LocationState
from jupyter_orch.code_servers.workspace import LocationEntry, read_workspace
from jupyter_orch.errors import OrchError
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


LOOK_EVERY = 0.3
_STATES = """{ __typename ... on Workspace { locationEntries { name loadStatus loadError { className message } } }
  ... on Error { message } }"""
_RELOAD_WORKSPACE = f"mutation {{ answer: reloadWorkspace {_STATES} }}"
_WORKSPACE = f"{{ answer: workspaceOrError {_STATES} }}"


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the verbs of this group."""
    verbs = parser.add_subparsers(title="verbs", metavar="VERB", required=True)
    listed = verbs.add_parser("list", help="the locations, with the pipelines they had when they last loaded")
    listed.set_defaults(act=_list)
    check = verbs.add_parser("check", help="load every location in a kernel; exit 1 if one fails")
    check.set_defaults(act=_check)
    again = verbs.add_parser(
        "reload", help="have the running Jupyter server of this folder load a location again; exit 1 if it fails"
    )
    again.add_argument("location", nargs="?", help="the location (all of them, and workspace.yaml)")
    add_server(again)
    again.set_defaults(act=_reload)
    for verb in (listed, check, again):
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
        rows = [_state_row(state, orchestrator.code_servers.output(state.name)) for state in states]
    show_listing(
        rows,
        CHECK_COLUMNS,
        as_json=arguments.json,
        nothing="The workspace file names no location.",
    )
    return 1 if report_failures(states) else 0


def _reload(arguments: argparse.Namespace) -> int:
    client = any_server_for(arguments)
    if arguments.location is not None:
        info = client.reload_repository_location(arguments.location)
        failure = None if info.status == ReloadStatus.SUCCESS else info.message
        return _tell({arguments.location: failure}, as_json=arguments.json)
    entries = _entries(client.execute(_RELOAD_WORKSPACE)["answer"])
    while any(entry["loadStatus"] == "LOADING" for entry in entries):
        time.sleep(LOOK_EVERY)
        entries = _entries(client.execute(_WORKSPACE)["answer"])
    return _tell({entry["name"]: _failure_of(entry) for entry in entries}, as_json=arguments.json)


def _entries(answer: dict[str, Any]) -> list[dict[str, Any]]:
    if answer["__typename"] != "Workspace":
        raise OrchError(answer["message"])
    found: list[dict[str, Any]] = answer["locationEntries"]
    return found


def _failure_of(entry: dict[str, Any]) -> str | None:
    error = entry["loadError"]
    return f"{error['className']}: {error['message']}" if error else None


def _tell(failures: Mapping[str, str | None], *, as_json: bool) -> int:
    """Print what came of each location; returns the exit code."""
    for name, failure in failures.items():
        if failure or not as_json:
            print(f"{name}: {failure or 'loaded'}", file=sys.stderr if failure else sys.stdout)
    if as_json:
        states = {name: "ERROR" if failure else "LOADED" for name, failure in failures.items()}
        print_json([{"name": name, "status": states[name], "failure": failure} for name, failure in failures.items()])
    return 1 if any(failures.values()) else 0


def _entry_row(entry: LocationEntry, known: LocationSnapshot | None) -> dict[str, Any]:
    return {
        "name": entry.target.name,
        "kind": entry.target.kind,
        "code": entry.target.path or entry.target.module,
        "pipelines": _pipelines(known),
        "kernel": entry.kernel,
        "executable": entry.executable,
        "replicas": entry.replicas,
        "gateway": entry.gateway.url if entry.gateway else None,
        "problem": first_line(entry.problem) if entry.problem else None,
    }


def _state_row(state: LocationState, output: str) -> dict[str, Any]:
    loaded = state.snapshot if state.failure is None else None
    return {
        "name": state.name,
        "status": state.status.value,
        "pipelines": _pipelines(loaded),
        "schedules": [s.name for r in loaded.repositories for s in r.schedules] if loaded else [],
        "load_seconds": loaded.load_seconds if loaded else None,
        "launch": state.launch,
        "output": output,
        "failure": msgspec.to_builtins(state.failure),
    }


def _pipelines(snapshot: LocationSnapshot | None) -> list[str]:
    return [p.name for r in snapshot.repositories for p in r.pipelines] if snapshot else []
