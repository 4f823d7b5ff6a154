"""Pipeline + run config → plan: composites are opened, every input gets its source."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jupyter_orch.definitions.composition import Invocation
from jupyter_orch.definitions.config_scalars import NO_DEFAULT
from jupyter_orch.definitions.dependency import (
    Dependency,
    DependencyDefinition,
    DynamicCollectDependencyDefinition,
    MultiDependencyDefinition,
    OuterInput,
)
from jupyter_orch.definitions.graph import GraphDefinition
from jupyter_orch.definitions.hook import HookDefinition
from jupyter_orch.definitions.inout import InputDefinition
from jupyter_orch.definitions.pipeline import PipelineDefinition
from jupyter_orch.definitions.retry import RetryPolicy
from jupyter_orch.definitions.solid import SolidDefinition
from jupyter_orch.plan.plan import (
    UNRESOLVED,
    ExecutionPlan,
    FromCollect,
    FromConfig,
    FromDefault,
    FromMany,
    FromNothing,
    FromOutput,
    FromRootManager,
    InputSource,
    Step,
    StepInput,
)
from jupyter_orch.plan.run_config import ResolvedConfig

Outputs = dict[tuple[str, str], tuple[str, str]]


def build_plan(pipeline: PipelineDefinition, config: ResolvedConfig) -> ExecutionPlan:
    """The plan of a pipeline (or of a subset of one).

    Args:
        pipeline: what will run.
        config: its resolved run config.
    """
    builder = _Builder(pipeline)
    builder.open_graph(pipeline.graph, (), config.solids, {}, pipeline.hook_defs)
    return ExecutionPlan(builder.steps)


class _Builder:
    def __init__(self, pipeline: PipelineDefinition) -> None:
        self.steps: list[Step] = []
        self._by_key: dict[str, Step] = {}
        self._fallback: RetryPolicy | None = pipeline.solid_retry_policy

    def open_graph(
        self,
        graph: GraphDefinition,
        handle: tuple[str, ...],
        configs: Mapping[str, Any],
        outer: Mapping[str, InputSource],
        hooks: frozenset[HookDefinition],
    ) -> Outputs:
        """Add the steps of a graph; gives where each output of its nodes really comes from."""
        outputs: Outputs = {}
        fan_in: dict[tuple[str, str, int | None], str] = {
            (m.solid_name, m.input_name, m.fan_in_index): m.definition.name
            for m in graph.input_mappings
            if m.fan_in_index is not None
        }
        for name in graph.order:
            invocation = graph.invocations[name]
            entry = configs.get(name) or {}
            inputs = {
                definition.name: self._source(
                    graph, name, definition, entry.get("inputs") or {}, outputs, outer, fan_in
                )
                for definition in invocation.definition.input_defs
            }
            below = (*handle, name)
            all_hooks = hooks | invocation.hook_defs if invocation.hook_defs else hooks
            if isinstance(invocation.definition, GraphDefinition):
                self._add_composite(invocation, below, entry, inputs, all_hooks, outputs)
            else:
                self._add_step(invocation, below, entry, inputs, all_hooks, outputs)
        return outputs

    def _add_composite(
        self,
        invocation: Invocation,
        handle: tuple[str, ...],
        entry: Mapping[str, Any],
        inputs: dict[str, InputSource],
        hooks: frozenset[HookDefinition],
        outputs: Outputs,
    ) -> None:
        graph: GraphDefinition = invocation.definition
        inside = self.open_graph(graph, handle, entry.get("solids") or {}, inputs, hooks)
        for mapping in graph.output_mappings:
            outputs[invocation.name, mapping.definition.name] = inside[mapping.solid_name, mapping.output_name]

    def _add_step(
        self,
        invocation: Invocation,
        handle: tuple[str, ...],
        entry: Mapping[str, Any],
        inputs: dict[str, InputSource],
        hooks: frozenset[HookDefinition],
        outputs: Outputs,
    ) -> None:
        solid: SolidDefinition = invocation.definition
        dynamic = self._dynamic_source(inputs)
        key = ".".join(handle) + (UNRESOLVED if dynamic else "")
        step = Step(
            key=key,
            handle=handle,
            solid=solid,
            inputs=tuple(StepInput(definition, inputs[definition.name]) for definition in solid.input_defs),
            config=entry.get("config"),
            output_config=entry.get("outputs"),
            hooks=hooks,
            dynamic_source=dynamic,
            tags={**solid.tags, **invocation.tags} if invocation.tags else solid.tags,
            retry_policy=invocation.retry_policy or solid.retry_policy or self._fallback,
        )
        self.steps.append(step)
        self._by_key[key] = step
        for definition in solid.output_defs:
            outputs[invocation.name, definition.name] = (key, definition.name)

    def _dynamic_source(self, inputs: dict[str, InputSource]) -> tuple[str, str] | None:
        for source in inputs.values():
            if isinstance(source, FromOutput):
                feeder = self._by_key[source.step_key]
                if feeder.dynamic_source is not None:
                    return feeder.dynamic_source
                if feeder.solid.output_dict[source.output].is_dynamic:
                    return source.step_key, source.output
        return None

    def _source(
        self,
        graph: GraphDefinition,
        name: str,
        definition: InputDefinition,
        configs: Mapping[str, Any],
        outputs: Outputs,
        outer: Mapping[str, InputSource],
        fan_in: Mapping[tuple[str, str, int | None], str],
    ) -> InputSource:
        dependency = graph.dependencies.get(name, {}).get(definition.name)
        found: InputSource | None = None
        if isinstance(dependency, MultiDependencyDefinition):
            parts = [
                self._part(item, outputs, outer, fan_in.get((name, definition.name, index)))
                for index, item in enumerate(dependency.dependencies)
            ]
            found = FromMany(tuple(part for part in parts if part is not None))
        elif dependency is not None:
            found = self._part(dependency, outputs, outer, None)
        if found is None or (isinstance(found, FromNothing) and not definition.dagster_type.is_nothing):
            return _loose(definition, configs)
        return found

    def _part(
        self, dependency: Dependency, outputs: Outputs, outer: Mapping[str, InputSource], fan_in: str | None
    ) -> InputSource | None:
        if isinstance(dependency, DependencyDefinition):
            return FromOutput(*outputs[dependency.solid, dependency.output])
        if isinstance(dependency, DynamicCollectDependencyDefinition):
            return FromCollect(*outputs[dependency.solid, dependency.output])
        name = dependency.name if isinstance(dependency, OuterInput) else fan_in
        return outer.get(name) if name is not None else None


def _loose(definition: InputDefinition, configs: Mapping[str, Any]) -> InputSource:
    """The source of an input to which nothing is connected."""
    written = configs.get(definition.name, NO_DEFAULT)
    if definition.root_manager_key:
        return FromRootManager(definition.root_manager_key, None if written is NO_DEFAULT else written)
    if written is not NO_DEFAULT:
        return FromConfig(written, definition.dagster_type.loader)
    if definition.has_default_value:
        return FromDefault(definition.default_value)
    return FromNothing()
