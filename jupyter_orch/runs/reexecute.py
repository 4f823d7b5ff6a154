"""A new run from an old one: all of it, or what is left to do after a failure."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

from jupyter_orch.ports import RunStorage
from jupyter_orch.records.messages import KnownState, PlanSnapshot
from jupyter_orch.records.run import Run, Submission
from jupyter_orch.records.status import RunStatus
from jupyter_orch.runs import problems
from jupyter_orch.runs.history import STEP_EVENTS, StepState, known_after, plan_of, step_states
from jupyter_orch.runs.launch import Launching
from jupyter_orch.runs.submit import Submitter

ALL_EVENTS = 1_000_000


class Strategy(StrEnum):
    """What of the earlier run is done again."""

    FROM_FAILURE = "FROM_FAILURE"
    ALL_STEPS = "ALL_STEPS"


class Reexecutor:
    """Starts runs that continue or repeat earlier ones."""

    def __init__(self, storage: RunStorage, submitter: Submitter, launching: Launching) -> None:
        self._storage = storage
        self._submitter = submitter
        self._launching = launching

    def reexecute(self, parent_run_id: str, strategy: Strategy, who: str) -> Run:
        """Submit a run with the parent's pipeline and config.

        Raises:
            RunNotFound: there is no such parent.
            CannotTerminate, InvalidStep: the parent has not ended, or nothing of it is left to do.
            RunConfigInvalid: the config no longer fits the code.
        """
        parent = self._storage.get_run(parent_run_id)
        if parent is None:
            raise problems.RunNotFound(f"there is no run {parent_run_id!r}", run_id=parent_run_id)
        submission = self._submission(parent, strategy, who)
        self._submitter.check(submission)
        run, _ = self._launching.submit(submission)
        return run

    def _submission(self, parent: Run, strategy: Strategy, who: str) -> Submission:
        asked = parent.submission
        tags = {name: value for name, value in asked.tags.items() if name != "dagster/is_resume_retry"}
        again = replace(
            asked,
            tags={
                **tags,
                "dagster/parent_run_id": parent.run_id,
                "dagster/root_run_id": asked.root_run_id or parent.run_id,
            },
            created_by=who,
            parent_run_id=parent.run_id,
            root_run_id=asked.root_run_id or parent.run_id,
            idempotency_key=None,
            known=KnownState(),
        )
        if strategy == Strategy.ALL_STEPS:
            return again
        step_keys, known = self._left_to_do(parent)
        return replace(again, step_keys=step_keys, known=known, tags={**again.tags, "dagster/is_resume_retry": "true"})

    def _left_to_do(self, parent: Run) -> tuple[tuple[str, ...], KnownState]:
        if not parent.is_final:
            raise problems.RunConflict(f"run {parent.run_id} has not ended yet")
        if parent.status == RunStatus.SUCCESS:
            raise problems.InvalidStep("the run succeeded; there is nothing to do from its failure on")
        plan = plan_of(self._storage.read_events(parent.run_id, limit=20, types=["ENGINE_EVENT"]))
        if plan is None:
            return parent.submission.step_keys or (), parent.submission.known
        states = step_states(self._storage.read_events(parent.run_id, limit=ALL_EVENTS, types=STEP_EVENTS))
        known = known_after(parent.run_id, parent.submission.known, states)
        return steps_left(plan, states, known), known


def steps_left(plan: PlanSnapshot, states: dict[str, StepState], known: KnownState) -> tuple[str, ...]:
    """The steps to run again: failed, cut off, never started, and all that depend on them, in plan order.

    Args:
        plan: the plan of the earlier run; a mapped step stands in it once, with ``[?]``.
        states: the fold of that run's events, mapped steps by their own keys.
        known: what is finished, here or in earlier runs.
    """
    finished = set(known.source_run_ids) | {key for key, state in states.items() if state.status == "SKIPPED"}
    left: set[str] = set()
    keys: list[str] = []
    for step in plan.steps:
        feeds_on_left = any(source.solid in left for given in step.inputs for source in given.sources)
        instances = [key for key in states if _is_instance(key, step.key)] if "[?]" in step.key else [step.key]
        todo = [key for key in instances if feeds_on_left or key not in finished]
        if todo or (not instances and feeds_on_left) or ("[?]" in step.key and not instances):
            left.add(step.key)
            keys.extend(todo or [step.key])
    return tuple(keys)


def _is_instance(key: str, pattern: str) -> bool:
    before, _, after = pattern.partition("[?]")
    return key.startswith(before + "[") and key.endswith("]" + after)
