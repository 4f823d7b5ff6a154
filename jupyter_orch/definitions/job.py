"""The later words for the same things: op, graph, job. Thin names over solids, graphs and pipelines."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from jupyter_orch.definitions.config import Field
from jupyter_orch.definitions.config_scalars import NO_DEFAULT
from jupyter_orch.definitions.decorator import makes
from jupyter_orch.definitions.errors import DagsterInvalidDefinitionError
from jupyter_orch.definitions.executor import ExecutorDefinition
from jupyter_orch.definitions.graph import ConfigMapping, GraphDefinition, composed_graph
from jupyter_orch.definitions.inout import DynamicOutputDefinition, InputDefinition, OutputDefinition
from jupyter_orch.definitions.logger import LoggerDefinition
from jupyter_orch.definitions.mode import ModeDefinition
from jupyter_orch.definitions.partition import PartitionsDefinition
from jupyter_orch.definitions.partition_set import PartitionedConfig, PartitionSetDefinition
from jupyter_orch.definitions.pipeline import PipelineDefinition
from jupyter_orch.definitions.retry import RetryPolicy
from jupyter_orch.definitions.solid import SolidDefinition, solid


class In:
    """An input of an op, named where it is used: ``@op(ins={"rows": In(int)})``;
    arguments as for :class:`InputDefinition`.
    """

    def __init__(
        self,
        dagster_type: Any = None,
        description: str | None = None,
        default_value: Any = NO_DEFAULT,
        root_manager_key: str | None = None,
        metadata: dict[str, Any] | None = None,
        asset_key: Any = None,
        asset_partitions: Any = None,
    ) -> None:
        self._options = {
            "dagster_type": dagster_type,
            "description": description,
            "default_value": default_value,
            "root_manager_key": root_manager_key,
            "metadata": metadata,
            "asset_key": asset_key,
            "asset_partitions": asset_partitions,
        }

    def named(self, name: str) -> InputDefinition:
        """The input with its name."""
        return InputDefinition(name, **self._options)


class Out:
    """An output of an op, named where it is used: ``@op(out={"rows": Out(int)})``;
    arguments as for :class:`OutputDefinition`.
    """

    kind: type[OutputDefinition] = OutputDefinition

    def __init__(
        self,
        dagster_type: Any = None,
        description: str | None = None,
        is_required: bool | None = None,
        io_manager_key: str | None = None,
        metadata: dict[str, Any] | None = None,
        asset_key: Any = None,
        asset_partitions: Any = None,
        version: str | None = None,
    ) -> None:
        self._options = {
            "dagster_type": dagster_type,
            "description": description,
            "is_required": is_required,
            "io_manager_key": io_manager_key,
            "metadata": metadata,
            "asset_key": asset_key,
            "asset_partitions": asset_partitions,
            "version": version,
        }

    def named(self, name: str | None) -> OutputDefinition:
        """The output with its name."""
        return self.kind(name=name, **self._options)


class DynamicOut(Out):
    """A dynamic output of an op."""

    kind = DynamicOutputDefinition


GraphIn = In
GraphOut = Out


@makes(SolidDefinition)
def op(
    name: Any = None,
    description: str | None = None,
    ins: Mapping[str, In] | None = None,
    out: Any = None,
    config_schema: Any = None,
    required_resource_keys: set[str] | None = None,
    tags: dict[str, Any] | None = None,
    version: str | None = None,
    retry_policy: RetryPolicy | None = None,
    input_defs: list[InputDefinition] | None = None,
    output_defs: list[OutputDefinition] | None = None,
) -> Any:
    """Decorator: a function becomes an op, which is a solid.

    Args:
        ins: input name → :class:`In`.
        out: an :class:`Out`, or output name → :class:`Out`.
        name, description, config_schema, required_resource_keys, tags, version, retry_policy, input_defs,
            output_defs: as for :func:`solid`.
    """
    if callable(name):
        return solid(name)
    inputs = [item.named(key) for key, item in ins.items()] if ins is not None else input_defs
    outputs = output_defs
    if isinstance(out, Out):
        outputs = [out.named(None)]
    elif isinstance(out, Mapping):
        outputs = [item.named(key) for key, item in out.items()]
    elif out is not None:
        raise DagsterInvalidDefinitionError(f"out must be an Out, or a dict of name → Out, not {out!r}")
    return solid(name, description, inputs, outputs, config_schema, required_resource_keys, tags, version, retry_policy)


OpDefinition = SolidDefinition
JobDefinition = PipelineDefinition


class Graph(GraphDefinition):
    """A graph that can become a job."""

    noun = "graph"

    def to_job(
        self,
        name: str | None = None,
        description: str | None = None,
        resource_defs: Mapping[str, Any] | None = None,
        config: Any = None,
        tags: dict[str, Any] | None = None,
        logger_defs: Mapping[str, LoggerDefinition] | None = None,
        executor_def: ExecutorDefinition | None = None,
        hooks: Any = None,
        op_retry_policy: RetryPolicy | None = None,
        version_strategy: Any = None,
        partitions_def: PartitionsDefinition | None = None,
    ) -> PipelineDefinition:
        """A job: this graph with what it runs with.

        Args:
            name: the graph's name when left out.
            resource_defs, logger_defs, executor_def: what it runs with.
            config: a run config, a :class:`ConfigMapping` or a :class:`PartitionedConfig`.
            description, tags, hooks, op_retry_policy, version_strategy: as for a pipeline.
            partitions_def: slices of its runs; with ``config`` a function of the partition's key.
        """
        return _job(
            self,
            name or self.name,
            description or self.description,
            resource_defs,
            config,
            tags,
            logger_defs,
            executor_def,
            hooks,
            op_retry_policy,
            version_strategy,
            partitions_def,
        )

    def execute_in_process(
        self, run_config: dict[str, Any] | None = None, resources: Mapping[str, Any] | None = None, **options: Any
    ) -> Any:
        """Run the graph as a job here and now.

        Args:
            resources: key → resource or value.
            run_config, options: as for :meth:`PipelineDefinition.execute_in_process`.
        """
        return self.to_job(resource_defs=resources).execute_in_process(run_config, **options)

    def as_pipeline(self) -> PipelineDefinition:
        """What a repository lists: the graph as a job of its own name."""
        return self.to_job()


def _job(
    graph: GraphDefinition,
    name: str,
    description: str | None,
    resource_defs: Any,
    config: Any,
    tags: Any,
    logger_defs: Any,
    executor_def: ExecutorDefinition | None,
    hooks: Any,
    retry_policy: RetryPolicy | None,
    version_strategy: Any,
    partitions_def: PartitionsDefinition | None,
) -> PipelineDefinition:
    mode = ModeDefinition(
        resource_defs=resource_defs, logger_defs=logger_defs, executor_defs=[executor_def] if executor_def else None
    )
    made = PipelineDefinition(
        name=name,
        graph=graph,
        description=description,
        mode_defs=[mode],
        tags=tags,
        hook_defs=hooks,
        solid_retry_policy=retry_policy,
        version_strategy=version_strategy,
        source=graph.source,
    )
    if isinstance(config, ConfigMapping):
        made.document_mapping = config
    elif isinstance(config, PartitionedConfig):
        made.partition_set = _partition_set(made, config)
    elif partitions_def is not None:
        made.partition_set = PartitionSetDefinition(f"{name}_partition_set", name, partitions_def=partitions_def)
    elif isinstance(config, dict):
        made.job_config = config
    elif config is not None:
        raise DagsterInvalidDefinitionError(
            f"config of job {name!r} must be a dict, a ConfigMapping or a PartitionedConfig, not {config!r}"
        )
    return made


def _partition_set(job: PipelineDefinition, config: PartitionedConfig) -> PartitionSetDefinition:
    return PartitionSetDefinition(
        f"{job.name}_partition_set",
        job.name,
        run_config_fn_for_partition=config.run_config_for_partition_fn,
        tags_fn_for_partition=config.tags_for_partition_fn,
        partitions_def=config.partitions_def,
    )


def _inputs(ins: Mapping[str, In] | None) -> list[InputDefinition] | None:
    return None if ins is None else [item.named(key) for key, item in ins.items()]


@makes(Graph)
def graph(
    name: Any = None,
    description: str | None = None,
    ins: Mapping[str, In] | None = None,
    out: Any = None,
    config: Any = None,
    tags: dict[str, Any] | None = None,
    input_defs: list[InputDefinition] | None = None,
    output_defs: list[OutputDefinition] | None = None,
) -> Any:
    """Decorator: a function that calls ops becomes a graph: a composite that can also become a job by
    ``.to_job(…)``.
    """
    if callable(name):
        return composed_graph(Graph, name, name.__name__, None, None, None, None, None)
    outputs = (
        [out.named(None)]
        if isinstance(out, Out)
        else [item.named(key) for key, item in out.items()]
        if out
        else output_defs
    )
    mapping = config if isinstance(config, ConfigMapping) else None
    return lambda fn: composed_graph(
        Graph, fn, name or fn.__name__, description, _inputs(ins) or input_defs, outputs, mapping, tags
    )


@makes(PipelineDefinition)
def job(
    name: Any = None,
    description: str | None = None,
    resource_defs: Mapping[str, Any] | None = None,
    config: Any = None,
    tags: dict[str, Any] | None = None,
    logger_defs: Mapping[str, LoggerDefinition] | None = None,
    executor_def: ExecutorDefinition | None = None,
    hooks: Any = None,
    op_retry_policy: RetryPolicy | None = None,
    version_strategy: Any = None,
    partitions_def: PartitionsDefinition | None = None,
) -> Any:
    """Decorator: a function that calls ops becomes a job, which is a pipeline with one mode;
    arguments as for :meth:`Graph.to_job`.
    """

    def decorate(fn: Callable[..., Any], called: str) -> PipelineDefinition:
        made = composed_graph(Graph, fn, called, None, None, None, None, None)
        return _job(
            made,
            called,
            description or inspect.getdoc(fn),
            resource_defs,
            config,
            tags,
            logger_defs,
            executor_def,
            hooks,
            op_retry_policy,
            version_strategy,
            partitions_def,
        )

    if callable(name):
        return decorate(name, name.__name__)
    return lambda fn: decorate(fn, name or fn.__name__)


def config_mapping(config_schema: Any = None) -> Any:
    """Decorator: a function from a simple config to a whole run config, for ``@job(config=…)``."""
    if callable(config_schema) and not isinstance(config_schema, (type, Field)):
        return ConfigMapping(config_schema)
    return lambda fn: ConfigMapping(fn, config_schema)
