"""What solids, type checks and hooks are given to see while a run goes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from jupyter_orch.definitions.errors import DagsterInvalidInvocationError, DagsterInvariantViolationError
from jupyter_orch.definitions.logger import DagsterLogManager, python_log
from jupyter_orch.definitions.metadata import EventMetadataEntry, entries_of
from jupyter_orch.definitions.resource_scope import NO_RESOURCES, ScopedResources
from jupyter_orch.definitions.run import PipelineRun


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
        resources: ScopedResources = NO_RESOURCES,
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
    def required_resource_keys(self) -> frozenset[str]:
        """What the hook declared to use; nothing in a context made by hand."""
        keys: frozenset[str] = getattr(self.hook_def, "required_resource_keys", frozenset())
        return keys

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
