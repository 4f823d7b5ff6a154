"""Light steps side by side in threads of the run's own process: for waiting, not for computing.

What the steps print is not told apart here, so their output goes into one pair of log files, named after the pipeline.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator

from jupyter_orch.definitions.executor import InProcessSettings
from jupyter_orch.execution import events
from jupyter_orch.execution.interrupt import RunCanceled, leavable
from jupyter_orch.execution.work import Work
from jupyter_orch.plan.plan import Step
from jupyter_orch.records.event import Event
from jupyter_orch.records.failure import Failure

_LONGEST_WAIT = 3600.0


def run_in_threads(settings: InProcessSettings, work: Work) -> Iterator[Event]:
    """Work a plan off with up to ``settings.max_threads`` steps at once.

    Args:
        settings: of the executor.
        work: the plan.
    """
    yield from work.open_resources()
    if work.capture.is_on:
        work.capture.begin(work.scope.pipeline.name)
        yield events.engine(
            f"What steps print goes to the log {work.scope.pipeline.name!r}, because they share a process."
        )
    try:
        yield from _worked_off(settings, work)
    except RunCanceled:
        for key in sorted(work.progress.running):
            failure = Failure(cls="RunCanceled", message="canceled; its thread ends with the process")
            yield work.note(events.step_failure(key, work.progress.attempt(key), failure, canceled=True))
        raise


def _worked_off(settings: InProcessSettings, work: Work) -> Iterator[Event]:
    heard: queue.SimpleQueue[Event | Step] = queue.SimpleQueue()
    running = 0
    while True:
        yield from work.notices()
        for step in work.take_ready(settings.max_threads - running):
            running += 1
            _start(work, step, settings.retries_enabled, heard)
        if running:
            item = _next(heard, work.progress.seconds_to_next_retry() if running < settings.max_threads else None)
            if isinstance(item, Event):
                yield work.note(item)
            elif item is not None:
                running -= 1
        elif work.is_done:
            return
        else:
            work.sleep_until_retry()


def _start(work: Work, step: Step, retries_enabled: bool, heard: queue.SimpleQueue[Event | Step]) -> None:
    attempt = work.attempt_at(step, "in_process", retries_enabled)

    def run() -> None:
        try:
            for event in attempt.events():
                heard.put(event)
        finally:
            heard.put(step)

    threading.Thread(target=run, name=f"step {step.key}", daemon=True).start()


def _next(heard: queue.SimpleQueue[Event | Step], seconds: float | None) -> Event | Step | None:
    with leavable():
        try:
            return heard.get(timeout=_LONGEST_WAIT if seconds is None else max(seconds, 0.001))
        except queue.Empty:
            return None
