"""Moves a runner's facts into the journal, keeps the lease, passes cancel on, and tells how it ended."""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Sequence
from typing import Any

import msgspec

from jupyter_orch import clock, wire
from jupyter_orch.compute_logs.masked import OutputMask
from jupyter_orch.masking import Mask
from jupyter_orch.records.event import Event, EventType
from jupyter_orch.records.failure import Failure, failure_of_run
from jupyter_orch.records.run import Run
from jupyter_orch.records.status import RunStatus
from jupyter_orch.runs.journal import LEASE, Journal
from jupyter_orch.runs.recovery import Recovery
from jupyter_orch.worker.delivery import Delivery, StorageLost
from jupyter_orch.worker.output_cap import OutputCap
from jupyter_orch.worker.runner_process import Runner
from jupyter_orch.worker.wakeup import Wakeup

HEARTBEAT = 5.0
TURN = 1.0
CANCEL_GRACE = 12.0
MAX_BATCH = 5_000
MASKED_AT_ONCE = 4 * 1024 * 1024
FENCE = 2 * LEASE - 5.0
"""Seconds without the storage after which a run that another host could take over stands still."""


class Pump:
    """One run's traffic from runner to journal."""

    def __init__(
        self,
        run: Run,
        runner: Runner,
        journal: Journal,
        wakeup: Wakeup,
        recovery: Recovery,
        *,
        max_runtime: float | None = None,
        is_shared: bool = False,
        output_cap: OutputCap | None = None,
        mask: Mask | None = None,
        output_masks: Sequence[OutputMask] = (),
    ) -> None:
        """Args:
        wakeup: readable when somebody wants us to look at the row.
        recovery: decides whether the run goes on after its runner was lost.
        max_runtime: seconds from the run's start after which it is ended.
        is_shared: workers of other hosts may have the same storage.
        output_cap: keeps the captured output short.
        mask: hides secrets in what the run says.
        output_masks: hide them in what it writes.
        """
        self._run = run
        self._runner = runner
        self._journal = journal
        self._wakeup = wakeup
        self._recovery = recovery
        self._frames = wire.FrameReader()
        self._delivery = Delivery(run, journal)
        self._delivery.add(_how_it_runs(runner))
        self._first_failure: Failure | None = None
        self._done: dict[str, Any] | None = None
        self._lost = False
        self._is_handed_back = False
        self._is_shared = is_shared
        self._is_held = False
        self._stopping_since: float | None = None
        self._is_canceling = False
        self._max_runtime = max_runtime
        self._is_overdue = False
        self._next_beat = 0.0 if run.runner is None else time.monotonic() + HEARTBEAT
        self._output_cap = output_cap
        self._next_cut = 0.0
        self._mask = mask
        self._output_masks = output_masks

    def drive(self) -> bool:
        """Pump until the runner has said "done" or is gone, then end the run.

        Returns:
            False when the run is no longer this worker's: it was taken away, or sent back to the queue because its
            runner was lost, or the storage is lost. Everything that it started is ended then.
        """
        try:
            self._pump()
            return not self._lost and self._finish() and not self._is_handed_back
        except StorageLost:
            self._runner.kill()
            return False

    def _pump(self) -> None:
        self._flush()
        self._keep_lease(woken=False)
        is_open = True
        while is_open and not self._lost and self._done is None:
            ready = self._wait()
            if self._runner.line.fileno() in ready:
                is_open = self._read()
            if self._done is None:
                self._flush()
                self._keep_lease(woken=self._wakeup.fileno() in ready)
                self._watch_runtime()
                self._lose_patience()
                self._stand_still_without_storage()
                self._cut_output()
        self._cut_output(at_the_end=True)

    def _wait(self) -> set[int]:
        poll = select.poll()
        poll.register(self._wakeup, select.POLLIN)
        if not self._delivery.is_full:
            poll.register(self._runner.line, select.POLLIN)
        return {fd for fd, _ in poll.poll(self._patience() * 1000)}

    def _read(self) -> bool:
        try:
            data = self._runner.line.recv(1 << 18)
            if not data:
                return False
            taken = self._take(data)
            while self._done is None and taken < MAX_BATCH:
                more = self._runner.line.recv(1 << 18, socket.MSG_DONTWAIT)
                if not more:
                    return False
                taken += self._take(more)
        except BlockingIOError:
            return True
        except ConnectionError:
            return False
        return True

    def _take(self, data: bytes) -> int:
        taken = 0
        for message in self._frames.feed(data):
            if message["k"] == "events":
                for event in msgspec.convert(message["v"], list[Event]):
                    event = self._mask.event(event) if self._mask else event
                    self._note_failure(event)
                    self._delivery.add(event)
                    taken += 1
            elif message["k"] == "done":
                self._done = message
                self._runner.leaves_nothing = bool(message.get("leaves_nothing"))
        return taken

    def _note_failure(self, event: Event) -> None:
        if event.type == EventType.STEP_FAILURE and self._first_failure is None:
            self._first_failure = _of_step(event)

    def _flush(self) -> None:
        if not self._delivery.flush():
            self._lose()

    def _keep_lease(self, *, woken: bool) -> None:
        now = time.monotonic()
        if woken:
            self._wakeup.clear()
        if self._lost or not (woken or now >= self._next_beat):
            return
        is_answered, row = self._delivery.ask(lambda: self._journal.renew(self._run, self._runner.identity))
        self._next_beat = now + (HEARTBEAT if is_answered else TURN)
        if not is_answered:
            return
        if row is None:
            self._lose()
            return
        if self._is_held:
            self._is_held = False
            self._runner.hold(False)
        if row.status == RunStatus.CANCELING and not self._is_canceling:
            self._is_canceling = True
            self._stop_runner()

    def _watch_runtime(self) -> None:
        if self._max_runtime is None or self._is_overdue or self._run.start_time is None:
            return
        if not self._is_canceling and clock.now() > self._run.start_time + self._max_runtime:
            self._is_overdue = True
            self._delivery.add(_said(f"The run has taken longer than its maximum runtime of {self._max_runtime:g} s."))
            self._stop_runner()

    def _stop_runner(self) -> None:
        self._stopping_since = self._stopping_since or time.monotonic()
        self._runner.cancel()

    def _stand_still_without_storage(self) -> None:
        """Another host may take the run over once the lease is long gone: nothing of it may move here then."""
        if self._is_shared and not self._is_held and self._delivery.silence > FENCE:
            self._is_held = True
            self._runner.hold(True)

    def _patience(self) -> float:
        return TURN if self._output_cap is None else min(TURN, max(self._next_cut - time.monotonic(), 0.0))

    def _cut_output(self, at_the_end: bool = False) -> None:
        if self._output_cap is not None and (at_the_end or time.monotonic() >= self._next_cut):
            self._next_cut = time.monotonic() + self._output_cap.cut()
            for mask in self._output_masks:
                mask.hide(None if at_the_end else MASKED_AT_ONCE)

    def _lose_patience(self) -> None:
        """End a runner that was asked to stop and did not."""
        if self._stopping_since is not None and time.monotonic() > self._stopping_since + CANCEL_GRACE:
            self._runner.kill()

    def _lose(self) -> None:
        self._lost = True
        self._runner.kill()

    def _finish(self) -> bool:
        return self._delivery.finish(self._end) if self._done is not None else self._finish_after_crash()

    def _end(self, events: Sequence[Event]) -> Run | None:
        assert self._done is not None
        if self._done["ok"]:
            return self._journal.succeed(self._run, events)
        if self._done["canceled"] and (canceled := self._journal.canceled(self._run, events)):
            return canceled
        return self._journal.fail(self._run, self._reason(), events)

    def _reason(self) -> Failure:
        """Why the run failed: its time, what the runner says of the whole run, else the first step that failed."""
        assert self._done is not None
        if self._is_overdue:
            return self._timeout()
        if self._done["canceled"]:
            return Failure(cls="RunFailure", message="the run process was interrupted by a signal from outside")
        if self._done.get("failure"):
            failure = msgspec.convert(self._done["failure"], Failure)
            return self._mask.failure(failure) if self._mask else failure
        return self._first_failure or Failure(cls="StepsFailed", message="steps failed")

    def _timeout(self) -> Failure:
        return Failure(
            cls="RunTimeout",
            message=f"the run took longer than its maximum runtime of {self._max_runtime:g} s",
            hint="the tag dagster/max_runtime or run_monitoring in orch.yaml sets it",
        )

    def _finish_after_crash(self) -> bool:
        how = f"the run process {self._runner.describe_end()}"
        self._runner.kill()
        return self._delivery.finish(lambda events: self._end_after_crash(events, how))

    def _end_after_crash(self, events: Sequence[Event], how: str) -> Run | None:
        """The runner is dead with all that it had started: the run ends, or goes on with what its steps allow."""
        left = self._recovery.take_stock(self._run, events, self._mask.event if self._mask else None)
        if left is None:
            return None
        ends, note = left.ends(how, left.states), f"{_sentence(how)} while it was canceled."
        if canceled := self._journal.canceled(self._run, ends, note):
            return canceled
        if self._is_overdue:
            return self._journal.fail(self._run, self._timeout(), ends)
        if left.states and self._recovery.goes_on(self._run, left):
            handed_back = self._recovery.resume(self._run, left, _sentence(how), how)
            self._is_handed_back = handed_back is not None
            return handed_back or self._journal.canceled(self._run, ends, note)  # somebody has asked for it just now
        reason = Failure(
            cls="RunnerDied",
            message=how,
            hint="the end of its output may say more; ‘Re-run from failure’ keeps the steps that succeeded",
        )
        return self._journal.fail(self._run, reason, ends)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _said(message: str) -> Event:
    return Event(type=EventType.ENGINE_EVENT, timestamp=clock.now(), message=message, level="WARNING")


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
    return failure_of_run(event.step_key, msgspec.convert(found, Failure))
