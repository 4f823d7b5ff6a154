"""The programs whose sizes grow."""

SOLIDS = """\
from jupyter_orch import pipeline, repository, solid

@solid
def begin(_):
    return 0

@solid
def pass_on(_, value):
    return value

def chain(count):
    @pipeline(name=f"chain_{count}")
    def made():
        value = begin.alias("s0")()
        for number in range(1, count):
            value = pass_on.alias(f"s{number}")(value)
    return made

def fan(count):
    @pipeline(name=f"fan_{count}")
    def made():
        value = begin.alias("s0")()
        for number in range(1, count):
            pass_on.alias(f"s{number}")(value)
    return made

@repository
def repo():
    return [*map(chain, CHAINS), *map(fan, FANS)]
"""

WAITING = """\
from jupyter_orch import DefaultScheduleStatus, pipeline, repository, schedule, solid

@solid
def nothing(_):
    pass

@pipeline
def small():
    nothing()

def waiting(number):
    @schedule(cron_schedule="0 0 1 1 *", pipeline_name="small", name=f"s{number}",
              default_status=DefaultScheduleStatus.RUNNING)
    def made(_):
        return {}
    return made

@repository
def repo():
    return [small, *map(waiting, range(SCHEDULES))]
"""

DUE = """\
import time
from pathlib import Path
from jupyter_orch import DefaultScheduleStatus, pipeline, repository, schedule, solid

MARKS = Path(__file__).parent

@solid(config_schema={"size": int})
def mark(context):
    with open(MARKS / f"marks-{context.solid_config['size']}.txt", "a") as file:
        file.write(f"{time.time()!r}\\n")

@pipeline
def marked():
    mark()

def due(size, minute, number):
    @schedule(cron_schedule=f"{minute} * * * *", pipeline_name="marked", name=f"due_{size}_{number}",
              default_status=DefaultScheduleStatus.RUNNING)
    def made(_):
        return {"solids": {"mark": {"config": {"size": size}}}}
    return made

@repository
def repo():
    return [marked, *(due(size, minute, number) for size, minute in MINUTES.items() for number in range(size))]
"""
