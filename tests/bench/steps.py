"""What a step costs: runs of 100 steps that do nothing, by the events' own clocks, all of them stored."""

from __future__ import annotations

from tests.bench import limits
from tests.bench.figures import Figure
from tests.bench.place import CODE, Place
from tests.bench.rows import limit, ours
from tests.server_process import ServerProcess

STEPS = 100
TURNS = 10
SHAPES = ("chain", "fan_out")


def measure(place: Place) -> list[Figure]:
    """P5: in the run's own process."""
    floor = limits.steps_in_process("P5", SHAPES, place)
    with place.serving("in_process") as server:
        return [*(_shape(server, "P5", shape, "in_process", place) for shape in SHAPES), *floor]


def measure_isolated(place: Place) -> list[Figure]:
    """P6: a process for each step, two at a time."""
    floor = [
        limit("P6", [seconds * 1000 for seconds in limits.asked(name, place.turns(8), CODE)], aspect)
        for name, aspect in (("forks", "chain"), ("forks_side_by_side", "fan_out"), ("words", "pooled"))
    ]
    with place.serving("multiprocess") as server:
        return [*(_shape(server, "P6", shape, "multiprocess", place) for shape in SHAPES), *floor]


def per_step(server: ServerProcess, pipeline: str, executor: str, steps: int = STEPS) -> float:
    """Seconds per step of one run, from its first step's start to its success."""
    answer = server.launch(pipeline, {"execution": {executor: {}}})
    run_id = answer["run"]["runId"]
    run = server.wait_for_run(run_id, timeout=300)
    assert run["status"] == "SUCCESS", run
    first, last = _clocks(server, run_id)
    return (last - first) / steps


def _shape(server: ServerProcess, row: str, shape: str, executor: str, place: Place) -> Figure:
    per_step(server, shape, executor)
    return ours(row, [per_step(server, shape, executor) * 1000 for _ in range(place.turns(TURNS))], shape)


def _clocks(server: ServerProcess, run_id: str) -> tuple[float, float]:
    events = server.events(run_id)
    first = next(float(e["timestamp"]) for e in events if e["type"] == "STEP_START")
    while events[-1]["type"] != "PIPELINE_SUCCESS":
        path = f"orch/api/v1/runs/{run_id}/events?limit=10000&after={events[-1]['seq']}"
        more = server.get(path)["events"]
        if not more:
            break
        events = more
    last = next(float(e["timestamp"]) for e in reversed(events) if e["type"] == "PIPELINE_SUCCESS")
    return first, last
