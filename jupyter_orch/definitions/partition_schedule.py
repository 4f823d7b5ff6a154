"""The four classic decorators: a function of a date becomes a schedule over hours, days, weeks or months."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from datetime import datetime, time
from typing import Any

from jupyter_orch.definitions.errors import DagsterInvalidDefinitionError
from jupyter_orch.definitions.partition import (
    DailyPartitionsDefinition,
    HourlyPartitionsDefinition,
    MonthlyPartitionsDefinition,
    Partition,
    ScheduleType,
    TimeWindowPartitionsDefinition,
    WeeklyPartitionsDefinition,
)
from jupyter_orch.definitions.partition_set import (
    PartitionedConfig,
    PartitionSetDefinition,
    create_offset_partition_selector,
    windowed_config,
)
from jupyter_orch.definitions.run_request import DefaultScheduleStatus
from jupyter_orch.definitions.schedule import ScheduleDefinition

_CLASSIC_FORMATS = {
    ScheduleType.HOURLY: "%Y-%m-%d-%H:%M",
    ScheduleType.DAILY: "%Y-%m-%d",
    ScheduleType.WEEKLY: "%Y-%m-%d",
    ScheduleType.MONTHLY: "%Y-%m",
}


def _decorator(
    kind: ScheduleType,
    cron: str,
    pipeline_name: str | None,
    start_date: datetime,
    offset: int,
    day_offset: int | None,
    options: dict[str, Any],
) -> Callable[[Callable[[datetime], Any]], ScheduleDefinition]:
    job = options.pop("job", None)
    target = job.name if job is not None else pipeline_name
    if target is None:
        raise DagsterInvalidDefinitionError("a partitioned schedule needs pipeline_name: what shall it start?")
    if not isinstance(start_date, datetime):
        raise DagsterInvalidDefinitionError(
            f"start_date of a partitioned schedule must be a datetime, not {start_date!r}"
        )
    if offset < 0:
        raise DagsterInvalidDefinitionError("the partition offset of a schedule must be 0 or more")
    tags_fn = options.pop("tags_fn_for_date", None)
    windows = TimeWindowPartitionsDefinition(
        kind,
        start_date,
        options["execution_timezone"],
        _CLASSIC_FORMATS[kind],
        day_offset=day_offset,
        end=options.pop("end_date", None),
    )

    def decorate(function: Callable[[datetime], Any]) -> ScheduleDefinition:
        name = options.pop("name", None) or function.__name__
        partition_set = PartitionSetDefinition(
            f"{name}_partitions",
            target,
            None,
            options.pop("solid_selection", None),
            options.pop("mode", None),
            lambda p: function(p.value),
            None if tags_fn is None else lambda p: tags_fn(p.value),
            windows,
        )
        selector = create_offset_partition_selector(lambda due: _back(windows, due, offset))
        return partition_set.create_schedule_definition(
            name,
            cron,
            selector,
            description=options.pop("description", None) or inspect.getdoc(function),
            decorated_fn=function,
            job=job,
            **options,
        )

    return decorate


def _back(windows: TimeWindowPartitionsDefinition, due: datetime, offset: int) -> datetime:
    return windows.shifted(windows.floor(due), -offset)


def hourly_schedule(
    pipeline_name: str | None = None,
    start_date: Any = None,
    name: str | None = None,
    execution_time: time = time(0, 0),
    partition_hours_offset: int = 1,
    tags_fn_for_date: Any = None,
    solid_selection: Any = None,
    mode: str | None = None,
    should_execute: Any = None,
    environment_vars: Any = None,
    end_date: datetime | None = None,
    execution_timezone: str | None = None,
    description: str | None = None,
    job: Any = None,
    default_status: DefaultScheduleStatus = DefaultScheduleStatus.STOPPED,
) -> Callable[[Callable[[datetime], Any]], ScheduleDefinition]:
    """Decorator: a function ``(begin of the hour)`` → run config becomes a schedule that runs once an hour.

    Args:
        start_date: first partition.
        execution_time: the minute of it says when in the hour.
        partition_hours_offset: how many hours before the tick the partition lies; 1 is the hour that has just ended.
        tags_fn_for_date: ``(date)`` → tags.
        end_date: no partition begins at or after this.
        pipeline_name, name, solid_selection, mode, should_execute, environment_vars, execution_timezone, description,
            job, default_status: as for a schedule.
    """
    return _decorator(
        ScheduleType.HOURLY,
        f"{execution_time.minute} * * * *",
        pipeline_name,
        start_date,
        partition_hours_offset,
        None,
        {
            "name": name,
            "tags_fn_for_date": tags_fn_for_date,
            "solid_selection": solid_selection,
            "mode": mode,
            "should_execute": should_execute,
            "environment_vars": environment_vars,
            "end_date": end_date,
            "execution_timezone": execution_timezone,
            "description": description,
            "job": job,
            "default_status": default_status,
        },
    )


def daily_schedule(
    pipeline_name: str | None = None,
    start_date: Any = None,
    name: str | None = None,
    execution_time: time = time(0, 0),
    partition_days_offset: int = 1,
    tags_fn_for_date: Any = None,
    solid_selection: Any = None,
    mode: str | None = None,
    should_execute: Any = None,
    environment_vars: Any = None,
    end_date: datetime | None = None,
    execution_timezone: str | None = None,
    description: str | None = None,
    job: Any = None,
    default_status: DefaultScheduleStatus = DefaultScheduleStatus.STOPPED,
) -> Callable[[Callable[[datetime], Any]], ScheduleDefinition]:
    """Decorator: a function ``(day)`` → run config becomes a schedule that runs once a day;
    arguments as for :func:`hourly_schedule`.
    """
    return _decorator(
        ScheduleType.DAILY,
        f"{execution_time.minute} {execution_time.hour} * * *",
        pipeline_name,
        start_date,
        partition_days_offset,
        None,
        {
            "name": name,
            "tags_fn_for_date": tags_fn_for_date,
            "solid_selection": solid_selection,
            "mode": mode,
            "should_execute": should_execute,
            "environment_vars": environment_vars,
            "end_date": end_date,
            "execution_timezone": execution_timezone,
            "description": description,
            "job": job,
            "default_status": default_status,
        },
    )


def weekly_schedule(
    pipeline_name: str | None = None,
    start_date: Any = None,
    name: str | None = None,
    execution_day_of_week: int = 0,
    execution_time: time = time(0, 0),
    partition_weeks_offset: int = 1,
    tags_fn_for_date: Any = None,
    solid_selection: Any = None,
    mode: str | None = None,
    should_execute: Any = None,
    environment_vars: Any = None,
    end_date: datetime | None = None,
    execution_timezone: str | None = None,
    description: str | None = None,
    job: Any = None,
    default_status: DefaultScheduleStatus = DefaultScheduleStatus.STOPPED,
) -> Callable[[Callable[[datetime], Any]], ScheduleDefinition]:
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
    return _decorator(
        ScheduleType.WEEKLY,
        cron,
        pipeline_name,
        start_date,
        partition_weeks_offset,
        day,
        {
            "name": name,
            "tags_fn_for_date": tags_fn_for_date,
            "solid_selection": solid_selection,
            "mode": mode,
            "should_execute": should_execute,
            "environment_vars": environment_vars,
            "end_date": end_date,
            "execution_timezone": execution_timezone,
            "description": description,
            "job": job,
            "default_status": default_status,
        },
    )


def monthly_schedule(
    pipeline_name: str | None = None,
    start_date: Any = None,
    name: str | None = None,
    execution_day_of_month: int = 1,
    execution_time: time = time(0, 0),
    partition_months_offset: int = 1,
    tags_fn_for_date: Any = None,
    solid_selection: Any = None,
    mode: str | None = None,
    should_execute: Any = None,
    environment_vars: Any = None,
    end_date: datetime | None = None,
    execution_timezone: str | None = None,
    description: str | None = None,
    job: Any = None,
    default_status: DefaultScheduleStatus = DefaultScheduleStatus.STOPPED,
) -> Callable[[Callable[[datetime], Any]], ScheduleDefinition]:
    """Decorator: a function ``(begin of the month)`` → run config becomes a schedule that runs once a month;
    arguments as for :func:`hourly_schedule`.
    """
    if not 1 <= execution_day_of_month <= 31:
        raise DagsterInvalidDefinitionError(f"execution_day_of_month must be 1 to 31, not {execution_day_of_month!r}")
    cron = f"{execution_time.minute} {execution_time.hour} {execution_day_of_month} * *"
    return _decorator(
        ScheduleType.MONTHLY,
        cron,
        pipeline_name,
        start_date,
        partition_months_offset,
        1,
        {
            "name": name,
            "tags_fn_for_date": tags_fn_for_date,
            "solid_selection": solid_selection,
            "mode": mode,
            "should_execute": should_execute,
            "environment_vars": environment_vars,
            "end_date": end_date,
            "execution_timezone": execution_timezone,
            "description": description,
            "job": job,
            "default_status": default_status,
        },
    )


def hourly_partitioned_config(
    start_date: datetime | str,
    minute_offset: int = 0,
    timezone: str | None = None,
    fmt: str | None = None,
    end_offset: int = 0,
) -> Callable[[Callable[[datetime, datetime], Any]], PartitionedConfig]:
    """Decorator: a function ``(begin, end)`` → run config, for each hour."""
    return windowed_config(HourlyPartitionsDefinition(start_date, minute_offset, timezone, fmt, end_offset))


def daily_partitioned_config(
    start_date: datetime | str,
    minute_offset: int = 0,
    hour_offset: int = 0,
    timezone: str | None = None,
    fmt: str | None = None,
    end_offset: int = 0,
) -> Callable[[Callable[[datetime, datetime], Any]], PartitionedConfig]:
    """Decorator: a function ``(begin, end)`` → run config, for each day."""
    return windowed_config(DailyPartitionsDefinition(start_date, minute_offset, hour_offset, timezone, fmt, end_offset))


def weekly_partitioned_config(
    start_date: datetime | str,
    minute_offset: int = 0,
    hour_offset: int = 0,
    day_offset: int = 0,
    timezone: str | None = None,
    fmt: str | None = None,
    end_offset: int = 0,
) -> Callable[[Callable[[datetime, datetime], Any]], PartitionedConfig]:
    """Decorator: a function ``(begin, end)`` → run config, for each week."""
    return windowed_config(
        WeeklyPartitionsDefinition(start_date, minute_offset, hour_offset, day_offset, timezone, fmt, end_offset)
    )


def monthly_partitioned_config(
    start_date: datetime | str,
    minute_offset: int = 0,
    hour_offset: int = 0,
    day_offset: int = 1,
    timezone: str | None = None,
    fmt: str | None = None,
    end_offset: int = 0,
) -> Callable[[Callable[[datetime, datetime], Any]], PartitionedConfig]:
    """Decorator: a function ``(begin, end)`` → run config, for each month."""
    return windowed_config(
        MonthlyPartitionsDefinition(start_date, minute_offset, hour_offset, day_offset, timezone, fmt, end_offset)
    )


def build_schedule_from_partitioned_job(
    job: Any,
    description: str | None = None,
    name: str | None = None,
    minute_of_hour: int | None = None,
    hour_of_day: int | None = None,
    day_of_week: int | None = None,
    day_of_month: int | None = None,
    default_status: DefaultScheduleStatus = DefaultScheduleStatus.STOPPED,
) -> ScheduleDefinition:
    """A schedule that runs a job for each of its windows as soon as it has ended.

    Raises:
        DagsterInvalidDefinitionError: the job has no partitions, or they are no windows of time.
    """
    partition_set = job.partition_set
    windows = partition_set.partitions_def if partition_set is not None else None
    if not isinstance(windows, TimeWindowPartitionsDefinition):
        raise DagsterInvalidDefinitionError(
            f"job {job.name!r} has no partitions that are windows of time; give it a config made by "
            "daily_partitioned_config or the like"
        )
    minute = windows.minute_offset if minute_of_hour is None else minute_of_hour
    hour = windows.hour_offset if hour_of_day is None else hour_of_day
    cron = {
        ScheduleType.HOURLY: f"{minute} * * * *",
        ScheduleType.DAILY: f"{minute} {hour} * * *",
        ScheduleType.WEEKLY: f"{minute} {hour} * * {windows.day_offset if day_of_week is None else day_of_week}",
        ScheduleType.MONTHLY: f"{minute} {hour} {windows.day_offset if day_of_month is None else day_of_month} * *",
    }[windows.schedule_type]
    selector = create_offset_partition_selector(lambda due: _back(windows, due, 1 - windows.end_offset))
    made: ScheduleDefinition = partition_set.create_schedule_definition(
        name or f"{job.name}_schedule",
        cron,
        selector,
        execution_timezone=windows.timezone,
        description=description,
        job=job,
        default_status=default_status,
    )
    return made


schedule_from_partitions = build_schedule_from_partitioned_job

__all__ = [
    "Partition",
    "build_schedule_from_partitioned_job",
    "daily_partitioned_config",
    "daily_schedule",
    "hourly_partitioned_config",
    "hourly_schedule",
    "monthly_partitioned_config",
    "monthly_schedule",
    "schedule_from_partitions",
    "weekly_partitioned_config",
    "weekly_schedule",
]
