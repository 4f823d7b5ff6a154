"""Types that are checked while a run goes: what flows between solids, and what it is called."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any as AnyValue

from jupyter_orch.definitions.config_scalars import ANY, BOOL, FLOAT, INT, STRING, ConfigType
from jupyter_orch.definitions.errors import (
    DagsterInvalidDefinitionError,
    DagsterTypeCheckError,
)
from jupyter_orch.definitions.metadata import EventMetadataEntry
from jupyter_orch.definitions.names import valid_keys
from jupyter_orch.definitions.output import TypeCheck
from jupyter_orch.definitions.shown import described
from jupyter_orch.definitions.type_loader import ScalarLoader, ScalarMaterializer

TypeCheckFunction = Callable[[AnyValue, AnyValue], "bool | TypeCheck"]
_PASSED = TypeCheck(True)
_TO_FILE = ScalarMaterializer()


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

    config_type: ConfigType | None = None

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
        self.required_resource_keys = valid_keys(required_resource_keys, f"type {name or key!r}")
        self.typing_type = typing_type
        self.is_builtin = is_builtin

    @property
    def display_name(self) -> str:
        """What people see."""
        return self.unique_name or self.key

    is_inferred = False  # made from an annotation: several of one name mean the same or different classes
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
            return _PASSED if verdict else TypeCheck(False, f"{described(value)} is no {self.display_name}")
        raise DagsterTypeCheckError(
            f"the check of type {self.display_name!r} returned {described(verdict)}; return True, False or a TypeCheck"
        )

    def __repr__(self) -> str:
        return f"DagsterType({self.display_name!r})"


class _AnyType(DagsterType):
    """Every value."""

    always_passes = True

    def __init__(self) -> None:
        super().__init__(lambda _context, _value: True, name="Any", is_builtin=True)
        self.config_type = ANY
        self.loader = ScalarLoader(ANY)
        self.materializer = _TO_FILE

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

    def __init__(self, name: str, python_type: type, kind: ConfigType) -> None:
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
        self.materializer = _TO_FILE


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
        return TypeCheck(False, f"found {described(value)}, expected an object of {self.type_str}")


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
Bool = _ScalarType("Bool", bool, BOOL)
Int = _ScalarType("Int", int, INT)
Float = _ScalarType("Float", float, FLOAT)
String = _ScalarType("String", str, STRING)
