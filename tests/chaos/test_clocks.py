"""Q10: due times around every change of the clocks, compared with a calendar that goes from minute to minute.

What clocks that jump do to runs: E-3, E-4, E-6 in ``tests/failures/test_surroundings.py``; to ticks: ``tests/automation``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jupyter_orch.automation.cron import due_between

IS_LONG = os.environ.get("CHAOS_SIZE") == "long"
ZONES = sorted(available_timezones() - {"localtime"})
BEGIN = int(datetime(1990, 1, 1, tzinfo=UTC).timestamp())
END = int(datetime(2038, 1, 1, tzinfo=UTC).timestamp())
DAY, MINUTE = 86_400, 60
AROUND = 30 * 3600
DAILY = ("30 2 * * *", "0 0 * * *", "30 1 * * *", "59 23 * * *", "0 3 * * *")
FINER = ("0 * * * *", "*/15 * * * *", "30 1,2,3 * * *", "5 */2 * * *", "0 0-4 * * *")


@cache
def transitions(zone: str) -> tuple[int, ...]:
    """Instants at which a zone's offset changes, whole minutes only."""
    info = ZoneInfo(zone)

    def offset(at: int) -> timedelta | None:
        return datetime.fromtimestamp(at, info).utcoffset()

    found = []
    for at in range(BEGIN, END, DAY):
        if offset(at) != offset(at + DAY):
            low, high = at, at + DAY
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if offset(middle) == offset(at) else (low, middle)
            if high % MINUTE == 0:
                found.append(high)
    return tuple(found)


def matches(cron: str, local: datetime) -> bool:
    """Whether a line with a minute and an hour field means this minute."""
    minute, hour = cron.split()[:2]
    return local.minute in _values(minute, 60) and local.hour in _values(hour, 24)


def _values(field: str, size: int) -> set[int]:
    found: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        start, end = (0, size - 1) if span == "*" else (int(first), int(last or first))
        found.update(range(start, end + 1, int(step or 1)))
    return found


def by_the_calendar(cron: str, zone: str, begin: int, end: int) -> list[float]:
    """Every due time in (begin, end], found minute by minute."""
    return sorted({float(at) for at in _fires(cron, ZoneInfo(zone), begin, end)})


def _fires(cron: str, zone: ZoneInfo, begin: int, end: int) -> Iterator[int]:
    is_daily = cron in DAILY
    last = datetime.fromtimestamp(begin, zone)
    for at in range(begin + MINUTE, end + MINUTE, MINUTE):
        local = datetime.fromtimestamp(at, zone)
        wall, wall_before = local.replace(tzinfo=None), last.replace(tzinfo=None)
        skipped = range(1, max(1, int((wall - wall_before).total_seconds()) // MINUTE))
        if is_daily and any(matches(cron, wall_before + timedelta(minutes=n)) for n in skipped):
            yield at  # the first instant after a gap
        shown_twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
        if matches(cron, wall) and not (is_daily and shown_twice and local.fold == 0):
            yield at
        last = local


def agrees(cron: str, zone: str, change: int) -> None:
    """Our due times are those of the calendar, and each is later than the one before."""
    begin, end = change - AROUND, change + AROUND
    found = due_between(cron, zone, begin, end)
    assert found == by_the_calendar(cron, zone, begin, end), (cron, zone, datetime.fromtimestamp(change, UTC))
    assert found == sorted(set(found))


@settings(max_examples=100, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(data=st.data(), cron=st.sampled_from(DAILY + FINER))
def test_due_times_around_a_change_of_the_clocks_are_those_of_a_calendar(data: st.DataObject, cron: str) -> None:
    zone = data.draw(st.sampled_from([zone for zone in ZONES if zone.startswith(("A", "E", "P"))]))
    changes = transitions(zone) or (BEGIN + 200 * DAY,)
    agrees(cron, zone, data.draw(st.sampled_from(changes)))


@pytest.mark.skipif(not IS_LONG, reason="all zones and all changes: the long form")
@pytest.mark.parametrize("zone", ZONES if IS_LONG else ["UTC"])
def test_every_change_of_every_zone(zone: str) -> None:
    for change in transitions(zone):
        for cron in DAILY + FINER:
            agrees(cron, zone, change)
