"""What the signature of a user's function says: inputs, types, defaults, and how it is to be called."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable
from typing import Any

from jupyter_orch.definitions.config_scalars import NO_DEFAULT
from jupyter_orch.definitions.errors import DagsterInvalidDefinitionError
from jupyter_orch.definitions.inout import InputDefinition, OutputDefinition, checked_places
from jupyter_orch.definitions.place import NOTEBOOK_CELL
from jupyter_orch.definitions.types import Nothing
from jupyter_orch.records.snapshot import Source

_CONTEXT_NAMES = frozenset({"context", "_context", "context_", "_context_", "_", "__"})
_NEARLY_CONTEXT = frozenset({"ctx", "_ctx", "ctx_", "ctxt", "cxt", "cntx", "contex", "contxt"})
_CONTEXT_CLASSES = frozenset({"SolidExecutionContext", "OpExecutionContext"})


class Signature:
    """How to call a user's function.

    Attributes:
        takes_context: its first parameter is the context.
        parameters: the others, in order.
        takes_any: it has ``**kwargs``.
    """

    __slots__ = ("_hints", "context_parameter", "fn", "kind", "parameters", "returns", "takes_any", "takes_context")

    def __init__(self, fn: Callable[..., Any], may_take_context: bool = True) -> None:
        self.fn = fn
        found = list(inspect.signature(fn).parameters.values())
        self.takes_context = bool(may_take_context and found and found[0].name in _CONTEXT_NAMES)
        self.context_parameter = found[0].name if self.takes_context else None
        rest = found[1:] if self.takes_context else found
        self.takes_any = any(p.kind is p.VAR_KEYWORD for p in rest)
        self.parameters = [p for p in rest if p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)]
        self._hints = _hints(fn)
        self.kind = (
            "async generator"
            if inspect.isasyncgenfunction(fn)
            else "coroutine"
            if inspect.iscoroutinefunction(fn)
            else "generator"
            if inspect.isgeneratorfunction(fn)
            else "function"
        )
        self.returns = self._hints.get("return", inspect.Parameter.empty)

    def refuse_misnamed_context(self, declared: list[InputDefinition] | None, owner: str) -> None:
        """Refuse a first parameter that is meant as the context but named otherwise.

        Raises:
            DagsterInvalidDefinitionError: says how to name it.
        """
        if self.takes_context or not self.parameters:
            return
        first = self.parameters[0].name
        hint = self._hints.get(first)
        looks_like_it = (hint is None and first in _NEARLY_CONTEXT) or getattr(hint, "__name__", "") in _CONTEXT_CLASSES
        if looks_like_it and first not in {definition.name for definition in declared or ()}:
            raise DagsterInvalidDefinitionError(
                f"the first parameter of {owner} is named {first!r}, so it would be an input; to get the context name "
                f"it `context`; if it is an input, give it a type or an InputDefinition({first!r})"
            )

    def inputs(self, declared: list[InputDefinition] | None, owner: str) -> list[InputDefinition]:
        """The inputs: those declared, completed by the signature, and those that only the signature has.

        Raises:
            DagsterInvalidDefinitionError: a declared input is no parameter of the function.
        """
        checked_places(declared, InputDefinition, owner)
        by_name = {definition.name: definition for definition in declared or ()}
        names = {parameter.name for parameter in self.parameters}
        for definition in by_name.values():
            if definition.name not in names and not definition.dagster_type.is_nothing and not self.takes_any:
                raise DagsterInvalidDefinitionError(
                    f"{owner} declares the input {definition.name!r}, but its function has no such parameter; it has "
                    f"{', '.join(sorted(map(repr, names))) or 'none'}"
                )
        made = [self._input(parameter, by_name.get(parameter.name)) for parameter in self.parameters]
        listed = [definition.name for definition in made]
        extra = [definition for name, definition in by_name.items() if name not in listed]
        if declared and len(made) == len(by_name) - len(extra):
            order = {name: index for index, name in enumerate(by_name)}
            return sorted([*made, *extra], key=lambda definition: order[definition.name])
        return [*made, *extra]

    def _input(self, parameter: inspect.Parameter, declared: InputDefinition | None) -> InputDefinition:
        kind = self._hints.get(parameter.name)
        default = NO_DEFAULT if parameter.default is parameter.empty else parameter.default
        if declared is None:
            return InputDefinition(parameter.name, kind, default_value=default)
        if (declared.is_typed or kind is None) and default is NO_DEFAULT:
            return declared
        if declared.dagster_type.is_nothing and declared.is_typed:
            raise DagsterInvalidDefinitionError(
                f"input {parameter.name!r} is Nothing, so the function must not have a parameter for it"
            )
        return declared.with_type_and_default(kind, default, None)

    def output(self) -> OutputDefinition:
        """The one output of a function that declares none."""
        return OutputDefinition(self.output_type())

    def output_type(self) -> Any:
        """The type that the return annotation gives a single output, or None."""
        if self.returns is inspect.Parameter.empty or self.kind in ("generator", "async generator"):
            return None
        if (
            typing.get_origin(self.returns) is not None
            and getattr(typing.get_origin(self.returns), "__name__", "") == "Output"
        ):
            return typing.get_args(self.returns)[0]
        if getattr(self.returns, "__name__", "") in ("Output", "DynamicOutput"):
            return None
        return Nothing if self.returns is type(None) else self.returns


def _hints(fn: Callable[..., Any]) -> dict[str, Any]:
    written = getattr(fn, "__annotations__", None)
    if not written:
        return {}
    try:
        return typing.get_type_hints(fn)
    except Exception:  # a name that only exists for type checkers, or in an enclosing function
        return {name: hint for name, one in written.items() if (hint := _one_hint(fn, one)) is not None}


def _one_hint(fn: Callable[..., Any], annotation: Any) -> Any:
    if not isinstance(annotation, str):
        return annotation
    names = {**getattr(fn, "__globals__", {}), **inspect.getclosurevars(fn).nonlocals}
    try:
        return typing.get_type_hints(type("Holder", (), {"__annotations__": {"x": annotation}}), names)["x"]
    except Exception:
        return None


def source_of(fn: Any) -> Source | None:
    """Where a function is written down."""
    code = getattr(inspect.unwrap(fn) if callable(fn) else fn, "__code__", None)
    if code is None:
        return None
    cell = NOTEBOOK_CELL.fullmatch(code.co_filename)
    if cell:
        return Source(file=cell["file"], line=code.co_firstlineno, cell=int(cell["cell"]))
    return Source(file=code.co_filename, line=code.co_firstlineno)
