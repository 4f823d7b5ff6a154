"""The authoring API as type checkers see it; never imported when a program runs.

A plain table, written by docs/mirror.py from authoring.py.
"""

# ruff: noqa: I001
# fmt: off

from __future__ import annotations

from jupyter_orch.definitions.asset import (
    AssetIn as AssetIn,
    AssetsDefinition as AssetsDefinition,
    SourceAsset as SourceAsset,
    asset as asset,
)
from jupyter_orch.definitions.asset_key import (
    AssetKey as AssetKey,
)
from jupyter_orch.definitions.asset_sensor import (
    AssetSensorDefinition as AssetSensorDefinition,
    asset_sensor as asset_sensor,
)
from jupyter_orch.definitions.config import (
    Array as Array,
    Field as Field,
    Map as Map,
    Noneable as Noneable,
    Permissive as Permissive,
    Shape as Shape,
)
from jupyter_orch.definitions.config_choices import (
    ScalarUnion as ScalarUnion,
    Selector as Selector,
)
from jupyter_orch.definitions.config_scalars import (
    Enum as Enum,
    EnumValue as EnumValue,
    FIELD_NO_DEFAULT_PROVIDED as FIELD_NO_DEFAULT_PROVIDED,
)
from jupyter_orch.definitions.configurable import (
    configured as configured,
)
from jupyter_orch.definitions.container_types import (
    Dict as Dict,
    List as List,
    Optional as Optional,
    Set as Set,
    Tuple as Tuple,
    check_dagster_type as check_dagster_type,
    make_python_type_usable_as_dagster_type as make_python_type_usable_as_dagster_type,
    usable_as_dagster_type as usable_as_dagster_type,
)
from jupyter_orch.definitions.contexts import (
    AbstractComputeExecutionContext as AbstractComputeExecutionContext,
    DagsterTypeLoaderContext as DagsterTypeLoaderContext,
    DagsterTypeMaterializerContext as DagsterTypeMaterializerContext,
    HookContext as HookContext,
    OpExecutionContext as OpExecutionContext,
    SolidExecutionContext as SolidExecutionContext,
    SystemComputeExecutionContext as SystemComputeExecutionContext,
    TypeCheckContext as TypeCheckContext,
)
from jupyter_orch.definitions.contexts_by_hand import (
    build_hook_context as build_hook_context,
    build_init_logger_context as build_init_logger_context,
    build_init_resource_context as build_init_resource_context,
    build_input_context as build_input_context,
    build_op_context as build_op_context,
    build_output_context as build_output_context,
    build_resources as build_resources,
    build_solid_context as build_solid_context,
)
from jupyter_orch.definitions.dagster_event import (
    DagsterEvent as DagsterEvent,
    DagsterEventType as DagsterEventType,
)
from jupyter_orch.definitions.dependency import (
    DependencyDefinition as DependencyDefinition,
    DynamicCollectDependencyDefinition as DynamicCollectDependencyDefinition,
    MultiDependencyDefinition as MultiDependencyDefinition,
    NodeInvocation as NodeInvocation,
    SolidInvocation as SolidInvocation,
)
from jupyter_orch.definitions.documents import (
    config_from_files as config_from_files,
    config_from_pkg_resources as config_from_pkg_resources,
    config_from_yaml_strings as config_from_yaml_strings,
)
from jupyter_orch.definitions.errors import (
    DagsterConfigMappingFunctionError as DagsterConfigMappingFunctionError,
    DagsterError as DagsterError,
    DagsterExecutionHandleOutputError as DagsterExecutionHandleOutputError,
    DagsterExecutionInterruptedError as DagsterExecutionInterruptedError,
    DagsterExecutionLoadInputError as DagsterExecutionLoadInputError,
    DagsterExecutionStepExecutionError as DagsterExecutionStepExecutionError,
    DagsterExecutionStepNotFoundError as DagsterExecutionStepNotFoundError,
    DagsterInvalidConfigDefinitionError as DagsterInvalidConfigDefinitionError,
    DagsterInvalidConfigError as DagsterInvalidConfigError,
    DagsterInvalidDefinitionError as DagsterInvalidDefinitionError,
    DagsterInvalidInvocationError as DagsterInvalidInvocationError,
    DagsterInvalidSubsetError as DagsterInvalidSubsetError,
    DagsterInvariantViolationError as DagsterInvariantViolationError,
    DagsterResourceFunctionError as DagsterResourceFunctionError,
    DagsterRunNotFoundError as DagsterRunNotFoundError,
    DagsterRunSetupError as DagsterRunSetupError,
    DagsterStepOutputNotFoundError as DagsterStepOutputNotFoundError,
    DagsterSubprocessError as DagsterSubprocessError,
    DagsterTypeCheckDidNotPass as DagsterTypeCheckDidNotPass,
    DagsterTypeCheckError as DagsterTypeCheckError,
    DagsterTypeLoadingError as DagsterTypeLoadingError,
    DagsterTypeMaterializationError as DagsterTypeMaterializationError,
    DagsterUndefinedDataVersionError as DagsterUndefinedDataVersionError,
    DagsterUnknownPartitionError as DagsterUnknownPartitionError,
    DagsterUnknownResourceError as DagsterUnknownResourceError,
    DagsterUnmetExecutorRequirementsError as DagsterUnmetExecutorRequirementsError,
    DagsterUserCodeExecutionError as DagsterUserCodeExecutionError,
    ExperimentalWarning as ExperimentalWarning,
    HookExecutionError as HookExecutionError,
    PartitionExecutionError as PartitionExecutionError,
    ScheduleExecutionError as ScheduleExecutionError,
    SensorExecutionError as SensorExecutionError,
)
from jupyter_orch.definitions.executor import (
    Executor as Executor,
    ExecutorDefinition as ExecutorDefinition,
    ExecutorRequirement as ExecutorRequirement,
    InitExecutorContext as InitExecutorContext,
    default_executors as default_executors,
    executor as executor,
    in_process_executor as in_process_executor,
    multi_or_in_process_executor as multi_or_in_process_executor,
    multiple_process_executor_requirements as multiple_process_executor_requirements,
    multiprocess_executor as multiprocess_executor,
)
from jupyter_orch.definitions.file_manager import (
    FileHandle as FileHandle,
    LocalFileHandle as LocalFileHandle,
    LocalFileManager as LocalFileManager,
    local_file_manager as local_file_manager,
)
from jupyter_orch.definitions.graph import (
    CompositeSolidDefinition as CompositeSolidDefinition,
    ConfigMapping as ConfigMapping,
    GraphDefinition as GraphDefinition,
    composite_solid as composite_solid,
)
from jupyter_orch.definitions.hook import (
    HookDefinition as HookDefinition,
    HookExecutionResult as HookExecutionResult,
    event_list_hook as event_list_hook,
    failure_hook as failure_hook,
    success_hook as success_hook,
)
from jupyter_orch.definitions.init_contexts import (
    InitLoggerContext as InitLoggerContext,
    InitResourceContext as InitResourceContext,
)
from jupyter_orch.definitions.inout import (
    DynamicOutputDefinition as DynamicOutputDefinition,
    InputDefinition as InputDefinition,
    InputMapping as InputMapping,
    OutputDefinition as OutputDefinition,
    OutputMapping as OutputMapping,
)
from jupyter_orch.definitions.io_contexts import (
    InputContext as InputContext,
    OutputContext as OutputContext,
)
from jupyter_orch.definitions.io_manager import (
    IOManager as IOManager,
    IOManagerDefinition as IOManagerDefinition,
    InputManager as InputManager,
    MemoizableIOManager as MemoizableIOManager,
    OutputManager as OutputManager,
    RootInputManager as RootInputManager,
    RootInputManagerDefinition as RootInputManagerDefinition,
    custom_path_fs_io_manager as custom_path_fs_io_manager,
    fs_io_manager as fs_io_manager,
    io_manager as io_manager,
    mem_io_manager as mem_io_manager,
    root_input_manager as root_input_manager,
    versioned_filesystem_io_manager as versioned_filesystem_io_manager,
)
from jupyter_orch.definitions.logger import (
    DagsterLogManager as DagsterLogManager,
    LoggerDefinition as LoggerDefinition,
    colored_console_logger as colored_console_logger,
    default_loggers as default_loggers,
    get_dagster_logger as get_dagster_logger,
    logger as logger,
)
from jupyter_orch.definitions.mail_sensor import (
    make_email_on_pipeline_failure_sensor as make_email_on_pipeline_failure_sensor,
    make_email_on_run_failure_sensor as make_email_on_run_failure_sensor,
)
from jupyter_orch.definitions.metadata import (
    EventMetadata as EventMetadata,
    EventMetadataEntry as EventMetadataEntry,
)
from jupyter_orch.definitions.metadata_values import (
    DagsterAssetMetadataEntryData as DagsterAssetMetadataEntryData,
    DagsterPipelineRunMetadataEntryData as DagsterPipelineRunMetadataEntryData,
    FloatMetadataEntryData as FloatMetadataEntryData,
    IntMetadataEntryData as IntMetadataEntryData,
    JsonMetadataEntryData as JsonMetadataEntryData,
    MarkdownMetadataEntryData as MarkdownMetadataEntryData,
    MetadataValue as MetadataValue,
    PathMetadataEntryData as PathMetadataEntryData,
    PythonArtifactMetadataEntryData as PythonArtifactMetadataEntryData,
    TableMetadataEntryData as TableMetadataEntryData,
    TextMetadataEntryData as TextMetadataEntryData,
    UrlMetadataEntryData as UrlMetadataEntryData,
)
from jupyter_orch.definitions.mode import (
    ModeDefinition as ModeDefinition,
    PresetDefinition as PresetDefinition,
)
from jupyter_orch.definitions.notebook import (
    define_dagstermill_op as define_dagstermill_op,
    define_dagstermill_solid as define_dagstermill_solid,
    file_relative_path as file_relative_path,
    notebook_solid as notebook_solid,
)
from jupyter_orch.definitions.output import (
    AssetMaterialization as AssetMaterialization,
    AssetObservation as AssetObservation,
    DynamicOutput as DynamicOutput,
    ExpectationResult as ExpectationResult,
    Failure as Failure,
    Materialization as Materialization,
    Output as Output,
    RetryRequested as RetryRequested,
    TypeCheck as TypeCheck,
)
from jupyter_orch.definitions.partition import (
    DailyPartitionsDefinition as DailyPartitionsDefinition,
    DynamicPartitionsDefinition as DynamicPartitionsDefinition,
    HourlyPartitionsDefinition as HourlyPartitionsDefinition,
    MonthlyPartitionsDefinition as MonthlyPartitionsDefinition,
    Partition as Partition,
    PartitionsDefinition as PartitionsDefinition,
    ScheduleType as ScheduleType,
    StaticPartitionsDefinition as StaticPartitionsDefinition,
    TimeWindow as TimeWindow,
    TimeWindowPartitionsDefinition as TimeWindowPartitionsDefinition,
    WeeklyPartitionsDefinition as WeeklyPartitionsDefinition,
    date_partition_range as date_partition_range,
)
from jupyter_orch.definitions.partition_schedule import (
    daily_schedule as daily_schedule,
    hourly_schedule as hourly_schedule,
    monthly_schedule as monthly_schedule,
    weekly_schedule as weekly_schedule,
)
from jupyter_orch.definitions.partition_set import (
    PartitionScheduleDefinition as PartitionScheduleDefinition,
    PartitionSetDefinition as PartitionSetDefinition,
    PartitionedConfig as PartitionedConfig,
    create_offset_partition_selector as create_offset_partition_selector,
    dynamic_partitioned_config as dynamic_partitioned_config,
    identity_partition_selector as identity_partition_selector,
    static_partitioned_config as static_partitioned_config,
)
from jupyter_orch.definitions.partitioned_config import (
    build_schedule_from_partitioned_job as build_schedule_from_partitioned_job,
    daily_partitioned_config as daily_partitioned_config,
    hourly_partitioned_config as hourly_partitioned_config,
    monthly_partitioned_config as monthly_partitioned_config,
    schedule_from_partitions as schedule_from_partitions,
    weekly_partitioned_config as weekly_partitioned_config,
)
from jupyter_orch.definitions.pipeline import (
    PipelineDefinition as PipelineDefinition,
    pipeline as pipeline,
)
from jupyter_orch.definitions.reconstruct import (
    reconstructable as reconstructable,
)
from jupyter_orch.definitions.repository import (
    RepositoryData as RepositoryData,
    RepositoryDefinition as RepositoryDefinition,
    repository as repository,
)
from jupyter_orch.definitions.resource import (
    ResourceDefinition as ResourceDefinition,
    make_values_resource as make_values_resource,
    resource as resource,
)
from jupyter_orch.definitions.retry import (
    Backoff as Backoff,
    Jitter as Jitter,
    RetryPolicy as RetryPolicy,
)
from jupyter_orch.definitions.run import (
    DagsterRun as DagsterRun,
    DagsterRunStatus as DagsterRunStatus,
    MEMOIZED_RUN_TAG as MEMOIZED_RUN_TAG,
    PipelineRun as PipelineRun,
    PipelineRunStatus as PipelineRunStatus,
)
from jupyter_orch.definitions.run_request import (
    DefaultScheduleStatus as DefaultScheduleStatus,
    DefaultSensorStatus as DefaultSensorStatus,
    RunRequest as RunRequest,
    SkipReason as SkipReason,
)
from jupyter_orch.definitions.run_status_sensor import (
    PipelineFailureSensorContext as PipelineFailureSensorContext,
    RunFailureSensorContext as RunFailureSensorContext,
    RunStatusSensorContext as RunStatusSensorContext,
    RunStatusSensorDefinition as RunStatusSensorDefinition,
    build_run_status_sensor_context as build_run_status_sensor_context,
    pipeline_failure_sensor as pipeline_failure_sensor,
    run_failure_sensor as run_failure_sensor,
    run_status_sensor as run_status_sensor,
)
from jupyter_orch.definitions.schedule import (
    ScheduleDefinition as ScheduleDefinition,
    ScheduleEvaluationContext as ScheduleEvaluationContext,
    ScheduleExecutionContext as ScheduleExecutionContext,
    build_schedule_context as build_schedule_context,
    schedule as schedule,
)
from jupyter_orch.definitions.sensor import (
    SensorDefinition as SensorDefinition,
    SensorEvaluationContext as SensorEvaluationContext,
    SensorExecutionContext as SensorExecutionContext,
    build_sensor_context as build_sensor_context,
    sensor as sensor,
)
from jupyter_orch.definitions.solid import (
    SolidDefinition as SolidDefinition,
    lambda_solid as lambda_solid,
    solid as solid,
)
from jupyter_orch.definitions.sources import (
    BoolSource as BoolSource,
    IntSource as IntSource,
    StringSource as StringSource,
)
from jupyter_orch.definitions.type_loader import (
    DagsterTypeLoader as DagsterTypeLoader,
    DagsterTypeMaterializer as DagsterTypeMaterializer,
    dagster_type_loader as dagster_type_loader,
    dagster_type_materializer as dagster_type_materializer,
)
from jupyter_orch.definitions.types import (
    Any as Any,
    Bool as Bool,
    DagsterType as DagsterType,
    Float as Float,
    Int as Int,
    Nothing as Nothing,
    PythonObjectDagsterType as PythonObjectDagsterType,
    String as String,
)
from jupyter_orch.definitions.version_strategy import (
    SourceHashVersionStrategy as SourceHashVersionStrategy,
    VersionStrategy as VersionStrategy,
)
from jupyter_orch.execution.api import (
    execute_pipeline as execute_pipeline,
    execute_pipeline_iterator as execute_pipeline_iterator,
    reexecute_pipeline as reexecute_pipeline,
    reexecute_pipeline_iterator as reexecute_pipeline_iterator,
    validate_run_config as validate_run_config,
)
from jupyter_orch.execution.event_log_entry import (
    EventLogEntry as EventLogEntry,
    EventLogRecord as EventLogRecord,
    EventRecordsFilter as EventRecordsFilter,
)
from jupyter_orch.execution.instance import (
    DagsterInstance as DagsterInstance,
    PipelineRunsFilter as PipelineRunsFilter,
    RunsFilter as RunsFilter,
)
from jupyter_orch.execution.jobs import (
    DynamicOut as DynamicOut,
    GraphIn as GraphIn,
    GraphOut as GraphOut,
    In as In,
    JobDefinition as JobDefinition,
    OpDefinition as OpDefinition,
    Out as Out,
    build_assets_job as build_assets_job,
    config_mapping as config_mapping,
    graph as graph,
    job as job,
    op as op,
)
from jupyter_orch.execution.result import (
    CompositeSolidExecutionResult as CompositeSolidExecutionResult,
    ExecuteInProcessResult as ExecuteInProcessResult,
    PipelineExecutionResult as PipelineExecutionResult,
    SolidExecutionResult as SolidExecutionResult,
)
from jupyter_orch.execution.solids import (
    execute_solid as execute_solid,
    execute_solid_within_pipeline as execute_solid_within_pipeline,
    execute_solids_within_pipeline as execute_solids_within_pipeline,
)
