"""Graphs as drawings for notebooks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jupyter_orch.definitions.dependency import Dependency, feeders
from jupyter_orch.definitions.output import DEFAULT_OUTPUT
from jupyter_orch.display.drawing import Arrow, Box, Drawing


def graph_drawing(
    kind: str,
    name: str,
    invocations: Mapping[str, Any],
    dependencies: Mapping[str, Mapping[str, Dependency]],
    states: Mapping[str, str] | None = None,
    notes: Mapping[str, str] | None = None,
) -> Drawing:
    """One level of a graph; a composite is one box.

    Args:
        states: of some nodes, as :class:`Box` knows them.
        notes: second lines of some nodes; the others say what they are when that is not plain.
    """
    states, notes = states or {}, notes or {}
    boxes = tuple(
        Box(key=key, label=key, note=notes.get(key, _note(key, node.definition)), state=states.get(key, ""))
        for key, node in invocations.items()
    )
    arrows = tuple(
        Arrow(source=feeder.solid, target=target, label=_label(feeder.output, entrance))
        for target, inputs in dependencies.items()
        for entrance, dependency in inputs.items()
        for feeder in feeders(dependency)
    )
    return Drawing(kind=kind, name=name, boxes=boxes, arrows=arrows)


def _note(key: str, definition: Any) -> str:
    if definition.kind in ("composite", "notebook"):
        return str(definition.kind)
    return "" if definition.name == key else str(definition.name)


def _label(output: str, entrance: str) -> str:
    return entrance if output == DEFAULT_OUTPUT else f"{output} → {entrance}"
