"""How values of a type come out of run config, and how run config says where they go."""

from __future__ import annotations

import json
import pickle
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any as AnyValue

from jupyter_orch.definitions.config import Array, Field, Permissive, Shape, config_type
from jupyter_orch.definitions.config_choices import ScalarUnion, Selector
from jupyter_orch.definitions.config_scalars import ANY, ConfigType
from jupyter_orch.definitions.errors import DagsterInvariantViolationError
from jupyter_orch.definitions.output import AssetMaterialization

_FILE = Shape({"path": Field(str, description="path of a file")})


class ScalarLoader:
    """Takes the value as it stands in the run config, or out of a file: ``{"json": {"path": …}}``, where the file
    holds ``{"value": …}`` or the bare value, or ``{"pickle": {"path": …}}``.
    """

    def __init__(self, kind: ConfigType) -> None:
        choices = Selector({"value": Field(kind), "json": Field(_FILE), "pickle": Field(_FILE)})
        self.schema_type = ScalarUnion(kind, choices) if kind is not ANY else kind
        self.required_resource_keys: frozenset[str] = frozenset()

    def load(self, _context: AnyValue, value: AnyValue) -> AnyValue:
        """The value that the config, or the file that it names, holds."""
        match value:
            case {"value": inner} if len(value) == 1:
                return inner
            case {"json": {"path": str(path)}} if _names_a_file(value):
                held = json.loads(Path(path).read_text(encoding="utf-8"))
                return held["value"] if isinstance(held, dict) and set(held) == {"value"} else held
            case {"pickle": {"path": str(path)}} if _names_a_file(value):
                return pickle.loads(Path(path).read_bytes())
        return value


def _names_a_file(value: dict[str, AnyValue]) -> bool:
    return len(value) == 1 and all(len(inner) == 1 for inner in value.values())


class ScalarMaterializer:
    """Writes a value to a file: ``{"json": {"path": …}}`` as ``{"value": …}``, or ``{"pickle": {"path": …}}``."""

    schema_type = Selector({"json": Field(_FILE), "pickle": Field(_FILE)})
    required_resource_keys: frozenset[str] = frozenset()

    def materialize(self, _context: AnyValue, value_config: AnyValue, value: AnyValue) -> list[AnyValue]:
        """Write the value; gives the materialization of the file."""
        kind, options = next(iter(value_config.items()))
        target = Path(options["path"])
        written = pickle.dumps(value) if kind == "pickle" else json.dumps({"value": value}).encode()
        target.write_bytes(written)
        return [AssetMaterialization.file(options["path"])]


class ListLoader:
    """Takes a list as it stands in the run config, each item through the loader of its type."""

    def __init__(self, inner: AnyValue) -> None:
        self._inner = inner
        self.schema_type = Array(inner.schema_type)
        self.required_resource_keys: frozenset[str] = inner.required_resource_keys

    def load(self, context: AnyValue, value: AnyValue) -> AnyValue:
        """The list that the config holds."""
        return [self._inner.load(context, item) for item in value]


class DictLoader:
    """Takes a dict as it stands in the run config."""

    def __init__(self) -> None:
        self.schema_type = Permissive()
        self.required_resource_keys: frozenset[str] = frozenset()

    def load(self, _context: AnyValue, value: AnyValue) -> AnyValue:
        """The dict that the config holds."""
        return value


class TypeLoader:
    """Makes a value of a type from run config.

    Args:
        config_schema: what must stand in the run config.
        load_fn: ``(context, config)`` → value.
        required_resource_keys: resources that the function uses.
    """

    def __init__(
        self,
        config_schema: AnyValue,
        load_fn: Callable[[AnyValue, AnyValue], AnyValue],
        required_resource_keys: set[str] | None = None,
    ) -> None:
        self.schema_type = config_type(config_schema)
        self._load_fn = load_fn
        self.required_resource_keys = frozenset(required_resource_keys or ())

    def load(self, context: AnyValue, value: AnyValue) -> AnyValue:
        """Make the value."""
        return self._load_fn(context, value)

    construct_from_config_value = load


class TypeMaterializer:
    """Writes a value of a type as run config says.

    Args:
        config_schema: what must stand in the run config.
        materialize_fn: ``(context, config, value)`` → AssetMaterialization, or an iterable of them.
        required_resource_keys: resources that the function uses.
    """

    def __init__(
        self,
        config_schema: AnyValue,
        materialize_fn: Callable[[AnyValue, AnyValue, AnyValue], AnyValue],
        required_resource_keys: set[str] | None = None,
    ) -> None:
        self.schema_type = config_type(config_schema)
        self._materialize_fn = materialize_fn
        self.required_resource_keys = frozenset(required_resource_keys or ())

    def materialize(self, context: AnyValue, value_config: AnyValue, value: AnyValue) -> list[AnyValue]:
        """Write the value; gives the materializations that the function reported."""
        made = self._materialize_fn(context, value_config, value)
        if made is None:
            raise DagsterInvariantViolationError(
                "a type materializer must return an AssetMaterialization or several of them, not None"
            )
        return list(made) if isinstance(made, (list, tuple, types.GeneratorType)) else [made]


DagsterTypeLoader = TypeLoader
DagsterTypeMaterializer = TypeMaterializer


def dagster_type_loader(
    config_schema: AnyValue, required_resource_keys: set[str] | None = None, **_: AnyValue
) -> Callable[[Callable[[AnyValue, AnyValue], AnyValue]], TypeLoader]:
    """Decorator: a function ``(context, config)`` → value becomes a loader for ``DagsterType(loader=…)``."""
    return lambda load_fn: TypeLoader(config_schema, load_fn, required_resource_keys)


def dagster_type_materializer(
    config_schema: AnyValue,
    required_resource_keys: set[str] | None = None,
) -> Callable[[Callable[[AnyValue, AnyValue, AnyValue], AnyValue]], TypeMaterializer]:
    """Decorator: a function ``(context, config, value)`` → AssetMaterialization becomes a materializer for
    ``DagsterType(materializer=…)``.
    """
    return lambda materialize_fn: TypeMaterializer(config_schema, materialize_fn, required_resource_keys)
