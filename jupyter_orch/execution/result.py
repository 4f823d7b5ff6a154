"""What ``execute_pipeline`` gives back: success, events, values."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from jupyter_orch.definitions.dagster_event import DagsterEvent
from jupyter_orch.definitions.drawn import graph_drawing
from jupyter_orch.definitions.errors import DagsterInvariantViolationError
from jupyter_orch.definitions.names import unknown
from jupyter_orch.definitions.output import AssetMaterialization, ExpectationResult
from jupyter_orch.definitions.pipeline import PipelineDefinition
from jupyter_orch.display.bundle import GRAPH, graph_bundle, table
from jupyter_orch.plan.plan import ExecutionPlan
from jupyter_orch.records.event import Event, EventType


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
    event_list = step_event_list = all_events = compute_step_events

    @property
    def handle(self) -> str:
        """The solid as a dotted path."""
        return ".".join(self._handle)

    @property
    def run_id(self) -> str:
        """The run's id."""
        return self._run.run_id

    @property
    def events_by_step_key(self) -> dict[str, list[DagsterEvent]]:
        """Step → its events."""
        return by_step_key(self.step_events)

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
    def compute_step_failure_event(self) -> DagsterEvent:
        """The event that says how it failed.

        Raises:
            DagsterInvariantViolationError: it did not fail.
        """
        for event in self.step_events:
            if event.is_step_failure:
                return event
        raise DagsterInvariantViolationError(f"solid {self.solid_name!r} did not fail")

    @property
    def materialization_events_during_compute(self) -> list[DagsterEvent]:
        """Its materializations, as events."""
        return [event for event in self.step_events if event.is_step_materialization]

    @property
    def materializations_during_compute(self) -> list[AssetMaterialization]:
        """Its materializations."""
        return [event.event_specific_data.materialization for event in self.materialization_events_during_compute]

    @property
    def expectation_events_during_compute(self) -> list[DagsterEvent]:
        """Its expectations, as events."""
        return [event for event in self.step_events if event.is_expectation_result]

    @property
    def expectation_results_during_compute(self) -> list[ExpectationResult]:
        """Its expectations."""
        return [event.event_specific_data.expectation_result for event in self.expectation_events_during_compute]

    @property
    def input_events_during_compute(self) -> list[DagsterEvent]:
        """Its inputs, as events."""
        return [event for event in self.step_events if event.event_type is EventType.STEP_INPUT]

    @property
    def output_events_during_compute(self) -> list[DagsterEvent]:
        """Its outputs, as events."""
        return [event for event in self.step_events if event.is_successful_output]

    @property
    def compute_input_event_dict(self) -> dict[str, DagsterEvent]:
        """Input name → the event that it was checked."""
        return {event.event.data["input_name"]: event for event in self.input_events_during_compute}

    @property
    def compute_output_events_dict(self) -> dict[str, list[DagsterEvent]]:
        """Output name → the events that it was given; several for a dynamic output."""
        found: dict[str, list[DagsterEvent]] = {}
        for event in self.output_events_during_compute:
            found.setdefault(event.event.data["output_name"], []).append(event)
        return found

    def get_output_events_for_compute(self, output_name: str = "result") -> list[DagsterEvent]:
        """The events that an output was given.

        Raises:
            DagsterInvariantViolationError: it was not given.
        """
        found = self.compute_output_events_dict
        if output_name not in found:
            raise DagsterInvariantViolationError(
                unknown("output", output_name, found, f"solid {self.solid_name!r} (or it was not given)")
            )
        return found[output_name]

    def get_output_event_for_compute(self, output_name: str = "result") -> DagsterEvent:
        """The event that an output was given.

        Raises:
            DagsterInvariantViolationError: it was given never or several times.
        """
        events = self.get_output_events_for_compute(output_name)
        if len(events) > 1:
            raise DagsterInvariantViolationError(
                f"output {output_name!r} of solid {self.solid_name!r} was given {len(events)} times; use "
                "get_output_events_for_compute"
            )
        return events[0]

    def get_step_success_event(self) -> DagsterEvent:
        """The event that says that it succeeded.

        Raises:
            DagsterInvariantViolationError: it did not.
        """
        for event in self.step_events:
            if event.is_step_success:
                return event
        raise DagsterInvariantViolationError(f"solid {self.solid_name!r} did not succeed")

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

    @property
    def solid(self) -> Any:
        """The solid as it stands in the graph: ``name`` and ``definition``."""
        return self._run.node_at(self._handle)

    def result_for_solid(self, name: str) -> SolidExecutionResult:
        """The result of a solid inside a composite.

        Raises:
            DagsterInvariantViolationError: there is no such solid inside.
        """
        return self._run.result_at((*self._handle, name))

    result_for_node = result_for_solid

    def output_for_solid(self, name: str, output_name: str = "result") -> Any:
        """The value of an output of a solid inside a composite, by its dotted path in there."""
        return self._run.result_at((*self._handle, *name.split("."))).output_value(output_name)

    output_for_node = output_for_solid

    @property
    def solid_result_list(self) -> list[SolidExecutionResult]:
        """The results of all solids inside a composite."""
        return [self.result_for_solid(name) for name in getattr(self.solid.definition, "invocations", {})]


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
        return by_step_key(self.step_event_list)

    all_events = property(lambda self: self.event_list)
    all_node_events = step_event_list

    def events_for_node(self, name: str) -> list[DagsterEvent]:
        """Events of the steps of a solid with a dotted path.

        Raises:
            DagsterInvariantViolationError: there is no such solid.
        """
        return self.result_for_handle(name).step_events

    def output_value(self, output_name: str = "result") -> Any:
        """The value of an output of the graph that ran; None when the run did not succeed.

        Raises:
            DagsterInvariantViolationError: the graph has no such output, or it was not given.
        """
        if not self.success:
            return None
        values = self._outer_values(())
        if output_name not in values:
            where = f"graph {self.pipeline_def.graph.name!r} (or it was not given)"
            raise DagsterInvariantViolationError(unknown("output", output_name, values, where))
        return values[output_name]

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
        return self.result_at((name,))

    result_for_node = result_for_solid

    def result_for_handle(self, handle: Any) -> SolidExecutionResult:
        """How the solid with a dotted path came out."""
        return self.result_at(tuple(str(handle).split(".")))

    def result_at(self, handle: tuple[str, ...]) -> SolidExecutionResult:
        """How the solid at a path of names came out.

        Raises:
            DagsterInvariantViolationError: there is no such solid.
        """
        self.node_at(handle)
        return SolidExecutionResult(handle, self)

    def node_at(self, handle: tuple[str, ...]) -> Any:
        """The solid at a path of names, as it stands in its graph.

        Raises:
            DagsterInvariantViolationError: names the place where there is none.
        """
        graph: Any = self.pipeline_def.graph
        where, node = f"pipeline {self.pipeline_def.name!r}", None
        for name in handle:
            inside = getattr(graph, "invocations", {})
            if name not in inside:
                raise DagsterInvariantViolationError(unknown("solid", name, inside, where))
            node, where = inside[name], f"composite {name!r}"
            graph = node.definition
        return node

    @property
    def solid_result_list(self) -> list[SolidExecutionResult]:
        """How every solid at the top level came out."""
        return [self.result_for_solid(name) for name in self.pipeline_def.solid_names]

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        """The run as a drawing with states, times and errors, when it is the last value of a notebook's cell."""
        solids = {solid.solid_name: solid for solid in self.solid_result_list}
        graph = self.pipeline_def.graph
        bundle = graph_bundle(
            graph_drawing(
                "run of",
                f"{self.pipeline_def.name}: {'success' if self.success else 'failure'}",
                graph.invocations,
                graph.dependencies,
                {name: _state(solid) for name, solid in solids.items()},
                {name: _seconds(solid) for name, solid in solids.items()},
            )
        )
        bundle[GRAPH] |= {"pipeline": self.pipeline_def.name, "runId": self.run_id}
        failed = [(str(e.step_key), e.message or "") for e in self.step_event_list if e.is_step_failure]
        if failed:
            bundle["text/html"] += table(("failed step", "why"), failed)
            bundle["text/plain"] += "".join(f"\n  {step}: {why}" for step, why in failed)
        return bundle

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
        graph = self.node_at(handle).definition if handle else self.pipeline_def.graph
        values = {}
        for mapping in getattr(graph, "output_mappings", ()):
            inner = self.values_of((*handle, mapping.solid_name))
            if mapping.output_name in inner:
                values[mapping.definition.name] = inner[mapping.output_name]
        return values


def by_step_key(events: Iterable[DagsterEvent]) -> dict[str, list[DagsterEvent]]:
    """Step → its events."""
    found: dict[str, list[DagsterEvent]] = {}
    for event in events:
        if event.step_key is not None:
            found.setdefault(event.step_key, []).append(event)
    return found


def _state(solid: SolidExecutionResult) -> str:
    if any(event.is_step_failure for event in solid.step_events):
        return "failure"
    return "success" if solid.success else "skipped"


def _seconds(solid: SolidExecutionResult) -> str:
    """Between a solid's first and last event."""
    times = [event.event.timestamp for event in solid.step_events]
    started = any(event.event_type is EventType.STEP_START for event in solid.step_events)
    return f"{max(times) - min(times):.2f} s" if started else "did not run"


ExecuteInProcessResult = PipelineExecutionResult
CompositeSolidExecutionResult = SolidExecutionResult
