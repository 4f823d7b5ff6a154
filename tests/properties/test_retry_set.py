"""What is left to do after a run was cut off anywhere: the log of a real run, cut at every event and folded."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_orch import (
    DynamicOutput,
    DynamicOutputDefinition,
    InputDefinition,
    Output,
    OutputDefinition,
    PipelineDefinition,
    RetryPolicy,
    RetryRequested,
    pipeline,
    repository,
    solid,
)
from jupyter_orch.records.event import Event, EventType, StoredEvent
from jupyter_orch.records.messages import KnownState, LocationTarget, PipelineSelector, RunSpec
from jupyter_orch.runs.history import known_after, plan_of, step_states
from jupyter_orch.runs.reexecute import steps_left
from jupyter_orch_kernel.loader import Loaded
from jupyter_orch_kernel.run_plan import run_plan
from tests.properties import law
from tests.properties.graphs import Feeding, below, graphs, pipeline_of

TARGET = LocationTarget(name="here", kind="python_module")
WORKS, FAILS, FLAKY = "works", "fails", "flaky"


@dataclass
class World:
    """What the solids do: it is mended between a run and the next."""

    manners: dict[str, str]
    mended: bool = False

    def compute(self, context: Any, name: str, numbers: list[int]) -> int:
        manner = WORKS if self.mended else self.manners.get(name, WORKS)
        if manner == FAILS:
            raise ValueError(name)
        if manner == FLAKY and context.retry_number == 0:
            raise RetryRequested(max_retries=1)
        return sum(numbers) + 1


@pytest.fixture(scope="module")
def folder() -> Iterator[str]:
    """Where the values of all these runs are kept."""
    with tempfile.TemporaryDirectory() as name:
        yield name


class Runs:
    """Runs of one pipeline, on the path that a worker's order takes."""

    def __init__(self, definition: PipelineDefinition, folder: str) -> None:
        @repository
        def repo() -> list[Any]:
            return [definition]

        self._loaded = Loaded(target=TARGET, repositories={"repo": repo}, code_version="", load_seconds=0.0)
        self._spec = RunSpec(
            run_id="", target=TARGET, selector=PipelineSelector(repository="repo", pipeline=definition.name)
        )
        self._folder = tempfile.mkdtemp(dir=folder)

    def run(
        self, run_id: str, only: tuple[str, ...] | None = None, known: KnownState | None = None
    ) -> list[StoredEvent]:
        """Run it; gives its log."""
        events: list[Event] = []
        spec = replace(
            self._spec, run_id=run_id, step_keys=only, known=known or KnownState(), artifact_dir=self._folder
        )
        run_plan(self._loaded, spec, events.append)
        return [StoredEvent(run_id=run_id, seq=seq, event=event) for seq, event in enumerate(events, 1)]


@dataclass(frozen=True)
class Left:
    """What a log says is left to do, and what it may be built on."""

    steps: tuple[str, ...]
    known: KnownState


def left_after(log: list[StoredEvent], before: KnownState | None = None) -> Left:
    """The fold that the server makes when somebody asks for a re-execution from failure."""
    plan = plan_of(log)
    assert plan is not None
    known = known_after(log[0].run_id, before or KnownState(), step_states(log))
    return Left(steps_left(plan, known), known)


def ended(log: list[StoredEvent], *kinds: EventType) -> set[str]:
    return {str(stored.event.step_key) for stored in log if stored.event.type in kinds}


@st.composite
def worlds(draw: st.DrawFn) -> tuple[Feeding, World]:
    feeding = draw(graphs(most=6))
    manner = st.sampled_from([WORKS, WORKS, WORKS, FAILS, FLAKY])
    return feeding, World({name: draw(manner) for name in feeding})


@law(60)
@given(worlds())
def test_after_a_cut_at_any_event_all_that_did_not_succeed_is_left_with_all_behind_it(
    folder: str, drawn: tuple[Feeding, World]
) -> None:
    feeding, world = drawn
    log = Runs(pipeline_of(feeding, world.compute), folder).run("first")
    for cut in range(1, len(log) + 1):
        succeeded = ended(log[:cut], EventType.STEP_SUCCESS)
        left = left_after(log[:cut])
        assert set(left.steps) == below(feeding, set(feeding) - succeeded), f"cut behind event {cut}"
        assert len(left.steps) == len(set(left.steps))
        assert all(
            left.steps.index(source) < left.steps.index(name)
            for name in left.steps
            for source in feeding[name] & set(left.steps)
        )


@law(25)
@given(worlds(), st.data())
def test_running_what_is_left_twice_over_ends_as_one_whole_run_would(
    folder: str, drawn: tuple[Feeding, World], data: st.DataObject
) -> None:
    feeding, world = drawn
    runs = Runs(pipeline_of(feeding, world.compute), folder)
    log = runs.run("first")
    log = log[: data.draw(st.integers(1, len(log)), label="first cut")]
    left = left_after(log)
    if not left.steps:
        return
    again = runs.run("second", left.steps, left.known)
    again = again[: data.draw(st.integers(1, len(again)), label="second cut")]
    rest = left_after(again, left.known)
    assert set(rest.steps) <= set(left.steps)
    world.mended = True
    last = runs.run("third", rest.steps, rest.known)
    assert ended(last, EventType.STEP_START) == ended(last, EventType.STEP_SUCCESS) == set(rest.steps)
    everywhere = {**rest.known.source_run_ids, **dict.fromkeys(rest.steps, "third")}
    assert set(everywhere) == set(feeding)


VALUES: list[int] = []
FAILING_AT: set[int] = set()


@solid(output_defs=[DynamicOutputDefinition(int)])
def scatter(_context: Any) -> Any:
    for number in VALUES:
        yield DynamicOutput(number, mapping_key=f"k{number}")


@solid
def double(_context: Any, number: int) -> int:
    if number in FAILING_AT:
        raise ValueError(str(number))
    return number * 2


@solid
def negate(_context: Any, number: int) -> int:
    return -number


@solid
def add_up(_context: Any, numbers: list[int]) -> int:
    return sum(numbers)


@pipeline
def dynamic() -> None:
    add_up(scatter().map(double).map(negate).collect())


@pytest.fixture(params=["no values", "none fails", "one fails", "two fail"])
def failing(request: pytest.FixtureRequest) -> set[int]:
    """How many values there are, and which of them can not be doubled."""
    VALUES[:] = [] if request.param == "no values" else [0, 1, 2]
    return {"one fails": {1}, "two fail": {0, 2}}.get(request.param, set())


def test_a_dynamic_run_cut_anywhere_goes_on_with_the_mapped_steps_that_are_missing(
    folder: str, failing: set[int]
) -> None:
    whole = {f"{name}[k{value}]" for name in ("double", "negate") for value in VALUES} | {"scatter", "add_up"}
    runs = Runs(dynamic, folder)
    FAILING_AT.update(failing)
    log = runs.run("first")
    FAILING_AT.clear()
    for cut in range(1, len(log) + 1):
        done = ended(log[:cut], EventType.STEP_SUCCESS)
        left = left_after(log[:cut])
        if "scatter" not in done:
            assert left.steps == ("scatter", "double[?]", "negate[?]", "add_up")
        assert bool(left.steps) is (done != whole)
        if left.steps:
            again = runs.run(f"again-{cut}", left.steps, left.known)
            assert ended(again, EventType.STEP_SUCCESS) == whole - done, f"cut behind event {cut}: {left.steps}"
            assert_a_second_cut_leaves_the_rest(again, left, whole - done)


def assert_a_second_cut_leaves_the_rest(again: list[StoredEvent], left: Left, todo: set[str]) -> None:
    for cut in range(1, len(again) + 1):
        rest = left_after(again[:cut], left.known)
        done = ended(again[:cut], EventType.STEP_SUCCESS)
        named = set(rest.steps) | {
            f"{key[:-3]}[k{value}]" for key in rest.steps if key.endswith("[?]") for value in VALUES
        }
        assert {key for key in named if not key.endswith("[?]")} == todo - done, f"second cut behind event {cut}"


@solid(output_defs=[OutputDefinition(int, "some", is_required=False), OutputDefinition(int, "sure")])
def maybe(_context: Any) -> Any:
    yield Output(1, "sure")


@solid(input_defs=[InputDefinition("number", int)])
def never(_context: Any, number: int) -> int:
    return number


@solid(input_defs=[InputDefinition("number", int)])
def always(_context: Any, number: int) -> int:
    if FAILING_AT:
        raise ValueError("always")
    return number


@pipeline
def skipping() -> None:
    some, sure = maybe()
    never.alias("behind_it")(never(some))
    always(sure)


def test_what_was_skipped_is_skipped_again_when_a_cut_run_goes_on(folder: str) -> None:
    runs = Runs(skipping, folder)
    FAILING_AT.update({0})
    log = runs.run("first")
    FAILING_AT.clear()
    skipped = {"never", "behind_it"}
    assert skipped <= ended(log, EventType.STEP_SKIPPED)
    for cut in range(1, len(log) + 1):
        left = left_after(log[:cut])
        assert {"always", *skipped} <= set(left.steps)
        again = runs.run(f"again-{cut}", left.steps, left.known)
        assert ended(again, EventType.STEP_SUCCESS) == {"maybe", "always"} - ended(log[:cut], EventType.STEP_SUCCESS)
        assert ended(again, EventType.STEP_SKIPPED) == skipped
        assert ended(again, EventType.STEP_FAILURE) == set()


def test_attempts_of_a_flaky_step_are_counted_and_its_outputs_are_those_of_the_last() -> None:
    def seen(kind: EventType, **data: Any) -> Event:
        return Event(type=kind, timestamp=1.0, step_key="flaky", data=data)

    log = [
        seen(EventType.STEP_START),
        seen(EventType.STEP_OUTPUT, output_name="early", mapping_key=None),
        seen(EventType.STEP_UP_FOR_RETRY),
        seen(EventType.STEP_RESTARTED),
        seen(EventType.STEP_OUTPUT, output_name="late", mapping_key=None),
        seen(EventType.STEP_SUCCESS),
    ]
    state = step_states(StoredEvent(run_id="r", seq=n, event=event) for n, event in enumerate(log, 1))["flaky"]
    assert (state.attempts, state.outputs, state.status) == (2, (("late", None),), "SUCCESS")


def test_a_retry_policy_counts_as_attempts_in_a_real_log(folder: str) -> None:
    feeding: Feeding = {"only": set()}
    definition = pipeline_of(feeding, World({"only": FLAKY}).compute, solid_retry_policy=RetryPolicy(max_retries=3))
    states = step_states(Runs(definition, folder).run("first"))
    assert (states["only"].attempts, states["only"].status) == (2, "SUCCESS")
