"""What the browser tests run."""

import os
import time
from pathlib import Path

from jupyter_orch import (
    AssetMaterialization,
    EventMetadataEntry,
    Field,
    InputDefinition,
    Output,
    OutputDefinition,
    Partition,
    PartitionSetDefinition,
    PresetDefinition,
    RunRequest,
    SkipReason,
    composite_solid,
    pipeline,
    repository,
    schedule,
    sensor,
    solid,
)

HOSTILE = '<img src=x onerror="window.broken=1"><script>window.broken=1</script>'


@solid(config_schema={"until": Field(str, default_value="")})
def wait(context):
    """Counts aloud until a file appears."""
    until = context.solid_config["until"]
    for number in range(600):
        print(f"\x1b[32mcount {number}\x1b[0m", flush=True)
        if not until or os.path.exists(until):
            break
        time.sleep(0.1)
    return 1


@solid(input_defs=[InputDefinition("number", int)], output_defs=[OutputDefinition(int)])
def add_one(context, number):
    """One more."""
    context.log.info(f"got {number}")
    return number + 1


@solid(
    config_schema={"rows": Field(int, description="How many."), "name": str, "share": Field(float, default_value=0.5)}
)
def picky(context):
    """Wants its config."""
    return context.solid_config["rows"]


@solid(config_schema={"file": str}, input_defs=[InputDefinition("number", int)])
def needs_file(context, number):
    """Fails while a file is missing."""
    file = Path(context.solid_config["file"])
    if not file.exists():
        raise FileNotFoundError(f"{file.name} is missing {HOSTILE}")


@solid
def shout(context):
    """Says things that would break a careless page."""
    print(HOSTILE, flush=True)
    context.log.warning(HOSTILE)


@composite_solid(input_defs=[InputDefinition("number", int)], output_defs=[OutputDefinition(int)])
def add_two(number):
    """Two solids in one."""
    return add_one.alias("second")(add_one.alias("first")(number))


@pipeline
def patient():
    """Waits, then adds."""
    add_two(wait())


@pipeline(
    preset_defs=[PresetDefinition("good", run_config={"solids": {"picky": {"config": {"rows": 3, "name": "ada"}}}})]
)
def choosy():
    """Wants its config."""
    add_one(picky())


@pipeline
def failing():
    """Works once its file is there."""
    needs_file(add_one(wait()))


@pipeline
def loud():
    """Says things that would break a careless page."""
    shout()


@solid(config_schema={"month": str})
def count_month(context):
    """Counts one month."""
    month = context.solid_config["month"]
    yield AssetMaterialization(
        asset_key=["sales", "monthly"],
        description=HOSTILE,
        partition=month,
        metadata_entries=[
            EventMetadataEntry.int(int(month[-2:]) * 7, "rows"),
            EventMetadataEntry.md(f"**Ice** sold *best*, see the [report](https://example.org). {HOSTILE}", "notes"),
            EventMetadataEntry.table([{"kind": "ice", "rows": 5}, {"kind": "tea", "rows": 2}], "by kind"),
            EventMetadataEntry.path(__file__, "made by"),
            EventMetadataEntry.url("https://example.org/sales", "published at"),
        ],
    )
    yield Output(1)


@pipeline
def monthly():
    """One month at a time."""
    count_month()


months = PartitionSetDefinition(
    name="months",
    pipeline_name="monthly",
    partition_fn=lambda: [Partition(f"2026-{month:02d}") for month in range(1, 13)],
    run_config_fn_for_partition=lambda chosen: {"solids": {"count_month": {"config": {"month": chosen.name}}}},
)


@schedule(cron_schedule="* * * * *", pipeline_name="loud")
def each_minute(context):
    """Says what it prints."""
    print(f"looked at {context.scheduled_execution_time:%H:%M} {HOSTILE}")
    return {}


@sensor(pipeline_name="loud", minimum_interval_seconds=30)
def every_other(context):
    """Skips the first time, launches the second."""
    seen = int(context.cursor or 0)
    context.update_cursor(str(seen + 1))
    if seen % 2 == 0:
        yield SkipReason(f"nothing new {HOSTILE}")
    else:
        yield RunRequest(run_key=f"key-{seen}", run_config={})


@schedule(cron_schedule="0 3 * * *", pipeline_name="loud", execution_timezone="Europe/Berlin")
def each_night(context):
    """Nothing to configure."""
    return {}


@repository
def repo():
    """All of it."""
    return [patient, choosy, failing, loud, monthly, months, each_night, each_minute, every_other]
