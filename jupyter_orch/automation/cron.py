"""Due times of a cron line in a time zone, as UTC instants.

cronsim computes local times; the rules for daylight saving are classic Dagster's: a time that the spring gap skips
fires at the first instant after the gap; a fixed time that the autumn fold has twice fires once, at the second; an
hourly or finer schedule fires at every real hour.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import islice
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from cronsim import CronSim, CronSimError

from jupyter_orch.errors import OrchError
from jupyter_orch.names import did_you_mean


class CronError(OrchError):
    """The cron line or time zone is wrong."""

    code = "CRON_ERROR"


def due_times(cron: str, timezone: str, after: float) -> Iterator[float]:
    """Due times later than ``after``, in order; seconds since the epoch.

    Raises:
        CronError: the line, the zone, or the line never fires.
    """
    zone = time_zone(timezone)
    start = datetime.fromtimestamp(after, zone)
    local_times = _local_times(cron, start - (_A_MOMENT if _is_steady(after, zone) else _LONGEST_CHANGE))
    last = after
    for due in _in_order(local_times, zone, every_hour=_is_finer_than_a_day(cron)):
        if due > last:
            last = due
            yield due
    raise CronError(f"the cron line {cron[:80]!r} never fires")


def next_due(cron: str, timezone: str, after: float) -> float:
    """The first due time later than ``after``."""
    return next(due_times(cron, timezone, after))


def due_between(cron: str, timezone: str, after: float, until: float, limit: int = 10_000) -> list[float]:
    """Due times later than ``after`` and not later than ``until``, at most the newest ``limit`` of them."""
    found: list[float] = []
    for due in due_times(cron, timezone, after):
        if due > until:
            break
        found.append(due)
        if len(found) > limit:
            del found[0]
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class DueTime:
    """A due time as people read it.

    Attributes:
        due_at: seconds since the epoch.
        local_time: the same by the clock of the schedule's zone.
        note: what daylight saving does to it; None on an ordinary day.
    """

    due_at: float
    local_time: str
    note: str | None = None


def explained(cron: str, timezone: str, after: float, count: int) -> list[DueTime]:
    """The first ``count`` due times later than ``after``, with what is unusual about them."""
    return [_explained(cron, timezone, due) for due in islice(due_times(cron, timezone, after), count)]


def upcoming(cron: str, timezone: str, after: float, count: int) -> list[DueTime]:
    """As :func:`explained`; none of a line or zone that can not be used here: it must not hide its neighbours."""
    try:
        return explained(cron, timezone, after, count)
    except CronError:
        return []


def _explained(cron: str, timezone: str, due: float) -> DueTime:
    zone = time_zone(timezone)
    local = datetime.fromtimestamp(due, zone)
    wall = local.replace(tzinfo=None, fold=0)
    note = None
    if next(_simulator(cron, wall - timedelta(minutes=1))) != wall:
        note = "the clock is set forward over the time that is meant; this is the first instant after it"
    elif local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset():
        which = "second" if local.fold else "first"
        often = f"this is the {which}, and both count" if _is_finer_than_a_day(cron) else "the second counts"
        note = f"the clock is set back and shows this time twice; {often}"
    return DueTime(due_at=due, local_time=local.strftime("%Y-%m-%d %H:%M %Z"), note=note)


def check(cron: str, timezone: str) -> None:
    """Refuse a cron line or zone that can not be used.

    Raises:
        CronError: names the field, or near names of the zone.
    """
    time_zone(timezone)
    _simulator(cron, datetime(2024, 1, 1))
    next_due(cron, timezone, datetime(2024, 1, 1, tzinfo=UTC).timestamp())


def sentence(cron: str, timezone: str) -> str:
    """The cron line in words, with its zone."""
    try:
        words = _simulator(cron, datetime(2024, 1, 1)).explain()
    except CronError:
        return f"{cron} ({timezone})"
    return f"{_ORDINAL.sub(_with_its_ending, words)} {timezone}"


def _with_its_ending(number: re.Match[str]) -> str:
    return number[1] + {"1": "st", "2": "nd", "3": "rd"}[number[1][-1]]


_ORDINAL = re.compile(r"\b(2[123]|31)th\b")


@lru_cache(maxsize=256)
def time_zone(name: str) -> ZoneInfo:
    """A zone of the IANA database by name.

    Raises:
        CronError: there is none; names near ones.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise CronError(f"there is no time zone {name!r}{did_you_mean(name, available_timezones())}") from None


def _simulator(cron: str, start: datetime) -> CronSim:
    try:
        return CronSim(_plain(cron), start)
    except (CronSimError, ValueError) as error:
        raise CronError(f"the cron line {cron[:80]!r} is wrong: {error}") from None


def _plain(cron: str) -> str:
    return _PRESETS.get(cron.strip().lower(), cron)


_PRESETS = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}


_A_MOMENT, _LONGEST_CHANGE = timedelta(minutes=1), timedelta(hours=26)
_NEVER = timedelta(days=50 * 366)
"""Years without a due time after which there is none; cronsim gives up as late."""


def _is_steady(instant: float, zone: ZoneInfo) -> bool:
    """Whether no clock is set near an instant: an hour that the clock shows twice begins before what it shows now."""
    around = (instant - _LONGEST_CHANGE.total_seconds(), instant, instant + _LONGEST_CHANGE.total_seconds())
    return len({datetime.fromtimestamp(at, zone).utcoffset() for at in around}) == 1


def _local_times(cron: str, start: datetime) -> Iterator[datetime]:
    """Local wall times without a zone: what to make of gaps and folds is ours to say."""
    with contextlib.suppress(OverflowError):  # the year 9999 is over
        yield from _simulator(cron, start.replace(tzinfo=None))


def _is_finer_than_a_day(cron: str) -> bool:
    fields = _plain(cron).split()
    return len(fields) >= 2 and any(mark in fields[1] for mark in "*/-,")


def _in_order(local_times: Iterator[datetime], zone: ZoneInfo, *, every_hour: bool) -> Iterator[float]:
    """Instants of local times; those that a fold has twice come first all as summer, then all as winter time."""
    again: list[float] = []
    skipped_since: datetime | None = None
    for local in local_times:
        first = local.replace(tzinfo=zone, fold=0)
        second = local.replace(tzinfo=zone, fold=1)
        if first.utcoffset() == second.utcoffset():
            yield from again
            again.clear()
            yield first.timestamp()
        elif datetime.fromtimestamp(first.timestamp(), zone).replace(tzinfo=None) != local:  # in a gap
            if every_hour:
                skipped_since = skipped_since or local
                if local - skipped_since > _NEVER:
                    return
                continue
            yield _end_of_gap(local, zone)
        elif every_hour:
            yield first.timestamp()
            again.append(second.timestamp())
        else:
            yield second.timestamp()
        skipped_since = None


def _end_of_gap(local: datetime, zone: ZoneInfo) -> float:
    """The first instant after the gap in which ``local`` lies."""
    low = int(local.replace(tzinfo=zone, fold=1).timestamp())
    high = int(local.replace(tzinfo=zone, fold=0).timestamp())
    before = datetime.fromtimestamp(low, zone).utcoffset()
    while high - low > 1:
        middle = (low + high) // 2
        if datetime.fromtimestamp(middle, zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return float(high)
