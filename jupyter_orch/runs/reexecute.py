"""A new run from an old one: all of it, or what is left to do after a failure."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

from jupyter_orch.ports import RunStorage
from jupyter_orch.records.messages import KnownState, PlanSnapshot, StepSnapshot
from jupyter_orch.records.run import Run, Submission
from jupyter_orch.records.status import RunStatus
from jupyter_orch.runs import problems
from jupyter_orch.runs.history import STEP_EVENTS, known_after, plan_of, step_states
from jupyter_orch.runs.launch import Launching
from jupyter_orch.runs.submit import Submitter

ALL_EVENTS = 1_000_000
UNRESOLVED = "[?]"


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
        return steps_left(plan, known), known


def steps_left(plan: PlanSnapshot, known: KnownState) -> tuple[str, ...]:
    """The steps to run again: failed, cut off, skipped, never started, and all that depend on them, in plan order.

    A mapped step is named by the keys of its values as soon as the step that gives these has succeeded.

    Args:
        plan: the plan of the earlier run; a mapped step stands in it once, with ``[?]``.
        known: what is finished, here or in earlier runs.
    """
    finished = set(known.source_run_ids)
    mapping_keys = _mapping_keys(plan, known)
    left: set[str] = set()
    keys: list[str] = []
    for step in plan.steps:
        values = mapping_keys.get(step.key)
        instances = {step.key: ""} if values is None else {_instance(step.key, value): value for value in values}
        todo = [key for key, value in instances.items() if key not in finished or _feeds_on(left, step, value)]
        if todo:
            left.update(todo, (step.key, _pattern(step.key)))
            keys.extend(todo)
    return tuple(keys)


def _feeds_on(left: set[str], step: StepSnapshot, value: str) -> bool:
    """Whether a step, or the one that stands for a value, takes anything from the steps that are left."""
    sources = (source.solid for given in step.inputs for source in given.sources)
    return any((_instance(source, value) if value else source) in left for source in sources)


def _mapping_keys(plan: PlanSnapshot, known: KnownState) -> dict[str, tuple[str, ...] | None]:
    """For each mapped step the keys of its values; None while they are not known."""
    found: dict[str, tuple[str, ...] | None] = {}
    for step in plan.steps:
        if step.key.endswith(UNRESOLVED):
            sources = [source for given in step.inputs for source in given.sources]
            behind = [found[source.solid] for source in sources if source.solid in found]
            names = [f"{source.solid}.{source.output}" for source in sources]
            given = [known.mapping_keys[name] for name in names if name in known.mapping_keys]
            is_known = all(source.solid in known.source_run_ids for source in sources)
            found[step.key] = behind[0] if behind else (given or [()])[0] if is_known else None
    return found


def _instance(pattern: str, value: str) -> str:
    return f"{pattern.removesuffix(UNRESOLVED)}[{value}]" if pattern.endswith(UNRESOLVED) else pattern


def _pattern(key: str) -> str:
    return f"{key.rpartition('[')[0]}{UNRESOLVED}" if key.endswith("]") else key
