"""Partition sets: slices of one pipeline's runs, and schedules that go through them."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import datetime
from typing import Any

from jupyter_orch.definitions.errors import (
    DagsterInvalidDefinitionError,
    DagsterInvariantViolationError,
    PartitionExecutionError,
)
from jupyter_orch.definitions.names import valid_name, valid_tags
from jupyter_orch.definitions.partition import (
    DynamicPartitionsDefinition,
    Partition,
    PartitionsDefinition,
    StaticPartitionsDefinition,
    TimeWindowPartitionsDefinition,
)
from jupyter_orch.definitions.run_request import DefaultScheduleStatus, RunRequest, SkipReason
from jupyter_orch.definitions.schedule import ScheduleDefinition, ScheduleEvaluationContext, takes_argument
from jupyter_orch.definitions.shown import is_json

PARTITION_TAG = "dagster/partition"
PARTITION_SET_TAG = "dagster/partition_set"


class PartitionScheduleDefinition(ScheduleDefinition):
    """A schedule that starts runs of partitions, as :meth:`PartitionSetDefinition.create_schedule_definition` and the
    decorators for hours, days, weeks and months make it.
    """

    def get_partition_set(self) -> PartitionSetDefinition:
        """The partitions that it runs."""
        made: PartitionSetDefinition = self.partition_set
        return made


class PartitionSetDefinition:
    """Named slices of one pipeline's runs.

    Args:
        name: unique in the repository.
        pipeline_name: what runs for each slice.
        partition_fn: ``()`` or ``(current_time)`` → partitions or their names; or ``partitions_def``.
        solid_selection, mode: of the runs.
        run_config_fn_for_partition: ``(partition)`` → run config.
        tags_fn_for_partition: ``(partition)`` → tags.
        partitions_def: the slices themselves.
    """

    def __init__(
        self,
        name: str,
        pipeline_name: str | None = None,
        partition_fn: Callable[..., Any] | None = None,
        solid_selection: list[str] | None = None,
        mode: str | None = None,
        run_config_fn_for_partition: Callable[[Partition[Any]], Any] | None = None,
        tags_fn_for_partition: Callable[[Partition[Any]], Any] | None = None,
        partitions_def: PartitionsDefinition | None = None,
        job_name: str | None = None,
    ) -> None:
        self.name = valid_name(name, "partition set", reserved=False)
        target = pipeline_name or job_name
        if target is None:
            raise DagsterInvalidDefinitionError(
                f"partition set {name!r} needs pipeline_name: what runs for each partition?"
            )
        if (partition_fn is None) == (partitions_def is None):
            raise DagsterInvalidDefinitionError(f"partition set {name!r} needs either partition_fn or partitions_def")
        self.pipeline_name = target
        self.solid_selection = list(solid_selection) if solid_selection else None
        self.mode = mode or "default"
        self._run_config_fn = run_config_fn_for_partition
        self._tags_fn = tags_fn_for_partition
        if partitions_def is None:
            assert partition_fn is not None
            function = partition_fn
            partitions_def = DynamicPartitionsDefinition(
                lambda now: function(now) if takes_argument(function) else function()
            )
        self.partitions_def = partitions_def

    def get_partitions(self, current_time: datetime | None = None) -> list[Partition[Any]]:
        """All partitions that there are at a time.

        Raises:
            PartitionExecutionError: the function raised; the original is the cause.
        """
        found: list[Partition[Any]] = self._call(
            "partition_fn", lambda: self.partitions_def.get_partitions(current_time)
        )
        return found

    def get_partition_names(self, current_time: datetime | None = None) -> list[str]:
        """Their names."""
        return [partition.name for partition in self.get_partitions(current_time)]

    def get_partition(self, name: str) -> Partition[Any]:
        """The partition of that name."""
        found: Partition[Any] = self._call("partition_fn", lambda: self.partitions_def.get_partition(name))
        return found

    def run_config_for_partition(self, partition: Partition[Any]) -> dict[str, Any]:
        """A fresh copy of the run config for a partition."""
        function = self._run_config_fn
        if function is None:
            return {}
        config: dict[str, Any] = copy.deepcopy(
            self._call("run_config_fn_for_partition", lambda: function(partition)) or {}
        )
        if not is_json(config):
            raise DagsterInvariantViolationError(
                f"the run config of partition {partition.name!r} of {self.name!r} holds values that are no JSON; "
                "write dates as strings"
            )
        return config

    def tags_for_partition(self, partition: Partition[Any]) -> dict[str, str]:
        """The tags for a partition, with those that name it and its set."""
        function = self._tags_fn
        own = self._call("tags_fn_for_partition", lambda: function(partition)) if function is not None else {}
        return {
            **valid_tags(own, f"partition {partition.name!r}", system_allowed=False),
            PARTITION_TAG: partition.name,
            PARTITION_SET_TAG: self.name,
        }

    def _call(self, what: str, function: Callable[[], Any]) -> Any:
        try:
            return function()
        except (DagsterInvariantViolationError, DagsterInvalidDefinitionError):
            raise
        except Exception as error:
            if type(error).__module__ == "jupyter_orch.definitions.errors":
                raise
            raise PartitionExecutionError(
                f"{what} of partition set {self.name!r} raised {type(error).__name__}: {error}"
            ) from error

    def create_schedule_definition(
        self,
        schedule_name: str,
        cron_schedule: str,
        partition_selector: Callable[..., Any],
        should_execute: Callable[..., bool] | None = None,
        environment_vars: dict[str, str] | None = None,
        execution_timezone: str | None = None,
        description: str | None = None,
        decorated_fn: Any = None,
        job: Any = None,
        default_status: DefaultScheduleStatus = DefaultScheduleStatus.STOPPED,
    ) -> PartitionScheduleDefinition:
        """A schedule that starts runs of partitions.

        Args:
            schedule_name, cron_schedule, should_execute, environment_vars, execution_timezone, description, job,
                default_status: as for a schedule.
            partition_selector: ``(context, partition set)`` → one partition, several, or a SkipReason.
            decorated_fn: what calling the schedule in a test calls.
        """

        def execution_fn(context: ScheduleEvaluationContext) -> Any:
            chosen = partition_selector(context, self)
            if isinstance(chosen, SkipReason):
                return chosen
            partitions = chosen if isinstance(chosen, list) else [chosen] if chosen is not None else []
            if not partitions:
                return SkipReason("the partition selector chose no partition")
            if should_execute is not None and not should_execute(context):
                return SkipReason(f"should_execute of schedule {schedule_name!r} returned False")
            return [
                RunRequest(
                    partition.name if len(partitions) > 1 else None,
                    self.run_config_for_partition(partition),
                    self.tags_for_partition(partition),
                )
                for partition in partitions
            ]

        return PartitionScheduleDefinition(
            schedule_name,
            cron_schedule,
            self.pipeline_name,
            solid_selection=self.solid_selection,
            mode=self.mode,
            environment_vars=environment_vars,
            execution_timezone=execution_timezone,
            execution_fn=execution_fn,
            description=description,
            job=job,
            default_status=default_status,
            partition_set=self,
            decorated_fn=decorated_fn,
        )


def identity_partition_selector(
    context: ScheduleEvaluationContext, partition_set: PartitionSetDefinition
) -> Partition[Any] | SkipReason:
    """Choose the partition whose window begins when the tick is due."""
    return create_offset_partition_selector(lambda moment: moment)(context, partition_set)


def create_offset_partition_selector(
    execution_time_to_partition_fn: Callable[[datetime], datetime],
) -> Callable[..., Partition[Any] | SkipReason]:
    """A selector that chooses the partition in which a time lies.

    Args:
        execution_time_to_partition_fn: when the tick is due → a time in the wanted partition.
    """

    def selector(
        context: ScheduleEvaluationContext, partition_set: PartitionSetDefinition
    ) -> Partition[Any] | SkipReason:
        due = context.scheduled_execution_time
        if due is None:
            partitions = partition_set.get_partitions()
            return partitions[-1] if partitions else SkipReason("there is no partition yet")
        wanted = execution_time_to_partition_fn(due)
        definition = partition_set.partitions_def
        if isinstance(definition, TimeWindowPartitionsDefinition):
            return _window_of(definition, wanted)
        partition: Partition[Any]
        for partition in reversed(partition_set.get_partitions(due)):
            value = partition.value
            if isinstance(value, datetime) and _same_moment(value, wanted):
                return partition
        return SkipReason(f"partition set {partition_set.name!r} has no partition for {wanted.isoformat()}")

    return selector


def _same_moment(first: datetime, second: datetime) -> bool:
    if (first.tzinfo is None) != (second.tzinfo is None):
        return first.replace(tzinfo=None) == second.replace(tzinfo=None)
    return first == second


def _window_of(windows: TimeWindowPartitionsDefinition, wanted: datetime) -> Partition[Any] | SkipReason:
    begin = windows.floor(wanted if wanted.tzinfo else wanted.replace(tzinfo=windows.zone))
    if begin < windows.first():
        return SkipReason(
            f"the partition {windows.name_of(begin)!r} lies before the first one, {windows.name_of(windows.first())!r}"
        )
    if windows.end is not None and begin >= windows.end:
        return SkipReason(f"the partition {windows.name_of(begin)!r} lies after the end date")
    return Partition(begin, windows.name_of(begin))


class PartitionedConfig:
    """The run config of a job, made anew for each partition.

    Args:
        partitions_def: the slices.
        run_config_for_partition_fn: ``(partition)`` → run config.
        decorated_fn: what the user wrote.
        tags_for_partition_fn: ``(partition)`` → tags.
    """

    def __init__(
        self,
        partitions_def: PartitionsDefinition,
        run_config_for_partition_fn: Callable[[Partition[Any]], Any],
        decorated_fn: Any = None,
        tags_for_partition_fn: Callable[[Partition[Any]], Any] | None = None,
    ) -> None:
        self.partitions_def = partitions_def
        self.run_config_for_partition_fn = run_config_for_partition_fn
        self.decorated_fn = decorated_fn
        self.tags_for_partition_fn = tags_for_partition_fn

    def get_partition_keys(self, current_time: datetime | None = None) -> list[str]:
        """Names of the slices."""
        return self.partitions_def.get_partition_keys(current_time)

    def get_run_config_for_partition_key(self, partition_key: str) -> Any:
        """The run config of one slice."""
        return self.run_config_for_partition_fn(self.partitions_def.get_partition(partition_key))

    def __call__(self, *args: Any) -> Any:
        """Call the decorated function directly in a test."""
        return self.decorated_fn(*args)


def static_partitioned_config(partition_keys: list[str]) -> Callable[[Callable[[str], Any]], PartitionedConfig]:
    """Decorator: a function ``(partition name)`` → run config, for a list of names."""
    listed = StaticPartitionsDefinition(partition_keys)
    return lambda fn: PartitionedConfig(listed, lambda partition: fn(partition.name), fn)


def dynamic_partitioned_config(
    partition_fn: Callable[[datetime | None], list[str]],
) -> Callable[[Callable[[str], Any]], PartitionedConfig]:
    """Decorator: a function ``(partition name)`` → run config, for the names that ``partition_fn`` gives."""
    return lambda fn: PartitionedConfig(
        DynamicPartitionsDefinition(partition_fn), lambda partition: fn(partition.name), fn
    )


def windowed_config(
    windows: TimeWindowPartitionsDefinition,
) -> Callable[[Callable[[datetime, datetime], Any]], PartitionedConfig]:
    """Decorator: a function ``(begin, end)`` → run config, for windows of time."""
    return lambda fn: PartitionedConfig(
        windows, lambda partition: fn(partition.value, windows.shifted(partition.value, 1)), fn
    )
