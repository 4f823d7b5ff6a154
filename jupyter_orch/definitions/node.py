"""What solids and composites share: they can stand in a graph."""

from __future__ import annotations

from typing import Any

from jupyter_orch.definitions.composition import PendingInvocation, current_composer
from jupyter_orch.definitions.configurable import ConfigurableDefinition
from jupyter_orch.definitions.errors import DagsterInvalidDefinitionError
from jupyter_orch.definitions.inout import InputDefinition, OutputDefinition, checked_places
from jupyter_orch.definitions.names import unknown, valid_name, valid_tags
from jupyter_orch.definitions.retry import RetryPolicy
from jupyter_orch.records.snapshot import Source


class NodeDefinition(ConfigurableDefinition):
    """A solid or composite.

    Attributes:
        name, description, tags: as named.
        input_defs, output_defs: its inputs and outputs, in order.
        source: where it is written down, when known.
    """

    noun = "solid"
    needs_name_when_configured = True
    inner_dynamic_depth = 0

    def __init__(
        self,
        name: str,
        input_defs: list[InputDefinition],
        output_defs: list[OutputDefinition],
        description: str | None,
        tags: Any,
        config_schema: Any,
        source: Source | None = None,
    ) -> None:
        self.name = valid_name(name, self.noun)
        super().__init__(config_schema)
        checked_places(input_defs, InputDefinition, f"{self.noun} {name!r}")
        checked_places(output_defs, OutputDefinition, f"{self.noun} {name!r}")
        self.input_defs = list(input_defs)
        self.output_defs = list(output_defs)
        self.description = description
        self.tags = valid_tags(tags, f"{self.noun} {name!r}")
        self.source = source
        self.input_dict = _by_name(self.input_defs, f"{self.noun} {name!r}", "input")
        self.output_dict = _by_name(self.output_defs, f"{self.noun} {name!r}", "output")

    def input_def_named(self, name: str) -> InputDefinition:
        """The input of that name.

        Raises:
            DagsterInvalidDefinitionError: lists those that there are.
        """
        try:
            found: InputDefinition = self.input_dict[name]
            return found
        except KeyError:
            raise DagsterInvalidDefinitionError(
                unknown("input", name, self.input_dict, f"{self.noun} {self.name!r}")
            ) from None

    def output_def_named(self, name: str) -> OutputDefinition:
        """The output of that name.

        Raises:
            DagsterInvalidDefinitionError: lists those that there are.
        """
        try:
            found: OutputDefinition = self.output_dict[name]
            return found
        except KeyError:
            raise DagsterInvalidDefinitionError(
                unknown("output", name, self.output_dict, f"{self.noun} {self.name!r}")
            ) from None

    def has_input(self, name: str) -> bool:
        """Whether there is an input of that name."""
        return name in self.input_dict

    def has_output(self, name: str) -> bool:
        """Whether there is an output of that name."""
        return name in self.output_dict

    def alias(self, name: str) -> PendingInvocation:
        """This under another name, to be called in a graph."""
        return PendingInvocation(self).alias(name)

    def tag(self, tags: dict[str, Any]) -> PendingInvocation:
        """This with tags, to be called in a graph."""
        return PendingInvocation(self).tag(tags)

    def with_hooks(self, hook_defs: Any) -> PendingInvocation:
        """This with hooks, to be called in a graph."""
        return PendingInvocation(self).with_hooks(hook_defs)

    def with_retry_policy(self, retry_policy: RetryPolicy) -> PendingInvocation:
        """This with a retry policy, to be called in a graph."""
        return PendingInvocation(self).with_retry_policy(retry_policy)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Inside a graph function: put it into the graph. Elsewhere: run its function directly."""
        composer = current_composer()
        if composer is None:
            return self.invoke_directly(args, kwargs)
        return composer.note(self, None, None, frozenset(), None, args, kwargs)

    def invoke_directly(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Run the function outside of any graph; only solids can."""
        raise DagsterInvalidDefinitionError(
            f"the {self.noun} {self.name!r} can only be called inside a pipeline, composite or graph"
        )


def _by_name(definitions: list[Any], owner: str, noun: str) -> dict[str, Any]:
    named: dict[str, Any] = {}
    for definition in definitions:
        if definition.name in named:
            raise DagsterInvalidDefinitionError(f"{owner} has two {noun}s named {definition.name!r}")
        named[definition.name] = definition
    return named
