"""The repository that is measured: one step that writes when it ran, chains and fans of steps that do nothing."""

import os
import time

from jupyter_orch import pipeline, repository, solid


@solid(config_schema={"mark": str})
def first(context):
    """Write the instant at which user code runs."""
    with open(context.solid_config["mark"], "w") as mark:
        mark.write(repr(time.time()))


@pipeline
def one_solid():
    """The smallest run there is."""
    first()


@solid
def begin(_):
    """Nothing."""
    return 0


@solid
def pass_on(_, value):
    """Nothing."""
    return value


@pipeline
def chain():
    """100 steps, one after another."""
    value = begin.alias("s0")()
    for number in range(1, 100):
        value = pass_on.alias(f"s{number}")(value)


@pipeline
def fan_out():
    """One step, then 99 side by side."""
    value = begin.alias("s0")()
    for number in range(1, 100):
        pass_on.alias(f"s{number}")(value)


if os.environ.get("BENCH_IMPORTS"):
    import pandas  # noqa: F401


@repository
def repo():
    """All of them."""
    return [one_solid, chain, fan_out]
