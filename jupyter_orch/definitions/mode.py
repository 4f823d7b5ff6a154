"""Modes: bundles of resources, loggers and executors. Presets: run configs with a name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jupyter_orch.definitions.documents import (
    as_yaml,
    config_from_files,
    config_from_pkg_resources,
    config_from_yaml_strings,
    deep_merged,
)
from jupyter_orch.definitions.errors import DagsterInvalidDefinitionError
from jupyter_orch.definitions.executor import ExecutorDefinition, default_executors
from jupyter_orch.definitions.logger import LoggerDefinition, default_loggers
from jupyter_orch.definitions.names import valid_name, valid_selection, valid_tags
from jupyter_orch.definitions.resource import ResourceDefinition
from jupyter_orch.definitions.resource_scope import as_definitions
from jupyter_orch.definitions.shown import described

DEFAULT_MODE = "default"


class ModeDefinition:
    """A named bundle of what a pipeline runs with.

    Args:
        name: ``"default"`` when left out.
        resource_defs: key → resource; a bare value stands for a resource with that value.
        logger_defs: key → logger.
        executor_defs: those that a run may choose from.
        description: when to use it.
        intermediate_storage_defs: accepted for older programs; IO managers took their place.
    """

    def __init__(
        self,
        name: str | None = None,
        resource_defs: Mapping[str, Any] | None = None,
        logger_defs: Mapping[str, LoggerDefinition] | None = None,
        executor_defs: list[ExecutorDefinition] | None = None,
        description: str | None = None,
        intermediate_storage_defs: Any = None,
        _config_mapping: Any = None,
    ) -> None:
        self.name = valid_name(name or DEFAULT_MODE, "mode", reserved=False)
        self.resource_defs: dict[str, ResourceDefinition] = as_definitions(resource_defs)
        self.logger_defs = dict(logger_defs) if logger_defs is not None else default_loggers()
        self.has_own_loggers = logger_defs is not None
        self.executor_defs = list(executor_defs) if executor_defs is not None else list(default_executors)
        self.description = description
        for key in self.resource_defs:
            valid_name(key, "resource", reserved=False)
        for item in self.executor_defs:
            if not isinstance(item, ExecutorDefinition):
                raise DagsterInvalidDefinitionError(
                    f"the executor_defs of mode {self.name!r} must be executor definitions, not {item!r}"
                )

    def executor_named(self, name: str) -> ExecutorDefinition:
        """The executor of that name; the config check has made sure that there is one."""
        return next(item for item in self.executor_defs if item.name == name)

    @property
    def resource_key_set(self) -> set[str]:
        """The keys of its resources."""
        return set(self.resource_defs)


class PresetDefinition:
    """A run config with a name, ready to be launched.

    Args:
        name: unique in the pipeline.
        run_config: the document.
        solid_selection: run only these.
        mode: the mode to run in.
        tags: of the runs.
    """

    def __init__(
        self,
        name: str,
        run_config: dict[str, Any] | None = None,
        solid_selection: list[str] | None = None,
        mode: str | None = None,
        tags: dict[str, Any] | None = None,
    ) -> None:
        self.name = valid_name(name, "preset", reserved=False)
        if run_config is not None and not isinstance(run_config, Mapping):
            raise DagsterInvalidDefinitionError(
                f"the run_config of preset {name!r} must be a dict, not {described(run_config)}"
                + ("; for YAML text use PresetDefinition.from_yaml_strings" if isinstance(run_config, str) else "")
            )
        self.run_config = dict(run_config or {})
        self.solid_selection = valid_selection(solid_selection, f"preset {name!r}")
        self.mode = mode or DEFAULT_MODE
        self.tags = valid_tags(tags, f"preset {name!r}", system_allowed=False)

    @staticmethod
    def from_files(
        name: str,
        config_files: list[str] | None = None,
        solid_selection: list[str] | None = None,
        mode: str | None = None,
        tags: dict[str, Any] | None = None,
    ) -> PresetDefinition:
        """A preset whose run config stands in files, later ones over earlier ones; ``"*.yaml"`` stands for several."""
        return PresetDefinition(name, config_from_files(config_files or ()), solid_selection, mode, tags)

    @staticmethod
    def from_yaml_strings(
        name: str,
        yaml_strings: list[str] | None = None,
        solid_selection: list[str] | None = None,
        mode: str | None = None,
        tags: dict[str, Any] | None = None,
    ) -> PresetDefinition:
        """A preset whose run config is given as YAML text."""
        run_config = config_from_yaml_strings(yaml_strings or (), f"preset {name!r}")
        return PresetDefinition(name, run_config, solid_selection, mode, tags)

    @staticmethod
    def from_pkg_resources(
        name: str,
        pkg_resource_defs: list[tuple[str, str]] | None = None,
        solid_selection: list[str] | None = None,
        mode: str | None = None,
        tags: dict[str, Any] | None = None,
    ) -> PresetDefinition:
        """A preset whose run config stands in files of packages: ``[("package", "file.yaml")]``."""
        return PresetDefinition(name, config_from_pkg_resources(pkg_resource_defs or ()), solid_selection, mode, tags)

    def get_environment_yaml(self) -> str:
        """The run config as YAML text."""
        return as_yaml(self.run_config)

    def with_additional_config(self, run_config: dict[str, Any] | None) -> PresetDefinition:
        """This preset with more config merged over its own."""
        return PresetDefinition(
            self.name, deep_merged(self.run_config, run_config or {}), self.solid_selection, self.mode, self.tags
        )
