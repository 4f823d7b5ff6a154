"""What all definitions with a config share: a schema, and ``configured``, which fixes part of it ahead of a run."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any, TypeVar

from jupyter_orch.definitions.config import Field, as_field, checked, config_type
from jupyter_orch.definitions.config_scalars import ANY, ConfigType
from jupyter_orch.definitions.errors import DagsterConfigMappingFunctionError, DagsterInvalidDefinitionError

D = TypeVar("D", bound="ConfigurableDefinition")


class ConfigurableDefinition:
    """A definition with a config.

    Attributes:
        name: its name; resources and loggers have none of their own.
        config_field: what may stand under ``config`` in the run config, or None when anything may.
    """

    name: str
    noun = "definition"
    needs_name_when_configured = False

    def __init__(self, config_schema: Any) -> None:
        self.config_field: Field | None = None if config_schema is None else as_field(config_schema)
        self._mapping: tuple[ConfigurableDefinition, Callable[[Any], Any] | None, Any] | None = None

    @property
    def config_schema(self) -> Field | None:
        """What may stand under ``config`` in the run config."""
        return self.config_field

    @property
    def has_config(self) -> bool:
        """Whether a schema was given."""
        return self.config_field is not None

    @property
    def schema_type(self) -> ConfigType:
        """The type of ``config``; anything when no schema was given."""
        return ANY if self.config_field is None else self.config_field.config_type

    def apply_config(self, resolved: Any) -> Any:
        """What the definition's function sees: the resolved config, passed through all ``configured`` layers.

        Args:
            resolved: config that was checked against this definition's schema.

        Raises:
            DagsterConfigMappingFunctionError: a config function raised.
            DagsterInvalidConfigError: a config function gave config that does not fit the inner schema.
        """
        if self._mapping is None:
            return resolved
        inner, function, fixed = self._mapping
        written = fixed
        if function is not None:
            try:
                written = function(resolved)
            except Exception as error:
                raise DagsterConfigMappingFunctionError(
                    f"the config function of the configured {self.noun} {_called(self)} raised "
                    f"{type(error).__name__}: {error}"
                ) from error
        subject = f"the config that the configured {self.noun} {_called(self)} gives to {_called(inner)}"
        return inner.apply_config(checked(inner.schema_type, written, subject) if inner.has_config else written)

    def configured(
        self: D,
        config_or_config_fn: Any,
        name: str | None = None,
        config_schema: Any = None,
        description: str | None = None,
    ) -> D:
        """A copy of this definition with its config given.

        Args:
            config_or_config_fn: the config, or a function from a new config to it.
            name: name of the copy; required for solids.
            config_schema: schema of the new config; only with a function.
            description: of the copy.

        Raises:
            DagsterInvalidDefinitionError: a schema without a function, or a name is missing.
            DagsterInvalidConfigError: fixed config does not fit the schema.
        """
        if self.needs_name_when_configured and not name:
            raise DagsterInvalidDefinitionError(
                f"a configured copy of {self.noun} {_called(self)} needs a name of its own; give name=…"
            )
        function = config_or_config_fn if callable(config_or_config_fn) else None
        if function is None and config_schema is not None:
            raise DagsterInvalidDefinitionError(
                "config_schema says what a config function takes; with fixed config leave it out"
            )
        made = copy.copy(self)
        made._mapping = (self, function, None if function else config_or_config_fn)
        if name:
            made.name = name
        if description:
            made.description = description  # type: ignore[attr-defined]
        if function is None:
            if self.has_config:
                checked(
                    self.schema_type,
                    config_or_config_fn,
                    f"the config given to the configured {self.noun} {_called(self)}",
                )
            made.config_field = Field(config_type({}), is_required=False)
        else:
            made.config_field = None if config_schema is None else as_field(config_schema)
        return made


def _called(definition: ConfigurableDefinition) -> str:
    return repr(getattr(definition, "name", None) or "without name")


def configured(
    configurable: D, config_schema: Any = None, name: str | None = None, **kwargs: Any
) -> Callable[[Any], D]:
    """Decorator: a function from a new config to the config of ``configurable`` becomes a configured copy of it.

    Args:
        configurable: a solid, composite, resource, logger, executor or IO manager.
        config_schema: schema of the function's argument.
        name: name of the copy; the function's name when left out.
    """

    def decorate(config_fn: Any) -> D:
        called = name
        if called is None and configurable.needs_name_when_configured:
            called = getattr(config_fn, "__name__", None)
        return configurable.configured(config_fn, name=called, config_schema=config_schema, **kwargs)

    return decorate
