"""From an API call to user code and to the recorded success: with a process that stands ready, through the queue, and cold."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from statistics import median

from tests.bench import limits
from tests.bench.figures import Figure, in_ms, timed
from tests.bench.place import Place
from tests.bench.rows import limit, ours
from tests.server_process import ServerProcess

QUEUED = "run_coordinator: queued\n"
COLD = "run_launcher: subprocess\n"
ABOVE_IMPORTS = 150.0


def measure(place: Place) -> list[Figure]:
    """P1 and P2."""
    floor = limits.launches(place, ("P1", ""), ("P2", ""))
    with place.serving("warm") as server:
        answers, codes, ends = _launched(server, place.turns(40))
    note = f"the call itself is answered after {median(in_ms(answers)):.1f} ms"
    return [ours("P1", in_ms(codes), note=note), ours("P2", in_ms(ends)), *floor]


def measure_queued(place: Place) -> list[Figure]:
    """P3: the queued coordinator, which somebody has to choose."""
    floor = limits.launches(place, ("P3", "first_code"), ("P3", "success"))
    with place.serving("queued", QUEUED) as server:
        _, codes, ends = _launched(server, place.turns(40))
    note = "the queued coordinator is chosen in orch.yaml; the default starts runs at once (P1, P2)"
    return [ours("P3", in_ms(codes), "first_code", note=note), ours("P3", in_ms(ends), "success", note=note), *floor]


def measure_cold(place: Place) -> list[Figure]:
    """P4: the launcher that starts two new interpreters, as after a restart or where forks are unsafe."""
    with place.serving("cold", COLD) as server:
        code = server.root / "code.py"
        imports = timed(place.turns(10), lambda: _imported(code))
        _, codes, _ = _launched(server, place.turns(14), pause=0.5)
    target = median(in_ms(imports)) + ABOVE_IMPORTS
    return [ours("P4", in_ms(codes), target=target), limit("P4", in_ms(imports))]


def one(server: ServerProcess, mark: Path) -> tuple[float, float, float]:
    """Seconds from the call to its answer, to the first line of user code, and to the stored success."""
    mark.unlink(missing_ok=True)
    begun = time.time()
    answer = server.launch("one_solid", {"solids": {"first": {"config": {"mark": str(mark)}}}})
    answered = time.time()
    run_id = answer["run"]["runId"]
    run = server.wait_for_run(run_id)
    assert run["status"] == "SUCCESS", run
    end = next(e["timestamp"] for e in server.events(run_id) if e["type"] == "PIPELINE_SUCCESS")
    return answered - begun, float(mark.read_text()) - begun, end - begun


def _launched(server: ServerProcess, turns: int, pause: float = 0.2) -> tuple[list[float], list[float], list[float]]:
    mark = server.home / "mark"
    one(server, mark)
    found = []
    for _ in range(turns):
        time.sleep(pause)  # what stands ready for the next launch is made after the one before
        found.append(one(server, mark))
    answers, codes, ends = ([times[n] for times in found] for n in range(3))
    return answers, codes, ends


def _imported(code: Path) -> None:
    line = "import runpy, sys; runpy.run_path(sys.argv[1])"
    subprocess.run([sys.executable, "-c", line, str(code)], check=True, capture_output=True)
