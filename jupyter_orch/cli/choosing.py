"""What the verbs of pipelines are told: which pipeline, with which run config and tags."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jupyter_orch.cli.opening import report_failures
from jupyter_orch.errors import OrchError
from jupyter_orch.names import did_you_mean
from jupyter_orch.orchestrator import Orchestrator
from jupyter_orch.records.messages import PipelineSelector
from jupyter_orch.records.snapshot import PipelineSnapshot
from jupyter_orch.runs.problems import PipelineNotFound
from jupyter_orch.yaml_text import load_yaml_file


def add_pipeline(parser: argparse.ArgumentParser) -> None:
    """The arguments that say which pipeline."""
    parser.add_argument("name", metavar="NAME", help="the pipeline")
    parser.add_argument("-l", "--location", help="the location, when several have a pipeline of that name")


def add_run_config(parser: argparse.ArgumentParser) -> None:
    """The arguments that say what a run of it would be."""
    parser.add_argument("-c", "--config", action="append", type=Path, metavar="FILE", help="run config as YAML")
    parser.add_argument("-m", "--mode", help="which bundle of resources (the pipeline's first)")
    parser.add_argument("-s", "--solids", metavar="NAME,...", help="only these solids, e.g. 'clean+'")


@dataclass(frozen=True, slots=True)
class Found:
    """A pipeline and where it is."""

    location: str
    repository: str
    pipeline: PipelineSnapshot


def pipelines(orchestrator: Orchestrator) -> Iterator[Found]:
    """Every pipeline of the locations whose code loads."""
    for state in orchestrator.code_servers.states():
        if state.snapshot is not None and state.failure is None:
            for repository in state.snapshot.repositories:
                for pipeline in repository.pipelines:
                    yield Found(state.name, repository.name, pipeline)


def find_pipeline(orchestrator: Orchestrator, name: str, location: str | None) -> Found:
    """The pipeline of that name.

    Raises:
        PipelineNotFound: none, or several; says which there are.
    """
    known = list(pipelines(orchestrator))
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


def read_run_config(files: list[Path] | None) -> dict[str, Any] | None:
    """The run config of all files together; later files win.

    Raises:
        OrchError: a file can not be read, or is no mapping; says where.
    """
    if not files:
        return None
    merged: dict[str, Any] = {}
    for file in files:
        value = load_yaml_file(file).value
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


def key_and_value(text: str) -> tuple[str, str]:
    """A tag as it is written on the command line.

    Raises:
        OrchError: it is not KEY=VALUE.
    """
    key, sign, value = text.partition("=")
    if not sign or not key:
        raise OrchError(f"--tag {text!r}: expected KEY=VALUE")
    return key, value


def selector_of(found: Found, arguments: argparse.Namespace) -> PipelineSelector:
    """The part of a pipeline that the arguments name."""
    return PipelineSelector(
        repository=found.repository,
        pipeline=found.pipeline.name,
        mode=arguments.mode or found.pipeline.modes[0].name,
        solid_selection=tuple(arguments.solids.split(",")) if arguments.solids else None,
    )
