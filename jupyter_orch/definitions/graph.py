"""Graphs: solids wired to each other, alone or as a composite inside another graph."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from jupyter_orch.definitions.composition import Invocation, compose
from jupyter_orch.definitions.config import as_field
from jupyter_orch.definitions.decorator import makes
from jupyter_orch.definitions.dependency import (
    Dependency,
    DependencyDefinition,
    OuterInput,
    SolidInvocation,
)
from jupyter_orch.definitions.drawn import graph_drawing
from jupyter_orch.definitions.errors import DagsterInvalidDefinitionError
from jupyter_orch.definitions.function import Signature, source_of
from jupyter_orch.definitions.graph_mappings import outer_mappings
from jupyter_orch.definitions.hook import checked_hooks
from jupyter_orch.definitions.inout import (
    InputDefinition,
    InputMapping,
    OutputDefinition,
    OutputMapping,
    checked_places,
)
from jupyter_orch.definitions.names import unknown, valid_tags
from jupyter_orch.definitions.node import NodeDefinition
from jupyter_orch.definitions.place import defined_at
from jupyter_orch.definitions.shown import described
from jupyter_orch.definitions.wiring import check_names, dynamic_depths, running_order
from jupyter_orch.display.bundle import graph_bundle
from jupyter_orch.records.snapshot import Source


class ConfigMapping:
    """How the config of a composite or pipeline becomes config of its solids.

    Args:
        config_fn: config → ``{solid: {"config": …}}``.
        config_schema: what the function takes.
    """

    def __init__(self, config_fn: Callable[[Any], Any], config_schema: Any = None) -> None:
        self.config_fn = config_fn
        self.config_field = None if config_schema is None else as_field(config_schema)


class GraphDefinition(NodeDefinition):
    """Nodes wired to each other.

    Attributes:
        invocations: name in this graph → the node.
        dependencies: name → input → what feeds it.
        input_mappings, output_mappings: how the outside is tied to the inside.
        order: names of the nodes, each after those that feed it.
        config_mapping: turns the graph's own config into that of its nodes, or None.
    """

    noun = "composite"
    kind = "composite"

    def __init__(
        self,
        name: str,
        invocations: Mapping[str, Invocation],
        dependencies: Mapping[str, Mapping[str, Dependency]],
        input_mappings: Iterable[InputMapping] = (),
        output_mappings: Iterable[OutputMapping] = (),
        description: str | None = None,
        tags: Any = None,
        config_mapping: ConfigMapping | None = None,
        input_defs: list[InputDefinition] | None = None,
        output_defs: list[OutputDefinition] | None = None,
        source: Source | None = None,
    ) -> None:
        self.input_mappings = tuple(input_mappings)
        self.output_mappings = tuple(output_mappings)
        self.config_mapping = config_mapping
        super().__init__(
            name,
            input_defs if input_defs is not None else _distinct(m.definition for m in self.input_mappings),
            output_defs if output_defs is not None else _distinct(m.definition for m in self.output_mappings),
            description,
            tags,
            None,
            source,
        )
        self.config_field = config_mapping.config_field if config_mapping else None
        self.invocations = dict(invocations)
        self.dependencies = {node: dict(inputs) for node, inputs in dependencies.items() if inputs}
        owner = f"{self.noun} {name!r}"
        check_names(owner, self.invocations, self.dependencies)
        self.order = running_order(owner, self.invocations, self.dependencies)
        depths = dynamic_depths(owner, self.invocations, self.dependencies, self.order)
        self.inner_dynamic_depth = max(
            (
                1 if any(o.is_dynamic for o in n.definition.output_defs) else n.definition.inner_dynamic_depth
                for n in self.invocations.values()
            ),
            default=0,
        )
        self._mapped = _checked_mappings(self, owner)
        _check_outputs(self, owner, depths)

    def mapped_inside(self, outer: str) -> list[InputMapping]:
        """The inputs inside that an input of this graph feeds."""
        return [mapping for mapping in self.input_mappings if mapping.definition.name == outer]

    @property
    def required_resource_keys(self) -> frozenset[str]:
        """What the solids inside use."""
        keys: set[str] = set()
        for invocation in self.invocations.values():
            keys |= invocation.definition.required_resource_keys
        return frozenset(keys)

    def solid_named(self, name: str) -> Invocation:
        """The node of that name.

        Raises:
            DagsterInvalidDefinitionError: lists those that there are.
        """
        try:
            return self.invocations[name]
        except KeyError:
            raise DagsterInvalidDefinitionError(
                unknown("solid", name, self.invocations, f"{self.noun} {self.name!r}")
            ) from None

    @property
    def solids(self) -> list[Invocation]:
        """The nodes, as they were written."""
        return list(self.invocations.values())

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        """The graph as a drawing, when it is the last value of a notebook's cell."""
        return graph_bundle(graph_drawing(self.noun, self.name, self.invocations, self.dependencies))


def _distinct(definitions: Iterable[Any]) -> list[Any]:
    named: dict[str, Any] = {}
    for definition in definitions:
        named.setdefault(definition.name, definition)
    return list(named.values())


def _checked_mappings(graph: GraphDefinition, owner: str) -> set[tuple[str, str]]:
    mapped = set()
    for mapping in graph.input_mappings:
        outer = mapping.definition.name
        where = f"{owner} ties its input {outer!r} to input {mapping.input_name!r} of {mapping.solid_name!r}"
        if mapping.solid_name not in graph.invocations:
            raise DagsterInvalidDefinitionError(
                f"{where}, but {unknown('solid', mapping.solid_name, graph.invocations)}"
            )
        node = graph.invocations[mapping.solid_name].definition
        if not node.has_input(mapping.input_name):
            raise DagsterInvalidDefinitionError(
                f"{where}, but {unknown('input', mapping.input_name, node.input_dict, repr(mapping.solid_name))}"
            )
        if (
            mapping.fan_in_index is None
            and mapping.input_name in graph.dependencies.get(mapping.solid_name, {})
            and not isinstance(graph.dependencies[mapping.solid_name][mapping.input_name], OuterInput)
        ):
            raise DagsterInvalidDefinitionError(f"{where}, but that input is fed inside already")
        mapped.add((mapping.solid_name, mapping.input_name))
    return mapped


def _check_outputs(graph: GraphDefinition, owner: str, depths: dict[str, int]) -> None:
    for mapping in graph.output_mappings:
        outer = mapping.definition.name
        where = f"{owner} ties its output {outer!r} to output {mapping.output_name!r} of {mapping.solid_name!r}"
        if mapping.solid_name not in graph.invocations:
            raise DagsterInvalidDefinitionError(
                f"{where}, but {unknown('solid', mapping.solid_name, graph.invocations)}"
            )
        node = graph.invocations[mapping.solid_name].definition
        if not node.has_output(mapping.output_name):
            raise DagsterInvalidDefinitionError(
                f"{where}, but {unknown('output', mapping.output_name, node.output_dict, repr(mapping.solid_name))}"
            )
        is_dynamic = node.output_dict[mapping.output_name].is_dynamic or depths[mapping.solid_name] > 0
        if is_dynamic and not mapping.definition.is_dynamic:
            raise DagsterInvalidDefinitionError(
                f"{where}, which is dynamic; use DynamicOutputDefinition, or collect inside"
            )


def explicit_graph(
    owner: str,
    solid_defs: Iterable[NodeDefinition],
    dependencies: Mapping[Any, Mapping[str, Dependency]] | None,
    input_mappings: Iterable[InputMapping] = (),
) -> tuple[dict[str, Invocation], dict[str, dict[str, Dependency]]]:
    """Nodes and wiring from definitions and a dict of dependencies.

    Raises:
        DagsterInvalidDefinitionError: two definitions share a name, or something is not what it should be.
    """
    by_name: dict[str, NodeDefinition] = {}
    for definition in solid_defs:
        if not isinstance(definition, NodeDefinition):
            raise DagsterInvalidDefinitionError(
                f"the solid_defs of {owner} must be solids or composites, not {described(definition)}"
            )
        if by_name.setdefault(definition.name, definition) is not definition:
            raise DagsterInvalidDefinitionError(
                f"{owner} has two different solids named "
                f"{definition.name!r}{_both(by_name[definition.name], definition)}"
            )
    invocations: dict[str, Invocation] = {}
    wiring: dict[str, dict[str, Dependency]] = {}
    used: set[str] = set()
    for key, inputs in (dependencies or {}).items():
        spec = SolidInvocation(key) if isinstance(key, str) else key
        if spec.name not in by_name:
            raise DagsterInvalidDefinitionError(
                f"the dependencies of {owner} speak of {spec.name!r}: {unknown('solid', spec.name, by_name)}"
            )
        name = spec.alias or spec.name
        used.add(spec.name)
        invocations[name] = Invocation(
            name,
            by_name[spec.name],
            valid_tags(spec.tags, repr(name)),
            checked_hooks(spec.hook_defs, repr(name)),
            spec.retry_policy,
        )
        wiring[name] = dict(inputs)
    for name, definition in by_name.items():
        if name not in used:
            invocations[name] = Invocation(name, definition)
    for mapping in input_mappings:
        if mapping.fan_in_index is None:
            wiring.setdefault(mapping.solid_name, {}).setdefault(
                mapping.input_name, OuterInput(mapping.definition.name)
            )
    return invocations, wiring


def _both(first: NodeDefinition, second: NodeDefinition) -> str:
    places = [f"{d.source.file}:{d.source.line}" for d in (first, second) if d.source]
    return f" ({' and '.join(places)})" if len(places) == 2 else ""


def check_same_names(owner: str, invocations: Mapping[str, Invocation]) -> None:
    """Refuse two different definitions of one name in a graph."""
    seen: dict[str, NodeDefinition] = {}
    for invocation in invocations.values():
        definition = invocation.definition
        if seen.setdefault(definition.name, definition) is not definition:
            raise DagsterInvalidDefinitionError(
                f"{owner} has two different solids named {definition.name!r}{_both(seen[definition.name], definition)}"
            )


class CompositeSolidDefinition(GraphDefinition):
    """A graph that stands in other graphs like a solid.

    Args:
        name: unique among those that share a graph.
        solid_defs: what is inside.
        input_mappings, output_mappings: ``InputDefinition(…).mapping_to(…)``, ``OutputDefinition(…).mapping_from(…)``.
        dependencies: name → input → DependencyDefinition.
        config_mapping: turns its config into that of the solids inside.
        description, tags: as named.
    """

    def __init__(
        self,
        name: str,
        solid_defs: list[NodeDefinition],
        input_mappings: list[InputMapping] | None = None,
        output_mappings: list[OutputMapping] | None = None,
        config_mapping: ConfigMapping | None = None,
        dependencies: Mapping[Any, Any] | None = None,
        description: str | None = None,
        tags: Any = None,
        positional_inputs: list[str] | None = None,
    ) -> None:
        invocations, wiring = explicit_graph(f"composite {name!r}", solid_defs, dependencies, input_mappings or ())
        super().__init__(
            name, invocations, wiring, input_mappings or (), output_mappings or (), description, tags, config_mapping
        )


def composed_graph(
    kind: type[GraphDefinition],
    fn: Callable[..., Any],
    name: str,
    description: str | None,
    input_defs: list[InputDefinition] | None,
    output_defs: list[OutputDefinition] | None,
    config_mapping: ConfigMapping | None,
    tags: Any,
) -> GraphDefinition:
    """Write a graph by calling its function: parameters are its inputs, what is returned its outputs."""
    with defined_at(fn):
        return _composed(kind, fn, name, description, input_defs, output_defs, config_mapping, tags)


def _composed(
    kind: type[GraphDefinition],
    fn: Callable[..., Any],
    name: str,
    description: str | None,
    input_defs: list[InputDefinition] | None,
    output_defs: list[OutputDefinition] | None,
    config_mapping: ConfigMapping | None,
    tags: Any,
) -> GraphDefinition:
    owner = f"{kind.noun} {name!r}"
    checked_places(output_defs, OutputDefinition, owner)
    signature = Signature(fn, may_take_context=False)
    inputs = signature.inputs(input_defs, owner)
    composer, returned = compose(owner, fn, {definition.name: OuterInput(definition.name) for definition in inputs})
    check_same_names(owner, composer.invocations)
    input_mappings, output_mappings = outer_mappings(composer, returned, owner, inputs, output_defs)
    mapped = {mapping.definition.name for mapping in input_mappings}
    for definition in inputs:
        if definition.name not in mapped:
            raise DagsterInvalidDefinitionError(
                f"{owner} has the input {definition.name!r}, but gives it to no solid inside"
            )
    graph = kind.__new__(kind)
    GraphDefinition.__init__(
        graph,
        name,
        composer.invocations,
        composer.dependencies,
        input_mappings,
        output_mappings,
        description or inspect.getdoc(fn),
        tags,
        config_mapping,
        inputs,
        output_defs,
        source_of(fn),
    )
    return graph


@makes(CompositeSolidDefinition)
def composite_solid(
    name: Any = None,
    input_defs: list[InputDefinition] | None = None,
    output_defs: list[OutputDefinition] | None = None,
    description: str | None = None,
    config_schema: Any = None,
    config_fn: Callable[[Any], Any] | None = None,
    tags: Any = None,
) -> Any:
    """Decorator: a function that calls solids becomes a composite; parameters are inputs, what it returns are outputs.

    Args:
        name, input_defs, output_defs, description, tags: as for a solid.
        config_schema, config_fn: what may stand under ``config`` of the composite, and how it becomes config of the
            solids inside.
    """
    if callable(name):
        return composed_graph(CompositeSolidDefinition, name, name.__name__, None, None, None, None, None)
    if config_schema is not None and config_fn is None:
        raise DagsterInvalidDefinitionError(
            "a composite with a config_schema needs config_fn, which turns the config into that of the solids inside"
        )
    mapping = ConfigMapping(config_fn, config_schema) if config_fn else None
    return lambda fn: composed_graph(
        CompositeSolidDefinition, fn, name or fn.__name__, description, input_defs, output_defs, mapping, tags
    )


__all__ = [
    "CompositeSolidDefinition",
    "ConfigMapping",
    "DependencyDefinition",
    "GraphDefinition",
    "composed_graph",
    "composite_solid",
]
