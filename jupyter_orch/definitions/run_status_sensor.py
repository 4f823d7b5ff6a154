"""Sensors that are told of runs that came to a status."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from typing import Any

from jupyter_orch.definitions.decorator import makes
from jupyter_orch.definitions.errors import (
    DagsterInvalidDefinitionError,
    DagsterInvalidInvocationError,
    SensorExecutionError,
)
from jupyter_orch.definitions.run import PipelineRun
from jupyter_orch.definitions.run_request import DefaultSensorStatus, RunRequest, gathered
from jupyter_orch.definitions.schedule import takes_argument
from jupyter_orch.definitions.sensor import SensorDefinition
from jupyter_orch.records.status import RunStatus


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
    sensor_name: str, dagster_instance: Any = None, dagster_run: Any = None, dagster_event: Any = None
) -> RunStatusSensorContext:
    """A context for calling a run status sensor directly in a test.

    Args:
        sensor_name: the sensor.
        dagster_instance: what ``context.instance`` is to be.
        dagster_run: the run that came to the status.
        dagster_event: the event that says so, e.g. the last of ``result.event_list``.

    Raises:
        DagsterInvalidInvocationError: ``dagster_run`` is missing.
    """
    if not isinstance(dagster_run, PipelineRun):
        raise DagsterInvalidInvocationError("build_run_status_sensor_context needs dagster_run: which run is it about?")
    return RunStatusSensorContext(sensor_name, dagster_run, dagster_event, dagster_instance)


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
