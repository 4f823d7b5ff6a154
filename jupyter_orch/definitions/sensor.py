"""Sensors: functions that look at the world now and then and say what to run."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from jupyter_orch.definitions.decorator import makes
from jupyter_orch.definitions.errors import (
    DagsterInvalidDefinitionError,
    DagsterInvariantViolationError,
    SensorExecutionError,
)
from jupyter_orch.definitions.names import unknown, valid_name
from jupyter_orch.definitions.run_request import DefaultSensorStatus, RunRequest, gathered, refuse_others
from jupyter_orch.definitions.schedule import takes_argument

MAX_CURSOR_BYTES = 1024 * 1024


class SensorEvaluationContext:
    """What a sensor's function sees.

    Attributes:
        cursor: what the last evaluation left behind, or None.
        last_run_key: key of the last run that the sensor started, or None.
        last_completion_time: when the last evaluation ended (seconds since the epoch), or None.
        repository_name: its repository.
        instance: the instance, or None.
    """

    def __init__(
        self,
        cursor: str | None = None,
        last_run_key: str | None = None,
        last_completion_time: float | None = None,
        repository_name: str | None = None,
        instance: Any = None,
    ) -> None:
        self._cursor = cursor
        self.last_run_key = last_run_key
        self.last_completion_time = last_completion_time
        self.repository_name = repository_name
        self.instance = instance
        self.cursor_was_set = False

    @property
    def cursor(self) -> str | None:
        """What the last evaluation left behind, or what this one has set."""
        return self._cursor

    def update_cursor(self, cursor: str | None) -> None:
        """Leave this behind for the next evaluation; kept only if this one does not fail.

        Raises:
            DagsterInvariantViolationError: it is no string, longer than 1 MiB, or has the character NUL in it.
        """
        if cursor is not None and not isinstance(cursor, str):
            raise DagsterInvariantViolationError(
                f"a cursor must be a string or None, not {type(cursor).__name__}; use json.dumps for more"
            )
        if cursor is not None and len(cursor.encode("utf-8", "surrogatepass")) > MAX_CURSOR_BYTES:
            raise DagsterInvariantViolationError(
                "a cursor may have at most 1 MiB; keep large state elsewhere and its place in the cursor"
            )
        if cursor is not None and "\0" in cursor:
            raise DagsterInvariantViolationError("a cursor can not be kept with the character NUL in it")
        self._cursor = cursor
        self.cursor_was_set = True


SensorExecutionContext = SensorEvaluationContext


def build_sensor_context(
    instance: Any = None, cursor: str | None = None, repository_name: str | None = None
) -> SensorEvaluationContext:
    """A context for evaluating a sensor directly in a test."""
    return SensorEvaluationContext(cursor, repository_name=repository_name, instance=instance)


@dataclass(frozen=True)
class SensorExecutionData:
    """What evaluating a sensor gave."""

    run_requests: tuple[RunRequest, ...] = ()
    skip_message: str | None = None
    cursor: str | None = None


class SensorDefinition:
    """What looks at the world.

    Args:
        name: unique among schedules and sensors of the repository.
        evaluation_fn: ``(context)`` → RunRequest, SkipReason, or several requests.
        pipeline_name: what to start; or ``job``, or ``jobs`` when requests name theirs.
        solid_selection, mode: of the runs.
        minimum_interval_seconds: how long from the end of one evaluation to the next; 30 when left out.
        description: why.
        default_status: whether it runs until somebody says otherwise.
        evaluation_timeout_seconds: how long one evaluation may take; what the deployment says when left out.
    """

    kind = "sensor"

    def __init__(
        self,
        name: str | None = None,
        evaluation_fn: Callable[..., Any] | None = None,
        pipeline_name: str | None = None,
        solid_selection: list[str] | None = None,
        mode: str | None = None,
        minimum_interval_seconds: int | None = None,
        description: str | None = None,
        job: Any = None,
        jobs: Iterable[Any] | None = None,
        default_status: DefaultSensorStatus = DefaultSensorStatus.STOPPED,
        evaluation_timeout_seconds: float | None = None,
    ) -> None:
        if evaluation_fn is None or not callable(evaluation_fn):
            raise DagsterInvalidDefinitionError("a sensor needs evaluation_fn, a function of (context)")
        self.name = valid_name(name or evaluation_fn.__name__, "sensor", reserved=False)
        self.evaluation_fn = evaluation_fn
        self.jobs = [job] if job is not None else list(jobs or ())
        self.pipeline_names = [item.name for item in self.jobs] or ([pipeline_name] if pipeline_name else [])
        self.mode = mode or "default"
        self.solid_selection = list(solid_selection) if solid_selection else None
        if minimum_interval_seconds is not None and (
            isinstance(minimum_interval_seconds, bool)
            or not isinstance(minimum_interval_seconds, (int, float))
            or minimum_interval_seconds < 0
        ):
            raise DagsterInvalidDefinitionError(
                f"minimum_interval_seconds of sensor {self.name!r} must be a number of 0 or more"
            )
        self.minimum_interval_seconds = 30 if minimum_interval_seconds is None else int(minimum_interval_seconds)
        self.description = description
        self.default_status = default_status
        if evaluation_timeout_seconds is not None and not _is_duration(evaluation_timeout_seconds):
            raise DagsterInvalidDefinitionError(
                f"evaluation_timeout_seconds of sensor {self.name!r} must be a number greater than 0"
            )
        self.evaluation_timeout_seconds = evaluation_timeout_seconds

    @property
    def pipeline_name(self) -> str | None:
        """The pipeline that it starts, when there is exactly one."""
        return self.pipeline_names[0] if len(self.pipeline_names) == 1 else None

    def evaluate_tick(self, context: SensorEvaluationContext) -> SensorExecutionData:
        """Ask what to start now.

        Raises:
            SensorExecutionError: the function raised; the original is the cause.
            DagsterInvariantViolationError: it gave something that can not be.
        """
        owner = f"sensor {self.name!r}"
        try:
            answer = self.evaluation_fn(context) if takes_argument(self.evaluation_fn) else self.evaluation_fn()
            if inspect.isgenerator(answer):
                answer = list(answer)
        except Exception as error:
            raise SensorExecutionError(f"{owner} raised {type(error).__name__}: {error}") from error
        requests, skip, others = gathered(answer, owner)
        refuse_others(others, owner)
        for request in requests:
            self._check_target(request, owner)
        message = (
            None if requests else (skip.skip_message if skip and skip.skip_message else f"{owner} gave no run request")
        )
        return SensorExecutionData(tuple(requests), message, context.cursor)

    def _check_target(self, request: RunRequest, owner: str) -> None:
        if request.job_name is None:
            if not self.pipeline_names:
                raise DagsterInvariantViolationError(
                    f"{owner} requests a run, but has no pipeline to start; give it pipeline_name, job or jobs"
                )
            if len(self.pipeline_names) > 1:
                raise DagsterInvariantViolationError(
                    f"{owner} starts several pipelines, so each RunRequest must say which one by job_name"
                )
        elif request.job_name not in self.pipeline_names:
            raise DagsterInvariantViolationError(
                f"a RunRequest of {owner}: {unknown('pipeline', request.job_name, self.pipeline_names, owner)}"
            )

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function directly in a test."""
        if not takes_argument(self.evaluation_fn):
            return self.evaluation_fn()
        return self.evaluation_fn(*(args or tuple(kwargs.values()) or (build_sensor_context(),)))


@makes(SensorDefinition)
def sensor(
    pipeline_name: Any = None,
    name: str | None = None,
    solid_selection: list[str] | None = None,
    mode: str | None = None,
    minimum_interval_seconds: int | None = None,
    description: str | None = None,
    job: Any = None,
    jobs: Iterable[Any] | None = None,
    default_status: DefaultSensorStatus = DefaultSensorStatus.STOPPED,
    evaluation_timeout_seconds: float | None = None,
) -> Any:
    """Decorator: a function ``(context)`` that gives RunRequest or SkipReason objects becomes a sensor.

    Args:
        pipeline_name, name, solid_selection, mode, minimum_interval_seconds, description, job, jobs, default_status,
            evaluation_timeout_seconds: as for :class:`SensorDefinition`.
    """

    def decorate(function: Callable[..., Any], target: str | None) -> SensorDefinition:
        return SensorDefinition(
            name or function.__name__,
            function,
            target,
            solid_selection,
            mode,
            minimum_interval_seconds,
            description or inspect.getdoc(function),
            job,
            jobs,
            default_status,
            evaluation_timeout_seconds,
        )

    if callable(pipeline_name):
        return decorate(pipeline_name, None)
    return lambda function: decorate(function, pipeline_name)


def _is_duration(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value < float("inf")
