"""What a pipeline must fulfil before anybody may run it; each message names both ends of what does not fit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

from jupyter_orch.definitions.errors import DagsterInvalidDefinitionError
from jupyter_orch.definitions.graph import GraphDefinition
from jupyter_orch.definitions.hook import HookDefinition
from jupyter_orch.definitions.inout import InputDefinition
from jupyter_orch.definitions.io_manager import mem_io_manager
from jupyter_orch.definitions.mode import ModeDefinition, PresetDefinition
from jupyter_orch.definitions.names import unknown
from jupyter_orch.definitions.resource import dependency_order
from jupyter_orch.definitions.types import DagsterType


class Checkable(Protocol):
    """What the checks look at."""

    name: str
    graph: GraphDefinition
    mode_defs: list[ModeDefinition]
    preset_defs: list[PresetDefinition]
    hook_defs: frozenset[HookDefinition]

    @property
    def available_modes(self) -> list[str]:
        """Names of the modes."""


def check_pipeline(pipeline: Checkable) -> None:
    """Refuse what can not run.

    Raises:
        DagsterInvalidDefinitionError: names what contradicts what.
    """
    owner = f"pipeline {pipeline.name!r}"
    _refuse_twice([mode.name for mode in pipeline.mode_defs], f"{owner} has two modes")
    _refuse_twice([preset.name for preset in pipeline.preset_defs], f"{owner} has two presets")
    for preset in pipeline.preset_defs:
        if preset.mode not in pipeline.available_modes:
            raise DagsterInvalidDefinitionError(
                f"preset {preset.name!r} of {owner}: {unknown('mode', preset.mode, pipeline.available_modes)}"
            )
    for mode in pipeline.mode_defs:
        check_resources(pipeline, mode)
    _check_open_inputs(pipeline)
    _check_type_names(pipeline)


def _check_type_names(pipeline: Checkable) -> None:
    """Two types that people see under one name must be one type."""
    seen: dict[str, tuple[DagsterType, str]] = {}
    for definition in _solids_inside(pipeline.graph):
        places = [("input", place) for place in definition.input_defs]
        for noun, place in [*places, *(("output", place) for place in definition.output_defs)]:
            kind = place.dagster_type
            if kind.is_inferred:
                continue
            here = f"{noun} {place.name!r} of solid {definition.name!r}"
            known, there = seen.setdefault(kind.display_name, (kind, here))
            if known is not kind:
                raise DagsterInvalidDefinitionError(
                    f"pipeline {pipeline.name!r} has two different types named {kind.display_name!r}: of {there}, and "
                    f"of {here}; use one object for both, or give one another name"
                )


def _solids_inside(graph: GraphDefinition) -> Iterator[Any]:
    """The definitions of the solids at every level, each once."""
    seen: set[int] = set()
    waiting = [graph]
    while waiting:
        for invocation in waiting.pop().invocations.values():
            definition = invocation.definition
            if id(definition) in seen:
                continue
            seen.add(id(definition))
            if isinstance(definition, GraphDefinition):
                waiting.append(definition)
            else:
                yield definition


def _check_open_inputs(pipeline: Checkable) -> None:
    """An input to which nothing is connected must be able to come from somewhere else."""
    waiting: list[tuple[GraphDefinition, str]] = [(pipeline.graph, "")]
    seen: set[int] = set()
    while waiting:
        graph, prefix = waiting.pop()
        mapped = {(mapping.solid_name, mapping.input_name) for mapping in graph.input_mappings}
        for name, invocation in graph.invocations.items():
            definition = invocation.definition
            if isinstance(definition, GraphDefinition):
                if id(definition) not in seen:
                    seen.add(id(definition))
                    waiting.append((definition, f"{prefix}{name}."))
                continue
            connected = graph.dependencies.get(name, ())
            for place in definition.input_defs:
                if place.name not in connected and (name, place.name) not in mapped and not _may_stay_open(place):
                    raise DagsterInvalidDefinitionError(
                        f"nothing feeds input {place.name!r} of solid {prefix + name!r} in pipeline {pipeline.name!r}, "
                        f"and its type {place.dagster_type.display_name!r} can not be loaded from run config; connect "
                        "it, give it a default or a root_manager_key"
                    )


def _may_stay_open(place: InputDefinition) -> bool:
    kind = place.dagster_type
    return bool(kind.is_nothing or place.has_default_value or place.root_manager_key or kind.loader is not None)


def _refuse_twice(names: list[str], what: str) -> None:
    for name in names:
        if names.count(name) > 1:
            raise DagsterInvalidDefinitionError(f"{what} named {name!r}")


def check_resources(pipeline: Checkable, mode: ModeDefinition) -> None:
    """Every resource that a solid, type, hook or IO manager uses must be in the mode.

    Raises:
        DagsterInvalidDefinitionError: names the user and the missing key.
    """
    definitions = {"io_manager": mem_io_manager, **mode.resource_defs}
    wanted: dict[str, str] = {
        hook_key: f"hook {hook.name!r}" for hook in pipeline.hook_defs for hook_key in hook.required_resource_keys
    }
    _collect_wanted(pipeline.graph, wanted)
    for key, user in wanted.items():
        if key not in definitions:
            raise DagsterInvalidDefinitionError(
                f"{user} in pipeline {pipeline.name!r} needs the resource {key!r}, but "
                f"{unknown('resource', key, mode.resource_defs, f'mode {mode.name!r}')}"
            )
    dependency_order(definitions, set(wanted), f"mode {mode.name!r} of pipeline {pipeline.name!r}")


def _collect_wanted(graph: GraphDefinition, wanted: dict[str, str]) -> None:
    seen: set[int] = set()
    waiting = [graph]
    while waiting:
        for invocation in waiting.pop().invocations.values():
            definition = invocation.definition
            for hook in invocation.hook_defs:
                wanted.update({key: f"hook {hook.name!r}" for key in hook.required_resource_keys})
            if id(definition) in seen:
                continue
            seen.add(id(definition))
            if isinstance(definition, GraphDefinition):
                waiting.append(definition)
                continue
            user = f"solid {definition.name!r}"
            keys = set(definition.required_resource_keys)
            for place in definition.input_defs:
                keys |= place.dagster_type.required_resource_keys | getattr(
                    place.dagster_type.loader, "required_resource_keys", frozenset()
                )
                keys |= {place.root_manager_key} if place.root_manager_key else set()
            for place in definition.output_defs:
                keys |= place.dagster_type.required_resource_keys | getattr(
                    place.dagster_type.materializer, "required_resource_keys", frozenset()
                )
                keys.add(place.io_manager_key)
            wanted.update(dict.fromkeys(keys, user))
