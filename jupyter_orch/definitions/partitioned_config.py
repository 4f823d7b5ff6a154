"""Decorators that make the run config of a job anew for each window of time, and the schedule that goes with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from jupyter_orch.definitions.errors import DagsterInvalidDefinitionError
from jupyter_orch.definitions.partition import (
    DailyPartitionsDefinition,
    HourlyPartitionsDefinition,
    MonthlyPartitionsDefinition,
    ScheduleType,
    TimeWindowPartitionsDefinition,
    WeeklyPartitionsDefinition,
)
from jupyter_orch.definitions.partition_set import PartitionedConfig, create_offset_partition_selector, windowed_config
from jupyter_orch.definitions.run_request import DefaultScheduleStatus
from jupyter_orch.definitions.schedule import ScheduleDefinition


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
    selector = create_offset_partition_selector(lambda due: windows.before(due, 1 - windows.end_offset))
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
