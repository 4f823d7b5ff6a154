"""What the journeys run."""

import os
import signal
import subprocess
import time

from jupyter_orch import (
    Field,
    InputDefinition,
    OutputDefinition,
    PresetDefinition,
    notebook_solid,
    pipeline,
    repository,
    schedule,
    solid,
)


@solid(config_schema={"seconds": Field(float, default_value=0.0), "until": Field(str, default_value="")})
def wait(context):
    """Sleeps, or waits for a file to appear."""
    print("waiting begins", flush=True)
    until = context.solid_config["until"]
    deadline = time.monotonic() + 60
    while until and not os.path.exists(until) and time.monotonic() < deadline:
        time.sleep(0.02)
    time.sleep(context.solid_config["seconds"])
    print("waiting ends", flush=True)
    return 1


@solid
def add_one(context, number: int) -> int:
    """One more."""
    context.log.info(f"got {number}")
    return number + 1


@solid
def fail(context, number: int) -> int:
    """Never works."""
    raise ValueError(f"no luck with {number}")


@solid
def leave_a_child(context):
    """Starts a process that outlives its parent, ignores TERM and says its id, then waits."""
    child = subprocess.Popen(
        ["python3", "-c", "import signal,time; signal.signal(15, signal.SIG_IGN); time.sleep(300)"]
    )
    print(f"child {child.pid}", flush=True)
    time.sleep(300)


@solid
def end_process(context):
    """Ends the process it runs in."""
    print("last words", flush=True)
    os.kill(os.getpid(), signal.SIGKILL)


@solid(config_schema={"rows": int, "name": str})
def picky(context):
    """Wants its config."""
    return context.solid_config["rows"]


@pipeline
def short():
    """Two steps."""
    add_one(wait())


@pipeline
def long():
    """Five steps, the first of which waits."""
    add_one.alias("fourth")(add_one.alias("third")(add_one.alias("second")(wait())))


@pipeline
def failing():
    """The second step fails, the third never starts."""
    add_one.alias("after")(fail(wait()))


@pipeline
def orphaning():
    """Leaves a grandchild behind when it is stopped."""
    leave_a_child()


@pipeline
def suicidal():
    """Its step kills its own process."""
    end_process()


@pipeline(
    preset_defs=[PresetDefinition("right", run_config={"solids": {"picky": {"config": {"rows": 1, "name": "x"}}}})]
)
def configured():
    """Needs config."""
    picky()


double = notebook_solid(
    "double",
    notebook_path=os.path.join(os.path.dirname(os.path.abspath(__file__)), "double.ipynb"),
    input_defs=[InputDefinition("number", int)],
    output_defs=[OutputDefinition(int, "result")],
)


@pipeline
def with_notebook():
    """A notebook between two solids."""
    add_one(double(wait()))


@schedule(cron_schedule="* * * * *", pipeline_name="short")
def every_minute(context):
    """Due all the time."""
    return {}


@repository
def repo():
    """All of it."""
    return [short, long, failing, orphaning, suicidal, configured, with_notebook, every_minute]
