"""The authoring API: every name is there, documented, and costs no server library."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import jupyter_orch as orch
from jupyter_orch.authoring import MODULE_OF

ROOT = Path(__file__).parents[2]
CLASSIC = [
    "solid",
    "lambda_solid",
    "composite_solid",
    "pipeline",
    "InputDefinition",
    "OutputDefinition",
    "DynamicOutputDefinition",
    "DynamicOutput",
    "Output",
    "Nothing",
    "Field",
    "Array",
    "Enum",
    "EnumValue",
    "Noneable",
    "Permissive",
    "Selector",
    "Shape",
    "ScalarUnion",
    "Any",
    "Bool",
    "Int",
    "Float",
    "String",
    "Dict",
    "List",
    "Optional",
    "Set",
    "Tuple",
    "StringSource",
    "IntSource",
    "BoolSource",
    "configured",
    "ModeDefinition",
    "PresetDefinition",
    "ResourceDefinition",
    "resource",
    "make_values_resource",
    "IOManager",
    "io_manager",
    "mem_io_manager",
    "fs_io_manager",
    "custom_path_fs_io_manager",
    "root_input_manager",
    "logger",
    "colored_console_logger",
    "success_hook",
    "failure_hook",
    "HookContext",
    "RetryPolicy",
    "Backoff",
    "Jitter",
    "RetryRequested",
    "Failure",
    "AssetMaterialization",
    "AssetObservation",
    "AssetKey",
    "ExpectationResult",
    "EventMetadata",
    "EventMetadataEntry",
    "Materialization",
    "TypeCheck",
    "DagsterType",
    "PythonObjectDagsterType",
    "usable_as_dagster_type",
    "make_python_type_usable_as_dagster_type",
    "dagster_type_loader",
    "dagster_type_materializer",
    "SolidDefinition",
    "PipelineDefinition",
    "CompositeSolidDefinition",
    "DependencyDefinition",
    "MultiDependencyDefinition",
    "SolidInvocation",
    "schedule",
    "hourly_schedule",
    "daily_schedule",
    "weekly_schedule",
    "monthly_schedule",
    "ScheduleDefinition",
    "sensor",
    "asset_sensor",
    "run_status_sensor",
    "run_failure_sensor",
    "pipeline_failure_sensor",
    "SensorDefinition",
    "RunRequest",
    "SkipReason",
    "PartitionSetDefinition",
    "Partition",
    "date_partition_range",
    "StaticPartitionsDefinition",
    "DynamicPartitionsDefinition",
    "static_partitioned_config",
    "dynamic_partitioned_config",
    "hourly_partitioned_config",
    "daily_partitioned_config",
    "weekly_partitioned_config",
    "monthly_partitioned_config",
    "repository",
    "RepositoryData",
    "reconstructable",
    "execute_pipeline",
    "execute_pipeline_iterator",
    "reexecute_pipeline",
    "execute_solid",
    "execute_solid_within_pipeline",
    "validate_run_config",
    "build_solid_context",
    "build_init_resource_context",
    "build_hook_context",
    "build_input_context",
    "build_output_context",
    "build_schedule_context",
    "build_sensor_context",
    "DagsterInstance",
    "executor",
    "in_process_executor",
    "multiprocess_executor",
    "VersionStrategy",
    "op",
    "graph",
    "job",
    "In",
    "Out",
    "asset",
    "notebook_solid",
    "define_dagstermill_solid",
    "DagsterInvalidConfigError",
    "DagsterInvalidDefinitionError",
    "DagsterInvariantViolationError",
    "DagsterTypeCheckDidNotPass",
]


@pytest.mark.parametrize("name", CLASSIC)
def test_a_classic_name_is_there(name: str) -> None:
    assert getattr(orch, name) is not None
    assert name in dir(orch)


@pytest.mark.parametrize("name", sorted(MODULE_OF))
def test_every_name_says_what_it_is(name: str) -> None:
    value = getattr(orch, name)
    assert getattr(value, "__doc__", None), f"{name} has no docstring"


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no 'solyd'"):
        orch.solyd


def test_the_type_checkers_mirror_is_up_to_date() -> None:
    assert subprocess.run([sys.executable, "docs/mirror.py", "--check"], cwd=ROOT).returncode == 0, "make docs"


def test_writing_pipelines_loads_no_server_library_and_little_else() -> None:
    code = (
        "import sys, jupyter_orch as o; [getattr(o, n) for n in o.authoring.MODULE_OF]; "
        "print([m for m in sys.modules if m.split('.')[0] in "
        "('sqlalchemy', 'tornado', 'jupyter_server', 'graphql', 'msgspec', 'yaml', 'IPython', 'papermill', 'pandas', 'asyncio')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert [m for m in eval(done.stdout) if m.split(".")[0] != "asyncio"] == []
