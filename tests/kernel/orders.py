"""Loading code that a test writes, and running it as a launched run would."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

from jupyter_orch.execution.run import RunOutcome
from jupyter_orch.records.event import Event
from jupyter_orch.records.messages import KnownState, LocationTarget, PipelineSelector, RunSpec
from jupyter_orch_kernel.loader import Loaded, load
from jupyter_orch_kernel.run_plan import run_plan

HEAD = "import os, signal, subprocess, sys, threading, time\nfrom jupyter_orch import *\n\n"
_COUNT = iter(range(1_000_000))


def target_for(folder: Path, code: str) -> LocationTarget:
    """A file of its own name with this code."""
    path = folder / f"location_{next(_COUNT)}.py"
    path.write_text(HEAD + textwrap.dedent(code))
    return LocationTarget(name="test", kind="python_file", path=str(path), working_directory=str(folder))


class Launched:
    """A run of a pipeline named ``p``.

    Attributes:
        outcome, events: how it ended and what was said.
        logs: folder of the captured output.
    """

    def __init__(
        self, folder: Path, code: str, executor: str = "multiprocess", config: dict[str, Any] | None = None, **spec: Any
    ) -> None:
        self.logs = folder / "logs"
        self.events: list[Event] = []
        self.loaded: Loaded = load(target_for(folder, code))
        execution = {"execution": {executor: {"config": spec.pop("executor_config", {})}}}
        self.spec = RunSpec(
            run_id=spec.pop("run_id", "run-1"),
            target=self.loaded.target,
            selector=PipelineSelector(repository="__repository__", pipeline="p"),
            run_config={**execution, **(config or {})},
            artifact_dir=str(folder / "storage"),
            log_dir=str(self.logs),
            known=spec.pop("known", KnownState()),
            **spec,
        )
        self.outcome: RunOutcome = run_plan(self.loaded, self.spec, self.events.append)

    def of(self, step: str) -> list[str]:
        """Kinds of the events of a step."""
        return [event.type.value for event in self.events if event.step_key == step]

    def data(self, step: str, kind: str) -> dict[str, Any]:
        """Data of the first event of a kind of a step."""
        return next(event.data for event in self.events if event.step_key == step and event.type == kind)

    def failure(self, step: str) -> dict[str, Any]:
        """The failure of a step."""
        found: dict[str, Any] = self.data(step, "STEP_FAILURE")["failure"]
        return found

    def out(self, step: str, stream: str = "out") -> str:
        """Captured output of a step."""
        return (self.logs / f"{step}.{stream}").read_text()
