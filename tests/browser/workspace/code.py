"""What the browser tests run."""

import os
import time
from pathlib import Path

from jupyter_orch import (
    Field,
    InputDefinition,
    OutputDefinition,
    PresetDefinition,
    composite_solid,
    pipeline,
    repository,
    schedule,
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


@schedule(cron_schedule="0 3 * * *", pipeline_name="loud", execution_timezone="Europe/Berlin")
def each_night(context):
    """Nothing to configure."""
    return {}


@repository
def repo():
    """All of it."""
    return [patient, choosy, failing, loud, each_night]
