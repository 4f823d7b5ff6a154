"""In a notebook: stand where a step of a stored run stood, with its context and inputs, and run its code by hand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from jupyter_orch.definitions.contexts import SolidExecutionContext
from jupyter_orch.definitions.errors import DagsterInvariantViolationError, DagsterRunNotFoundError
from jupyter_orch.definitions.names import unknown
from jupyter_orch.definitions.resource_scope import ResourceScope
from jupyter_orch.execution.instance import DagsterInstance
from jupyter_orch.execution.io import StepIO
from jupyter_orch.execution.known import known_from
from jupyter_orch.execution.progress import Progress
from jupyter_orch.execution.step import StepRun
from jupyter_orch.plan.plan import Step
from jupyter_orch.records.event import Event, EventType
from jupyter_orch.records.messages import HELD, RunSpec
from jupyter_orch_kernel.loader import load
from jupyter_orch_kernel.run_plan import scope_of

_ALL = 1_000_000
_TELLING = (
    EventType.STEP_START,
    EventType.STEP_RESTARTED,
    EventType.STEP_OUTPUT,
    EventType.STEP_SUCCESS,
    EventType.STEP_FAILURE,
    EventType.STEP_SKIPPED,
)


@dataclass(frozen=True, slots=True)
class LoadedStep:
    """A step of an earlier run, ready to be run by hand.

    Attributes:
        context: what the solid's function sees; log lines are printed.
        inputs: input → value, loaded as the run would have loaded them.
    """

    context: SolidExecutionContext
    inputs: dict[str, Any]
    _opened: ResourceScope

    def compute(self) -> Any:
        """Call the solid's function as the run would have; gives what it returns. Nothing is stored."""
        return self.context.solid_def.compute(self.context, self.inputs)

    def close(self) -> None:
        """Close the resources that were opened for it."""
        while self._opened.needs_closing:
            self._opened.close_next()


def load_step(run_id: str, step_key: str) -> LoadedStep:
    """The context and inputs of a step as a run had them, in this kernel; resources are opened.

    Args:
        run_id: a run of the deployment's instance.
        step_key: e.g. ``"outer.inner"`` or ``"show[a]"``.

    Raises:
        DagsterRunNotFoundError: there is no such run.
        DagsterInvariantViolationError: the run's code can not be loaded again, it has no such step, or what feeds the
            step did not succeed.
        DagsterExecutionLoadInputError: a value is not there any more, for example because it was only in memory.
    """
    spec, events = _order(run_id)
    scope = scope_of(load(spec.target), spec, _show)
    scope.known = known_from(events, run_id, spec.known)
    step = _ready_step(scope.plan, step_key, scope.known)
    opened = scope.resource_scope()
    keys = scope.uses([step])
    for key in opened.order(keys, f"step {step_key!r}"):
        opened.open(key)
    context = StepRun(scope, step, opened, 1, "in_process", retries_enabled=False).context()
    inputs: dict[str, Any] = {}
    io = StepIO(scope, step, opened, context)
    for item in step.inputs:
        for _ in io.load(item, inputs):
            pass
    return LoadedStep(context, inputs, opened)


def _order(run_id: str) -> tuple[RunSpec, list[Event]]:
    instance = DagsterInstance.get()
    run = instance.archive.get_run(run_id)
    if run is None:
        raise DagsterRunNotFoundError(
            f"the instance in {instance.archive.home_folder()} has no run {run_id!r}; is JUPYTER_ORCH_HOME the same "
            "here as on the server?"
        )
    asked = run.submission
    if asked.target.kind == HELD or not (asked.target.path or asked.target.module):
        raise DagsterInvariantViolationError(
            f"run {run_id!r} was executed by a script or a notebook cell that held its code itself, so its step can "
            "not be loaded here; run that code again instead"
        )
    spec = RunSpec(
        run_id=run_id,
        target=asked.target,
        selector=asked.selector,
        run_config=asked.run_config,
        tags=asked.tags,
        step_keys=asked.step_keys,
        known=asked.known,
        parent_run_id=asked.parent_run_id,
        root_run_id=asked.root_run_id,
        home=instance.archive.home_folder(),
        artifact_dir=instance.archive.artifact_folder(),
    )
    stored = instance.archive.read_events(run_id, limit=_ALL, types=_TELLING)
    return spec, [item.event for item in stored]


def _ready_step(plan: Any, key: str, known: Any) -> Step:
    """The step with its sources resolved by what has succeeded."""
    without = {name: value for name, value in known.outputs.items() if name != key}
    progress = Progress(plan, (key,), replace(known, outputs=without))
    ready = [step for step in progress.take_ready() if step.key == key]
    if not ready:
        keys = [step.key for step in plan.steps]
        if key not in keys and "[" not in key:
            raise DagsterInvariantViolationError(unknown("step", key, keys, "this run"))
        raise DagsterInvariantViolationError(
            f"step {key!r} has no inputs: what feeds it did not succeed in its run; load the step before it instead"
        )
    return ready[0]


def _show(event: Event) -> None:
    print(f"{event.level}: {event.message}")
