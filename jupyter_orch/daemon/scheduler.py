"""Fires schedules: sleeps until the next due time of any of them, then turns it into runs."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from jupyter_orch import clock
from jupyter_orch.automation import cron
from jupyter_orch.automation.schedules import DeployedSchedule, ScheduleSwitches, ScheduleTicks, counts_from
from jupyter_orch.daemon.loop import Loop
from jupyter_orch.records.tick import Instigator
from jupyter_orch.runs.launch import Launching

log = logging.getLogger("jupyter_orch.daemon")
LONGEST_SLEEP = 10.0
PARALLEL_TICKS = 8


class Scheduler(Loop):
    """Owns the due times of all schedules that are switched on. Any number of replicas may do so at once."""

    name = "SCHEDULER"

    def __init__(
        self,
        deployed: Callable[[], list[DeployedSchedule]],
        switches: ScheduleSwitches,
        ticks: ScheduleTicks,
        launching: Launching,
    ) -> None:
        """Args:
        deployed: the schedules of all locations as they stand in the code now.
        """
        super().__init__()
        self._deployed = deployed
        self._switches = switches
        self._ticks = ticks
        self._launching = launching
        self._pool = ThreadPoolExecutor(PARALLEL_TICKS, thread_name_prefix="orch-tick")

    def poll(self) -> float:
        now = clock.now()
        next_due = now + LONGEST_SLEEP
        abandoned = self._ticks.abandoned(now)
        firing = []
        for schedule in self._deployed():
            switch = self._switches.follow_edit(schedule, self._switches.current(schedule))
            if not switch.running:
                continue
            due = [*abandoned.get(schedule.instigator_id, ()), *self._ticks.owed(schedule, switch, now)]
            firing += [self._pool.submit(self._fire, schedule, due_at) for due_at in due]
            next_due = min(next_due, self._next(schedule, switch, now))
        for fired in firing:
            fired.result()
        return max(0.0, next_due - clock.now())

    def stop(self) -> None:
        super().stop()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _next(self, schedule: DeployedSchedule, switch: Instigator, now: float) -> float:
        return cron.next_due(schedule.schedule.cron, schedule.schedule.timezone, max(now, counts_from(switch)))

    def _fire(self, schedule: DeployedSchedule, due_at: float) -> None:
        runs = self._ticks.fire(schedule, due_at)
        log.debug("schedule %s, due %s: %d run(s)", schedule.schedule.name, due_at, len(runs))
        if runs:
            self._launching.turn()
