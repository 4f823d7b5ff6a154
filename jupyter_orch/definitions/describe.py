"""The only way out: definitions → snapshots, which is all that the server may know of user code."""

from __future__ import annotations

from typing import Any

from jupyter_orch.definitions.asset_sensor import AssetSensorDefinition
from jupyter_orch.definitions.composition import Invocation
from jupyter_orch.definitions.dependency import (
    Dependency,
    DynamicCollectDependencyDefinition,
    MultiDependencyDefinition,
    feeders,
)
from jupyter_orch.definitions.graph import GraphDefinition
from jupyter_orch.definitions.inout import InputDefinition, OutputDefinition
from jupyter_orch.definitions.metadata import AssetKey
from jupyter_orch.definitions.mode import ModeDefinition
from jupyter_orch.definitions.pipeline import PipelineDefinition
from jupyter_orch.definitions.repository import RepositoryDefinition
from jupyter_orch.definitions.run_status_sensor import RunStatusSensorDefinition
from jupyter_orch.definitions.schedule import ScheduleDefinition
from jupyter_orch.definitions.sensor import SensorDefinition
from jupyter_orch.records.snapshot import (
    InputSnapshot,
    JsonSchema,
    MappingSnapshot,
    ModeSnapshot,
    OutputRef,
    OutputSnapshot,
    PartitionSetSnapshot,
    PipelineSnapshot,
    PresetSnapshot,
    RepositorySnapshot,
    ResourceSnapshot,
    ScheduleSnapshot,
    SensorSnapshot,
    SolidSnapshot,
)


def describe_repository(repository: RepositoryDefinition) -> RepositorySnapshot:
    """Everything a repository holds."""
    return RepositorySnapshot(
        name=repository.name,
        description=repository.description or "",
        pipelines=tuple(describe_pipeline(item) for item in repository.pipelines.values()),
        schedules=tuple(_schedule(item) for item in repository.schedules.values()),
        sensors=tuple(_sensor(item) for item in repository.sensors.values()),
        partition_sets=tuple(
            PartitionSetSnapshot(
                name=item.name,
                pipeline=item.pipeline_name,
                mode=item.mode,
                solid_selection=None if item.solid_selection is None else tuple(item.solid_selection),
            )
            for item in repository.partition_sets.values()
        ),
    )


def describe_pipeline(pipeline: PipelineDefinition) -> PipelineSnapshot:
    """A pipeline: its graph, modes and presets."""
    return PipelineSnapshot(
        name=pipeline.name,
        description=pipeline.description or "",
        tags=pipeline.tags,
        solids=_solids(pipeline.graph, _Schemas()),
        modes=tuple(_mode(mode) for mode in pipeline.mode_defs),
        source=pipeline.source,
        presets=tuple(
            PresetSnapshot(
                name=p.name,
                mode=p.mode,
                run_config=p.run_config,
                tags=p.tags,
                solid_selection=None if p.solid_selection is None else tuple(p.solid_selection),
            )
            for p in pipeline.preset_defs
        ),
    )


class _Schemas:
    """Config schemas and outputs, each definition described once however often it is used."""

    def __init__(self) -> None:
        self._schemas: dict[int, JsonSchema | None] = {}
        self._outputs: dict[int, tuple[OutputSnapshot, ...]] = {}

    def schema(self, definition: Any) -> JsonSchema | None:
        """The JSON Schema of a definition's config, or None when it has none."""
        key = id(definition)
        if key not in self._schemas:
            field = definition.config_field
            self._schemas[key] = None if field is None else field.json_schema()
        return self._schemas[key]

    def outputs(self, definition: Any) -> tuple[OutputSnapshot, ...]:
        """The outputs of a definition."""
        key = id(definition)
        if key not in self._outputs:
            self._outputs[key] = tuple(_output(item) for item in definition.output_defs)
        return self._outputs[key]


def _solids(graph: GraphDefinition, schemas: _Schemas) -> tuple[SolidSnapshot, ...]:
    return tuple(_solid(graph.invocations[name], graph.dependencies.get(name, {}), schemas) for name in graph.order)


def _solid(invocation: Invocation, wiring: dict[str, Dependency], schemas: _Schemas) -> SolidSnapshot:
    definition = invocation.definition
    is_graph = isinstance(definition, GraphDefinition)
    return SolidSnapshot(
        name=invocation.name,
        definition=definition.name,
        kind="composite" if is_graph else definition.kind,
        description=definition.description or "",
        inputs=tuple(_input(item, wiring.get(item.name)) for item in definition.input_defs),
        outputs=schemas.outputs(definition),
        tags={**definition.tags, **invocation.tags} if invocation.tags else definition.tags,
        config_schema=schemas.schema(definition),
        required_resource_keys=tuple(sorted(definition.required_resource_keys)),
        source=definition.source,
        notebook_path=None if is_graph else definition.notebook_path,
        solids=_solids(definition, schemas) if is_graph else (),
        input_mappings=tuple(
            MappingSnapshot(outer=m.definition.name, solid=m.solid_name, inner=m.input_name)
            for m in definition.input_mappings
        )
        if is_graph
        else (),
        output_mappings=tuple(
            MappingSnapshot(outer=m.definition.name, solid=m.solid_name, inner=m.output_name)
            for m in definition.output_mappings
        )
        if is_graph
        else (),
    )


def _input(definition: InputDefinition, dependency: Dependency | None) -> InputSnapshot:
    sources = (
        () if dependency is None else tuple(OutputRef(solid=f.solid, output=f.output) for f in feeders(dependency))
    )
    collects = isinstance(dependency, DynamicCollectDependencyDefinition) or (
        isinstance(dependency, MultiDependencyDefinition)
        and any(isinstance(d, DynamicCollectDependencyDefinition) for d in dependency.dependencies)
    )
    return InputSnapshot(
        name=definition.name,
        type=definition.dagster_type.display_name,
        description=definition.description or "",
        sources=sources,
        collects=collects,
        has_default=definition.has_default_value,
        asset_key=_asset_key(definition),
    )


def _output(definition: OutputDefinition) -> OutputSnapshot:
    return OutputSnapshot(
        name=definition.name,
        type=definition.dagster_type.display_name,
        description=definition.description or "",
        is_required=definition.is_required,
        is_dynamic=definition.is_dynamic,
        asset_key=_asset_key(definition),
    )


def _asset_key(definition: InputDefinition | OutputDefinition) -> tuple[str, ...] | None:
    """The asset that stands in the definition; one that a function of the run gives is only known from runs."""
    key = definition.asset_key
    return None if key is None or callable(key) else AssetKey.of(key).parts


def _mode(mode: ModeDefinition) -> ModeSnapshot:
    return ModeSnapshot(
        name=mode.name,
        description=mode.description or "",
        executors=tuple(item.name for item in mode.executor_defs),
        resources=tuple(_resource(key, item) for key, item in mode.resource_defs.items()),
        loggers=tuple(_resource(key, item) for key, item in mode.logger_defs.items()),
    )


def _resource(key: str, definition: Any) -> ResourceSnapshot:
    field = definition.config_field
    return ResourceSnapshot(
        key=key, description=definition.description or "", config_schema=None if field is None else field.json_schema()
    )


def _schedule(schedule: ScheduleDefinition) -> ScheduleSnapshot:
    return ScheduleSnapshot(
        name=schedule.name,
        pipeline=schedule.pipeline_name,
        cron=schedule.cron_schedule,
        timezone=schedule.execution_timezone,
        mode=schedule.mode,
        description=schedule.description or "",
        default_running=schedule.default_status.value == "RUNNING",
        tags=schedule.tags,
        solid_selection=None if schedule.solid_selection is None else tuple(schedule.solid_selection),
        partition_set=None if schedule.partition_set is None else schedule.partition_set.name,
    )


def _sensor(sensor: SensorDefinition) -> SensorSnapshot:
    status = sensor if isinstance(sensor, RunStatusSensorDefinition) else None
    return SensorSnapshot(
        name=sensor.name,
        pipelines=tuple(sensor.pipeline_names),
        mode=sensor.mode,
        minimum_interval_seconds=sensor.minimum_interval_seconds,
        evaluation_timeout_seconds=sensor.evaluation_timeout_seconds,
        description=sensor.description or "",
        default_running=sensor.default_status.value == "RUNNING",
        kind=sensor.kind,
        asset_key=sensor.asset_key.parts if isinstance(sensor, AssetSensorDefinition) else None,
        run_status=status.run_status.value if status else None,
        watched=tuple(status.pipeline_selection) if status and status.pipeline_selection is not None else None,
        solid_selection=None if sensor.solid_selection is None else tuple(sensor.solid_selection),
    )
