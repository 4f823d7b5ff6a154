"""The authoring API as type checkers see it; never imported when a program runs."""

from __future__ import annotations

from jupyter_orch.definitions.asset import (
    AssetIn as AssetIn,
)
from jupyter_orch.definitions.asset import (
    AssetsDefinition as AssetsDefinition,
)
from jupyter_orch.definitions.asset import (
    SourceAsset as SourceAsset,
)
from jupyter_orch.definitions.asset import (
    asset as asset,
)
from jupyter_orch.definitions.config import (
    FIELD_NO_DEFAULT_PROVIDED as FIELD_NO_DEFAULT_PROVIDED,
)
from jupyter_orch.definitions.config import (
    Array as Array,
)
from jupyter_orch.definitions.config import (
    Enum as Enum,
)
from jupyter_orch.definitions.config import (
    EnumValue as EnumValue,
)
from jupyter_orch.definitions.config import (
    Field as Field,
)
from jupyter_orch.definitions.config import (
    Map as Map,
)
from jupyter_orch.definitions.config import (
    Noneable as Noneable,
)
from jupyter_orch.definitions.config import (
    Permissive as Permissive,
)
from jupyter_orch.definitions.config import (
    ScalarUnion as ScalarUnion,
)
from jupyter_orch.definitions.config import (
    Selector as Selector,
)
from jupyter_orch.definitions.config import (
    Shape as Shape,
)
from jupyter_orch.definitions.configurable import (
    configured as configured,
)
from jupyter_orch.definitions.contexts import (
    HookContext as HookContext,
)
from jupyter_orch.definitions.contexts import (
    InitLoggerContext as InitLoggerContext,
)
from jupyter_orch.definitions.contexts import (
    InitResourceContext as InitResourceContext,
)
from jupyter_orch.definitions.contexts import (
    InputContext as InputContext,
)
from jupyter_orch.definitions.contexts import (
    OpExecutionContext as OpExecutionContext,
)
from jupyter_orch.definitions.contexts import (
    OutputContext as OutputContext,
)
from jupyter_orch.definitions.contexts import (
    SolidExecutionContext as SolidExecutionContext,
)
from jupyter_orch.definitions.contexts import (
    TypeCheckContext as TypeCheckContext,
)
from jupyter_orch.definitions.contexts_by_hand import (
    build_hook_context as build_hook_context,
)
from jupyter_orch.definitions.contexts_by_hand import (
    build_init_logger_context as build_init_logger_context,
)
from jupyter_orch.definitions.contexts_by_hand import (
    build_init_resource_context as build_init_resource_context,
)
from jupyter_orch.definitions.contexts_by_hand import (
    build_input_context as build_input_context,
)
from jupyter_orch.definitions.contexts_by_hand import (
    build_op_context as build_op_context,
)
from jupyter_orch.definitions.contexts_by_hand import (
    build_output_context as build_output_context,
)
from jupyter_orch.definitions.contexts_by_hand import (
    build_solid_context as build_solid_context,
)
from jupyter_orch.definitions.dependency import (
    DependencyDefinition as DependencyDefinition,
)
from jupyter_orch.definitions.dependency import (
    DynamicCollectDependencyDefinition as DynamicCollectDependencyDefinition,
)
from jupyter_orch.definitions.dependency import (
    MultiDependencyDefinition as MultiDependencyDefinition,
)
from jupyter_orch.definitions.dependency import (
    SolidInvocation as SolidInvocation,
)
from jupyter_orch.definitions.errors import (
    DagsterConfigMappingFunctionError as DagsterConfigMappingFunctionError,
)
from jupyter_orch.definitions.errors import (
    DagsterError as DagsterError,
)
from jupyter_orch.definitions.errors import (
    DagsterExecutionHandleOutputError as DagsterExecutionHandleOutputError,
)
from jupyter_orch.definitions.errors import (
    DagsterExecutionInterruptedError as DagsterExecutionInterruptedError,
)
from jupyter_orch.definitions.errors import (
    DagsterExecutionLoadInputError as DagsterExecutionLoadInputError,
)
from jupyter_orch.definitions.errors import (
    DagsterExecutionStepExecutionError as DagsterExecutionStepExecutionError,
)
from jupyter_orch.definitions.errors import (
    DagsterExecutionStepNotFoundError as DagsterExecutionStepNotFoundError,
)
from jupyter_orch.definitions.errors import (
    DagsterInvalidConfigDefinitionError as DagsterInvalidConfigDefinitionError,
)
from jupyter_orch.definitions.errors import (
    DagsterInvalidConfigError as DagsterInvalidConfigError,
)
from jupyter_orch.definitions.errors import (
    DagsterInvalidDefinitionError as DagsterInvalidDefinitionError,
)
from jupyter_orch.definitions.errors import (
    DagsterInvalidInvocationError as DagsterInvalidInvocationError,
)
from jupyter_orch.definitions.errors import (
    DagsterInvalidSubsetError as DagsterInvalidSubsetError,
)
from jupyter_orch.definitions.errors import (
    DagsterInvariantViolationError as DagsterInvariantViolationError,
)
from jupyter_orch.definitions.errors import (
    DagsterResourceFunctionError as DagsterResourceFunctionError,
)
from jupyter_orch.definitions.errors import (
    DagsterRunNotFoundError as DagsterRunNotFoundError,
)
from jupyter_orch.definitions.errors import (
    DagsterStepOutputNotFoundError as DagsterStepOutputNotFoundError,
)
from jupyter_orch.definitions.errors import (
    DagsterSubprocessError as DagsterSubprocessError,
)
from jupyter_orch.definitions.errors import (
    DagsterTypeCheckDidNotPass as DagsterTypeCheckDidNotPass,
)
from jupyter_orch.definitions.errors import (
    DagsterTypeCheckError as DagsterTypeCheckError,
)
from jupyter_orch.definitions.errors import (
    DagsterTypeLoadingError as DagsterTypeLoadingError,
)
from jupyter_orch.definitions.errors import (
    DagsterTypeMaterializationError as DagsterTypeMaterializationError,
)
from jupyter_orch.definitions.errors import (
    DagsterUndefinedDataVersionError as DagsterUndefinedDataVersionError,
)
from jupyter_orch.definitions.errors import (
    DagsterUnknownPartitionError as DagsterUnknownPartitionError,
)
from jupyter_orch.definitions.errors import (
    DagsterUnknownResourceError as DagsterUnknownResourceError,
)
from jupyter_orch.definitions.errors import (
    DagsterUnmetExecutorRequirementsError as DagsterUnmetExecutorRequirementsError,
)
from jupyter_orch.definitions.errors import (
    DagsterUserCodeExecutionError as DagsterUserCodeExecutionError,
)
from jupyter_orch.definitions.errors import (
    HookExecutionError as HookExecutionError,
)
from jupyter_orch.definitions.errors import (
    PartitionExecutionError as PartitionExecutionError,
)
from jupyter_orch.definitions.errors import (
    ScheduleExecutionError as ScheduleExecutionError,
)
from jupyter_orch.definitions.errors import (
    SensorExecutionError as SensorExecutionError,
)
from jupyter_orch.definitions.executor import (
    Executor as Executor,
)
from jupyter_orch.definitions.executor import (
    ExecutorDefinition as ExecutorDefinition,
)
from jupyter_orch.definitions.executor import (
    InitExecutorContext as InitExecutorContext,
)
from jupyter_orch.definitions.executor import (
    default_executors as default_executors,
)
from jupyter_orch.definitions.executor import (
    executor as executor,
)
from jupyter_orch.definitions.executor import (
    in_process_executor as in_process_executor,
)
from jupyter_orch.definitions.executor import (
    multiprocess_executor as multiprocess_executor,
)
from jupyter_orch.definitions.graph import (
    CompositeSolidDefinition as CompositeSolidDefinition,
)
from jupyter_orch.definitions.graph import (
    ConfigMapping as ConfigMapping,
)
from jupyter_orch.definitions.graph import (
    GraphDefinition as GraphDefinition,
)
from jupyter_orch.definitions.graph import (
    composite_solid as composite_solid,
)
from jupyter_orch.definitions.hook import (
    HookDefinition as HookDefinition,
)
from jupyter_orch.definitions.hook import (
    HookExecutionResult as HookExecutionResult,
)
from jupyter_orch.definitions.hook import (
    event_list_hook as event_list_hook,
)
from jupyter_orch.definitions.hook import (
    failure_hook as failure_hook,
)
from jupyter_orch.definitions.hook import (
    success_hook as success_hook,
)
from jupyter_orch.definitions.inout import (
    DynamicOutputDefinition as DynamicOutputDefinition,
)
from jupyter_orch.definitions.inout import (
    InputDefinition as InputDefinition,
)
from jupyter_orch.definitions.inout import (
    InputMapping as InputMapping,
)
from jupyter_orch.definitions.inout import (
    OutputDefinition as OutputDefinition,
)
from jupyter_orch.definitions.inout import (
    OutputMapping as OutputMapping,
)
from jupyter_orch.definitions.io_manager import (
    InputManager as InputManager,
)
from jupyter_orch.definitions.io_manager import (
    IOManager as IOManager,
)
from jupyter_orch.definitions.io_manager import (
    IOManagerDefinition as IOManagerDefinition,
)
from jupyter_orch.definitions.io_manager import (
    OutputManager as OutputManager,
)
from jupyter_orch.definitions.io_manager import (
    RootInputManagerDefinition as RootInputManagerDefinition,
)
from jupyter_orch.definitions.io_manager import (
    custom_path_fs_io_manager as custom_path_fs_io_manager,
)
from jupyter_orch.definitions.io_manager import (
    fs_io_manager as fs_io_manager,
)
from jupyter_orch.definitions.io_manager import (
    io_manager as io_manager,
)
from jupyter_orch.definitions.io_manager import (
    mem_io_manager as mem_io_manager,
)
from jupyter_orch.definitions.io_manager import (
    root_input_manager as root_input_manager,
)
from jupyter_orch.definitions.io_manager import (
    versioned_filesystem_io_manager as versioned_filesystem_io_manager,
)
from jupyter_orch.definitions.logger import (
    DagsterLogManager as DagsterLogManager,
)
from jupyter_orch.definitions.logger import (
    LoggerDefinition as LoggerDefinition,
)
from jupyter_orch.definitions.logger import (
    colored_console_logger as colored_console_logger,
)
from jupyter_orch.definitions.logger import (
    default_loggers as default_loggers,
)
from jupyter_orch.definitions.logger import (
    logger as logger,
)
from jupyter_orch.definitions.metadata import (
    AssetKey as AssetKey,
)
from jupyter_orch.definitions.metadata import (
    EventMetadata as EventMetadata,
)
from jupyter_orch.definitions.metadata import (
    EventMetadataEntry as EventMetadataEntry,
)
from jupyter_orch.definitions.mode import (
    ModeDefinition as ModeDefinition,
)
from jupyter_orch.definitions.mode import (
    PresetDefinition as PresetDefinition,
)
from jupyter_orch.definitions.notebook import (
    define_dagstermill_op as define_dagstermill_op,
)
from jupyter_orch.definitions.notebook import (
    define_dagstermill_solid as define_dagstermill_solid,
)
from jupyter_orch.definitions.notebook import (
    file_relative_path as file_relative_path,
)
from jupyter_orch.definitions.notebook import (
    notebook_solid as notebook_solid,
)
from jupyter_orch.definitions.output import (
    AssetMaterialization as AssetMaterialization,
)
from jupyter_orch.definitions.output import (
    AssetObservation as AssetObservation,
)
from jupyter_orch.definitions.output import (
    DynamicOutput as DynamicOutput,
)
from jupyter_orch.definitions.output import (
    ExpectationResult as ExpectationResult,
)
from jupyter_orch.definitions.output import (
    Failure as Failure,
)
from jupyter_orch.definitions.output import (
    Materialization as Materialization,
)
from jupyter_orch.definitions.output import (
    Output as Output,
)
from jupyter_orch.definitions.output import (
    RetryRequested as RetryRequested,
)
from jupyter_orch.definitions.output import (
    TypeCheck as TypeCheck,
)
from jupyter_orch.definitions.partition import (
    DailyPartitionsDefinition as DailyPartitionsDefinition,
)
from jupyter_orch.definitions.partition import (
    DynamicPartitionsDefinition as DynamicPartitionsDefinition,
)
from jupyter_orch.definitions.partition import (
    HourlyPartitionsDefinition as HourlyPartitionsDefinition,
)
from jupyter_orch.definitions.partition import (
    MonthlyPartitionsDefinition as MonthlyPartitionsDefinition,
)
from jupyter_orch.definitions.partition import (
    Partition as Partition,
)
from jupyter_orch.definitions.partition import (
    PartitionsDefinition as PartitionsDefinition,
)
from jupyter_orch.definitions.partition import (
    ScheduleType as ScheduleType,
)
from jupyter_orch.definitions.partition import (
    StaticPartitionsDefinition as StaticPartitionsDefinition,
)
from jupyter_orch.definitions.partition import (
    TimeWindow as TimeWindow,
)
from jupyter_orch.definitions.partition import (
    TimeWindowPartitionsDefinition as TimeWindowPartitionsDefinition,
)
from jupyter_orch.definitions.partition import (
    WeeklyPartitionsDefinition as WeeklyPartitionsDefinition,
)
from jupyter_orch.definitions.partition import (
    date_partition_range as date_partition_range,
)
from jupyter_orch.definitions.partition_schedule import (
    build_schedule_from_partitioned_job as build_schedule_from_partitioned_job,
)
from jupyter_orch.definitions.partition_schedule import (
    daily_partitioned_config as daily_partitioned_config,
)
from jupyter_orch.definitions.partition_schedule import (
    daily_schedule as daily_schedule,
)
from jupyter_orch.definitions.partition_schedule import (
    hourly_partitioned_config as hourly_partitioned_config,
)
from jupyter_orch.definitions.partition_schedule import (
    hourly_schedule as hourly_schedule,
)
from jupyter_orch.definitions.partition_schedule import (
    monthly_partitioned_config as monthly_partitioned_config,
)
from jupyter_orch.definitions.partition_schedule import (
    monthly_schedule as monthly_schedule,
)
from jupyter_orch.definitions.partition_schedule import (
    schedule_from_partitions as schedule_from_partitions,
)
from jupyter_orch.definitions.partition_schedule import (
    weekly_partitioned_config as weekly_partitioned_config,
)
from jupyter_orch.definitions.partition_schedule import (
    weekly_schedule as weekly_schedule,
)
from jupyter_orch.definitions.partition_set import (
    PartitionedConfig as PartitionedConfig,
)
from jupyter_orch.definitions.partition_set import (
    PartitionSetDefinition as PartitionSetDefinition,
)
from jupyter_orch.definitions.partition_set import (
    create_offset_partition_selector as create_offset_partition_selector,
)
from jupyter_orch.definitions.partition_set import (
    dynamic_partitioned_config as dynamic_partitioned_config,
)
from jupyter_orch.definitions.partition_set import (
    identity_partition_selector as identity_partition_selector,
)
from jupyter_orch.definitions.partition_set import (
    static_partitioned_config as static_partitioned_config,
)
from jupyter_orch.definitions.pipeline import (
    PipelineDefinition as PipelineDefinition,
)
from jupyter_orch.definitions.pipeline import (
    pipeline as pipeline,
)
from jupyter_orch.definitions.reconstruct import (
    reconstructable as reconstructable,
)
from jupyter_orch.definitions.repository import (
    RepositoryData as RepositoryData,
)
from jupyter_orch.definitions.repository import (
    RepositoryDefinition as RepositoryDefinition,
)
from jupyter_orch.definitions.repository import (
    repository as repository,
)
from jupyter_orch.definitions.resource import (
    ResourceDefinition as ResourceDefinition,
)
from jupyter_orch.definitions.resource import (
    make_values_resource as make_values_resource,
)
from jupyter_orch.definitions.resource import (
    resource as resource,
)
from jupyter_orch.definitions.retry import (
    Backoff as Backoff,
)
from jupyter_orch.definitions.retry import (
    Jitter as Jitter,
)
from jupyter_orch.definitions.retry import (
    RetryPolicy as RetryPolicy,
)
from jupyter_orch.definitions.run import (
    DagsterRun as DagsterRun,
)
from jupyter_orch.definitions.run import (
    PipelineRun as PipelineRun,
)
from jupyter_orch.definitions.run import (
    PipelineRunStatus as PipelineRunStatus,
)
from jupyter_orch.definitions.run_request import (
    DefaultScheduleStatus as DefaultScheduleStatus,
)
from jupyter_orch.definitions.run_request import (
    DefaultSensorStatus as DefaultSensorStatus,
)
from jupyter_orch.definitions.run_request import (
    RunRequest as RunRequest,
)
from jupyter_orch.definitions.run_request import (
    SkipReason as SkipReason,
)
from jupyter_orch.definitions.schedule import (
    ScheduleDefinition as ScheduleDefinition,
)
from jupyter_orch.definitions.schedule import (
    ScheduleEvaluationContext as ScheduleEvaluationContext,
)
from jupyter_orch.definitions.schedule import (
    ScheduleExecutionContext as ScheduleExecutionContext,
)
from jupyter_orch.definitions.schedule import (
    build_schedule_context as build_schedule_context,
)
from jupyter_orch.definitions.schedule import (
    schedule as schedule,
)
from jupyter_orch.definitions.sensor import (
    AssetSensorDefinition as AssetSensorDefinition,
)
from jupyter_orch.definitions.sensor import (
    PipelineFailureSensorContext as PipelineFailureSensorContext,
)
from jupyter_orch.definitions.sensor import (
    RunFailureSensorContext as RunFailureSensorContext,
)
from jupyter_orch.definitions.sensor import (
    RunStatusSensorContext as RunStatusSensorContext,
)
from jupyter_orch.definitions.sensor import (
    RunStatusSensorDefinition as RunStatusSensorDefinition,
)
from jupyter_orch.definitions.sensor import (
    SensorDefinition as SensorDefinition,
)
from jupyter_orch.definitions.sensor import (
    SensorEvaluationContext as SensorEvaluationContext,
)
from jupyter_orch.definitions.sensor import (
    SensorExecutionContext as SensorExecutionContext,
)
from jupyter_orch.definitions.sensor import (
    asset_sensor as asset_sensor,
)
from jupyter_orch.definitions.sensor import (
    build_run_status_sensor_context as build_run_status_sensor_context,
)
from jupyter_orch.definitions.sensor import (
    build_sensor_context as build_sensor_context,
)
from jupyter_orch.definitions.sensor import (
    pipeline_failure_sensor as pipeline_failure_sensor,
)
from jupyter_orch.definitions.sensor import (
    run_failure_sensor as run_failure_sensor,
)
from jupyter_orch.definitions.sensor import (
    run_status_sensor as run_status_sensor,
)
from jupyter_orch.definitions.sensor import (
    sensor as sensor,
)
from jupyter_orch.definitions.solid import (
    SolidDefinition as SolidDefinition,
)
from jupyter_orch.definitions.solid import (
    lambda_solid as lambda_solid,
)
from jupyter_orch.definitions.solid import (
    solid as solid,
)
from jupyter_orch.definitions.sources import (
    BoolSource as BoolSource,
)
from jupyter_orch.definitions.sources import (
    IntSource as IntSource,
)
from jupyter_orch.definitions.sources import (
    StringSource as StringSource,
)
from jupyter_orch.definitions.type_loader import (
    DagsterTypeLoader as DagsterTypeLoader,
)
from jupyter_orch.definitions.type_loader import (
    DagsterTypeMaterializer as DagsterTypeMaterializer,
)
from jupyter_orch.definitions.type_loader import (
    dagster_type_loader as dagster_type_loader,
)
from jupyter_orch.definitions.type_loader import (
    dagster_type_materializer as dagster_type_materializer,
)
from jupyter_orch.definitions.types import (
    Any as Any,
)
from jupyter_orch.definitions.types import (
    Bool as Bool,
)
from jupyter_orch.definitions.types import (
    DagsterType as DagsterType,
)
from jupyter_orch.definitions.types import (
    Dict as Dict,
)
from jupyter_orch.definitions.types import (
    Float as Float,
)
from jupyter_orch.definitions.types import (
    Int as Int,
)
from jupyter_orch.definitions.types import (
    List as List,
)
from jupyter_orch.definitions.types import (
    Nothing as Nothing,
)
from jupyter_orch.definitions.types import (
    Optional as Optional,
)
from jupyter_orch.definitions.types import (
    PythonObjectDagsterType as PythonObjectDagsterType,
)
from jupyter_orch.definitions.types import (
    Set as Set,
)
from jupyter_orch.definitions.types import (
    String as String,
)
from jupyter_orch.definitions.types import (
    Tuple as Tuple,
)
from jupyter_orch.definitions.types import (
    check_dagster_type as check_dagster_type,
)
from jupyter_orch.definitions.types import (
    make_python_type_usable_as_dagster_type as make_python_type_usable_as_dagster_type,
)
from jupyter_orch.definitions.types import (
    usable_as_dagster_type as usable_as_dagster_type,
)
from jupyter_orch.definitions.version_strategy import (
    SourceHashVersionStrategy as SourceHashVersionStrategy,
)
from jupyter_orch.definitions.version_strategy import (
    VersionStrategy as VersionStrategy,
)
from jupyter_orch.execution.api import (
    execute_pipeline as execute_pipeline,
)
from jupyter_orch.execution.api import (
    execute_pipeline_iterator as execute_pipeline_iterator,
)
from jupyter_orch.execution.api import (
    reexecute_pipeline as reexecute_pipeline,
)
from jupyter_orch.execution.api import (
    reexecute_pipeline_iterator as reexecute_pipeline_iterator,
)
from jupyter_orch.execution.api import (
    validate_run_config as validate_run_config,
)
from jupyter_orch.execution.instance import (
    DagsterInstance as DagsterInstance,
)
from jupyter_orch.execution.instance import (
    EventLogEntry as EventLogEntry,
)
from jupyter_orch.execution.instance import (
    PipelineRunsFilter as PipelineRunsFilter,
)
from jupyter_orch.execution.instance import (
    RunsFilter as RunsFilter,
)
from jupyter_orch.execution.jobs import (
    DynamicOut as DynamicOut,
)
from jupyter_orch.execution.jobs import (
    GraphIn as GraphIn,
)
from jupyter_orch.execution.jobs import (
    GraphOut as GraphOut,
)
from jupyter_orch.execution.jobs import (
    In as In,
)
from jupyter_orch.execution.jobs import (
    JobDefinition as JobDefinition,
)
from jupyter_orch.execution.jobs import (
    OpDefinition as OpDefinition,
)
from jupyter_orch.execution.jobs import (
    Out as Out,
)
from jupyter_orch.execution.jobs import (
    build_assets_job as build_assets_job,
)
from jupyter_orch.execution.jobs import (
    config_mapping as config_mapping,
)
from jupyter_orch.execution.jobs import (
    graph as graph,
)
from jupyter_orch.execution.jobs import (
    job as job,
)
from jupyter_orch.execution.jobs import (
    op as op,
)
from jupyter_orch.execution.result import (
    DagsterEvent as DagsterEvent,
)
from jupyter_orch.execution.result import (
    DagsterEventType as DagsterEventType,
)
from jupyter_orch.execution.result import (
    ExecuteInProcessResult as ExecuteInProcessResult,
)
from jupyter_orch.execution.result import (
    PipelineExecutionResult as PipelineExecutionResult,
)
from jupyter_orch.execution.result import (
    SolidExecutionResult as SolidExecutionResult,
)
from jupyter_orch.execution.solids import (
    execute_solid as execute_solid,
)
from jupyter_orch.execution.solids import (
    execute_solid_within_pipeline as execute_solid_within_pipeline,
)
from jupyter_orch.execution.solids import (
    execute_solids_within_pipeline as execute_solids_within_pipeline,
)
