"""Each step in a child process, several at once."""

from __future__ import annotations

import contextlib
import gc
import os
import selectors
import signal
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from jupyter_orch.definitions.errors import DagsterUnmetExecutorRequirementsError
from jupyter_orch.definitions.executor import MultiprocessSettings
from jupyter_orch.definitions.io_manager import mem_io_manager
from jupyter_orch.execution import events
from jupyter_orch.execution.executors.child import Child, EventPipe, fork_child, grace_over, spawn_child, why_not_fork
from jupyter_orch.execution.interrupt import RunCanceled, leavable
from jupyter_orch.execution.memory_killer import oom_kills
from jupyter_orch.execution.scope import RunScope
from jupyter_orch.execution.step_child import become_step_process, run_step_process
from jupyter_orch.execution.work import Work
from jupyter_orch.plan.plan import Step
from jupyter_orch.records.codec import to_json
from jupyter_orch.records.event import Event
from jupyter_orch.records.failure import Failure
from jupyter_orch.records.messages import RunSpec

_POLL_SECONDS = 0.5


def run_in_children(settings: MultiprocessSettings, work: Work) -> Iterator[Event]:
    """Work a plan off with a child process for each step.

    Args:
        settings: of the executor.
        work: the plan.

    Raises:
        DagsterUnmetExecutorRequirementsError: values are only kept in memory, or the code can not be loaded elsewhere
        where that is needed.
    """
    refuse_values_in_memory(work.scope)
    children = _Children(settings, work)
    gc.freeze()
    try:
        yield from children.events()
    except RunCanceled:
        yield from children.canceled()
        raise
    finally:
        children.end()
        gc.unfreeze()


def refuse_values_in_memory(scope: RunScope) -> None:
    """Values that only live in one process can not be passed to another."""
    for step in scope.plan.steps.values():
        for output in step.solid.output_defs:
            if scope.resource_defs.get(output.io_manager_key) is mem_io_manager and not output.dagster_type.is_nothing:
                raise DagsterUnmetExecutorRequirementsError(
                    f"the executor {scope.config.executor!r} runs each step in a process of its own, but output "
                    f"{output.name!r} of step {step.key!r} is kept "
                    f"in memory by {output.io_manager_key!r}; use fs_io_manager in mode {scope.mode.name!r}, run "
                    "with an instance that has a folder, "
                    "or choose the in_process executor"
                )


class _Children:
    def __init__(self, settings: MultiprocessSettings, work: Work) -> None:
        self._settings = settings
        self._work = work
        self._limit = (
            settings.max_concurrent or len(os.sched_getaffinity(0))
            if hasattr(os, "sched_getaffinity")
            else settings.max_concurrent or os.cpu_count() or 1
        )
        self._selector = selectors.DefaultSelector()
        self._running: dict[str, Child] = {}
        self._steps: dict[str, Step] = {}
        self._oom_kills = oom_kills()

    def events(self) -> Iterator[Event]:
        """Start what may start, hand on what the children say, until nothing is left."""
        work = self._work
        while True:
            yield from work.notices()
            yield from self._start_ready()
            if not self._running:
                if work.is_done:
                    return
                if not work.progress.running and work.progress.seconds_to_next_retry() is None and not work.notices():
                    if work.is_done:
                        return
                    continue
                work.sleep_until_retry()
                continue
            self._wait()
            yield from self._hear()

    def _start_ready(self) -> Iterator[Event]:
        free = self._limit - len(self._running)
        held_back: list[Step] = []
        while free > 0:
            ready = self._work.take_ready(1)
            if not ready:
                break
            if self._is_limited(ready[0]):
                held_back.append(ready[0])
                continue
            free -= 1
            yield from self._start(ready[0])
        for step in held_back:
            self._work.progress.put_back(step)

    def _is_limited(self, step: Step) -> bool:
        for key, value, limit in self._settings.tag_limits:
            if key in step.tags and (value is None or step.tags[key] == value):
                same = sum(
                    1
                    for other in self._running
                    if key in self._steps[other].tags and (value is None or self._steps[other].tags[key] == value)
                )
                if same >= limit:
                    return True
        return False

    def _start(self, step: Step) -> Iterator[Event]:
        attempt = self._work.progress.attempt(step.key)
        self._steps[step.key] = step
        why_not = "the executor's start_method is spawn" if self._settings.start_method == "spawn" else why_not_fork()
        if not why_not:
            child = self._forked(step, attempt)
        else:
            if self._settings.start_method == "fork":
                said = f"Forking is not safe here, {why_not}; the step gets a fresh process."
                yield events.engine(said, step.key, "WARNING", reason=why_not)
            child = self._spawned(step, attempt, why_not)
        self._running[step.key] = child
        self._selector.register(child.read_fd, selectors.EVENT_READ, child)
        if child.pid_fd >= 0:
            self._selector.register(child.pid_fd, selectors.EVENT_READ, child)

    def _forked(self, step: Step, attempt: int) -> Child:
        scope, enabled = self._work.scope, self._settings.retries_enabled

        def run(pipe: EventPipe) -> int:
            become_step_process(self._settings.step_limits)
            scope.emit = pipe.emit
            return run_step_process(scope, step, attempt, "forked", enabled, pipe)

        others = [fd for child in self._running.values() for fd in (child.read_fd, child.pid_fd) if fd >= 0]
        return fork_child(step.key, run, others)

    def _spawned(self, step: Step, attempt: int, why: str) -> Child:
        scope = self._work.scope
        if scope.target is None or scope.selector is None:
            raise DagsterUnmetExecutorRequirementsError(
                f"step {step.key!r} needs a fresh process, which must load the code of pipeline "
                f"{scope.pipeline.name!r} again, because this one is not forked: {why}; pass "
                f"reconstructable({scope.pipeline.name}), or choose the in_process executor"
            )
        spec = RunSpec(
            run_id=scope.run.run_id,
            target=scope.target,
            selector=scope.selector,
            run_config=scope.run.run_config,
            tags=scope.run.tags,
            known=replace(self._work.progress.known_state(scope.known.source_run_ids)),
            parent_run_id=scope.run.parent_run_id,
            root_run_id=scope.run.root_run_id,
            python_loggers=scope.python_loggers,
            python_log_level=scope.python_log_level,
            home=scope.instance.home,
            artifact_dir=scope.storage_directory,
            log_dir=scope.log_dir,
            spool_file=scope.spool_file,
        )
        return spawn_child(
            step.key,
            {
                "spec": to_json(spec),
                "step_key": step.key,
                "attempt": attempt,
                "why": why,
                "retries_enabled": self._settings.retries_enabled,
                "limits": dict(self._settings.step_limits),
            },
        )

    def _wait(self) -> None:
        due = self._work.progress.seconds_to_next_retry()
        has_pid_fds = all(child.pid_fd >= 0 for child in self._running.values())
        timeout = min(t for t in (due, None if has_pid_fds else _POLL_SECONDS, 3600.0) if t is not None)
        with leavable():
            self._selector.select(timeout)

    def _hear(self) -> Iterator[Event]:
        for child in list(self._running.values()):
            ended = child.has_ended()
            for event in child.events():
                yield self._work.note(event)
            if ended:
                yield from self._gone(child)

    def _gone(self, child: Child) -> Iterator[Event]:
        """A child has ended; say so when it did not say itself how its step ended."""
        self._forget(child)
        if not child.has_ended_step:
            yield self._work.note(self._end_after_crash(child))
        if child.left_processes:
            yield events.engine("The step left processes running; they were ended.", child.key, "WARNING")

    def _end_after_crash(self, child: Child) -> Event:
        """A step whose process died has failed; its retry policy counts as for any other failure."""
        failure, more = self._crash(child)
        attempt = self._work.progress.attempt(child.key)
        policy = self._steps[child.key].retry_policy if self._settings.retries_enabled else None
        if policy is None or "canceled" in more or attempt > policy.max_retries:
            return events.step_failure(child.key, attempt, failure, **more)
        return events.up_for_retry(child.key, attempt, failure, policy.calculate_delay(attempt))

    def _crash(self, child: Child) -> tuple[Failure, dict[str, Any]]:
        status = child.status or 0
        if child.was_asked_to_stop and not (os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL):
            return Failure(cls="RunCanceled", message="canceled"), {"canceled": True}
        if child.was_asked_to_stop:
            return Failure(cls="RunCanceled", message="canceled; the step did not end in order and was killed"), {
                "canceled": True
            }
        if os.WIFSIGNALED(status):
            number = os.WTERMSIG(status)
            name = signal.Signals(number).name if number in set(signal.Signals) else "unknown"
            return (
                Failure(
                    cls="StepProcessDied",
                    message=f"step process ended by signal {number} ({name})",
                    hint=self._hint(number),
                ),
                {"signal": number},
            )
        code = os.waitstatus_to_exitcode(status)
        return (
            Failure(
                cls="StepProcessDied",
                message=f"step process ended with exit code {code} before the step was done",
                hint="look for os._exit or an extension that ends the process",
            ),
            {"exit_code": code},
        )

    def _hint(self, number: int) -> str:
        kills = oom_kills()
        if number == signal.SIGKILL and kills > self._oom_kills:
            self._oom_kills = kills
            return "the kernel's memory killer was at work while the step ran; likely out of memory"
        if number in (signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL):
            return "the step's standard error shows where Python was"
        return ""

    def canceled(self) -> Iterator[Event]:
        """Ask all children to end, wait as long as they may take, end the rest."""
        for child in self._running.values():
            child.ask_to_stop()
        began = time.monotonic()
        seconds = (
            self._work.scope.grace_seconds
            if self._work.scope.grace_seconds is not None
            else self._settings.grace_seconds
        )
        while self._running and not grace_over(began, seconds):
            self._selector.select(min(0.1, seconds))
            yield from self._hear()
        for child in list(self._running.values()):
            child.kill()
            for event in child.events():
                yield self._work.note(event)
            yield from self._gone(child)

    def _forget(self, child: Child) -> None:
        self._running.pop(child.key, None)
        for descriptor in (child.read_fd, child.pid_fd):
            if descriptor >= 0:
                with contextlib.suppress(KeyError):
                    self._selector.unregister(descriptor)
        child.close()

    def end(self) -> None:
        """Leave nothing behind, whatever happened."""
        for child in list(self._running.values()):
            child.kill()
            self._forget(child)
        self._selector.close()
