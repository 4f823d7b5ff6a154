"""Notebooks in kernels that stand ready: quick, and as alone as in a fresh one."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from jupyter_orch.execution import notebook_execution, notebook_kernels
from jupyter_orch.execution.executors.child import why_not_fork
from jupyter_orch.execution.notebook_kernels import Door, NoWarmKernel, WarmKernel, close_door, open_door, take_kernel
from jupyter_orch.processes import RUN_MARK, identify, kill_run, signal_run
from jupyter_orch_kernel.kernel_nursery import start_nursery
from tests.kernel.orders import Launched
from tests.kernel.test_notebooks import CLEANS_UP, GOES_ON, canceled, executed, is_alive, write

ARGV = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
CODE = """
book = notebook_solid("book", "book.ipynb")

@pipeline
def p(): book()
"""


@pytest.fixture
def door() -> Iterator[Door]:
    opened = start_nursery(sys.executable, os.environ, os.getcwd())
    pid = nursery()
    yield opened
    opened.socket.close()
    os.waitpid(pid, 0)


@pytest.fixture
def ready(door: Door) -> Iterator[None]:
    open_door(door)
    eventually(lambda: idle_kernel() is not None)
    eventually(lambda: not why_not_fork(), why_not_fork)
    yield
    notebook_kernels._doors.clear()


def eventually(holds: Callable[[], object], what: Callable[[], str] = str) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline, what()
        time.sleep(0.02)


def children(pid: int) -> list[int]:
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            fields = of_process(int(name), "stat").decode(errors="replace").rpartition(")")[2].split()
            if fields and int(fields[1]) == pid and fields[0] != "Z":
                found.append(int(name))
    return found


def nursery() -> int:
    """The process that keeps kernels ready; kernels of one that has ended are ours for the moment that they still live."""

    def found() -> list[int]:
        mark = b"jupyter_orch_kernel.kernel_nursery"
        return [pid for pid in children(os.getpid()) if mark in of_process(pid, "cmdline")]

    eventually(lambda: len(found()) == 1)
    return found()[0]


def of_process(pid: int, what: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/{what}").read_bytes()
    except OSError:
        return b""


def thread_count(pid: int) -> int:
    try:
        return len(os.listdir(f"/proc/{pid}/task"))
    except OSError:
        return 0


def idle_kernel() -> int | None:
    """The kernel that waits, once it has its connection file and has settled."""
    living = [pid for pid in children(nursery()) if thread_count(pid) > 4]
    return living[0] if living else None


def run(folder: Path, *cells: str, executor: str = "in_process", **more: Any) -> Launched:
    write(folder / "book.ipynb", *cells)
    return Launched(folder, CODE, executor, **more)


def kernel_said(done: Launched) -> dict[str, Any]:
    return next(event.data for event in done.events if "kernel" in event.data)


def taken(folder: Path, **env: str) -> WarmKernel:
    return take_kernel(ARGV, {}, env, str(folder))


DIRTY = """
import builtins, json, os, signal, sys, threading, types
builtins.left_behind = 1
json.left_behind = 1
sys.modules["left_behind"] = types.ModuleType("left_behind")
sys.path.append("/left/behind")
os.environ["LEFT_BEHIND"] = "1"
os.chdir("/")
os.umask(0o077)
signal.signal(signal.SIGUSR2, signal.SIG_IGN)
left = [os.open("/dev/null", os.O_RDONLY) for _ in range(20)]
x_left_behind = 1
threading.Thread(target=threading.Event().wait, name="left_behind", daemon=True).start()
"""
LOOK = """
import builtins, json, os, signal, sys, threading
print(json.dumps({
    "names": [n for n in globals() if "left_behind" in n],
    "builtins": hasattr(builtins, "left_behind"),
    "module_state": hasattr(json, "left_behind"),
    "modules": "left_behind" in sys.modules,
    "path": "/left/behind" in sys.path,
    "env": "LEFT_BEHIND" in os.environ,
    "cwd": os.getcwd(),
    "umask": os.umask(0o22),
    "handler": signal.getsignal(signal.SIGUSR2) is signal.SIG_IGN,
    "files": sorted(n for n in os.listdir("/proc/self/fd") if "/dev/null" in (os.path.realpath(f"/proc/self/fd/{n}"))),
    "threads": [t.name for t in threading.enumerate() if t.name == "left_behind"],
    "pid": os.getpid(),
}))
"""


@pytest.mark.usefixtures("ready")
def test_nothing_of_one_run_is_seen_in_the_next(tmp_path: Path) -> None:
    first = run(tmp_path, DIRTY, executor="multiprocess", run_id="run-0")
    assert first.outcome.ok, first.events
    assert kernel_said(first)["kernel"] == "warm", kernel_said(first)
    second = run(tmp_path, LOOK, executor="multiprocess")
    assert kernel_said(second)["kernel"] == "warm"
    seen = json.loads(second.out("book"))
    assert seen.pop("pid") not in (kernel_said(first)["kernel_pid"], os.getpid())
    assert not is_alive(kernel_said(first)["kernel_pid"]), "a kernel executes one notebook"
    umask = os.umask(0o22)
    os.umask(umask)
    files = seen.pop("files")
    assert len(files) <= 1, "its own standard input at most"
    assert seen == {
        "names": [], "builtins": False, "module_state": False, "modules": False, "path": False, "env": False,
        "cwd": str(tmp_path), "umask": umask, "handler": False, "threads": [],
    }  # fmt: skip


@pytest.mark.usefixtures("ready")
def test_it_is_what_a_fresh_kernel_would_have_been(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    look = (
        "import json, os, resource, sys\n"
        "hidden = {'ORCH_RUN_FOLDER', 'JPY_PARENT_PID', 'JPY_SESSION_NAME', 'JUPYTER_ORCH_RUN_ID', 'PYDEVD_USE_FRAME_EVAL'}\n"
        "print(json.dumps([os.getcwd(), {k: v for k, v in os.environ.items() if k not in hidden}, sys.executable,"
        " resource.getrlimit(resource.RLIMIT_NOFILE), sys.path, __name__, sys.argv[0]]))"
    )
    monkeypatch.setenv("ONLY_THIS_RUN", "yes")
    limits = {"executor_config": {"step_limits": {"open_files": 500}}}
    warm = run(tmp_path, look, executor="multiprocess", **limits)
    close = list(notebook_kernels._doors)
    notebook_kernels._doors.clear()
    cold = run(tmp_path, look, executor="multiprocess", **limits)
    open_door(close[0])
    assert (kernel_said(warm)["kernel"], kernel_said(cold)["kernel"]) == ("warm", "cold")
    a, b = (json.loads(line) for line in cold.out("book").splitlines())  # both runs write there
    assert a[1].get("ONLY_THIS_RUN") == "yes"
    assert a[3][0] == 500
    names = {name for name in {*a[1], *b[1]} if a[1].get(name) != b[1].get(name)}
    assert names == set()
    assert a == b


@pytest.mark.usefixtures("ready")
def test_a_kernel_that_dies_idle_is_replaced(tmp_path: Path) -> None:
    idle = idle_kernel()
    assert idle is not None
    os.kill(idle, signal.SIGKILL)
    eventually(lambda: idle_kernel() not in (None, idle))
    assert kernel_said(run(tmp_path, "1"))["kernel"] == "warm"


@pytest.mark.usefixtures("ready")
def test_a_kernel_dies_with_its_owner_whatever_its_code_does_with_signals(tmp_path: Path) -> None:
    read, write_end = os.pipe()
    owner = os.fork()
    if owner == 0:
        try:
            kernel = taken(tmp_path)
            os.write(write_end, b"%d" % kernel.pid)
            signal.pause()
        finally:
            os._exit(1)
    pid = int(os.read(read, 100))
    assert is_alive(pid)
    os.kill(owner, signal.SIGKILL)
    os.waitpid(owner, 0)
    eventually(lambda: not is_alive(pid))
    os.close(read)
    os.close(write_end)


@pytest.mark.usefixtures("ready")
def test_a_released_kernel_has_ended(tmp_path: Path) -> None:
    kernel = taken(tmp_path)
    assert not kernel.has_ended()
    kernel.release()
    eventually(lambda: not is_alive(kernel.pid))


@pytest.mark.usefixtures("ready")
def test_whoever_ends_or_holds_the_run_finds_it_by_the_mark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(RUN_MARK, "a-run-of-this-test")
    kernel = taken(tmp_path)
    nobody = identify(2**22 + 1)
    assert signal_run(nobody, "a-run-of-this-test", signal.SIGCONT) == 1
    assert kill_run(nobody, "a-run-of-this-test")
    assert kernel.has_ended(10)
    kernel.release()


@pytest.mark.usefixtures("ready")
@pytest.mark.parametrize("executor", ["in_process", "multiprocess"])
def test_a_kernel_that_dies_in_a_cell_is_a_named_failure(tmp_path: Path, executor: str) -> None:
    die = "import os, sys\nos.write(getattr(sys.stderr, '_original_stdstream_copy', 2), b'last words')\nos.kill(os.getpid(), 9)"
    done = run(tmp_path, "1", die, executor=executor)
    assert kernel_said(done)["kernel"] == "warm"
    assert done.failure("book")["message"] == "the kernel died in cell 2"
    assert "last words" in done.out("book", "err"), "what goes past the notebook goes to the step's output"


@pytest.mark.usefixtures("ready")
@pytest.mark.parametrize("executor", ["in_process", "multiprocess"])
def test_cancel_interrupts_the_cell_and_lets_it_clean_up(tmp_path: Path, executor: str) -> None:
    done, pid = canceled(tmp_path, lambda: run(tmp_path, CLEANS_UP, executor=executor))
    assert kernel_said(done) == {"kernel": "warm", "kernel_pid": pid}
    assert (tmp_path / "cleaned").exists()
    eventually(lambda: not is_alive(pid))


@pytest.mark.usefixtures("ready")
@pytest.mark.parametrize("executor", ["in_process", "multiprocess"])
def test_cancel_kills_a_kernel_whose_cell_goes_on(
    tmp_path: Path, executor: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notebook_execution, "GRACE", 0.3)
    done, pid = canceled(tmp_path, lambda: run(tmp_path, GOES_ON, executor=executor))
    assert kernel_said(done) == {"kernel": "warm", "kernel_pid": pid}
    eventually(lambda: not is_alive(pid))


@pytest.mark.usefixtures("ready")
def test_a_thread_that_keeps_the_step_from_its_kernel_is_named(tmp_path: Path) -> None:
    end = threading.Event()
    thread = threading.Thread(target=end.wait, name="market-data")
    thread.start()
    try:
        done = run(tmp_path, "1", executor="multiprocess")
    finally:
        end.set()
        thread.join()
    assert done.outcome.ok
    assert "thread 'market-data' is alive" in kernel_said(done)["reason"]


@pytest.mark.usefixtures("ready")
def test_what_a_cell_has_started_ends_with_its_kernel(tmp_path: Path) -> None:
    done = run(tmp_path, "import subprocess\nprint(subprocess.Popen(['sleep', '600']).pid)")
    assert done.outcome.ok
    eventually(lambda: not is_alive(int(done.out("book"))))


LOOKS_AT_ITSELF = """
import json, time
until = time.monotonic() + 60
states = []
while states[-2:] != ["running", "pending"] and time.monotonic() < until:
    time.sleep(0.02)
    states = [cell["metadata"]["papermill"]["status"] for cell in json.load(open(PATH))["cells"]]
print(states)
"""


@pytest.mark.usefixtures("ready")
def test_the_kept_notebook_shows_the_cell_that_is_running(tmp_path: Path) -> None:
    path = executed(tmp_path)
    done = run(tmp_path, "1", LOOKS_AT_ITSELF.replace("PATH", repr(str(path))), "2")
    assert done.outcome.ok, done.events
    assert done.out("book") == "['completed', 'completed', 'running', 'pending']\n", "the first is what was injected"
    states = [cell["metadata"]["papermill"]["status"] for cell in json.loads(path.read_text())["cells"]]
    assert states == ["completed"] * 4


@pytest.mark.usefixtures("ready")
def test_exit_handlers_have_run_when_the_step_ends(tmp_path: Path) -> None:
    mark = tmp_path / "left"
    done = run(tmp_path, f"import atexit\natexit.register(lambda: open({str(mark)!r}, 'w').write('bye'))")
    assert done.outcome.ok
    assert mark.read_text() == "bye"


@pytest.mark.usefixtures("ready")
def test_a_failing_cell_and_a_cell_that_asks_for_input(tmp_path: Path) -> None:
    assert run(tmp_path, "1/0").failure("book")["message"] == "cell 1: division by zero"
    assert "input" in run(tmp_path, "input()").failure("book")["message"]
    assert json.loads(executed(tmp_path).read_text())["metadata"]["papermill"]["exception"] is True


@pytest.mark.usefixtures("ready")
def test_many_at_once_wait_for_their_turn_or_start_cold(tmp_path: Path) -> None:
    write(tmp_path / "book.ipynb", "import os\nprint(os.getpid())")
    code = 'book = notebook_solid("book", "book.ipynb")\n\n@pipeline\ndef p():\n'
    done = Launched(tmp_path, code + "".join(f'    book.alias("b{n}")()\n' for n in range(4)), "multiprocess")
    assert done.outcome.ok
    pids = {done.out(f"b{n}").strip() for n in range(4)}
    assert len(pids) == 4


@pytest.mark.usefixtures("ready")
def test_what_acts_at_the_start_of_an_interpreter_makes_it_cold(tmp_path: Path) -> None:
    with pytest.raises(NoWarmKernel, match="another PYTHONOPTIMIZE than the location's"):
        taken(tmp_path, PYTHONOPTIMIZE="1")
    with pytest.raises(NoWarmKernel, match="its interpreter is /usr/bin/env"):
        take_kernel(["/usr/bin/env", *ARGV[1:]], {}, {}, str(tmp_path))
    with pytest.raises(NoWarmKernel, match="command of its own"):
        take_kernel([sys.executable, "-m", "other_kernel", "-f", "{connection_file}"], {}, {}, str(tmp_path))
    with pytest.raises(NoWarmKernel, match="started by 'ssh'"):
        take_kernel(ARGV, {"kernel_provisioner": {"provisioner_name": "ssh"}}, {}, str(tmp_path))
    with pytest.raises(NoWarmKernel, match="could not be made the run's own"):
        take_kernel(ARGV, {}, {}, str(tmp_path / "missing"))


def test_without_a_location_it_starts_cold_and_says_why(tmp_path: Path) -> None:
    done = run(tmp_path, "1")
    assert done.outcome.ok
    assert kernel_said(done)["reason"] == "this process does not belong to a location that keeps kernels ready"


def test_as_many_stand_ready_as_are_wanted(tmp_path: Path) -> None:
    door = start_nursery(sys.executable, os.environ, str(tmp_path), 2)
    open_door(door)
    pid = nursery()
    try:
        eventually(lambda: len([kernel for kernel in children(pid) if thread_count(kernel) > 4]) == 2)
        first, second = taken(tmp_path), taken(tmp_path)
        assert max(first.waited, second.waited) < notebook_kernels.PATIENCE
        assert first.pid != second.pid
        first.release()
        second.release()
        eventually(lambda: not {first.pid, second.pid} & set(children(pid)))
        eventually(lambda: len([kernel for kernel in children(pid) if thread_count(kernel) > 4]) == 2)
    finally:
        close_door()
        os.waitpid(pid, 0)


def test_all_ends_with_whoever_keeps_them(tmp_path: Path) -> None:
    open_door(start_nursery(sys.executable, os.environ, str(tmp_path)))
    pid = nursery()
    eventually(lambda: idle_kernel() is not None)
    idle = idle_kernel()
    assert idle is not None
    close_door()
    assert os.waitpid(pid, 0) == (pid, 0)
    eventually(lambda: not is_alive(idle))
    assert not list(Path("/tmp").glob(f"orch-kernels-{pid}-*"))
