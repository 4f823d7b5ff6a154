"""Steps that are killed: the others go on, resources are closed (U17, U25, case 33)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.kernel.orders import Launched

RESOURCES = """
def traced(name, needs=()):
    @resource(required_resource_keys=set(needs))
    def made(context):
        diary = open("diary", "a")
        print("open", name, file=diary, flush=True)
        state = []
        yield state
        print("close", name, *state, file=diary, flush=True)
    return made

MODE = ModeDefinition(resource_defs={"a": traced("a"), "b": traced("b", ["a"])})
"""
ENDS = [
    ("os.kill(os.getpid(), signal.SIGKILL)", "signal", 9, "ended by signal 9 (SIGKILL)"),
    ("os.abort()", "signal", 6, "ended by signal 6 (SIGABRT)"),
    ("import ctypes; ctypes.string_at(0)", "signal", 11, "ended by signal 11 (SIGSEGV)"),
    ("os._exit(7)", "exit_code", 7, "ended with exit code 7"),
]


@pytest.mark.parametrize(("body", "key", "value", "said"), ENDS, ids=["kill", "abort", "segfault", "exit"])
@pytest.mark.parametrize("start", ["fork", "spawn"])
def test_resources_of_a_killed_step_are_closed_in_reverse(
    tmp_path: Path, body: str, key: str, value: int, said: str, start: str
) -> None:
    run = Launched(
        tmp_path,
        RESOURCES
        + f"""
@solid(required_resource_keys={{"b"}})
def dies(context):
    context.resources.b.append("lost")
    print("last words", flush=True)
    {body}

@solid(required_resource_keys={{"a"}}, input_defs=[InputDefinition("after", Nothing)])
def behind(context): pass

@solid
def beside(): return 1

@pipeline(mode_defs=[MODE])
def p(): behind(dies()); beside()
""",
        executor_config={"start_method": {start: {}}, "max_concurrent": 1},
    )
    assert not run.outcome.ok
    assert said in run.failure("dies")["message"] and run.data("dies", "STEP_FAILURE")[key] == value
    assert (tmp_path / "diary").read_text().splitlines() == ["open a", "open b", "close b", "close a"]
    assert run.of("behind") == ["ENGINE_EVENT"] and run.of("beside")[-1] == "STEP_SUCCESS"
    assert run.out("dies") == "last words\n"
    closed = [event.data["resources"] for event in run.events if event.message.startswith("Closed resources")]
    assert closed == [["b", "a"]]


@pytest.mark.parametrize("fails", [False, True])
def test_a_step_that_is_not_killed_closes_its_resources_itself_and_once(tmp_path: Path, fails: bool) -> None:
    run = Launched(
        tmp_path,
        RESOURCES
        + f"""
@solid(required_resource_keys={{"a", "b"}})
def uses(context):
    context.resources.a.append("seen by a")
    context.resources.b.append("seen by b")
    if {fails}: raise ValueError("no")

@pipeline(mode_defs=[MODE])
def p(): uses()
""",
    )
    assert run.outcome.ok is not fails
    diary = (tmp_path / "diary").read_text().splitlines()
    assert diary == ["open a", "open b", "close b seen by b", "close a seen by a"]


def test_a_step_that_is_killed_while_it_writes_a_huge_event_leaves_no_half_event_behind(tmp_path: Path) -> None:
    run = Launched(
        tmp_path,
        RESOURCES
        + """
@solid(required_resource_keys={"a"})
def dies(context):
    threading.Timer(0.3, lambda: os.kill(os.getpid(), signal.SIGKILL)).start()
    while True:
        context.log.info("x" * 200_000)

@pipeline(mode_defs=[MODE])
def p(): dies()
""",
    )
    assert "SIGKILL" in run.failure("dies")["message"]
    assert (tmp_path / "diary").read_text().splitlines() == ["open a", "close a"]
