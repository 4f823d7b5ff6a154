"""Runs one plan in the user's environment and hands every fact on at once."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from jupyter_orch.definitions.io_manager import fs_io_manager
from jupyter_orch.definitions.run import PipelineRun
from jupyter_orch.execution import events, interrupt
from jupyter_orch.execution.failures import failure_of
from jupyter_orch.execution.instance import DagsterInstance
from jupyter_orch.execution.python_logs import captured
from jupyter_orch.execution.run import RunOutcome as RunOutcome
from jupyter_orch.execution.run import drive
from jupyter_orch.execution.scope import RunScope, opened_loggers
from jupyter_orch.plan.prepare import prepare
from jupyter_orch.records.event import Event
from jupyter_orch.records.messages import RunSpec
from jupyter_orch_kernel import notebook_jobs
from jupyter_orch_kernel.code_server import CodeServer, mode_name
from jupyter_orch_kernel.loader import EDITED, Loaded


def run_plan(loaded: Loaded, spec: RunSpec, emit: Callable[[Event], None]) -> RunOutcome:
    """Run the plan that an order asks for.

    Args:
        loaded: the code.
        spec: the order.
        emit: takes every event, at once and in order.

    Returns:
        How it ended. Never raises for what user code or a wrong order does.
    """
    outcome = RunOutcome()
    interrupt.listen_again()
    try:
        scope = scope_of(loaded, spec, emit)
    except interrupt.RunCanceled:
        return RunOutcome(canceled=True)
    except Exception as error:
        return RunOutcome(failure=failure_of(error))

    def take(event: Event) -> None:
        emit(event)
        if scope.loggers:
            scope.tell_loggers(event)

    if note := _note_on_code(loaded, spec):
        take(note)
    with _gentle_cancelation(), captured(spec.python_loggers, spec.python_log_level, lambda event: scope.emit(event)):
        try:
            interrupt.pump(drive(scope, spec.step_keys, outcome), take)
        except interrupt.RunCanceled:
            outcome.canceled = True
        except Exception as error:
            outcome.failure = failure_of(error)
    if outcome.canceled or outcome.failure is not None:
        outcome.ok = False
    return outcome


def _note_on_code(loaded: Loaded, spec: RunSpec) -> Event | None:
    """What is to be said when the code was saved while the run waited; the file of all notebook jobs changes often."""
    submitted, now = (version.removesuffix(EDITED) for version in (spec.code_version, loaded.code_version))
    if submitted in ("", now) or loaded.target.kind == notebook_jobs.KIND:
        return None
    return events.engine(
        "The code was changed after this run had been submitted; what runs is the newer version.",
        level="WARNING",
        submitted=submitted,
        loaded=now,
    )


@contextmanager
def _gentle_cancelation() -> Iterator[None]:
    """While the plan runs, SIGTERM waits for our own bookkeeping; only where somebody listens to it at all."""
    if threading.current_thread() is not threading.main_thread() or not callable(signal.getsignal(signal.SIGTERM)):
        yield
        return
    before = signal.signal(signal.SIGTERM, interrupt.cancel)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def scope_of(loaded: Loaded, spec: RunSpec, emit: Callable[[Event], None]) -> RunScope:
    """All that is fixed for a run, from an order.

    Raises:
        OrchError: the order names something that is not there, or its run config does not fit.
    """
    selector = spec.selector
    pipeline = CodeServer(loaded).repository(selector.repository).get_pipeline(selector.pipeline)
    prepared = prepare(pipeline, mode_name(pipeline, selector.mode), spec.run_config, selector.solid_selection)
    run = PipelineRun(
        pipeline_name=pipeline.name,
        run_id=spec.run_id,
        run_config=spec.run_config,
        mode=prepared.mode.name,
        solid_selection=selector.solid_selection,
        step_keys_to_execute=spec.step_keys,
        tags={**pipeline.tags, **spec.tags},
        root_run_id=spec.root_run_id,
        parent_run_id=spec.parent_run_id,
    )
    if spec.artifact_dir:
        os.makedirs(spec.artifact_dir, mode=0o700, exist_ok=True)
    return RunScope(
        pipeline=prepared.pipeline,
        mode=prepared.mode,
        shape=prepared.shape,
        config=prepared.config,
        plan=prepared.plan,
        run=run,
        emit=emit,
        default_io_manager=fs_io_manager,
        instance=DagsterInstance.in_run(run, spec.artifact_dir, spec.home),
        storage_directory=spec.artifact_dir,
        log_dir=spec.log_dir,
        spool_file=spec.spool_file,
        known=spec.known,
        target=spec.target,
        selector=selector,
        owns_process=True,
        python_loggers=spec.python_loggers,
        python_log_level=spec.python_log_level,
        loggers=opened_loggers(prepared.pipeline, prepared.mode, prepared.config, spec.run_id, with_default=False),
    )
