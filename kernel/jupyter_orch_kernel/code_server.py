"""Request → answer about the code of a location. No sockets, no comm; safe to be asked from several threads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from jupyter_orch.definitions.asset_sensor import AssetEvent, AssetSensorDefinition
from jupyter_orch.definitions.errors import DagsterInvariantViolationError, SensorNotFound
from jupyter_orch.definitions.metadata import AssetKey
from jupyter_orch.definitions.names import unknown
from jupyter_orch.definitions.partition import Partition
from jupyter_orch.definitions.pipeline import PipelineDefinition
from jupyter_orch.definitions.repository import RepositoryDefinition
from jupyter_orch.definitions.run import PipelineRun
from jupyter_orch.definitions.run_request import RunRequest
from jupyter_orch.definitions.run_status_sensor import RunStatusSensorContext, RunStatusSensorDefinition
from jupyter_orch.definitions.schedule import ScheduleDefinition, ScheduleEvaluationContext, moment
from jupyter_orch.definitions.sensor import SensorDefinition, SensorEvaluationContext
from jupyter_orch.errors import OrchError
from jupyter_orch.execution.failures import MAX_MESSAGE, failure_of, user_error
from jupyter_orch.execution.instance import DagsterInstance
from jupyter_orch.execution.versions import versions_of
from jupyter_orch.plan.document_bounds import MAX_ERRORS
from jupyter_orch.plan.prepare import prepare, selected_steps, shape_for
from jupyter_orch.records.codec import from_json, to_json
from jupyter_orch.records.messages import ConfigSchema, ConfigVerdict, PipelineSelector, RunRequestRecord, TickVerdict
from jupyter_orch.records.status import RunStatus
from jupyter_orch_kernel.evaluation import EvaluationTimeout, captured, limited
from jupyter_orch_kernel.loader import Loaded


class RepositoryNotFound(DagsterInvariantViolationError):
    """The location has no such repository."""

    code = "REPOSITORY_NOT_FOUND"


class UnknownMethod(OrchError):
    """The code server does not know this request."""

    code = "UNKNOWN_METHOD"


class CodeServer:
    """Answers questions about loaded code.

    Args:
        loaded: the code.
    """

    def __init__(self, loaded: Loaded) -> None:
        self._loaded = loaded
        self._instance = DagsterInstance.of_deployment()
        self._methods: dict[str, Callable[[dict[str, Any]], Any]] = {
            "describe": self._describe,
            "validate_config": self._validate_config,
            "config_schema": self._config_schema,
            "plan": self._plan,
            "versions": self._versions,
            "evaluate_schedule": self._evaluate_schedule,
            "evaluate_sensor": self._evaluate_sensor,
            "partition_names": self._partition_names,
            "partition_config": self._partition_config,
        }

    def answer(self, method: str, params: dict[str, Any]) -> Any:
        """Answer one request.

        Args:
            method: see the table above; ``docs/reference/code_server.md`` says what each takes and gives.
            params: plain JSON.

        Returns:
            Plain JSON.

        Raises:
            OrchError: the request names something that is not there; its ``code`` says what.
        """
        function = self._methods.get(method)
        if function is None:
            raise UnknownMethod(unknown("method", method, self._methods, "the code server"))
        return to_json(function(params))

    # what there is

    def _describe(self, _params: dict[str, Any]) -> Any:
        return self._loaded.snapshot()

    def repository(self, name: str) -> RepositoryDefinition:
        """The repository of that name.

        Raises:
            RepositoryNotFound: lists those that there are.
        """
        try:
            return self._loaded.repositories[name]
        except KeyError:
            raise RepositoryNotFound(
                unknown("repository", name, self._loaded.repositories, f"location {self._loaded.target.name!r}")
            ) from None

    def _pipeline(self, params: dict[str, Any]) -> tuple[PipelineDefinition, PipelineSelector]:
        selector = from_json(PipelineSelector, params["selector"])
        return self.repository(selector.repository).get_pipeline(selector.pipeline), selector

    # config and plan

    def _validate_config(self, params: dict[str, Any]) -> ConfigVerdict:
        pipeline, selector = self._pipeline(params)
        _, errors = shape_for(pipeline, mode_name(pipeline, selector.mode), selector.solid_selection).check(
            params.get("run_config") or {}
        )
        return ConfigVerdict(valid=not errors, errors=tuple(errors[:MAX_ERRORS]))

    def _config_schema(self, params: dict[str, Any]) -> ConfigSchema:
        pipeline, selector = self._pipeline(params)
        root = shape_for(pipeline, mode_name(pipeline, selector.mode), selector.solid_selection).root
        return ConfigSchema(
            schema={"$schema": "https://json-schema.org/draft/2020-12/schema", **root.json_schema()},
            scaffold=root.scaffold(),
        )

    def _plan(self, params: dict[str, Any]) -> Any:
        pipeline, selector = self._pipeline(params)
        prepared = prepare(
            pipeline, mode_name(pipeline, selector.mode), params.get("run_config") or {}, selector.solid_selection
        )
        wanted = params.get("step_keys")
        if wanted is None:
            return prepared.plan.snapshot()
        for key in wanted:
            prepared.plan.step(key.strip("*+"))
        return prepared.plan.snapshot(set(selected_steps(prepared.plan, wanted)))

    def _versions(self, params: dict[str, Any]) -> Any:
        """The version of each step and output; None for what has none."""
        pipeline, selector = self._pipeline(params)
        prepared = prepare(
            pipeline, mode_name(pipeline, selector.mode), params.get("run_config") or {}, selector.solid_selection
        )
        return {"steps": versions_of(prepared)}

    # schedules, sensors, partitions

    def _evaluate_schedule(self, params: dict[str, Any]) -> TickVerdict:
        """``params``: repository, schedule, due_at; ``timeout`` in seconds ends the function."""
        repository = self.repository(params["repository"])
        schedule = repository.get_schedule_def(params["schedule"])
        due = params.get("due_at")
        at = None if due is None else moment(due, ZoneInfo(schedule.execution_timezone))
        context = ScheduleEvaluationContext(at, self._instance)

        def evaluate() -> TickVerdict:
            data = schedule.evaluate_tick(context)
            requests = tuple(_record(repository, schedule, request) for request in data.run_requests)
            return TickVerdict(requests=requests, skip_reason=data.skip_message)

        return _watched(evaluate, params)

    def _evaluate_sensor(self, params: dict[str, Any]) -> TickVerdict:
        """``params``: repository, sensor, what it may look at; ``timeout`` in seconds ends the function."""
        repository = self.repository(params["repository"])
        sensor = repository.get_sensor_def(params["sensor"])
        verdict = _watched(lambda: self._asked(repository, sensor, params), params)
        return replace(verdict, cursor=params.get("cursor")) if verdict.failure is not None else verdict

    def _asked(self, repository: RepositoryDefinition, sensor: SensorDefinition, params: dict[str, Any]) -> TickVerdict:
        if isinstance(sensor, RunStatusSensorDefinition):
            return self._react(repository, sensor, params)
        context = SensorEvaluationContext(
            params.get("cursor"),
            params.get("last_run_key"),
            params.get("last_completion_time"),
            repository.name,
            self._instance
            if not isinstance(sensor, AssetSensorDefinition)
            else _WithAssetEvents(self._instance, params.get("asset_events") or ()),
        )
        data = sensor.evaluate_tick(context)
        requests = tuple(_record(repository, sensor, request) for request in data.run_requests)
        return TickVerdict(requests=requests, skip_reason=data.skip_message, cursor=data.cursor)

    def _react(
        self, repository: RepositoryDefinition, sensor: RunStatusSensorDefinition, params: dict[str, Any]
    ) -> TickVerdict:
        run = params["run"]
        context = RunStatusSensorContext(
            sensor.name,
            PipelineRun(
                pipeline_name=run["pipeline"],
                run_id=run["run_id"],
                run_config=run.get("run_config") or {},
                mode=run.get("mode", "default"),
                status=RunStatus(run["status"]),
                tags=run.get("tags") or {},
            ),
            params.get("event"),
            self._instance,
        )
        return TickVerdict(requests=tuple(_record(repository, sensor, request) for request in sensor.react(context)))

    def _partition_names(self, params: dict[str, Any]) -> dict[str, Any]:
        partition_set = self.repository(params["repository"]).get_partition_set_def(params["partition_set"])
        return {"names": partition_set.get_partition_names()}

    def _partition_config(self, params: dict[str, Any]) -> dict[str, Any]:
        """Run config and tags of some partitions:
        ``{name: {"run_config", "tags", "config_errors"} | {"failure"}}``.
        """
        repository = self.repository(params["repository"])
        partition_set = repository.get_partition_set_def(params["partition_set"])
        pipeline = repository.get_pipeline(partition_set.pipeline_name)
        by_name: dict[str, Partition[Any]] = {p.name: p for p in partition_set.get_partitions()}
        answers: dict[str, Any] = {}
        for name in params["names"]:
            try:
                partition = by_name.get(name) or partition_set.get_partition(name)
                run_config = partition_set.run_config_for_partition(partition)
                shape = shape_for(pipeline, mode_name(pipeline, partition_set.mode), partition_set.solid_selection)
                answers[name] = {
                    "run_config": run_config,
                    "tags": partition_set.tags_for_partition(partition),
                    "config_errors": shape.check(run_config)[1][:MAX_ERRORS],
                }
            except Exception as error:
                answers[name] = {"failure": failure_of(user_error(error))}
        return answers


class _WithAssetEvents(DagsterInstance):
    """The instance of an asset sensor: the materializations that it is asked about came with the request."""

    def __init__(self, deployment: DagsterInstance, events: Any) -> None:
        super().__init__(deployment.archive, is_ephemeral=False)
        self._events = list(events)

    def latest_materialization(self, asset_key: AssetKey, after: str | None = None) -> tuple[int, AssetEvent] | None:
        """The newest of them behind a cursor, with its own cursor."""
        known = int(after) if after and after.isdigit() else 0
        newer = [
            item for item in self._events if item["cursor"] > known and list(item["asset_key"]) == list(asset_key.path)
        ]
        if not newer:
            return None
        newest = max(newer, key=lambda item: item["cursor"])
        return newest["cursor"], AssetEvent(
            asset_key,
            newest["run_id"],
            newest["timestamp"],
            newest.get("partition"),
            tuple(newest.get("metadata") or ()),
        )


def mode_name(pipeline: PipelineDefinition, mode: str) -> str | None:
    """The mode that a selector means: ``"default"`` stands for the only mode whatever it is called."""
    return None if mode == "default" and mode not in pipeline.available_modes else mode


def _watched(evaluate: Callable[[], TickVerdict], params: dict[str, Any]) -> TickVerdict:
    """Call what a user wrote: its output is kept, its errors are part of the answer, and its time is limited."""
    seconds = params.get("timeout")
    with captured() as output:
        try:
            with limited(seconds):
                verdict = evaluate()
        except EvaluationTimeout as error:
            late = failure_of(error)
            message = f"the function did not end in {seconds:g} s, so it was stopped"
            verdict = TickVerdict(failure=replace(late, cls="EvaluationTimeout", message=message))
        except SensorNotFound:
            raise
        except BaseException as error:
            verdict = TickVerdict(failure=failure_of(user_error(error)))
        reason = verdict.skip_reason
        cut = reason[:MAX_MESSAGE] + "…" if reason is not None and len(reason) > MAX_MESSAGE else reason
        return replace(verdict, skip_reason=cut, output=output())


def _record(
    repository: RepositoryDefinition, asking: ScheduleDefinition | SensorDefinition, request: RunRequest
) -> RunRequestRecord:
    """A request with its pipeline, and with every mistake of its run config."""
    name = request.job_name or asking.pipeline_name
    if name is None:
        raise DagsterInvariantViolationError(f"{asking.name!r} requests a run, but has no pipeline to start")
    pipeline = repository.get_pipeline(name)
    shape = shape_for(pipeline, mode_name(pipeline, asking.mode), asking.solid_selection)
    _, errors = shape.check(request.run_config or {})
    return RunRequestRecord(
        run_key=request.run_key or None,
        run_config=request.run_config,
        tags=request.tags,
        pipeline=name,
        config_errors=tuple(errors[:MAX_ERRORS]),
    )
