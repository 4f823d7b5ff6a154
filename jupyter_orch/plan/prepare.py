"""From a pipeline, a mode and a written run config to a plan, in one step;
shapes are kept because they are asked for again and again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from jupyter_orch.definitions.errors import DagsterInvalidSubsetError
from jupyter_orch.definitions.mode import ModeDefinition
from jupyter_orch.definitions.names import unknown
from jupyter_orch.definitions.pipeline import PipelineDefinition
from jupyter_orch.plan.build import build_plan
from jupyter_orch.plan.plan import UNRESOLVED, ExecutionPlan
from jupyter_orch.plan.run_config import ResolvedConfig, RunConfigShape, checked_run_config
from jupyter_orch.plan.select import selected, subset_of


@dataclass(frozen=True)
class Prepared:
    """What is needed to run.

    Attributes:
        pipeline: the pipeline or the selected part of it.
        mode, shape, config, plan: as named.
    """

    pipeline: PipelineDefinition
    mode: ModeDefinition
    shape: RunConfigShape
    config: ResolvedConfig
    plan: ExecutionPlan


def shape_for(pipeline: PipelineDefinition, mode: str | None, selection: Iterable[str] | None = None) -> RunConfigShape:
    """The shape of the run config of a pipeline, or of part of it, in a mode.

    Raises:
        ModeNotFound: there is no such mode.
        DagsterInvalidSubsetError: the selection does not fit.
    """
    chosen = tuple(selection) if selection is not None and not isinstance(selection, str) else selection
    shapes: dict[Any, RunConfigShape] = pipeline.__dict__.setdefault("_shapes", {})
    key = (mode, chosen)
    if key not in shapes:
        shapes[key] = RunConfigShape(subset_of(pipeline, chosen), pipeline.get_mode_definition(mode))
    return shapes[key]


def prepare(
    pipeline: PipelineDefinition, mode: str | None, run_config: Any, selection: Iterable[str] | None = None
) -> Prepared:
    """Check the run config and build the plan.

    Raises:
        DagsterInvalidConfigError: the run config does not fit; holds every mistake.
    """
    shape = shape_for(pipeline, mode, selection)
    config = checked_run_config(shape, run_config)
    return Prepared(shape.pipeline, shape.mode, shape, config, build_plan(shape.pipeline, config))


def selected_steps(plan: ExecutionPlan, queries: Iterable[str]) -> tuple[str, ...]:
    """Keys of the steps that a selection means, in the order of the plan; mapped steps may be named by their key.

    Raises:
        DagsterInvalidSubsetError: a query names no step.
    """
    queries = [_as_in_plan(plan, query) for query in queries]
    feeding: dict[str, set[str]] = {key: {k for k in plan.feeders(key)} for key in plan.steps}
    extra: dict[str, set[str]] = {}
    for query in queries:
        name = query.strip("*+")
        step = plan.find(name)
        if step is None:
            raise DagsterInvalidSubsetError(unknown("step", name, plan.steps, "the plan"), query=query)
        if name not in feeding and step.mapping_key is not None:
            extra.update(_mapped_chain(plan, step.mapping_key, step.dynamic_source))
    chosen = selected(queries, {**feeding, **extra}, "step", "the plan")
    order = {key: index for index, key in enumerate(plan.steps)}
    return tuple(sorted(chosen, key=lambda key: (order.get(key, order.get(f"{key.rpartition('[')[0]}[?]", 0)), key)))


def _as_in_plan(plan: ExecutionPlan, query: str) -> str:
    """A mapped step may be named without its brackets: all that it is mapped to."""
    name = query.strip("*+")
    is_mapped = plan.find(name) is None and f"{name}{UNRESOLVED}" in plan.steps
    return query.replace(name, f"{name}{UNRESOLVED}") if is_mapped else query


def _mapped_chain(plan: ExecutionPlan, mapping_key: str, dynamic_source: Any) -> dict[str, set[str]]:
    """The mapped steps of one value, wired among themselves, and what collects them wired to them."""
    made: dict[str, set[str]] = {}
    for step in plan.steps.values():
        if step.dynamic_source == dynamic_source:
            resolved = step.resolved(mapping_key)
            made[resolved.key] = plan.feeders(resolved.key)
    ends = {key: f"{key.rpartition('[')[0]}[?]" for key in made}
    for key in plan.steps:
        before = plan.feeders(key)
        behind = {resolved for resolved, unresolved in ends.items() if unresolved in before}
        if behind and not plan.steps[key].is_unresolved:
            made[key] = before | behind
    return made
