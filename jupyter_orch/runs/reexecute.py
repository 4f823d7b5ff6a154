"""A new run from an old one: all of it, or what is left to do after a failure."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

from jupyter_orch.ports import RunStorage
from jupyter_orch.records.known import UNRESOLVED, known_without, pattern_of
from jupyter_orch.records.messages import KnownState, PlanSnapshot, StepSnapshot
from jupyter_orch.records.run import Run, Submission
from jupyter_orch.records.status import RunStatus
from jupyter_orch.runs import problems
from jupyter_orch.runs.history import STEP_EVENTS, known_after, plan_of, step_states
from jupyter_orch.runs.launch import Launching
from jupyter_orch.runs.run_tags import IS_RESUME_RETRY_TAG, OF_ONE_RUN, PARENT_TAG, RETRY_NUMBER_TAG, ROOT_TAG
from jupyter_orch.runs.submit import Submitter, Wish

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

    def reexecute(
        self, parent_run_id: str, strategy: Strategy, who: str, step_keys: tuple[str, ...] | None = None
    ) -> Run:
        """Submit a run with the parent's pipeline and config.

        Args:
            parent_run_id: the earlier run.
            strategy: what of it is done again.
            who: asks for it.
            step_keys: do these again instead; what else they need comes from what the parent made or was built on.

        Raises:
            RunNotFound: there is no such parent.
            CannotTerminate, InvalidStep: the parent has not ended, or nothing of it is left to do.
            RunConfigInvalid: the config no longer fits the code.
        """
        parent = self._parent(parent_run_id)
        if parent.is_held:
            raise problems.RunConflict(
                f"run {parent_run_id} was executed by {parent.submission.created_by} in a process of their own, and "
                "its code is nowhere else: execute it again from there, with reexecute_pipeline"
            )
        submission = self._submission(parent, strategy, who)
        if step_keys is not None:
            known = known_without(self.known_of(parent), step_keys)
            submission = replace(submission, step_keys=step_keys, known=known)
        self._submitter.check(submission)
        run, _ = self._launching.submit(submission)
        return run

    def retry(self, parent: Run, number: int, strategy: Strategy) -> Run:
        """Submit the retry of a failed run; a second call, by whomever, finds the first one's run.

        Args:
            number: which retry it is, counted from 1.
        """
        again = self._submission(parent, strategy, f"retry {number} of run {parent.run_id}")
        tags = {**again.tags, RETRY_NUMBER_TAG: str(number)}
        run, _ = self._launching.submit(replace(again, tags=tags, idempotency_key=f"retry/{parent.run_id}"))
        return run

    def _submission(self, parent: Run, strategy: Strategy, who: str) -> Submission:
        asked = parent.submission
        tags = {name: value for name, value in asked.tags.items() if name not in OF_ONE_RUN}
        step_keys = None if IS_RESUME_RETRY_TAG in asked.tags else asked.step_keys
        again = replace(
            asked,
            tags={
                **tags,
                PARENT_TAG: parent.run_id,
                ROOT_TAG: asked.root_run_id or parent.run_id,
            },
            created_by=who,
            code_version=self._submitter.code_now(asked.location) or asked.code_version,
            parent_run_id=parent.run_id,
            root_run_id=asked.root_run_id or parent.run_id,
            idempotency_key=None,
            step_keys=step_keys,
            known=KnownState() if step_keys is None else known_without(asked.known, step_keys),
        )
        if strategy == Strategy.ALL_STEPS:
            return again
        step_keys, known = self.left_to_do(parent)
        return replace(again, step_keys=step_keys, known=known, tags={**again.tags, IS_RESUME_RETRY_TAG: "true"})

    def reexecute_steps(self, wish: Wish, step_keys: tuple[str, ...], parent_run_id: str) -> Run:
        """Submit a run of some steps, which takes what else it needs from what the parent made or was built on.

        Raises:
            RunNotFound: there is no such parent.
            ConflictingParams: the parent is a run of another pipeline.
            InvalidStep, RunConfigInvalid: the pipeline has no such step, or the config does not fit.
        """
        parent = self._parent(parent_run_id)
        asked = parent.submission
        if asked.selector.pipeline != wish.pipeline:
            raise problems.ConflictingParams(
                f"run {parent_run_id} is one of pipeline {asked.selector.pipeline!r}, not of {wish.pipeline!r}"
            )
        root = wish.root_run_id or asked.root_run_id or parent.run_id
        again = replace(
            wish,
            step_keys=step_keys,
            known=known_without(self.known_of(parent), step_keys),
            parent_run_id=parent.run_id,
            root_run_id=root,
            tags={PARENT_TAG: parent.run_id, ROOT_TAG: root, **wish.tags},
        )
        run, _ = self._submitter.submit(again)
        return run

    def _parent(self, run_id: str) -> Run:
        parent = self._storage.get_run(run_id)
        if parent is None:
            raise problems.RunNotFound(f"there is no run {run_id!r}", run_id=run_id)
        return parent

    def known_of(self, parent: Run) -> KnownState:
        """What of a run a later one may build on."""
        states = step_states(self._storage.read_events(parent.run_id, limit=ALL_EVENTS, types=STEP_EVENTS))
        return known_after(parent.run_id, parent.submission.known, states)

    def left_to_do(self, parent: Run) -> tuple[tuple[str, ...] | None, KnownState]:
        """The steps of a failed run that have to run again (None: all), and what they may build on.

        Raises:
            RunConflict, InvalidStep: the run has not ended, or nothing of it is left to do.
        """
        if not parent.is_final:
            raise problems.RunConflict(f"run {parent.run_id} has not ended yet")
        if parent.status == RunStatus.SUCCESS:
            raise problems.InvalidStep("the run succeeded; there is nothing to do from its failure on")
        plan = plan_of(self._storage.read_events(parent.run_id, limit=20, types=["ENGINE_EVENT"]))
        if plan is None:
            return parent.submission.step_keys, parent.submission.known
        known = self.known_of(parent)
        left = steps_left(plan, known)
        return left, known_without(known, left)


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
            left.update(todo, (step.key, pattern_of(step.key)))
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
