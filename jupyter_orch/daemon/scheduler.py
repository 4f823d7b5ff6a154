"""Fires schedules: sleeps until the next due time of any of them, then turns it into runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from jupyter_orch import clock
from jupyter_orch.automation import cron
from jupyter_orch.automation.deployed import DeployedSchedule, Deployments
from jupyter_orch.automation.evaluation import RENEWAL
from jupyter_orch.automation.schedules import Owed, ScheduleTicks, counts_from
from jupyter_orch.automation.switches import Switches
from jupyter_orch.daemon.agenda import Agenda
from jupyter_orch.daemon.lanes import Lanes
from jupyter_orch.daemon.loop import Loop
from jupyter_orch.errors import OrchError
from jupyter_orch.ports import ScheduleStorage
from jupyter_orch.records.tick import Instigator

LONGEST_SLEEP = 10.0
WHOLE_LOOK = 300.0
BUSY = 0.5


class ScheduleNeverDue(OrchError):
    """When a schedule is due can not be worked out here."""

    code = "SCHEDULE_NEVER_DUE"


@dataclass(slots=True)
class _Watched:
    """A schedule that is on, and its switch as this replica knows it."""

    deployed: DeployedSchedule
    switch: Instigator


class Scheduler(Loop):
    """Owns the due times of all schedules that are switched on. Any number of replicas may do so at once.

    What is due when is kept in memory and made anew when code or switches have changed. It may be behind what other
    replicas do: claiming the tick decides.
    """

    name = "SCHEDULER"

    def __init__(
        self,
        deployments: Deployments,
        storage: ScheduleStorage,
        switches: Switches,
        ticks: ScheduleTicks,
        new_runs: Callable[[], None],
        workers: int = 4,
    ) -> None:
        """Args:
        deployments: the schedules of all locations as they stand in the code now.
        new_runs: called when there are new runs in the queue.
        workers: how many schedules of one location are evaluated at a time.
        """
        super().__init__()
        self._deployments = deployments
        self._storage = storage
        self._switches = switches
        self._ticks = ticks
        self._new_runs = new_runs
        self._lanes = Lanes(workers, "schedules", self._fired)
        self._agenda = Agenda()
        self._in_code: dict[str, DeployedSchedule] = {}
        self._watched: dict[str, _Watched] = {}
        self._seen: object = None
        self._looked_at = 0.0

    def lateness(self, now: float) -> float:
        """By how many seconds the most overdue schedule is late; for any thread."""
        due = self._agenda.earliest()
        return 0.0 if due is None else max(0.0, now - due)

    def poll(self) -> float:
        now = clock.now()
        try:
            self._lanes.raise_failure()
            self._look(now)
            self._ticks.held.renew()  # first: after a sleep of this machine its own ticks look abandoned
            self._take_over()
        except Exception:
            self._seen = None  # whatever was lost on the way is found by looking at everything again
            raise
        for schedule_id in self._agenda.take(now):
            self._begin(self._watched[schedule_id], now)
        now = clock.now()
        longest = now + (LONGEST_SLEEP if self._lanes.is_idle() else RENEWAL)
        first = self._agenda.first()
        return max(0.0, min(longest, longest if first is None else first) - now)

    def stop(self) -> None:
        super().stop()
        self._lanes.close()

    def is_idle(self) -> bool:
        """Whether no evaluation is going on."""
        return self._lanes.is_idle()

    def _look(self, now: float) -> None:
        """Take in what has changed in code and switches."""
        seen = (self._deployments.version(), self._storage.switches_version("schedule"))
        if seen == self._seen and 0 <= now - self._looked_at < WHOLE_LOOK:
            return
        deployed = self._deployments.schedules()
        known = {switch.instigator_id: switch for switch in self._storage.list_instigators("schedule")}
        switches = self._switches.in_step(deployed, known)
        self._in_code = {d.instigator_id: d for d in deployed}
        self._watched = {
            d.instigator_id: self._watch(d, switches[d.instigator_id], now)
            for d in deployed
            if switches[d.instigator_id].running
        }
        self._agenda.keep_only(self._watched)
        self._seen = (seen[0], self._storage.switches_version("schedule"))
        self._looked_at = now

    def _watch(self, deployed: DeployedSchedule, switch: Instigator, now: float) -> _Watched:
        before = self._watched.get(deployed.instigator_id)
        if before is not None and before.deployed is deployed and counts_from(before.switch) == counts_from(switch):
            return before
        self._put(deployed, counts_from(switch))
        return _Watched(deployed, switch)

    def _put(self, deployed: DeployedSchedule, after: float) -> None:
        schedule = deployed.schedule
        try:
            self._agenda.put(deployed.instigator_id, cron.next_due(schedule.cron, schedule.timezone, after))
        except cron.CronError as error:  # its zone is unknown here, say: the others go on
            where = f"schedule {deployed.name!r} of code location {deployed.place.location!r}"
            self.note(ScheduleNeverDue(f"{where} can not fire: {error.message}"))

    def _take_over(self) -> None:
        """Ticks whose replica died or hung over them; also of schedules that were switched off since."""
        for schedule_id, due_times in self._ticks.abandoned(clock.shared()).items():
            deployed = self._in_code.get(schedule_id)
            if deployed is not None:
                for due in due_times:
                    work = partial(self._fire, deployed, Owed(fire=(due,)))
                    self._lanes.start(deployed.place.location, f"{schedule_id} {due}", work)

    def _begin(self, watched: _Watched, now: float) -> None:
        deployed = watched.deployed
        owed = self._ticks.owed(deployed, watched.switch, now)
        if not owed.fire and not owed.missed:
            self._put(deployed, now)
            return
        work = partial(self._fire, deployed, owed)
        if not self._lanes.start(deployed.place.location, deployed.instigator_id, work):
            self._agenda.put(deployed.instigator_id, now + BUSY)  # the evaluation before it has not ended yet
            return
        newest = (*owed.missed, *owed.fire)[-1]
        watched.switch = replace(watched.switch, last_due_at=newest)
        self._put(deployed, newest)

    def _fired(self, has_failed: bool) -> None:
        if has_failed:  # of 1,000 that went well each would cost a turn
            self.wake()

    def _fire(self, deployed: DeployedSchedule, owed: Owed) -> None:
        self._ticks.miss(deployed, owed)
        for due_at in owed.fire:
            if self._ticks.fire(deployed, due_at):
                self._new_runs()
