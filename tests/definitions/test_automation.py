"""Schedules, partitions and sensors as definitions (cases 9-12, 14, 15, U26)."""

from __future__ import annotations

import json
from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

import jupyter_orch as orch
from jupyter_orch.definitions.sensor import MAX_CURSOR_BYTES

CENTRAL = ZoneInfo("US/Central")


@orch.solid(config_schema=orch.Field(dict, is_required=False))
def work() -> None:
    """Does nothing."""


@orch.pipeline
def target() -> None:
    work()


@pytest.mark.parametrize(
    ("cron", "said"),
    [
        ("* * * *", "five fields"),
        ("60 * * * *", "'minute'"),
        ("* 24 * * *", "'hour'"),
        ("* * 0 * *", "'day of month'"),
        ("* * * 13 *", "'month'"),
        ("* * * * 8", "'day of week'"),
        ("*/0 * * * *", "'minute'"),
        ("5-1 * * * *", "'minute'"),
        ("0 0 * * MONL", "'day of week'"),
        ("0 0 * * *#2", "'day of week'"),
        ("0 0 31 2 *", "none of its months has a day 31"),
        ("0 0 31,30-31/1 FEB *", "none of its months has a day 30"),
        ("0 0 31 APR-APR,6 *", "none of its months has a day 31"),
        (None, "five fields"),
        ("a b c d e", "'minute'"),
    ],
)
def test_wrong_cron_texts_are_refused_at_definition_with_the_field(cron: Any, said: str) -> None:
    with pytest.raises(orch.DagsterInvalidDefinitionError, match=said):
        orch.ScheduleDefinition("s", cron, "target")


@pytest.mark.parametrize(
    "cron",
    ["* * * * *", "0 9 * * MON-FRI", "*/5 1,2 1-15 JAN *", "@daily", "@Daily", "0 0 L * *", "0 0 * * FRI#2", "0 0 * * 5L",
     "0 0 29 2 *", "0 0 31 */2 *", "0 0 L,31 2 *", "0 0 31 2,3 *"],
)  # fmt: skip
def test_right_cron_texts_pass(cron: str) -> None:
    assert orch.ScheduleDefinition("s", cron, "target").cron_schedule == cron


def test_an_unknown_zone_and_two_ways_of_one_thing_are_refused() -> None:
    with pytest.raises(orch.DagsterInvalidDefinitionError, match="no time zone 'Mars'"):
        orch.ScheduleDefinition("s", "@daily", "target", execution_timezone="Mars")
    with pytest.raises(orch.DagsterInvalidDefinitionError, match="run_config and run_config_fn"):
        orch.ScheduleDefinition("s", "@daily", "target", run_config={}, run_config_fn=lambda _context: {})


def test_a_schedule_gives_config_and_tags_by_functions() -> None:
    made = orch.ScheduleDefinition(
        "s",
        "@daily",
        "target",
        run_config_fn=lambda c: {"at": c.scheduled_execution_time.year},
        tags_fn=lambda _c: {"n": 1},
    )
    data = made.evaluate_tick(orch.build_schedule_context(scheduled_execution_time=datetime(2026, 1, 1, tzinfo=UTC)))
    assert (data.run_requests[0].run_config, data.run_requests[0].tags) == ({"at": 2026}, {"n": "1"})


def test_a_decorated_schedule_may_yield_requests_or_skip_and_is_callable() -> None:
    @orch.schedule("@daily", "target")
    def several(context: Any) -> Any:
        yield orch.RunRequest("a")
        yield orch.RunRequest("b", {"x": 1})

    @orch.schedule("@daily", "target")
    def skips() -> Any:
        return orch.SkipReason("holiday")

    assert [r.run_key for r in several.evaluate_tick(orch.build_schedule_context()).run_requests] == ["a", "b"]
    assert skips.evaluate_tick(orch.build_schedule_context()).skip_message == "holiday"
    assert skips() == orch.SkipReason("holiday")


def partitions_at(schedule: orch.ScheduleDefinition, *due: datetime) -> list[str | None]:
    found = []
    for moment in due:
        data = schedule.evaluate_tick(orch.build_schedule_context(scheduled_execution_time=moment.astimezone(CENTRAL)))
        found.append(data.run_requests[0].tags["dagster/partition"] if data.run_requests else None)
    return found


def test_case_11_daily_partitions_over_the_lost_hour() -> None:
    @orch.daily_schedule("target", datetime(2019, 3, 1), execution_time=time(2, 30), execution_timezone="US/Central")
    def daily(_date: datetime) -> dict[str, Any]:
        return {}

    assert daily.cron_schedule == "30 2 * * *"
    due = (
        datetime(2019, 3, 9, 2, 30, tzinfo=CENTRAL),
        datetime(2019, 3, 10, 8, 0, tzinfo=UTC),
        datetime(2019, 3, 11, 2, 30, tzinfo=CENTRAL),
    )
    assert partitions_at(daily, *due) == ["2019-03-08", "2019-03-09", "2019-03-10"]


def test_case_9_and_10_hours_are_real_hours_on_both_days() -> None:
    @orch.hourly_schedule("target", datetime(2019, 1, 1), execution_timezone="US/Central")
    def hourly(_date: datetime) -> dict[str, Any]:
        return {}

    spring = [datetime(2019, 3, 10, hour, tzinfo=UTC) for hour in (7, 8, 9)]
    assert partitions_at(hourly, *spring) == ["2019-03-10-00:00", "2019-03-10-01:00", "2019-03-10-03:00"]
    autumn = [datetime(2019, 11, 3, hour, tzinfo=UTC) for hour in (6, 7, 8, 9)]
    assert partitions_at(hourly, *autumn) == [
        "2019-11-03-00:00",
        "2019-11-03-01:00",
        "2019-11-03-01:00-0600",
        "2019-11-03-02:00",
    ]


def test_weeks_and_months_and_their_ends() -> None:
    @orch.weekly_schedule("target", datetime(2026, 1, 5), execution_day_of_week=1, execution_timezone="US/Central")
    def weekly(_date: datetime) -> dict[str, Any]:
        return {}

    @orch.monthly_schedule(
        "target", datetime(2025, 11, 1), end_date=datetime(2026, 2, 1), execution_timezone="US/Central"
    )
    def monthly(_date: datetime) -> dict[str, Any]:
        return {}

    assert partitions_at(weekly, datetime(2026, 1, 12, tzinfo=CENTRAL), datetime(2026, 1, 19, tzinfo=CENTRAL)) == [
        "2026-01-05",
        "2026-01-12",
    ]
    months = [
        datetime(2025, 12, 1, tzinfo=CENTRAL),
        datetime(2026, 1, 1, tzinfo=CENTRAL),
        datetime(2026, 4, 1, tzinfo=CENTRAL),
        datetime(2025, 11, 1, tzinfo=CENTRAL),
    ]
    assert partitions_at(monthly, *months) == ["2025-11", "2025-12", None, None]


def test_windows_are_listed_up_to_those_that_have_ended() -> None:
    days = orch.DailyPartitionsDefinition("2026-01-01", timezone="US/Central")
    now = datetime(2026, 1, 4, 12, tzinfo=CENTRAL)
    assert days.get_partition_keys(now) == ["2026-01-01", "2026-01-02", "2026-01-03"]
    assert orch.DailyPartitionsDefinition("2026-01-01", end_offset=1).get_partition_keys(now)[-1] == "2026-01-04"
    window = days.time_window_for_partition_key("2026-03-08")
    assert (window.end - window.start).total_seconds() == 86400 and window.end.astimezone(UTC).hour == 5
    assert (
        len(orch.HourlyPartitionsDefinition("2026-01-01-00:00").get_partition_keys(datetime(2026, 1, 2, tzinfo=UTC)))
        == 24
    )
    assert orch.MonthlyPartitionsDefinition("2025-11-01").get_partition_keys(datetime(2026, 1, 15, tzinfo=UTC)) == [
        "2025-11-01",
        "2025-12-01",
    ]
    assert orch.WeeklyPartitionsDefinition("2026-01-01").get_partition_keys(datetime(2026, 1, 20, tzinfo=UTC)) == [
        "2026-01-04",
        "2026-01-11",
    ]


def test_date_partition_range_counts_windows() -> None:
    names = [p.name for p in orch.date_partition_range(datetime(2026, 1, 30), datetime(2026, 2, 2))(None)]
    assert names == ["2026-01-30", "2026-01-31", "2026-02-01"]
    assert [
        p.name for p in orch.date_partition_range(datetime(2026, 1, 30), datetime(2026, 2, 2), inclusive=True)(None)
    ][-1] == "2026-02-02"
    assert [
        p.name
        for p in orch.date_partition_range(datetime(2026, 1, 1), datetime(2026, 3, 1), "months", fmt="%Y-%m")(None)
    ] == ["2026-01", "2026-02"]
    with pytest.raises(orch.DagsterInvalidDefinitionError, match="ends before"):
        orch.date_partition_range(datetime(2026, 1, 2), datetime(2026, 1, 1))


def test_partition_sets_give_config_and_tags_and_choose_by_selector() -> None:
    made = orch.PartitionSetDefinition(
        "letters",
        "target",
        partition_fn=lambda: ["a", "b"],
        run_config_fn_for_partition=lambda p: {"letter": p.value},
        tags_fn_for_partition=lambda p: {"x": p.name},
    )
    assert made.get_partition_names() == ["a", "b"]
    partition = made.get_partition("b")
    assert made.run_config_for_partition(partition) == {"letter": "b"}
    assert made.tags_for_partition(partition) == {
        "x": "b",
        "dagster/partition": "b",
        "dagster/partition_set": "letters",
    }
    with pytest.raises(orch.DagsterUnknownPartitionError, match="no partition 'c'"):
        made.get_partition("c")
    newest = made.create_schedule_definition(
        "s", "@daily", lambda _context, partitions: partitions.get_partitions()[-1]
    )
    assert newest.evaluate_tick(orch.build_schedule_context()).run_requests[0].run_config == {"letter": "b"}
    every = made.create_schedule_definition("s", "@daily", lambda _context, partitions: partitions.get_partitions())
    assert [r.run_key for r in every.evaluate_tick(orch.build_schedule_context()).run_requests] == ["a", "b"]


def test_partitioned_config_makes_a_jobs_partition_set_and_schedule() -> None:
    @orch.daily_partitioned_config(start_date=datetime(2026, 1, 1))
    def config(begin: datetime, end: datetime) -> dict[str, Any]:
        return {"ops": {"work": {"config": {"from": begin.isoformat(), "to": end.isoformat()}}}}

    @orch.job(config=config)
    def sliced() -> None:
        work()

    partition = sliced.partition_set.get_partition("2026-01-02")
    made = sliced.partition_set.run_config_for_partition(partition)
    assert made["ops"]["work"]["config"] == {"from": "2026-01-02T00:00:00+00:00", "to": "2026-01-03T00:00:00+00:00"}
    assert orch.execute_pipeline(sliced, made).success
    schedule = orch.build_schedule_from_partitioned_job(sliced, hour_of_day=6)
    assert schedule.cron_schedule == "0 6 * * *"
    data = schedule.evaluate_tick(
        orch.build_schedule_context(scheduled_execution_time=datetime(2026, 1, 5, 6, tzinfo=UTC))
    )
    assert data.run_requests[0].tags["dagster/partition"] == "2026-01-04"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (lambda _c: 3, "gave int 3"),
        (lambda _c: [orch.RunRequest("a"), orch.SkipReason("b")], "either run requests or one SkipReason"),
        (lambda _c: orch.RunRequest("a", job_name="other"), "no pipeline 'other'"),
        (lambda _c: orch.RunRequest("a", {"when": datetime(2026, 1, 1)}), "JSON values"),
        (lambda c: c.update_cursor("x" * (MAX_CURSOR_BYTES + 1)), "at most 1 MiB"),
        (lambda c: c.update_cursor(3), "must be a string"),
        (lambda c: c.update_cursor("a\0b"), "NUL"),
        (lambda c: orch.RunRequest("k" * 513), "at most 512 characters"),
        (lambda c: orch.RunRequest("a\0b"), "none of them NUL"),
    ],
)
def test_u26_wrong_answers_of_sensors_are_typed_errors(answer: Any, said: str) -> None:
    sensor = orch.SensorDefinition("looks", answer, "target")
    with pytest.raises(orch.DagsterError, match=said):
        sensor.evaluate_tick(orch.build_sensor_context())


def test_a_sensor_of_several_jobs_names_the_target() -> None:
    other = orch.PipelineDefinition([work], "other")

    @orch.sensor(jobs=[target, other])
    def chooses(context: Any) -> Any:
        yield orch.RunRequest(json.dumps(context.cursor), job_name="other")

    assert chooses.evaluate_tick(orch.build_sensor_context()).run_requests[0].job_name == "other"
    with pytest.raises(orch.DagsterInvariantViolationError, match="must say which one"):
        orch.SensorDefinition("s", lambda _c: orch.RunRequest("a"), jobs=[target, other]).evaluate_tick(
            orch.build_sensor_context()
        )


def test_asset_sensors_follow_the_ephemeral_instance() -> None:
    @orch.solid
    def writes() -> Any:
        yield orch.AssetMaterialization("thing", partition="p1")
        yield orch.Output(None)

    instance = orch.DagsterInstance.ephemeral()
    seen: list[str | None] = []

    @orch.asset_sensor(orch.AssetKey("thing"), pipeline_name="target")
    def follows(context: Any, event: Any) -> Any:
        seen.append(event.partition)
        return orch.RunRequest(event.run_id)

    first = orch.build_sensor_context(instance)
    assert follows.evaluate_tick(first).run_requests == ()
    orch.execute_pipeline(orch.PipelineDefinition([writes], "writing"), instance=instance)
    assert len(follows.evaluate_tick(first).run_requests) == 1
    assert follows.evaluate_tick(orch.build_sensor_context(instance, first.cursor)).run_requests == ()
    assert seen == ["p1"]


def test_run_status_sensors_react_to_a_run() -> None:
    @orch.run_failure_sensor
    def alarm(context: Any) -> None:
        told.append((context.sensor_name, context.dagster_run.run_id))

    told: list[tuple[str, str]] = []
    run = orch.PipelineRun(pipeline_name="target", run_id="r")
    alarm.react(orch.build_run_status_sensor_context("alarm", dagster_run=run))
    assert told == [("alarm", "r")]


def test_repositories_refuse_what_does_not_fit() -> None:
    wrong = orch.ScheduleDefinition("s", "@daily", "targe")
    with pytest.raises(
        orch.DagsterInvalidDefinitionError, match="schedule 's' starts 'targe', but .*did you mean 'target'"
    ):
        orch.repository("r")(lambda: [target, wrong])
    with pytest.raises(orch.DagsterInvalidDefinitionError, match="the repository lists int 3"):
        orch.repository("r")(lambda: [3])
    with pytest.raises(orch.DagsterInvalidDefinitionError, match="no section 'pipeline'"):
        orch.repository("r")(lambda: {"pipeline": {}})

    class Made(orch.RepositoryData):
        def get_all_pipelines(self) -> list[orch.PipelineDefinition]:
            return [target]

    assert orch.repository("r")(Made).pipeline_names == ["target"]
