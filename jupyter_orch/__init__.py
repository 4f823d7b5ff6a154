"""Data orchestration native to Jupyter: the authoring API, loaded name by name when it is first used."""

from __future__ import annotations

import importlib
from typing import Any as _Any

from jupyter_orch.version import __version__ as __version__

_NAMES: dict[str, tuple[str, ...]] = {
    "definitions.solid": ("solid", "lambda_solid", "SolidDefinition",),
    "definitions.graph": ("composite_solid", "CompositeSolidDefinition",),
    "definitions.pipeline": ("pipeline", "PipelineDefinition",),
    "definitions.inout": ("InputDefinition", "OutputDefinition", "DynamicOutputDefinition",),
    "definitions.output": ("DynamicOutput", "Output", "RetryRequested", "Failure", "AssetMaterialization", "AssetObservation", "ExpectationResult", "Materialization", "TypeCheck",),
    "definitions.types": ("Nothing", "Any", "Bool", "Int", "Float", "String", "Dict", "List", "Optional", "Set", "Tuple", "DagsterType", "PythonObjectDagsterType", "usable_as_dagster_type", "make_python_type_usable_as_dagster_type", "dagster_type_loader", "dagster_type_materializer",),
    "definitions.config": ("Field", "Array", "Enum", "EnumValue", "Noneable", "Permissive", "Selector", "Shape", "ScalarUnion",),
    "definitions.configurable": ("configured",),
    "definitions.mode": ("ModeDefinition", "PresetDefinition",),
    "definitions.resource": ("ResourceDefinition", "resource", "make_values_resource",),
    "definitions.io_manager": ("IOManager", "io_manager", "mem_io_manager", "fs_io_manager", "custom_path_fs_io_manager", "root_input_manager",),
    "definitions.logger": ("logger", "colored_console_logger",),
    "definitions.hook": ("success_hook", "failure_hook",),
    "definitions.contexts": ("HookContext", "build_solid_context",),
    "definitions.retry": ("RetryPolicy", "Backoff", "Jitter",),
    "definitions.metadata": ("AssetKey", "EventMetadata", "EventMetadataEntry",),
    "definitions.dependency": ("DependencyDefinition", "MultiDependencyDefinition", "SolidInvocation",),
    "definitions.schedule": ("schedule", "ScheduleDefinition",),
    "definitions.partition_schedule": ("hourly_schedule", "daily_schedule", "weekly_schedule", "monthly_schedule",),
    "definitions.sensor": ("sensor", "asset_sensor", "run_status_sensor", "run_failure_sensor", "pipeline_failure_sensor", "SensorDefinition",),
    "definitions.run_request": ("RunRequest", "SkipReason",),
    "definitions.partition_set": ("PartitionSetDefinition",),
    "definitions.partition": ("Partition", "date_partition_range",),
    "definitions.repository": ("repository", "RepositoryData", "RepositoryDefinition",),
    "definitions.reconstruct": ("reconstructable",),
    "execution.api": ("execute_pipeline", "execute_pipeline_iterator", "reexecute_pipeline", "validate_run_config",),
    "execution.solids": ("execute_solid", "execute_solid_within_pipeline",),
    "execution.instance": ("DagsterInstance",),
    "definitions.executor": ("executor", "in_process_executor", "multiprocess_executor",),
}
_MODULE_OF = {name: module for module, names in _NAMES.items() for name in names}


def __getattr__(name: str) -> _Any:
    module = _MODULE_OF.get(name)
    if module is None:
        raise AttributeError(f"jupyter_orch has no {name!r}")
    value = getattr(importlib.import_module(f"jupyter_orch.{module}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_MODULE_OF})


def _jupyter_server_extension_points() -> list[dict[str, _Any]]:
    return [{"module": "jupyter_orch", "app": importlib.import_module("jupyter_orch.server.extension").JupyterOrch}]


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    return [{"src": "labextension", "dest": "@jupyter-orch/lab"}]
