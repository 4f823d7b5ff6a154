"""Resources: things a run needs that are opened before and closed after."""

from __future__ import annotations

import contextlib
import importlib
import inspect
from collections.abc import Callable, Generator
from typing import Any, ClassVar

from jupyter_orch.definitions.configurable import ConfigurableDefinition
from jupyter_orch.definitions.decorator import makes
from jupyter_orch.definitions.errors import (
    DagsterInvalidDefinitionError,
    DagsterInvalidInvocationError,
    DagsterInvariantViolationError,
)
from jupyter_orch.definitions.names import valid_keys


class ResourceDefinition(ConfigurableDefinition):
    """How to open a resource.

    Args:
        resource_fn: ``(init_context)`` → the resource; a generator function yields it once and closes it after the
            yield.
        config_schema: what may stand under ``resources.<key>.config``.
        description: what it is.
        required_resource_keys: other resources that are opened before and stand in ``init_context.resources``.
        version: for memoization.
    """

    noun = "resource"
    empty_context: ClassVar[Callable[[], Any] | None] = None

    def __init__(
        self,
        resource_fn: Callable[..., Any],
        config_schema: Any = None,
        description: str | None = None,
        required_resource_keys: set[str] | None = None,
        version: str | None = None,
    ) -> None:
        if not callable(resource_fn):
            raise DagsterInvalidDefinitionError(f"a resource needs a function of (init_context), not {resource_fn!r}")
        super().__init__(config_schema)
        self.resource_fn = resource_fn
        self.description = description
        self.name = getattr(resource_fn, "__name__", "resource")
        self.required_resource_keys = valid_keys(required_resource_keys, f"resource {self.name!r}")
        self.version = version
        self._takes_context = _takes_argument(resource_fn)

    def open(self, init_context: Any) -> tuple[Any, Callable[[], None] | None]:
        """Call the function.

        Returns:
            The resource, and how to close it (None when there is nothing to close).
        """
        made = self.resource_fn(init_context) if self._takes_context else self.resource_fn()
        if inspect.isgenerator(made):
            return _first_of(made, self.name), lambda: _finish(made)
        if isinstance(made, contextlib.AbstractContextManager) and isinstance(
            made, contextlib._GeneratorContextManager
        ):
            return made.__enter__(), lambda: _leave(made)
        return made, None

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the resource's function by hand, with a context from ``build_init_resource_context``."""
        given = [*args, *kwargs.values()]
        if not self._takes_context:
            return self.resource_fn()
        if len(given) > 1:
            raise DagsterInvalidInvocationError(f"resource {self.name!r} takes one argument, the init context")
        context: Any = given[0] if given else None
        if context is None and (
            self.required_resource_keys or (self.config_field is not None and self.config_field.is_required)
        ):
            raise DagsterInvalidInvocationError(
                f"resource {self.name!r} needs config or other resources; give build_init_resource_context(config=…, "
                "resources=…)"
            )
        if context is None and ResourceDefinition.empty_context is not None:
            context = ResourceDefinition.empty_context()
        return self.resource_fn(context.for_definition(self) if hasattr(context, "for_definition") else context)

    @staticmethod
    def none_resource(description: str | None = None) -> ResourceDefinition:
        """A resource that is None."""
        return ResourceDefinition.hardcoded_resource(None, description)

    @staticmethod
    def hardcoded_resource(value: Any, description: str | None = None) -> ResourceDefinition:
        """A resource that is a given value."""
        return ResourceDefinition(lambda _init_context: value, description=description)

    @staticmethod
    def mock_resource(description: str | None = None) -> ResourceDefinition:
        """A resource that is a fresh ``MagicMock``."""
        mock = importlib.import_module("unittest.mock")  # brings asyncio along, so only for those who want it
        return ResourceDefinition(lambda _init_context: mock.MagicMock(), description=description)

    @staticmethod
    def string_resource(description: str | None = None) -> ResourceDefinition:
        """A resource that is the string of its config."""
        return ResourceDefinition(lambda init_context: init_context.resource_config, str, description)


def _takes_argument(function: Callable[..., Any]) -> bool:
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return True
    return any(p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD, p.VAR_POSITIONAL) for p in parameters)


def _first_of(made: Generator[Any, Any, Any], name: str) -> Any:
    try:
        return next(made)
    except StopIteration:
        raise DagsterInvariantViolationError(
            f"the generator of resource {name!r} ended without yielding the resource"
        ) from None


def _leave(made: contextlib.AbstractContextManager[Any]) -> None:
    made.__exit__(None, None, None)


def _finish(made: Generator[Any, Any, Any]) -> None:
    try:
        next(made)
    except StopIteration:
        return
    made.close()
    raise DagsterInvariantViolationError("the generator of a resource yielded twice; it must yield the resource once")


@makes(ResourceDefinition)
def resource(
    config_schema: Any = None,
    description: str | None = None,
    required_resource_keys: set[str] | None = None,
    version: str | None = None,
) -> Any:
    """Decorator: a function ``(init_context)`` → value, or a generator of one value, becomes a resource.

    Args:
        config_schema, description, required_resource_keys, version: as for :class:`ResourceDefinition`.
    """
    if inspect.isfunction(config_schema):
        return ResourceDefinition(config_schema, None, inspect.getdoc(config_schema))

    def decorate(resource_fn: Callable[..., Any]) -> ResourceDefinition:
        return ResourceDefinition(
            resource_fn, config_schema, description or inspect.getdoc(resource_fn), required_resource_keys, version
        )

    return decorate


def make_values_resource(**kwargs: Any) -> ResourceDefinition:
    """A resource that is its config: ``make_values_resource(a=int, b=str)``; without arguments any dict."""
    return ResourceDefinition(lambda init_context: init_context.resource_config, dict(kwargs) or Any)


def dependency_order(definitions: dict[str, ResourceDefinition], wanted: set[str], owner: str) -> list[str]:
    """The wanted resources and all that they need, each after the ones it needs.

    Args:
        definitions: all resources that there are.
        wanted: keys to begin with.
        owner: who wants them, for messages.

    Raises:
        DagsterInvalidDefinitionError: one is missing, or they need each other in a circle.
    """
    order: list[str] = []
    state: dict[str, int] = {}
    stack: list[tuple[str, bool]] = [(key, False) for key in sorted(wanted, reverse=True)]
    while stack:
        key, is_done = stack.pop()
        if is_done:
            state[key] = 2
            order.append(key)
        elif state.get(key) == 1:
            raise DagsterInvalidDefinitionError(f"the resources of {owner} need each other in a circle through {key!r}")
        elif key not in state:
            if key not in definitions:
                raise DagsterInvalidDefinitionError(
                    f"{owner} has no resource {key!r}; it has {', '.join(map(repr, sorted(definitions))) or 'none'}"
                )
            state[key] = 1
            stack.append((key, True))
            stack.extend(
                (needed, False) for needed in sorted(definitions[key].required_resource_keys) if state.get(needed) != 2
            )
    return order
