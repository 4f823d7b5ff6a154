"""Types that are checked while a run goes: what flows between solids, and what it is called."""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Callable
from typing import Any as AnyValue

from jupyter_orch.definitions import config
from jupyter_orch.definitions.errors import (
    DagsterInvalidDefinitionError,
    DagsterTypeCheckError,
)
from jupyter_orch.definitions.metadata import EventMetadataEntry
from jupyter_orch.definitions.output import TypeCheck
from jupyter_orch.definitions.type_loader import DictLoader, ListLoader, ScalarLoader

TypeCheckFunction = Callable[[AnyValue, AnyValue], "bool | TypeCheck"]
_PASSED = TypeCheck(True)


class DagsterType:
    """A named check of values.

    Args:
        type_check_fn: ``(context, value)`` → bool or :class:`TypeCheck`.
        key: identity; the name when left out.
        name: what people see.
        description: what it stands for.
        loader: makes a value from run config (``@dagster_type_loader``).
        materializer: writes a value by run config (``@dagster_type_materializer``).
        required_resource_keys: resources that the check itself uses.
        typing_type: the Python type that annotations would use.
    """

    config_type: config.ConfigType | None = None

    def __init__(
        self,
        type_check_fn: TypeCheckFunction,
        key: str | None = None,
        name: str | None = None,
        description: str | None = None,
        loader: AnyValue = None,
        materializer: AnyValue = None,
        required_resource_keys: set[str] | None = None,
        typing_type: AnyValue = AnyValue,
        is_builtin: bool = False,
    ) -> None:
        if not callable(type_check_fn):
            raise DagsterInvalidDefinitionError("a DagsterType needs type_check_fn, a function of (context, value)")
        if name is None and key is None:
            raise DagsterInvalidDefinitionError("a DagsterType needs a name")
        self._check = type_check_fn
        self.unique_name = name
        self.key = key or str(name)
        self.description = description or ""
        self.loader = loader
        self.materializer = materializer
        self.required_resource_keys = frozenset(required_resource_keys or ())
        self.typing_type = typing_type
        self.is_builtin = is_builtin

    @property
    def display_name(self) -> str:
        """What people see."""
        return self.unique_name or self.key

    is_nothing = False
    always_passes = False

    def type_check(self, context: AnyValue, value: AnyValue) -> TypeCheck:
        """Check one value.

        Raises:
            DagsterTypeCheckError: the function returned no verdict.
        """
        verdict = self._check(context, value)
        if isinstance(verdict, TypeCheck):
            return verdict
        if isinstance(verdict, bool) or type(verdict).__name__ == "bool_":
            return _PASSED if verdict else TypeCheck(False, f"{config.described(value)} is no {self.display_name}")
        raise DagsterTypeCheckError(
            f"the check of type {self.display_name!r} returned {config.described(verdict)}; return True, False or a "
            "TypeCheck"
        )

    def __repr__(self) -> str:
        return f"DagsterType({self.display_name!r})"


class _AnyType(DagsterType):
    """Every value."""

    always_passes = True

    def __init__(self) -> None:
        super().__init__(lambda _context, _value: True, name="Any", is_builtin=True)
        self.config_type = config.ANY
        self.loader = ScalarLoader(config.ANY)

    def type_check(self, context: AnyValue, value: AnyValue) -> TypeCheck:
        return _PASSED


class _NothingType(DagsterType):
    """No value: only the order in which solids run."""

    is_nothing = True

    def __init__(self) -> None:
        super().__init__(
            lambda _context, value: value is None,
            name="Nothing",
            typing_type=None,
            is_builtin=True,
            description="No value: only the order in which solids run.",
        )


class _ScalarType(DagsterType):
    """Values of one plain Python type; in a config schema it stands for the same."""

    def __init__(self, name: str, python_type: type, kind: config.ConfigType) -> None:
        super().__init__(
            lambda _context, value: (
                isinstance(value, python_type) and (python_type is bool or not isinstance(value, bool))
            ),
            name=name,
            typing_type=python_type,
            is_builtin=True,
        )
        self.config_type = kind
        self.loader = ScalarLoader(kind)


class PythonObjectDagsterType(DagsterType):
    """Values of a Python class.

    Args:
        python_type: the class, or a tuple of classes.
        key, name, loader, materializer, description: as for :class:`DagsterType`; the name is the class name when
            left out.
    """

    def __init__(
        self,
        python_type: AnyValue,
        key: str | None = None,
        name: str | None = None,
        loader: AnyValue = None,
        materializer: AnyValue = None,
        description: str | None = None,
        **_: AnyValue,
    ) -> None:
        classes = python_type if isinstance(python_type, tuple) else (python_type,)
        if not classes or not all(isinstance(item, type) for item in classes):
            raise DagsterInvalidDefinitionError(
                f"PythonObjectDagsterType needs a class or a tuple of classes, not {python_type!r}"
            )
        self.python_type = python_type
        self.type_str = " | ".join(item.__name__ for item in classes)
        super().__init__(
            self._is_instance,
            key=key,
            name=name or self.type_str,
            loader=loader,
            materializer=materializer,
            description=description,
            typing_type=python_type,
        )

    def _is_instance(self, _context: AnyValue, value: AnyValue) -> bool | TypeCheck:
        if isinstance(value, self.python_type):
            return _described_value(value)
        return TypeCheck(False, f"found {config.described(value)}, expected an object of {self.type_str}")


def _described_value(value: AnyValue) -> bool | TypeCheck:
    """Data frames say their shape; everything else just passes.
    Looks at names so that pandas is never imported for it.
    """
    if type(value).__name__ != "DataFrame" or not type(value).__module__.startswith("pandas"):
        return True
    return TypeCheck(
        True,
        metadata_entries=[
            EventMetadataEntry("row_count", "rows", len(value)),
            EventMetadataEntry(
                "columns", "column → type", {str(name): str(kind) for name, kind in value.dtypes.items()}
            ),
        ],
    )


Any = _AnyType()
Nothing = _NothingType()
Bool = _ScalarType("Bool", bool, config.BOOL)
Int = _ScalarType("Int", int, config.INT)
Float = _ScalarType("Float", float, config.FLOAT)
String = _ScalarType("String", str, config.STRING)
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
    return DagsterType(fits, key=key, name=name, typing_type=typing_type)


def _first_misfit(kind: DagsterType, context: AnyValue, items: AnyValue, what: str) -> TypeCheck | None:
    if kind.always_passes:
        return None
    for index, item in enumerate(items):
        verdict = kind.type_check(context, item)
        if not verdict.success:
            return TypeCheck(False, f"{what} {index}: {verdict.description or f'is no {kind.display_name}'}")
    return None


def _list_of(inner: AnyValue) -> DagsterType:
    kind = resolve(inner)

    def fits(context: AnyValue, value: AnyValue) -> bool | TypeCheck:
        if not isinstance(value, list):
            return TypeCheck(False, f"found {config.described(value)}, expected a list")
        return _first_misfit(kind, context, value, "item") or True

    made = _container(f"[{kind.display_name}]", f"List.{kind.key}", fits, list)
    made.loader = None if kind.loader is None else ListLoader(kind.loader)
    return made


def _set_of(inner: AnyValue) -> DagsterType:
    kind = resolve(inner)

    def fits(context: AnyValue, value: AnyValue) -> bool | TypeCheck:
        if not isinstance(value, set):
            return TypeCheck(False, f"found {config.described(value)}, expected a set")
        return _first_misfit(kind, context, value, "item") or True

    return _container(f"Set[{kind.display_name}]", f"Set.{kind.key}", fits, set)


def _tuple_of(*inner: AnyValue) -> DagsterType:
    kinds = [resolve(item) for item in inner]
    shown = ",".join(kind.display_name for kind in kinds)

    def fits(context: AnyValue, value: AnyValue) -> bool | TypeCheck:
        if not isinstance(value, tuple) or len(value) != len(kinds):
            return TypeCheck(False, f"found {config.described(value)}, expected a tuple of {len(kinds)}")
        for index, (kind, item) in enumerate(zip(kinds, value, strict=True)):
            verdict = kind.type_check(context, item)
            if not verdict.success:
                return TypeCheck(False, f"item {index}: {verdict.description}")
        return True

    return _container(f"Tuple[{shown}]", f"Tuple.{shown}", fits, tuple)


def _dict_of(keys: AnyValue, values: AnyValue) -> DagsterType:
    key_kind, value_kind = resolve(keys), resolve(values)

    def fits(context: AnyValue, value: AnyValue) -> bool | TypeCheck:
        if not isinstance(value, dict):
            return TypeCheck(False, f"found {config.described(value)}, expected a dict")
        return (
            _first_misfit(key_kind, context, value, "key")
            or _first_misfit(value_kind, context, value.values(), "value")
            or True
        )

    shown = f"{key_kind.display_name},{value_kind.display_name}"
    made = _container(f"Dict[{shown}]", f"Dict.{shown}", fits, dict)
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


def _union_of(*inner: AnyValue) -> DagsterType:
    kinds = [resolve(item) for item in inner]
    shown = " | ".join(kind.display_name for kind in kinds)

    def fits(context: AnyValue, value: AnyValue) -> bool | TypeCheck:
        if any(kind.type_check(context, value).success for kind in kinds):
            return True
        return TypeCheck(False, f"found {config.described(value)}, expected {shown}")

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
        return config.Shape(fields)


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


def usable_as_dagster_type(
    name: AnyValue = None, description: str | None = None, loader: AnyValue = None, materializer: AnyValue = None
) -> AnyValue:
    """Decorator: use a class as a type, with a name, description, loader and materializer of its own."""

    def register(python_class: type, given_name: str | None = None) -> type:
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
    if origin is set and len(arguments) == 1:
        return _set_of(arguments[0])
    if origin is dict and len(arguments) == 2:
        return _dict_of(*arguments)
    if origin is tuple and arguments and Ellipsis not in arguments:
        return _tuple_of(*arguments)
    if isinstance(origin, type):
        return PythonObjectDagsterType(origin)
    if isinstance(annotation, type):
        kind = _FOR_PYTHON[annotation] = PythonObjectDagsterType(annotation)
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


def check_dagster_type(dagster_type: AnyValue, value: AnyValue) -> TypeCheck:
    """Try a type's check by hand: ``check_dagster_type(MyType, 3).success``."""
    return resolve(dagster_type).type_check(None, value)
