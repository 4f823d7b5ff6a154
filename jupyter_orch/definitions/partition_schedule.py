"""The four classic decorators: a function of a date becomes a schedule over hours, days, weeks or months."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, TypedDict, Unpack

from jupyter_orch.definitions.errors import DagsterInvalidDefinitionError
from jupyter_orch.definitions.names import unknown
from jupyter_orch.definitions.partition import ScheduleType, TimeWindowPartitionsDefinition
from jupyter_orch.definitions.partition_set import (
    PartitionScheduleDefinition,
    PartitionSetDefinition,
    create_offset_partition_selector,
)
from jupyter_orch.definitions.run_request import DefaultScheduleStatus

_CLASSIC_FORMATS = {
    ScheduleType.HOURLY: "%Y-%m-%d-%H:%M",
    ScheduleType.DAILY: "%Y-%m-%d",
    ScheduleType.WEEKLY: "%Y-%m-%d",
    ScheduleType.MONTHLY: "%Y-%m",
}
DateDecorator = Callable[[Callable[[datetime], Any]], PartitionScheduleDefinition]


class ScheduleOptions(TypedDict, total=False):
    """What all four decorators take.

    Attributes:
        name: the function's name when left out.
        tags_fn_for_date: ``(date)`` → tags.
        end_date: no partition begins at or after this.
        job: the pipeline itself, instead of ``pipeline_name``.
        solid_selection, mode, should_execute, environment_vars, execution_timezone, description, default_status: as
            for a schedule.
    """

    name: str | None
    tags_fn_for_date: Callable[[datetime], dict[str, str] | None] | None
    solid_selection: list[str] | None
    mode: str | None
    should_execute: Callable[..., bool] | None
    environment_vars: dict[str, str] | None
    end_date: datetime | None
    execution_timezone: str | None
    description: str | None
    job: Any
    default_status: DefaultScheduleStatus


def hourly_schedule(
    pipeline_name: str | None = None,
    start_date: datetime | None = None,
    execution_time: time = time(0, 0),
    partition_hours_offset: int = 1,
    **options: Unpack[ScheduleOptions],
) -> DateDecorator:
    """Decorator: a function ``(begin of the hour)`` → run config becomes a schedule that runs once an hour.

    Args:
        pipeline_name: what it starts.
        start_date: first partition.
        execution_time: the minute of it says when in the hour.
        partition_hours_offset: how many hours before the tick the partition lies; 1 is the hour that has just ended.
        options: as for :class:`ScheduleOptions`.
    """
    cron = f"{execution_time.minute} * * * *"
    return _Windows(ScheduleType.HOURLY, cron, partition_hours_offset).decorator(pipeline_name, start_date, options)


def daily_schedule(
    pipeline_name: str | None = None,
    start_date: datetime | None = None,
    execution_time: time = time(0, 0),
    partition_days_offset: int = 1,
    **options: Unpack[ScheduleOptions],
) -> DateDecorator:
    """Decorator: a function ``(day)`` → run config becomes a schedule that runs once a day;
    arguments as for :func:`hourly_schedule`.
    """
    cron = f"{execution_time.minute} {execution_time.hour} * * *"
    return _Windows(ScheduleType.DAILY, cron, partition_days_offset).decorator(pipeline_name, start_date, options)


def weekly_schedule(
    pipeline_name: str | None = None,
    start_date: datetime | None = None,
    execution_day_of_week: int = 0,
    execution_time: time = time(0, 0),
    partition_weeks_offset: int = 1,
    **options: Unpack[ScheduleOptions],
) -> DateDecorator:
    """Decorator: a function ``(begin of the week)`` → run config becomes a schedule that runs once a week.

    Args:
        execution_day_of_week: 0 is Sunday; partitions begin on the weekday of ``start_date``. The others as for
            :func:`hourly_schedule`.
    """
    if not 0 <= execution_day_of_week <= 6:
        raise DagsterInvalidDefinitionError(
            f"execution_day_of_week must be 0 (Sunday) to 6 (Saturday), not {execution_day_of_week!r}"
        )
    cron = f"{execution_time.minute} {execution_time.hour} * * {execution_day_of_week}"
    day = start_date.isoweekday() % 7 if isinstance(start_date, datetime) else 0
    return _Windows(ScheduleType.WEEKLY, cron, partition_weeks_offset, day).decorator(
        pipeline_name, start_date, options
    )


def monthly_schedule(
    pipeline_name: str | None = None,
    start_date: datetime | None = None,
    execution_day_of_month: int = 1,
    execution_time: time = time(0, 0),
    partition_months_offset: int = 1,
    **options: Unpack[ScheduleOptions],
) -> DateDecorator:
    """Decorator: a function ``(begin of the month)`` → run config becomes a schedule that runs once a month;
    arguments as for :func:`hourly_schedule`.
    """
    if not 1 <= execution_day_of_month <= 31:
        raise DagsterInvalidDefinitionError(f"execution_day_of_month must be 1 to 31, not {execution_day_of_month!r}")
    cron = f"{execution_time.minute} {execution_time.hour} {execution_day_of_month} * *"
    return _Windows(ScheduleType.MONTHLY, cron, partition_months_offset, 1).decorator(
        pipeline_name, start_date, options
    )


@dataclass(frozen=True)
class _Windows:
    """Windows of one kind, and when they are run: ``offset`` windows before the tick."""

    kind: ScheduleType
    cron: str
    offset: int
    day_offset: int | None = None

    def decorator(
        self, pipeline_name: str | None, start_date: datetime | None, options: ScheduleOptions
    ) -> DateDecorator:
        for key in options:
            if key not in ScheduleOptions.__annotations__:
                raise TypeError(unknown("argument", key, ScheduleOptions.__annotations__, "a partitioned schedule"))
        job = options.get("job")
        target = job.name if job is not None else pipeline_name
        if target is None:
            raise DagsterInvalidDefinitionError("a partitioned schedule needs pipeline_name: what shall it start?")
        windows = self._windows(start_date, options)
        return lambda function: self._schedule(function, target, windows, options)

    def _windows(self, start_date: Any, options: ScheduleOptions) -> TimeWindowPartitionsDefinition:
        if not isinstance(start_date, datetime):
            raise DagsterInvalidDefinitionError(
                f"start_date of a partitioned schedule must be a datetime, not {start_date!r}"
            )
        if self.offset < 0:
            raise DagsterInvalidDefinitionError("the partition offset of a schedule must be 0 or more")
        return TimeWindowPartitionsDefinition(
            self.kind,
            start_date,
            options.get("execution_timezone"),
            _CLASSIC_FORMATS[self.kind],
            day_offset=self.day_offset,
            end=options.get("end_date"),
        )

    def _schedule(
        self,
        function: Callable[[datetime], Any],
        target: str,
        windows: TimeWindowPartitionsDefinition,
        options: ScheduleOptions,
    ) -> PartitionScheduleDefinition:
        name = options.get("name") or function.__name__
        tags_fn = options.get("tags_fn_for_date")
        partition_set = PartitionSetDefinition(
            f"{name}_partitions",
            target,
            None,
            options.get("solid_selection"),
            options.get("mode"),
            lambda p: function(p.value),
            None if tags_fn is None else lambda p: tags_fn(p.value),
            windows,
        )
        return partition_set.create_schedule_definition(
            name,
            self.cron,
            create_offset_partition_selector(lambda due: windows.before(due, self.offset)),
            should_execute=options.get("should_execute"),
            environment_vars=options.get("environment_vars"),
            execution_timezone=options.get("execution_timezone"),
            description=options.get("description") or inspect.getdoc(function),
            decorated_fn=function,
            job=options.get("job"),
            default_status=options.get("default_status", DefaultScheduleStatus.STOPPED),
        )
