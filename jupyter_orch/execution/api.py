"""Running pipelines and solids from a script, a test or a notebook cell: synchronous, no server."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from jupyter_orch.definitions.dagster_event import DagsterEvent
from jupyter_orch.definitions.errors import (
    DagsterInvariantViolationError,
    DagsterRunNotFoundError,
)
from jupyter_orch.definitions.run import PipelineRun
from jupyter_orch.execution.instance import DagsterInstance
from jupyter_orch.execution.known import from_failure as known_after_failure
from jupyter_orch.execution.known import known_from
from jupyter_orch.execution.progress import Progress
from jupyter_orch.execution.result import PipelineExecutionResult
from jupyter_orch.execution.run_here import Order, RunHere, order_for
from jupyter_orch.plan.prepare import selected_steps
from jupyter_orch.records.known import known_without
from jupyter_orch.records.messages import KnownState


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
    run = RunHere(order_for(pipeline, run_config, mode, preset, tags, solid_selection), instance, raise_on_error)
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
    run = RunHere(order_for(pipeline, run_config, mode, preset, tags, solid_selection), instance, raise_on_error=False)
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
) -> Order:
    parent = _parent(parent_run_id, instance)[1]
    return order_for(pipeline, run_config, mode or parent.mode, preset, tags, parent.solid_selection)


def _rerun(
    order: Order,
    parent_run_id: str,
    step_selection: Iterable[str] | None,
    is_from_failure: bool,
    instance: DagsterInstance | None,
    raise_on_error: bool,
) -> RunHere:
    keeper, parent = _parent(parent_run_id, instance)
    plan, earlier = order.prepared.plan, keeper.known_of(parent_run_id)
    happened = [entry.event for entry in keeper.all_logs(parent_run_id)]
    known, only = KnownState(), None
    root = parent.root_run_id or parent.run_id
    order.tags.update({"dagster/parent_run_id": parent.run_id, "dagster/root_run_id": root})
    if step_selection is not None:
        only = selected_steps(plan, step_selection)
        known = known_without(known_from(happened, parent_run_id, earlier), only)
        Progress(plan, only, known)  # says at once what can not be selected
        order.tags["dagster/step_selection"] = ",".join(step_selection)
    elif is_from_failure:
        if parent.is_success:
            raise DagsterInvariantViolationError(f"run {parent_run_id!r} succeeded; there is nothing to run again")
        known = known_after_failure(happened, plan, parent_run_id, earlier)
        order.tags["dagster/is_resume_retry"] = "true"
    return RunHere(order, keeper, raise_on_error, known, only, parent.run_id, root)


def validate_run_config(
    pipeline_def: Any, run_config: dict[str, Any] | None = None, mode: str | None = None
) -> dict[str, Any]:
    """The run config with defaults filled in.

    Raises:
        DagsterInvalidConfigError: it does not fit; holds every mistake.
    """
    order = order_for(pipeline_def, run_config or {}, mode, None, None, None)
    config = order.prepared.config
    return {
        "solids": config.solids,
        "resources": {key: {"config": value} for key, value in config.resources.items()},
        "execution": {config.executor: {"config": config.executor_config}},
        "loggers": config.loggers or {},
    }
