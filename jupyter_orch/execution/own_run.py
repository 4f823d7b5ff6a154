"""A run that this very process executes, as its instance is told of it: begun, told event by event, ended once."""

from __future__ import annotations

import signal
import threading
from typing import Any

from jupyter_orch.definitions.describe import describe_pipeline
from jupyter_orch.definitions.pipeline import PipelineDefinition
from jupyter_orch.definitions.run import PipelineRun
from jupyter_orch.execution import interrupt
from jupyter_orch.records.archive import Archive
from jupyter_orch.records.event import Event
from jupyter_orch.records.failure import Failure
from jupyter_orch.records.messages import HELD, KnownState, LocationTarget, PipelineSelector
from jupyter_orch.records.run import Submission
from jupyter_orch.records.secret_fields import secret_paths, secret_variables
from jupyter_orch.records.status import RunStatus

REPOSITORY = "__repository__"


class OwnRun:
    """Tells an archive of a run. Whoever cancels the run elsewhere is heard: in the main thread at once, by
    ``SIGUSR1``; in another thread at the next event.

    Args:
        archive: what keeps it.
        run: the run.
        pipeline: what it is a run of.
        known: the earlier work that it builds on.
    """

    def __init__(
        self, archive: Archive, run: PipelineRun, pipeline: PipelineDefinition, known: KnownState | None
    ) -> None:
        self._archive = archive
        self._run = run
        self._pipeline = pipeline
        self._known = known or KnownState()
        self._thread = threading.current_thread()
        self._is_main = self._thread is threading.main_thread()
        self._handler_before: Any = None
        self._is_canceled = False
        self._has_said_so = False
        self.has_ended = False

    def begin(self, message: str) -> Event:
        """Store the run; gives its first event."""
        if self._is_main and self._archive.is_persistent:
            if not interrupt.is_inside():  # a run within a step of another run leaves that one its own state
                interrupt.listen_again()
            self._handler_before = signal.signal(signal.SIGUSR1, interrupt.cancel)
        return self._archive.begin(self._run.run_id, self._submission(), message, self._cancel)

    def tell(self, event: Event) -> None:
        """Note an event.

        Raises:
            RunCanceled: the run is to stop, and this thread can not be told by a signal.
        """
        if not self._archive.append(self._run.run_id, event) and not self._is_canceled and not self.has_ended:
            self._cancel()
        if self._is_canceled and not self._is_main and not self._has_said_so:
            self._has_said_so = True
            raise interrupt.RunCanceled("the run was canceled")

    def end(self, status: RunStatus, message: str, failure: Failure | None = None) -> Event:
        """End the run; gives its last event."""
        self.has_ended = True
        if self._handler_before is not None:
            signal.signal(signal.SIGUSR1, self._handler_before)
        return self._archive.end(self._run.run_id, status, message, failure)

    def _cancel(self) -> None:
        self._is_canceled = True
        if self._is_main and self._thread.ident is not None:
            signal.pthread_kill(self._thread.ident, signal.SIGUSR1)

    def _submission(self) -> Submission:
        run = self._run
        # only who keeps a config has to know where its secrets are
        is_kept = self._archive.is_persistent and bool(run.run_config)
        shape = describe_pipeline(self._pipeline) if is_kept else None
        return Submission(
            location="",
            selector=PipelineSelector(
                repository=REPOSITORY, pipeline=run.pipeline_name, mode=run.mode, solid_selection=run.solid_selection
            ),
            target=LocationTarget(name="", kind=HELD),
            run_config=run.run_config,
            tags=run.tags,
            step_keys=run.step_keys_to_execute,
            known=self._known,
            parent_run_id=run.parent_run_id,
            root_run_id=run.root_run_id,
            secret_paths=() if shape is None else secret_paths(shape, run.mode, run.run_config),
            secret_variables=() if shape is None else secret_variables(shape, run.mode, run.run_config),
        )
