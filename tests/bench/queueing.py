"""P7: how fast runs go through a queue with a limit."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from tests.bench import limits
from tests.bench.figures import Figure
from tests.bench.place import CODE, Place, until
from tests.bench.rows import limit, ours
from tests.server_process import ServerProcess

LIMIT = 4
RUNS = 200
SETTINGS = f"run_coordinator: {{queued: {{max_concurrent_runs: {LIMIT}}}}}\n"


def measure(place: Place) -> list[Figure]:
    """Submit many small runs at once and look how fast they end."""
    floor = [60 / seconds for seconds in limits.asked("forks_that_write", place.turns(8), CODE)]
    runs = max(20, place.stored(RUNS))
    with place.serving("queue", SETTINGS) as server:
        rates = [_rate(server, runs) for _ in range(place.turns(2, least=1))]
    words = f"{runs} one-solid runs, {LIMIT} at a time: first submitted → last done, by the events' clocks"
    return [ours("P7", rates, what=words), limit("P7", floor)]


def _rate(server: ServerProcess, count: int) -> float:
    """Runs a minute, from the first run's storing to the last one's end, submitting included."""
    config = {"solids": {"first": {"config": {"mark": str(server.home / "mark")}}}}
    before = _succeeded(server)
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda _: server.launch("one_solid", config), range(count)))
    runs = [answer["run"]["runId"] for answer in answers]
    until(lambda: _succeeded(server) == before + count, 600, every=0.2)
    begun = min(float(server.events(run_id)[0]["timestamp"]) for run_id in runs[:8])
    return count / (max(_end(server, run_id) for run_id in runs[-3 * LIMIT :]) - begun) * 60


def _succeeded(server: ServerProcess) -> int:
    query = "{ pipelineRunsOrError(filter: {statuses: [SUCCESS]}, limit: 1) { ... on PipelineRuns { count } } }"
    return int(server.graphql(query)["pipelineRunsOrError"]["count"])


def _end(server: ServerProcess, run_id: str) -> float:
    return next(float(e["timestamp"]) for e in server.events(run_id) if e["type"] == "PIPELINE_SUCCESS")
