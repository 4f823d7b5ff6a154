"""Inputs and outputs of solids, and how those of a composite are tied to its inner ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from jupyter_orch.definitions.config_scalars import NO_DEFAULT
from jupyter_orch.definitions.container_types import resolve
from jupyter_orch.definitions.errors import DagsterInvalidDefinitionError
from jupyter_orch.definitions.metadata import AssetKey
from jupyter_orch.definitions.names import valid_name
from jupyter_orch.definitions.output import DEFAULT_OUTPUT
from jupyter_orch.definitions.shown import described
from jupyter_orch.definitions.types import Any as AnyDagsterType
from jupyter_orch.definitions.types import DagsterType


def _type_of(written: Any, owner: str) -> DagsterType:
    """The type of an input or output; anything when none is written."""
    if isinstance(written, str):
        raise DagsterInvalidDefinitionError(
            f"the type of {owner} is the string {written!r}; give the type itself (int, str, a class, a DagsterType)"
        )
    return AnyDagsterType if written is None else resolve(written)


def checked_places(given: Any, kind: type[InputDefinition | OutputDefinition], owner: str) -> None:
    """Refuse what is no list of input or output definitions.

    Raises:
        DagsterInvalidDefinitionError: says what was given instead.
    """
    if given is None:
        return
    noun = "input_defs" if kind is InputDefinition else "output_defs"
    if not isinstance(given, (list, tuple)):
        raise DagsterInvalidDefinitionError(
            f"the {noun} of {owner} must be a list of {kind.__name__} objects, not {described(given)}"
        )
    for item in given:
        if not isinstance(item, kind):
            raise DagsterInvalidDefinitionError(f"the {noun} of {owner} must be {kind.__name__} objects, not {item!r}")


class InputDefinition:
    """An input of a solid.

    Args:
        name: the parameter of the function.
        dagster_type: what values are accepted; anything when left out.
        description: what it is.
        default_value: used when nothing is connected.
        root_manager_key: resource that loads the value when nothing is connected.
        metadata: for IO managers.
        asset_key: the asset that is read, or a function of the input context giving it.
        asset_partitions: which partitions of it, or a function of the input context.
    """

    def __init__(
        self,
        name: str,
        dagster_type: Any = None,
        description: str | None = None,
        default_value: Any = NO_DEFAULT,
        root_manager_key: str | None = None,
        metadata: dict[str, Any] | None = None,
        asset_key: Any = None,
        asset_partitions: set[str] | Callable[..., Any] | None = None,
    ) -> None:
        self.name = valid_name(name, "input", reserved=False)
        self.dagster_type = _type_of(dagster_type, f"input {name!r}")
        self.is_typed = dagster_type is not None
        self.description = description
        self._default = default_value
        self.root_manager_key = root_manager_key
        self.metadata = dict(metadata or {})
        self.asset_key = asset_key
        self.asset_partitions = asset_partitions
        if self.dagster_type.is_nothing and default_value is not NO_DEFAULT:
            raise DagsterInvalidDefinitionError(
                f"input {name!r} is Nothing: it carries no value, so it can have no default"
            )

    @property
    def has_default_value(self) -> bool:
        """Whether a default was given."""
        return self._default is not NO_DEFAULT

    @property
    def default_value(self) -> Any:
        """The default.

        Raises:
            DagsterInvalidDefinitionError: there is none.
        """
        if self._default is NO_DEFAULT:
            raise DagsterInvalidDefinitionError(f"input {self.name!r} has no default value")
        return self._default

    def asset_key_for(self, context: Any) -> AssetKey | None:
        """The asset that is read, if any."""
        key = self.asset_key(context) if callable(self.asset_key) else self.asset_key
        return None if key is None else AssetKey.of(key)

    def mapping_to(self, solid_name: str, input_name: str, fan_in_index: int | None = None) -> InputMapping:
        """Tie this input of a composite to an input of one of its solids."""
        return InputMapping(self, solid_name, input_name, fan_in_index)

    def with_type_and_default(self, dagster_type: Any, default: Any, description: str | None) -> InputDefinition:
        """This input completed by what the function's signature says."""
        return InputDefinition(
            self.name,
            self.dagster_type if self.is_typed else dagster_type,
            self.description or description,
            self._default if self._default is not NO_DEFAULT else default,
            self.root_manager_key,
            self.metadata,
            self.asset_key,
            self.asset_partitions,
        )


class OutputDefinition:
    """An output of a solid.

    Args:
        dagster_type: what values are accepted; anything when left out.
        name: ``"result"`` when left out.
        description: what it is.
        is_required: whether the solid must give it; yes when left out. Solids behind one that is not given are skipped.
        io_manager_key: resource that stores and loads the value.
        metadata: for IO managers.
        asset_key: the asset that is written, or a function of the output context giving it.
        asset_partitions: which partitions of it, or a function of the output context.
        version: for memoization.
    """

    is_dynamic = False

    def __init__(
        self,
        dagster_type: Any = None,
        name: str | None = None,
        description: str | None = None,
        is_required: bool | None = None,
        io_manager_key: str | None = None,
        metadata: dict[str, Any] | None = None,
        asset_key: Any = None,
        asset_partitions: set[str] | Callable[..., Any] | None = None,
        version: str | None = None,
    ) -> None:
        self.name = valid_name(DEFAULT_OUTPUT if name is None else name, "output", reserved=False)
        self.dagster_type = _type_of(dagster_type, f"output {self.name!r}")
        self.is_typed = dagster_type is not None
        self.description = description
        self.is_required = True if is_required is None else is_required
        self.io_manager_key = io_manager_key or "io_manager"
        self.metadata = dict(metadata or {})
        self.asset_key = asset_key
        self.asset_partitions = asset_partitions
        self.version = version

    def asset_key_for(self, context: Any) -> AssetKey | None:
        """The asset that is written, if any."""
        key = self.asset_key(context) if callable(self.asset_key) else self.asset_key
        return None if key is None else AssetKey.of(key)

    def asset_partitions_for(self, context: Any) -> tuple[str, ...]:
        """The partitions that are written, none when the asset has none."""
        found = self.asset_partitions(context) if callable(self.asset_partitions) else self.asset_partitions
        return tuple(sorted(found or ()))

    def mapping_from(self, solid_name: str, output_name: str | None = None) -> OutputMapping:
        """Tie this output of a composite to an output of one of its solids."""
        return OutputMapping(self, solid_name, output_name or DEFAULT_OUTPUT)

    def with_type(self, dagster_type: Any, description: str | None) -> OutputDefinition:
        """This output completed by what the function's signature says."""
        return type(self)(
            self.dagster_type if self.is_typed else dagster_type,
            self.name,
            self.description or description,
            self.is_required,
            self.io_manager_key,
            self.metadata,
            self.asset_key,
            self.asset_partitions,
            self.version,
        )


class DynamicOutputDefinition(OutputDefinition):
    """An output that gives any number of values;
    what follows runs once for each (``.map``) until they are collected.
    """

    is_dynamic = True


@dataclass(frozen=True)
class InputMapping:
    """An input of a composite that feeds an input of a solid inside.

    Attributes:
        definition: the composite's input.
        solid_name, input_name: the one inside.
        fan_in_index: which place of a fan-in, or None.
    """

    definition: InputDefinition
    solid_name: str
    input_name: str
    fan_in_index: int | None = None


@dataclass(frozen=True)
class OutputMapping:
    """An output of a composite that is an output of a solid inside."""

    definition: OutputDefinition
    solid_name: str
    output_name: str
