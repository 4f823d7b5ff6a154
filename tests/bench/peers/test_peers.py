from __future__ import annotations

import sys
import time
from pathlib import Path

import psutil
import pytest

from tests.bench.figures import Figure
from tests.bench.peers import PEERS, Peers, environments, versions
from tests.bench.peers.environments import ENVIRONMENTS, Environment
from tests.bench.peers.sessions import PROGRAMS, Session
from tests.bench.rows import BY_NAME

A_PROGRAM = f"""
import sys
sys.path.insert(0, {str(PROGRAMS)!r})
from servers import Group
from speaking import Line, speak

group = Group("example")

def first():
    pid = group.start([sys.executable, "-c", "import time; time.sleep(600)"], {{}})
    print("a library says something")
    return {{"P1": [Line("process id", [pid])], "P2": [Line("taken too", [1, 2.5], "aspect", "MiB", "a note")]}}

def wrong():
    raise ValueError("cannot be had")

def gone():
    sys.exit("it is over")

speak("Example", {{"P1": first, "P2": first, "P3": wrong, "P7": gone}})
"""


def test_a_program_is_asked_for_rows_and_holds_its_servers_still_between_them(tmp_path: Path) -> None:
    told: list[str] = []
    session = Session("Example", [sys.executable, _program(tmp_path, A_PROGRAM)], told.append)
    try:
        assert session.rows == ["P1", "P2", "P3", "P7"]
        (found,), problems = session.measure("P1")
        server = psutil.Process(int(found.values[0]))
        assert _stands_still(server)
        (other,), _ = session.measure("P2")
        _, (failed,) = session.measure("P3")
        (again,), _ = session.measure("P1")
        _, (ended,) = session.measure("P7")
    finally:
        session.close()
    assert (found.row, found.who, found.what, found.unit, problems) == ("P1", "Example", "process id", "ms", [])
    assert again.values == found.values, "measured once"
    assert found.surroundings["yard_ms"] > 0
    assert other == Figure(
        row="P2",
        who="Example",
        what="taken too",
        values=(1.0, 2.5),
        aspect="aspect",
        unit="MiB",
        note="a note",
        surroundings=other.surroundings,
    )
    assert str(failed) == "Example P3: ValueError: cannot be had"
    assert str(ended) == "Example P7: it is over"
    assert told[0] == "P1 Example" and str(failed) in told
    assert not server.is_running()


def test_a_program_that_says_nothing_is_ended(tmp_path: Path) -> None:
    program = _program(tmp_path, 'import time\nprint(\'{"rows": ["P1"]}\', flush=True)\ntime.sleep(600)')
    session = Session("Example", [sys.executable, program], lambda _: None)
    try:
        assert session.rows == ["P1"]
        session._limit = 0.2
        _, (problem,) = session.measure("P1")
        assert session._process is None
    finally:
        session.close()
    assert str(problem) == "Example P1: no answer in 0 s; it ended without a word"


@pytest.mark.parametrize("peer", PEERS)
def test_every_program_knows_rows_of_the_report(peer: str) -> None:
    environment, program = PEERS[peer]
    assert environment in ENVIRONMENTS
    session = Session(peer, [sys.executable, PROGRAMS / program], lambda _: None)
    try:
        assert session.rows and set(session.rows) <= set(BY_NAME)
    finally:
        session.close()


def test_a_peer_that_cannot_be_had_is_told_and_the_others_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", "")
    monkeypatch.setattr(environments, "FOLDER", tmp_path)
    monkeypatch.setitem(ENVIRONMENTS, "small", Environment("small", ("there-is-no-such-distribution",)))
    told: list[str] = []
    with Peers(["Luigi"], told.append) as peers:
        assert peers.measuring("P5") == [] and peers.measure("Luigi", "P5") == []
    (problem,) = peers.problems
    assert "Luigi: not installed: No matching distribution found for there-is-no-such-distribution" in str(problem)
    assert told[0] == "small: installing there-is-no-such-distribution"
    assert "Luigi" not in versions()


def _program(folder: Path, code: str) -> Path:
    path = folder / "program.py"
    path.write_text(code)
    return path


def _stands_still(process: psutil.Process) -> bool:
    deadline = time.monotonic() + 30
    while process.status() != psutil.STATUS_STOPPED and time.monotonic() < deadline:
        time.sleep(0.01)
    return process.status() == psutil.STATUS_STOPPED
