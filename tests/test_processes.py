"""What a run has started is found and ended, all of it, and nobody else."""

from __future__ import annotations

import os
import platform
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from jupyter_orch.processes import RUN_MARK, identify, is_alive, is_local, kill_run, signal_run, this_process
from jupyter_orch.records.run import ProcessIdentity

FAMILY = """
import os, subprocess, sys, time
folder, run_id = sys.argv[1:]
def note(name, pid): open(os.path.join(folder, name), "w").write(str(pid))
wait = [sys.executable, "-c", "import time; time.sleep(300)"]
note("child", subprocess.Popen(wait).pid)
note("group", subprocess.Popen(wait, process_group=0).pid)
note("session", subprocess.Popen(wait, start_new_session=True).pid)
env = {**os.environ, "JUPYTER_ORCH_RUN_ID": run_id}
code = ("import os, sys, time\\nos.setsid()\\nif os.fork(): os._exit(0)\\n"
        "open(sys.argv[1], 'w').write(str(os.getpid()))\\ntime.sleep(300)")
subprocess.Popen([sys.executable, "-c", code, os.path.join(folder, "daemon")], env=env).wait()
note("leader", os.getpid())
time.sleep(300)
"""
NAMES = ("leader", "child", "group", "session", "daemon")


@pytest.fixture
def family(tmp_path: Path) -> Iterator[dict[str, ProcessIdentity]]:
    """A leader and what it has started, one of each kind."""
    process = subprocess.Popen([sys.executable, "-c", FAMILY, str(tmp_path), "the-run"], start_new_session=True)
    files = [tmp_path / name for name in NAMES]
    wait_for(lambda: all(path.exists() and path.read_text() for path in files))
    members = {path.name: identify(int(path.read_text())) for path in files}
    yield members
    for member in members.values():
        if is_alive(member):
            os.kill(member.pid, signal.SIGKILL)
    process.wait()


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_everything_that_a_run_has_started_is_ended(family: dict[str, ProcessIdentity]) -> None:
    assert kill_run(family["leader"], "the-run")
    assert [name for name, member in family.items() if is_alive(member)] == []


def test_when_the_leader_is_gone_what_stays_in_its_session_or_has_the_mark_is_ended(
    family: dict[str, ProcessIdentity],
) -> None:
    os.kill(family["leader"].pid, signal.SIGKILL)
    wait_for(lambda: not is_alive(family["leader"]))
    assert kill_run(family["leader"], "the-run")
    assert not [name for name in ("child", "group", "daemon") if is_alive(family[name])]


def test_a_leader_whose_number_is_somebody_elses_by_now_leaves_only_the_mark(
    family: dict[str, ProcessIdentity],
) -> None:
    somebody_else = replace(family["leader"], started=1)
    assert kill_run(somebody_else, "the-run")
    assert not is_alive(family["daemon"]) and is_alive(family["child"]) and is_alive(family["leader"])


def test_another_runs_mark_is_not_ours(family: dict[str, ProcessIdentity]) -> None:
    nobody = replace(this_process(), pid=4_194_300, started=1)
    assert signal_run(nobody, "the-ru", signal.SIGKILL) == 0
    assert all(map(is_alive, family.values())) and RUN_MARK == "JUPYTER_ORCH_RUN_ID"


def test_a_run_can_be_stopped_and_let_go_on(family: dict[str, ProcessIdentity]) -> None:
    def states() -> set[str]:
        return {Path(f"/proc/{m.pid}/stat").read_text().rsplit(")", 1)[1].split()[0] for m in family.values()}

    assert signal_run(family["leader"], "the-run", signal.SIGSTOP) >= len(NAMES)
    wait_for(lambda: states() == {"T"})
    signal_run(family["leader"], "the-run", signal.SIGCONT)
    wait_for(lambda: states() == {"S"})


def test_of_a_container_that_shares_our_name_nothing_is_known() -> None:
    me = this_process()
    boot, *_ = me.boot.split()
    elsewhere = replace(me, boot=f"{boot} pid:[4026539999]")
    before = replace(me, boot="another boot pid:[4026539999]")
    assert is_local(me) and is_alive(me)
    assert not is_local(elsewhere), "it may run, though we do not see it"
    assert is_local(before) and not is_alive(before), "nothing outlives its boot"


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc gives threads heaps of their own")
def test_threads_share_heaps() -> None:
    """Heaps of threads begin at multiples of 64 MiB."""
    code = """
import sys, threading
from jupyter_orch.processes import share_heaps
if sys.argv[1] == "shared":
    share_heaps()
gate = threading.Barrier(9)
def take():
    kept = [bytearray(50_000) for _ in range(20)]
    gate.wait(); gate.wait()
for _ in range(8):
    threading.Thread(target=take, daemon=True).start()
gate.wait()
maps = [line.split() for line in open("/proc/self/maps")]
print(sum(len(words) == 5 and int(words[0].split("-")[0], 16) % (64 << 20) == 0 and words[1] == "rw-p" for words in maps))
gate.wait()
"""
    env = {name: value for name, value in os.environ.items() if name != "MALLOC_ARENA_MAX"}
    counts = {
        how: int(subprocess.run([sys.executable, "-c", code, how], env=env, capture_output=True, check=True).stdout)
        for how in ("shared", "own")
    }
    assert counts["shared"] <= 1 < 4 <= counts["own"]
