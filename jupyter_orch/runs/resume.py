"""How a run goes on after its worker was lost: what is kept, what runs again, and what does not.

A step that had started without an end may have done part of its work. By default it is not repeated: it fails, and
the run goes on with what does not depend on it. It runs again when it has a retry policy with attempts left, when it
or its run carries the tag ``jupyter_orch/resume: rerun``, or when the deployment says so.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from jupyter_orch import clock
from jupyter_orch.ports import RunStorage
from jupyter_orch.records.event import Event, EventType
from jupyter_orch.records.known import known_without, pattern_of
from jupyter_orch.records.messages import KnownState, PlanSnapshot, StepSnapshot
from jupyter_orch.records.run import Run
from jupyter_orch.runs.history import STEP_EVENTS, StepState, cut_off, known_after, plan_of, step_states
from jupyter_orch.runs.reexecute import steps_left
from jupyter_orch.runs.run_tags import RERUN, RESUME_TAG

ALL_EVENTS = 1_000_000
_IN_FLIGHT = ("RUNNING", "RETRYING")


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumption:
    """What becomes of a run whose worker was lost.

    Attributes:
        states: every step that has begun.
        again: steps in flight that run again.
        cut: steps in flight that end as failed.
        finished, total: steps that are kept, of how many.
        is_worthwhile: something can still run, or only the end of the run is missing.
    """

    states: dict[str, StepState]
    again: tuple[str, ...]
    cut: tuple[str, ...]
    finished: int
    total: int
    is_worthwhile: bool

    def ends(self, how: str, keys: Collection[str] | None = None) -> list[Event]:
        """Failures of the steps that are cut, or of ``keys``."""
        chosen = self.cut if keys is None else keys
        return cut_off({key: state for key, state in self.states.items() if key in chosen}, how)

    def repeats(self) -> list[Event]:
        """One event for each step that runs again."""
        return [
            Event(
                type=EventType.STEP_UP_FOR_RETRY,
                timestamp=clock.now(),
                message=(
                    f"Runs again after its worker was lost (attempt {self.states[key].attempts + 1}). "
                    "The earlier attempt may have had effects."
                ),
                level="WARNING",
                step_key=key,
                data={"attempt": self.states[key].attempts, "seconds_to_wait": 0.0},
            )
            for key in self.again
        ]


def resumption_of(
    storage: RunStorage, run: Run, in_flight_steps: str, begun: Mapping[str, int] | None = None
) -> Resumption:
    """Decide about every step of a run whose worker is dead.

    Args:
        in_flight_steps: ``"rerun"`` or ``"fail"``, for steps that nothing else says it for.
        begun: the newest attempt at each step that has begun, also where its events were lost with the worker.
    """
    plan = _plan(storage, run)
    states = _states(storage, run)
    for key, attempt in (begun or {}).items():
        if key not in states or states[key].attempts < attempt:
            states[key] = StepState(step_key=key, status="RUNNING", attempts=attempt)
    policy = run.submission.tags.get(RESUME_TAG, in_flight_steps)
    steps = {step.key: step for step in plan.steps} if plan is not None else {}
    in_flight = [key for key, state in states.items() if state.status in _IN_FLIGHT]
    again = tuple(key for key in in_flight if _runs_again(steps, states[key], policy))
    cut = tuple(key for key in in_flight if key not in again)
    finished = sum(state.status == "SUCCESS" for state in states.values())
    return Resumption(
        states=states,
        again=again,
        cut=cut,
        finished=finished,
        total=max(len(steps), len(states)),
        is_worthwhile=_can_go_on(plan, run, states, again) if plan is not None else not cut,
    )


def left_to_do(storage: RunStorage, run: Run) -> tuple[tuple[str, ...] | None, KnownState]:
    """The steps that a resumed run has to do, and what it may build on; None stands for all of them."""
    asked = run.submission
    plan = _plan(storage, run)
    if plan is None:
        return asked.step_keys, asked.known
    states = _states(storage, run)
    known = known_after(run.run_id, asked.known, states)
    failed = tuple(key for key, state in states.items() if state.status == "FAILURE")
    attempts = {key: state.attempts for key, state in states.items() if state.status in _IN_FLIGHT}
    left = tuple(key for key in steps_left(plan, known) if key not in failed)
    return left, replace(known_without(known, left), attempts=attempts, failed=failed)


def _plan(storage: RunStorage, run: Run) -> PlanSnapshot | None:
    return plan_of(storage.read_events(run.run_id, limit=20, types=[EventType.ENGINE_EVENT]))


def _states(storage: RunStorage, run: Run) -> dict[str, StepState]:
    return step_states(storage.read_events(run.run_id, limit=ALL_EVENTS, types=STEP_EVENTS))


def _runs_again(steps: dict[str, StepSnapshot], state: StepState, policy: str) -> bool:
    step = steps.get(state.step_key) or steps.get(pattern_of(state.step_key))
    if state.status == "RETRYING":
        return True  # it waits between two attempts: nothing of it was in flight
    if step is None:
        return policy == RERUN
    return step.tags.get(RESUME_TAG, policy) == RERUN or state.attempts <= step.max_retries


def _can_go_on(plan: PlanSnapshot, run: Run, states: dict[str, StepState], again: Collection[str]) -> bool:
    """Whether a step is left that depends on no failed one, or nothing is left and nothing failed."""
    failed = {key for key, state in states.items() if state.status in ("RUNNING", "FAILURE") and key not in again}
    left = [key for key in steps_left(plan, known_after(run.run_id, run.submission.known, states)) if key not in failed]
    if not left:
        return not failed
    steps = {step.key: step for step in plan.steps}
    blocked = set(failed) | {pattern_of(key) for key in failed}
    for key in left:
        step = steps.get(key) or steps.get(pattern_of(key))
        sources = {source.solid for given in step.inputs for source in given.sources} if step is not None else set()
        if not sources & blocked:
            return True
        blocked.update((key, pattern_of(key)))
    return False
