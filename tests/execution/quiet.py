"""What many tests of execution share."""

from __future__ import annotations

from typing import Any

import jupyter_orch as orch
from jupyter_orch.execution.result import PipelineExecutionResult

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


def run(pipeline: Any, config: dict[str, Any] | None = None, **options: Any) -> PipelineExecutionResult:
    """Run without noise; look at the result instead of raising."""
    return orch.execute_pipeline(pipeline, {**QUIET, **(config or {})}, **{"raise_on_error": False, **options})


def kinds(result: PipelineExecutionResult, step: str) -> list[str]:
    """Kinds of the events of a step, in order."""
    return [event.event_type_value for event in result.event_list if event.step_key == step]


@orch.solid
def one() -> int:
    """Gives 1."""
    return 1


@orch.solid
def inc(x: int) -> int:
    """Adds 1."""
    return x + 1


@orch.solid(output_defs=[orch.DynamicOutputDefinition(int)], config_schema=orch.Field(int, default_value=3))
def many(context: Any) -> Any:
    """Gives 0, 1, 2 … under the keys 0, 1, 2 …"""
    for index in range(context.solid_config):
        yield orch.DynamicOutput(index, str(index))


@orch.solid
def total(xs: list[int]) -> int:
    """Adds all."""
    return sum(xs)
