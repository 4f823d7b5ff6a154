"""What the Jupyter server's Prometheus page says of us: ``jupyter_orch_*``."""

from __future__ import annotations

import threading
from collections import Counter as Tally
from collections.abc import Iterator

from prometheus_client import REGISTRY, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from jupyter_orch import clock
from jupyter_orch.daemon.scheduler import Scheduler
from jupyter_orch.orchestrator import Orchestrator
from jupyter_orch.records.run import RunFilter
from jupyter_orch.records.status import RunStatus

FRESH = 5.0
LOOP_LAG = Histogram(
    "jupyter_orch_event_loop_lag_seconds",
    "How late the server's event loop came back to what was due.",
    buckets=(0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0),
)


class OrchCollector(Collector):
    """Asks the deployment when the page is read, at most every five seconds, and never twice at once."""

    def __init__(self, orchestrator: Orchestrator) -> None:
        self._orchestrator = orchestrator
        self._lock = threading.Lock()
        self._found: list[Metric] = []
        self._at = 0.0
        REGISTRY.register(self)

    def close(self) -> None:
        """Be no longer asked."""
        REGISTRY.unregister(self)

    def describe(self) -> list[Metric]:
        """Nothing, so that registering asks nothing."""
        return []

    def collect(self) -> Iterator[Metric]:
        """The metrics."""
        with self._lock:
            if clock.now() - self._at > FRESH:
                self._found = [*self._runs(), *self._loops(), *self._locations()]
                self._at = clock.now()
            found = list(self._found)
        yield from found

    def _runs(self) -> Iterator[Metric]:
        storage = self._orchestrator.instance.storage
        runs = GaugeMetricFamily("jupyter_orch_runs", "Runs that are kept, by status.", labels=["status"])
        for status in RunStatus:
            runs.add_metric([status.value], storage.count_runs(RunFilter(statuses=(status,))))
        yield runs
        queued = RunFilter(statuses=(RunStatus.QUEUED,))
        yield _gauge("jupyter_orch_queue_depth", "Runs that wait to be started.", storage.count_runs(queued))
        oldest = storage.list_runs(queued, limit=1, oldest_first=True)
        waited = max(0.0, clock.now() - oldest[0].create_time) if oldest else 0.0
        yield _gauge("jupyter_orch_queue_oldest_seconds", "How long the first run in the queue has waited.", waited)

    def _loops(self) -> Iterator[Metric]:
        loops = self._orchestrator.supervisor.loops
        age = GaugeMetricFamily(
            "jupyter_orch_loop_heartbeat_age_seconds", "Since the last turn of a loop of this daemon.", labels=["loop"]
        )
        healthy = GaugeMetricFamily("jupyter_orch_loop_healthy", "1 unless its newest turn failed.", labels=["loop"])
        lateness = 0.0
        for loop in loops:
            if loop.heartbeat:
                age.add_metric([loop.name], max(0.0, clock.now() - loop.heartbeat))
            healthy.add_metric([loop.name], float(not loop.is_failing))
            if isinstance(loop, Scheduler):
                lateness = loop.lateness(clock.now())
        yield age
        yield healthy
        took = self._orchestrator.supervisor.storage_took
        yield _gauge("jupyter_orch_storage_seconds", "How long the storage took for the last heartbeat.", took)
        yield _gauge("jupyter_orch_tick_lateness_seconds", "How late the most overdue schedule is.", lateness)

    def _locations(self) -> Iterator[Metric]:
        states = self._orchestrator.code_servers.states()
        locations = GaugeMetricFamily("jupyter_orch_locations", "Code locations, by status.", labels=["status"])
        for status, count in Tally(state.status.value for state in states).items():
            locations.add_metric([status], count)
        yield locations
        kernels = sum(1 for state in states if state.kernel)
        yield _gauge("jupyter_orch_kernels", "Code locations with a kernel of their own running.", kernels)


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value=value)
