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
from jupyter_orch.definitions.metadata import AssetKey
from jupyter_orch.definitions.names import unknown, valid_name
from jupyter_orch.definitions.run import PipelineRun
from jupyter_orch.definitions.run_request import DefaultSensorStatus, RunRequest, gathered, refuse_others
from jupyter_orch.definitions.schedule import takes_argument
from jupyter_orch.records.status import RunStatus

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
            DagsterInvariantViolationError: it is no string, or longer than 1 MiB.
        """
        if cursor is not None and not isinstance(cursor, str):
            raise DagsterInvariantViolationError(
                f"a cursor must be a string or None, not {type(cursor).__name__}; use json.dumps for more"
            )
        if cursor is not None and len(cursor.encode("utf-8", "surrogatepass")) > MAX_CURSOR_BYTES:
            raise DagsterInvariantViolationError(
                "a cursor may have at most 1 MiB; keep large state elsewhere and its place in the cursor"
            )
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
) -> Any:
    """Decorator: a function ``(context)`` that gives RunRequest or SkipReason objects becomes a sensor.

    Args:
        pipeline_name, name, solid_selection, mode, minimum_interval_seconds, description, job, jobs, default_status:
            as for :class:`SensorDefinition`.
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
        )

    if callable(pipeline_name):
        return decorate(pipeline_name, None)
    return lambda function: decorate(function, pipeline_name)


@dataclass(frozen=True)
class AssetEvent:
    """A materialization that an asset sensor is told of.

    Attributes:
        asset_key, partition, metadata: what was written.
        run_id, timestamp: by which run, and when.
    """

    asset_key: AssetKey
    run_id: str
    timestamp: float
    partition: str | None = None
    metadata: tuple[dict[str, Any], ...] = ()


class AssetSensorDefinition(SensorDefinition):
    """A sensor that is evaluated once for each new materialization of an asset;
    its function takes ``(context, AssetEvent)``.
    """

    kind = "asset"

    def __init__(self, name: str, asset_key: AssetKey, materialization_fn: Callable[..., Any], **options: Any) -> None:
        self.asset_key = asset_key
        self.materialization_fn = materialization_fn
        super().__init__(name, self._newest, **options)

    def _newest(self, context: SensorEvaluationContext) -> Any:
        instance = context.instance
        if instance is None:
            raise DagsterInvariantViolationError(
                f"the asset sensor {self.name!r} needs an instance to look for materializations of "
                f"{self.asset_key.to_user_string()}"
            )
        found = instance.latest_materialization(self.asset_key, after=context.cursor)
        if found is None:
            return None
        cursor, event = found
        answer = self.materialization_fn(context, event)
        items = list(answer) if inspect.isgenerator(answer) else answer
        context.update_cursor(str(cursor))
        return items


def asset_sensor(
    asset_key: Any, pipeline_name: str | None = None, name: str | None = None, **options: Any
) -> Callable[[Callable[..., Any]], AssetSensorDefinition]:
    """Decorator: a function ``(context, AssetEvent)`` becomes a sensor that is called for new materializations of
    an asset.
    """

    def decorate(function: Callable[..., Any]) -> AssetSensorDefinition:
        return AssetSensorDefinition(
            name or function.__name__,
            AssetKey.of(asset_key),
            function,
            pipeline_name=pipeline_name,
            description=options.pop("description", None) or inspect.getdoc(function),
            **options,
        )

    return decorate


class RunStatusSensorContext:
    """What a run status sensor's function sees: ``sensor_name``, ``pipeline_run``, ``pipeline_event``, ``instance``."""

    def __init__(
        self, sensor_name: str, pipeline_run: PipelineRun, pipeline_event: Any = None, instance: Any = None
    ) -> None:
        self.sensor_name = sensor_name
        self.pipeline_run = pipeline_run
        self.pipeline_event = pipeline_event
        self.instance = instance

    @property
    def dagster_run(self) -> PipelineRun:
        """The run under its later word."""
        return self.pipeline_run

    @property
    def dagster_event(self) -> Any:
        """The event under its later word."""
        return self.pipeline_event

    @property
    def failure_event(self) -> Any:
        """The event that says why the run failed."""
        return self.pipeline_event

    def for_pipeline_failure(self) -> RunStatusSensorContext:
        """Itself; failure sensors see the same."""
        return self

    for_run_failure = for_pipeline_failure


PipelineFailureSensorContext = RunStatusSensorContext
RunFailureSensorContext = RunStatusSensorContext


def build_run_status_sensor_context(
    sensor_name: str, dagster_run: PipelineRun, dagster_event: Any = None, instance: Any = None
) -> RunStatusSensorContext:
    """A context for calling a run status sensor directly in a test."""
    return RunStatusSensorContext(sensor_name, dagster_run, dagster_event, instance)


class RunStatusSensorDefinition(SensorDefinition):
    """A sensor that is called for runs that came to a status.

    Args:
        name: unique among schedules and sensors of the repository.
        run_status: the status.
        run_status_fn: ``(context)``; it may return RunRequest objects.
        pipeline_selection: only runs of these pipelines; all of the repository when left out.
    """

    kind = "run_status"

    def __init__(
        self,
        name: str,
        run_status: RunStatus,
        run_status_fn: Callable[..., Any],
        pipeline_selection: Iterable[str] | None = None,
        minimum_interval_seconds: int | None = None,
        description: str | None = None,
        default_status: DefaultSensorStatus = DefaultSensorStatus.STOPPED,
    ) -> None:
        self.run_status = RunStatus(run_status)
        self.run_status_fn = run_status_fn
        self.pipeline_selection = None if pipeline_selection is None else list(pipeline_selection)
        super().__init__(
            name,
            run_status_fn,
            minimum_interval_seconds=minimum_interval_seconds,
            description=description,
            default_status=default_status,
        )

    def react(self, context: RunStatusSensorContext) -> list[RunRequest]:
        """Tell the function of one run.

        Raises:
            SensorExecutionError: it raised; the original is the cause.
        """
        try:
            answer = self.run_status_fn(context) if takes_argument(self.run_status_fn) else self.run_status_fn()
            return gathered(answer, f"sensor {self.name!r}")[0]
        except Exception as error:
            raise SensorExecutionError(f"sensor {self.name!r} raised {type(error).__name__}: {error}") from error


def run_status_sensor(
    pipeline_run_status: RunStatus | None = None,
    run_status: RunStatus | None = None,
    pipeline_selection: list[str] | None = None,
    job_selection: list[Any] | None = None,
    name: str | None = None,
    minimum_interval_seconds: int | None = None,
    description: str | None = None,
    default_status: DefaultSensorStatus = DefaultSensorStatus.STOPPED,
) -> Callable[[Callable[..., Any]], RunStatusSensorDefinition]:
    """Decorator: a function ``(context)`` is called for every run that comes to a status."""
    status = pipeline_run_status or run_status
    if status is None:
        raise DagsterInvalidDefinitionError("run_status_sensor needs run_status: which status shall it look for?")
    names = pipeline_selection or [item.name for item in job_selection or ()] or None
    return lambda function: RunStatusSensorDefinition(
        name or function.__name__,
        status,
        function,
        names,
        minimum_interval_seconds,
        description or inspect.getdoc(function),
        default_status,
    )


@makes(RunStatusSensorDefinition)
def pipeline_failure_sensor(
    name: Any = None,
    minimum_interval_seconds: int | None = None,
    description: str | None = None,
    pipeline_selection: list[str] | None = None,
    job_selection: list[Any] | None = None,
    default_status: DefaultSensorStatus = DefaultSensorStatus.STOPPED,
) -> Any:
    """Decorator: a function ``(context)`` is called for every run that fails."""
    make = run_status_sensor(
        RunStatus.FAILURE,
        None,
        pipeline_selection,
        job_selection,
        None if callable(name) else name,
        minimum_interval_seconds,
        description,
        default_status,
    )
    return make(name) if callable(name) else make


run_failure_sensor = pipeline_failure_sensor
