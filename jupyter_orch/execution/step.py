"""One step in, events out."""

from __future__ import annotations

import inspect
import os
import time
from collections.abc import Iterator
from typing import Any

from jupyter_orch.definitions.contexts import HookContext, SolidExecutionContext, SolidInGraph
from jupyter_orch.definitions.dagster_event import DagsterEvent
from jupyter_orch.definitions.errors import (
    DagsterExecutionStepExecutionError,
    DagsterInvariantViolationError,
    DagsterStepOutputNotFoundError,
)
from jupyter_orch.definitions.names import unknown
from jupyter_orch.definitions.notebook import NotebookSolidDefinition
from jupyter_orch.definitions.output import (
    AssetMaterialization,
    DynamicOutput,
    ExpectationResult,
    Failure,
    Output,
    RetryRequested,
)
from jupyter_orch.definitions.resource_scope import ResourceScope
from jupyter_orch.definitions.shown import described
from jupyter_orch.execution import events, interrupt
from jupyter_orch.execution.asynchronous import async_items, awaited
from jupyter_orch.execution.current_step import enter_step
from jupyter_orch.execution.failures import failure_of, user_error
from jupyter_orch.execution.interrupt import RunCanceled
from jupyter_orch.execution.io import StepIO
from jupyter_orch.execution.notebook import run_notebook
from jupyter_orch.execution.scope import RunScope
from jupyter_orch.execution.time_box import time_box
from jupyter_orch.execution.usage import cpu_seconds, peak_rss_bytes
from jupyter_orch.plan.plan import Step
from jupyter_orch.records import failure as failure_record
from jupyter_orch.records.event import Event, EventType
from jupyter_orch.records.spool import note_begun

TIMEOUT_TAG = "dagster/step_timeout"
_PLAIN_EVENTS = (AssetMaterialization, ExpectationResult)


class StepRun:
    """One attempt at one step.

    Args:
        scope: the run.
        step: the step, its sources resolved.
        opened: the open resources.
        attempt: counted from 1.
        isolation: ``"in_process"``, ``"forked"`` or ``"spawned"``.
        retries_enabled: whether a failure may lead to another attempt.
    """

    def __init__(
        self, scope: RunScope, step: Step, opened: ResourceScope, attempt: int, isolation: str, retries_enabled: bool
    ) -> None:
        self._scope = scope
        self._step = step
        self._opened = opened
        self._attempt = attempt
        self._isolation = isolation
        self._retries_enabled = retries_enabled
        self._given: set[str] = set()
        self._given_keys: set[tuple[str, str]] = set()
        self._values: dict[str, Any] = {}
        self._error: BaseException | None = None

    def events(self) -> Iterator[Event]:
        """Run the attempt.

        Raises:
            RunCanceled: after the step's failure was said, when the run is to stop.
        """
        if not self._step.hooks:
            yield from self._attempted()
            return
        said: list[Event] = []
        for event in self._attempted():
            said.append(event)
            yield event
        if said[-1].type is not EventType.STEP_UP_FOR_RETRY:
            yield from self._hooks([DagsterEvent(event, self._scope.pipeline.name) for event in said])

    def _attempted(self) -> Iterator[Event]:
        if self._scope.spool_file:
            note_begun(self._scope.spool_file, self._step.key, self._attempt)
        yield events.step_start(self._step.key, self._attempt, os.getpid(), self._isolation)
        if self._scope.log_dir:
            yield events.logs_captured([self._step.key], self._step.key)
        began, cpu = time.monotonic(), cpu_seconds()
        try:
            yield from self._body()
        except GeneratorExit:
            raise
        except RunCanceled as error:
            self._error = error
            yield events.step_failure(
                self._step.key,
                self._attempt,
                failure_record.Failure(cls="RunCanceled", message="canceled"),
                canceled=True,
            )
            raise
        except BaseException as error:
            self._error = error
            self._scope.raised[self._step.key] = error
            end = self._failed(error)
        else:
            end = events.step_success(
                self._step.key, self._attempt, time.monotonic() - began, peak_rss_bytes(), cpu_seconds() - cpu
            )
        yield end

    def _body(self) -> Iterator[Event]:
        enter_step(self._step.key)
        context = self.context()
        io = StepIO(self._scope, self._step, self._opened, context)
        inputs: dict[str, Any] = {}
        interrupt.enter()
        try:
            for item in self._step.inputs:
                yield from io.load(item, inputs)
            with time_box(self._timeout(), f"step {self._step.key!r}"):
                yield from self._compute(context, io, inputs)
        finally:
            interrupt.leave()
            enter_step(None)

    def _timeout(self) -> float | None:
        written = self._step.tags.get(TIMEOUT_TAG)
        if written is None:
            return None
        try:
            seconds = float(written)
        except ValueError:
            seconds = 0.0
        if not seconds > 0:
            raise DagsterInvariantViolationError(
                f"the tag {TIMEOUT_TAG!r} of step {self._step.key!r} is {written!r}; it must be a number of seconds "
                "above 0"
            )
        return seconds

    def context(self) -> SolidExecutionContext:
        """What the solid's function sees."""
        solid = self._step.solid
        owner = f"solid {self._step.handle[-1]!r}"
        return SolidExecutionContext(
            solid_config=solid.apply_config(self._step.config),
            resources=self._opened.only(solid.required_resource_keys, owner),
            log=self._scope.log(self._step.key),
            pipeline_run=self._scope.run,
            solid_def=solid,
            solid_name=self._step.handle[-1],
            solid_handle=self._step.handle,
            step_key=self._step.key,
            pipeline_def=self._scope.pipeline,
            mode_def=self._scope.mode,
            retry_number=self._attempt - 1,
            instance=self._scope.instance,
            mapping_key=self._step.mapping_key,
            on_event=self._log_event,
        )

    def _log_event(self, item: Any) -> None:
        self._scope.emit(self._plain_event(item))

    def _plain_event(self, item: Any) -> Event:
        if isinstance(item, AssetMaterialization):
            return events.asset(self._step.key, item)
        if isinstance(item, ExpectationResult):
            return events.expectation(self._step.key, item)
        raise DagsterInvariantViolationError(
            f"solid {self._step.handle[-1]!r} gave {described(item)}; it may give Output, DynamicOutput, "
            "AssetMaterialization, AssetObservation and ExpectationResult"
        )

    def _compute(self, context: SolidExecutionContext, io: StepIO, inputs: dict[str, Any]) -> Iterator[Event]:
        if isinstance(self._step.solid, NotebookSolidDefinition):
            yield from self._take_items(run_notebook(self._scope, self._step, context, inputs), io)
            yield from self._finish_outputs(io)
            return
        try:
            result = self._step.solid.compute(context, inputs)
        except GeneratorExit as error:  # what user code raises must not look like the end of our own generators
            raise DagsterExecutionStepExecutionError("the solid raised GeneratorExit") from error
        if inspect.iscoroutine(result):
            result = awaited(result)
        if inspect.isgenerator(result):
            yield from self._take_items(result, io)
        elif inspect.isasyncgen(result):
            yield from self._take_items(async_items(result), io)  # type: ignore[arg-type]
        else:
            for item in self._returned(result):
                yield from self._take(item, io)
        yield from self._finish_outputs(io)

    def _take_items(self, items: Any, io: StepIO) -> Iterator[Event]:
        try:
            for item in items:
                yield from self._take(item, io)
        finally:
            items.close()

    def _returned(self, result: Any) -> list[Any]:
        outputs = self._step.solid.output_defs
        if isinstance(result, (Output, DynamicOutput, *_PLAIN_EVENTS)):
            return [result]
        if len(outputs) == 1 and not outputs[0].is_dynamic:
            if outputs[0].dagster_type.is_nothing and result is None:
                return []
            return [Output(result, outputs[0].name)]
        if len(outputs) == 1 and isinstance(result, list) and all(isinstance(item, DynamicOutput) for item in result):
            return result
        if len(outputs) > 1 and isinstance(result, tuple) and len(result) == len(outputs):
            return [
                item if isinstance(item, (Output, DynamicOutput)) else Output(item, definition.name)
                for item, definition in zip(result, outputs, strict=True)
            ]
        if result is None:
            return []
        names = ", ".join(repr(definition.name) for definition in outputs) or "none"
        raise DagsterInvariantViolationError(
            f"solid {self._step.handle[-1]!r} returned {described(result)}, which fits its outputs ({names}) in no "
            "way; yield Output(value, name) for each"
        )

    def _take(self, item: Any, io: StepIO) -> Iterator[Event]:
        if not isinstance(item, (Output, DynamicOutput)):
            yield self._plain_event(item)
            return
        self._check_output(item)
        self._given.add(item.output_name)
        if self._step.hooks:
            self._keep(item)
        yield from io.give(item)
        if self._scope.kept is not None:
            self._scope.kept[self._step.key, item.output_name, getattr(item, "mapping_key", None)] = item.value

    def _check_output(self, item: Output[Any] | DynamicOutput[Any]) -> None:
        solid = self._step.solid
        name = self._step.handle[-1]
        definition = solid.output_dict.get(item.output_name)
        if definition is None:
            raise DagsterInvariantViolationError(
                unknown("output", item.output_name, solid.output_dict, f"solid {name!r}")
            )
        if isinstance(item, DynamicOutput):
            if not definition.is_dynamic:
                raise DagsterInvariantViolationError(
                    f"output {item.output_name!r} of solid {name!r} is not dynamic; give it Output objects or "
                    "declare DynamicOutputDefinition"
                )
            if (item.output_name, item.mapping_key) in self._given_keys:
                raise DagsterInvariantViolationError(
                    f"solid {name!r} gave the mapping key {item.mapping_key!r} of output {item.output_name!r} twice"
                )
            self._given_keys.add((item.output_name, item.mapping_key))
        elif definition.is_dynamic:
            raise DagsterInvariantViolationError(
                f"output {item.output_name!r} of solid {name!r} is dynamic; give it DynamicOutput objects"
            )
        elif item.output_name in self._given:
            raise DagsterInvariantViolationError(f"solid {name!r} gave its output {item.output_name!r} twice")

    def _keep(self, item: Any) -> None:
        if isinstance(item, DynamicOutput):
            self._values.setdefault(item.output_name, {})[item.mapping_key] = item.value
        else:
            self._values[item.output_name] = item.value

    def _finish_outputs(self, io: StepIO) -> Iterator[Event]:
        for definition in self._step.solid.output_defs:
            if definition.name in self._given or definition.is_dynamic or not definition.is_required:
                continue
            if not definition.dagster_type.is_nothing:
                raise DagsterStepOutputNotFoundError(
                    f"step {self._step.key!r} ended without giving its output {definition.name!r}; give it, or "
                    "declare it with is_required=False"
                )
            yield from io.give(Output(None, definition.name))

    def _failed(self, error: BaseException) -> Event:
        failure = failure_of(user_error(error) if isinstance(error, DagsterExecutionStepExecutionError) else error)
        more = _particulars(error)
        request = self._retry_request(user_error(error))
        if request is not None and self._retries_enabled and self._attempt <= request.max_retries:
            return events.up_for_retry(self._step.key, self._attempt, failure, request.seconds_to_wait or 0.0)
        return events.step_failure(self._step.key, self._attempt, failure, **more)

    def _retry_request(self, error: BaseException) -> RetryRequested | None:
        if isinstance(error, RetryRequested):
            return error
        policy = self._step.retry_policy
        if (
            policy is None
            or not isinstance(error, Exception)
            or (isinstance(error, Failure) and not error.allow_retries)
        ):
            return None
        return RetryRequested(policy.max_retries, policy.calculate_delay(self._attempt))

    def _hooks(self, said: list[DagsterEvent]) -> Iterator[Event]:
        for hook in sorted(self._step.hooks, key=lambda item: item.name):
            context = HookContext(
                hook_def=hook,
                solid=SolidInGraph(self._step.handle[-1], self._step.solid),
                step_key=self._step.key,
                run_id=self._scope.run.run_id,
                pipeline_name=self._scope.pipeline.name,
                mode_def=self._scope.mode,
                resources=self._opened.only(hook.required_resource_keys, f"hook {hook.name!r}"),
                solid_config=self._step.config,
                log=self._scope.log(self._step.key),
                solid_exception=None if self._error is None else user_error(self._error),
                solid_output_values=self._values,
                instance=self._scope.instance,
                pipeline_run=self._scope.run,
            )
            try:
                outcome = hook.hook_fn(context, said)
                skipped = bool(outcome is not None and outcome.is_skipped)
                yield events.hook(
                    EventType.HOOK_SKIPPED if skipped else EventType.HOOK_COMPLETED, self._step.key, hook.name
                )
            except Exception as error:
                yield events.hook(EventType.HOOK_ERRORED, self._step.key, hook.name, failure_of(error))


def _particulars(error: BaseException) -> dict[str, Any]:
    """What a :class:`Failure` carries beside its text."""
    if isinstance(error, Failure):
        return {
            "description": error.description or "",
            "metadata": [entry.as_json() for entry in error.metadata_entries],
        }
    return {}
