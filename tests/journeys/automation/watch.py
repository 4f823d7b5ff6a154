"""Everything that starts runs by itself."""

import logging
import time
from pathlib import Path

from jupyter_orch import (
    AssetMaterialization,
    Output,
    PartitionSetDefinition,
    RunRequest,
    SkipReason,
    asset_sensor,
    pipeline,
    repository,
    run_failure_sensor,
    schedule,
    sensor,
    solid,
)

HERE = Path(__file__).parent


@solid(config_schema={"word": str})
def say(context):
    with open(HERE / "said.txt", "a") as file:
        file.write(context.solid_config["word"] + "\n")


@pipeline(tags={"team": "sea"})
def speak():
    say()


@solid
def write(_):
    yield AssetMaterialization(asset_key="table", partition="p1")
    yield Output(None)


@pipeline
def fill():
    write()


@solid
def break_down(_):
    raise ValueError("broken on purpose")


@pipeline
def broken():
    break_down()


def saying(word):
    return {"solids": {"say": {"config": {"word": word}}}}


@schedule(cron_schedule="0 0 1 1 *", pipeline_name="speak", execution_timezone="Europe/Berlin")
def yearly(context):
    print("thinking about", context.scheduled_execution_time.isoformat())
    return saying("happy new year")


@schedule(cron_schedule="* * * * *", pipeline_name="speak")
def careless(_):
    return {"solids": {"say": {"config": {"wort": "?"}}}}


@schedule(cron_schedule="* * * * *", pipeline_name="speak")
def minutely(_):
    logging.getLogger("user").warning("this minute")
    return saying("minute")


@sensor(pipeline_name="speak", minimum_interval_seconds=1)
def looks_for_files(context):
    names = sorted(path.name for path in HERE.glob("*.in") if path.name > (context.cursor or ""))
    if not names:
        return SkipReason("no new file")
    context.update_cursor(names[-1])
    return [RunRequest(name, saying(name)) for name in names]


@sensor(pipeline_name="speak", minimum_interval_seconds=3600)
def pushed(_):
    return RunRequest(None, saying("pushed"))


@asset_sensor("table", pipeline_name="speak", minimum_interval_seconds=1)
def follows_table(context, event):
    return RunRequest(event.run_id, saying(f"{event.asset_key.path[0]} {event.partition}"))


@run_failure_sensor(minimum_interval_seconds=1)
def alarm(context):
    with open(HERE / "alarm.txt", "a") as file:
        file.write(f"{context.pipeline_run.pipeline_name}: {context.failure_event['message']}\n")


@sensor(pipeline_name="speak", minimum_interval_seconds=1)
def endless(_):
    while True:
        time.sleep(0.01)


letters = PartitionSetDefinition(
    "letters",
    "speak",
    partition_fn=lambda: [f"{first}{second}" for first in "abcd" for second in "0123456789"],
    run_config_fn_for_partition=lambda partition: saying(partition.name),
)


@repository
def repo():
    return [
        speak, fill, broken, yearly, careless, minutely, looks_for_files, pushed, follows_table, alarm, endless, letters,
    ]  # fmt: skip
