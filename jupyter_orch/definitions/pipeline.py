"""Pipelines: a graph with modes, presets, tags, hooks and a retry policy."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from jupyter_orch.definitions.composition import Invocation, compose
from jupyter_orch.definitions.decorator import makes
from jupyter_orch.definitions.errors import (
    DagsterInvalidDefinitionError,
    DagsterInvalidSubsetError,
    DagsterInvariantViolationError,
    ModeNotFound,
    PresetNotFound,
)
from jupyter_orch.definitions.function import Signature, source_of
from jupyter_orch.definitions.graph import ConfigMapping, GraphDefinition, check_same_names, explicit_graph
from jupyter_orch.definitions.hook import HookDefinition, checked_hooks
from jupyter_orch.definitions.inout import InputDefinition, OutputDefinition
from jupyter_orch.definitions.mode import ModeDefinition, PresetDefinition
from jupyter_orch.definitions.names import unknown, valid_tags
from jupyter_orch.definitions.node import NodeDefinition
from jupyter_orch.definitions.pipeline_checks import check_pipeline, check_resources
from jupyter_orch.definitions.place import defined_at
from jupyter_orch.definitions.retry import RetryPolicy
from jupyter_orch.records.snapshot import Source


class _PipelineGraph(GraphDefinition):
    noun = "pipeline"
    kind = "pipeline"


class PipelineDefinition:
    """What runs.

    Args:
        solid_defs: the solids and composites in it.
        name: unique in the repository.
        description, tags: as named.
        dependencies: name → input → DependencyDefinition.
        mode_defs: at least one; without, one named ``"default"``.
        preset_defs: run configs with names.
        hook_defs: hooks on every solid.
        solid_retry_policy: for solids without one of their own.
        version_strategy: gives versions to solids and resources that have none.
        config_mapping: turns config of the whole pipeline into run config of its solids.
        graph: the graph itself, instead of ``solid_defs`` and ``dependencies``.

    Raises:
        DagsterInvalidDefinitionError: it contradicts itself; the message names both ends.
    """

    def __init__(
        self,
        solid_defs: list[NodeDefinition] | None = None,
        name: str | None = None,
        description: str | None = None,
        dependencies: Mapping[Any, Any] | None = None,
        mode_defs: list[ModeDefinition] | None = None,
        preset_defs: list[PresetDefinition] | None = None,
        tags: dict[str, Any] | None = None,
        hook_defs: Any = None,
        solid_retry_policy: RetryPolicy | None = None,
        version_strategy: Any = None,
        config_mapping: ConfigMapping | None = None,
        *,
        graph: GraphDefinition | None = None,
        source: Source | None = None,
    ) -> None:
        called = name or (graph.name if graph else None)
        if called is None:
            raise DagsterInvalidDefinitionError("a pipeline needs a name")
        if graph is None:
            invocations, wiring = explicit_graph(f"pipeline {called!r}", solid_defs or [], dependencies)
            graph = _PipelineGraph(called, invocations, wiring, config_mapping=config_mapping)
        self.graph = graph
        self.name = called
        self.description = description
        self.tags = valid_tags(tags, f"pipeline {called!r}", system_allowed=False)
        self.mode_defs = list(mode_defs) if mode_defs else [ModeDefinition()]
        self.preset_defs = list(preset_defs or ())
        self.hook_defs = checked_hooks(hook_defs, f"pipeline {called!r}")
        self.solid_retry_policy = solid_retry_policy
        self.version_strategy = version_strategy
        self.source = source
        self.solid_selection: tuple[str, ...] | None = None
        self.whole: PipelineDefinition = self
        self.job_config: dict[str, Any] | None = None
        self.partition_set: Any = None
        self.document_mapping: ConfigMapping | None = None
        check_pipeline(self)

    @property
    def solids(self) -> list[Invocation]:
        """The nodes, as they were written."""
        return self.graph.solids

    @property
    def node_defs(self) -> list[NodeDefinition]:
        """The definitions at the top level, each once."""
        return list({id(i.definition): i.definition for i in self.graph.invocations.values()}.values())

    solid_defs = top_level_solid_defs = node_defs

    @property
    def all_solid_defs(self) -> list[NodeDefinition]:
        """The definitions at every level, each once."""
        found: dict[int, NodeDefinition] = {}
        waiting = list(self.node_defs)
        while waiting:
            definition = waiting.pop(0)
            if id(definition) not in found:
                found[id(definition)] = definition
                waiting += [inner.definition for inner in getattr(definition, "invocations", {}).values()]
        return list(found.values())

    all_node_defs = all_solid_defs

    def solid_def_named(self, name: str) -> NodeDefinition:
        """The definition of that name, at any level.

        Raises:
            DagsterInvalidDefinitionError: lists those that there are.
        """
        known = {definition.name: definition for definition in self.all_solid_defs}
        if name not in known:
            raise DagsterInvalidDefinitionError(unknown("solid", name, known, f"pipeline {self.name!r}"))
        return known[name]

    @property
    def dependencies(self) -> dict[str, Any]:
        """Name → input → what feeds it."""
        return self.graph.dependencies

    @property
    def solid_names(self) -> list[str]:
        """Names of the nodes at the top level."""
        return list(self.graph.invocations)

    def solid_named(self, name: str) -> Invocation:
        """The node of that name at the top level."""
        return self.graph.solid_named(name)

    def has_solid_named(self, name: str) -> bool:
        """Whether there is such a node at the top level."""
        return name in self.graph.invocations

    @property
    def available_modes(self) -> list[str]:
        """Names of the modes."""
        return [mode.name for mode in self.mode_defs]

    @property
    def mode_definitions(self) -> list[ModeDefinition]:
        """The modes."""
        return self.mode_defs

    dependency_structure = dependencies

    @property
    def solids_in_topological_order(self) -> list[Invocation]:
        """The nodes at the top level, each behind those that feed it."""
        return [self.graph.invocations[name] for name in self.graph.order]

    @property
    def is_single_mode(self) -> bool:
        """Whether there is only one mode."""
        return len(self.mode_defs) == 1

    @property
    def is_multi_mode(self) -> bool:
        """Whether there are several modes."""
        return len(self.mode_defs) > 1

    def get_default_mode(self) -> ModeDefinition:
        """The first mode."""
        return self.mode_defs[0]

    def get_default_mode_name(self) -> str:
        """Name of the first mode."""
        return self.mode_defs[0].name

    def has_mode_definition(self, mode: str) -> bool:
        """Whether there is such a mode."""
        return mode in self.available_modes

    def get_mode_definition(self, mode: str | None = None) -> ModeDefinition:
        """The mode of that name, or the only one.

        Raises:
            ModeNotFound: lists those that there are.
        """
        if mode is None:
            if len(self.mode_defs) > 1 and not any(item.name == "default" for item in self.mode_defs):
                raise ModeNotFound(
                    f"pipeline {self.name!r} has several modes; choose one of "
                    f"{', '.join(map(repr, self.available_modes))}"
                )
            return next((item for item in self.mode_defs if item.name == "default"), self.mode_defs[0])
        for item in self.mode_defs:
            if item.name == mode:
                return item
        raise ModeNotFound(unknown("mode", mode, self.available_modes, f"pipeline {self.name!r}"))

    def get_preset(self, name: str) -> PresetDefinition:
        """The preset of that name.

        Raises:
            PresetNotFound: lists those that there are.
        """
        for preset in self.preset_defs:
            if preset.name == name:
                return preset
        raise PresetNotFound(unknown("preset", name, [p.name for p in self.preset_defs], f"pipeline {self.name!r}"))

    def has_preset(self, name: str) -> bool:
        """Whether there is such a preset."""
        return any(preset.name == name for preset in self.preset_defs)

    def with_hooks(self, hook_defs: Any) -> PipelineDefinition:
        """This pipeline with more hooks on every solid."""
        made = copy.copy(self)
        made.hook_defs = self.hook_defs | checked_hooks(hook_defs, f"pipeline {self.name!r}")
        made.whole = made
        made.__dict__.pop("_shapes", None)
        for mode in made.mode_defs:
            check_resources(made, mode)
        return made

    def subset(self, names: set[str], selection: tuple[str, ...]) -> PipelineDefinition:
        """The part of this pipeline that holds only these top-level nodes; wires from elsewhere are cut."""
        invocations = {name: node for name, node in self.graph.invocations.items() if name in names}
        wiring = {name: _kept(inputs, names) for name, inputs in self.graph.dependencies.items() if name in names}
        made = copy.copy(self)
        made.graph = _PipelineGraph(self.name, invocations, wiring, config_mapping=self.graph.config_mapping)
        made.solid_selection = selection
        made.__dict__.pop("_shapes", None)
        made.whole = self.whole
        return made

    def get_pipeline_subset_def(self, solids_to_execute: set[str] | None) -> PipelineDefinition:
        """This pipeline with only some of its solids; itself when nothing is given.

        Raises:
            DagsterInvalidSubsetError: it has no solid of that name.
        """
        if solids_to_execute is None:
            return self
        for name in sorted(solids_to_execute):
            if not self.has_solid_named(name):
                raise DagsterInvalidSubsetError(unknown("solid", name, self.solid_names, f"pipeline {self.name!r}"))
        return self.subset(set(solids_to_execute), tuple(sorted(solids_to_execute)))

    in_process_runner: ClassVar[Callable[..., Any] | None] = None

    def execute_in_process(
        self,
        run_config: dict[str, Any] | None = None,
        instance: Any = None,
        partition_key: str | None = None,
        raise_on_error: bool = True,
        op_selection: list[str] | None = None,
        tags: dict[str, Any] | None = None,
    ) -> Any:
        """Run it here and now; the later spelling of ``execute_pipeline(this)``.

        Args:
            partition_key: run config and tags of this partition of the job.
            run_config, instance, raise_on_error, op_selection, tags: as for ``execute_pipeline``.

        Raises:
            DagsterInvariantViolationError: the job has no partitions, or nothing that runs jobs was loaded.
        """
        runner = PipelineDefinition.in_process_runner
        if runner is None:
            raise DagsterInvariantViolationError(f"use execute_pipeline({self.name}), or import job from jupyter_orch")
        if partition_key is not None:
            if self.partition_set is None:
                raise DagsterInvariantViolationError(
                    f"job {self.name!r} has no partitions, so partition_key means nothing"
                )
            partition = self.partition_set.get_partition(partition_key)
            run_config = run_config or self.partition_set.run_config_for_partition(partition)
            tags = {**self.partition_set.tags_for_partition(partition), **(tags or {})}
        return runner(
            self, run_config, tags=tags, solid_selection=op_selection, instance=instance, raise_on_error=raise_on_error
        )

    def __call__(self, *_args: Any, **_kwargs: Any) -> Any:
        """Refused: a pipeline is run by ``execute_pipeline`` or launched, not called."""
        raise DagsterInvalidDefinitionError(
            f"pipeline {self.name!r} can not be called; run it with execute_pipeline({self.name})"
        )

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        """The pipeline as a drawing, when it is the last value of a notebook's cell."""
        return self.graph._repr_mimebundle_()

    def __repr__(self) -> str:
        return f"PipelineDefinition({self.name!r}, {len(self.graph.invocations)} solids)"


def _kept(inputs: Mapping[str, Any], names: set[str]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for key, dependency in inputs.items():
        items = getattr(dependency, "dependencies", None)
        if items is None:
            if dependency.solid in names:
                kept[key] = dependency
        else:
            left = [item for item in items if item.solid in names]
            if left:
                kept[key] = type(dependency)(left)
    return kept


@makes(PipelineDefinition)
def pipeline(
    name: Any = None,
    description: str | None = None,
    mode_defs: list[ModeDefinition] | None = None,
    preset_defs: list[PresetDefinition] | None = None,
    tags: dict[str, Any] | None = None,
    hook_defs: Any = None,
    input_defs: list[InputDefinition] | None = None,
    output_defs: list[OutputDefinition] | None = None,
    config_schema: Any = None,
    config_fn: Callable[[Any], Any] | None = None,
    solid_retry_policy: RetryPolicy | None = None,
    version_strategy: Any = None,
) -> Any:
    """Decorator: a function that calls solids becomes a pipeline.

    Args:
        name: the function's name when left out.
        description: the function's docstring when left out.
        config_schema, config_fn: config of the whole pipeline, and how it becomes config of its solids.
        mode_defs, preset_defs, tags, hook_defs, solid_retry_policy, version_strategy: as for
            :class:`PipelineDefinition`.

    Example:
        >>> @pipeline
        ... def greetings():
        ...     shout(greet())
    """
    if callable(name):
        return composed_pipeline(name, name.__name__)
    mapping = ConfigMapping(config_fn, config_schema) if config_fn else None
    return lambda fn: composed_pipeline(
        fn,
        name or fn.__name__,
        config_mapping=mapping,
        description=description,
        mode_defs=mode_defs,
        preset_defs=preset_defs,
        tags=tags,
        hook_defs=hook_defs,
        solid_retry_policy=solid_retry_policy,
        version_strategy=version_strategy,
    )


def composed_pipeline(
    fn: Callable[..., Any],
    name: str,
    config_mapping: ConfigMapping | None = None,
    description: str | None = None,
    **options: Any,
) -> PipelineDefinition:
    """Write a pipeline by calling its function."""
    with defined_at(fn):
        return _composed(fn, name, config_mapping, description, options)


def _composed(
    fn: Callable[..., Any],
    name: str,
    config_mapping: ConfigMapping | None,
    description: str | None,
    options: dict[str, Any],
) -> PipelineDefinition:
    owner = f"pipeline {name!r}"
    if Signature(fn, may_take_context=False).parameters:
        raise DagsterInvalidDefinitionError(
            f"the function of {owner} must not have parameters; inputs of a whole pipeline come from run config"
        )
    composer, _ = compose(owner, fn, {})
    check_same_names(owner, composer.invocations)
    graph = _PipelineGraph(name, composer.invocations, composer.dependencies, config_mapping=config_mapping)
    return PipelineDefinition(
        name=name, graph=graph, description=description or inspect.getdoc(fn), source=source_of(fn), **options
    )


__all__ = ["HookDefinition", "PipelineDefinition", "composed_pipeline", "pipeline"]
