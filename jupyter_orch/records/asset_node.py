"""Assets as they stand in definitions: what makes them, and from what, known before anything has run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from jupyter_orch.records.asset import AssetPath
from jupyter_orch.records.snapshot import InputSnapshot, OutputRef, PipelineSnapshot, RepositorySnapshot, SolidSnapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetNode:
    """An asset that an output of a solid is.

    Attributes:
        asset_key: the asset.
        repository: the repository.
        pipelines: names of the pipelines that make it.
        solid: dotted path of the solid in the first of them.
        output: the output.
        description: of the solid.
        kind: what the author says it is made with (the solid's tag ``kind``), or empty.
        dependencies: the assets that the solid's inputs are, each once.
    """

    asset_key: AssetPath
    repository: str
    pipelines: tuple[str, ...]
    solid: str
    output: str
    description: str = ""
    kind: str = ""
    dependencies: tuple[AssetPath, ...] = ()


def asset_nodes(repository: RepositorySnapshot) -> list[AssetNode]:
    """The assets that a repository's pipelines make, ordered by key."""
    found: dict[AssetPath, AssetNode] = {}
    for pipeline in repository.pipelines:
        for node in _nodes_of(repository.name, pipeline):
            known = found.get(node.asset_key)
            found[node.asset_key] = node if known is None else _merged(known, node)
    return [found[key] for key in sorted(found)]


def _merged(first: AssetNode, second: AssetNode) -> AssetNode:
    return AssetNode(
        asset_key=first.asset_key,
        repository=first.repository,
        pipelines=tuple(dict.fromkeys((*first.pipelines, *second.pipelines))),
        solid=first.solid,
        output=first.output,
        description=first.description or second.description,
        kind=first.kind or second.kind,
        dependencies=tuple(dict.fromkeys((*first.dependencies, *second.dependencies))),
    )


def _nodes_of(repository: str, pipeline: PipelineSnapshot) -> Iterator[AssetNode]:
    for path, solid, before in _solids(pipeline.solids, "", {}):
        for output in solid.outputs:
            if output.asset_key is not None:
                yield AssetNode(
                    asset_key=output.asset_key,
                    repository=repository,
                    pipelines=(pipeline.name,),
                    solid=path,
                    output=output.name,
                    description=solid.description,
                    kind=solid.tags.get("kind", ""),
                    dependencies=tuple(dict.fromkeys(key for keys in before.values() for key in keys)),
                )


def _solids(
    solids: Iterable[SolidSnapshot], prefix: str, outer: Mapping[tuple[str, str], tuple[AssetPath, ...]]
) -> Iterator[tuple[str, SolidSnapshot, dict[str, tuple[AssetPath, ...]]]]:
    """Every solid that computes, with its dotted path and the assets behind each of its inputs.

    Args:
        outer: (solid, input) → assets that come in from outside of this graph.
    """
    here = {solid.name: solid for solid in solids}
    for solid in here.values():
        before = {
            item.name: _assets_behind(item, here) or outer.get((solid.name, item.name), ()) for item in solid.inputs
        }
        path = f"{prefix}{solid.name}"
        if solid.kind != "composite":
            yield path, solid, before
            continue
        inside = {(m.solid, m.inner): before.get(m.outer, ()) for m in solid.input_mappings}
        yield from _solids(solid.solids, f"{path}.", inside)


def _assets_behind(item: InputSnapshot, here: Mapping[str, SolidSnapshot]) -> tuple[AssetPath, ...]:
    if item.asset_key is not None:
        return (item.asset_key,)
    keys = (_asset_of(source, here) for source in item.sources)
    return tuple(key for key in keys if key is not None)


def _asset_of(source: OutputRef, here: Mapping[str, SolidSnapshot]) -> AssetPath | None:
    """The asset that an output is; that of a composite is found at the solid inside that gives it."""
    solid = here.get(source.solid)
    while solid is not None and solid.kind == "composite":
        mapping = next((m for m in solid.output_mappings if m.outer == source.output), None)
        if mapping is None:
            return None
        source = OutputRef(solid=mapping.solid, output=mapping.inner)
        solid = next((inner for inner in solid.solids if inner.name == mapping.solid), None)
    outputs = solid.outputs if solid is not None else ()
    return next((output.asset_key for output in outputs if output.name == source.output), None)
