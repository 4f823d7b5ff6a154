"""What a step costs in the user wing alone: 100 no-op steps, values stored as files, events handed to a list.

Run with ``python -m tests.bench.user_wing``; prints milliseconds per step and the time to define and plan 10,000 solids.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

import jupyter_orch as orch
from jupyter_orch.plan.prepare import prepare
from jupyter_orch.records.messages import LocationTarget, PipelineSelector, RunSpec
from jupyter_orch_kernel.loader import load
from jupyter_orch_kernel.run_plan import run_plan

CODE = Path(__file__).with_name("code.py")


@orch.solid
def begin() -> int:
    """Nothing."""
    return 0


@orch.solid
def pass_on(value: Any) -> Any:
    """Nothing."""
    return value


def steps(pipeline: str, executor: str) -> float:
    """Milliseconds per step of one run."""
    with tempfile.TemporaryDirectory() as folder:
        target = LocationTarget(name="bench", kind="python_file", path=str(CODE), working_directory=str(CODE.parent))
        loaded = load(target)
        repository = next(iter(loaded.repositories))
        spec = RunSpec(
            run_id="bench",
            target=target,
            selector=PipelineSelector(repository=repository, pipeline=pipeline),
            run_config={"execution": {executor: {}}},
            artifact_dir=f"{folder}/storage",
            log_dir=f"{folder}/logs",
        )
        begun = time.perf_counter()
        outcome = run_plan(loaded, spec, [].append)
        taken = time.perf_counter() - begun
    assert outcome.ok, outcome.failure
    return taken * 10


def define_and_plan(count: int) -> float:
    """Seconds to define and plan a chain."""
    begun = time.perf_counter()

    @orch.pipeline
    def chain() -> None:
        value: Any = begin()
        for _ in range(count):
            value = pass_on(value)

    prepare(chain, None, {})
    return time.perf_counter() - begun


if __name__ == "__main__":
    for executor, pipeline, target in (
        ("in_process", "chain", 0.3),
        ("multiprocess", "chain", 9),
        ("multiprocess", "fan_out", 6),
    ):
        best = min(steps(pipeline, executor) for _ in range(5))
        print(f"{executor:13} {pipeline:8} {best:6.2f} ms per step (target {target})")
    print(f"define and plan 10,000 solids: {define_and_plan(10_000):.2f} s (target 2)")
