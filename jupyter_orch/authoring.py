"""Name → module: where each name of the authoring API lives. ``authoring_types`` says the same to type checkers."""

from __future__ import annotations

_NAMES: dict[str, str] = {
    "definitions.solid": "solid lambda_solid SolidDefinition",
    "definitions.graph": "composite_solid CompositeSolidDefinition GraphDefinition ConfigMapping",
    "definitions.pipeline": "pipeline PipelineDefinition",
    "execution.jobs": (
        "op graph job In Out DynamicOut GraphIn GraphOut OpDefinition JobDefinition config_mapping build_assets_job"
    ),
    "definitions.asset": "asset AssetIn AssetsDefinition SourceAsset",
    "definitions.inout": "InputDefinition OutputDefinition DynamicOutputDefinition InputMapping OutputMapping",
    "definitions.metadata_values": (
        "MetadataValue TextMetadataEntryData UrlMetadataEntryData PathMetadataEntryData JsonMetadataEntryData "
        "MarkdownMetadataEntryData FloatMetadataEntryData IntMetadataEntryData PythonArtifactMetadataEntryData "
        "DagsterAssetMetadataEntryData DagsterPipelineRunMetadataEntryData TableMetadataEntryData"
    ),
    "definitions.asset_key": "AssetKey",
    "definitions.documents": "config_from_files config_from_pkg_resources config_from_yaml_strings",
    "definitions.file_manager": "FileHandle LocalFileHandle LocalFileManager local_file_manager",
    "definitions.output": (
        "Output DynamicOutput AssetMaterialization AssetObservation ExpectationResult "
        "Materialization TypeCheck Failure RetryRequested"
    ),
    "definitions.types": ("Any Bool Int Float String Nothing DagsterType PythonObjectDagsterType"),
    "definitions.container_types": (
        "List Dict Set Tuple Optional usable_as_dagster_type make_python_type_usable_as_dagster_type check_dagster_type"
    ),
    "definitions.type_loader": (
        "dagster_type_loader dagster_type_materializer DagsterTypeLoader DagsterTypeMaterializer"
    ),
    "definitions.config_scalars": "Enum EnumValue FIELD_NO_DEFAULT_PROVIDED",
    "definitions.config": "Field Array Map Noneable Permissive Shape",
    "definitions.config_choices": "Selector ScalarUnion",
    "definitions.sources": "StringSource IntSource BoolSource",
    "definitions.configurable": "configured",
    "definitions.mode": "ModeDefinition PresetDefinition",
    "definitions.resource": "ResourceDefinition resource make_values_resource",
    "definitions.io_manager": (
        "IOManager MemoizableIOManager InputManager OutputManager IOManagerDefinition io_manager mem_io_manager "
        "fs_io_manager custom_path_fs_io_manager versioned_filesystem_io_manager "
        "root_input_manager RootInputManager RootInputManagerDefinition"
    ),
    "definitions.logger": (
        "logger LoggerDefinition colored_console_logger default_loggers DagsterLogManager get_dagster_logger"
    ),
    "definitions.hook": "success_hook failure_hook event_list_hook HookDefinition HookExecutionResult",
    "definitions.contexts": (
        "SolidExecutionContext OpExecutionContext SystemComputeExecutionContext AbstractComputeExecutionContext "
        "DagsterTypeLoaderContext DagsterTypeMaterializerContext HookContext TypeCheckContext"
    ),
    "definitions.init_contexts": "InitResourceContext InitLoggerContext",
    "definitions.io_contexts": "InputContext OutputContext",
    "definitions.contexts_by_hand": (
        "build_resources build_solid_context build_op_context build_init_resource_context "
        "build_init_logger_context build_input_context build_output_context build_hook_context"
    ),
    "definitions.retry": "RetryPolicy Backoff Jitter",
    "definitions.metadata": "EventMetadata EventMetadataEntry",
    "definitions.dependency": (
        "DependencyDefinition MultiDependencyDefinition DynamicCollectDependencyDefinition SolidInvocation "
        "NodeInvocation"
    ),
    "definitions.schedule": (
        "schedule ScheduleDefinition ScheduleEvaluationContext ScheduleExecutionContext build_schedule_context"
    ),
    "definitions.partition_schedule": "hourly_schedule daily_schedule weekly_schedule monthly_schedule",
    "definitions.partitioned_config": (
        "hourly_partitioned_config daily_partitioned_config weekly_partitioned_config monthly_partitioned_config "
        "build_schedule_from_partitioned_job schedule_from_partitions"
    ),
    "definitions.sensor": (
        "sensor SensorDefinition SensorEvaluationContext SensorExecutionContext build_sensor_context"
    ),
    "definitions.asset_sensor": "asset_sensor AssetSensorDefinition",
    "definitions.run_status_sensor": (
        "run_status_sensor run_failure_sensor pipeline_failure_sensor RunStatusSensorDefinition "
        "RunStatusSensorContext PipelineFailureSensorContext RunFailureSensorContext build_run_status_sensor_context"
    ),
    "definitions.mail_sensor": "make_email_on_run_failure_sensor make_email_on_pipeline_failure_sensor",
    "definitions.run_request": "RunRequest SkipReason DefaultScheduleStatus DefaultSensorStatus",
    "definitions.partition_set": (
        "PartitionSetDefinition PartitionScheduleDefinition PartitionedConfig static_partitioned_config "
        "dynamic_partitioned_config identity_partition_selector "
        "create_offset_partition_selector"
    ),
    "definitions.partition": (
        "Partition PartitionsDefinition StaticPartitionsDefinition DynamicPartitionsDefinition "
        "TimeWindowPartitionsDefinition HourlyPartitionsDefinition DailyPartitionsDefinition "
        "WeeklyPartitionsDefinition MonthlyPartitionsDefinition TimeWindow ScheduleType "
        "date_partition_range"
    ),
    "definitions.repository": "repository RepositoryData RepositoryDefinition",
    "definitions.reconstruct": "reconstructable",
    "definitions.executor": (
        "executor Executor ExecutorDefinition InitExecutorContext in_process_executor "
        "multiprocess_executor multi_or_in_process_executor default_executors "
        "ExecutorRequirement multiple_process_executor_requirements"
    ),
    "definitions.notebook": "notebook_solid define_dagstermill_solid define_dagstermill_op file_relative_path",
    "definitions.run": "PipelineRun DagsterRun PipelineRunStatus DagsterRunStatus MEMOIZED_RUN_TAG",
    "definitions.version_strategy": "VersionStrategy SourceHashVersionStrategy",
    "execution.api": (
        "execute_pipeline execute_pipeline_iterator reexecute_pipeline reexecute_pipeline_iterator validate_run_config"
    ),
    "execution.solids": "execute_solid execute_solid_within_pipeline execute_solids_within_pipeline",
    "execution.instance": "DagsterInstance PipelineRunsFilter RunsFilter",
    "execution.event_log_entry": "EventLogEntry EventLogRecord EventRecordsFilter",
    "definitions.dagster_event": "DagsterEvent DagsterEventType",
    "execution.result": (
        "PipelineExecutionResult SolidExecutionResult CompositeSolidExecutionResult ExecuteInProcessResult"
    ),
    "definitions.errors": (
        "DagsterError DagsterInvalidDefinitionError DagsterInvalidSubsetError "
        "DagsterInvariantViolationError DagsterInvalidInvocationError "
        "DagsterInvalidConfigDefinitionError DagsterInvalidConfigError "
        "DagsterConfigMappingFunctionError DagsterExecutionStepNotFoundError "
        "DagsterStepOutputNotFoundError DagsterTypeCheckDidNotPass DagsterTypeCheckError "
        "DagsterTypeLoadingError DagsterTypeMaterializationError DagsterUserCodeExecutionError "
        "DagsterExecutionStepExecutionError DagsterResourceFunctionError "
        "DagsterExecutionLoadInputError DagsterExecutionHandleOutputError HookExecutionError "
        "ScheduleExecutionError SensorExecutionError PartitionExecutionError "
        "DagsterUnknownResourceError DagsterUnmetExecutorRequirementsError "
        "DagsterExecutionInterruptedError DagsterSubprocessError DagsterUnknownPartitionError "
        "DagsterRunNotFoundError DagsterUndefinedDataVersionError DagsterRunSetupError ExperimentalWarning"
    ),
}

MODULE_OF: dict[str, str] = {name: module for module, names in _NAMES.items() for name in names.split()}
