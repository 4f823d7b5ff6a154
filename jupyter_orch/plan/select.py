"""Selections such as ``"*add+"``: names with how far to go up and down from them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from jupyter_orch.definitions.dependency import feeders
from jupyter_orch.definitions.errors import DagsterInvalidSubsetError
from jupyter_orch.definitions.names import unknown
from jupyter_orch.definitions.pipeline import PipelineDefinition

_QUERY = re.compile(r"(?P<up>\*|\+*)(?P<name>[A-Za-z0-9_.\[\]?]+)(?P<down>\*|\+*)")


def selected(queries: Iterable[str], feeding: Mapping[str, Iterable[str]], noun: str, owner: str) -> set[str]:
    """The names that a selection means.

    Each query is a name; ``*`` before it adds all that feeds it, each ``+`` one level of that (breadth first, so
    every branch is followed
    equally far); behind it the same for all that it feeds. ``*`` alone selects everything.

    Args:
        queries: the selection.
        feeding: each name → the names that feed it.
        noun: what the names are, for messages.
        owner: whose names they are.

    Raises:
        DagsterInvalidSubsetError: a query has no such form or names something unknown.
    """
    chosen: set[str] = set()
    fed: dict[str, list[str]] = {name: [] for name in feeding}
    for name, sources in feeding.items():
        for source in sources:
            if source in fed:
                fed[source].append(name)
    queries = list(queries)
    if not queries:
        raise DagsterInvalidSubsetError(f"the selection for {owner} is empty; leave it out to select everything")
    for query in queries:
        if query == "*":
            return set(feeding)
        match = _QUERY.fullmatch(query) if isinstance(query, str) else None
        if match is None:
            raise DagsterInvalidSubsetError(
                f"{query!r} is no selection; write a {noun} name with '*' or any number of '+' before or behind it, "
                f"e.g. '*{noun}+'"
            )
        name = match["name"]
        if name not in feeding:
            raise DagsterInvalidSubsetError(unknown(noun, name, feeding, owner), query=query)
        chosen.add(name)
        chosen |= _reached(name, feeding, match["up"])
        chosen |= _reached(name, fed, match["down"])
    return chosen


def _reached(name: str, next_to: Mapping[str, Iterable[str]], how_far: str) -> set[str]:
    levels = -1 if how_far == "*" else len(how_far)
    seen = {name}
    edge = [name]
    while edge and levels != 0:
        levels -= 1
        edge = list(
            dict.fromkeys(item for at in edge for item in next_to.get(at, ()) if item not in seen and item in next_to)
        )
        seen.update(edge)
    return seen


def subset_of(pipeline: PipelineDefinition, selection: Iterable[str] | None) -> PipelineDefinition:
    """The pipeline, or the part of it that a selection of solids means.

    Raises:
        DagsterInvalidSubsetError: the selection names something that the pipeline does not have.
    """
    if selection is None:
        return pipeline
    if isinstance(selection, str):
        raise DagsterInvalidSubsetError(
            f"the selection for pipeline {pipeline.name!r} must be a list of strings, e.g. [{selection!r}], not the "
            f"string {selection!r}"
        )
    queries = tuple(selection)
    graph = pipeline.graph
    feeding = {
        name: {
            feeder.solid for dependency in graph.dependencies.get(name, {}).values() for feeder in feeders(dependency)
        }
        for name in graph.invocations
    }
    names = selected(queries, feeding, "solid", f"pipeline {pipeline.name!r}")
    return pipeline if names == set(graph.invocations) else pipeline.subset(names, queries)
