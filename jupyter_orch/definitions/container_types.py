"""Types made of types: lists, dicts, options; and the type that an annotation or a Python class stands for."""

from __future__ import annotations

import collections.abc
import inspect
import types
import typing
from collections.abc import Callable
from typing import Any as AnyValue

from jupyter_orch.definitions.config import Shape
from jupyter_orch.definitions.config_scalars import Enum
from jupyter_orch.definitions.errors import DagsterInvalidDefinitionError
from jupyter_orch.definitions.output import TypeCheck
from jupyter_orch.definitions.shown import described
from jupyter_orch.definitions.type_loader import DictLoader, ListLoader, ScalarLoader
from jupyter_orch.definitions.types import (
    Any,
    Bool,
    DagsterType,
    Float,
    Int,
    Nothing,
    PythonObjectDagsterType,
    String,
    TypeCheckFunction,
)

_FOR_PYTHON: dict[AnyValue, DagsterType] = {
    AnyValue: Any,
    object: Any,
    bool: Bool,
    int: Int,
    float: Float,
    str: String,
    None: Nothing,
    type(None): Nothing,
    inspect.Parameter.empty: Any,
}


def _container(name: str, key: str, fits: TypeCheckFunction, typing_type: AnyValue) -> DagsterType:
    made = DagsterType(fits, key=key, name=name, typing_type=typing_type)
    made.is_inferred = True
    return made


def _first_misfit(kind: DagsterType, context: AnyValue, items: AnyValue, what: str) -> TypeCheck | None:
    if kind.always_passes:
        return None
    for index, item in enumerate(items):
        verdict = kind.type_check(context, item)
        if not verdict.success:
            return TypeCheck(False, f"{what} {index}: {verdict.description or f'is no {kind.display_name}'}")
    return None


def _list_of(inner: AnyValue, container: AnyValue = list) -> DagsterType:
    kind = resolve(inner)
    noun = container.__name__.lower()

    def fits(context: AnyValue, value: AnyValue) -> bool | TypeCheck:
        if not isinstance(value, container) or isinstance(value, (str, bytes)):
            return TypeCheck(False, f"found {described(value)}, expected a {noun}")
        return _first_misfit(kind, context, value, "item") or True

    shown = f"[{kind.display_name}]" if container is list else f"Sequence[{kind.display_name}]"
    made = _container(shown, f"{container.__name__.capitalize()}.{kind.key}", fits, container)
    made.loader = None if kind.loader is None else ListLoader(kind.loader)
    return made


def _set_of(inner: AnyValue) -> DagsterType:
    kind = resolve(inner)

    def fits(context: AnyValue, value: AnyValue) -> bool | TypeCheck:
        if not isinstance(value, set):
            return TypeCheck(False, f"found {described(value)}, expected a set")
        return _first_misfit(kind, context, value, "item") or True

    return _container(f"Set[{kind.display_name}]", f"Set.{kind.key}", fits, set)


def _tuple_of(*inner: AnyValue) -> DagsterType:
    kinds = [resolve(item) for item in inner]
    shown = ",".join(kind.display_name for kind in kinds)

    def fits(context: AnyValue, value: AnyValue) -> bool | TypeCheck:
        if not isinstance(value, tuple) or len(value) != len(kinds):
            return TypeCheck(False, f"found {described(value)}, expected a tuple of {len(kinds)}")
        for index, (kind, item) in enumerate(zip(kinds, value, strict=True)):
            verdict = kind.type_check(context, item)
            if not verdict.success:
                return TypeCheck(False, f"item {index}: {verdict.description}")
        return True

    return _container(f"Tuple[{shown}]", f"Tuple.{shown}", fits, tuple)


def _dict_of(keys: AnyValue, values: AnyValue, container: AnyValue = dict) -> DagsterType:
    key_kind, value_kind = resolve(keys), resolve(values)

    def fits(context: AnyValue, value: AnyValue) -> bool | TypeCheck:
        if not isinstance(value, container):
            return TypeCheck(False, f"found {described(value)}, expected a {container.__name__.lower()}")
        return (
            _first_misfit(key_kind, context, value, "key")
            or _first_misfit(value_kind, context, value.values(), "value")
            or True
        )

    shown = f"{key_kind.display_name},{value_kind.display_name}"
    name = container.__name__.capitalize()
    made = _container(f"{name}[{shown}]", f"{name}.{shown}", fits, container)
    made.loader = DictLoader()
    return made


def _optional(inner: AnyValue) -> DagsterType:
    kind = resolve(inner)
    if kind.is_nothing:
        raise DagsterInvalidDefinitionError("Optional[Nothing] can hold nothing either way; use Nothing")

    def fits(context: AnyValue, value: AnyValue) -> bool | TypeCheck:
        return True if value is None else kind.type_check(context, value)

    made = _container(f"{kind.display_name}?", f"Optional.{kind.key}", fits, kind.typing_type)
    made.loader = kind.loader
    return made


def _one_of(*values: AnyValue) -> DagsterType:
    shown = ", ".join(map(repr, values))

    def fits(_context: AnyValue, value: AnyValue) -> bool | TypeCheck:
        if any(type(value) is type(item) and value == item for item in values):
            return True
        return TypeCheck(False, f"found {described(value)}, expected one of {shown}")

    made = _container(f"Literal[{shown}]", f"Literal.{shown}", fits, AnyValue)
    if values and all(isinstance(item, str) for item in values):
        made.loader = ScalarLoader(Enum("value", list(values)))
    return made


def _union_of(*inner: AnyValue) -> DagsterType:
    kinds = [resolve(item) for item in inner]
    shown = " | ".join(kind.display_name for kind in kinds)

    def fits(context: AnyValue, value: AnyValue) -> bool | TypeCheck:
        if any(kind.type_check(context, value).success for kind in kinds):
            return True
        return TypeCheck(False, f"found {described(value)}, expected {shown}")

    return _container(shown, f"Union.{shown}", fits, AnyValue)


def _give_loader(kind: DagsterType, python_type: AnyValue) -> None:
    """Bare lists and dicts can stand in run config."""
    if python_type is list:
        kind.loader = ListLoader(Any.loader)
    elif python_type is dict:
        kind.loader = DictLoader()


class _Generic:
    """``Name[inner]`` makes a type, the bare name takes anything of the container."""

    def __init__(self, name: str, make: Callable[..., DagsterType], arity: int | None, python_type: AnyValue) -> None:
        self._name = name
        self._make = make
        self._arity = arity
        self.bare = PythonObjectDagsterType(python_type, name=name) if python_type else Any
        _give_loader(self.bare, python_type)

    def __getitem__(self, inner: AnyValue) -> DagsterType:
        items = inner if isinstance(inner, tuple) else (inner,)
        if self._arity is not None and len(items) != self._arity:
            raise DagsterInvalidDefinitionError(f"{self._name}[…] takes {self._arity} type(s), not {len(items)}")
        return self._make(*items)

    def __repr__(self) -> str:
        return self._name


List = _Generic("List", _list_of, 1, list)


Set = _Generic("Set", _set_of, 1, set)


Tuple = _Generic("Tuple", _tuple_of, None, tuple)


Optional = _Generic("Optional", _optional, 1, None)


class _DictGeneric(_Generic):
    """``Dict[keys, values]`` makes a type, the bare name takes any dict."""

    def __call__(self, fields: AnyValue) -> AnyValue:
        """The old way to write a config shape, ``Dict({...})``."""
        return Shape(fields)


Dict = _DictGeneric("Dict", _dict_of, 2, dict)


def make_python_type_usable_as_dagster_type(python_type: type, dagster_type: DagsterType) -> None:
    """Let annotations with ``python_type`` mean ``dagster_type``.

    Raises:
        DagsterInvalidDefinitionError: the Python type already means something else.
    """
    known = _FOR_PYTHON.get(python_type)
    if known is not None and known is not dagster_type and not isinstance(known, PythonObjectDagsterType):
        raise DagsterInvalidDefinitionError(f"{python_type.__name__} already stands for {known.display_name}")
    _FOR_PYTHON[python_type] = dagster_type


C = typing.TypeVar("C", bound=type)


@typing.overload
def usable_as_dagster_type(name: C, /) -> C: ...


@typing.overload
def usable_as_dagster_type(
    name: str | None = None, description: str | None = None, loader: AnyValue = None, materializer: AnyValue = None
) -> Callable[[C], C]: ...


def usable_as_dagster_type(
    name: AnyValue = None, description: str | None = None, loader: AnyValue = None, materializer: AnyValue = None
) -> AnyValue:
    """Decorator: use a class as a type, with a name, description, loader and materializer of its own."""

    def register(python_class: C, given_name: str | None = None) -> C:
        kind = PythonObjectDagsterType(
            python_class,
            name=given_name or python_class.__name__,
            description=description,
            loader=loader,
            materializer=materializer,
        )
        make_python_type_usable_as_dagster_type(python_class, kind)
        return python_class

    if isinstance(name, type):
        return register(name)
    return lambda python_class: register(python_class, name)


def resolve(annotation: AnyValue) -> DagsterType:
    """The type that an annotation or a type object stands for.

    Raises:
        DagsterInvalidDefinitionError: it stands for none.
    """
    if isinstance(annotation, DagsterType):
        return annotation
    if isinstance(annotation, _Generic):
        return annotation.bare
    try:
        known = _FOR_PYTHON.get(annotation)
    except TypeError:
        known = None
    if known is not None:
        return known
    return _resolve_typing(annotation)


def _resolve_typing(annotation: AnyValue) -> DagsterType:
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in (typing.Union, types.UnionType):
        inner = [item for item in arguments if item is not type(None)]
        made = resolve(inner[0]) if len(inner) == 1 else _union_of(*inner)
        return _optional(made) if len(inner) < len(arguments) else made
    if origin is typing.Annotated:
        return resolve(arguments[0])
    if origin is list and len(arguments) == 1:
        return _list_of(arguments[0])
    if origin is collections.abc.Sequence and len(arguments) == 1:
        return _list_of(arguments[0], collections.abc.Sequence)
    if origin is set and len(arguments) == 1:
        return _set_of(arguments[0])
    if origin in (dict, collections.abc.Mapping) and len(arguments) == 2:
        return _dict_of(*arguments, container=origin)
    if origin is typing.Literal:
        return _one_of(*arguments)
    if isinstance(annotation, typing.NewType):
        return resolve(annotation.__supertype__)
    if origin is tuple and arguments and Ellipsis not in arguments:
        return _tuple_of(*arguments)
    if isinstance(origin, type):
        return _inferred(origin)
    if isinstance(annotation, type):
        kind = _FOR_PYTHON[annotation] = _inferred(annotation)
        _give_loader(kind, annotation)
        return kind
    if (
        isinstance(annotation, (typing.TypeVar, str))
        or origin is not None
        or annotation in (typing.NoReturn, typing.Never)
    ):
        return Any
    raise DagsterInvalidDefinitionError(
        f"{annotation!r} is no type; use a Python class, a typing annotation, a DagsterType, or one of Any, Bool, "
        "Int, Float, String"
    )


def _inferred(python_class: type) -> DagsterType:
    """What a class means that nobody registered."""
    made = PythonObjectDagsterType(python_class)
    made.is_inferred = True
    return made


def check_dagster_type(dagster_type: AnyValue, value: AnyValue) -> TypeCheck:
    """Try a type's check by hand: ``check_dagster_type(MyType, 3).success``."""
    return resolve(dagster_type).type_check(None, value)
