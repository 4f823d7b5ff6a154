"""GraphQL: locations, repositories, pipelines, solids, config schemas and plans."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from jupyter_orch.api import backfills, runs, schedules, sensors, shapes
from jupyter_orch.api.context import EXECUTE, LOCATIONS, Context, context_of
from jupyter_orch.api.drawing import drawing, source
from jupyter_orch.api.problems import Answer, answering, config_invalid, python_error
from jupyter_orch.api.selectors import Selected, parse_run_config, pipeline_named, select, syntax_problem
from jupyter_orch.api.snapshot_ids import SnapshotId
from jupyter_orch.code_servers.location_state import LocationState
from jupyter_orch.records import codec
from jupyter_orch.records.failure import Failure
from jupyter_orch.records.messages import ConfigSchema, PlanSnapshot
from jupyter_orch.records.run import RunFilter
from jupyter_orch.records.secret_fields import secret_paths
from jupyter_orch.records.snapshot import (
    LocationSnapshot,
    ModeSnapshot,
    PipelineSnapshot,
    PresetSnapshot,
    RepositorySnapshot,
    ResourceSnapshot,
    SolidSnapshot,
)
from jupyter_orch.runs.secret_config import without_secrets
from jupyter_orch.runs.submit import ask, find_pipeline, validate
from jupyter_orch.yaml_text import YamlError, dump_yaml

RELOAD_PATIENCE = 60.0


def workspace(context: Context) -> Answer:
    """The whole workspace, or why its file can not be read."""
    servers = context.orchestrator.code_servers
    if servers.problem is not None:
        return python_error(Failure(cls="WorkspaceError", message=servers.problem)) or {}
    return {
        "__typename": "Workspace",
        "path": str(servers.workspace),
        "locationEntries": lambda info: [location_entry(context, state) for state in servers.states()],
    }


def location_entry(context: Context, state: LocationState) -> Answer:
    """One location with the state of its newest attempt to load."""
    error = python_error(state.failure)
    return {
        "__typename": "WorkspaceLocationEntry",
        "id": state.name,
        "name": state.name,
        "loadStatus": state.status.value,
        "locationOrLoadError": location(context, state.name, state.snapshot) if state.snapshot else error,
        "loadError": error,
        "stale": state.stale,
        "updatedTimestamp": state.updated,
        "progress": state.progress or None,
        "displayMetadata": lambda info: _metadata(context, state),
        "output": lambda info: context.orchestrator.code_servers.output(state.name),
        "memoryBytes": lambda info: context.orchestrator.code_servers.memory(state.name),
        "kernelIds": state.kernel.split(),
    }


def _metadata(context: Context, state: LocationState) -> list[Answer]:
    """What there is to say of a location in words."""
    memory = context.orchestrator.code_servers.memory(state.name)
    told = (
        ("python", state.snapshot.python if state.snapshot else ""),
        ("interpreter", state.snapshot.executable if state.snapshot else ""),
        ("launch", state.launch),
        ("kernel", state.kernel),
        ("import seconds", f"{state.snapshot.load_seconds:.2f}" if state.snapshot else ""),
        ("memory", f"{memory / 1024**2:.0f} MiB" if memory else ""),
    )
    return [{"key": key, "value": value} for key, value in told if value]


def location(context: Context, name: str, snapshot: LocationSnapshot) -> Answer:
    """A location's definitions."""
    return {
        "__typename": "RepositoryLocation",
        "id": name,
        "name": name,
        "codeVersion": snapshot.code_version,
        "isReloadSupported": True,
        "repositories": lambda info: [repository(context, name, snapshot, r) for r in snapshot.repositories],
    }


def repository(context: Context, location_name: str, snapshot: LocationSnapshot, found: RepositorySnapshot) -> Answer:
    """A repository."""
    here: Answer = {
        "__typename": "Repository",
        "id": f"{location_name}:{found.name}",
        "name": found.name,
        "description": found.description or None,
        "codeVersion": snapshot.code_version,
        "location": lambda info: location(context, location_name, snapshot),
        "schedules": lambda info: schedules.schedules_of(context, location_name, found.name),
        "sensors": lambda info: sensors.sensors_of(context, location_name, found.name),
        "partitionSets": lambda info: backfills.partition_sets_of(context, location_name, found.name),
    }
    here["pipelines"] = lambda info: [pipeline(context, location_name, here, p) for p in found.pipelines]
    return here


def pipeline(context: Context, location_name: str, inside: Answer, found: PipelineSnapshot) -> Answer:
    """A pipeline; ``inside`` is its repository's answer."""

    def recent_runs(info: Any, cursor: str | None = None, limit: int | None = None) -> list[Answer]:
        where = RunFilter(pipeline=found.name, repository=inside["name"], location=location_name)
        return runs.page(context, where, cursor, limit)

    return {
        "__typename": "Pipeline",
        "id": f"{inside['id']}:{found.name}",
        "name": found.name,
        "description": found.description or None,
        "pipelineSnapshotId": SnapshotId(
            code_version=inside["codeVersion"], location=location_name, repository=inside["name"], pipeline=found.name
        ).text(),
        "tags": shapes.tags(found.tags),
        "modes": lambda info: [mode(found.name, m) for m in found.modes],
        "presets": lambda info: [preset(found, p) for p in found.presets],
        "solids": lambda info: [solid(context, s, "") for s in found.solids],
        "solidHandles": lambda info, parentHandleID=None: solid_handles(context, found, parentHandleID),
        "solidHandle": lambda info, handleID: solid_handle(context, found, handleID),
        "drawing": lambda info: drawing(context, found),
        "solidCount": sum(1 for _ in walk(found.solids)),
        "source": source(context, found.source),
        "repository": inside,
        "schedules": lambda info: [
            s for s in schedules.schedules_of(context, location_name, inside["name"]) if s["pipelineName"] == found.name
        ],
        "sensors": lambda info: [
            s
            for s in sensors.sensors_of(context, location_name, inside["name"])
            if found.name in [target["pipelineName"] for target in s["targets"]]
        ],
        "runs": recent_runs,
    }


def solid_handles(context: Context, found: PipelineSnapshot | SolidSnapshot, parent: str | None) -> list[Answer]:
    """Every solid of a pipeline or composite in one list, composites before their inside.

    Args:
        parent: handle of a composite to keep to its direct inside, "" for the top level, None for every depth.
    """
    handles: list[Answer] = []

    def take(solids: tuple[SolidSnapshot, ...], above: Answer | None) -> None:
        inside = above["handleID"] if above else ""
        for one in solids:
            answer: Answer = {"solid": solid(context, one, inside), "parent": above}
            answer["handleID"] = answer["solid"]["handle"]
            if parent is None or parent == inside:
                handles.append(answer)
            take(one.solids, answer)

    take(found.solids, None)
    return handles


def solid_handle(context: Context, found: PipelineSnapshot | SolidSnapshot, handle: str) -> Answer | None:
    """One solid by its path."""
    around = solid_handles(context, found, handle.rpartition(".")[0])
    return next((answer for answer in around if answer["handleID"] == handle), None)


def walk(solids: tuple[SolidSnapshot, ...]) -> Iterator[SolidSnapshot]:
    """All solids, those inside composites too."""
    waiting = list(solids)
    while waiting:
        found = waiting.pop()
        yield found
        waiting.extend(found.solids)


def mode(pipeline_name: str, found: ModeSnapshot) -> Answer:
    """A mode."""
    return {
        "id": f"{pipeline_name}:{found.name}",
        "name": found.name,
        "description": found.description or None,
        "resources": [resource(r) for r in found.resources],
        "executors": list(found.executors),
    }


def resource(found: ResourceSnapshot) -> Answer:
    """A resource of a mode."""
    return {"name": found.key, "description": found.description or None, "configSchema": found.config_schema}


def preset(pipeline: PipelineSnapshot, found: PresetSnapshot) -> Answer:
    """A preset of a pipeline."""
    secrets = secret_paths(pipeline, found.mode, found.run_config)
    return {
        "name": found.name,
        "mode": found.mode,
        "solidSelection": list(found.solid_selection) if found.solid_selection is not None else None,
        "runConfigYaml": dump_yaml(without_secrets(found.run_config, secrets)) if found.run_config else "",
        "tags": shapes.tags(found.tags),
    }


def solid(context: Context, found: SolidSnapshot, inside: str) -> Answer:
    """A solid as it stands in its graph; ``inside`` is the handle of the composite around it."""
    handle = f"{inside}.{found.name}" if inside else found.name
    return {
        "handle": handle,
        "name": found.name,
        "kind": found.kind.upper(),
        "definition": {
            "name": found.definition,
            "description": found.description or None,
            "configSchema": found.config_schema,
            "requiredResources": list(found.required_resource_keys),
            "source": source(context, found.source),
            "notebookPath": context.contents_path(found.notebook_path),
        },
        "inputs": [
            {
                "name": i.name,
                "type": i.type,
                "description": i.description or None,
                "dependsOn": [{"solid": s.solid, "output": s.output} for s in i.sources],
                "isDynamicCollect": i.collects,
            }
            for i in found.inputs
        ],
        "outputs": [
            {
                "name": o.name,
                "type": o.type,
                "description": o.description or None,
                "isRequired": o.is_required,
                "isDynamic": o.is_dynamic,
            }
            for o in found.outputs
        ],
        "tags": shapes.tags(found.tags),
        "solids": lambda info: [solid(context, s, handle) for s in found.solids],
        "inputMappings": [codec.to_json(m) for m in found.input_mappings],
        "outputMappings": [codec.to_json(m) for m in found.output_mappings],
    }


# Query


def _workspace_or_error(_: Any, info: Any) -> Answer:
    return workspace(context_of(info))


def _repositories_or_error(_: Any, info: Any) -> Answer:
    context = context_of(info)
    nodes = [
        repository(context, state.name, state.snapshot, found)
        for state in context.orchestrator.code_servers.states()
        if state.snapshot is not None
        for found in state.snapshot.repositories
    ]
    return {"__typename": "RepositoryConnection", "nodes": nodes}


def _pipeline_or_error(_: Any, info: Any, params: dict[str, Any]) -> Answer:
    context = context_of(info)
    location_name, repository_name = params["repositoryLocationName"], params["repositoryName"]
    snapshot = context.orchestrator.code_servers.definitions(location_name)
    found = find_pipeline(snapshot, repository_name, pipeline_named(params), location_name)
    around = next(r for r in snapshot.repositories if r.name == repository_name)
    return pipeline(context, location_name, repository(context, location_name, snapshot, around), found)


def _run_config_schema(_: Any, info: Any, selector: dict[str, Any], mode: str | None = None) -> Answer:
    context = context_of(info)
    chosen = select(context, selector, mode)
    answer = msgspec.convert(_ask(context, chosen, "config_schema"), ConfigSchema)
    return {
        "__typename": "RunConfigSchema",
        "jsonSchema": answer.schema,
        "scaffoldYaml": dump_yaml(answer.scaffold) if answer.scaffold else "",
    }


def _is_config_valid(_: Any, info: Any, pipeline: dict[str, Any], mode: str, runConfigData: Any = None) -> Answer:
    context = context_of(info)
    chosen = select(context, pipeline, mode)
    try:
        value, text = parse_run_config(runConfigData)
    except YamlError as error:
        return syntax_problem(chosen.selector.pipeline, error)
    verdict = validate(context.orchestrator.code_servers, chosen.location, chosen.selector, value)
    if verdict.valid:
        return {"__typename": "PipelineConfigValidationValid", "pipelineName": chosen.selector.pipeline}
    return config_invalid(chosen.selector.pipeline, verdict.errors, text)


def _execution_plan(_: Any, info: Any, pipeline: dict[str, Any], mode: str, runConfigData: Any = None) -> Answer:
    context = context_of(info)
    chosen = select(context, pipeline, mode)
    try:
        value, text = parse_run_config(runConfigData)
    except YamlError as error:
        return syntax_problem(chosen.selector.pipeline, error)
    verdict = validate(context.orchestrator.code_servers, chosen.location, chosen.selector, value)
    if not verdict.valid:
        return config_invalid(chosen.selector.pipeline, verdict.errors, text)
    return shapes.plan(msgspec.convert(_ask(context, chosen, "plan", run_config=value), PlanSnapshot))


def _ask(context: Context, chosen: Selected, method: str, **params: Any) -> Any:
    return ask(
        context.orchestrator.code_servers,
        chosen.location,
        method,
        {"selector": codec.to_json(chosen.selector), **params},
    )


# Mutation


def _reload_location(_: Any, info: Any, repositoryLocationName: str) -> Answer:
    context = context_of(info)
    context.require(EXECUTE, LOCATIONS)
    servers = context.orchestrator.code_servers
    if servers.state(repositoryLocationName) is None:
        known = ", ".join(state.name for state in servers.states()) or "none"
        message = f"there is no code location {repositoryLocationName!r}; the workspace has: {known}"
        return {"__typename": "RepositoryLocationNotFound", "message": message}
    state = servers.reload_and_wait(repositoryLocationName, RELOAD_PATIENCE)
    entry = location_entry(context, state)
    if state.failure is not None:
        entry["locationOrLoadError"] = entry["loadError"]  # what classic clients look at to learn how it went
    return entry


def _serve_notebook(_: Any, info: Any, path: str) -> Answer:
    context = context_of(info)
    context.require(EXECUTE, LOCATIONS)
    file = context.orchestrator.notebook_jobs.file_of(path)
    return location_entry(context, context.orchestrator.code_servers.serve_notebook(file))


def _reload_workspace(_: Any, info: Any) -> Answer:
    context = context_of(info)
    context.require(EXECUTE, LOCATIONS)
    context.orchestrator.code_servers.reload_workspace()
    return workspace(context)


RESOLVERS = {
    "Query": {
        "workspaceOrError": answering(_workspace_or_error),
        "repositoriesOrError": answering(_repositories_or_error),
        "pipelineOrError": answering(_pipeline_or_error),
        "runConfigSchemaOrError": answering(_run_config_schema),
        "isPipelineConfigValid": answering(_is_config_valid),
        "executionPlanOrError": answering(_execution_plan),
    },
    "Mutation": {
        "reloadRepositoryLocation": answering(_reload_location),
        "serveNotebook": answering(_serve_notebook),
        "reloadWorkspace": answering(_reload_workspace),
    },
}
