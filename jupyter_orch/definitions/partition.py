"""Ways to slice the world: by a list, by a function, by windows of time."""

from __future__ import annotations

import calendar
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from enum import Enum
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo

from jupyter_orch.definitions.cron import checked_timezone
from jupyter_orch.definitions.errors import DagsterInvalidDefinitionError, DagsterUnknownPartitionError
from jupyter_orch.definitions.names import unknown

T = TypeVar("T")


class Partition(Generic[T]):
    """One slice.

    Args:
        value: what the slice is; handed to the functions of a partition set.
        name: its name; the value as text when left out.
    """

    __slots__ = ("name", "value")

    def __init__(self, value: T, name: str | None = None) -> None:
        self.value = value
        self.name = str(name if name is not None else value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Partition) and (self.value, self.name) == (other.value, other.name)

    def __hash__(self) -> int:
        return hash(self.name)

    def __repr__(self) -> str:
        return f"Partition({self.name!r})"


@dataclass(frozen=True)
class TimeWindow:
    """From ``start`` up to but without ``end``."""

    start: datetime
    end: datetime


class PartitionsDefinition(ABC):
    """A set of partitions."""

    @abstractmethod
    def get_partitions(self, current_time: datetime | None = None) -> list[Partition[Any]]:
        """All partitions that there are at a time (now when left out), oldest first."""

    def get_partition_keys(self, current_time: datetime | None = None) -> list[str]:
        """Their names."""
        return [partition.name for partition in self.get_partitions(current_time)]

    def get_partition(self, name: str, current_time: datetime | None = None) -> Partition[Any]:
        """The partition of that name.

        Raises:
            DagsterUnknownPartitionError: lists near or known names.
        """
        partitions = self.get_partitions(current_time)
        for partition in partitions:
            if partition.name == name:
                return partition
        raise DagsterUnknownPartitionError(unknown("partition", name, [p.name for p in partitions]))


class StaticPartitionsDefinition(PartitionsDefinition):
    """Partitions from a list.

    Args:
        partition_keys: their names, each once.
    """

    def __init__(self, partition_keys: list[str]) -> None:
        _refuse_twice(partition_keys)
        self._partitions = [Partition(key) for key in partition_keys]

    def get_partitions(self, current_time: datetime | None = None) -> list[Partition[Any]]:
        """The listed ones."""
        return list(self._partitions)


def _refuse_twice(keys: list[str]) -> None:
    if not keys or not all(isinstance(key, str) and key for key in keys):
        raise DagsterInvalidDefinitionError("partition keys must be a list of one or more non-empty strings")
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            raise DagsterInvalidDefinitionError(f"the partition key {key!r} stands twice")
        seen.add(key)


class DynamicPartitionsDefinition(PartitionsDefinition):
    """Partitions from a function.

    Args:
        partition_fn: ``(current_time or None)`` → names or Partition objects.
    """

    def __init__(self, partition_fn: Callable[[datetime | None], list[Any]]) -> None:
        self.partition_fn = partition_fn

    def get_partitions(self, current_time: datetime | None = None) -> list[Partition[Any]]:
        """What the function gives."""
        return [item if isinstance(item, Partition) else Partition(item) for item in self.partition_fn(current_time)]


class ScheduleType(Enum):
    """How long a window of time is."""

    HOURLY = "HOURLY"
    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"


_FORMATS = {
    ScheduleType.HOURLY: "%Y-%m-%d-%H:%M",
    ScheduleType.DAILY: "%Y-%m-%d",
    ScheduleType.WEEKLY: "%Y-%m-%d",
    ScheduleType.MONTHLY: "%Y-%m-%d",
}


class TimeWindowPartitionsDefinition(PartitionsDefinition):
    """Partitions that are windows of time, one after the other.

    Args:
        schedule_type: how long each is.
        start: begin of the first, a time or a text in ``fmt``.
        timezone: zone of the windows; UTC when left out.
        fmt: how a window's begin becomes its name.
        end_offset: how many windows that have not ended count as well (negative: how many of the last do not).
        minute_offset, hour_offset: where in the hour or day a window begins.
        day_offset: weekday (0 is Sunday) or day of the month on which it begins.
        end: no window begins at or after this.
    """

    def __init__(
        self,
        schedule_type: ScheduleType,
        start: datetime | str,
        timezone: str | None = None,
        fmt: str | None = None,
        end_offset: int = 0,
        minute_offset: int = 0,
        hour_offset: int = 0,
        day_offset: int | None = None,
        end: datetime | str | None = None,
    ) -> None:
        self.schedule_type = schedule_type
        self.timezone = checked_timezone(timezone, "these partitions")
        self.zone: tzinfo = ZoneInfo(self.timezone)
        self.fmt = fmt or _FORMATS[schedule_type]
        self.start = self._parsed(start)
        self.end = None if end is None else self._parsed(end)
        self.end_offset = end_offset
        self.minute_offset = minute_offset
        self.hour_offset = hour_offset
        default_day = {ScheduleType.WEEKLY: 0, ScheduleType.MONTHLY: 1}.get(schedule_type, 0)
        self.day_offset = default_day if day_offset is None else day_offset

    def _parsed(self, moment: datetime | str) -> datetime:
        if isinstance(moment, str):
            try:
                moment = datetime.strptime(moment, self.fmt)
            except ValueError:
                raise DagsterInvalidDefinitionError(
                    f"{moment!r} does not have the form {self.fmt!r} that these partitions' names have"
                ) from None
        return moment.replace(tzinfo=self.zone) if moment.tzinfo is None else moment.astimezone(self.zone)

    def floor(self, moment: datetime) -> datetime:
        """Begin of the window in which a time lies."""
        local = moment.astimezone(self.zone)
        if self.schedule_type is ScheduleType.HOURLY:
            utc = moment.astimezone(UTC)
            shifted = utc - timedelta(minutes=self.minute_offset)
            offset = local.utcoffset() or timedelta()
            part = timedelta(minutes=int(offset.total_seconds() // 60) % 60)
            whole = (shifted + part).replace(minute=0, second=0, microsecond=0) - part
            return (whole + timedelta(minutes=self.minute_offset)).astimezone(self.zone)
        begin = self._day_begin(local.date())
        if self.schedule_type is ScheduleType.WEEKLY:
            begin = self._day_begin(local.date() - timedelta(days=(local.isoweekday() % 7 - self.day_offset) % 7))
        elif self.schedule_type is ScheduleType.MONTHLY:
            begin = self._month_begin(local.year, local.month)
        return begin if begin <= local else self.shifted(begin, -1)

    def _day_begin(self, day: Any) -> datetime:
        return datetime(day.year, day.month, day.day, self.hour_offset, self.minute_offset, tzinfo=self.zone)

    def _month_begin(self, year: int, month: int) -> datetime:
        day = min(self.day_offset, calendar.monthrange(year, month)[1])
        return datetime(year, month, day, self.hour_offset, self.minute_offset, tzinfo=self.zone)

    def shifted(self, begin: datetime, windows: int) -> datetime:
        """Begin of the window that many after (or before) one."""
        if self.schedule_type is ScheduleType.HOURLY:
            return (begin.astimezone(UTC) + timedelta(hours=windows)).astimezone(self.zone)
        if self.schedule_type is ScheduleType.MONTHLY:
            months = begin.year * 12 + begin.month - 1 + windows
            return self._month_begin(months // 12, months % 12 + 1)
        days = windows * (7 if self.schedule_type is ScheduleType.WEEKLY else 1)
        return self._day_begin((begin.replace(tzinfo=None) + timedelta(days=days)).date())

    def before(self, moment: datetime, windows: int) -> datetime:
        """Begin of the window that many before the one in which a time lies."""
        return self.shifted(self.floor(moment), -windows)

    def first(self) -> datetime:
        """Begin of the first window: the first that begins at or after ``start``."""
        begin = self.floor(self.start)
        return begin if begin >= self.start else self.shifted(begin, 1)

    def name_of(self, begin: datetime) -> str:
        """The name of the window that begins then; the second of two equal wall-clock hours says its offset."""
        name = begin.strftime(self.fmt)
        if self.schedule_type is ScheduleType.HOURLY and "%z" not in self.fmt and begin.fold:
            name += begin.strftime("%z")
        return name

    def get_partitions(self, current_time: datetime | None = None) -> list[Partition[Any]]:
        """Every window that has ended, and as many more or fewer as ``end_offset`` says."""
        now = current_time or datetime.now(UTC)
        now = now.replace(tzinfo=self.zone) if now.tzinfo is None else now
        limit = self.shifted(self.floor(now), self.end_offset)
        found: list[Partition[Any]] = []
        begin = self.first()
        while begin < limit and (self.end is None or begin < self.end):
            found.append(Partition(begin, self.name_of(begin)))
            begin = self.shifted(begin, 1)
        return found

    def time_window_for_partition_key(self, partition_key: str) -> TimeWindow:
        """From when to when a partition goes.

        Raises:
            DagsterUnknownPartitionError: the name does not have the right form.
        """
        text, fold = partition_key, 0
        try:
            begin = datetime.strptime(text, self.fmt)
        except ValueError:
            try:
                begin, fold = datetime.strptime(text[:-5], self.fmt), 1
            except ValueError:
                raise DagsterUnknownPartitionError(
                    f"{partition_key!r} is no partition: its name does not have the form {self.fmt!r}"
                ) from None
        start = begin.replace(tzinfo=begin.tzinfo or self.zone, fold=fold)
        return TimeWindow(start, self.shifted(start, 1))


class HourlyPartitionsDefinition(TimeWindowPartitionsDefinition):
    """One partition an hour."""

    def __init__(
        self,
        start_date: datetime | str,
        minute_offset: int = 0,
        timezone: str | None = None,
        fmt: str | None = None,
        end_offset: int = 0,
    ) -> None:
        super().__init__(ScheduleType.HOURLY, start_date, timezone, fmt, end_offset, minute_offset)


class DailyPartitionsDefinition(TimeWindowPartitionsDefinition):
    """One partition a day."""

    def __init__(
        self,
        start_date: datetime | str,
        minute_offset: int = 0,
        hour_offset: int = 0,
        timezone: str | None = None,
        fmt: str | None = None,
        end_offset: int = 0,
    ) -> None:
        super().__init__(ScheduleType.DAILY, start_date, timezone, fmt, end_offset, minute_offset, hour_offset)


class WeeklyPartitionsDefinition(TimeWindowPartitionsDefinition):
    """One partition a week."""

    def __init__(
        self,
        start_date: datetime | str,
        minute_offset: int = 0,
        hour_offset: int = 0,
        day_offset: int = 0,
        timezone: str | None = None,
        fmt: str | None = None,
        end_offset: int = 0,
    ) -> None:
        super().__init__(
            ScheduleType.WEEKLY, start_date, timezone, fmt, end_offset, minute_offset, hour_offset, day_offset
        )


class MonthlyPartitionsDefinition(TimeWindowPartitionsDefinition):
    """One partition a month."""

    def __init__(
        self,
        start_date: datetime | str,
        minute_offset: int = 0,
        hour_offset: int = 0,
        day_offset: int = 1,
        timezone: str | None = None,
        fmt: str | None = None,
        end_offset: int = 0,
    ) -> None:
        super().__init__(
            ScheduleType.MONTHLY, start_date, timezone, fmt, end_offset, minute_offset, hour_offset, day_offset
        )


def date_partition_range(
    start: datetime,
    end: datetime | None = None,
    delta_range: str = "days",
    fmt: str | None = None,
    inclusive: bool = False,
    timezone: str | None = None,
) -> Callable[[datetime | None], list[Partition[datetime]]]:
    """A partition function: one partition for each hour, day, week or month from ``start`` to ``end`` (or to now).

    Args:
        start, end: from and to; ``end`` itself belongs only with ``inclusive``.
        delta_range: ``"hours"``, ``"days"``, ``"weeks"`` or ``"months"``.
        fmt: how a time becomes a name.
        inclusive: whether the window that has not ended counts.
        timezone: zone of the times; UTC when left out.

    Raises:
        DagsterInvalidDefinitionError: ``end`` lies before ``start``, or the range is unknown.
    """
    kinds = {
        "hours": ScheduleType.HOURLY,
        "days": ScheduleType.DAILY,
        "weeks": ScheduleType.WEEKLY,
        "months": ScheduleType.MONTHLY,
    }
    if delta_range not in kinds:
        raise DagsterInvalidDefinitionError(unknown("delta_range", delta_range, kinds))
    if end is not None and start.replace(tzinfo=None) > end.replace(tzinfo=None):
        raise DagsterInvalidDefinitionError(f"the range of partitions begins at {start} and ends before that, at {end}")
    zone_start = start.replace(tzinfo=None) if start.tzinfo is not None and timezone is not None else start
    windows = TimeWindowPartitionsDefinition(
        kinds[delta_range],
        zone_start,
        timezone,
        fmt,
        1 if inclusive else 0,
        minute_offset=start.minute,
        hour_offset=start.hour if delta_range != "hours" else 0,
        day_offset=start.isoweekday() % 7 if delta_range == "weeks" else start.day if delta_range == "months" else None,
    )

    def partition_fn(current_time: datetime | None = None) -> list[Partition[datetime]]:
        return windows.get_partitions(end or current_time)

    return partition_fn
