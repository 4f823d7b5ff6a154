"""GraphQL: one repository, the states of locations, and shutting one down."""

from __future__ import annotations

from typing import Any

from jupyter_orch.api.context import EXECUTE, LOCATIONS, Context, context_of
from jupyter_orch.api.problems import Answer, answering
from jupyter_orch.api.workspace import repository
from jupyter_orch.names import did_you_mean
from jupyter_orch.records.snapshot import RepositorySnapshot


def _repository_or_error(_: Any, info: Any, repositorySelector: dict[str, Any]) -> Answer:
    context = context_of(info)
    location = repositorySelector["repositoryLocationName"]
    found = repository_named(context, location, repositorySelector["repositoryName"])
    if not isinstance(found, RepositorySnapshot):
        return found
    return repository(context, location, context.orchestrator.code_servers.definitions(location), found)


def repository_named(context: Context, location: str, name: str) -> RepositorySnapshot | Answer:
    """A repository's definitions, or the answer that there is none.

    Raises:
        LocationUnavailable: the location has no definitions.
    """
    snapshot = context.orchestrator.code_servers.definitions(location)
    for found in snapshot.repositories:
        if found.name == name:
            return found
    names = [found.name for found in snapshot.repositories]
    there = f"{did_you_mean(name, names)}; it has: {', '.join(names) or 'none'}"
    return {
        "__typename": "RepositoryNotFoundError",
        "message": f"code location {location!r} has no repository {name!r}{there}",
        "repositoryName": name,
        "repositoryLocationName": location,
    }


def _location_statuses(_: Any, info: Any) -> Answer:
    entries = [
        {
            "id": state.name,
            "name": state.name,
            "loadStatus": state.status.value,
            "updateTimestamp": state.updated,
            "versionKey": state.snapshot.code_version if state.snapshot else "",
        }
        for state in context_of(info).orchestrator.code_servers.states()
    ]
    return {"__typename": "WorkspaceLocationStatusEntries", "entries": entries}


def _shut_down(_: Any, info: Any, repositoryLocationName: str) -> Answer:
    context = context_of(info)
    context.require(EXECUTE, LOCATIONS)
    servers = context.orchestrator.code_servers
    if servers.state(repositoryLocationName) is None:
        known = ", ".join(state.name for state in servers.states()) or "none"
        message = f"there is no code location {repositoryLocationName!r}; the workspace has: {known}"
        return {"__typename": "RepositoryLocationNotFound", "message": message}
    servers.put_to_sleep(repositoryLocationName)
    return {"__typename": "ShutdownRepositoryLocationSuccess", "repositoryLocationName": repositoryLocationName}


RESOLVERS = {
    "Query": {
        "repositoryOrError": answering(_repository_or_error),
        "locationStatusesOrError": answering(_location_statuses),
    },
    "Mutation": {"shutdownRepositoryLocation": answering(_shut_down)},
}
