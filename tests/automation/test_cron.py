"""Due times: classic Dagster's daylight-saving cases, and clear refusals."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_orch.automation.cron import CronError, check, due_between, due_times, explained, sentence

CENTRAL = ZoneInfo("US/Central")


def central(*when: int) -> float:
    return datetime(*when, tzinfo=CENTRAL).timestamp()  # type: ignore[arg-type]


def first_due(cron: str, after: float, count: int, zone: str = "US/Central") -> list[str]:
    due = islice(due_times(cron, zone, after), count)
    return [datetime.fromtimestamp(d, UTC).strftime("%m-%d %H:%M") for d in due]


def test_hourly_skips_the_hour_that_spring_takes_away() -> None:
    assert first_due("0 * * * *", central(2019, 3, 10, 0, 30), 3) == ["03-10 07:00", "03-10 08:00", "03-10 09:00"]


def test_hourly_fires_at_every_real_hour_in_autumn() -> None:
    expected = ["11-03 06:00", "11-03 07:00", "11-03 08:00", "11-03 09:00"]
    assert first_due("0 * * * *", central(2019, 11, 3, 0, 30), 4) == expected


def test_half_hourly_keeps_its_order_in_the_autumn_fold() -> None:
    expected = ["11-03 06:00", "11-03 06:30", "11-03 07:00", "11-03 07:30", "11-03 08:00"]
    assert first_due("*/30 * * * *", central(2019, 11, 3, 0, 45), 5) == expected


def test_daily_time_inside_the_spring_gap_fires_when_the_gap_ends() -> None:
    assert first_due("30 2 * * *", central(2019, 3, 8, 12), 3) == ["03-09 08:30", "03-10 08:00", "03-11 07:30"]


def test_daily_time_inside_the_autumn_fold_fires_once_at_the_second() -> None:
    assert first_due("30 1 * * *", central(2019, 11, 1, 12), 3) == ["11-02 06:30", "11-03 07:30", "11-04 07:30"]


def test_a_catch_up_keeps_the_newest() -> None:
    start = datetime(2024, 1, 1, tzinfo=UTC).timestamp()
    due = due_between("0 0 * * *", "UTC", start, start + 86400 * 10.5, limit=3)
    assert [datetime.fromtimestamp(d, UTC).day for d in due] == [9, 10, 11]


@pytest.mark.parametrize(
    ("cron", "zone", "sentence"),
    [
        ("61 * * * *", "UTC", "Bad minute"),
        ("", "UTC", "fields"),
        ("* * * *", "UTC", "fields"),
        ("@yearlyy", "UTC", "fields"),
        ("0 0 30 2 *", "UTC", "wrong"),
        ("0 0 * * *", "Mars/Phobos", "no time zone 'Mars/Phobos'"),
        ("0 0 * * *", "europe/berlinn", "did you mean"),
        ("x" * 10_000, "UTC", "wrong"),
        ("0 * 2 L 3 */7", "Europe/Oslo", "never fires"),  # minutes that spring takes away, each year
    ],
)
def test_what_can_not_be_used_is_refused_with_the_reason(cron: str, zone: str, sentence: str) -> None:
    with pytest.raises(CronError, match=sentence):
        check(cron, zone)


def test_a_cron_line_reads_as_a_sentence() -> None:
    assert sentence("0 9 * * 1-5", "Europe/Berlin") == "At 09:00 on Monday through Friday Europe/Berlin"
    assert sentence("0 0 31 * *", "UTC") == "At 00:00 on the 31st day of every month UTC"
    assert sentence("@Daily", "UTC") == sentence("@daily", "UTC") == "At 00:00 every day UTC"


@settings(max_examples=60, deadline=None)
@given(
    minute=st.sampled_from(["*", "*/7", "30", "0,45"]),
    hour=st.sampled_from(["*", "*/3", "2", "1-4"]),
    zone=st.sampled_from(
        ["UTC", "US/Central", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Sao_Paulo"]
    ),
    start=st.datetimes(datetime(1995, 1, 1), datetime(2036, 1, 1)),
)
def test_due_times_grow_and_stay_on_the_cron_line(minute: str, hour: str, zone: str, start: datetime) -> None:
    after = start.replace(tzinfo=UTC).timestamp()
    due = list(islice(due_times(f"{minute} {hour} * * *", zone, after), 30))
    assert all(a < b for a, b in zip([after, *due], due, strict=False))
    if minute == "30" and hour == "*":
        offsets = {datetime.fromtimestamp(d, ZoneInfo(zone)).minute for d in due}
        assert offsets <= {30, 0}
    assert due[-1] - after < timedelta(days=40).total_seconds()


def test_what_daylight_saving_does_to_a_due_time_is_told() -> None:
    def told(cron_line: str, month: int, day: int, count: int = 1) -> list[tuple[str, str | None]]:
        after = datetime(2019, month, day, 6, tzinfo=UTC).timestamp() - 3600
        return [(due.local_time, due.note) for due in explained(cron_line, "US/Central", after, count)]

    ((local, note),) = told("30 2 * * *", 3, 10)
    assert local == "2019-03-10 03:00 CDT" and note is not None and "set forward" in note
    ((local, note),) = told("30 1 * * *", 11, 3)
    assert local == "2019-11-03 01:30 CST" and note is not None and note.endswith("the second counts")
    first, second, ordinary = told("0 * * * *", 11, 3, count=3)
    assert first == (
        "2019-11-03 01:00 CDT",
        "the clock is set back and shows this time twice; this is the first, and both count",
    )
    assert second[0] == "2019-11-03 01:00 CST" and "this is the second" in (second[1] or "")
    assert ordinary == ("2019-11-03 02:00 CST", None)
    assert told("30 2 * * *", 6, 1) == [("2019-06-01 02:30 CDT", None)]
