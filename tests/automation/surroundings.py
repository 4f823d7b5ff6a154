"""What the tests of automation share: a clock whose hands they hold, code that answers as they want, replicas."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from jupyter_orch.automation.deployed import DeployedPartitionSet, DeployedSchedule, DeployedSensor, Deployments, Place
from jupyter_orch.automation.schedules import ScheduleTicks
from jupyter_orch.automation.sensors import SensorTicks
from jupyter_orch.automation.switches import Switches
from jupyter_orch.daemon.scheduler import Scheduler
from jupyter_orch.daemon.sensor_loop import SensorLoop
from jupyter_orch.ports import CodeServers, RunnerAddress, Storage
from jupyter_orch.records.messages import LocationTarget
from jupyter_orch.records.snapshot import LocationSnapshot, PipelineSnapshot, ScheduleSnapshot, SensorSnapshot
from jupyter_orch.runs.journal import Journal

START = datetime(2024, 5, 1, 12, 0, 30, tzinfo=UTC).timestamp()
MINUTE = 60.0
PATIENCE = 60.0


class Hands:
    """The hands of the clock."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> float:
        return self.now


def wait_for(condition: Callable[[], bool], patience: float = PATIENCE) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, "it never came to be"
        time.sleep(0.001)


class Answers(CodeServers):
    """Code servers that say what the test wants and remember what they were asked.

    Attributes:
        answer: a plain answer, an exception to raise, or a function of (location, method, params).
        asked: the parameters of each question.
    """

    def __init__(self) -> None:
        self.questions: list[dict[str, Any]] = []
        self.answer: Any = {"requests": [{"run_config": {"n": 1}, "tags": {"t": "u"}}]}
        self._lock = threading.Lock()

    @property
    def asked(self) -> list[float]:
        """The due times that were asked about."""
        return [question["due_at"] for question in self.questions]

    def ask(self, location: str, method: str, params: dict[str, Any], timeout: float) -> Any:
        with self._lock:
            self.questions.append(params)
        answer = self.answer(location, method, params) if callable(self.answer) else self.answer
        if isinstance(answer, Exception):
            raise answer
        return answer

    def definitions(self, location: str) -> LocationSnapshot:
        raise AssertionError("nothing is submitted here")

    def runner(self, location: str) -> RunnerAddress:
        raise AssertionError("nothing is launched here")


def place(location: str = "here", repository: str = "repo") -> Place:
    """A repository with one pipeline."""
    return Place(
        location=location,
        target=LocationTarget(name=location, kind="python_file"),
        repository=repository,
        code_version="v",
        pipelines={"pipe": PipelineSnapshot(name="pipe", tags={"team": "sea"})},
    )


def schedule(cron: str = "* * * * *", location: str = "here", **changes: Any) -> DeployedSchedule:
    """A schedule that is on."""
    values: dict[str, Any] = {"name": "s", "pipeline": "pipe", "cron": cron, "default_running": True, **changes}
    return DeployedSchedule(place=place(location), schedule=ScheduleSnapshot(**values))


def sensor(location: str = "here", repository: str = "repo", **changes: Any) -> DeployedSensor:
    """A sensor that is on."""
    values: dict[str, Any] = {"name": "look", "pipelines": ("pipe",), "default_running": True, **changes}
    return DeployedSensor(place=place(location, repository), sensor=SensorSnapshot(**values))


class Listed(Deployments):
    """What is deployed, as lists that the test changes."""

    def __init__(
        self,
        schedules: list[DeployedSchedule],
        sensors: list[DeployedSensor],
        partition_sets: list[DeployedPartitionSet] | None = None,
    ) -> None:
        super().__init__(lambda: ())
        self._schedules = schedules
        self._sensors = sensors
        self._partition_sets = partition_sets or []

    def schedules(self) -> list[DeployedSchedule]:
        return list(self._schedules)

    def sensors(self) -> list[DeployedSensor]:
        return list(self._sensors)

    def partition_sets(self) -> list[DeployedPartitionSet]:
        return list(self._partition_sets)

    def version(self) -> tuple[Any, ...]:
        return tuple(map(id, (*self._schedules, *self._sensors)))


class ScheduleReplica:
    """One daemon's scheduler over the shared storage."""

    def __init__(self, storage: Storage, answers: CodeServers, name: str, found: list[DeployedSchedule]) -> None:
        journal = Journal(storage, lambda _: None)
        self.switches = Switches(storage)
        self.ticks = ScheduleTicks(storage, journal, answers, name, max_catchup=2)
        self.loop = Scheduler(Listed(found, []), storage, self.switches, self.ticks, lambda: None)

    def poll(self) -> float:
        """One turn, and all that it began; an error of the turn or of what it began is raised."""
        seconds = self.loop.poll()
        wait_for(self.loop.is_idle)
        return seconds


class SensorReplica:
    """One daemon's sensor loop over the shared storage."""

    def __init__(self, storage: Storage, answers: CodeServers, name: str, found: list[DeployedSensor]) -> None:
        journal = Journal(storage, lambda _: None)
        self.switches = Switches(storage)
        self.ticks = SensorTicks(storage, journal, answers, name)
        self.loop = SensorLoop(Listed([], found), storage, self.switches, self.ticks, lambda: None)

    def poll(self) -> float:
        """One turn, and all that it began."""
        seconds = self.loop.poll()
        wait_for(self.loop.is_idle)
        return seconds
