"""The watch over the event loop: a loop that stands still is told with what it is at; a slow machine is not blamed on it."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Iterator

import pytest

from jupyter_orch.server.loop_watch import LoopWatch
from tests.server_process import wait_for


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    """An event loop in a thread of its own."""
    made = asyncio.new_event_loop()
    thread = threading.Thread(target=made.run_forever)
    thread.start()
    yield made
    made.call_soon_threadsafe(made.stop)
    thread.join()
    made.close()


def hold_everybody_up(until: threading.Event) -> None:
    assert until.wait(90)


def test_S_H_a_loop_that_stands_still_is_told_with_its_stack_and_goes_on(
    loop: asyncio.AbstractEventLoop, caplog: pytest.LogCaptureFixture
) -> None:
    lags: list[float] = []
    watch, free = LoopWatch(loop, lags.append), threading.Event()
    with caplog.at_level(logging.WARNING, "jupyter_orch.server"):
        watch.start()
        try:
            wait_for(lambda: len(lags) > 1, 30)
            loop.call_soon_threadsafe(hold_everybody_up, free)
            wait_for(lambda: "has stood still" in caplog.text, 60)
            assert watch.stands_still() > 1.0 and "in hold_everybody_up" in caplog.text
            free.set()
            wait_for(lambda: "goes on after" in caplog.text, 60)
            assert max(lags) > 1.0
        finally:
            free.set()
            watch.stop()
    assert caplog.text.count("has stood still") == 1


def test_a_watch_that_ends_before_the_loop_turns_never_begins(loop: asyncio.AbstractEventLoop) -> None:
    watch = LoopWatch(loop, lambda lag: None)
    watch.stop()
    watch.start()
    asyncio.run_coroutine_threadsafe(asyncio.sleep(0), loop).result(30)
    assert watch.stands_still() == 0.0 and "orch-loop-watch" not in {thread.name for thread in threading.enumerate()}
