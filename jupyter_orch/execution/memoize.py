"""Memoized runs: steps whose outputs of the same version are stored already do not run."""

from __future__ import annotations

from jupyter_orch.definitions.errors import DagsterInvariantViolationError, DagsterUndefinedDataVersionError
from jupyter_orch.definitions.io_contexts import OutputContext
from jupyter_orch.definitions.run import MEMOIZED_RUN_TAG
from jupyter_orch.execution.scope import RunScope
from jupyter_orch.execution.versions import VersionBook
from jupyter_orch.plan.plan import Step
from jupyter_orch.records.messages import KnownState


def is_memoized(scope: RunScope) -> bool:
    """Whether the run asks for it."""
    return scope.run.tags.get(MEMOIZED_RUN_TAG, "").lower() == "true"


def stored_already(scope: RunScope) -> KnownState:
    """The steps whose outputs are stored in the version that this run would make.

    Raises:
        DagsterUndefinedDataVersionError: a solid or resource has no version.
        DagsterInvariantViolationError: an IO manager can not say what it has.
    """
    book = VersionBook(scope)
    opened = scope.resource_scope()
    keys = {
        output.io_manager_key
        for step in scope.plan.steps.values()
        for output in step.solid.output_defs
        if not output.dagster_type.is_nothing
    }
    for key in opened.order(keys, f"pipeline {scope.pipeline.name!r}"):
        opened.open(key)
    try:
        outputs = {}
        for step in scope.plan.steps.values():
            if _is_stored(scope, book, step, opened.values):
                outputs[step.key] = tuple(definition.name for definition in step.solid.output_defs)
        return KnownState(outputs=outputs)
    finally:
        opened.close()


def _is_stored(scope: RunScope, book: VersionBook, step: Step, managers: dict[str, object]) -> bool:
    if step.is_unresolved or step.collects or any(output.is_dynamic for output in step.solid.output_defs):
        return False
    if book.step(step.key) is None:
        raise DagsterUndefinedDataVersionError(
            f"a memoized run needs versions, but step {step.key!r}, one of its resources or a step before it has none; "
            "give @solid(version=…) and @resource(version=…), or the pipeline a version_strategy"
        )
    for definition in step.solid.output_defs:
        if definition.dagster_type.is_nothing:
            continue
        has_output = getattr(managers[definition.io_manager_key], "has_output", None)
        if has_output is None:
            raise DagsterInvariantViolationError(
                f"a memoized run asks IO manager {definition.io_manager_key!r} which outputs it has, but "
                f"{type(managers[definition.io_manager_key]).__name__} has no method has_output; use "
                "versioned_filesystem_io_manager, or give yours has_output(context)"
            )
        context = OutputContext(
            step_key=step.key,
            name=definition.name,
            run_id=scope.run.run_id,
            pipeline_name=scope.pipeline.name,
            solid_def=step.solid,
            metadata=definition.metadata,
            version=book.output(step.key, definition.name),
            definition=definition,
            pipeline_run=scope.run,
        )
        if not has_output(context):
            return False
    return True
