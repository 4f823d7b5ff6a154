"""Contexts made by hand, for calling solids, resources, hooks and IO managers directly in tests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from jupyter_orch.definitions.contexts import HookContext
from jupyter_orch.definitions.init_contexts import InitLoggerContext, InitResourceContext
from jupyter_orch.definitions.io_contexts import InputContext, OutputContext
from jupyter_orch.definitions.logger import python_log
from jupyter_orch.definitions.resource import ResourceDefinition
from jupyter_orch.definitions.resource_scope import ResourceScope, ScopedResources, as_definitions, checked_configs
from jupyter_orch.definitions.run import PipelineRun


class ByHand:
    """Keeps the resources of a context that was built by hand, and closes them."""

    def __init__(
        self,
        resources: Mapping[str, Any] | None,
        resources_config: Mapping[str, Any] | None,
        instance: Any,
        run: PipelineRun | None = None,
        log: Any = None,
    ) -> None:
        definitions = as_definitions(resources)

        def make_context(
            _key: str, definition: ResourceDefinition, config: Any, needed: ScopedResources
        ) -> InitResourceContext:
            return InitResourceContext(config, needed, definition, instance, run, log)

        self.scope = ResourceScope(definitions, checked_configs(definitions, resources_config), make_context)
        try:
            for key in self.scope.order(definitions, "this context"):
                self.scope.open(key)
        except BaseException:
            self.scope.close()
            raise

    @property
    def resources(self) -> ScopedResources:
        """The open resources; they close when neither this nor what it gave is used any more."""
        return ScopedResources(self.scope.values, "this context", self)

    def __del__(self) -> None:
        self.scope.close()


class BuiltSolidContext:
    """A context for calling a solid directly; a context manager when its resources have something to close."""

    def __init__(
        self,
        resources: Mapping[str, Any] | None,
        resources_config: Mapping[str, Any] | None,
        solid_config: Any,
        instance: Any,
        partition_key: str | None,
        mapping_key: str | None,
    ) -> None:
        tags = {"dagster/partition": partition_key} if partition_key is not None else {}
        self.pipeline_run = PipelineRun(run_id="EPHEMERAL", tags=tags)
        self._kept = ByHand(resources, resources_config, instance, self.pipeline_run)
        self.resources = self._kept.resources
        self.solid_config = solid_config
        self.instance = instance
        self.mapping_key = mapping_key
        self.log = python_log()
        self.run_id = self.pipeline_run.run_id
        self.user_events: list[Any] = []

    def get_events(self) -> list[Any]:
        """What the solid recorded by ``context.log_event``."""
        return list(self.user_events)

    def __enter__(self) -> BuiltSolidContext:
        return self

    def __exit__(self, *_: object) -> None:
        self._kept.scope.close()


def build_solid_context(
    resources: Mapping[str, Any] | None = None,
    config: Any = None,
    resources_config: Mapping[str, Any] | None = None,
    solid_config: Any = None,
    instance: Any = None,
    partition_key: str | None = None,
    mapping_key: str | None = None,
    op_config: Any = None,
) -> BuiltSolidContext:
    """A context for calling a solid directly in a test.

    Args:
        resources: key → value or resource definition; definitions are opened.
        config, solid_config, op_config: config of the solid; three spellings of one thing.
        resources_config: config of the definitions among the resources, ``{key: {"config": …}}``.
        instance: stands in ``context.instance``.
        partition_key: makes the run one of this partition.
        mapping_key: stands in ``context.get_mapping_key()``.
    """
    given = next((c for c in (config, solid_config, op_config) if c is not None), None)
    return BuiltSolidContext(resources, resources_config, given, instance, partition_key, mapping_key)


build_op_context = build_solid_context


class _BuiltInitResourceContext(InitResourceContext):
    def __init__(self, kept: ByHand, config: Any, instance: Any) -> None:
        super().__init__(config, kept.resources, None, instance)
        self._kept = kept

    def __enter__(self) -> InitResourceContext:
        return self

    def __exit__(self, *_: object) -> None:
        self._kept.scope.close()


def build_init_resource_context(
    config: Any = None,
    resources: Mapping[str, Any] | None = None,
    instance: Any = None,
    resources_config: Mapping[str, Any] | None = None,
) -> InitResourceContext:
    """A context for calling a resource's function directly in a test."""
    return _BuiltInitResourceContext(ByHand(resources, resources_config, instance), config, instance)


@contextmanager
def build_resources(
    resources: Mapping[str, Any],
    instance: Any = None,
    resource_config: Mapping[str, Any] | None = None,
    pipeline_run: PipelineRun | None = None,
    log_manager: Any = None,
) -> Iterator[ScopedResources]:
    """Resources opened for a ``with`` block, outside of any run: ``with build_resources({…}) as resources``.

    Args:
        resources: key → value or resource definition; definitions are opened.
        instance, pipeline_run: what their functions see.
        resource_config: config of the definitions, ``{key: {"config": …}}``.
        log_manager: what their functions log to; Python's logging when left out.

    Raises:
        DagsterInvalidConfigError: a config does not fit.
        DagsterResourceFunctionError: one could not be opened; those that were open are closed.
    """
    kept = ByHand(resources, resource_config, instance, pipeline_run, log_manager)
    try:
        yield kept.resources
    finally:
        kept.scope.close()


def build_init_logger_context(logger_config: Any = None, pipeline_def: Any = None) -> InitLoggerContext:
    """A context for calling a logger's function directly in a test."""
    return InitLoggerContext(logger_config, pipeline_def)


def build_output_context(
    step_key: str = "none",
    name: str = "result",
    metadata: dict[str, Any] | None = None,
    run_id: str = "EPHEMERAL",
    mapping_key: str | None = None,
    config: Any = None,
    dagster_type: Any = None,
    version: str | None = None,
    resource_config: Any = None,
    resources: Mapping[str, Any] | None = None,
    solid_def: Any = None,
    pipeline_name: str = "",
) -> OutputContext:
    """A context for calling ``handle_output`` directly in a test."""
    kept = ByHand(resources, None, None)
    return OutputContext(
        step_key=step_key,
        name=name,
        run_id=run_id,
        pipeline_name=pipeline_name,
        mapping_key=mapping_key,
        solid_def=solid_def,
        dagster_type=dagster_type,
        metadata=metadata,
        config=config,
        resources=kept.resources,
        resource_config=resource_config,
        version=version,
    )


def build_input_context(
    name: str = "input",
    config: Any = None,
    metadata: dict[str, Any] | None = None,
    upstream_output: OutputContext | None = None,
    dagster_type: Any = None,
    resource_config: Any = None,
    resources: Mapping[str, Any] | None = None,
    solid_def: Any = None,
    pipeline_name: str = "",
) -> InputContext:
    """A context for calling ``load_input`` directly in a test."""
    kept = ByHand(resources, None, None)
    return InputContext(
        name=name,
        pipeline_name=pipeline_name,
        solid_def=solid_def,
        upstream_output=upstream_output,
        dagster_type=dagster_type,
        metadata=metadata,
        config=config,
        resources=kept.resources,
        resource_config=resource_config,
    )


def build_hook_context(
    resources: Mapping[str, Any] | None = None,
    mode_def: Any = None,
    solid: Any = None,
    op: Any = None,
    run_id: str = "EPHEMERAL",
    pipeline_name: str = "",
    solid_exception: BaseException | None = None,
    instance: Any = None,
) -> HookContext:
    """A context for calling a hook directly in a test."""
    kept = ByHand(resources, None, instance)
    return HookContext(
        resources=kept.resources,
        mode_def=mode_def,
        solid=solid or op,
        run_id=run_id,
        pipeline_name=pipeline_name,
        solid_exception=solid_exception,
        instance=instance,
    )
