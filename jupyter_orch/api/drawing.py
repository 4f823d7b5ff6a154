"""GraphQL: all of a pipeline's solids as one value, for whoever draws thousands of them.

The same as ``solidHandles`` says field by field, which takes a second for 5,000 solids: each definition is written once
and named by its place in the list.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from jupyter_orch.api import shapes
from jupyter_orch.api.context import Context
from jupyter_orch.api.problems import Answer
from jupyter_orch.records.snapshot import InputSnapshot, MappingSnapshot, PipelineSnapshot, SolidSnapshot, Source


def drawing(context: Context, found: PipelineSnapshot) -> Answer:
    """``{definitions, solids}``: solids of every depth, composites before their inside; no config schemas."""
    definitions: dict[Any, tuple[int, Answer]] = {}
    solids: list[Answer] = []
    _take(context, found.solids, "", definitions, solids)
    return {"definitions": [written for _, written in definitions.values()], "solids": solids}


def _take(
    context: Context,
    level: Iterable[SolidSnapshot],
    inside: str,
    definitions: dict[Any, tuple[int, Answer]],
    solids: list[Answer],
) -> None:
    for solid in level:
        slots = tuple((i.name, i.type, i.description) for i in solid.inputs)
        told = (solid.definition, solid.kind, solid.description, solid.source, solid.notebook_path, slots)
        key = (*told, solid.outputs, solid.required_resource_keys)
        if key not in definitions:
            definitions[key] = len(definitions), _definition(context, solid)
        handle = f"{inside}{solid.name}"
        written: Answer = {
            "handle": handle,
            "name": solid.name,
            "definition": definitions[key][0],
            "from": [[[s.solid, s.output] for s in i.sources] for i in solid.inputs],
        }
        rest = {
            "collects": _collecting(solid.inputs),
            "tags": shapes.tags(solid.tags),
            "inputMappings": _mappings(solid.input_mappings),
            "outputMappings": _mappings(solid.output_mappings),
        }
        solids.append(written | {name: value for name, value in rest.items() if value})
        _take(context, solid.solids, f"{handle}.", definitions, solids)


def _definition(context: Context, solid: SolidSnapshot) -> Answer:
    return {
        "name": solid.definition,
        "kind": solid.kind.upper(),
        "description": solid.description or None,
        "requiredResources": list(solid.required_resource_keys),
        "source": source(context, solid.source),
        "notebookPath": context.contents_path(solid.notebook_path),
        "inputs": [{"name": i.name, "type": i.type, "description": i.description or None} for i in solid.inputs],
        "outputs": [
            {
                "name": o.name,
                "type": o.type,
                "description": o.description or None,
                "isRequired": o.is_required,
                "isDynamic": o.is_dynamic,
            }
            for o in solid.outputs
        ],
    }


def source(context: Context, found: Source | None) -> Answer | None:
    """Where something is written down."""
    if found is None:
        return None
    path = context.contents_path(found.file)
    return {"file": found.file, "contentsPath": path, "line": found.line, "cell": found.cell}


def _collecting(inputs: tuple[InputSnapshot, ...]) -> list[str]:
    return [i.name for i in inputs if i.collects]


def _mappings(found: tuple[MappingSnapshot, ...]) -> list[Answer]:
    return [{"outer": m.outer, "solid": m.solid, "inner": m.inner} for m in found]
