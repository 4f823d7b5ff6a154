"""``python -m jupyter_orch_kernel.step_process FD PARENT``: runs one step in a fresh interpreter.

Used where forking is not safe.

The order stands on standard input as one frame; events go to the descriptor FD.
"""

from __future__ import annotations

import sys
from dataclasses import replace

from jupyter_orch import wire
from jupyter_orch.definitions.errors import DagsterExecutionStepNotFoundError
from jupyter_orch.execution import events
from jupyter_orch.execution.executors.child import EventPipe
from jupyter_orch.execution.failures import failure_of
from jupyter_orch.execution.notebook_kernels import tell_why_no_door
from jupyter_orch.execution.progress import Progress
from jupyter_orch.execution.python_logs import captured
from jupyter_orch.execution.step_child import become_step_process, run_step_process
from jupyter_orch.plan.plan import Step
from jupyter_orch.processes import die_with
from jupyter_orch.records.codec import from_json
from jupyter_orch.records.messages import RunSpec
from jupyter_orch_kernel.loader import LoadError, load
from jupyter_orch_kernel.run_plan import scope_of


def main(descriptor: int, parent: int) -> int:
    """Run the step that the order names; gives the exit code."""
    die_with(parent)
    (order,) = wire.FrameReader().feed(sys.stdin.buffer.read())
    pipe = EventPipe(descriptor)
    spec = from_json(RunSpec, order["spec"])
    become_step_process(order["limits"])
    tell_why_no_door(f"its step has a fresh process, because the run's is not forked: {order['why']}")
    try:
        scope = scope_of(load(spec.target), spec, pipe.emit)
        step = _step(Progress(scope.plan, (order["step_key"],), spec.known), order["step_key"])
    except LoadError as error:
        pipe.emit(events.step_failure(order["step_key"], order["attempt"], error.failure))
        return 1
    except Exception as error:
        pipe.emit(events.step_failure(order["step_key"], order["attempt"], failure_of(error)))
        return 1
    scope.known = replace(spec.known, attempts={})
    with captured(spec.python_loggers, spec.python_log_level, pipe.emit):
        return run_step_process(scope, step, order["attempt"], "spawned", order["retries_enabled"], pipe)


def _step(progress: Progress, key: str) -> Step:
    ready = progress.take_ready()
    if not ready:
        raise DagsterExecutionStepNotFoundError(f"step {key!r} can not run here: what feeds it is not known")
    return ready[0]


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
