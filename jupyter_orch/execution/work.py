"""A plan that is being worked off: what an executor holds in its hand."""

from __future__ import annotations

import time
from collections.abc import Iterator

from jupyter_orch.definitions.resource_scope import ResourceScope
from jupyter_orch.execution.capture import Capture
from jupyter_orch.execution.interrupt import leavable
from jupyter_orch.execution.progress import Progress
from jupyter_orch.execution.scope import RunScope
from jupyter_orch.execution.step import StepRun
from jupyter_orch.plan.plan import Step
from jupyter_orch.records.event import Event


class Work:
    """One run of a plan in this process.

    Args:
        scope: what all steps share.
        progress: how far it is.
    """

    def __init__(self, scope: RunScope, progress: Progress) -> None:
        self.scope = scope
        self.progress = progress
        self.capture = Capture(scope.log_dir, lambda event: scope.emit(event))
        self._opened: ResourceScope | None = None

    @property
    def is_done(self) -> bool:
        """Whether every step has come to its end."""
        return self.progress.is_done

    def take_ready(self, limit: int = 1) -> list[Step]:
        """Steps that may start now; they count as running from here on."""
        return self.progress.take_ready(limit)

    def note(self, event: Event) -> Event:
        """Take an event of a step into account; gives it back."""
        self.progress.note(event)
        return event

    def notices(self) -> list[Event]:
        """What is to be said about steps that will not run."""
        return self.progress.notices()

    def open_resources(self) -> Iterator[Event]:
        """Open all that the steps of this run use, once for the whole process."""
        if self._opened is None:
            self._opened = self.scope.resource_scope()
            steps = [step for step in self.scope.plan.steps.values() if self.progress.outcomes.get(step.key) is None]
            yield from self.scope.open_resources(self._opened, self.scope.uses(steps))

    def close_resources(self) -> Iterator[Event]:
        """Close them, in reverse order."""
        if self._opened is not None:
            opened, self._opened = self._opened, None
            yield from self.scope.close_resources(opened)

    def close_silently(self) -> None:
        """Close them when nobody listens any more."""
        for _ in self.close_resources():
            pass

    def run_step(self, step: Step, isolation: str = "in_process", retries_enabled: bool = True) -> Iterator[Event]:
        """Run one step in this process, with the resources that are open; every event is noted and given."""
        attempt = self.attempt_at(step, isolation, retries_enabled)
        if self.capture.is_on:
            self.capture.begin(step.key)
        try:
            for event in attempt.events():
                self.progress.note(event)
                yield event
        finally:
            if self.capture.is_on:
                self.capture.end()

    def attempt_at(self, step: Step, isolation: str = "in_process", retries_enabled: bool = True) -> StepRun:
        """The next attempt at a step, not begun; whoever runs it notes its events."""
        assert self._opened is not None, "open_resources() comes first"
        return StepRun(self.scope, step, self._opened, self.progress.attempt(step.key), isolation, retries_enabled)

    def sleep_until_retry(self) -> None:
        """Wait for the next step that is due for another attempt; may be left by a cancelation."""
        seconds = self.progress.seconds_to_next_retry()
        if seconds:
            with leavable():
                time.sleep(seconds)
