"""Schedules: cron, and a function that says what to run."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from jupyter_orch.definitions.cron import checked_cron, checked_timezone
from jupyter_orch.definitions.errors import DagsterInvalidDefinitionError, ScheduleExecutionError
from jupyter_orch.definitions.names import valid_name, valid_tags
from jupyter_orch.definitions.run_request import (
    DefaultScheduleStatus,
    RunRequest,
    gathered,
    refuse_keyless,
    refuse_others,
)


class ScheduleEvaluationContext:
    """What a schedule's functions see.

    Attributes:
        scheduled_execution_time: when the tick was due, with time zone; None in a test that gives none.
        instance: the instance, or None.
    """

    def __init__(self, scheduled_execution_time: datetime | None = None, instance: Any = None) -> None:
        self.scheduled_execution_time = scheduled_execution_time
        self.instance = instance

    @property
    def has_scheduled_execution_time(self) -> bool:
        """Whether the due time is known."""
        return self.scheduled_execution_time is not None


ScheduleExecutionContext = ScheduleEvaluationContext


def build_schedule_context(
    instance: Any = None, scheduled_execution_time: datetime | None = None
) -> ScheduleEvaluationContext:
    """A context for evaluating a schedule directly in a test."""
    return ScheduleEvaluationContext(scheduled_execution_time, instance)


@dataclass(frozen=True)
class ScheduleExecutionData:
    """What evaluating a schedule gave."""

    run_requests: tuple[RunRequest, ...] = ()
    skip_message: str | None = None


class ScheduleDefinition:
    """When and with what a pipeline is started by the clock.

    Args:
        name: unique among schedules and sensors of the repository.
        cron_schedule: five fields, or ``@daily`` and the like.
        pipeline_name: what to start; or ``job``, the pipeline itself.
        run_config: the same document each time; or ``run_config_fn``, ``(context)`` → document.
        tags: the same each time; or ``tags_fn``, ``(context)`` → tags.
        solid_selection, mode: of the run.
        should_execute: ``(context)`` → whether to start at all.
        environment_vars: accepted for older programs.
        execution_timezone: zone of the cron fields; UTC when left out.
        execution_fn: ``(context)`` → RunRequest, SkipReason, several of them, or a run config; replaces all the
            functions above.
        description: why.
        default_status: whether it runs until somebody says otherwise.

    Raises:
        DagsterInvalidDefinitionError: the cron text or the zone is wrong, or two ways of saying one thing are used.
    """

    def __init__(
        self,
        name: str | None = None,
        cron_schedule: str | None = None,
        pipeline_name: str | None = None,
        run_config: dict[str, Any] | None = None,
        run_config_fn: Callable[..., Any] | None = None,
        tags: dict[str, Any] | None = None,
        tags_fn: Callable[..., Any] | None = None,
        solid_selection: list[str] | None = None,
        mode: str | None = None,
        should_execute: Callable[..., bool] | None = None,
        environment_vars: dict[str, str] | None = None,
        execution_timezone: str | None = None,
        execution_fn: Callable[..., Any] | None = None,
        description: str | None = None,
        job: Any = None,
        default_status: DefaultScheduleStatus = DefaultScheduleStatus.STOPPED,
        partition_set: Any = None,
        decorated_fn: Callable[..., Any] | None = None,
    ) -> None:
        target = job.name if job is not None else pipeline_name
        if target is None:
            raise DagsterInvalidDefinitionError("a schedule needs pipeline_name or job: what shall it start?")
        self.name = valid_name(name or f"{target}_schedule", "schedule", reserved=False)
        owner = f"schedule {self.name!r}"
        self.cron_schedule = checked_cron(cron_schedule, owner)
        self.execution_timezone = checked_timezone(execution_timezone, owner)
        if run_config is not None and run_config_fn is not None:
            raise DagsterInvalidDefinitionError(f"{owner} has run_config and run_config_fn; leave one of them out")
        if tags is not None and tags_fn is not None:
            raise DagsterInvalidDefinitionError(f"{owner} has tags and tags_fn; leave one of them out")
        self.pipeline_name = target
        self.job = job
        self.mode = mode or "default"
        self.solid_selection = list(solid_selection) if solid_selection else None
        self.tags = valid_tags(tags, owner, system_allowed=False)
        self.environment_vars = dict(environment_vars or {})
        self.description = description
        self.default_status = default_status
        self.partition_set = partition_set
        self._run_config = run_config
        self._run_config_fn = run_config_fn
        self._tags_fn = tags_fn
        self._should_execute = should_execute
        self._execution_fn = execution_fn
        self._decorated_fn = decorated_fn

    @property
    def job_name(self) -> str:
        """The pipeline under its later word."""
        return self.pipeline_name

    def evaluate_tick(self, context: ScheduleEvaluationContext) -> ScheduleExecutionData:
        """Ask what to start now.

        Raises:
            ScheduleExecutionError: a function of the schedule raised; the original is the cause.
            DagsterInvariantViolationError: it gave something that can not be.
        """
        owner = f"schedule {self.name!r}"
        if self._should_execute is not None and not self._call(self._should_execute, context, "should_execute"):
            return ScheduleExecutionData(skip_message=f"should_execute of {owner} returned False")
        if self._execution_fn is not None:
            return self._gathered(self._call(self._execution_fn, context, "function", drain=True), context, owner)
        config = self._call(self._run_config_fn, context, "run_config_fn") if self._run_config_fn else self._run_config
        return ScheduleExecutionData((RunRequest(None, config or {}, self._all_tags(context, {})),))

    def _gathered(self, answer: Any, context: ScheduleEvaluationContext, owner: str) -> ScheduleExecutionData:
        if isinstance(answer, dict):
            return ScheduleExecutionData((RunRequest(None, answer, self._all_tags(context, {})),))
        requests, skip, others = gathered(answer, owner)
        refuse_others(others, owner)
        refuse_keyless(requests, owner)
        if not requests:
            return ScheduleExecutionData(
                skip_message=skip.skip_message if skip and skip.skip_message else f"{owner} gave no run request"
            )
        made = tuple(RunRequest(r.run_key, r.run_config, self._all_tags(context, r.tags), r.job_name) for r in requests)
        return ScheduleExecutionData(made)

    def _all_tags(self, context: ScheduleEvaluationContext, own: dict[str, str]) -> dict[str, str]:
        given = self._call(self._tags_fn, context, "tags_fn") if self._tags_fn else self.tags
        return {**valid_tags(given, f"schedule {self.name!r}"), **own}

    def _call(
        self, function: Callable[..., Any], context: ScheduleEvaluationContext, what: str, drain: bool = False
    ) -> Any:
        try:
            answer = function(context) if takes_argument(function) else function()
            return list(answer) if drain and inspect.isgenerator(answer) else answer
        except Exception as error:
            raise ScheduleExecutionError(
                f"{what} of schedule {self.name!r} raised {type(error).__name__}: {error}"
            ) from error

    def __call__(self, *args: Any) -> Any:
        """Call the decorated function directly in a test."""
        if self._decorated_fn is not None:
            return self._decorated_fn(*args)
        if self._execution_fn is None:
            raise DagsterInvalidDefinitionError(
                f"schedule {self.name!r} was not made by a decorator, so it can not be called; use evaluate_tick"
            )
        if not takes_argument(self._execution_fn):
            return self._execution_fn()
        return self._execution_fn(args[0] if args else build_schedule_context())


def takes_argument(function: Callable[..., Any]) -> bool:
    """Whether a function has a positional parameter."""
    try:
        return any(
            p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD, p.VAR_POSITIONAL)
            for p in inspect.signature(function).parameters.values()
        )
    except (TypeError, ValueError):
        return True


def schedule(
    cron_schedule: str,
    pipeline_name: str | None = None,
    name: str | None = None,
    tags: dict[str, Any] | None = None,
    tags_fn: Callable[..., Any] | None = None,
    solid_selection: list[str] | None = None,
    mode: str | None = None,
    should_execute: Callable[..., bool] | None = None,
    environment_vars: dict[str, str] | None = None,
    execution_timezone: str | None = None,
    description: str | None = None,
    job: Any = None,
    default_status: DefaultScheduleStatus = DefaultScheduleStatus.STOPPED,
) -> Callable[[Callable[..., Any]], ScheduleDefinition]:
    """Decorator: a function ``(context)`` that gives a run config, RunRequest or SkipReason becomes a schedule.

    Args:
        cron_schedule, pipeline_name, name, tags, tags_fn, solid_selection, mode, should_execute, environment_vars,
        execution_timezone,
        description, job, default_status: as for :class:`ScheduleDefinition`.
    """

    def decorate(function: Callable[..., Any]) -> ScheduleDefinition:
        return ScheduleDefinition(
            name or function.__name__,
            cron_schedule,
            pipeline_name,
            tags=tags,
            tags_fn=tags_fn,
            solid_selection=solid_selection,
            mode=mode,
            should_execute=should_execute,
            environment_vars=environment_vars,
            execution_timezone=execution_timezone,
            execution_fn=function,
            description=description or inspect.getdoc(function),
            job=job,
            default_status=default_status,
        )

    return decorate


def moment(seconds: float, zone: Any) -> datetime:
    """Seconds since the epoch as a time in a zone."""
    return datetime.fromtimestamp(seconds, tz=UTC).astimezone(zone)
