"""Moves a runner's facts into the journal, keeps the lease, passes cancel on, and tells how it ended."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import time
from dataclasses import replace
from typing import Any

import msgspec

from jupyter_orch import clock, wire
from jupyter_orch.records.event import Event, EventType
from jupyter_orch.records.failure import Failure
from jupyter_orch.records.run import Run
from jupyter_orch.records.status import RunStatus
from jupyter_orch.runs.journal import Journal
from jupyter_orch.worker.output_cap import OutputCap
from jupyter_orch.worker.runner_process import Runner

HEARTBEAT = 5.0
TURN = 1.0
CANCEL_GRACE = 12.0
MAX_BATCH = 5_000
_STEP_ENDS = {EventType.STEP_SUCCESS, EventType.STEP_FAILURE, EventType.STEP_SKIPPED, EventType.STEP_UP_FOR_RETRY}


class Pump:
    """One run's traffic from runner to journal."""

    def __init__(self, run: Run, runner: Runner, journal: Journal, *, output_cap: OutputCap | None = None) -> None:
        self._run = run
        self._runner = runner
        self._journal = journal
        self._frames = wire.FrameReader()
        self._pending: list[Event] = [_how_it_runs(runner)]
        self._open_steps: set[str] = set()
        self._first_failure: Failure | None = None
        self._done: dict[str, Any] | None = None
        self._lost = False
        self._canceling_since: float | None = None
        self._next_beat = 0.0
        self._output_cap = output_cap
        self._next_cut = 0.0
        self._wake_read, self._wake_write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)

    def drive(self) -> bool:
        """Pump until the runner has said "done" or is gone, then end the run.

        Returns:
            False when the run was taken from this worker; everything it started is ended then.
        """
        self._let_signals_wake_us()
        poll = select.poll()
        poll.register(self._runner.line, select.POLLIN)
        poll.register(self._wake_read, select.POLLIN)
        self._flush()
        self._keep_lease(woken=False)  # from here on the row knows what to end if this worker dies
        is_open = True
        while is_open and not self._lost and self._done is None:
            ready = {fd for fd, _ in poll.poll(self._patience() * 1000)}
            if self._runner.line.fileno() in ready:
                is_open = self._read()
            if self._done is None:
                self._flush()
                self._keep_lease(woken=self._wake_read in ready)
                self._lose_patience()
                self._cut_output()
        self._cut_output(at_the_end=True)
        return False if self._lost else self._finish()

    def _let_signals_wake_us(self) -> None:
        """SIGTERM and SIGUSR1 mean "look at your row"; the row alone says what to do."""
        for number in (signal.SIGTERM, signal.SIGUSR1, signal.SIGINT):
            signal.signal(number, lambda *_: None)
        signal.set_wakeup_fd(self._wake_write, warn_on_full_buffer=False)

    def _read(self) -> bool:
        try:
            data = self._runner.line.recv(1 << 18)
            if not data:
                return False
            self._take(data)
            while self._done is None and len(self._pending) < MAX_BATCH:
                more = self._runner.line.recv(1 << 18, socket.MSG_DONTWAIT)
                if not more:
                    return False
                self._take(more)
        except BlockingIOError:
            return True
        except ConnectionError:
            return False
        return True

    def _take(self, data: bytes) -> None:
        for message in self._frames.feed(data):
            if message["k"] == "events":
                for event in msgspec.convert(message["v"], list[Event]):
                    self._note_step(event)
                    self._pending.append(event)
            elif message["k"] == "done":
                self._done = message

    def _note_step(self, event: Event) -> None:
        if event.step_key is None:
            return
        if event.type == EventType.STEP_START:
            self._open_steps.add(event.step_key)
        elif event.type in _STEP_ENDS:
            self._open_steps.discard(event.step_key)
            if event.type == EventType.STEP_FAILURE and self._first_failure is None:
                self._first_failure = _of_step(event)

    def _flush(self) -> None:
        if self._pending:
            batch, self._pending = self._pending, []
            if not self._journal.append(self._run.run_id, self._run.epoch, batch):
                self._lose()

    def _keep_lease(self, *, woken: bool) -> None:
        now = time.monotonic()
        if woken:
            with contextlib.suppress(BlockingIOError):
                os.read(self._wake_read, 4096)
        if self._lost or not (woken or now >= self._next_beat):
            return
        self._next_beat = now + HEARTBEAT
        row = self._journal.renew(self._run, self._runner.identity)
        if row is None:
            self._lose()
        elif row.status == RunStatus.CANCELING and self._canceling_since is None:
            self._canceling_since = now
            self._runner.cancel()

    def _patience(self) -> float:
        return TURN if self._output_cap is None else min(TURN, max(self._next_cut - time.monotonic(), 0.0))

    def _cut_output(self, at_the_end: bool = False) -> None:
        if self._output_cap is not None and (at_the_end or time.monotonic() >= self._next_cut):
            self._next_cut = time.monotonic() + self._output_cap.cut()

    def _lose_patience(self) -> None:
        """End a runner that was asked to stop and did not."""
        if self._canceling_since is not None and time.monotonic() > self._canceling_since + CANCEL_GRACE:
            self._runner.kill()

    def _lose(self) -> None:
        self._lost = True
        self._runner.kill()

    def _finish(self) -> bool:
        if self._done is None:
            return self._finish_after_crash()
        events, self._pending = self._pending, []
        if self._done["ok"]:
            ended = self._journal.succeed(self._run, events)
        elif self._done["canceled"]:
            ended = self._journal.canceled(self._run, events) or self._journal.fail(
                self._run, "the run process was interrupted by a signal from outside", events
            )
        else:
            ended = self._journal.fail(self._run, self._reason(), events)
        return ended is not None

    def _reason(self) -> Failure:
        """Why the run failed: what the runner says of the whole run, else the first step that failed."""
        assert self._done is not None
        if self._done.get("failure"):
            return msgspec.convert(self._done["failure"], Failure)
        return self._first_failure or Failure(cls="StepsFailed", message="steps failed")

    def _finish_after_crash(self) -> bool:
        how = self._runner.describe_end()
        self._runner.kill()
        reason = Failure(
            cls="RunnerDied",
            message=f"the run process {how}",
            hint="the end of its output may say more; ‘Re-run from failure’ keeps the steps that succeeded",
        )
        events = [*self._pending, *(_step_cut_off(key, how) for key in sorted(self._open_steps))]
        if self._canceling_since is not None:
            return (
                self._journal.canceled(self._run, events, f"The run process {how} while it was canceled.") is not None
            )
        return self._journal.fail(self._run, reason, events) is not None


def _how_it_runs(runner: Runner) -> Event:
    message = (
        f"Runner {runner.identity.pid} was forked from the location's warm process."
        if runner.warm
        else f"Runner {runner.identity.pid} is a cold process: {runner.note}."
    )
    return Event(
        type=EventType.ENGINE_EVENT,
        timestamp=clock.now(),
        message=message,
        level="INFO" if runner.warm else "WARNING",
        data={"launch": "forked" if runner.warm else "spawned", "pid": runner.identity.pid, "reason": runner.note},
    )


def _of_step(event: Event) -> Failure:
    """The failure of a step as the failure of its run."""
    found = event.data.get("failure")
    if not isinstance(found, dict):
        return Failure(cls="StepFailed", message=f"step {event.step_key} failed: {event.message}")
    reason = msgspec.convert(found, Failure)
    innermost = reason.cause or reason
    return replace(reason, message=f"step {event.step_key} failed: {innermost.cls}: {innermost.message}")


def _step_cut_off(step_key: str, how: str) -> Event:
    failure = Failure(
        cls="WorkLostInFlight",
        message=f"the run process {how} while this step was running",
        hint="it may have done part of its work; re-run from here if that is safe",
    )
    return Event(
        type=EventType.STEP_FAILURE,
        timestamp=clock.now(),
        message=failure.message,
        level="ERROR",
        step_key=step_key,
        data={"failure": msgspec.to_builtins(failure)},
    )
