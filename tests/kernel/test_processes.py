"""Steps in processes of their own (case 33, U6-U24, X5, X6)."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

import pytest

from jupyter_orch.execution import interrupt
from tests.kernel.orders import Launched

STEPS = """
@solid
def one(): return 1

@solid
def inc(x: int): return x + 1
"""


@pytest.mark.parametrize("executor", ["in_process", "multiprocess"])
def test_an_unrelated_branch_goes_on_and_what_follows_the_failure_does_not(tmp_path: Path, executor: str) -> None:
    run = Launched(
        tmp_path,
        STEPS
        + """
@solid
def boom(x): raise ValueError("no")

@pipeline
def p():
    v = one(); inc.alias("behind")(boom(v)); inc.alias("beside")(v)
""",
        executor,
    )
    assert not run.outcome.ok and run.outcome.failure is None
    assert run.of("beside")[-1] == "STEP_SUCCESS"
    assert run.of("behind") == ["ENGINE_EVENT"]
    failure = run.failure("boom")
    assert (failure["cls"], failure["message"], failure["code"]) == (
        "ValueError",
        "no",
        'def boom(x): raise ValueError("no")',
    )
    assert failure["file"] == run.loaded.target.path
    assert run.data("one", "STEP_START")["isolation"] == ("in_process" if executor == "in_process" else "forked")


@pytest.mark.parametrize(
    ("body", "said", "key", "value"),
    [
        ("os._exit(7)", "ended with exit code 7", "exit_code", 7),
        ("os._exit(0)", "ended with exit code 0", "exit_code", 0),
        ("os.kill(os.getpid(), signal.SIGKILL)", "ended by signal 9 (SIGKILL)", "signal", 9),
        ("os.abort()", "ended by signal 6 (SIGABRT)", "signal", 6),
        ("import ctypes; ctypes.string_at(0)", "ended by signal 11 (SIGSEGV)", "signal", 11),
    ],
)
def test_u17_a_step_process_that_dies_names_how(tmp_path: Path, body: str, said: str, key: str, value: int) -> None:
    run = Launched(
        tmp_path,
        STEPS
        + f"""
@solid
def dies(x):
    print("last words")
    {body}

@pipeline
def p():
    v = one(); dies(v); inc(v)
""",
    )
    assert said in run.failure("dies")["message"]
    assert run.data("dies", "STEP_FAILURE")[key] == value
    assert run.of("inc")[-1] == "STEP_SUCCESS"
    assert run.out("dies") == "last words\n"
    if value in (6, 11):
        assert "dies" in run.out("dies", "err"), "faulthandler says where Python was"


@pytest.mark.parametrize("error", ["SystemExit(3)", "KeyboardInterrupt()", "GeneratorExit()", "BaseException('odd')"])
@pytest.mark.parametrize("executor", ["in_process", "multiprocess"])
def test_u16_any_exception_of_user_code_fails_the_step_and_the_run_ends_in_order(
    tmp_path: Path, error: str, executor: str
) -> None:
    run = Launched(
        tmp_path,
        STEPS
        + f"""
@solid
def raises(x): raise {error}

@pipeline
def p():
    v = one(); raises(v); inc(v)
""",
        executor,
    )
    assert run.failure("raises")["cls"] == error.partition("(")[0]
    assert run.of("inc")[-1] == "STEP_SUCCESS"
    assert not run.outcome.ok and not run.outcome.canceled


def test_x5_one_line_and_gone_at_once_is_captured_every_time(tmp_path: Path) -> None:
    run = Launched(
        tmp_path,
        """
@solid
def speaks():
    sys.stdout.write("line"); os._exit(1)

@pipeline
def p():
    for i in range(200): speaks.alias(f"s{i}")()
""",
    )
    assert [run.out(f"s{index}") for index in range(200)] == ["line"] * 200


def test_output_of_children_and_of_replaced_streams_is_captured_at_the_descriptors(tmp_path: Path) -> None:
    run = Launched(
        tmp_path,
        """
@solid
def noisy():
    os.write(2, b"\\xff raw\\n")
    subprocess.run(["echo", "from a child"])
    sys.stdout = open(os.devnull, "w")
    print("nobody hears this")

@solid(input_defs=[InputDefinition("after", Nothing)])
def closes():
    print("before")
    os.close(1); os.close(2)

@solid(input_defs=[InputDefinition("after", Nothing)])
def later(): print("still here")

@pipeline
def p(): later(closes(noisy()))
""",
        "in_process",
    )
    assert run.outcome.ok, run.events[-1]
    assert run.out("noisy") == "from a child\n"
    assert (run.logs / "noisy.err").read_bytes() == b"\xff raw\n"
    assert run.out("closes") == "before\n"


def test_each_attempt_appends_to_the_same_files(tmp_path: Path) -> None:
    run = Launched(
        tmp_path,
        """
@solid
def flaky(context):
    print("attempt", context.retry_number)
    if context.retry_number < 2: raise RetryRequested(2)

@pipeline
def p(): flaky()
""",
    )
    assert run.outcome.ok
    assert run.out("flaky") == "attempt 0\nattempt 1\nattempt 2\n"
    assert [e.data["attempt"] for e in run.events if e.type in ("STEP_START", "STEP_RESTARTED")] == [1, 2, 3]


def test_u6_there_is_no_standard_input(tmp_path: Path) -> None:
    run = Launched(
        tmp_path,
        """
@solid
def asks(): input()

@pipeline
def p(): asks()
""",
    )
    assert run.failure("asks")["cls"] == "EOFError"


def test_u23_what_a_step_does_to_its_process_stays_there(tmp_path: Path) -> None:
    run = Launched(
        tmp_path,
        """
@solid
def spoils():
    os.environ["SPOILED"] = "1"; os.chdir("/"); sys.setrecursionlimit(77)

@solid(input_defs=[InputDefinition("after", Nothing)])
def looks(): return [os.environ.get("SPOILED"), os.getcwd() == "/", sys.getrecursionlimit() == 77]

@solid
def tells(context, seen): context.log.info(str(seen))

@pipeline
def p(): tells(looks(spoils()))
""",
    )
    assert [e.message for e in run.events if e.type == "LOG"] == ["[None, False, False]"]


def test_u24_processes_that_a_step_leaves_behind_are_ended_and_said(tmp_path: Path) -> None:
    run = Launched(
        tmp_path,
        """
@solid
def leaves():
    child = subprocess.Popen(["sleep", "60"])
    open("pid", "w").write(str(child.pid))

@pipeline
def p(): leaves()
""",
    )
    assert run.outcome.ok
    pid = int((tmp_path / "pid").read_text())
    assert _gone(pid, 2)


def _gone(pid: int, seconds: float) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            with open(f"/proc/{pid}/stat") as file:
                if file.read().rpartition(")")[2].split()[0] == "Z":
                    return True
        except FileNotFoundError:
            return True
        time.sleep(0.02)
    return False


def _cancel_after(folder: Path, mark: str) -> threading.Thread:
    """SIGTERM to this process as soon as a file stands there; our handler is the one of run_plan."""

    def wait() -> None:
        until = time.monotonic() + 20
        while not (folder / mark).exists() and time.monotonic() < until:
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGTERM)

    thread = threading.Thread(target=wait)
    thread.start()
    return thread


@pytest.fixture
def term_handler() -> object:
    """The runner's own handler, as the process around a plan installs it."""

    def handler(_number: int, _frame: object) -> None:
        raise interrupt.RunCanceled

    before = signal.signal(signal.SIGTERM, handler)
    yield handler
    signal.signal(signal.SIGTERM, before)


def test_cancel_in_process_fails_the_step_and_tears_down_in_reverse(tmp_path: Path, term_handler: object) -> None:
    canceler = _cancel_after(tmp_path, "started")
    run = Launched(
        tmp_path,
        """
def traced(name, needs=()):
    @resource(required_resource_keys=set(needs))
    def made(context):
        yield name
        print("closed", name, file=open("closed", "a"))
    return made

@solid(required_resource_keys={"b"})
def loops(context):
    try:
        open("started", "w").close()
        while True: time.sleep(0.01)
    finally:
        print("finally", file=open("closed", "a"))

@solid(input_defs=[InputDefinition("after", Nothing)])
def never(): pass

@pipeline(mode_defs=[ModeDefinition(resource_defs={"a": traced("a"), "b": traced("b", ["a"])})])
def p(): never(loops())
""",
        "in_process",
    )
    canceler.join()
    assert run.outcome.canceled and not run.outcome.ok
    assert run.failure("loops")["message"] == "canceled"
    assert run.of("never") == []
    assert (tmp_path / "closed").read_text() == "finally\nclosed b\nclosed a\n"


def test_x6_cancel_ends_children_and_grandchildren_that_ignore_it(tmp_path: Path, term_handler: object) -> None:
    canceler = _cancel_after(tmp_path, "stubborn")
    began = time.monotonic()
    run = Launched(
        tmp_path,
        """
@solid
def stubborn():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    ignore = "import signal,time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"
    child = subprocess.Popen([sys.executable, "-c", ignore])
    open("pids", "w").write(f"{os.getpid()} {child.pid}")
    os.rename("pids", "stubborn")
    while True: time.sleep(0.01)

@solid
def gentle(): time.sleep(60)

@pipeline
def p(): stubborn(); gentle()
""",
        executor_config={"termination_grace_seconds": 0.5},
    )
    canceler.join()
    assert run.outcome.canceled
    assert time.monotonic() - began < 15
    assert "killed" in run.failure("stubborn")["message"]
    assert run.failure("gentle")["message"] == "canceled"
    for pid in map(int, (tmp_path / "stubborn").read_text().split()):
        assert _gone(pid, 1)


def test_a_step_may_not_take_longer_than_its_tag_says(tmp_path: Path) -> None:
    run = Launched(
        tmp_path,
        """
@solid(tags={"dagster/step_timeout": "0.2"})
def slow(): time.sleep(30)

@pipeline
def p(): slow()
""",
    )
    assert run.failure("slow")["message"] == "step 'slow' took longer than 0.2 s"


def test_priority_and_limits_per_tag_order_the_steps(tmp_path: Path) -> None:
    run = Launched(
        tmp_path,
        """
@solid
def step(): time.sleep(0.03)

@pipeline
def p():
    for i in range(3): step.alias(f"low{i}").tag({"pool": "a"})()
    step.alias("high").tag({"dagster/priority": "5", "pool": "a"})()
    step.alias("free")()
""",
        executor_config={"max_concurrent": 4, "tag_concurrency_limits": [{"key": "pool", "value": "a", "limit": 1}]},
    )
    starts = [e for e in run.events if e.type == "STEP_START"]
    assert [e.step_key for e in starts if e.step_key != "free"] == ["high", "low0", "low1", "low2"]
    running, most = set(), 0
    for event in run.events:
        if event.step_key and event.step_key != "free":
            if event.type == "STEP_START":
                running.add(event.step_key)
            elif event.type == "STEP_SUCCESS":
                running.discard(event.step_key)
            most = max(most, len(running))
    assert most == 1
    assert run.outcome.ok


def test_the_spawned_form_loads_the_code_again_and_gives_the_same(tmp_path: Path) -> None:
    code = (
        STEPS
        + """
@solid(output_defs=[DynamicOutputDefinition()])
def many(x):
    for i in range(2): yield DynamicOutput(i, f"k{i}")

@solid
def total(context, xs): context.log.info(str(sum(xs)))

@pipeline
def p(): total(many(one()).map(inc).collect())
"""
    )
    run = Launched(tmp_path, code, executor_config={"start_method": {"spawn": {}}, "max_concurrent": 2})
    assert run.outcome.ok, [e.data for e in run.events if e.type == "STEP_FAILURE"]
    assert {run.data(key, "STEP_START")["isolation"] for key in ("one", "many", "inc[k0]", "total")} == {"spawned"}
    assert [e.message for e in run.events if e.type == "LOG"] == ["3"]


def test_values_in_memory_are_refused_before_anything_runs(tmp_path: Path) -> None:
    run = Launched(
        tmp_path,
        STEPS
        + """
@pipeline(mode_defs=[ModeDefinition(resource_defs={"io_manager": mem_io_manager})])
def p(): inc(one())
""",
    )
    assert run.outcome.failure is not None
    assert "kept in memory by 'io_manager'" in run.outcome.failure.message
    assert run.of("one") == []


def test_a_resource_that_can_not_be_opened_fails_its_step_alone(tmp_path: Path) -> None:
    run = Launched(
        tmp_path,
        STEPS
        + """
@resource
def broken(_): raise OSError("no connection")

@solid(required_resource_keys={"broken"})
def uses(): pass

@pipeline(mode_defs=[ModeDefinition(resource_defs={"broken": broken})])
def p(): uses(); one()
""",
    )
    assert run.of("uses")[-1] == "STEP_FAILURE" and "STEP_START" not in run.of("uses")
    assert run.of("one")[-1] == "STEP_SUCCESS"


def test_x4_many_steps_that_log_a_lot_lose_nothing_and_keep_their_order(tmp_path: Path) -> None:
    run = Launched(
        tmp_path,
        """
@solid
def talks(context):
    for number in range(500): context.log.info(str(number))

@pipeline
def p():
    for i in range(8): talks.alias(f"t{i}")()
""",
        executor_config={"max_concurrent": 8},
    )
    assert run.outcome.ok
    for index in range(8):
        lines = [e.message for e in run.events if e.type == "LOG" and e.step_key == f"t{index}"]
        assert lines == [str(number) for number in range(500)]


def test_a_step_may_log_from_its_own_threads_and_huge_lines(tmp_path: Path) -> None:
    run = Launched(
        tmp_path,
        """
@solid
def talks(context):
    def work(n):
        for i in range(50): context.log.info(f"{n} " + "x" * 20_000)
    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for t in threads: t.start()
    for t in threads: t.join()

@pipeline
def p(): talks()
""",
    )
    assert run.outcome.ok
    assert sorted(e.message[0] for e in run.events if e.type == "LOG") == sorted("0123" * 50)
    assert all(len(e.message) == 20_002 for e in run.events if e.type == "LOG")


@pytest.mark.parametrize("executor", ["in_process", "multiprocess"])
def test_memory_and_processor_time_of_each_step_are_recorded(tmp_path: Path, executor: str) -> None:
    run = Launched(
        tmp_path,
        """
@solid
def light(): return 1

@solid
def heavy(x):
    until = time.process_time() + 0.2
    ballast = bytearray(150_000_000)
    while time.process_time() < until: pass

@pipeline
def p(): heavy(light())
""",
        executor,
    )
    light, heavy = (run.data(step, "STEP_SUCCESS") for step in ("light", "heavy"))
    assert heavy["cpu_seconds"] >= 0.2 > light["cpu_seconds"]
    assert heavy["peak_rss_bytes"] >= 150_000_000
    assert heavy["peak_rss_bytes"] >= light["peak_rss_bytes"]
