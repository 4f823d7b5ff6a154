"""Values in and out of a step: loading inputs, checking types, storing outputs."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from jupyter_orch.definitions.contexts import SolidExecutionContext, TypeCheckContext
from jupyter_orch.definitions.errors import (
    DagsterError,
    DagsterExecutionHandleOutputError,
    DagsterExecutionLoadInputError,
    DagsterInvariantViolationError,
    DagsterTypeCheckDidNotPass,
    DagsterTypeCheckError,
    DagsterTypeLoadingError,
    DagsterTypeMaterializationError,
)
from jupyter_orch.definitions.io_contexts import InputContext, OutputContext
from jupyter_orch.definitions.io_manager import InputManager, IOManager, IOManagerDefinition, able_to
from jupyter_orch.definitions.metadata import EventMetadataEntry
from jupyter_orch.definitions.output import AssetMaterialization, DynamicOutput, Output, TypeCheck
from jupyter_orch.definitions.resource_scope import ResourceScope
from jupyter_orch.execution import events
from jupyter_orch.execution.scope import RunScope
from jupyter_orch.execution.versions import output_version
from jupyter_orch.plan.plan import FromConfig, FromDefault, FromMany, FromOutput, FromRootManager, Step, StepInput
from jupyter_orch.records.event import Event

_PASSED = TypeCheck(True)


class StepIO:
    """Loads the inputs of one step and stores its outputs.

    Args:
        scope: the run.
        step: the step, its sources resolved.
        opened: the open resources.
        context: what the solid's function sees.
    """

    def __init__(self, scope: RunScope, step: Step, opened: ResourceScope, context: SolidExecutionContext) -> None:
        self._scope = scope
        self._step = step
        self._opened = opened
        self._context = context
        self.input_assets: list[list[str]] = []

    def load(self, item: StepInput, inputs: dict[str, Any]) -> Iterator[Event]:
        """Load one input into ``inputs`` and check its type.

        Raises:
            DagsterExecutionLoadInputError: its manager failed.
            DagsterTypeCheckDidNotPass: the value has another type.
        """
        source = item.source
        definition = item.definition
        if definition.dagster_type.is_nothing:
            return
        if isinstance(source, FromOutput):
            value = self._from_output(item, source)
            yield self._loaded(item, source)
        elif isinstance(source, FromMany):
            value = []
            for part in source.sources:
                value.append(self._from_output(item, part) if isinstance(part, FromOutput) else self._plain(item, part))
                if isinstance(part, FromOutput):
                    yield self._loaded(item, part)
        elif isinstance(source, FromRootManager):
            value = self._from_root(item, source)
            yield events.loaded_input(self._step.key, item.name, source.key, None, None)
        else:
            value = self._plain(item, source)
        verdict = self._checked(definition.dagster_type, value)
        yield events.step_input(self._step.key, item.name, definition.dagster_type.display_name, verdict)
        if not verdict.success:
            raise DagsterTypeCheckDidNotPass(
                f"input {item.name!r} of step {self._step.key!r} does not have the type "
                f"{definition.dagster_type.display_name!r}: {verdict.description}"
            )
        inputs[item.name] = value

    def _loaded(self, item: StepInput, source: FromOutput) -> Event:
        return events.loaded_input(self._step.key, item.name, self._manager_key(source), source.step_key, source.output)

    def _manager_key(self, source: FromOutput) -> str:
        return str(self._scope.plan.step(source.step_key).solid.output_dict[source.output].io_manager_key)

    def _plain(self, item: StepInput, source: Any) -> Any:
        if isinstance(source, FromDefault):
            return source.value
        if isinstance(source, FromConfig):
            try:
                context = self._with_resources_of(source.loader, f"the loader of input {item.name!r}")
                return source.loader.load(context, source.value)
            except Exception as error:
                raise DagsterTypeLoadingError(
                    f"input {item.name!r} of step {self._step.key!r} could not be loaded from run config: "
                    f"{type(error).__name__}: {error}"
                ) from error
        raise DagsterInvariantViolationError(
            f"nothing feeds input {item.name!r} of step {self._step.key!r}; connect it or give it a value in the run "
            "config"
        )

    def _with_resources_of(self, reader: Any, owner: str) -> SolidExecutionContext:
        """The context for a loader or materializer: it sees the resources of the solid and its own."""
        own: frozenset[str] = getattr(reader, "required_resource_keys", frozenset())
        needed = self._step.solid.required_resource_keys
        if own <= needed:
            return self._context
        context = copy.copy(self._context)
        context.resources = self._opened.only(own | needed, owner)
        return context

    def _from_output(self, item: StepInput, source: FromOutput) -> Any:
        feeder = self._scope.plan.step(source.step_key)
        definition = feeder.solid.output_dict[source.output]
        if definition.dagster_type.is_nothing:
            return None
        upstream = self._output_context(
            feeder, source.output, source.mapping_key, self._scope.known.source_run_ids.get(feeder.key)
        )
        manager = able_to("load_input", self._opened.values[definition.io_manager_key], definition.io_manager_key)
        context = self._input_context(item, upstream, self._scope.resource_config(definition.io_manager_key))
        try:
            value = manager.load_input(context)
        except DagsterError:
            raise
        except Exception as error:
            raise DagsterExecutionLoadInputError(
                f"input {item.name!r} of step {self._step.key!r} could not be loaded from output {source.output!r} "
                f"of step {source.step_key!r} "
                f"with {definition.io_manager_key!r}: {type(error).__name__}: {error}"
            ) from error
        self._note_asset(context)
        return value

    def _note_asset(self, context: InputContext) -> None:
        if context._definition.asset_key is not None or (
            context.upstream_output is not None and context.upstream_output._definition.asset_key is not None
        ):
            key = context.asset_key
            if key is not None:
                self.input_assets.append(key.path)

    def _from_root(self, item: StepInput, source: FromRootManager) -> Any:
        manager: InputManager = able_to("load_input", self._opened.values[source.key], source.key)
        context = self._input_context(item, None, self._scope.resource_config(source.key), source.config, source.key)
        try:
            return manager.load_input(context)
        except DagsterError:
            raise
        except Exception as error:
            raise DagsterExecutionLoadInputError(
                f"input {item.name!r} of step {self._step.key!r} could not be loaded with {source.key!r}: "
                f"{type(error).__name__}: {error}"
            ) from error

    def _input_context(
        self,
        item: StepInput,
        upstream: OutputContext | None,
        resource_config: Any,
        config: Any = None,
        key: str | None = None,
    ) -> InputContext:
        manager_key = key or (upstream._definition.io_manager_key if upstream is not None else "")
        needed = (
            self._scope.resource_defs[manager_key].required_resource_keys
            if manager_key in self._scope.resource_defs
            else ()
        )
        return InputContext(
            name=item.name,
            pipeline_name=self._scope.pipeline.name,
            step_key=self._step.key,
            solid_def=self._step.solid,
            upstream_output=upstream,
            dagster_type=item.definition.dagster_type,
            metadata=item.definition.metadata,
            config=config,
            log=self._context.log,
            resources=self._opened.only(needed, "this IO manager"),
            resource_config=resource_config,
            definition=item.definition,
            pipeline_run=self._scope.run,
        )

    def _output_context(
        self, step: Step, name: str, mapping_key: str | None, run_id: str | None = None
    ) -> OutputContext:
        definition = step.solid.output_dict[name]
        manager = self._scope.resource_defs[definition.io_manager_key]
        config = None
        if isinstance(manager, IOManagerDefinition) and manager.output_config_field is not None:
            config = (step.output_config or {}).get(name)
        return OutputContext(
            step_key=step.key,
            name=name,
            run_id=run_id or self._scope.run.run_id,
            pipeline_name=self._scope.pipeline.name,
            mapping_key=mapping_key,
            solid_def=step.solid,
            solid_name=step.handle[-1],
            dagster_type=definition.dagster_type,
            metadata=definition.metadata,
            config=config,
            log=self._context.log,
            resources=self._opened.only(manager.required_resource_keys, "this IO manager"),
            resource_config=self._scope.resource_config(definition.io_manager_key),
            version=output_version(self._scope, step, name),
            definition=definition,
            pipeline_run=self._scope.run,
        )

    def _checked(self, kind: Any, value: Any) -> TypeCheck:
        if kind.always_passes:
            return _PASSED
        context = TypeCheckContext(
            self._context.log,
            self._opened.only(kind.required_resource_keys, f"type {kind.display_name!r}"),
            self._scope.run.run_id,
            kind,
        )
        try:
            verdict: TypeCheck = kind.type_check(context, value)
        except DagsterError:
            raise
        except Exception as error:
            raise DagsterTypeCheckError(
                f"the check of type {kind.display_name!r} raised {type(error).__name__}: {error}"
            ) from error
        return verdict

    def give(self, output: Output[Any] | DynamicOutput[Any]) -> Iterator[Event]:
        """Check and store one output.

        Raises:
            DagsterTypeCheckDidNotPass: the value has another type.
            DagsterExecutionHandleOutputError: its manager failed.
        """
        definition = self._step.solid.output_dict[output.output_name]
        mapping_key = output.mapping_key if isinstance(output, DynamicOutput) else None
        kind = definition.dagster_type
        verdict = self._checked(kind, output.value)
        metadata = output.metadata_entries + self._context.output_metadata(output.output_name, mapping_key)
        yield events.step_output(self._step.key, output.output_name, mapping_key, kind.display_name, verdict, metadata)
        if not verdict.success:
            raise DagsterTypeCheckDidNotPass(
                f"output {output.output_name!r} of step {self._step.key!r} does not have the type "
                f"{kind.display_name!r}: {verdict.description}"
            )
        yield from self._materialized(output, kind)
        if not kind.is_nothing:
            yield from self._stored(output, mapping_key, metadata)

    def _materialized(self, output: Any, kind: Any) -> Iterator[Event]:
        if kind.materializer is None or not isinstance(self._step.output_config, list):
            return
        for entry in self._step.output_config:
            if output.output_name not in entry:
                continue
            try:
                context = self._with_resources_of(kind.materializer, f"the materializer of {kind.display_name!r}")
                made = kind.materializer.materialize(context, entry[output.output_name], output.value)
            except DagsterError:
                raise
            except Exception as error:
                raise DagsterTypeMaterializationError(
                    f"output {output.output_name!r} of step {self._step.key!r} could not be materialized: "
                    f"{type(error).__name__}: {error}"
                ) from error
            for item in made:
                yield events.asset(self._step.key, item)

    def _stored(
        self, output: Any, mapping_key: str | None, metadata: tuple[EventMetadataEntry, ...]
    ) -> Iterator[Event]:
        definition = self._step.solid.output_dict[output.output_name]
        manager = able_to("handle_output", self._opened.values[definition.io_manager_key], definition.io_manager_key)
        context = self._output_context(self._step, output.output_name, mapping_key)
        if output.version is not None:
            context.version = output.version
        collected: list[EventMetadataEntry] = []
        try:
            given = manager.handle_output(context, output.value)
            items = (
                ()
                if given is None
                else given
                if hasattr(given, "__iter__") and not isinstance(given, (str, dict))
                else (given,)
            )
            for item in items:
                if isinstance(item, EventMetadataEntry):
                    collected.append(item)
                elif isinstance(item, AssetMaterialization):
                    yield events.asset(self._step.key, item)
                else:
                    raise DagsterInvariantViolationError(
                        f"handle_output of {definition.io_manager_key!r} gave a {type(item).__name__}; it may give "
                        "AssetMaterialization and EventMetadataEntry objects"
                    )
        except DagsterError:
            raise
        except Exception as error:
            raise DagsterExecutionHandleOutputError(
                f"output {output.output_name!r} of step {self._step.key!r} could not be stored with "
                f"{definition.io_manager_key!r}: "
                f"{type(error).__name__}: {error}"
            ) from error
        entries = (*collected, *context.collected_metadata())
        yield from self._assets_of(definition, manager, context, metadata + entries)
        yield events.handled_output(self._step.key, output.output_name, mapping_key, definition.io_manager_key, entries)

    def _assets_of(
        self, definition: Any, manager: Any, context: OutputContext, metadata: tuple[EventMetadataEntry, ...]
    ) -> Iterator[Event]:
        key = definition.asset_key_for(context)
        partitions: Any = definition.asset_partitions_for(context) if key is not None else ()
        if key is None and isinstance(manager, IOManager):
            key = manager.get_output_asset_key(context)
            partitions = tuple(sorted(manager.get_output_asset_partitions(context))) if key is not None else ()
        if key is None:
            return
        for partition in partitions or (context.partition_key,):
            made = AssetMaterialization(key, metadata_entries=list(metadata), partition=partition)
            yield events.asset(self._step.key, made, self.input_assets)
