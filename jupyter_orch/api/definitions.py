"""GraphQL: definitions one by one: pipelines as they were, graphs, and resources."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from jupyter_orch.api import shapes
from jupyter_orch.api.context import Context, context_of
from jupyter_orch.api.problems import Answer, answering
from jupyter_orch.api.repositories import repository_named
from jupyter_orch.api.selectors import pipeline_named
from jupyter_orch.api.snapshot_ids import SnapshotId, read_snapshot_id
from jupyter_orch.api.workspace import mode, preset, solid, solid_handle, solid_handles, walk
from jupyter_orch.names import did_you_mean
from jupyter_orch.records.snapshot import (
    LocationSnapshot,
    PipelineSnapshot,
    RepositorySnapshot,
    ResourceSnapshot,
    SolidSnapshot,
)
from jupyter_orch.runs import problems
from jupyter_orch.runs.submit import find_pipeline

# pipelines as they were


def _snapshot_or_error(
    _: Any, info: Any, snapshotId: str | None = None, activePipelineSelector: dict[str, Any] | None = None
) -> Answer:
    context = context_of(info)
    if (snapshotId is None) == (activePipelineSelector is None):
        raise problems.ConflictingParams("give either snapshotId or activePipelineSelector")
    if activePipelineSelector is not None:
        return _active(context, activePipelineSelector)
    assert snapshotId is not None
    wanted = read_snapshot_id(snapshotId)
    code = _code(context, wanted) if wanted is not None else None
    found = _in_code(code, wanted) if code is not None and wanted is not None else None
    if found is None or wanted is None:
        message = f"there is no snapshot {snapshotId[:200]!r}; a run's pipelineSnapshotId names one"
        return {"__typename": "PipelineSnapshotNotFoundError", "message": message, "snapshotId": snapshotId[:200]}
    return _snapshot(context, wanted, found)


def _active(context: Context, selector: dict[str, Any]) -> Answer:
    location, repository = selector["repositoryLocationName"], selector["repositoryName"]
    code = context.orchestrator.code_servers.definitions(location)
    found = find_pipeline(code, repository, pipeline_named(selector), location)
    place = SnapshotId(code_version=code.code_version, location=location, repository=repository, pipeline=found.name)
    return _snapshot(context, place, found)


def _code(context: Context, wanted: SnapshotId) -> LocationSnapshot | None:
    """What is loaded now, if that is what is wanted, or what was kept."""
    state = context.orchestrator.code_servers.state(wanted.location)
    if state is not None and state.snapshot is not None and state.snapshot.code_version == wanted.code_version:
        return state.snapshot
    return context.orchestrator.instance.storage.get_snapshot(wanted.location, wanted.code_version)


def _in_code(code: LocationSnapshot, wanted: SnapshotId) -> PipelineSnapshot | None:
    try:
        return find_pipeline(code, wanted.repository, wanted.pipeline, wanted.location)
    except problems.PipelineNotFound:
        return None


def _snapshot(context: Context, place: SnapshotId, found: PipelineSnapshot) -> Answer:
    return {
        "__typename": "PipelineSnapshot",
        "id": place.text(),
        "name": found.name,
        "description": found.description or None,
        "pipelineSnapshotId": place.text(),
        "tags": shapes.tags(found.tags),
        "modes": lambda info: [mode(found.name, m) for m in found.modes],
        "presets": lambda info: [preset(found, p) for p in found.presets],
        **_inside(context, found),
        "repositoryName": place.repository,
        "repositoryLocationName": place.location,
        "codeVersion": place.code_version,
    }


def _inside(context: Context, graph: PipelineSnapshot | SolidSnapshot) -> Answer:
    return {
        "solids": lambda info: [solid(context, s, "") for s in graph.solids],
        "solidHandles": lambda info, parentHandleID=None: solid_handles(context, graph, parentHandleID),
        "solidHandle": lambda info, handleID: solid_handle(context, graph, handleID),
    }


# graphs


def _graph_or_error(_: Any, info: Any, selector: dict[str, Any]) -> Answer:
    context, name = context_of(info), selector["graphName"]
    location, repository = selector["repositoryLocationName"], selector["repositoryName"]
    code = context.orchestrator.code_servers.definitions(location)
    graphs = {n: graph for found in code.repositories if found.name == repository for n, graph in _graphs(found)}
    graph = graphs.get(name)
    if graph is None:
        there = f"{did_you_mean(name, list(graphs))}; there are: {', '.join(sorted(graphs)) or 'none'}"
        return {
            "__typename": "GraphNotFoundError",
            "message": f"repository {repository!r} of code location {location!r} has no graph {name!r}{there}",
            "graphName": name,
            "repositoryName": repository,
            "repositoryLocationName": location,
        }
    return {
        "__typename": "Graph",
        "id": f"{location}:{repository}:{name}",
        "name": name,
        "description": graph.description or None,
        **_inside(context, graph),
    }


def _graphs(repository: RepositorySnapshot) -> Iterator[tuple[str, PipelineSnapshot | SolidSnapshot]]:
    """Every graph by its name; where several have one, a pipeline comes last and so wins."""
    for pipeline in repository.pipelines:
        for found in walk(pipeline.solids):
            if found.kind == "composite":
                yield found.definition, found
    for pipeline in repository.pipelines:
        yield pipeline.name, pipeline


# resources


def _resource_or_error(_: Any, info: Any, resourceSelector: dict[str, Any]) -> Answer:
    context, name = context_of(info), resourceSelector["resourceName"]
    location = resourceSelector["repositoryLocationName"]
    found = repository_named(context, location, resourceSelector["repositoryName"])
    if not isinstance(found, RepositorySnapshot):
        return {"__typename": "ResourceNotFoundError", "message": found["message"], "resourceName": name}
    names = list(dict.fromkeys(resource.key for _, _, resource in _resources(found)))
    if name not in names:
        there = f"{did_you_mean(name, names)}; there are: {', '.join(names) or 'none'}"
        message = f"no mode of repository {found.name!r} has a resource {name!r}{there}"
        return {"__typename": "ResourceNotFoundError", "message": message, "resourceName": name}
    return _resource(location, found, name)


def _resources_or_error(_: Any, info: Any, repositorySelector: dict[str, Any]) -> Answer:
    location = repositorySelector["repositoryLocationName"]
    found = repository_named(context_of(info), location, repositorySelector["repositoryName"])
    if not isinstance(found, RepositorySnapshot):
        return found
    names = dict.fromkeys(resource.key for _, _, resource in _resources(found))
    results = [_resource(location, found, name) for name in names]
    return {"__typename": "ResourceDetailsList", "results": results}


def _resources(repository: RepositorySnapshot) -> Iterator[tuple[PipelineSnapshot, str, ResourceSnapshot]]:
    """Each resource of each mode: its pipeline, its mode, and what it is."""
    for pipeline in repository.pipelines:
        for one in pipeline.modes:
            for resource in one.resources:
                yield pipeline, one.name, resource


def _resource(location: str, repository: RepositorySnapshot, name: str) -> Answer:
    places = [(pipeline, mode, found) for pipeline, mode, found in _resources(repository) if found.key == name]
    first = places[0][2]
    return {
        "__typename": "ResourceDetails",
        "id": f"{location}:{repository.name}:{name}",
        "name": name,
        "description": first.description or None,
        "configSchema": first.config_schema,
        "isTopLevel": True,
        "modes": [{"pipelineName": pipeline.name, "mode": mode} for pipeline, mode, _ in places],
        "jobsOpsUsing": lambda info: list(_users(repository, name)),
    }


def _users(repository: RepositorySnapshot, name: str) -> Iterator[Answer]:
    for pipeline in repository.pipelines:
        handles = [handle for handle, found in _handles(pipeline.solids) if name in found.required_resource_keys]
        if handles:
            yield {"jobName": pipeline.name, "opHandleIDs": handles}


def _handles(solids: tuple[SolidSnapshot, ...], inside: str = "") -> Iterator[tuple[str, SolidSnapshot]]:
    """Solids that compute, by their paths."""
    for found in solids:
        if found.kind != "composite":
            yield f"{inside}{found.name}", found
        yield from _handles(found.solids, f"{inside}{found.name}.")


RESOLVERS = {
    "Query": {
        "pipelineSnapshotOrError": answering(_snapshot_or_error),
        "graphOrError": answering(_graph_or_error),
        "topLevelResourceDetailsOrError": answering(_resource_or_error),
        "allTopLevelResourceDetailsOrError": answering(_resources_or_error),
    },
}
