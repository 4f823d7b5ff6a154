"""``jupyter-orch pipeline print|scaffold-config|list-versions``: what a pipeline is made of and what it wants."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import Any

from jupyter_orch.cli.choosing import (
    Found,
    add_pipeline,
    add_run_config,
    find_pipeline,
    read_run_config,
    selector_of,
)
from jupyter_orch.cli.listing import Column, print_json, show_listing
from jupyter_orch.cli.opening import add_json, add_workspace, opened_deployment, workspace_file
from jupyter_orch.orchestrator import Orchestrator
from jupyter_orch.records import codec
from jupyter_orch.records.snapshot import SolidSnapshot
from jupyter_orch.runs.submit import ask
from jupyter_orch.yaml_text import dump_yaml

VERSION_COLUMNS = (
    Column("step_key", "STEP"),
    Column("version", "VERSION"),
    Column("outputs", "OUTPUTS", lambda outputs: ", ".join(f"{n}: {(v or '-')[:12]}" for n, v in outputs.items())),
)


def declare_code(verbs: Any) -> None:
    """Add these verbs to the group of pipelines."""
    printed = verbs.add_parser("print", help="a pipeline's solids, what feeds them, modes and presets")
    printed.add_argument("--verbose", action="store_true", help="descriptions, types and tags too")
    printed.set_defaults(act=_print)
    scaffold = verbs.add_parser("scaffold-config", help="the smallest run config that fits, as YAML to fill in")
    scaffold.add_argument("-m", "--mode", help="which bundle of resources (the pipeline's first)")
    scaffold.add_argument("-s", "--solids", metavar="NAME,...", help="only these solids, e.g. 'clean+'")
    scaffold.set_defaults(act=_scaffold)
    versions = verbs.add_parser(
        "list-versions", help="the version of each step, by which memoized runs know what is stored"
    )
    add_run_config(versions)
    versions.set_defaults(act=_versions)
    for verb in (printed, scaffold, versions):
        add_pipeline(verb)
        add_workspace(verb)
        add_json(verb)


def _print(arguments: argparse.Namespace) -> int:
    with opened_deployment(workspace_file(arguments)) as orchestrator:
        found = find_pipeline(orchestrator, arguments.name, arguments.location)
    if arguments.json:
        print_json({"location": found.location, "repository": found.repository, **codec.to_json(found.pipeline)})
    else:
        print("\n".join(_told(found, verbose=arguments.verbose)))
    return 0


def _told(found: Found, *, verbose: bool) -> Iterator[str]:
    pipeline = found.pipeline
    yield f"pipeline {pipeline.name}  ({found.location}, repository {found.repository})"
    if pipeline.description:
        yield f"  {pipeline.description.strip()}"
    for key, value in pipeline.tags.items():
        yield f"  tag {key}={value}"
    for mode in pipeline.modes:
        yield f"  mode {mode.name}: resources {', '.join(r.key for r in mode.resources) or 'none'}"
    for preset in pipeline.presets:
        yield f"  preset {preset.name} (mode {preset.mode})"
    yield "solids"
    for solid in pipeline.solids:
        yield from _told_solid(solid, "  ", verbose=verbose)


def _told_solid(solid: SolidSnapshot, indent: str, *, verbose: bool) -> Iterator[str]:
    alias = f" = {solid.definition}" if solid.definition != solid.name else ""
    kind = f" [{solid.kind}]" if solid.kind != "solid" else ""
    yield f"{indent}{solid.name}{alias}{kind}"
    if verbose and solid.description:
        yield f"{indent}  {solid.description.strip()}"
    for given in solid.inputs:
        sources = ", ".join(f"{s.solid}.{s.output}" for s in given.sources) or "config or default"
        kind = f": {given.type}" if verbose else ""
        yield f"{indent}  input {given.name}{kind} <- {sources}"
    for made in solid.outputs:
        dynamic = " (dynamic)" if made.is_dynamic else ""
        kind = f": {made.type}" if verbose else ""
        yield f"{indent}  output {made.name}{kind}{dynamic}"
    for key, value in solid.tags.items() if verbose else ():
        yield f"{indent}  tag {key}={value}"
    for inner in solid.solids:
        yield from _told_solid(inner, indent + "    ", verbose=verbose)


def _scaffold(arguments: argparse.Namespace) -> int:
    with opened_deployment(workspace_file(arguments)) as orchestrator:
        found = find_pipeline(orchestrator, arguments.name, arguments.location)
        answer = _ask(orchestrator, found, arguments, "config_schema")
    if arguments.json:
        print_json({"scaffold": answer["scaffold"], "schema": answer["schema"]})
    else:
        print(dump_yaml(answer["scaffold"]).rstrip() if answer["scaffold"] else "{}")
    return 0


def _versions(arguments: argparse.Namespace) -> int:
    run_config = read_run_config(arguments.config) or {}
    with opened_deployment(workspace_file(arguments)) as orchestrator:
        found = find_pipeline(orchestrator, arguments.name, arguments.location)
        answer = _ask(orchestrator, found, arguments, "versions", run_config=run_config)
    nothing = f"{found.pipeline.name} has no step."
    show_listing(answer["steps"], VERSION_COLUMNS, as_json=arguments.json, nothing=nothing)
    return 0


def _ask(
    orchestrator: Orchestrator, found: Found, arguments: argparse.Namespace, method: str, **params: Any
) -> dict[str, Any]:
    selector = codec.to_json(selector_of(found, arguments))
    answer: dict[str, Any] = ask(orchestrator.code_servers, found.location, method, {"selector": selector, **params})
    return answer
