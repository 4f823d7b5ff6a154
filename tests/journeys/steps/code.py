"""What the journeys of steps run."""

import logging
import os
import signal
import subprocess
import sys
import time

from jupyter_orch import (
    DynamicOutput,
    DynamicOutputDefinition,
    Field,
    InputDefinition,
    ModeDefinition,
    Nothing,
    OutputDefinition,
    RetryPolicy,
    failure_hook,
    pipeline,
    repository,
    resource,
    solid,
    success_hook,
)

IGNORES_TERM = "import signal, time; signal.signal(15, signal.SIG_IGN); print('ready', flush=True); time.sleep(300)"
PARENT = f"""
import signal, subprocess, sys, time
signal.signal(15, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", {IGNORES_TERM!r}], stdout=subprocess.PIPE, start_new_session=NEW)
child.stdout.readline()
print(child.pid, flush=True)
time.sleep(300)
"""


@solid(config_schema={"lines": Field(int, default_value=1000)})
def chat(context):
    """Logs a lot."""
    for number in range(context.solid_config["lines"]):
        context.log.info(f"{context.solid.name} says {number}")


@pipeline
def chatty():
    """Twenty solids that log at the same time."""
    for number in range(20):
        chat.alias(f"chat_{number:02}")()


@solid
def speak_and_go(context):
    """One line, and the process is gone without another word."""
    os.write(1, f"last line of {context.solid.name}\n".encode())
    os._exit(7)


@pipeline
def abrupt():
    """Thirty steps that end their own process."""
    for number in range(30):
        speak_and_go.alias(f"gone_{number:02}")()


@solid(config_schema={"own_session": bool})
def have_grandchildren(context):
    """Starts a child and a grandchild that both ignore TERM, says their ids, ignores TERM itself, and waits."""
    program = PARENT.replace("NEW", str(context.solid_config["own_session"]))
    child = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    grandchild = child.stdout.readline().strip()
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print(f"family {child.pid} {grandchild} of {os.getpid()}", flush=True)
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        try:
            time.sleep(1)
        except BaseException as error:
            print(f"not impressed by {type(error).__name__}", flush=True)


@pipeline
def family():
    """Leaves processes that do not listen."""
    have_grandchildren()


@solid(config_schema={"fail_times": int}, retry_policy=RetryPolicy(max_retries=2, delay=0.05))
def flaky(context):
    """Fails a few times."""
    if context.retry_number < context.solid_config["fail_times"]:
        raise ConnectionError(f"attempt {context.retry_number} got no answer")
    return context.retry_number


@solid
def say_number(context, number: int) -> int:
    """Logs what it got."""
    context.log.info(f"got {number}")
    return number


@pipeline
def retrying():
    """A flaky step and one behind it."""
    say_number(flaky())


@solid(config_schema={"items": int}, output_defs=[DynamicOutputDefinition(int)])
def scatter(context):
    """As many values as it is told."""
    for number in range(context.solid_config["items"]):
        yield DynamicOutput(number, mapping_key=f"k{number}")


@solid(config_schema={"fails_at": Field(int, default_value=-1), "until": Field(str, default_value="")})
def square(context, number: int) -> int:
    """One value at a time; may fail at one of them until a file is there."""
    if number == context.solid_config["fails_at"] and not os.path.exists(context.solid_config["until"]):
        raise ValueError(f"can not square {number}")
    return number * number


@solid
def total(context, numbers: list[int]) -> int:
    """All of them."""
    context.log.info(f"{len(numbers)} squares make {sum(numbers)}")
    return sum(numbers)


@pipeline
def fanning():
    """Out over values that are known only while it runs, and in again."""
    total(scatter().map(square).collect())


@success_hook(required_resource_keys={"bell"})
def ring(context):
    """Rings."""
    context.log.info(f"{context.resources.bell} for {context.solid.name}")


@failure_hook
def mourn(context):
    """Says what went wrong."""
    context.log.info(f"{context.solid.name} failed with {type(context.solid_exception).__name__}")


@success_hook
def clumsy(context):
    """Breaks."""
    raise RuntimeError(f"dropped after {context.solid.name}")


@solid
def fine(_context):
    """Works."""
    return 1


@solid
def broken(_context, number: int):
    """Does not work."""
    raise LookupError("nothing there")


@resource
def bell(_context):
    """A bell."""
    return "ding"


@pipeline(mode_defs=[ModeDefinition(resource_defs={"bell": bell})])
def hooked():
    """A step that works and one that fails, both with hooks; one hook breaks."""
    broken.with_hooks({mourn, ring})(fine.with_hooks({ring, mourn, clumsy})())


@resource(config_schema={"diary": str})
def ground(context):
    """Notes when it is opened and closed."""
    with open(context.resource_config["diary"], "a") as diary:
        diary.write("ground opened\n")
        diary.flush()
        yield context.resource_config["diary"]
        diary.write("ground closed\n")


@resource(required_resource_keys={"ground"})
def house(context):
    """Stands on the ground."""
    with open(context.resources.ground, "a") as diary:
        diary.write("house opened\n")
        diary.flush()
        try:
            yield "house"
        finally:
            diary.write("house closed\n")


@solid(config_schema={"how": str}, required_resource_keys={"house"})
def live(context):
    """Fails, or waits to be canceled."""
    print("living", flush=True)
    if context.solid_config["how"] == "fail":
        raise ValueError("it rains in")
    time.sleep(60)


@pipeline(mode_defs=[ModeDefinition(resource_defs={"ground": ground, "house": house})])
def living():
    """A step with two resources, one on the other."""
    live()


@solid
def use_python_logging(_context):
    """Logs as any library does."""
    logging.getLogger("a.library").debug("the library is chatting")
    logging.getLogger("a.library").warning("the library is worried about %s", "you")


@pipeline
def library():
    """Code that knows nothing of the orchestrator."""
    use_python_logging()


@solid(input_defs=[InputDefinition("before", Nothing)], output_defs=[OutputDefinition(Nothing)])
def link(_context):
    """A link of a chain."""


@pipeline
def chain():
    """Three thousand steps, one after the other."""
    last = link.alias("link_0000")()
    for number in range(1, 3000):
        last = link.alias(f"link_{number:04}")(last)


@repository
def repo():
    """All of it."""
    return [chatty, abrupt, family, retrying, fanning, hooked, living, library, chain]
