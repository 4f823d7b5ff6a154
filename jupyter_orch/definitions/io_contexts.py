"""What IO managers are given to see."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jupyter_orch.definitions.logger import DagsterLogManager, python_log
from jupyter_orch.definitions.metadata import AssetKey, EventMetadataEntry, entries_of
from jupyter_orch.definitions.resource_scope import NO_RESOURCES, ScopedResources
from jupyter_orch.definitions.run import PipelineRun


class OutputContext:
    """What ``handle_output`` of an IO manager sees.

    Attributes:
        step_key, name: the step and the output.
        mapping_key: of a dynamic output, or None.
        run_id: the run that the value belongs to.
        pipeline_name, solid_def, dagster_type, metadata, config, log, resources, resource_config, version: as named.
    """

    __slots__ = (
        "_collected",
        "_definition",
        "_storage",
        "config",
        "dagster_type",
        "log",
        "mapping_key",
        "metadata",
        "name",
        "pipeline_name",
        "pipeline_run",
        "resource_config",
        "resources",
        "run_id",
        "solid_def",
        "solid_name",
        "step_key",
        "version",
    )

    def __init__(
        self,
        *,
        step_key: str,
        name: str,
        run_id: str = "",
        pipeline_name: str = "",
        mapping_key: str | None = None,
        solid_def: Any = None,
        solid_name: str = "",
        dagster_type: Any = None,
        metadata: dict[str, Any] | None = None,
        config: Any = None,
        log: DagsterLogManager | None = None,
        resources: ScopedResources = NO_RESOURCES,
        resource_config: Any = None,
        version: str | None = None,
        definition: Any = None,
        pipeline_run: PipelineRun | None = None,
        storage_directory: str = "",
    ) -> None:
        self.step_key = step_key
        self.name = name
        self.run_id = run_id
        self.pipeline_name = pipeline_name
        self.mapping_key = mapping_key
        self.solid_def = solid_def
        self.solid_name = solid_name
        self.dagster_type = dagster_type
        self.metadata = metadata or {}
        self.config = config
        self.log = log or python_log()
        self.resources = resources
        self.resource_config = resource_config
        self.version = version
        self.pipeline_run = pipeline_run
        self._definition = definition
        self._storage = storage_directory
        self._collected: list[EventMetadataEntry] = []

    @property
    def asset_key(self) -> AssetKey | None:
        """The asset that the output is, if it is one."""
        return self._definition.asset_key_for(self) if self._definition is not None else None

    @property
    def partition_key(self) -> str | None:
        """The run's partition, or None."""
        return self.pipeline_run.tags.get("dagster/partition") if self.pipeline_run else None

    @property
    def has_partition_key(self) -> bool:
        """Whether the run is of one partition."""
        return self.partition_key is not None

    def get_run_scoped_output_identifier(self) -> list[str]:
        """Run id, step key, output name, and the mapping key if there is one."""
        parts = [self.run_id, self.step_key, self.name]
        return [*parts, self.mapping_key] if self.mapping_key else parts

    get_output_identifier = get_run_scoped_output_identifier
    get_identifier = get_run_scoped_output_identifier

    def add_output_metadata(self, metadata: Mapping[str, Any]) -> None:
        """Add particulars to the HANDLED_OUTPUT event."""
        self._collected.extend(entries_of(dict(metadata)))

    def collected_metadata(self) -> tuple[EventMetadataEntry, ...]:
        """What :meth:`add_output_metadata` collected."""
        return tuple(self._collected)


class InputContext:
    """What ``load_input`` of an IO manager sees.

    Attributes:
        name: the input.
        upstream_output: the :class:`OutputContext` of the output that feeds it, or None for a root input.
        pipeline_name, step_key, solid_def, dagster_type, metadata, config, log, resources, resource_config: as named.
    """

    __slots__ = (
        "_definition",
        "_storage",
        "config",
        "dagster_type",
        "log",
        "metadata",
        "name",
        "pipeline_name",
        "pipeline_run",
        "resource_config",
        "resources",
        "solid_def",
        "step_key",
        "upstream_output",
    )

    def __init__(
        self,
        *,
        name: str,
        pipeline_name: str = "",
        step_key: str = "",
        solid_def: Any = None,
        upstream_output: OutputContext | None = None,
        dagster_type: Any = None,
        metadata: dict[str, Any] | None = None,
        config: Any = None,
        log: DagsterLogManager | None = None,
        resources: ScopedResources = NO_RESOURCES,
        resource_config: Any = None,
        definition: Any = None,
        pipeline_run: PipelineRun | None = None,
        storage_directory: str = "",
    ) -> None:
        self.name = name
        self.pipeline_name = pipeline_name
        self.step_key = step_key
        self.solid_def = solid_def
        self.upstream_output = upstream_output
        self.dagster_type = dagster_type
        self.metadata = metadata or {}
        self.config = config
        self.log = log or python_log()
        self.resources = resources
        self.resource_config = resource_config
        self.pipeline_run = pipeline_run
        self._definition = definition
        self._storage = storage_directory

    @property
    def asset_key(self) -> AssetKey | None:
        """The asset that the input is, if it is one."""
        if self._definition is not None and self._definition.asset_key is not None:
            return self._definition.asset_key_for(self)  # type: ignore[no-any-return]
        return self.upstream_output.asset_key if self.upstream_output is not None else None
