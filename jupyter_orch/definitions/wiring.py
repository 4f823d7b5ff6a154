"""The laws of a graph: every name exists, nothing runs in a circle, and dynamic outputs do not nest."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Any

from jupyter_orch.definitions.composition import Invocation
from jupyter_orch.definitions.dependency import (
    Dependency,
    DynamicCollectDependencyDefinition,
    MultiDependencyDefinition,
    OuterInput,
    feeders,
)
from jupyter_orch.definitions.errors import DagsterInvalidDefinitionError
from jupyter_orch.definitions.names import unknown

Wiring = Mapping[str, Mapping[str, Dependency]]


def check_names(owner: str, invocations: Mapping[str, Invocation], wiring: Wiring) -> None:
    """Every solid, input and output that the wiring names must exist.

    Raises:
        DagsterInvalidDefinitionError: names both ends of the wrong wire.
    """
    for name, inputs in wiring.items():
        if name not in invocations:
            raise DagsterInvalidDefinitionError(
                f"the dependencies of {owner} speak of {name!r}: {unknown('solid', name, invocations)}"
            )
        node = invocations[name].definition
        for input_name, dependency in inputs.items():
            if not node.has_input(input_name):
                raise DagsterInvalidDefinitionError(
                    f"in {owner}: {unknown('input', input_name, node.input_dict, repr(name))}"
                )
            for feeder in feeders(dependency):
                where = (
                    f"in {owner}, input {input_name!r} of {name!r} is to be fed by output "
                    f"{feeder.output!r} of {feeder.solid!r}, but"
                )
                if feeder.solid not in invocations:
                    raise DagsterInvalidDefinitionError(f"{where} {unknown('solid', feeder.solid, invocations)}")
                source = invocations[feeder.solid].definition
                if not source.has_output(feeder.output):
                    raise DagsterInvalidDefinitionError(
                        f"{where} {unknown('output', feeder.output, source.output_dict, repr(feeder.solid))}"
                    )
                _check_nothing(where, node.input_dict[input_name], source.output_dict[feeder.output])


def _check_nothing(where: str, taken: Any, given: Any) -> None:
    if (
        given.dagster_type.is_nothing
        and not taken.dagster_type.is_nothing
        and taken.is_typed
        and not taken.dagster_type.always_passes
    ):
        raise DagsterInvalidDefinitionError(
            f"{where} that output carries no value (Nothing) and the input wants {taken.dagster_type.display_name}"
        )


def running_order(owner: str, invocations: Mapping[str, Invocation], wiring: Wiring) -> list[str]:
    """Names of the nodes, each after those that feed it; otherwise as they were written.

    Raises:
        DagsterInvalidDefinitionError: names the circle.
    """
    waiting: dict[str, int] = {}
    behind: dict[str, list[str]] = {name: [] for name in invocations}
    for name in invocations:
        before = {feeder.solid for dependency in wiring.get(name, {}).values() for feeder in feeders(dependency)}
        waiting[name] = len(before)
        for source in before:
            behind[source].append(name)
    ready = deque(name for name, count in waiting.items() if count == 0)
    order: list[str] = []
    while ready:
        name = ready.popleft()
        order.append(name)
        for follower in behind[name]:
            waiting[follower] -= 1
            if waiting[follower] == 0:
                ready.append(follower)
    if len(order) < len(invocations):
        circle = _circle({name for name, count in waiting.items() if count > 0}, wiring)
        raise DagsterInvalidDefinitionError(f"in {owner} the solids feed each other in a circle: {' → '.join(circle)}")
    return order


def _circle(stuck: set[str], wiring: Wiring) -> list[str]:
    """One circle among nodes that all wait for each other."""
    path: list[str] = []
    name = min(stuck)
    while name not in path:
        path.append(name)
        name = min(f.solid for d in wiring.get(name, {}).values() for f in feeders(d) if f.solid in stuck)
    return [name, *reversed(path[path.index(name) :])]


def dynamic_depths(
    owner: str, invocations: Mapping[str, Invocation], wiring: Wiring, order: list[str]
) -> dict[str, int]:
    """How deep inside dynamic outputs each node stands: 0, or 1 when it runs once for each value.

    Raises:
        DagsterInvalidDefinitionError: dynamic outputs nest, or meet in one node.
    """
    depths: dict[str, int] = {}
    origins: dict[str, tuple[str, str] | None] = {}
    for name in order:
        depth, origin = 0, None
        for input_name, dependency in wiring.get(name, {}).items():
            came_deep, came_from = _arriving(dependency, invocations, depths, origins)
            if isinstance(dependency, MultiDependencyDefinition) and came_deep:
                raise DagsterInvalidDefinitionError(
                    f"in {owner}, input {input_name!r} of {name!r} is a list that holds an output of a mapped solid; "
                    "collect it instead"
                )
            if came_deep and depth and origin != came_from:
                raise DagsterInvalidDefinitionError(
                    f"in {owner}, {name!r} depends on two different dynamic outputs ({_said(origin)} and "
                    f"{_said(came_from)}); collect one of them first"
                )
            if came_deep:
                depth, origin = came_deep, came_from
        inner = invocations[name].definition.inner_dynamic_depth
        gives_dynamic = any(definition.is_dynamic for definition in invocations[name].definition.output_defs)
        if depth + max(inner, 1 if gives_dynamic else 0) > 1:
            raise DagsterInvalidDefinitionError(
                f"in {owner}, {name!r} has a dynamic output and itself runs once for each value of {_said(origin)}; "
                "dynamic outputs can not nest"
            )
        depths[name], origins[name] = depth, origin
    return depths


def _said(origin: tuple[str, str] | None) -> str:
    return f"{origin[1]!r} of {origin[0]!r}" if origin else "another solid"


def _arriving(
    dependency: Dependency,
    invocations: Mapping[str, Invocation],
    depths: dict[str, int],
    origins: dict[str, tuple[str, str] | None],
) -> tuple[int, tuple[str, str] | None]:
    depth, origin = 0, None
    if isinstance(dependency, (OuterInput, DynamicCollectDependencyDefinition)):
        return 0, None
    for feeder in feeders(dependency):
        if isinstance(feeder, DynamicCollectDependencyDefinition):
            continue
        if invocations[feeder.solid].definition.output_dict[feeder.output].is_dynamic:
            depth, origin = 1, (feeder.solid, feeder.output)
        elif depths[feeder.solid]:
            depth, origin = depths[feeder.solid], origins[feeder.solid]
    return depth, origin
