"""Case 25: how the daemon's loops are is seen by whoever asks, and one that dies is started again."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from jupyter_orch import clock
from jupyter_orch.daemon import loop as loop_module
from jupyter_orch.daemon import supervisor as supervisor_module
from jupyter_orch.daemon.loop import ERROR_WINDOW, ERRORS_KEPT, Loop
from jupyter_orch.daemon.supervisor import HEARTBEAT, Heartbeat, Supervisor, new_replica_id
from jupyter_orch.ports import StorageUnavailable
from jupyter_orch.records.tick import Replica
from jupyter_orch.storage.sql import SqlStorage
from tests.automation.surroundings import wait_for


class Scripted(Loop):
    """Does what the test says at each turn."""

    name = "SCRIPTED"

    def __init__(self, *acts: Callable[[], float]) -> None:
        super().__init__()
        self._acts = list(acts)
        self.turns = 0

    def poll(self) -> float:
        self.turns += 1
        return self._acts.pop(0)() if self._acts else 60.0


def failing(number: int) -> Callable[[], float]:
    def act() -> float:
        raise ValueError(f"error {number}")

    return act


def dying() -> float:
    raise SystemExit("the thread is gone")


def told(storage: SqlStorage) -> Replica:
    (replica,) = storage.list_replicas(0.0)
    return replica


def test_a_storage_that_is_away_is_tried_again_every_few_seconds(storage: SqlStorage) -> None:
    """Row B-K: whatever else fails is tried ever more slowly; an outage ends at once for everybody."""

    def away() -> float:
        raise StorageUnavailable("nobody answers")

    loop = Scripted(*[away] * 9, *[failing(0)] * 9)
    assert [loop.turn() for _ in range(9)][-1] == loop_module.STORAGE_BACK_OFF
    assert [loop.turn() for _ in range(9)][-1] > loop_module.STORAGE_BACK_OFF


def test_errors_are_told_newest_first_at_most_five_and_forgotten_after_a_while(
    storage: SqlStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1_700_000_000.0
    monkeypatch.setattr(clock, "now", lambda: now)
    loop = Scripted(*map(failing, range(7)))
    for _ in range(8):
        loop.turn()
    Heartbeat(storage, [loop], "1", "r")()
    assert [e.message for e in told(storage).errors["SCRIPTED"]] == [f"error {n}" for n in (6, 5, 4, 3, 2)]
    assert len(loop.errors) == ERRORS_KEPT and told(storage).loops["SCRIPTED"] == now
    assert (told(storage).error_at, told(storage).failing) == ({"SCRIPTED": now}, ()), "the eighth turn was well"
    loop.note(ValueError("no turn ends this"))
    loop.turn()
    Heartbeat(storage, [loop], "1", "r")()
    assert told(storage).failing == ("SCRIPTED",)
    now += ERROR_WINDOW + 1
    Heartbeat(storage, [loop], "1", "r")()
    assert told(storage).errors == {}


def test_what_fails_again_and_again_has_one_traceback_then_lines(caplog: pytest.LogCaptureFixture) -> None:
    elsewhere: list[Callable[[], float]] = [lambda: 1 / 0]
    loop = Scripted(*map(failing, range(9)), *elsewhere)
    for _ in range(12):
        loop.turn()
    lines = [record.getMessage() for record in caplog.records]
    assert [record.exc_info is not None for record in caplog.records] == [True, False, False, False, True, False]
    assert [line.split(": ")[1].split(";")[0] for line in lines] == [
        "turn failed",
        "failed 2 times in a row",
        "failed 4 times in a row",
        "failed 8 times in a row",
        "turn failed",
        "well again, after 1 failed turns",
    ]
    assert lines[3].endswith("tried again in 32 s: ValueError: error 7")


def test_each_error_in_a_row_makes_the_next_try_later() -> None:
    loop = Scripted(*map(failing, range(9)))
    pauses = [loop.turn() for _ in range(9)]
    assert pauses == sorted(pauses) and pauses[0] == 1.0 and pauses[-1] == 32.0
    assert loop.turn() == 60.0 and loop.heartbeat > 0


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_loop_whose_thread_has_died_is_started_again_and_says_so(storage: SqlStorage) -> None:
    loop = Scripted(dying)
    supervisor = Supervisor(storage, [loop], "1", new_replica_id())
    supervisor.start()
    try:
        wait_for(lambda: loop.turns == 1)
        wait_for(lambda: supervisor.look_after() is None and loop.turns == 2)
        assert [e.cls for e in loop.errors] == ["LoopEnded"]
    finally:
        supervisor.stop()
    supervisor.look_after()
    assert storage.list_replicas(0.0) == [], "it has left"


def test_a_loop_that_hangs_beats_no_more_while_its_replica_does(
    storage: SqlStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1_700_000_000.0
    monkeypatch.setattr(clock, "now", lambda: now)
    hung, well = Scripted(), Scripted()
    well.name = "WELL"
    for loop in (hung, well):
        loop.turn()
    now += 20 * HEARTBEAT
    well.turn()
    Heartbeat(storage, [hung, well], "1", "r")()
    replica = told(storage)
    assert (replica.heartbeat, replica.loops["WELL"], replica.loops["SCRIPTED"]) == (now, now, now - 20 * HEARTBEAT)


def test_a_loop_that_rests_long_still_beats_unless_its_last_turn_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop_module, "BEAT", 0.01)
    well, ill = Scripted(lambda: 3600.0), Scripted(failing(1))
    for loop in (well, ill):
        thread = threading.Thread(target=loop.run, daemon=True)
        thread.start()
        wait_for(lambda loop=loop: loop.turns == 1)
    first = well.heartbeat
    wait_for(lambda: well.heartbeat > first > 0)
    assert well.turns == 1 and ill.heartbeat == 0.0
    for loop in (well, ill):
        loop.stop()


def test_S_O_who_ended_without_shutdown_is_told_at_the_next_start(
    storage: SqlStorage, caplog: pytest.LogCaptureFixture
) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    for pid, host in ((dead.pid, socket.gethostname()), (dead.pid, "elsewhere"), (os.getpid(), socket.gethostname())):
        replica = Replica(
            replica_id=f"{pid}@{host}",
            host=host,
            pid=pid,
            started_at=0.0,
            heartbeat=clock.now(),
            version="1",
            loops={},
            errors={},
        )
        storage.beat(replica)
    supervisor = Supervisor(storage, (), "1.0", new_replica_id())
    supervisor.start()
    supervisor.stop()
    assert caplog.text.count("ended without shutdown") == 1 and f"(process {dead.pid})" in caplog.text


def test_B_L_a_storage_that_is_slow_is_told_once_and_when_it_is_over(
    storage: SqlStorage, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    beat, moments = Heartbeat(storage, (), "1.0", "me"), iter([0.0, 2.5, 10.0, 12.5, 20.0, 20.1])
    monkeypatch.setattr(supervisor_module, "time", SimpleNamespace(monotonic=moments.__next__))
    for took in (2.5, 2.5, pytest.approx(0.1)):
        beat()
        assert beat.took == took
    assert caplog.text.count("the storage is slow: it took 2.5 s") == 1
    assert caplog.text.count("the storage answers in time again") == 1


def test_an_outage_is_told_in_one_sentence_and_its_end_in_another(
    storage: SqlStorage, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> float:
        raise StorageUnavailable("nobody answers")

    loops = [Scripted(away, away), Scripted(away)]
    supervisor = Supervisor(storage, loops, "1", new_replica_id())
    with monkeypatch.context() as patched:
        patched.setattr(storage, "beat", away)
        for turn in (loops[0].turn, supervisor.beat, loops[1].turn, supervisor.beat, loops[0].turn):
            turn()
    with monkeypatch.context() as patched:
        patched.setattr(supervisor_module, "SLOW", -1.0)
        supervisor.beat()
    supervisor.beat()
    assert [r.getMessage().split(";")[0].split(",")[0] for r in caplog.records] == [
        "the storage can not be reached or written right now: nobody answers",
        "the storage answers again",
    ]
    assert not any(record.exc_info for record in caplog.records)
