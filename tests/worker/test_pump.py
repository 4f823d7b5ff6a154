"""What a worker makes of a runner's line, with a real process at the other end of it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from jupyter_orch.ports import Guard, StorageUnavailable
from jupyter_orch.processes import identify, is_alive, this_process
from jupyter_orch.records.run import Run
from jupyter_orch.records.status import RunStatus
from jupyter_orch.runs.journal import Journal
from jupyter_orch.runs.recovery import Recovery
from jupyter_orch.settings import RunMonitoring
from jupyter_orch.storage.sql import SqlStorage
from jupyter_orch.worker import pump as pump_module
from jupyter_orch.worker.pump import Pump
from jupyter_orch.worker.runner_process import Runner
from jupyter_orch.worker.wakeup import Wakeup
from tests.conftest import submission

START = """
import os, signal, socket, subprocess, sys, time
from jupyter_orch import wire
line = socket.socket(fileno=int(sys.argv[1]))
def event(kind, step=None, **data):
    wire.send(line, {"k": "events", "v": [
        {"type": kind, "timestamp": time.time(), "message": kind, "step_key": step, "data": data}]})
def done(ok, canceled=False, failure=None):
    wire.send(line, {"k": "done", "ok": ok, "canceled": canceled, "failure": failure})
"""


class Scripted:
    """A claimed run whose runner is a small program."""

    def __init__(self, storage: SqlStorage, program: str) -> None:
        self.storage = storage
        self.journal = Journal(storage, lambda _: None)
        self.recovery = Recovery(storage, self.journal, RunMonitoring())
        submitted, _ = self.journal.submit(submission())
        won = self.journal.dequeue(submitted)
        assert won is not None
        run = self.journal.claim(won[0].run_id, won[0].epoch, won[1], this_process(), "by a test")
        assert run is not None
        self.run: Run = run
        ours, theirs = socket.socketpair()
        with theirs:
            process = subprocess.Popen(
                [sys.executable, "-c", START + program, str(theirs.fileno())],
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
            )
        self.runner = Runner(
            line=ours,
            run_id=run.run_id,
            identity=identify(process.pid),
            warm=True,
            note="",
            process=process,
        )

    def drive(self) -> bool:
        with Wakeup() as wakeup:
            return Pump(self.run, self.runner, self.journal, wakeup, self.recovery).drive()

    def wait_until_said(self, text: str) -> None:
        """Until the program has said it; nothing of its line is taken."""
        deadline = time.monotonic() + 60
        while text.encode() not in self.runner.line.recv(1 << 16, socket.MSG_PEEK):
            assert time.monotonic() < deadline
            time.sleep(0.01)

    def now(self) -> Run:
        found = self.storage.get_run(self.run.run_id)
        assert found is not None
        return found

    def kinds(self) -> list[tuple[str, str | None]]:
        return [(e.event.type.value, e.event.step_key) for e in self.storage.read_events(self.run.run_id)][4:]


@pytest.fixture(autouse=True)
def signals_as_before() -> Iterator[None]:
    kept = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGUSR1, signal.SIGINT)}
    yield
    signal.set_wakeup_fd(-1)
    for number, handler in kept.items():
        signal.signal(number, handler)


def test_all_events_arrive_before_the_end(storage: SqlStorage) -> None:
    scripted = Scripted(storage, "for n in range(2000): event('LOG', n=n)\ndone(True)")
    assert scripted.drive()
    assert scripted.now().status == RunStatus.SUCCESS
    logged = [e.event.data["n"] for e in storage.read_events(scripted.run.run_id, limit=5000, types=["LOG"])]
    assert logged == list(range(2000))
    assert scripted.kinds()[0] == ("ENGINE_EVENT", None)


def test_a_reported_failure_is_the_runs_failure(storage: SqlStorage) -> None:
    scripted = Scripted(storage, "done(False, failure={'cls': 'StepFailed', 'message': 'step a failed', 'stack': []})")
    assert scripted.drive()
    failure = scripted.now().failure
    assert failure is not None and failure.message == "step a failed"


def test_a_step_that_failed_is_the_runs_failure_by_what_it_raised(storage: SqlStorage) -> None:
    cause = {"cls": "KeyError", "message": "'k'"}
    raised = {"cls": "ValueError", "message": "outer", "cause": cause}
    scripted = Scripted(storage, f"event('STEP_FAILURE', 'a', failure={raised})\ndone(False)")
    assert scripted.drive()
    failure = scripted.now().failure
    assert failure is not None and failure.message == "step a failed: ValueError: outer"
    assert failure.cause is not None and failure.cause.cls == "KeyError"


@pytest.mark.parametrize(
    ("ending", "words"),
    [
        ("os.kill(os.getpid(), 9)", "signal 9 (SIGKILL)"),
        ("os.kill(os.getpid(), 11)", "signal 11 (SIGSEGV)"),
        ("os._exit(3)", "exit code 3"),
    ],
)
def test_a_runner_that_dies_is_a_failure_with_its_signal_and_open_steps_fail(
    storage: SqlStorage, ending: str, words: str
) -> None:
    scripted = Scripted(
        storage, f"event('STEP_START', 'a'); event('STEP_SUCCESS', 'a'); event('STEP_START', 'b'); {ending}"
    )
    assert scripted.drive()
    run = scripted.now()
    assert run.status == RunStatus.FAILURE and run.failure is not None and words in run.failure.message
    steps = [k for k in scripted.kinds() if k[1] is not None]
    assert steps == [("STEP_START", "a"), ("STEP_SUCCESS", "a"), ("STEP_START", "b"), ("STEP_FAILURE", "b")]


def test_what_a_dead_runner_had_started_is_ended(storage: SqlStorage) -> None:
    program = """
child = subprocess.Popen(["sleep", "300"], process_group=0)
event("STEP_START", "a", child=child.pid)
os.kill(os.getpid(), 9)
"""
    scripted = Scripted(storage, program)
    assert scripted.drive()
    child = storage.read_events(scripted.run.run_id, types=["STEP_START"])[0].event.data["child"]
    deadline = time.monotonic() + 3
    while is_alive(identify(child)) and identify(child).started and time.monotonic() < deadline:
        time.sleep(0.01)
    assert identify(child).started == 0


def test_a_cancel_reaches_the_runner_and_ends_the_run(storage: SqlStorage) -> None:
    program = """
def stop(*_):
    done(False, canceled=True)
    os._exit(0)
signal.signal(signal.SIGTERM, stop)
event("STEP_START", "a")
time.sleep(60)
"""
    scripted = Scripted(storage, program)
    scripted.journal.request_cancel(scripted.run, "ada")
    time.sleep(0.5)  # the runner must have its handler before the first look at the row
    assert scripted.drive()
    assert scripted.now().status == RunStatus.CANCELED


@pytest.mark.parametrize("end", ["done(False, canceled=True)", "os.kill(os.getpid(), 9)"])
def test_a_run_that_is_canceled_while_its_time_runs_out_is_canceled(storage: SqlStorage, end: str) -> None:
    program = f"""
def stop(*_):
    line.setblocking(True)
    line.recv(1)  # until the cancel was asked for
    {end}
    os._exit(0)
signal.signal(signal.SIGTERM, stop)
event("STEP_START", "a")
time.sleep(60)
"""
    scripted = Scripted(storage, program)
    asked: list[Run | None] = []

    def stop_then_cancel() -> None:
        scripted.runner.__class__.cancel(scripted.runner)
        asked.append(scripted.journal.request_cancel(scripted.run, "ada"))
        scripted.runner.line.send(b".")

    with Wakeup() as wakeup, pytest.MonkeyPatch.context() as patched:
        pump = Pump(scripted.run, scripted.runner, scripted.journal, wakeup, scripted.recovery, max_runtime=0.0)
        patched.setattr(pump, "_stop_runner", stop_then_cancel)
        scripted.wait_until_said("STEP_START")
        assert pump.drive()
    assert asked[0] is not None and scripted.now().status == RunStatus.CANCELED


def test_a_runner_that_ignores_cancel_is_killed(storage: SqlStorage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pump_module, "CANCEL_GRACE", 0.2)
    monkeypatch.setattr(pump_module, "TURN", 0.1)
    scripted = Scripted(
        storage, "signal.signal(signal.SIGTERM, signal.SIG_IGN)\nevent('STEP_START', 'a')\ntime.sleep(60)"
    )
    scripted.journal.request_cancel(scripted.run, "ada")
    time.sleep(0.3)
    assert scripted.drive()
    assert scripted.now().status == RunStatus.CANCELED


def test_a_worker_that_lost_its_run_ends_its_runner_and_writes_nothing(storage: SqlStorage) -> None:
    scripted = Scripted(storage, "event('LOG')\ntime.sleep(60)")
    mine = Guard(statuses=(RunStatus.STARTED,), epoch=scripted.run.epoch)
    taken = storage.move_run(scripted.run.run_id, mine, RunStatus.QUEUED, epoch=scripted.run.epoch + 1)
    assert taken is not None
    before = len(scripted.kinds())
    assert not scripted.drive()
    assert len(scripted.kinds()) == before
    assert scripted.runner.process is not None and scripted.runner.process.wait(5) == -signal.SIGKILL


def test_the_lease_is_renewed_with_the_runner_named(storage: SqlStorage) -> None:
    scripted = Scripted(storage, "time.sleep(0.3)\ndone(True)")
    begun = scripted.now().lease_until or 0.0
    assert scripted.drive()
    run = scripted.now()
    assert run.runner == scripted.runner.identity and (run.lease_until or 0.0) >= begun
    assert os.getpid() == (run.worker.pid if run.worker else 0)


def test_X_2_without_a_shared_storage_for_too_long_a_run_stands_still_and_goes_on_when_it_is_still_ours(
    storage: SqlStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Row X-2: another host may take the run over once the lease is long gone; nothing of it moves here then."""
    monkeypatch.setattr(pump_module, "FENCE", 0.2)
    monkeypatch.setattr(pump_module, "TURN", 0.05)
    monkeypatch.setattr(pump_module, "HEARTBEAT", 0.05)
    scripted = Scripted(storage, "for n in range(40):\n    event('LOG', n=n)\n    time.sleep(0.05)\ndone(True)")
    away, held = threading.Event(), threading.Event()
    monkeypatch.setattr(storage, "append_events", _unless(away, storage.append_events))
    monkeypatch.setattr(storage, "move_run", _unless(away, storage.move_run))

    def outage() -> None:
        time.sleep(0.3)
        away.set()
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and not held.is_set():
            state = Path(f"/proc/{scripted.runner.identity.pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
            held.set() if state == "T" else time.sleep(0.01)
        away.clear()

    watcher = threading.Thread(target=outage)
    watcher.start()
    with Wakeup() as wakeup:
        assert Pump(scripted.run, scripted.runner, scripted.journal, wakeup, scripted.recovery, is_shared=True).drive()
    watcher.join()
    assert held.is_set() and scripted.now().status == RunStatus.SUCCESS
    logged = [e.event.data["n"] for e in storage.read_events(scripted.run.run_id, limit=5000, types=["LOG"])]
    assert logged == list(range(40))


def _unless(away: threading.Event, write: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if away.is_set():
            raise StorageUnavailable("nobody answers")
        return write(*args, **kwargs)

    return guarded
