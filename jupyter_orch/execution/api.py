"""Running pipelines and solids from a script, a test or a notebook cell: synchronous, no server."""

from __future__ import annotations

import uuid
from collections.abc import Generator, Iterable, Iterator
from typing import Any

from jupyter_orch.definitions.contexts import InputContext, OutputContext
from jupyter_orch.definitions.dagster_event import DagsterEvent
from jupyter_orch.definitions.errors import (
    DagsterInvariantViolationError,
    DagsterRunNotFoundError,
    DagsterSubprocessError,
)
from jupyter_orch.definitions.io_manager import fs_io_manager, mem_io_manager
from jupyter_orch.definitions.names import valid_tags
from jupyter_orch.definitions.pipeline import PipelineDefinition
from jupyter_orch.definitions.reconstruct import ReconstructablePipeline
from jupyter_orch.definitions.run import PipelineRun
from jupyter_orch.execution.failures import failure_text, user_error
from jupyter_orch.execution.instance import DagsterInstance
from jupyter_orch.execution.interrupt import RunCanceled
from jupyter_orch.execution.known import first_step_failure, known_from
from jupyter_orch.execution.known import from_failure as known_after_failure
from jupyter_orch.execution.own_run import REPOSITORY, OwnRun
from jupyter_orch.execution.python_logs import captured
from jupyter_orch.execution.result import PipelineExecutionResult
from jupyter_orch.execution.run import RunOutcome, drive
from jupyter_orch.execution.scope import RunScope, opened_loggers
from jupyter_orch.plan.prepare import Prepared, prepare, selected_steps
from jupyter_orch.records.event import Event, EventType
from jupyter_orch.records.messages import KnownState, PipelineSelector
from jupyter_orch.records.status import RunStatus

Runnable = PipelineDefinition | ReconstructablePipeline


def execute_pipeline(
    pipeline: Any,
    run_config: dict[str, Any] | None = None,
    mode: str | None = None,
    preset: str | None = None,
    tags: dict[str, Any] | None = None,
    solid_selection: list[str] | None = None,
    instance: DagsterInstance | None = None,
    raise_on_error: bool = True,
) -> PipelineExecutionResult:
    """Run a pipeline here and now.

    Args:
        pipeline: the pipeline or job; ``reconstructable(…)`` lets steps run in fresh processes.
        run_config: the document.
        mode: the mode; or ``preset``, which brings run config, mode, selection and tags.
        tags: of the run.
        solid_selection: run only these, e.g. ``["*total"]``.
        instance: keeps run and events; an ephemeral one when left out.
        raise_on_error: raise what a step raised; otherwise look at ``result.success``.

    Raises:
        DagsterInvalidConfigError: the run config does not fit; holds every mistake.

    Example:
        >>> execute_pipeline(greetings).result_for_solid("shout").output_value()
    """
    run = _RunHere(_order(pipeline, run_config, mode, preset, tags, solid_selection), instance, raise_on_error)
    for _ in run.events():
        pass
    return run.result()


def execute_pipeline_iterator(
    pipeline: Any,
    run_config: dict[str, Any] | None = None,
    mode: str | None = None,
    preset: str | None = None,
    tags: dict[str, Any] | None = None,
    solid_selection: list[str] | None = None,
    instance: DagsterInstance | None = None,
) -> Iterator[DagsterEvent]:
    """Run a pipeline step by step, as its events are taken;
    closing the iterator stops the run and closes its resources.
    """
    run = _RunHere(_order(pipeline, run_config, mode, preset, tags, solid_selection), instance, raise_on_error=False)
    for event in run.events():
        yield DagsterEvent(event, run.scope.pipeline.name)


def reexecute_pipeline(
    pipeline: Any,
    parent_run_id: str,
    run_config: dict[str, Any] | None = None,
    step_selection: list[str] | None = None,
    mode: str | None = None,
    preset: str | None = None,
    tags: dict[str, Any] | None = None,
    instance: DagsterInstance | None = None,
    raise_on_error: bool = True,
    from_failure: bool = False,
) -> PipelineExecutionResult:
    """Run a pipeline again, or some steps of it on top of what an earlier run made.

    Args:
        parent_run_id: the earlier run, known to the instance.
        step_selection: e.g. ``["*total", "double[a]+"]``; all steps when left out.
        from_failure: run what failed, what never came to an end, and all that depends on it.
        pipeline, run_config, mode, preset, tags, instance, raise_on_error: as for :func:`execute_pipeline`.
    """
    order = _order_again(pipeline, parent_run_id, run_config, mode, preset, tags, instance)
    run = _rerun(order, parent_run_id, step_selection, from_failure, instance, raise_on_error)
    for _ in run.events():
        pass
    return run.result()


def reexecute_pipeline_iterator(
    pipeline: Any,
    parent_run_id: str,
    run_config: dict[str, Any] | None = None,
    step_selection: list[str] | None = None,
    mode: str | None = None,
    preset: str | None = None,
    tags: dict[str, Any] | None = None,
    instance: DagsterInstance | None = None,
    from_failure: bool = False,
) -> Iterator[DagsterEvent]:
    """:func:`reexecute_pipeline`, as its events are taken."""
    order = _order_again(pipeline, parent_run_id, run_config, mode, preset, tags, instance)
    run = _rerun(order, parent_run_id, step_selection, from_failure, instance, False)
    for event in run.events():
        yield DagsterEvent(event, run.scope.pipeline.name)


def _parent(parent_run_id: str, instance: DagsterInstance | None) -> tuple[DagsterInstance, PipelineRun]:
    if instance is None:
        raise DagsterInvariantViolationError(
            "reexecute_pipeline needs the instance that knows the earlier run; pass instance="
        )
    parent = instance.get_run_by_id(parent_run_id)
    if parent is None:
        raise DagsterRunNotFoundError(f"the instance knows no run {parent_run_id!r}, so it can not be executed again")
    return instance, parent


def _order_again(
    pipeline: Any,
    parent_run_id: str,
    run_config: Any,
    mode: str | None,
    preset: str | None,
    tags: Any,
    instance: DagsterInstance | None,
) -> _Order:
    parent = _parent(parent_run_id, instance)[1]
    return _order(pipeline, run_config, mode or parent.mode, preset, tags, parent.solid_selection)


def _rerun(
    order: _Order,
    parent_run_id: str,
    step_selection: Iterable[str] | None,
    is_from_failure: bool,
    instance: DagsterInstance | None,
    raise_on_error: bool,
) -> _RunHere:
    keeper, parent = _parent(parent_run_id, instance)
    plan, earlier = order.prepared.plan, keeper.known_of(parent_run_id)
    happened = [entry.event for entry in keeper.all_logs(parent_run_id)]
    known, only = KnownState(), None
    root = parent.root_run_id or parent.run_id
    order.tags.update({"dagster/parent_run_id": parent.run_id, "dagster/root_run_id": root})
    if step_selection is not None:
        only = selected_steps(plan, step_selection)
        known = known_from(happened, parent_run_id, earlier)
        order.tags["dagster/step_selection"] = ",".join(step_selection)
    elif is_from_failure:
        if parent.is_success:
            raise DagsterInvariantViolationError(f"run {parent_run_id!r} succeeded; there is nothing to run again")
        known = known_after_failure(happened, plan, parent_run_id, earlier)
        order.tags["dagster/is_resume_retry"] = "true"
    return _RunHere(order, keeper, raise_on_error, known, only, parent.run_id, root)


class _Order:
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


def _order(
    pipeline: Any, run_config: Any, mode: str | None, preset: str | None, tags: Any, selection: Iterable[str] | None
) -> _Order:
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
    return _Order(definition, origin, prepared, run_config, {**definition.tags, **given})


class _RunHere:
    def __init__(
        self,
        order: _Order,
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
        self._own = OwnRun(self.instance.archive, run, known)
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


def validate_run_config(
    pipeline_def: Any, run_config: dict[str, Any] | None = None, mode: str | None = None
) -> dict[str, Any]:
    """The run config with defaults filled in.

    Raises:
        DagsterInvalidConfigError: it does not fit; holds every mistake.
    """
    order = _order(pipeline_def, run_config or {}, mode, None, None, None)
    config = order.prepared.config
    return {
        "solids": config.solids,
        "resources": {key: {"config": value} for key, value in config.resources.items()},
        "execution": {config.executor: {"config": config.executor_config}},
        "loggers": config.loggers or {},
    }
