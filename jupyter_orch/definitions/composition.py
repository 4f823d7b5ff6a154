"""Writing a graph by calling solids: what calls return, and who notes them down."""

from __future__ import annotations

import threading
from collections import namedtuple
from collections.abc import Callable, Iterator
from typing import Any, NoReturn, Protocol

from jupyter_orch.definitions.dependency import (
    Dependency,
    DependencyDefinition,
    DynamicCollectDependencyDefinition,
    MultiDependencyDefinition,
    OuterInput,
)
from jupyter_orch.definitions.errors import DagsterInvalidDefinitionError
from jupyter_orch.definitions.hook import HookDefinition
from jupyter_orch.definitions.names import unknown, valid_name
from jupyter_orch.definitions.retry import RetryPolicy
from jupyter_orch.definitions.shown import described


class Node(Protocol):
    """What can stand in a graph."""

    name: str

    @property
    def input_defs(self) -> Any:
        """Its inputs."""

    @property
    def output_defs(self) -> Any:
        """Its outputs."""


class Invocation:
    """A node as it stands in a graph.

    Attributes:
        name: unique in the graph.
        definition: the solid or composite.
        tags, hook_defs, retry_policy: of this place alone.
    """

    __slots__ = ("definition", "hook_defs", "name", "retry_policy", "tags")

    def __init__(
        self,
        name: str,
        definition: Any,
        tags: dict[str, str] | None = None,
        hook_defs: frozenset[HookDefinition] = frozenset(),
        retry_policy: RetryPolicy | None = None,
    ) -> None:
        self.name = name
        self.definition = definition
        self.tags = tags or {}
        self.hook_defs = hook_defs
        self.retry_policy = retry_policy

    def __repr__(self) -> str:
        return f"Invocation({self.name!r})"


class UnknownOutputError(DagsterInvalidDefinitionError, AttributeError):
    """A solid has no output of that name."""


class OutputHandle:
    """What calling a solid inside a graph gives: stands for a value that does not exist yet."""

    __slots__ = ("output_name", "solid_name")

    def __init__(self, solid_name: str, output_name: str) -> None:
        self.solid_name = solid_name
        self.output_name = output_name

    def _refuse(self, what: str) -> NoReturn:
        raise DagsterInvalidDefinitionError(
            f"the graph tries to {what} the output {self.output_name!r} of {self.solid_name!r}, but while a graph is "
            "written there are no "
            "values yet; do that inside a solid"
        )

    def __iter__(self) -> Iterator[Any]:
        self._refuse("iterate over")

    def __getitem__(self, _key: Any) -> Any:
        self._refuse("take an item of")

    def __bool__(self) -> bool:
        self._refuse("decide on")

    def __len__(self) -> int:
        self._refuse("take the length of")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        raise UnknownOutputError(
            f"{self.solid_name!r} has one output, {self.output_name!r}, and calling it in a graph gives that output "
            f"itself; write it without .{name}"
        )

    def map(self, _fn: Any) -> Any:
        """Only for dynamic outputs."""
        self._refuse("map over (it is no dynamic output)")

    def collect(self) -> Any:
        """Only for dynamic outputs."""
        self._refuse("collect (it is no dynamic output)")

    def __repr__(self) -> str:
        return f"<output {self.output_name!r} of {self.solid_name!r}>"


class DynamicOutputHandle(OutputHandle):
    """A dynamic output: ``map`` it, or ``collect`` it."""

    __slots__ = ()

    def map(self, fn: Callable[[OutputHandle], Any]) -> Any:
        """Run what ``fn`` wires once for each value.

        Args:
            fn: gets a handle that stands for one value; returns handles or nothing.

        Returns:
            What ``fn`` returned, as dynamic outputs that can be mapped further or collected.
        """
        return _as_dynamic(fn(OutputHandle(self.solid_name, self.output_name)))

    def collect(self) -> CollectHandle:
        """All values as one list."""
        return CollectHandle(self.solid_name, self.output_name)


class CollectHandle(OutputHandle):
    """All values of a dynamic output as one list."""

    __slots__ = ()


def _as_dynamic(result: Any) -> Any:
    if isinstance(result, OutputHandle):
        return DynamicOutputHandle(result.solid_name, result.output_name)
    if isinstance(result, dict):
        return {key: _as_dynamic(item) for key, item in result.items()}
    if isinstance(result, tuple):
        items = [_as_dynamic(item) for item in result]
        return type(result)(*items) if hasattr(result, "_fields") else tuple(items)
    return result


class Composer:
    """Notes down the calls that a graph function makes.

    Args:
        owner: what is being written, e.g. ``"pipeline 'etl'"``.
    """

    def __init__(self, owner: str) -> None:
        self.owner = owner
        self.invocations: dict[str, Invocation] = {}
        self.dependencies: dict[str, dict[str, Dependency]] = {}
        self._numbers: dict[str, int] = {}

    def note(
        self,
        node: Node,
        alias: str | None,
        tags: dict[str, str] | None,
        hooks: frozenset[HookDefinition],
        retry_policy: RetryPolicy | None,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> Any:
        """Note one call.

        Returns:
            The handle of the only output, a named tuple of handles for several, None for none.

        Raises:
            DagsterInvalidDefinitionError: an argument fits no input or stands for no output.
        """
        name = self._name(node, alias)
        self.invocations[name] = Invocation(name, node, tags, hooks, retry_policy)
        self.dependencies[name] = self._wiring(node, name, args, kwargs)
        handles = [
            (DynamicOutputHandle if definition.is_dynamic else OutputHandle)(name, definition.name)
            for definition in node.output_defs
        ]
        if len(handles) == 1:
            return handles[0]
        return _outputs_tuple(node)(*handles) if handles else None

    def _name(self, node: Node, alias: str | None) -> str:
        if alias is not None:
            if alias in self.invocations:
                raise DagsterInvalidDefinitionError(
                    f"{self.owner} uses the name {alias!r} for two solids; give one of them another alias"
                )
            return alias
        number = self._numbers.get(node.name, 0)
        while True:
            number += 1
            name = node.name if number == 1 else f"{node.name}_{number}"
            if name not in self.invocations:
                self._numbers[node.name] = number
                return name

    def _wiring(self, node: Node, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Dependency]:
        inputs = node.input_defs
        if len(args) > len(inputs):
            raise DagsterInvalidDefinitionError(
                f"in {self.owner}, {name!r} is called with {len(args)} arguments, but it has {len(inputs)} input(s)"
            )
        wiring = {
            definition.name: self._source(name, definition.name, value)
            for definition, value in zip(inputs, args, strict=False)
        }
        if kwargs:
            known = {definition.name for definition in inputs}
            for key, value in kwargs.items():
                if key not in known:
                    raise DagsterInvalidDefinitionError(f"in {self.owner}: {unknown('input', key, known, f'{name!r}')}")
                if key in wiring:
                    raise DagsterInvalidDefinitionError(f"in {self.owner}, input {key!r} of {name!r} is given twice")
                wiring[key] = self._source(name, key, value)
        return wiring

    def _source(self, name: str, input_name: str, value: Any) -> Dependency:
        if type(value) is OutputHandle:
            self._known(value, name, input_name)
            return DependencyDefinition(value.solid_name, value.output_name)
        if isinstance(value, CollectHandle):
            self._known(value, name, input_name)
            return DynamicCollectDependencyDefinition(value.solid_name, value.output_name)
        if isinstance(value, OuterInput):
            return value
        if isinstance(value, list):
            if not value:
                self._refuse(name, input_name, "an empty list")
            return MultiDependencyDefinition([self._source(name, input_name, item) for item in value])
        if isinstance(value, DynamicOutputHandle):
            self._refuse(
                name,
                input_name,
                f"the dynamic output {value.output_name!r} of {value.solid_name!r} as it is; use .map(…) or .collect()",
            )
        if isinstance(value, tuple) and value and all(isinstance(item, OutputHandle) for item in value):
            names = ", ".join(repr(item.output_name) for item in value)
            self._refuse(
                name, input_name, f"all outputs of {value[0].solid_name!r} at once; choose one by its name: {names}"
            )
        if hasattr(value, "input_defs") and hasattr(value, "output_defs"):
            self._refuse(name, input_name, f"{value.name!r} without calling it; write {value.name}()")
        if value is None:
            self._refuse(name, input_name, "None (what a solid without outputs gives)")
        self._refuse(name, input_name, described(value))

    def _known(self, handle: OutputHandle, name: str, input_name: str) -> None:
        if handle.solid_name not in self.invocations:
            self._refuse(name, input_name, f"an output of {handle.solid_name!r}, which stands in another graph")

    def _refuse(self, name: str, input_name: str, found: str) -> NoReturn:
        raise DagsterInvalidDefinitionError(
            f"in {self.owner}, input {input_name!r} of {name!r} is given {found}; an input takes the output of "
            "another solid, a list of "
            "outputs, or an input of the enclosing composite (constants belong into config)"
        )


_TUPLES: dict[tuple[str, ...], Any] = {}


def _outputs_tuple(node: Node) -> Any:
    names = tuple(definition.name for definition in node.output_defs)
    made = _TUPLES.get(names)
    if made is None:
        own = {"__slots__": (), "__getattr__": _unknown_output}
        made = _TUPLES[names] = type("Outputs", (namedtuple("Outputs", names, rename=True),), own)
    return made


def _unknown_output(outputs: Any, name: str) -> Any:
    if name.startswith("_"):
        raise AttributeError(name)
    raise UnknownOutputError(
        unknown("output", name, [handle.output_name for handle in outputs], repr(outputs[0].solid_name))
    )


class _Stack(threading.local):
    def __init__(self) -> None:
        self.composers: list[Composer] = []


_STACK = _Stack()


def current_composer() -> Composer | None:
    """Who notes calls down right now, or None when no graph is being written in this thread."""
    return _STACK.composers[-1] if _STACK.composers else None


def compose(owner: str, fn: Callable[..., Any], arguments: dict[str, Any]) -> tuple[Composer, Any]:
    """Call a graph function and note what it wires.

    Args:
        owner: what is being written.
        fn: the function.
        arguments: what to call it with.

    Returns:
        The notes, and what the function returned.
    """
    composer = Composer(owner)
    _STACK.composers.append(composer)
    try:
        returned = fn(**arguments)
    finally:
        _STACK.composers.pop()
    return composer, returned


class PendingInvocation:
    """A node with an alias, tags, hooks or a retry policy, about to be called in a graph."""

    __slots__ = ("_alias", "_hooks", "_retry_policy", "_tags", "node")

    def __init__(
        self,
        node: Any,
        alias: str | None = None,
        tags: dict[str, str] | None = None,
        hooks: frozenset[HookDefinition] = frozenset(),
        retry_policy: RetryPolicy | None = None,
    ) -> None:
        self.node = node
        self._alias = None if alias is None else valid_name(alias, "solid")
        self._tags = tags
        self._hooks = hooks
        self._retry_policy = retry_policy

    def alias(self, name: str) -> PendingInvocation:
        """The same under another name."""
        return PendingInvocation(self.node, name, self._tags, self._hooks, self._retry_policy)

    def tag(self, tags: dict[str, Any]) -> PendingInvocation:
        """The same with more tags."""
        return PendingInvocation(
            self.node,
            self._alias,
            {**(self._tags or {}), **{k: str(v) for k, v in tags.items()}},
            self._hooks,
            self._retry_policy,
        )

    def with_hooks(self, hook_defs: Any) -> PendingInvocation:
        """The same with more hooks."""
        return PendingInvocation(
            self.node, self._alias, self._tags, self._hooks | frozenset(hook_defs), self._retry_policy
        )

    def with_retry_policy(self, retry_policy: RetryPolicy) -> PendingInvocation:
        """The same with a retry policy of this place alone."""
        return PendingInvocation(self.node, self._alias, self._tags, self._hooks, retry_policy)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Put it into the graph that is being written.

        Raises:
            DagsterInvalidDefinitionError: no graph is being written.
        """
        composer = current_composer()
        if composer is None:
            raise DagsterInvalidDefinitionError(
                f"{self._alias or self.node.name!r} with an alias, tags, hooks or a retry policy can only be called "
                "inside a pipeline, composite or graph"
            )
        return composer.note(self.node, self._alias, self._tags, self._hooks, self._retry_policy, args, kwargs)
