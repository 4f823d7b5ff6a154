"""Schedules, partition sets and sensors as a repository of a small shop would have them, tested by hand."""

from __future__ import annotations

import datetime
import os

import pytest

from jupyter_orch import (
    AssetKey,
    AssetMaterialization,
    DagsterInstance,
    DagsterInvalidDefinitionError,
    ModeDefinition,
    Output,
    Partition,
    PartitionSetDefinition,
    PipelineRunStatus,
    RunRequest,
    ScheduleDefinition,
    SkipReason,
    asset_sensor,
    build_schedule_context,
    build_sensor_context,
    daily_schedule,
    date_partition_range,
    execute_pipeline,
    hourly_schedule,
    monthly_schedule,
    pipeline,
    pipeline_failure_sensor,
    repository,
    run_status_sensor,
    schedule,
    sensor,
    solid,
    validate_run_config,
    weekly_schedule,
)


@solid(config_schema={"date": str})
def process_data_for_date(context):
    date = context.solid_config["date"]
    context.log.info(f"processing data for {date}")
    yield AssetMaterialization("daily", partition=date)
    yield Output(date)


@pipeline(mode_defs=[ModeDefinition("prod"), ModeDefinition("test")])
def shop():
    process_data_for_date()


def config_for(day: str) -> dict:
    return {"solids": {"process_data_for_date": {"config": {"date": day}}}}


@daily_schedule(
    pipeline_name="shop",
    start_date=datetime.datetime(2020, 1, 1),
    execution_time=datetime.time(hour=11, minute=30),
    execution_timezone="US/Central",
    mode="prod",
    tags_fn_for_date=lambda date: {"weekday": date.strftime("%a")},
    should_execute=lambda context: True,
)
def my_daily(date):
    return config_for(date.strftime("%Y-%m-%d"))


@hourly_schedule(
    pipeline_name="shop", start_date=datetime.datetime(2020, 1, 1, 5), execution_time=datetime.time(0, 25), mode="prod"
)
def my_hourly(date):
    return config_for(date.strftime("%Y-%m-%d-%H"))


@weekly_schedule(
    pipeline_name="shop",
    start_date=datetime.datetime(2020, 1, 1),
    execution_day_of_week=1,
    execution_timezone="US/Central",
    mode="prod",
)
def my_weekly(date):
    return config_for(date.strftime("%Y-%m-%d"))


@monthly_schedule(
    pipeline_name="shop",
    start_date=datetime.datetime(2020, 1, 1),
    execution_day_of_month=15,
    execution_timezone="US/Central",
    mode="prod",
    partition_months_offset=1,
)
def my_monthly(date):
    return config_for(date.strftime("%Y-%m"))


@schedule(cron_schedule="0 1 * * *", pipeline_name="shop", execution_timezone="US/Central", mode="prod")
def my_schedule(context):
    return config_for(context.scheduled_execution_time.strftime("%Y-%m-%d"))


plain = ScheduleDefinition(
    name="plain",
    cron_schedule="*/5 * * * *",
    pipeline_name="shop",
    mode="prod",
    run_config=config_for("x"),
    tags={"kind": "plain"},
    environment_vars={"A": "b"},
)


def get_date_partitions():
    return [Partition(f"2020-10-0{i}") for i in range(1, 4)]


def run_config_for_date_partition(partition):
    return config_for(partition.value)


date_partition_set = PartitionSetDefinition(
    name="date_partition_set",
    pipeline_name="shop",
    mode="prod",
    partition_fn=get_date_partitions,
    run_config_fn_for_partition=run_config_for_date_partition,
    tags_fn_for_partition=lambda partition: {"p": partition.name},
)

ranged = PartitionSetDefinition(
    name="ranged",
    pipeline_name="shop",
    mode="prod",
    partition_fn=date_partition_range(
        start=datetime.datetime(2020, 1, 1), end=datetime.datetime(2020, 1, 5), delta_range="days", fmt="%Y-%m-%d"
    ),
    run_config_fn_for_partition=lambda partition: config_for(partition.name),
)


def latest_partition_selector(context, partition_set_def):
    partitions = partition_set_def.get_partitions(context.scheduled_execution_time)
    return partitions[-1]


partitioned_schedule = date_partition_set.create_schedule_definition(
    "partitioned_schedule", "15 2 * * *", partition_selector=latest_partition_selector, execution_timezone="US/Pacific"
)


@sensor(pipeline_name="shop", mode="prod", minimum_interval_seconds=45)
def my_directory_sensor(context):
    last_mtime = float(context.cursor) if context.cursor else 0
    max_mtime = last_mtime
    folder = os.environ["SHOP_FOLDER"]
    has_files = False
    for filename in sorted(os.listdir(folder)):
        has_files = True
        mtime = os.stat(os.path.join(folder, filename)).st_mtime
        if mtime <= last_mtime:
            continue
        yield RunRequest(run_key=f"{filename}:{mtime}", run_config=config_for(filename), tags={"file": filename})
        max_mtime = max(mtime, max_mtime)
    if not has_files:
        yield SkipReason(f"No files found in {folder}.")
    context.update_cursor(str(max_mtime))


@asset_sensor(asset_key=AssetKey("daily"), pipeline_name="shop", mode="prod")
def my_asset_sensor(context, asset_event):
    yield RunRequest(
        run_key=context.cursor,
        run_config=config_for(asset_event.dagster_event.event_specific_data.materialization.partition),
    )


@pipeline_failure_sensor
def email_on_failure(context):
    assert context.pipeline_run.pipeline_name


@run_status_sensor(pipeline_run_status=PipelineRunStatus.SUCCESS)
def my_success_sensor(context):
    assert context.dagster_event is not None


@repository
def shop_repository():
    return [
        shop,
        my_daily,
        my_hourly,
        my_weekly,
        my_monthly,
        my_schedule,
        plain,
        date_partition_set,
        ranged,
        partitioned_schedule,
        my_directory_sensor,
        my_asset_sensor,
        email_on_failure,
        my_success_sensor,
    ]


@pytest.mark.parametrize(
    ("definition", "cron", "due", "date"),
    [
        (my_daily, "30 11 * * *", datetime.datetime(2020, 1, 5, 17, 30), "2020-01-04"),
        (my_hourly, "25 * * * *", datetime.datetime(2020, 1, 1, 7, 25), "2020-01-01-06"),
        (my_weekly, "0 0 * * 1", datetime.datetime(2020, 1, 20, 6), "2020-01-08"),
        (my_monthly, "0 0 15 * *", datetime.datetime(2020, 3, 15, 5), "2020-02"),
        (my_schedule, "0 1 * * *", datetime.datetime(2020, 1, 5, 7), "2020-01-05"),
    ],
    ids=["daily", "hourly", "weekly", "monthly", "plain"],
)
def test_each_schedule_asks_for_its_date(definition, cron, due, date) -> None:
    assert definition.cron_schedule == cron
    context = build_schedule_context(scheduled_execution_time=due.replace(tzinfo=datetime.UTC))
    data = definition.evaluate_tick(context)
    (request,) = data.run_requests
    assert request.run_config == config_for(date)
    assert validate_run_config(shop, request.run_config, mode="prod")


def test_functions_of_schedules_are_called_by_hand() -> None:
    assert my_daily(datetime.datetime(2020, 2, 3)) == config_for("2020-02-03")
    assert my_monthly(datetime.datetime(2020, 2, 1)) == config_for("2020-02")


def test_partition_sets_list_and_choose() -> None:
    assert date_partition_set.get_partition_names() == ["2020-10-01", "2020-10-02", "2020-10-03"]
    assert date_partition_set.run_config_for_partition(date_partition_set.get_partition("2020-10-02")) == config_for(
        "2020-10-02"
    )
    assert date_partition_set.tags_for_partition(Partition("a"))["p"] == "a"
    assert ranged.get_partition_names() == ["2020-01-01", "2020-01-02", "2020-01-03", "2020-01-04"]
    context = build_schedule_context(scheduled_execution_time=datetime.datetime(2020, 11, 1, tzinfo=datetime.UTC))
    (request,) = partitioned_schedule.evaluate_tick(context).run_requests
    assert request.run_config == config_for("2020-10-03")
    assert request.tags["dagster/partition"] == "2020-10-03"
    assert request.tags["dagster/partition_set"] == "date_partition_set"


def test_the_directory_sensor_asks_once_for_each_file(tmp_path, monkeypatch) -> None:
    folder = tmp_path / "shop"
    folder.mkdir()
    monkeypatch.setenv("SHOP_FOLDER", str(folder))
    context = build_sensor_context()
    assert list(my_directory_sensor(context))[0].skip_message.startswith("No files")
    (folder / "a.csv").touch()
    requests = my_directory_sensor.evaluate_tick(build_sensor_context(cursor="0")).run_requests
    assert [request.tags["file"] for request in requests] == ["a.csv"]
    for request in requests:
        assert validate_run_config(shop, request.run_config, mode="prod")
    assert my_directory_sensor.minimum_interval_seconds == 45


def test_the_asset_sensor_follows_a_run() -> None:
    instance = DagsterInstance.ephemeral()
    assert execute_pipeline(shop, config_for("2020-01-01"), mode="test", instance=instance).success
    data = my_asset_sensor.evaluate_tick(build_sensor_context(instance=instance))
    (request,) = data.run_requests
    assert request.run_config == config_for("2020-01-01")


def test_the_repository_knows_all() -> None:
    assert {s.name for s in shop_repository.schedule_defs} == {
        "my_daily",
        "my_hourly",
        "my_weekly",
        "my_monthly",
        "my_schedule",
        "plain",
        "partitioned_schedule",
    }
    assert {s.name for s in shop_repository.sensor_defs} == {
        "my_directory_sensor",
        "my_asset_sensor",
        "email_on_failure",
        "my_success_sensor",
    }
    assert shop_repository.get_schedule_def("plain").mode == "prod"
    assert {p.name for p in shop_repository.partition_set_defs} >= {
        "date_partition_set",
        "ranged",
        "my_daily_partitions",
    }


def test_a_schedule_of_nothing_is_refused() -> None:
    with pytest.raises(DagsterInvalidDefinitionError, match="gone"):

        @repository
        def broken():
            return [ScheduleDefinition(name="s", cron_schedule="* * * * *", pipeline_name="gone")]

        broken.get_all_pipelines()
