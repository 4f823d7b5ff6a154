"""A run in this process, for scripts, tests and notebook cells: checked, then worked off as its events are taken."""

from __future__ import annotations

import uuid
from collections.abc import Generator, Iterable
from typing import Any

from jupyter_orch.definitions.errors import (
    DagsterInvariantViolationError,
    DagsterSubprocessError,
)
from jupyter_orch.definitions.io_contexts import InputContext, OutputContext
from jupyter_orch.definitions.io_manager import fs_io_manager, mem_io_manager
from jupyter_orch.definitions.names import valid_tags
from jupyter_orch.definitions.pipeline import PipelineDefinition
from jupyter_orch.definitions.reconstruct import ReconstructablePipeline
from jupyter_orch.definitions.run import PipelineRun
from jupyter_orch.execution.failures import failure_text, user_error
from jupyter_orch.execution.instance import DagsterInstance
from jupyter_orch.execution.interrupt import RunCanceled
from jupyter_orch.execution.known import first_step_failure
from jupyter_orch.execution.own_run import REPOSITORY, OwnRun
from jupyter_orch.execution.python_logs import captured
from jupyter_orch.execution.result import PipelineExecutionResult
from jupyter_orch.execution.run import RunOutcome, drive
from jupyter_orch.execution.scope import RunScope, opened_loggers
from jupyter_orch.plan.prepare import Prepared, prepare
from jupyter_orch.records.event import Event, EventType
from jupyter_orch.records.messages import KnownState, PipelineSelector
from jupyter_orch.records.status import RunStatus

Runnable = PipelineDefinition | ReconstructablePipeline


class Order:
    """What shall run, checked."""

    def __init__(
        self,
        pipeline: PipelineDefinition,
        origin: ReconstructablePipeline | None,
        prepared: Prepared,
        run_config: dict[str, Any],
        tags: dict[str, str],
    ) -> None:
        self.pipeline = pipeline
        self.origin = origin
        self.prepared = prepared
        self.run_config = run_config
        self.tags = tags


def order_for(
    pipeline: Any, run_config: Any, mode: str | None, preset: str | None, tags: Any, selection: Iterable[str] | None
) -> Order:
    origin = pipeline if isinstance(pipeline, ReconstructablePipeline) else None
    definition = (
        origin.definition if origin else pipeline.as_pipeline() if hasattr(pipeline, "as_pipeline") else pipeline
    )
    if not isinstance(definition, PipelineDefinition):
        raise DagsterInvariantViolationError(
            f"this is no pipeline: {definition!r}; pass a pipeline, a job, or reconstructable(…)"
        )
    given = valid_tags(tags, "the run")
    if preset is not None:
        chosen = definition.get_preset(preset)
        for what, own, other in (
            ("run_config", chosen.run_config, run_config),
            ("mode", chosen.mode, mode),
            ("solid_selection", chosen.solid_selection, selection),
        ):
            if other and own and other != own:
                raise DagsterInvariantViolationError(
                    f"preset {preset!r} brings its own {what}; leave {what} out, or use preset.with_additional_config"
                )
        run_config, mode, selection = chosen.run_config or run_config, chosen.mode, chosen.solid_selection or selection
        given = {**chosen.tags, "dagster/preset_name": preset, **given}
    if run_config is None:
        run_config = definition.job_config or {}
    prepared = prepare(definition, mode, run_config, selection)
    return Order(definition, origin, prepared, run_config, {**definition.tags, **given})


class RunHere:
    def __init__(
        self,
        order: Order,
        instance: DagsterInstance | None,
        raise_on_error: bool,
        known: KnownState | None = None,
        only: tuple[str, ...] | None = None,
        parent_run_id: str | None = None,
        root_run_id: str | None = None,
    ) -> None:
        prepared = order.prepared
        self.instance = instance if instance is not None else DagsterInstance.ephemeral()
        self._raise = raise_on_error
        self._only = only
        run = PipelineRun(
            pipeline_name=prepared.pipeline.name,
            run_id=str(uuid.uuid4()),
            run_config=order.run_config,
            mode=prepared.mode.name,
            solid_selection=prepared.pipeline.solid_selection,
            step_keys_to_execute=only,
            tags=order.tags,
            parent_run_id=parent_run_id,
            root_run_id=root_run_id,
        )
        self._own = OwnRun(self.instance.archive, run, prepared.pipeline, known)
        self._heard: list[Event] = []
        in_memory = self.instance.is_ephemeral
        self.scope = RunScope(
            pipeline=prepared.pipeline,
            mode=prepared.mode,
            shape=prepared.shape,
            config=prepared.config,
            plan=prepared.plan,
            run=run,
            emit=self._hear,
            default_io_manager=mem_io_manager if in_memory else fs_io_manager,
            instance=self.instance,
            storage_directory="" if in_memory else self.instance.storage_directory(),
            known=known or KnownState(),
            target=order.origin.target if order.origin else None,
            selector=PipelineSelector(
                repository=REPOSITORY,
                pipeline=order.pipeline.name,
                mode=prepared.mode.name,
                solid_selection=prepared.pipeline.solid_selection,
            )
            if order.origin
            else None,
            loggers=opened_loggers(prepared.pipeline, prepared.mode, prepared.config, run.run_id, with_default=True),
            kept={},
        )
        self.outcome = RunOutcome()

    def _hear(self, event: Event) -> None:
        self._note(event)
        self._own.tell(event)

    def _note(self, event: Event) -> Event:
        self._heard.append(event)
        if self.scope.loggers:
            self.scope.tell_loggers(event)
        return event

    def events(self) -> Generator[Event, None, None]:
        """Run; with ``raise_on_error`` the first error ends it."""
        yield self._note(self._own.begin(f"Run of pipeline {self.scope.pipeline.name!r} begins."))
        try:
            with captured((), "DEBUG", lambda event: self.scope.emit(event)):
                error = yield from self._steps()
            yield self._end(error)
        finally:
            if not self._own.has_ended:
                self._own.end(RunStatus.FAILURE, "The run was left before its end.")
        if self._raise:
            self._raise_error(error)

    def _steps(self) -> Generator[Event, None, BaseException | None]:
        steps = drive(self.scope, self._only, self.outcome)
        try:
            for event in steps:
                self._hear(event)
                yield event
                if self._raise and event.type is EventType.STEP_FAILURE and not event.data.get("canceled"):
                    return self._error(event)
        except RunCanceled:
            self.outcome.canceled = True
        finally:
            steps.close()  # type: ignore[attr-defined]
        return None

    def _error(self, event: Event) -> BaseException:
        raised = self.scope.raised.get(str(event.step_key))
        if raised is not None:
            return user_error(raised)
        return DagsterSubprocessError(
            f"step {event.step_key!r} failed in a process of its own:\n{failure_text(event.data['failure'])}"
        )

    def _end(self, error: BaseException | None) -> Event:
        name = self.scope.pipeline.name
        if self.outcome.canceled:
            return self._note(self._own.end(RunStatus.CANCELED, f"Run of pipeline {name!r} was canceled."))
        if self.outcome.ok and error is None:
            return self._note(self._own.end(RunStatus.SUCCESS, f"Run of pipeline {name!r} succeeded."))
        reason = self.outcome.failure or first_step_failure(self._heard)
        return self._note(self._own.end(RunStatus.FAILURE, f"Run of pipeline {name!r} failed.", reason))

    def _raise_error(self, error: BaseException | None) -> None:
        if error is not None:
            raise error
        if self.outcome.error is not None:
            raise user_error(self.outcome.error)
        if self.outcome.canceled:
            raise KeyboardInterrupt("the run was canceled")

    def result(self) -> PipelineExecutionResult:
        """How it came out."""
        return PipelineExecutionResult(
            self.scope.pipeline, self.scope.plan, self.scope.run.run_id, self._heard, self.outcome.ok, self._value
        )

    def _value(self, step_key: str, output: str, mapping_key: str | None) -> Any:
        kept = self.scope.kept or {}
        if (step_key, output, mapping_key) in kept:
            return kept[step_key, output, mapping_key]
        return _stored_value(self.scope, step_key, output, mapping_key)


def _stored_value(scope: RunScope, step_key: str, output: str, mapping_key: str | None) -> Any:
    """Load an output that another process stored."""
    definition = scope.plan.step(step_key).solid.output_dict[output]
    if definition.dagster_type.is_nothing:
        return None
    opened = scope.resource_scope()
    try:
        for key in opened.order({definition.io_manager_key}, "this result"):
            opened.open(key)
        upstream = OutputContext(
            step_key=step_key,
            name=output,
            run_id=scope.known.source_run_ids.get(step_key, scope.run.run_id),
            mapping_key=mapping_key,
            pipeline_name=scope.pipeline.name,
            metadata=definition.metadata,
            definition=definition,
            pipeline_run=scope.run,
            dagster_type=definition.dagster_type,
        )
        return opened.values[definition.io_manager_key].load_input(
            InputContext(name="result", upstream_output=upstream, definition=None)
        )
    finally:
        opened.close()
