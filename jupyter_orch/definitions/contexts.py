"""What user functions are given to see: one small object per kind of function, and builders for tests by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from jupyter_orch.definitions.config import checked
from jupyter_orch.definitions.errors import DagsterInvalidInvocationError, DagsterInvariantViolationError
from jupyter_orch.definitions.logger import DagsterLogManager, python_log
from jupyter_orch.definitions.metadata import AssetKey, EventMetadataEntry, entries_of
from jupyter_orch.definitions.resource import ResourceDefinition
from jupyter_orch.definitions.resource_scope import ScopedResources
from jupyter_orch.definitions.run import PipelineRun

_NO_RESOURCES = ScopedResources({})


class InitResourceContext:
    """What a resource's function sees.

    Attributes:
        resource_config: its config.
        resources: the resources that it declared.
        resource_def: its definition.
        instance: the instance, or None.
        pipeline_run: the run, or None outside of one.
        log: writes to the run's log.
    """

    def __init__(
        self,
        resource_config: Any = None,
        resources: ScopedResources = _NO_RESOURCES,
        resource_def: Any = None,
        instance: Any = None,
        pipeline_run: PipelineRun | None = None,
        log: DagsterLogManager | None = None,
        storage_directory: str | None = None,
    ) -> None:
        self.resource_config = resource_config
        self.resources = resources
        self.resource_def = resource_def
        self.instance = instance
        self.pipeline_run = pipeline_run
        self.log = log or python_log()
        self._storage_directory = storage_directory

    @property
    def run_id(self) -> str | None:
        """The run's id, or None outside of one."""
        return self.pipeline_run.run_id if self.pipeline_run else None

    @property
    def dagster_run(self) -> PipelineRun | None:
        """The run under its later word."""
        return self.pipeline_run

    @property
    def storage_directory(self) -> str:
        """The folder in which the instance keeps values.

        Raises:
            DagsterInvariantViolationError: there is no instance with a folder.
        """
        if self._storage_directory:
            return self._storage_directory
        if self.instance is not None:
            return str(self.instance.storage_directory())
        raise DagsterInvariantViolationError(
            "there is no instance here, so no folder for values; give base_dir in the config"
        )

    def for_definition(self, definition: ResourceDefinition) -> InitResourceContext:
        """This context with the config checked against a definition."""
        config = (
            checked(definition.schema_type, self.resource_config, "the config of the resource")
            if definition.has_config
            else self.resource_config
        )
        return InitResourceContext(
            definition.apply_config(config),
            self.resources,
            definition,
            self.instance,
            self.pipeline_run,
            self.log,
            self._storage_directory,
        )


class InitLoggerContext:
    """What a logger's function sees: ``logger_config``, ``run_id``, ``pipeline_def``, ``logger_def``."""

    def __init__(
        self, logger_config: Any = None, pipeline_def: Any = None, logger_def: Any = None, run_id: str | None = None
    ) -> None:
        self.logger_config = logger_config
        self.pipeline_def = pipeline_def
        self.logger_def = logger_def
        self.run_id = run_id


class TypeCheckContext:
    """What a type check function sees: ``log``, ``resources``, ``run_id``, ``dagster_type``."""

    __slots__ = ("dagster_type", "log", "resources", "run_id")

    def __init__(self, log: DagsterLogManager, resources: ScopedResources, run_id: str, dagster_type: Any) -> None:
        self.log = log
        self.resources = resources
        self.run_id = run_id
        self.dagster_type = dagster_type


class SolidExecutionContext:
    """What a solid's function sees.

    Attributes:
        solid_config: the config of this solid.
        resources: the resources that it declared.
        log: writes to the run's log.
        pipeline_run: the run.
        solid_def: the definition; ``solid_name`` is its name in this graph.
        pipeline_def, mode_def: what is being run; None in direct invocation.
        step_key: the step.
        retry_number: 0 on the first attempt.
        instance: the instance, or None.
        mapping_key: of a mapped step, or None.
    """

    __slots__ = (
        "_on_event",
        "_output_metadata",
        "instance",
        "log",
        "mapping_key",
        "mode_def",
        "pipeline_def",
        "pipeline_run",
        "resources",
        "retry_number",
        "solid_config",
        "solid_def",
        "solid_handle",
        "solid_name",
        "step_key",
    )

    def __init__(
        self,
        *,
        solid_config: Any,
        resources: ScopedResources,
        log: DagsterLogManager,
        pipeline_run: PipelineRun,
        solid_def: Any,
        solid_name: str,
        step_key: str,
        solid_handle: tuple[str, ...] = (),
        pipeline_def: Any = None,
        mode_def: Any = None,
        retry_number: int = 0,
        instance: Any = None,
        mapping_key: str | None = None,
        on_event: Callable[[Any], None] | None = None,
    ) -> None:
        self.solid_config = solid_config
        self.resources = resources
        self.log = log
        self.pipeline_run = pipeline_run
        self.solid_def = solid_def
        self.solid_name = solid_name
        self.solid_handle = solid_handle
        self.step_key = step_key
        self.pipeline_def = pipeline_def
        self.mode_def = mode_def
        self.retry_number = retry_number
        self.instance = instance
        self.mapping_key = mapping_key
        self._on_event = on_event
        self._output_metadata: dict[tuple[str, str | None], dict[str, Any]] | None = None

    @property
    def op_config(self) -> Any:
        """The config under its later word."""
        return self.solid_config

    @property
    def op_def(self) -> Any:
        """The definition under its later word."""
        return self.solid_def

    @property
    def run(self) -> PipelineRun:
        """The run under its later word."""
        return self.pipeline_run

    dagster_run = run

    @property
    def run_id(self) -> str:
        """The run's id."""
        return self.pipeline_run.run_id

    @property
    def run_config(self) -> dict[str, Any]:
        """The run config as submitted."""
        return self.pipeline_run.run_config

    @property
    def pipeline_name(self) -> str:
        """The pipeline's name."""
        return self.pipeline_run.pipeline_name

    @property
    def job_name(self) -> str:
        """The pipeline's name under its later word."""
        return self.pipeline_run.pipeline_name

    @property
    def solid(self) -> Any:
        """The solid as it stands in the graph: ``name`` and ``definition``."""
        return SolidInGraph(self.solid_name, self.solid_def)

    @property
    def has_partition_key(self) -> bool:
        """Whether the run is of one partition."""
        return "dagster/partition" in self.pipeline_run.tags

    @property
    def partition_key(self) -> str:
        """The run's partition.

        Raises:
            DagsterInvariantViolationError: the run is of none.
        """
        try:
            return self.pipeline_run.tags["dagster/partition"]
        except KeyError:
            raise DagsterInvariantViolationError("this run is of no partition; ask has_partition_key first") from None

    def has_tag(self, key: str) -> bool:
        """Whether the run has a tag."""
        return key in self.pipeline_run.tags

    def get_tag(self, key: str) -> str | None:
        """A tag of the run, or None."""
        return self.pipeline_run.tags.get(key)

    def get_mapping_key(self) -> str | None:
        """The mapping key of a mapped step, or None."""
        return self.mapping_key

    def log_event(self, event: Any) -> None:
        """Record an AssetMaterialization, AssetObservation or ExpectationResult at once, without yielding it."""
        if self._on_event is None:
            raise DagsterInvalidInvocationError("this context records no events")
        self._on_event(event)

    def add_output_metadata(
        self, metadata: Mapping[str, Any], output_name: str = "result", mapping_key: str | None = None
    ) -> None:
        """Add particulars to an output that the function will return."""
        if self._output_metadata is None:
            self._output_metadata = {}
        self._output_metadata.setdefault((output_name, mapping_key), {}).update(metadata)

    def output_metadata(self, output_name: str, mapping_key: str | None = None) -> tuple[EventMetadataEntry, ...]:
        """What :meth:`add_output_metadata` collected for an output."""
        if self._output_metadata is None:
            return ()
        return entries_of(self._output_metadata.get((output_name, mapping_key)))


OpExecutionContext = SolidExecutionContext
AbstractComputeExecutionContext = SolidExecutionContext
SystemComputeExecutionContext = SolidExecutionContext
DagsterTypeLoaderContext = SolidExecutionContext
DagsterTypeMaterializerContext = SolidExecutionContext


class SolidInGraph:
    """A solid's name in a graph and its definition."""

    __slots__ = ("definition", "name")

    def __init__(self, name: str, definition: Any) -> None:
        self.name = name
        self.definition = definition


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
        resources: ScopedResources = _NO_RESOURCES,
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
        resources: ScopedResources = _NO_RESOURCES,
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


class HookContext:
    """What a hook's function sees.

    Attributes:
        hook_def, solid, step_key, mode_def, run_id, pipeline_name, log, resources, solid_config, instance: as named.
        solid_exception: what made the step fail, or None.
        solid_output_values: output name → value (dynamic: mapping key → value) of the outputs that this process made.
    """

    def __init__(
        self,
        *,
        hook_def: Any = None,
        solid: Any = None,
        step_key: str = "",
        run_id: str = "",
        pipeline_name: str = "",
        mode_def: Any = None,
        resources: ScopedResources = _NO_RESOURCES,
        solid_config: Any = None,
        log: DagsterLogManager | None = None,
        solid_exception: BaseException | None = None,
        solid_output_values: dict[str, Any] | None = None,
        instance: Any = None,
        pipeline_run: PipelineRun | None = None,
    ) -> None:
        self.hook_def = hook_def
        self.solid = solid
        self.step_key = step_key
        self.run_id = run_id
        self.pipeline_name = pipeline_name
        self.mode_def = mode_def
        self.resources = resources
        self.solid_config = solid_config
        self.log = log or python_log()
        self.solid_exception = solid_exception
        self.solid_output_values = solid_output_values or {}
        self.instance = instance
        self.pipeline_run = pipeline_run

    @property
    def op(self) -> Any:
        """The solid under its later word."""
        return self.solid

    @property
    def op_exception(self) -> BaseException | None:
        """The exception under its later word."""
        return self.solid_exception

    @property
    def job_name(self) -> str:
        """The pipeline's name under its later word."""
        return self.pipeline_name
