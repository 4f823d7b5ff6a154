"""The threaded in-process mode for light steps."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any

import jupyter_orch as orch
from tests.execution.quiet import inc, kinds, run

THREADS = {"execution": {"in_process": {"config": {"max_threads": 4}}}}


def test_waiting_steps_overlap_and_values_flow() -> None:
    together = threading.Barrier(4, timeout=10)

    @orch.solid
    def waits(context: Any) -> int:
        together.wait()
        context.log.info("met")
        return 1

    @orch.solid
    def adds(xs: list[int]) -> int:
        return sum(xs)

    @orch.pipeline
    def meeting() -> None:
        adds([waits.alias(f"w{index}")() for index in range(4)])

    result = run(meeting, THREADS)
    assert result.success
    assert result.output_for_solid("adds") == 4
    assert kinds(result, "w0")[-1] == "STEP_SUCCESS"


def test_async_steps_failures_and_retries_work_in_threads() -> None:
    @orch.solid
    async def later(context: Any) -> int:
        await asyncio.sleep(0.01)
        if context.retry_number == 0:
            raise orch.RetryRequested(seconds_to_wait=0.01)
        return 1

    @orch.solid
    def boom(x: int) -> int:
        raise ValueError("no")

    @orch.pipeline
    def mixed() -> None:
        inc.alias("behind")(boom(later()))
        inc(later.alias("other")())

    result = run(mixed, THREADS)
    assert not result.success
    assert result.get_failed_step_keys() == {"boom"}
    assert result.output_for_solid("inc") == 2
    assert result.result_for_solid("later").retry_attempts == 1


def test_at_most_so_many_at_once() -> None:
    now: list[int] = []
    most: list[int] = []
    lock = threading.Lock()

    @orch.solid
    def counted() -> None:
        with lock:
            now.append(1)
            most.append(len(now))
        time.sleep(0.005)
        with lock:
            now.pop()

    @orch.pipeline
    def many() -> None:
        for index in range(20):
            counted.alias(f"c{index}")()

    assert run(many, {"execution": {"in_process": {"config": {"max_threads": 3}}}}).success
    assert max(most) <= 3
