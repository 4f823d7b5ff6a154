"""Running a plan on an order: known work, wrong orders, errors of odd shapes (case 28, U15)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import jupyter_orch as orch
from jupyter_orch.execution.known import from_failure, known_from
from jupyter_orch.execution.progress import Progress
from jupyter_orch.plan.prepare import prepare
from jupyter_orch.records.event import Event, EventType
from jupyter_orch.records.messages import KnownState
from jupyter_orch_kernel.run_plan import run_plan
from tests.execution.quiet import run as run_here
from tests.kernel.orders import Launched

STEPS = """
@solid
def one(): return 1

@solid
def inc(x: int): return x + 1
"""


def test_finished_steps_are_not_run_again_and_their_values_come_from_their_run(tmp_path: Path) -> None:
    code = (
        STEPS
        + """
@pipeline
def p(): inc.alias("c")(inc.alias("b")(one()))
"""
    )
    first = Launched(tmp_path, code, "in_process", run_id="first")
    assert first.outcome.ok
    known = KnownState(
        source_run_ids={"one": "first", "b": "first"}, outputs={"one": ("result",), "b": ("result",)}, attempts={"c": 1}
    )
    second = Launched(tmp_path, code, "in_process", run_id="second", known=known)
    assert second.outcome.ok
    assert second.of("one") == second.of("b") == []
    assert second.data("c", "STEP_RESTARTED")["attempt"] == 2
    assert second.data("c", "LOADED_INPUT")["upstream_step"] == "b"


def test_only_the_named_steps_run(tmp_path: Path) -> None:
    code = (
        STEPS
        + """
@pipeline
def p(): inc.alias("c")(inc.alias("b")(one()))
"""
    )
    assert Launched(tmp_path, code, "in_process").outcome.ok
    again = Launched(
        tmp_path,
        code,
        "in_process",
        step_keys=("c",),
        known=KnownState(source_run_ids={"b": "run-1"}, outputs={"b": ("result",)}),
    )
    assert again.outcome.ok
    assert [s["key"] for s in again.events[0].data["plan"]["steps"]] == ["c"]
    assert again.of("b") == []


def test_a_run_says_that_its_code_was_changed_after_it_was_submitted(tmp_path: Path) -> None:
    run = Launched(tmp_path, STEPS + "@pipeline\ndef p(): inc(one())\n", "in_process")
    now = run.loaded.code_version
    for submitted, is_told in (("", False), (now, False), (f"{now}+edited", False), ("another", True)):
        said: list[Event] = []
        assert run_plan(run.loaded, replace(run.spec, code_version=submitted), said.append).ok
        assert any("changed after this run" in event.message for event in said) == is_told


def test_a_wrong_order_is_an_outcome_and_no_accident(tmp_path: Path) -> None:
    run = Launched(tmp_path, STEPS + "@pipeline\ndef p(): inc(one())\n", "in_process")
    events: list[Event] = []
    wrong = run_plan(run.loaded, replace(run.spec, run_config={"solids": {"nope": {}}, "x": 1}), events.append)
    assert wrong.failure is not None and wrong.failure.cls == "DagsterInvalidConfigError"
    assert "'nope'" in wrong.failure.message and "'x'" in wrong.failure.message
    missing = run_plan(run.loaded, replace(run.spec, selector=replace(run.spec.selector, pipeline="q")), events.append)
    assert missing.failure is not None and "no pipeline 'q'" in missing.failure.message
    step = run_plan(run.loaded, replace(run.spec, step_keys=("inx",)), events.append)
    assert step.failure is not None and "did you mean 'inc'" in step.failure.message


@pytest.mark.parametrize(
    ("code", "cls", "said"),
    [
        ("class E(Exception):\n    def __str__(self): raise RuntimeError\nraise E()", "E", "can not be shown"),
        ("def f(n): return f(n+1)\nf(0)", "RecursionError", "recursion"),
        ("raise ValueError('x' * 10_000_000)", "ValueError", "xxx"),
        ("e = ValueError('a'); e.__cause__ = e; raise e", "ValueError", "a"),
        (
            "e = None\nfor i in range(1000):\n    n = ValueError(str(i)); n.__cause__ = e; e = n\nraise e",
            "ValueError",
            "999",
        ),
    ],
)
def test_u15_errors_of_odd_shapes_are_cut_and_never_hang(tmp_path: Path, code: str, cls: str, said: str) -> None:
    body = "\n".join("    " + line for line in code.split("\n"))
    run = Launched(tmp_path, f"@solid\ndef odd():\n{body}\n\n@pipeline\ndef p(): odd()\n", "in_process")
    failure = run.failure("odd")
    assert failure["cls"] == cls and said in failure["message"]
    assert len(failure["message"]) <= 16 * 1024 + 1 and len(failure["stack"]) <= 200
    depth = 0
    while failure["cause"]:
        failure, depth = failure["cause"], depth + 1
    assert depth <= 10


GROUPS = """
class Unprintable(ExceptionGroup):
    def __str__(self): raise RuntimeError
    exceptions = property(lambda self: 1 / 0)

class Mute(Exception):
    def __str__(self): raise RuntimeError

def fell():
    try:
        raise TypeError("b")
    except TypeError as error:
        return error

@solid
def plain(): raise ExceptionGroup("eg", [ValueError("a\\nof two lines"), ExceptionGroup("inner", [fell(), Mute()])])

@solid
def unprintable(): raise Unprintable("eg", [KeyError("k")])

@solid
def as_cause(): raise ValueError("outer") from ExceptionGroup("eg", [KeyError("k")])

@solid
def many(): raise ExceptionGroup("eg", [ValueError("x" * 10_000_000)] * 1_000)

@solid
def deep():
    error = ValueError("bottom")
    for n in range(1000):
        error = ExceptionGroup(str(n), [error])
    raise error

@pipeline
def p(): plain(); unprintable(); as_cause(); many(); deep()
"""


@pytest.mark.parametrize("executor", ["in_process", "multiprocess"])
def test_u15_what_an_exception_group_holds_is_named(tmp_path: Path, executor: str) -> None:
    run = Launched(tmp_path, GROUPS, executor)
    failure = run.failure("plain")
    file = run.loaded.target.path
    line = 1 + Path(file).read_text().split("\n").index('        raise TypeError("b")')
    assert failure["cls"] == "ExceptionGroup"
    assert failure["message"].split("\n") == [
        "eg (2 sub-exceptions)",
        "  - ValueError: a",
        "    of two lines",
        "  - ExceptionGroup: inner (2 sub-exceptions)",
        f"    - TypeError: b ({file}:{line})",
        "    - Mute: the text of this Mute can not be shown: its __str__ raised RuntimeError",
    ]
    odd = run.failure("unprintable")["message"].split("\n")
    assert "can not be shown" in odd[0] and odd[1:] == ["  - KeyError: 'k'"]
    assert run.failure("as_cause")["message"] == "outer"
    assert run.failure("as_cause")["cause"]["message"].endswith("\n  - KeyError: 'k'")
    many, deep = run.failure("many")["message"], run.failure("deep")["message"]
    assert len(many) <= 16 * 1024 + 1 and many.count("ValueError") == 20 and many.endswith("\n  - and more")
    assert deep.count("\n") == 5


def test_own_frames_are_not_shown(tmp_path: Path) -> None:
    run = Launched(tmp_path, "@solid\ndef odd():\n    return 1 / 0\n\n@pipeline\ndef p(): odd()\n", "in_process")
    failure = run.failure("odd")
    assert len(failure["stack"]) == 1
    assert (failure["line"], failure["code"]) == (6, "return 1 / 0")


@orch.solid(output_defs=[orch.DynamicOutputDefinition(int)])
def many() -> Any:
    yield orch.DynamicOutput(1, "a")
    yield orch.DynamicOutput(2, "b")


@orch.solid(output_defs=[orch.OutputDefinition(int, is_required=False)])
def absent() -> Any:
    yield from ()


@orch.solid
def inc(x: int) -> int:
    return x + 1


@orch.solid
def total(xs: list[int]) -> int:
    return sum(xs)


@orch.pipeline
def varied() -> None:
    total(many().map(lambda item: inc.alias("again")(inc(item))).collect())
    inc.alias("skipped")(absent())
    inc.alias("tail")(total.alias("direct")(many.alias("others")().collect()))


EVENTS = [event.event for event in run_here(varied).event_list]
PLAN = prepare(varied, None, {}).plan


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.integers(0, len(EVENTS)), st.sets(st.sampled_from(["inc[a]", "again[b]", "others", "total"]), max_size=2))
def test_property_after_a_crash_anywhere_exactly_the_unfinished_and_what_follows_run_again(
    cut: int, failed: set[str]
) -> None:
    """Case 28: failed ∪ started without end ∪ never started ∪ dependants; right also with dynamic steps."""
    seen = [
        _failed(event) if event.step_key in failed and event.type is EventType.STEP_SUCCESS else event
        for event in EVENTS[:cut]
    ]
    succeeded = {event.step_key for event in seen if event.type is EventType.STEP_SUCCESS}
    known = from_failure(seen, PLAN, "parent")
    assert set(known.outputs) <= succeeded
    for key in known.outputs:
        assert _feeders(key) <= set(known.outputs), "what is kept depends only on what is kept"
    for key in succeeded - set(known.outputs):
        above = _above(str(key))
        assert any(name not in succeeded for name in above), f"{key} had no reason to run again"
    progress = Progress(PLAN, None, known)
    ran: set[str] = set()
    while not progress.is_done:
        for step in progress.take_ready(5):
            ran.add(step.key)
            for event in (e for e in EVENTS if e.step_key == step.key):
                progress.note(event)
    assert ran.isdisjoint(known.outputs)
    assert ran | set(known.outputs) == {str(e.step_key) for e in EVENTS if e.type is EventType.STEP_SUCCESS}


def _failed(event: Event) -> Event:
    return Event(type=EventType.STEP_FAILURE, timestamp=event.timestamp, step_key=event.step_key, data={"attempt": 1})


def _above(key: str) -> set[str]:
    found: set[str] = set()
    edge = {key}
    while edge:
        edge = {name for item in edge for name in _feeders(item)} - found
        found |= edge
    return found


def _feeders(key: str) -> set[str]:
    names = PLAN.feeders(key)
    return {
        made
        for name in names
        for made in ([name] if not name.endswith("[?]") else [name.replace("?", k) for k in "ab"])
    }


def test_known_work_of_a_run_names_outputs_and_mapping_keys() -> None:
    known = known_from(EVENTS, "r")
    assert known.outputs["absent"] == ()
    assert known.mapping_keys == {"many.result": ("a", "b"), "others.result": ("a", "b")}
    assert set(known.source_run_ids.values()) == {"r"}


def test_a_launched_run_names_the_resource_or_logger_that_can_not_be_made(tmp_path: Path) -> None:
    code = """
@resource
def warehouse(_): raise ValueError("boom")

@logger
def mine(_): raise ValueError("boom")

@solid(required_resource_keys={"warehouse"})
def ask(_): pass

@pipeline(mode_defs=[ModeDefinition(resource_defs={"warehouse": warehouse}, logger_defs={"mine": mine})])
def p(): ask()
"""
    in_process = Launched(tmp_path, code, "in_process").outcome.failure
    assert in_process is not None and in_process.cause is not None
    assert (in_process.cls, in_process.cause.cls) == ("DagsterResourceFunctionError", "ValueError")
    assert "resource 'warehouse'" in in_process.message
    told = Launched(tmp_path, code, "multiprocess").data("ask", "STEP_FAILURE")["failure"]
    assert (told["cls"], told["cause"]["cls"]) == ("DagsterResourceFunctionError", "ValueError")
    assert "resource 'warehouse'" in told["message"]
    logged = Launched(tmp_path, code, "in_process", {"loggers": {"mine": {}}}).outcome.failure
    assert logged is not None and logged.cause is not None
    assert (logged.cls, logged.cause.cls) == ("DagsterRunSetupError", "ValueError")
    assert "logger 'mine'" in logged.message
