"""Solids: functions with typed inputs and outputs, config and resources."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, overload

from jupyter_orch.definitions.config import checked
from jupyter_orch.definitions.contexts import SolidExecutionContext
from jupyter_orch.definitions.contexts_by_hand import BuiltSolidContext
from jupyter_orch.definitions.decorator import makes
from jupyter_orch.definitions.direct import check_inputs, checked_result
from jupyter_orch.definitions.errors import DagsterInvalidDefinitionError, DagsterInvalidInvocationError
from jupyter_orch.definitions.function import Signature, source_of
from jupyter_orch.definitions.inout import InputDefinition, OutputDefinition, checked_places
from jupyter_orch.definitions.names import unknown, valid_keys
from jupyter_orch.definitions.node import NodeDefinition
from jupyter_orch.definitions.place import defined_at
from jupyter_orch.definitions.resource_scope import ScopedResources
from jupyter_orch.definitions.retry import RetryPolicy
from jupyter_orch.records.snapshot import Source


class SolidDefinition(NodeDefinition):
    """A unit of work.

    Args:
        name: unique among those that share a graph.
        input_defs, output_defs: its inputs and outputs.
        compute_fn: ``(context, inputs: dict)`` → value or generator of Output and events.
        config_schema: what may stand under ``solids.<name>.config``.
        description, tags: as named.
        required_resource_keys: resources that it uses.
        version: for memoization.
        retry_policy: when it is tried again.
    """

    kind = "solid"
    notebook_path: str | None = None

    def __init__(
        self,
        name: str,
        input_defs: list[InputDefinition] | None = None,
        compute_fn: Any = None,
        output_defs: list[OutputDefinition] | None = None,
        config_schema: Any = None,
        description: str | None = None,
        tags: Any = None,
        required_resource_keys: set[str] | None = None,
        version: str | None = None,
        retry_policy: RetryPolicy | None = None,
        *,
        signature: Signature | None = None,
        source: Source | None = None,
    ) -> None:
        if compute_fn is None or not callable(compute_fn):
            raise DagsterInvalidDefinitionError(f"solid {name!r} needs compute_fn, a function of (context, inputs)")
        outputs = [OutputDefinition()] if output_defs is None else output_defs
        super().__init__(
            name, input_defs or [], outputs, description, tags, config_schema, source or source_of(compute_fn)
        )
        self.compute_fn = compute_fn
        self.signature = signature
        self.required_resource_keys = valid_keys(required_resource_keys, f"solid {name!r}")
        self.version = version
        if retry_policy is not None and not isinstance(retry_policy, RetryPolicy):
            raise DagsterInvalidDefinitionError(
                f"the retry_policy of solid {name!r} must be a RetryPolicy, not {retry_policy!r}"
            )
        self.retry_policy = retry_policy
        self._value_inputs = frozenset(d.name for d in self.input_defs if not d.dagster_type.is_nothing)

    def compute(self, context: Any, inputs: dict[str, Any]) -> Any:
        """Call the user's function with loaded inputs; gives what it gives."""
        if self.signature is None:
            return self.compute_fn(context, inputs)
        return self.compute_fn(context, **inputs) if self.signature.takes_context else self.compute_fn(**inputs)

    def invoke_directly(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Call the function as a test does: context first when it takes one, then inputs.

        Returns:
            What the function returns, its outputs checked; a generator or coroutine stays one.

        Raises:
            DagsterInvalidInvocationError: arguments, config or resources do not fit.
            DagsterTypeCheckDidNotPass: an input or output has the wrong type.
        """
        if self.signature is None:
            raise DagsterInvalidInvocationError(
                f"solid {self.name!r} was not made by a decorator, so it can not be called directly"
            )
        context, inputs = self._direct_arguments(list(args), dict(kwargs))
        check_inputs(self, inputs, context)
        return checked_result(self, self.compute(context, inputs), context)

    def _direct_arguments(self, args: list[Any], inputs: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        built: Any = None
        if self.signature is not None and self.signature.takes_context:
            if args:
                built = args.pop(0)
            elif self.signature.context_parameter in inputs:
                built = inputs.pop(str(self.signature.context_parameter))
            else:
                raise DagsterInvalidInvocationError(
                    f"solid {self.name!r} takes a context; call it with build_solid_context() or None first"
                )
        elif args and isinstance(args[0], BuiltSolidContext):
            built = args.pop(0)
        if built is not None and not isinstance(built, (BuiltSolidContext, SolidExecutionContext)):
            raise DagsterInvalidInvocationError(
                f"the first argument of solid {self.name!r} must be a context from build_solid_context() or None"
            )
        return self._direct_context(built), self._direct_inputs(args, inputs)

    def _direct_inputs(self, args: list[Any], inputs: dict[str, Any]) -> dict[str, Any]:
        wanted = [definition for definition in self.input_defs if definition.name in self._value_inputs]
        if len(args) > len(wanted):
            raise DagsterInvalidInvocationError(
                f"solid {self.name!r} has {len(wanted)} input(s), but {len(args)} were given"
            )
        for definition, value in zip(wanted, args, strict=False):
            if definition.name in inputs:
                raise DagsterInvalidInvocationError(f"input {definition.name!r} of solid {self.name!r} is given twice")
            inputs[definition.name] = value
        for key in inputs:
            if key not in self.input_dict:
                raise DagsterInvalidInvocationError(unknown("input", key, self.input_dict, f"solid {self.name!r}"))
        for definition in wanted:
            if definition.name not in inputs:
                if not definition.has_default_value:
                    raise DagsterInvalidInvocationError(
                        f"solid {self.name!r} needs a value for its input {definition.name!r}"
                    )
                inputs[definition.name] = definition.default_value
        return {name: value for name, value in inputs.items() if name in self._value_inputs}

    def _direct_context(self, built: Any) -> Any:
        if isinstance(built, SolidExecutionContext):
            return built
        given = built.resources._asdict() if built is not None else {}
        for key in sorted(self.required_resource_keys):
            if key not in given:
                raise DagsterInvalidInvocationError(
                    f"solid {self.name!r} needs the resource {key!r}; give "
                    f"build_solid_context(resources={{{key!r}: …}})"
                )
        config = built.solid_config if built is not None else None
        if self.has_config:
            config = checked(self.schema_type, config, f"the config of solid {self.name!r}")
        config = self.apply_config(config)
        if built is None:
            return (
                None
                if self.config_field is None or config is None
                else self._context(config, {}, BuiltSolidContext(None, None, None, None, None, None))
            )
        return self._context(config, given, built)

    def _context(self, config: Any, resources: dict[str, Any], built: BuiltSolidContext) -> SolidExecutionContext:
        return SolidExecutionContext(
            solid_config=config,
            resources=ScopedResources(resources, f"solid {self.name!r}"),
            log=built.log,
            pipeline_run=built.pipeline_run,
            solid_def=self,
            solid_name=self.name,
            step_key=self.name,
            instance=built.instance,
            mapping_key=built.mapping_key,
            on_event=built.user_events.append,
        )


def _decorated(
    fn: Callable[..., Any],
    name: str | None,
    description: str | None,
    input_defs: list[InputDefinition] | None,
    output_defs: list[OutputDefinition] | None,
    may_take_context: bool,
    options: dict[str, Any],
) -> SolidDefinition:
    called = name or fn.__name__
    with defined_at(fn):
        return _made(fn, called, description, input_defs, output_defs, may_take_context, options)


def _made(
    fn: Callable[..., Any],
    called: str,
    description: str | None,
    input_defs: list[InputDefinition] | None,
    output_defs: list[OutputDefinition] | None,
    may_take_context: bool,
    options: dict[str, Any],
) -> SolidDefinition:
    checked_places(output_defs, OutputDefinition, f"solid {called!r}")
    signature = Signature(fn, may_take_context)
    if may_take_context:
        signature.refuse_misnamed_context(input_defs, f"solid {called!r}")
    inputs = signature.inputs(input_defs, f"solid {called!r}")
    if output_defs is None:
        outputs = [signature.output()]
    elif len(output_defs) == 1 and not output_defs[0].is_typed and not output_defs[0].is_dynamic:
        outputs = [output_defs[0].with_type(signature.output_type(), None)]
    else:
        outputs = output_defs
    return SolidDefinition(
        called,
        inputs,
        fn,
        outputs,
        description=description or inspect.getdoc(fn),
        signature=signature,
        source=source_of(fn),
        **options,
    )


@overload
def solid(name: Callable[..., Any]) -> SolidDefinition: ...


@overload
def solid(
    name: str | None = None,
    description: str | None = None,
    input_defs: list[InputDefinition] | None = None,
    output_defs: list[OutputDefinition] | None = None,
    config_schema: Any = None,
    required_resource_keys: set[str] | None = None,
    tags: dict[str, Any] | None = None,
    version: str | None = None,
    retry_policy: RetryPolicy | None = None,
) -> Callable[[Callable[..., Any]], SolidDefinition]: ...


def solid(
    name: Any = None,
    description: str | None = None,
    input_defs: list[InputDefinition] | None = None,
    output_defs: list[OutputDefinition] | None = None,
    config_schema: Any = None,
    required_resource_keys: set[str] | None = None,
    tags: dict[str, Any] | None = None,
    version: str | None = None,
    retry_policy: RetryPolicy | None = None,
) -> Any:
    """Decorator: a function becomes a solid.

    The function's first parameter may be ``context``; the others are inputs. Types come from annotations unless
    declared. It may return a value,
    yield :class:`Output` and events, or be ``async``.

    Args:
        name: the function's name when left out.
        description: the function's docstring when left out.
        input_defs, output_defs: when the signature does not say enough; without, there is one output named ``result``.
        config_schema: what ``context.solid_config`` holds.
        required_resource_keys: what ``context.resources`` has.
        tags, version, retry_policy: as for :class:`SolidDefinition`.

    Example:
        >>> @solid(config_schema={"times": int})
        ... def repeat(context, word: str) -> str:
        ...     return word * context.solid_config["times"]
    """
    options = {
        "config_schema": config_schema,
        "required_resource_keys": required_resource_keys,
        "tags": tags,
        "version": version,
        "retry_policy": retry_policy,
    }
    if callable(name):
        return _decorated(name, None, None, None, None, True, {})
    return lambda fn: _decorated(fn, name, description, input_defs, output_defs, True, options)


@makes(SolidDefinition)
def lambda_solid(
    name: Any = None,
    description: str | None = None,
    input_defs: list[InputDefinition] | None = None,
    output_def: OutputDefinition | None = None,
) -> Any:
    """Decorator: a function without context parameter becomes a solid; every parameter is an input."""
    if callable(name):
        return _decorated(name, None, None, None, None, False, {})
    return lambda fn: _decorated(
        fn, name, description, input_defs, None if output_def is None else [output_def], False, {}
    )
