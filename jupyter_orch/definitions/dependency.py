"""How solids are wired: which output feeds which input."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from jupyter_orch.definitions.errors import DagsterInvalidDefinitionError
from jupyter_orch.definitions.names import valid_name
from jupyter_orch.definitions.output import DEFAULT_OUTPUT


@dataclass(frozen=True, slots=True)
class DependencyDefinition:
    """An input is fed by one output.

    Args:
        solid: name of the solid that gives it.
        output: name of the output.
        description: why.
    """

    solid: str
    output: str = DEFAULT_OUTPUT
    description: str | None = None


@dataclass(frozen=True, slots=True)
class OuterInput:
    """Inside a composite: what comes in through an input of the composite."""

    name: str


@dataclass(frozen=True, slots=True)
class MultiDependencyDefinition:
    """An input is fed by several outputs and gets their values as a list.

    Args:
        dependencies: the outputs, in the order of the list.
    """

    dependencies: list[Any]

    def __post_init__(self) -> None:
        if not self.dependencies:
            raise DagsterInvalidDefinitionError("a MultiDependencyDefinition needs at least one DependencyDefinition")


@dataclass(frozen=True, slots=True)
class DynamicCollectDependencyDefinition:
    """An input gets all values of a dynamic output as a list.

    Args:
        solid: name of the solid that gives them, or that ran once for each.
        output: name of the output.
    """

    solid: str
    output: str = DEFAULT_OUTPUT


Dependency = DependencyDefinition | MultiDependencyDefinition | DynamicCollectDependencyDefinition | OuterInput


@dataclass(frozen=True, slots=True)
class SolidInvocation:
    """In explicit dependencies: a solid under another name, or with tags, hooks or a retry policy of its own.

    Args:
        name: the definition's name.
        alias: the name in this graph.
        tags, hook_defs, retry_policy: for this place alone.
    """

    name: str
    alias: str | None = None
    tags: Any = None
    hook_defs: Any = None
    retry_policy: Any = None

    def __post_init__(self) -> None:
        if self.alias is not None:
            valid_name(self.alias, "solid")

    def __hash__(self) -> int:
        return hash((self.name, self.alias))


NodeInvocation = SolidInvocation


def feeders(dependency: Dependency) -> list[DependencyDefinition | DynamicCollectDependencyDefinition]:
    """The outputs of solids in the same graph that a dependency names."""
    if isinstance(dependency, MultiDependencyDefinition):
        return [
            item
            for item in dependency.dependencies
            if isinstance(item, (DependencyDefinition, DynamicCollectDependencyDefinition))
        ]
    return [] if isinstance(dependency, OuterInput) else [dependency]
