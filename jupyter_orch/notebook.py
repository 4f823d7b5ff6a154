"""In a notebook: what the run gives, and how to give something back. Works the same by hand and inside a run.

By hand, ``get_context()`` gives a context made from its arguments and ``yield_result`` just shows the value; inside a
run the same cells
read the run's inputs and config, and pass outputs on.
"""

from __future__ import annotations

import importlib
import os
import sys
from typing import Any, TypeVar

from jupyter_orch.definitions.errors import DagsterInvariantViolationError
from jupyter_orch.definitions.init_contexts import InitResourceContext
from jupyter_orch.definitions.logger import DagsterLogManager
from jupyter_orch.definitions.mode import ModeDefinition
from jupyter_orch.definitions.names import unknown
from jupyter_orch.definitions.resource import ResourceDefinition
from jupyter_orch.definitions.resource_scope import ResourceScope, ScopedResources, checked_configs
from jupyter_orch.definitions.run import PipelineRun
from jupyter_orch.execution.notebook_handle import PARAMETER, VARIABLE, NotebookHandle
from jupyter_orch.records.codec import from_json
from jupyter_orch.records.messages import LocationTarget, PipelineSelector, RunSpec

T = TypeVar("T")


class NotebookContext:
    """What a notebook sees of its run.

    Attributes:
        solid_config: the config of the notebook's solid.
        inputs: input → value; empty by hand.
        pipeline_run: the run; by hand one that stands for none.
        log: writes below the cell, and in a run also to the run's log.
        is_run: whether this is a run.
    """

    def __init__(
        self, solid_config: Any, inputs: dict[str, Any], pipeline_run: PipelineRun, resources: Any, is_run: bool
    ) -> None:
        self.solid_config = solid_config
        self.inputs = inputs
        self.pipeline_run = pipeline_run
        self.is_run = is_run
        self.log = DagsterLogManager(_log)
        self._resources = resources
        self._opened: ScopedResources | None = None

    @property
    def op_config(self) -> Any:
        """The config under its later word."""
        return self.solid_config

    @property
    def run_id(self) -> str:
        """The run's id."""
        return self.pipeline_run.run_id

    @property
    def run_config(self) -> dict[str, Any]:
        """The run config."""
        return self.pipeline_run.run_config

    @property
    def resources(self) -> ScopedResources:
        """The resources; opened when they are first asked for, in this kernel."""
        if self._opened is None:
            self._opened = self._resources()
        return self._opened


_INTERACTIVE: list[ResourceScope] = []
_of_this_kernel: list[str] = []


def get_context(
    solid_config: Any = None, mode_def: ModeDefinition | None = None, run_config: dict[str, Any] | None = None
) -> NotebookContext:
    """The context of this notebook.

    Args:
        solid_config: by hand, what ``context.solid_config`` shall be; a run brings its own.
        mode_def: by hand, where ``context.resources`` come from.
        run_config: by hand, config of these resources.
    """
    handle = _handle()
    if handle is None:
        run = PipelineRun(run_config=run_config or {}, mode=mode_def.name if mode_def else "default")
        return NotebookContext(solid_config, {}, run, lambda: _opened_by_hand(mode_def, run), is_run=False)
    facts = handle.facts()
    run = PipelineRun(
        pipeline_name=facts["pipeline"],
        run_id=facts["run_id"],
        run_config=facts["run_config"] or {},
        mode=facts["mode"],
        tags=facts["tags"],
    )
    inputs = {name: handle.value(f"input {name}") for name in facts["inputs"]}
    return NotebookContext(handle.value("config"), inputs, run, lambda: _opened_in_run(facts), is_run=True)


def yield_result(value: T, output_name: str = "result") -> T:
    """Give a value to an output of the notebook's solid; gives the value back, so that it shows below the cell.

    Args:
        value: what can be pickled.
        output_name: which output.

    Raises:
        DagsterInvariantViolationError: the solid has no such output, or the value can not be pickled.
    """
    handle = _handle()
    if handle is not None:
        outputs = handle.facts()["outputs"]
        if output_name not in outputs:
            raise DagsterInvariantViolationError(unknown("output", output_name, outputs, "this notebook's solid"))
        _give(handle, "output", output_name, value)
    return value


def yield_event(event: T) -> T:
    """Record an AssetMaterialization, AssetObservation or ExpectationResult; gives it back."""
    handle = _handle()
    if handle is not None:
        _give(handle, "event", "", event)
    return event


def _log(level: str, text: str, _logger: str) -> None:
    print(f"{level}: {text}")
    handle = _handle()
    if handle is not None:
        handle.give("log", level, text)


def _give(handle: NotebookHandle, kind: str, name: str, value: Any) -> None:
    try:
        handle.give(kind, name, value)
    except Exception as error:
        raise DagsterInvariantViolationError(
            f"a {type(value).__name__} can not be passed out of the notebook ({error}); give data that can be "
            "pickled, or the path of a file"
        ) from error


def _handle() -> NotebookHandle | None:
    """The run's handle, if papermill has put its place into this notebook, or will below this cell."""
    _of_this_kernel.extend(filter(None, [os.environ.pop(VARIABLE, "")]))  # what the notebook starts is not the run's
    shell_module = sys.modules.get("IPython")
    shell = shell_module.get_ipython() if shell_module is not None else None
    names = shell.user_ns if shell is not None else vars(sys.modules["__main__"])
    folder = names.get(PARAMETER) or next(iter(_of_this_kernel), None)
    return NotebookHandle(folder) if isinstance(folder, str) and folder else None


def _opened_by_hand(mode: ModeDefinition | None, run: PipelineRun) -> ScopedResources:
    definitions = dict(mode.resource_defs) if mode else {}
    return _open_all(definitions, checked_configs(definitions, run.run_config.get("resources")), set(definitions), run)


def _open_all(
    definitions: dict[str, ResourceDefinition], configs: dict[str, Any], keys: set[str], run: PipelineRun
) -> ScopedResources:
    def make_context(
        _key: str, definition: ResourceDefinition, config: Any, needed: ScopedResources
    ) -> InitResourceContext:
        return InitResourceContext(config, needed, definition, None, run)

    opened = ResourceScope(definitions, configs, make_context)
    for key in opened.order(keys, "this notebook"):
        opened.open(key)
    _INTERACTIVE.append(opened)
    return opened.only(keys, "this notebook")


def _opened_in_run(facts: dict[str, Any]) -> ScopedResources:
    if facts["target"] is None or facts["run_config"] is None:
        raise DagsterInvariantViolationError(
            "the resources of this run can not be opened in the notebook's kernel, because it can not load the "
            "pipeline's code again; run it through "
            "the orchestrator, or pass reconstructable(…) to execute_pipeline"
        )
    loader = importlib.import_module("jupyter_orch_kernel.loader")
    run_plan = importlib.import_module("jupyter_orch_kernel.run_plan")
    spec = RunSpec(
        run_id=facts["run_id"],
        target=from_json(LocationTarget, facts["target"]),
        selector=from_json(PipelineSelector, facts["selector"]),
        run_config=facts["run_config"],
        tags=facts["tags"],
        artifact_dir=facts["artifact_dir"],
    )
    scope = run_plan.scope_of(loader.load(spec.target), spec, lambda _event: None)
    keys = set(facts["resources"])
    opened = scope.resource_scope()
    for key in opened.order(keys, "this notebook"):
        opened.open(key)
    _INTERACTIVE.append(opened)
    return opened.only(keys, "this notebook")  # type: ignore[no-any-return]
