"""A pipeline together with how another process can load it again."""

from __future__ import annotations

import inspect
import os
import sys
from typing import Any

from jupyter_orch.definitions.errors import DagsterInvariantViolationError
from jupyter_orch.definitions.pipeline import PipelineDefinition
from jupyter_orch.records.messages import LocationTarget


class ReconstructablePipeline:
    """A pipeline and the place of its code.

    Attributes:
        definition: the pipeline.
        target: how another process can load it.
    """

    def __init__(self, definition: PipelineDefinition, target: LocationTarget) -> None:
        self.definition = definition
        self.target = target

    def get_definition(self) -> PipelineDefinition:
        """The pipeline."""
        return self.definition


def reconstructable(target: Any) -> ReconstructablePipeline:
    """Prove that another process can load a pipeline again.

    Args:
        target: a pipeline or job at the top level of a module or file, or a function there that returns one.

    Raises:
        DagsterInvariantViolationError: it stands inside a function, in a console, or under no name.
    """
    made = target() if inspect.isfunction(target) else target
    definition = made.as_pipeline() if hasattr(made, "as_pipeline") else made
    if not isinstance(definition, PipelineDefinition):
        raise DagsterInvariantViolationError(
            f"reconstructable takes a pipeline or a function that returns one, not {target!r}"
        )
    source = definition.source
    module_name = target.__module__ if inspect.isfunction(target) else None
    if inspect.isfunction(target) and (target.__name__ == "<lambda>" or target.__qualname__ != target.__name__):
        raise DagsterInvariantViolationError(
            "reconstructable needs a function at the top level of a module; a lambda or an inner function can not be "
            "found again"
        )
    module = _module_of(module_name, source.file if source else None, target)
    attribute = next((name for name, value in vars(module).items() if value is target), None)
    path = getattr(module, "__file__", None)
    if attribute is None or path is None:
        raise DagsterInvariantViolationError(
            f"another process could not find pipeline {definition.name!r} again; define it at the top level of a "
            "file or module"
        )
    path = os.path.abspath(path)
    return ReconstructablePipeline(
        definition,
        LocationTarget(
            name=definition.name,
            kind="python_file",
            path=path,
            attribute=attribute,
            working_directory=os.path.dirname(path),
        ),
    )


def _module_of(name: str | None, file: str | None, target: Any) -> Any:
    if name is not None and name in sys.modules:
        return sys.modules[name]
    for module in list(sys.modules.values()):
        if (
            file is not None
            and getattr(module, "__file__", None) == file
            and any(value is target for value in vars(module).values())
        ):
            return module
    raise DagsterInvariantViolationError(
        "another process could not find this pipeline again; define it at the top level of a file or module"
    )
