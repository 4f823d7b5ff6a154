"""P17: from kill -9 of a run's worker, or of a step's process, to what is stored about it."""

from __future__ import annotations

import os
import signal
import time

from tests.bench import limits
from tests.bench.figures import Figure, in_ms
from tests.bench.place import Place, until
from tests.bench.rows import limit, ours
from tests.server_process import ServerProcess

TURNS = 12
CODE = """\
import os, time
from pathlib import Path
from jupyter_orch import pipeline, repository, solid

MARK = Path(__file__).with_name("pid.txt")

@solid
def wait(_):
    part = MARK.with_suffix(".part")
    part.write_text(str(os.getpid()))
    part.rename(MARK)
    time.sleep(300)

@pipeline
def waiting():
    wait()

@repository
def repo():
    return [waiting]
"""


def measure(place: Place) -> list[Figure]:
    """By the clocks of the stored events; all is on one machine."""
    floor = [seconds * 1000 for seconds in limits.asked("deaths", place.turns(20))]
    turns = place.turns(TURNS)
    with place.serving("deaths", code=CODE) as server:
        workers = [_killed(server, "in_process", "PIPELINE_FAILURE") for _ in range(turns)]
        steps = [_killed(server, "multiprocess", "STEP_FAILURE") for _ in range(turns)]
    return [
        ours("P17", in_ms(workers), "worker"),
        ours("P17", in_ms(steps), "step"),
        limit("P17", floor, "worker"),
        limit("P17", floor, "step"),
    ]


def _killed(server: ServerProcess, executor: str, told: str) -> float:
    """Seconds from SIGKILL to the event that tells of it."""
    mark = server.root / "pid.txt"
    mark.unlink(missing_ok=True)
    run_id = server.launch("waiting", {"execution": {executor: {}}})["run"]["runId"]
    until(mark.exists, 90, every=0.01)
    until(lambda: any(event["type"] == "STEP_START" for event in server.events(run_id)), 30, every=0.05)
    started = next(event for event in server.events(run_id) if event["type"] == "PIPELINE_START")
    victim = int(mark.read_text()) if executor == "multiprocess" else int(started["data"]["pid"])
    begun = time.time()
    os.kill(victim, signal.SIGKILL)
    assert server.wait_for_run(run_id)["status"] == "FAILURE"
    return next(float(event["timestamp"]) for event in server.events(run_id) if event["type"] == told) - begun
