"""Running single solids in tests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jupyter_orch.definitions.dependency import DependencyDefinition, SolidInvocation
from jupyter_orch.definitions.errors import DagsterInvariantViolationError
from jupyter_orch.definitions.inout import OutputDefinition
from jupyter_orch.definitions.mode import ModeDefinition
from jupyter_orch.definitions.names import unknown
from jupyter_orch.definitions.node import NodeDefinition
from jupyter_orch.definitions.pipeline import PipelineDefinition
from jupyter_orch.definitions.solid import SolidDefinition
from jupyter_orch.execution.api import execute_pipeline
from jupyter_orch.execution.result import PipelineExecutionResult, SolidExecutionResult


def _giver(name: str, value: Any) -> SolidDefinition:
    return SolidDefinition(name, [], lambda _context, _inputs: value, [OutputDefinition()])


def _alone(
    node: NodeDefinition, name: str, values: Mapping[str, Any], modes: list[ModeDefinition], presets: Any = ()
) -> PipelineDefinition:
    """A pipeline of one solid whose inputs are given values."""
    givers = {}
    for key, value in values.items():
        if not node.has_input(key):
            raise DagsterInvariantViolationError(unknown("input", key, node.input_dict, f"solid {name!r}"))
        givers[key] = _giver(f"value_for_{name}_{key}", value)
    dependencies: dict[Any, Any] = {
        SolidInvocation(node.name, None if name == node.name else name): {
            key: DependencyDefinition(giver.name) for key, giver in givers.items()
        }
    }
    return PipelineDefinition(
        [node, *givers.values()],
        f"ephemeral_{name}",
        dependencies=dependencies,
        mode_defs=modes,
        preset_defs=list(presets),
    )


def execute_solid(
    solid_def: NodeDefinition,
    mode_def: ModeDefinition | None = None,
    input_values: dict[str, Any] | None = None,
    tags: dict[str, Any] | None = None,
    run_config: dict[str, Any] | None = None,
    raise_on_error: bool = True,
) -> SolidExecutionResult:
    """Run one solid or composite in a pipeline of its own.

    Args:
        solid_def: what to run.
        mode_def: resources and the like.
        input_values: input → value.
        tags, run_config, raise_on_error: as for ``execute_pipeline``.
    """
    pipeline = _alone(solid_def, solid_def.name, input_values or {}, [mode_def] if mode_def else [])
    return execute_pipeline(
        pipeline, run_config, pipeline.mode_defs[0].name, tags=tags, raise_on_error=raise_on_error
    ).result_for_solid(solid_def.name)


def execute_solid_within_pipeline(
    pipeline_def: PipelineDefinition,
    solid_name: str,
    inputs: dict[str, Any] | None = None,
    run_config: dict[str, Any] | None = None,
    mode: str | None = None,
    preset: str | None = None,
    tags: dict[str, Any] | None = None,
    raise_on_error: bool = True,
) -> SolidExecutionResult:
    """Run one solid of a pipeline alone, with the pipeline's modes.

    Args:
        solid_name: its name in the pipeline.
        inputs: input → value.
        pipeline_def, run_config, mode, preset, tags, raise_on_error: as for ``execute_pipeline``.
    """
    found = execute_solids_within_pipeline(
        pipeline_def, {solid_name}, {solid_name: inputs or {}}, run_config, mode, preset, tags, raise_on_error
    )
    return found[solid_name]


def execute_solids_within_pipeline(
    pipeline_def: PipelineDefinition,
    solid_names: set[str],
    inputs: dict[str, dict[str, Any]] | None = None,
    run_config: dict[str, Any] | None = None,
    mode: str | None = None,
    preset: str | None = None,
    tags: dict[str, Any] | None = None,
    raise_on_error: bool = True,
) -> dict[str, SolidExecutionResult]:
    """Run some solids of a pipeline, each alone; gives name → result."""
    results: dict[str, SolidExecutionResult] = {}
    chosen = pipeline_def.get_preset(preset) if preset else None
    for name in sorted(solid_names):
        node = pipeline_def.solid_named(name)
        alone = _alone(node.definition, name, (inputs or {}).get(name, {}), pipeline_def.mode_defs)
        alone.whole = pipeline_def  # config of its other solids is accepted and ignored
        result: PipelineExecutionResult = execute_pipeline(
            alone,
            run_config or (chosen.run_config if chosen else None),
            mode or (chosen.mode if chosen else None),
            tags=tags,
            raise_on_error=raise_on_error,
        )
        results[name] = result.result_for_solid(name)
    return results
