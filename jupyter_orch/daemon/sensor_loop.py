"""Evaluates sensors: each when its interval has passed, or at once when somebody asks for it."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from functools import partial

from jupyter_orch import clock
from jupyter_orch.automation.deployed import DeployedSensor, Deployments
from jupyter_orch.automation.sensors import SensorTicks, number_of
from jupyter_orch.automation.switches import Switches
from jupyter_orch.daemon.agenda import Agenda
from jupyter_orch.daemon.lanes import Lanes
from jupyter_orch.daemon.loop import Loop
from jupyter_orch.ports import ScheduleStorage
from jupyter_orch.records.tick import Instigator

LONGEST_SLEEP = 2.0
WHOLE_LOOK = 30.0
BUSY = 1.0


class SensorLoop(Loop):
    """Owns the evaluations of all sensors that are switched on. Any number of replicas may do so at once."""

    name = "SENSOR"

    def __init__(
        self,
        deployments: Deployments,
        storage: ScheduleStorage,
        switches: Switches,
        ticks: SensorTicks,
        new_runs: Callable[[], None],
        workers: int = 4,
    ) -> None:
        """Args:
        deployments: the sensors of all locations as they stand in the code now.
        new_runs: called when there are new runs in the queue.
        workers: how many sensors of one location are evaluated at a time.
        """
        super().__init__()
        self._deployments = deployments
        self._storage = storage
        self._switches = switches
        self._ticks = ticks
        self._new_runs = new_runs
        self._lanes = Lanes(workers, "sensors", self._evaluated)
        self._agenda = Agenda()
        self._news: deque[tuple[Instigator, float]] = deque()
        self._in_code: dict[str, DeployedSensor] = {}
        self._watched: dict[str, DeployedSensor] = {}
        self._known: dict[str, Instigator] = {}
        self._seen: object = None
        self._looked_at = 0.0
        self._rests_until = math.inf

    def poll(self) -> float:
        now = clock.now()
        self._rests_until = math.inf  # what is learnt from here on may be too late for this turn
        try:
            self._lanes.raise_failure()
            while self._news:
                self._learn(*self._news.popleft(), now)
            self._look(now)
            self._ticks.held.renew()  # first: after a sleep of this machine its own ticks look abandoned
            self._take_over()
        except Exception:
            self._seen = None
            raise
        for sensor_id in self._agenda.take(now):
            if not self._start(self._watched[sensor_id], sensor_id, number_of(self._known[sensor_id])):
                self._agenda.put(sensor_id, now + BUSY)  # the evaluation before it has not ended yet
        first, now = self._agenda.first(), clock.now()
        longest = now + LONGEST_SLEEP
        self._rests_until = longest if first is None else min(longest, first)
        return max(0.0, self._rests_until - now)

    def stop(self) -> None:
        super().stop()
        self._lanes.close()

    def is_idle(self) -> bool:
        """Whether no evaluation is going on."""
        return self._lanes.is_idle()

    def _look(self, now: float) -> None:
        """Take in what has changed in code and switches."""
        seen = (self._deployments.version(), self._storage.switches_version("sensor"))
        if seen == self._seen and 0 <= now - self._looked_at < WHOLE_LOOK:
            return
        deployed = self._deployments.sensors()
        known = {switch.instigator_id: switch for switch in self._storage.list_instigators("sensor")}
        switches = self._switches.in_step(deployed, known)
        self._in_code = {d.instigator_id: d for d in deployed}
        self._watched = {d.instigator_id: d for d in deployed if switches[d.instigator_id].running}
        self._agenda.keep_only(self._watched)
        for sensor_id in self._watched:
            self._learn(switches[sensor_id], 0.0, now)
        self._seen = (seen[0], self._storage.switches_version("sensor"))
        self._looked_at = now

    def _learn(self, switch: Instigator, not_before: float, now: float) -> None:
        sensor, known = self._watched.get(switch.instigator_id), self._known.get(switch.instigator_id)
        if sensor is not None and (known is None or not _is_older(switch, known)):
            self._known[switch.instigator_id] = switch
            self._agenda.put(switch.instigator_id, max(not_before, self._ticks.due(sensor, switch, now)))

    def _take_over(self) -> None:
        """Evaluations whose replica died or hung; those of sensors that were switched off since end as skipped."""
        for tick in self._storage.abandoned_ticks(clock.shared()):
            sensor = self._in_code.get(tick.instigator_id)
            if sensor is not None:
                self._start(sensor, tick.instigator_id, tick.due_at)

    def _start(self, sensor: DeployedSensor, sensor_id: str, due_at: float) -> bool:
        return self._lanes.start(sensor.place.location, sensor_id, partial(self._fire, sensor, due_at))

    def _evaluated(self, has_failed: bool) -> None:
        """Have news learnt that can not wait for the next turn; most sensors are not due again for long."""
        soonest = min((max(not_before, number_of(switch)) for switch, not_before in list(self._news)), default=math.inf)
        if has_failed or soonest <= self._rests_until:
            self.wake()

    def _fire(self, sensor: DeployedSensor, due_at: float) -> None:
        try:
            if self._ticks.fire(sensor, due_at):
                self._new_runs()
        finally:
            switch = self._storage.get_instigator(sensor.instigator_id)
            if switch is not None:
                is_elsewhere = switch.next_at == due_at  # another replica evaluates it, or this one failed over it
                self._news.append((switch, clock.now() + BUSY if is_elsewhere else 0.0))


def _is_older(switch: Instigator, known: Instigator) -> bool:
    """Whether one was read before the other; neither number ever falls."""
    return (switch.last_due_at or 0.0) < (known.last_due_at or 0.0) or (switch.wanted_at or 0.0) < (
        known.wanted_at or 0.0
    )
