"""Drives a plan: chooses the executor, says what is going on, closes what was opened."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from jupyter_orch.definitions.errors import DagsterError, DagsterRunSetupError
from jupyter_orch.definitions.executor import Executor, InProcessSettings, MultiprocessSettings
from jupyter_orch.execution import events
from jupyter_orch.execution.executors.in_process import run_in_process
from jupyter_orch.execution.executors.multiprocess import run_in_children
from jupyter_orch.execution.executors.threads import run_in_threads
from jupyter_orch.execution.failures import failure_of
from jupyter_orch.execution.interrupt import RunCanceled, stop_listening
from jupyter_orch.execution.memoize import is_memoized, stored_already
from jupyter_orch.execution.progress import ABANDONED, FAILED, Progress
from jupyter_orch.execution.scope import RunScope
from jupyter_orch.execution.work import Work
from jupyter_orch.records.codec import to_json
from jupyter_orch.records.event import Event
from jupyter_orch.records.failure import Failure
from jupyter_orch.records.known import known_without


@dataclass
class RunOutcome:
    """How a run ended.

    Attributes:
        ok: every step that ran succeeded.
        canceled: somebody asked it to stop.
        failure: why it could not go on, when it was not a step that failed.
        error: the exception behind ``failure``, in this process only.
    """

    ok: bool = False
    canceled: bool = False
    failure: Failure | None = None
    error: BaseException | None = None


def drive(scope: RunScope, only: tuple[str, ...] | None, outcome: RunOutcome) -> Iterator[Event]:
    """Work the plan off and say every fact.

    Args:
        scope: the run.
        only: keys of the steps that shall run; None for all that are not known yet.
        outcome: filled in before the iterator ends.
    """
    try:
        progress = _progress(scope, only)
    except Exception as error:
        yield _can_not_go_on(outcome, error)
        return
    work = Work(scope, progress)
    yield events.planned(scope.plan.snapshot(only), scope.config.executor)
    try:
        yield from _executed(work, _executor(scope))
        yield from progress.notices()
        outcome.ok = not any(end in (FAILED, ABANDONED) for end in progress.outcomes.values())
    except RunCanceled:
        stop_listening()
        outcome.canceled = True
        yield events.engine("The run was canceled.", level="WARNING")
    except Exception as error:
        yield _can_not_go_on(outcome, error)
    except GeneratorExit:
        work.close_silently()
        raise
    finally:
        work.capture.close()
    yield from work.close_resources()


def _progress(scope: RunScope, only: tuple[str, ...] | None) -> Progress:
    if is_memoized(scope) and only is None:
        scope.known = stored_already(scope)
    scope.known = known_without(scope.known, only)
    return Progress(scope.plan, only, scope.known)


def _can_not_go_on(outcome: RunOutcome, error: Exception) -> Event:
    outcome.error = error
    outcome.failure = failure_of(error)
    return events.engine(
        f"The run can not go on: {outcome.failure.message}", level="ERROR", failure=to_json(outcome.failure)
    )


def _executor(scope: RunScope) -> Any:
    name = scope.config.executor
    try:
        return scope.mode.executor_named(name).create(scope.config.executor_config, scope.pipeline, scope.instance)
    except DagsterError:
        raise
    except Exception as error:
        raise DagsterRunSetupError(
            f"executor {name!r} could not be created: {type(error).__name__}: {error}"
        ) from error


def _executed(work: Work, executor: Any) -> Iterator[Event]:
    if isinstance(executor, InProcessSettings):
        return run_in_threads(executor, work) if executor.max_threads > 1 else run_in_process(executor, work)
    if isinstance(executor, MultiprocessSettings):
        return run_in_children(executor, work)
    if isinstance(executor, Executor):
        return executor.execute(work)
    raise TypeError(
        f"the executor {work.scope.config.executor!r} is a {type(executor).__name__}; it must be a jupyter_orch "
        "Executor"
    )
