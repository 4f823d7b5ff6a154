"""What a step process does, however it came to be: open resources, run the step, close them, say everything."""

from __future__ import annotations

import faulthandler
import os
import random
import signal
import sys
from collections.abc import Iterator, Mapping

from jupyter_orch.definitions.resource_scope import ResourceScope
from jupyter_orch.execution import events, interrupt
from jupyter_orch.execution.capture import Capture
from jupyter_orch.execution.executors.child import EventPipe
from jupyter_orch.execution.failures import failure_of, user_error
from jupyter_orch.execution.interrupt import RunCanceled
from jupyter_orch.execution.scope import RunScope
from jupyter_orch.execution.step import StepRun
from jupyter_orch.execution.step_guard import StepGuard
from jupyter_orch.execution.step_limits import limit_this_process
from jupyter_orch.plan.plan import Step
from jupyter_orch.records.event import Event


def become_step_process(limits: Mapping[str, int]) -> None:
    """Settle in: signals, randomness, standard input, crash reports and limits of a process of its own.

    Args:
        limits: as for :func:`limit_this_process`.
    """
    interrupt.listen_again(forget=False)
    signal.signal(signal.SIGTERM, interrupt.cancel)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    random.seed()
    numpy_random = sys.modules.get("numpy.random")
    if numpy_random is not None:
        numpy_random.seed()
    devnull = os.open(os.devnull, os.O_RDONLY)
    os.dup2(devnull, 0)
    os.close(devnull)
    sys.stdin = open(0, closefd=False)  # noqa: SIM115
    faulthandler.enable(2)
    limit_this_process(limits)


def run_step_process(
    scope: RunScope, step: Step, attempt: int, isolation: str, retries_enabled: bool, pipe: EventPipe
) -> int:
    """Run one step here; every event goes to ``scope.emit``.

    Returns:
        The exit code: 0 unless the run was canceled.
    """
    capture = Capture(scope.log_dir, lambda event: scope.emit(event))
    capture.begin(step.key)
    guard = StepGuard(pipe)
    try:
        interrupt.pump(_whole_step(scope, step, attempt, isolation, retries_enabled, guard), scope.emit)
        return 0
    except RunCanceled:
        return 1
    finally:
        interrupt.stop_listening()
        capture.end()


def _whole_step(
    scope: RunScope, step: Step, attempt: int, isolation: str, retries_enabled: bool, guard: StepGuard
) -> Iterator[Event]:
    opened = scope.resource_scope()
    try:
        try:
            yield from scope.open_resources(opened, scope.uses([step]), step.key)
        except Exception as error:
            yield events.step_failure(step.key, attempt, failure_of(error))
            return
        except BaseException as error:
            failure = failure_of(user_error(error))
            yield events.step_failure(
                step.key, attempt, failure, **({"canceled": True} if isinstance(error, RunCanceled) else {})
            )
            raise
        if opened.needs_closing and guard.stands():
            yield from _close_for_the_killed(scope, step, opened, guard)
            return
        yield from StepRun(scope, step, opened, attempt, isolation, retries_enabled).events()
    except RunCanceled:
        interrupt.stop_listening()
        yield from scope.close_resources(opened, step.key)
        guard.note_closed()
        raise
    yield from scope.close_resources(opened, step.key)
    guard.note_closed()


def _close_for_the_killed(scope: RunScope, step: Step, opened: ResourceScope, guard: StepGuard) -> Iterator[Event]:
    interrupt.stop_listening()
    yield from scope.close_resources(opened, step.key)
    guard.end()
