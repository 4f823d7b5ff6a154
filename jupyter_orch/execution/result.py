"""What ``execute_pipeline`` gives back: success, events, values."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from types import SimpleNamespace
from typing import Any

from jupyter_orch.definitions.errors import DagsterInvariantViolationError
from jupyter_orch.definitions.metadata import AssetKey
from jupyter_orch.definitions.names import unknown
from jupyter_orch.definitions.pipeline import PipelineDefinition
from jupyter_orch.plan.plan import ExecutionPlan
from jupyter_orch.records.event import Event, EventType

DagsterEventType = EventType


class DagsterEvent:
    """An event with the classic ways to ask about it.

    Args:
        event: the record.
        pipeline_name: its pipeline.
    """

    __slots__ = ("event", "pipeline_name")

    def __init__(self, event: Event, pipeline_name: str) -> None:
        self.event = event
        self.pipeline_name = pipeline_name

    @property
    def event_type(self) -> EventType:
        """What kind of fact."""
        return self.event.type

    @property
    def event_type_value(self) -> str:
        """What kind of fact, as a string."""
        return self.event.type.value

    @property
    def step_key(self) -> str | None:
        """The step that it is about."""
        return self.event.step_key

    @property
    def solid_name(self) -> str | None:
        """Name of the step's solid, without its composites and mapping key."""
        return None if self.event.step_key is None else self.event.step_key.partition("[")[0].rpartition(".")[2]

    @property
    def message(self) -> str:
        """The fact in one sentence."""
        return self.event.message

    @property
    def timestamp(self) -> float:
        """When, in seconds since the epoch."""
        return self.event.timestamp

    @property
    def event_specific_data(self) -> Any:
        """The particulars as attributes; as a dict they are ``event.event.data``."""
        return SimpleNamespace(**self.event.data)

    def _is(self, *kinds: EventType) -> bool:
        return self.event.type in kinds

    @property
    def is_step_start(self) -> bool:
        """A step began."""
        return self._is(EventType.STEP_START)

    @property
    def is_step_success(self) -> bool:
        """A step ended well."""
        return self._is(EventType.STEP_SUCCESS)

    @property
    def is_step_failure(self) -> bool:
        """A step failed."""
        return self._is(EventType.STEP_FAILURE)

    @property
    def is_step_skipped(self) -> bool:
        """A step was skipped."""
        return self._is(EventType.STEP_SKIPPED)

    @property
    def is_step_up_for_retry(self) -> bool:
        """A step is tried again."""
        return self._is(EventType.STEP_UP_FOR_RETRY)

    @property
    def is_step_restarted(self) -> bool:
        """A step begins again."""
        return self._is(EventType.STEP_RESTARTED)

    @property
    def is_successful_output(self) -> bool:
        """A step gave an output."""
        return self._is(EventType.STEP_OUTPUT)

    @property
    def is_step_materialization(self) -> bool:
        """An asset was materialized."""
        return self._is(EventType.ASSET_MATERIALIZATION)

    @property
    def is_expectation_result(self) -> bool:
        """An expectation was checked."""
        return self._is(EventType.STEP_EXPECTATION_RESULT)

    @property
    def is_failure(self) -> bool:
        """The run or a step failed."""
        return self._is(EventType.STEP_FAILURE, EventType.PIPELINE_FAILURE)

    @property
    def is_pipeline_success(self) -> bool:
        """The run ended well."""
        return self._is(EventType.PIPELINE_SUCCESS)

    @property
    def is_pipeline_failure(self) -> bool:
        """The run failed."""
        return self._is(EventType.PIPELINE_FAILURE)

    @property
    def is_engine_event(self) -> bool:
        """The engine said something."""
        return self._is(EventType.ENGINE_EVENT)

    @property
    def is_hook_event(self) -> bool:
        """A hook ran, failed or had nothing to do."""
        return self._is(EventType.HOOK_COMPLETED, EventType.HOOK_ERRORED, EventType.HOOK_SKIPPED)

    @property
    def asset_key(self) -> AssetKey | None:
        """The asset of a materialization or observation."""
        key = self.event.data.get("asset_key")
        return AssetKey(key) if key else None

    def __repr__(self) -> str:
        return f"DagsterEvent({self.event_type_value}, {self.step_key!r}, {self.message!r})"


class SolidExecutionResult:
    """How one solid (or composite) of a run came out.

    Attributes:
        solid_name: its name in the graph.
        step_events: all events of its steps.
    """

    def __init__(self, handle: tuple[str, ...], run: PipelineExecutionResult) -> None:
        self._handle = handle
        self._run = run
        prefix = ".".join(handle)
        self.solid_name = handle[-1]
        self.keys = [key for key in run.step_keys if key == prefix or key.startswith((prefix + ".", prefix + "["))]
        wanted = set(self.keys)
        self.step_events = [event for event in run.event_list if event.step_key in wanted]

    compute_step_events = property(lambda self: self.step_events)

    def _any(self, *kinds: EventType) -> bool:
        return any(event.event_type in kinds for event in self.step_events)

    @property
    def success(self) -> bool:
        """All its steps that ran succeeded, and at least one did."""
        return self._any(EventType.STEP_SUCCESS) and not self._any(EventType.STEP_FAILURE)

    @property
    def skipped(self) -> bool:
        """It was skipped."""
        return self._any(EventType.STEP_SKIPPED) and not self._any(EventType.STEP_SUCCESS, EventType.STEP_FAILURE)

    @property
    def failure_data(self) -> Any:
        """The particulars of its failure, or None."""
        return next((event.event_specific_data for event in self.step_events if event.is_step_failure), None)

    @property
    def retry_attempts(self) -> int:
        """How often it was tried again."""
        return sum(1 for event in self.step_events if event.is_step_restarted)

    @property
    def materializations_during_compute(self) -> list[DagsterEvent]:
        """Its materializations."""
        return [event for event in self.step_events if event.is_step_materialization]

    materialization_events_during_compute = materializations_during_compute

    @property
    def expectation_results_during_compute(self) -> list[DagsterEvent]:
        """Its expectations."""
        return [event for event in self.step_events if event.is_expectation_result]

    @property
    def output_events_during_compute(self) -> list[DagsterEvent]:
        """Its outputs, as events."""
        return [event for event in self.step_events if event.is_successful_output]

    @property
    def output_values(self) -> dict[str, Any] | None:
        """Output name → value; None when it did not succeed."""
        return self._run.values_of(self._handle) if self.success else None

    def output_value(self, output_name: str = "result") -> Any:
        """The value of an output; for a mapped solid or a dynamic output a dict of mapping key → value.

        Raises:
            DagsterInvariantViolationError: the solid did not give it.
        """
        values = self.output_values
        if values is None:
            return None
        if output_name not in values:
            raise DagsterInvariantViolationError(
                unknown("output", output_name, values, f"solid {self.solid_name!r} (or it was not given)")
            )
        return values[output_name]

    def result_for_solid(self, name: str) -> SolidExecutionResult:
        """The result of a solid inside a composite."""
        return SolidExecutionResult((*self._handle, name), self._run)


class PipelineExecutionResult:
    """How a run came out.

    Attributes:
        pipeline_def: what ran.
        run_id: its id.
        success: whether all that ran succeeded.
        event_list: every event, in order.
    """

    def __init__(
        self,
        pipeline: PipelineDefinition,
        plan: ExecutionPlan,
        run_id: str,
        events: Iterable[Event],
        success: bool,
        load: Callable[[str, str, str | None], Any],
    ) -> None:
        self.pipeline_def = pipeline
        self.run_id = run_id
        self.success = success
        self.event_list = [DagsterEvent(event, pipeline.name) for event in events]
        self._plan = plan
        self._load = load
        seen = {event.step_key for event in self.event_list if event.step_key is not None}
        self.step_keys = [key for key in plan.steps if not key.endswith("[?]")] + sorted(seen - set(plan.steps))

    @property
    def step_event_list(self) -> list[DagsterEvent]:
        """Events of steps."""
        return [event for event in self.event_list if event.step_key is not None]

    @property
    def events_by_step_key(self) -> dict[str, list[DagsterEvent]]:
        """Step → its events."""
        found: dict[str, list[DagsterEvent]] = {}
        for event in self.step_event_list:
            found.setdefault(str(event.step_key), []).append(event)
        return found

    all_events = property(lambda self: self.event_list)

    def events_of_type(self, kind: str) -> list[DagsterEvent]:
        """Events of one kind."""
        return [event for event in self.event_list if event.event_type_value == kind]

    def get_failed_step_keys(self) -> set[str]:
        """Steps that failed."""
        return {str(event.step_key) for event in self.event_list if event.is_step_failure}

    def result_for_solid(self, name: str) -> SolidExecutionResult:
        """How one solid at the top level came out.

        Raises:
            DagsterInvariantViolationError: there is no such solid.
        """
        if not self.pipeline_def.has_solid_named(name):
            raise DagsterInvariantViolationError(
                unknown("solid", name, self.pipeline_def.solid_names, f"pipeline {self.pipeline_def.name!r}")
            )
        return SolidExecutionResult((name,), self)

    result_for_node = result_for_solid

    def result_for_handle(self, handle: Any) -> SolidExecutionResult:
        """How the solid with a dotted path came out."""
        return SolidExecutionResult(tuple(str(handle).split(".")), self)

    @property
    def solid_result_list(self) -> list[SolidExecutionResult]:
        """How every solid at the top level came out."""
        return [self.result_for_solid(name) for name in self.pipeline_def.solid_names]

    def output_for_solid(self, handle: str, output_name: str = "result") -> Any:
        """The value of an output of the solid with a dotted path."""
        return self.result_for_handle(handle).output_value(output_name)

    output_for_node = output_for_solid

    def values_of(self, handle: tuple[str, ...]) -> dict[str, Any]:
        """Output name → value of a solid or composite; dynamic ones as dicts of mapping key → value."""
        name = ".".join(handle)
        values: dict[str, Any] = {}
        for event in self.event_list:
            if not event.is_successful_output or event.step_key is None:
                continue
            if event.step_key != name and not event.step_key.startswith(f"{name}["):
                continue
            output, own_key = event.event.data["output_name"], event.event.data["mapping_key"]
            value = self._load(event.step_key, output, own_key)
            step_mapping = event.step_key[len(name) + 1 : -1] if event.step_key != name else None
            mapping = own_key or step_mapping
            if mapping is None:
                values[output] = value
            else:
                values.setdefault(output, {})[mapping] = value
        return values or self._outer_values(handle)

    def _outer_values(self, handle: tuple[str, ...]) -> dict[str, Any]:
        """The outputs of a composite, found at the solids inside that give them."""
        graph: Any = self.pipeline_def.graph
        for name in handle:
            node = graph.invocations.get(name)
            graph = node.definition if node is not None else None
            if graph is None:
                return {}
        values = {}
        for mapping in getattr(graph, "output_mappings", ()):
            inner = self.values_of((*handle, mapping.solid_name))
            if mapping.output_name in inner:
                values[mapping.definition.name] = inner[mapping.output_name]
        return values


ExecuteInProcessResult = PipelineExecutionResult
