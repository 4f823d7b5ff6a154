"""Functions that are called after a step: whatever they do, the step's fate is sealed."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from jupyter_orch.definitions.contexts import HookContext
from jupyter_orch.definitions.dagster_event import DagsterEvent
from jupyter_orch.definitions.decorator import makes
from jupyter_orch.definitions.errors import DagsterInvalidDefinitionError, DagsterInvalidInvocationError
from jupyter_orch.definitions.names import valid_keys, valid_name
from jupyter_orch.definitions.place import defined_at
from jupyter_orch.records.event import EventType


@dataclass(frozen=True)
class HookExecutionResult:
    """What a hook did: ran, or had nothing to do with this end of the step."""

    hook_name: str
    is_skipped: bool = False


class HookDefinition:
    """A named function that is called when a step has ended.

    Args:
        name: unique.
        hook_fn: ``(context, the events of the step so far)`` → HookExecutionResult.
        required_resource_keys: resources that it uses.
        decorated_fn: what the user wrote.
    """

    def __init__(
        self,
        name: str,
        hook_fn: Callable[[HookContext, list[DagsterEvent]], HookExecutionResult],
        required_resource_keys: set[str] | None = None,
        decorated_fn: Callable[[HookContext], Any] | None = None,
    ) -> None:
        self.name = valid_name(name, "hook", reserved=False)
        self.hook_fn = hook_fn
        self.required_resource_keys = valid_keys(required_resource_keys, f"hook {name!r}")
        self.decorated_fn = decorated_fn

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """On a pipeline: the pipeline with this hook on every solid. On a hook context: call the function by hand."""
        if len(args) == 1 and not kwargs and hasattr(args[0], "with_hooks"):
            return args[0].with_hooks({self})
        context = args[0] if args else next(iter(kwargs.values()), None)
        if len(args) + len(kwargs) != 1 or not (context is None or isinstance(context, HookContext)):
            raise DagsterInvalidInvocationError(
                f"hook {self.name!r} takes a pipeline, or a context from build_hook_context()"
            )
        if self.decorated_fn is None:
            raise DagsterInvalidInvocationError(
                f"hook {self.name!r} was not made by a decorator, so it can not be called by hand"
            )
        return self.decorated_fn(context)  # type: ignore[arg-type]


def _hook(
    function: Callable[[HookContext], Any], name: str | None, keys: set[str] | None, on: EventType
) -> HookDefinition:
    called = name or function.__name__
    _check_parameters(function, called, "context")

    def hook_fn(context: HookContext, events: list[DagsterEvent]) -> HookExecutionResult:
        if all(event.event_type is not on for event in events):
            return HookExecutionResult(called, is_skipped=True)
        function(context)
        return HookExecutionResult(called)

    return HookDefinition(called, hook_fn, keys, function)


def _check_parameters(function: Callable[..., Any], called: str, *names: str) -> None:
    """Refuse a function that can not be called with what a hook is given."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return
    try:
        signature.bind(*names)
    except TypeError:
        with defined_at(function):
            raise DagsterInvalidDefinitionError(
                f"the function of hook {called!r} must take ({', '.join(names)}), not {signature}"
            ) from None


def _decorator(name: Any, keys: set[str] | None, on: EventType) -> Any:
    if callable(name):
        return _hook(name, None, None, on)
    return lambda function: _hook(function, name, keys, on)


@makes(HookDefinition)
def success_hook(name: Any = None, required_resource_keys: set[str] | None = None) -> Any:
    """Decorator: call a function ``(context)`` after every step that succeeded."""
    return _decorator(name, required_resource_keys, EventType.STEP_SUCCESS)


@makes(HookDefinition)
def failure_hook(name: Any = None, required_resource_keys: set[str] | None = None) -> Any:
    """Decorator: call a function ``(context)`` after every step that failed."""
    return _decorator(name, required_resource_keys, EventType.STEP_FAILURE)


@makes(HookDefinition)
def event_list_hook(name: Any = None, required_resource_keys: set[str] | None = None) -> Any:
    """Decorator: call a function ``(context, events of the step)`` → HookExecutionResult after every step."""

    def decorate(function: Callable[[HookContext, list[DagsterEvent]], HookExecutionResult]) -> HookDefinition:
        called = name if isinstance(name, str) else function.__name__
        _check_parameters(function, called, "context", "event_list")
        return HookDefinition(called, function, required_resource_keys)

    return decorate(name) if callable(name) else decorate


def checked_hooks(hooks: Any, owner: str) -> frozenset[HookDefinition]:
    """A set of hooks.

    Raises:
        DagsterInvalidDefinitionError: something in it is none.
    """
    for hook in hooks or ():
        if not isinstance(hook, HookDefinition):
            raise DagsterInvalidDefinitionError(
                f"the hooks of {owner} must be made by success_hook or failure_hook, not {hook!r}"
            )
    return frozenset(hooks or ())
