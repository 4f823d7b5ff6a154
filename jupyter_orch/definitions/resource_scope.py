"""The open resources of a run, a step or a test: opened in order of need, closed in reverse."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from jupyter_orch.definitions.config import checked
from jupyter_orch.definitions.errors import DagsterError, DagsterResourceFunctionError, DagsterUnknownResourceError
from jupyter_orch.definitions.names import unknown
from jupyter_orch.definitions.resource import ResourceDefinition, dependency_order


class ScopedResources:
    """Resources as attributes: ``context.resources.warehouse``.

    Args:
        values: key → resource, those that were declared.
        owner: who asks, for messages.
    """

    __slots__ = ("_keep", "_owner", "_values")

    def __init__(self, values: Mapping[str, Any], owner: str = "this solid", keep: object = None) -> None:
        self._keep = keep  # whoever closes them when nobody uses them any more
        self._values = values
        self._owner = owner

    def __getattr__(self, key: str) -> Any:
        if key.startswith("__"):
            raise AttributeError(key)
        try:
            return self._values[key]
        except KeyError:
            raise DagsterUnknownResourceError(
                f"{unknown('resource', key, self._values, self._owner)}; add it to required_resource_keys of "
                f"{self._owner}"
            ) from None

    def _asdict(self) -> dict[str, Any]:
        """All of them as a dict."""
        return dict(self._values)

    def __contains__(self, key: str) -> bool:
        return key in self._values


NO_RESOURCES = ScopedResources({})


class ResourceScope:
    """Opens resources one by one and remembers how to close them.

    Args:
        definitions: key → definition.
        configs: key → resolved config, as it stands under ``resources.<key>.config``.
        make_context: ``(key, definition, config, resources)`` → what the resource's function sees.
    """

    def __init__(
        self,
        definitions: Mapping[str, ResourceDefinition],
        configs: Mapping[str, Any],
        make_context: Callable[[str, ResourceDefinition, Any, ScopedResources], Any],
    ) -> None:
        self._definitions = dict(definitions)
        self._configs = configs
        self._make_context = make_context
        self._closers: list[tuple[str, Callable[[], None]]] = []
        self.values: dict[str, Any] = {}

    def order(self, wanted: Iterable[str], owner: str) -> list[str]:
        """What must be opened for these, in order; what is open already is left out."""
        return [key for key in dependency_order(self._definitions, set(wanted), owner) if key not in self.values]

    def open(self, key: str) -> Any:
        """Open one; what it needs must be open.

        Raises:
            DagsterResourceFunctionError: its function raised; the original is the cause.
        """
        definition = self._definitions[key]
        needed = ScopedResources(
            {name: self.values[name] for name in definition.required_resource_keys}, f"resource {key!r}"
        )
        try:
            config = definition.apply_config(self._configs.get(key))
            value, close = definition.open(self._make_context(key, definition, config, needed))
        except DagsterError:
            raise
        except Exception as error:
            raise DagsterResourceFunctionError(
                f"resource {key!r} could not be opened: {type(error).__name__}: {error}"
            ) from error
        self.values[key] = value
        if close is not None:
            self._closers.append((key, close))
        return value

    def only(self, keys: Iterable[str], owner: str) -> ScopedResources:
        """Those that an owner declared."""
        return ScopedResources({key: self.values[key] for key in keys if key in self.values}, owner)

    def close_next(self) -> str | None:
        """Close the one that was opened last of those still open; its key, or None when all are closed.
        Errors come through.
        """
        if not self._closers:
            return None
        key, close = self._closers.pop()
        try:
            close()
        except Exception as error:
            raise DagsterResourceFunctionError(
                f"resource {key!r} could not be closed: {type(error).__name__}: {error}"
            ) from error
        return key

    @property
    def needs_closing(self) -> bool:
        """Whether any open resource has something to close."""
        return bool(self._closers)

    def close(self) -> list[BaseException]:
        """Close all in reverse order; one that fails does not keep the others open. Gives the failures."""
        failures: list[BaseException] = []
        while self._closers:
            try:
                self.close_next()
            except Exception as error:
                failures.append(error)
        self.values.clear()
        return failures


def as_definitions(given: Mapping[str, Any] | None) -> dict[str, ResourceDefinition]:
    """Resources by key where a bare value stands for a resource with that value."""
    return {
        key: value if isinstance(value, ResourceDefinition) else ResourceDefinition.hardcoded_resource(value)
        for key, value in (given or {}).items()
    }


def checked_configs(definitions: Mapping[str, ResourceDefinition], written: Mapping[str, Any] | None) -> dict[str, Any]:
    """Each resource's config from ``{key: {"config": …}}``, checked against its schema."""
    configs = {}
    for key, definition in definitions.items():
        own = ((written or {}).get(key) or {}).get("config")
        configs[key] = (
            checked(definition.schema_type, own, f"the config of resource {key!r}") if definition.has_config else own
        )
    return configs
