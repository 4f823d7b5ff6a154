"""How values of a type come out of run config, and how run config says where they go."""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Any as AnyValue

from jupyter_orch.definitions.config import Array, Field, Permissive, config_type
from jupyter_orch.definitions.config_choices import ScalarUnion, Selector
from jupyter_orch.definitions.config_scalars import ANY, ConfigType
from jupyter_orch.definitions.errors import DagsterInvariantViolationError


class ScalarLoader:
    """Takes the value as it stands in the run config."""

    def __init__(self, kind: ConfigType) -> None:
        self.schema_type = ScalarUnion(kind, Selector({"value": Field(kind)})) if kind is not ANY else kind
        self.required_resource_keys: frozenset[str] = frozenset()

    def load(self, _context: AnyValue, value: AnyValue) -> AnyValue:
        """The value that the config holds."""
        return value["value"] if isinstance(value, dict) and set(value) == {"value"} else value


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
