"""What each schedule owes at a given instant, and how one due time becomes runs exactly once.

A due time is claimed by inserting its tick (unique per schedule and due time), evaluated in the schedule's own code,
and finished together with its runs in one transaction. A replica that dies in between leaves a tick whose lease
passes; another takes it over with a new epoch, and the run ids, made from schedule and due time, are the same again.
"""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass

import msgspec

from jupyter_orch import clock
from jupyter_orch.automation import cron
from jupyter_orch.errors import OrchError
from jupyter_orch.ports import CodeServers, NewRun, ScheduleStorage
from jupyter_orch.records.failure import Failure
from jupyter_orch.records.messages import LocationTarget, PipelineSelector, RunRequestRecord, TickVerdict
from jupyter_orch.records.run import Run, Submission
from jupyter_orch.records.snapshot import LocationSnapshot, ScheduleSnapshot
from jupyter_orch.records.tick import Instigator, Tick, TickStatus
from jupyter_orch.runs.journal import Journal

EVALUATION_TIMEOUT = 60.0
TICK_LEASE = 90.0
MAX_ATTEMPTS = 3
_NAMESPACE = uuid.UUID("6f1c6d1e-3b0e-4f6a-9a53-0d8f3d6f0c11")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployedSchedule:
    """A schedule as it stands in the code of a location now."""

    location: str
    target: LocationTarget
    repository: str
    code_version: str
    schedule: ScheduleSnapshot

    @property
    def instigator_id(self) -> str:
        """Stable id: it survives edits of the definition."""
        return instigator_id("schedule", self.location, self.repository, self.schedule.name)

    @property
    def definition_hash(self) -> str:
        """Of what decides the due times."""
        return hashlib.sha256(f"{self.schedule.cron}\0{self.schedule.timezone}".encode()).hexdigest()[:32]


def instigator_id(kind: str, location: str, repository: str, name: str) -> str:
    """The id under which a schedule's or sensor's switch and ticks are kept."""
    return hashlib.sha256("\0".join((kind, location, repository, name)).encode()).hexdigest()[:40]


def deployed_schedules(location: str, target: LocationTarget, snapshot: LocationSnapshot) -> list[DeployedSchedule]:
    """All schedules of a location."""
    return [
        DeployedSchedule(
            location=location,
            target=target,
            repository=repository.name,
            code_version=snapshot.code_version,
            schedule=schedule,
        )
        for repository in snapshot.repositories
        for schedule in repository.schedules
    ]


class ScheduleSwitches:
    """Which schedules are on, and from when on their due times count."""

    def __init__(self, storage: ScheduleStorage) -> None:
        self._storage = storage

    def current(self, deployed: DeployedSchedule) -> Instigator:
        """The switch of a schedule; one seen for the first time takes the default from the code."""
        return self._storage.put_instigator(
            Instigator(
                instigator_id=deployed.instigator_id,
                kind="schedule",
                location=deployed.location,
                repository=deployed.repository,
                name=deployed.schedule.name,
                running=deployed.schedule.default_running,
                definition_hash=deployed.definition_hash,
                effective_from=clock.now(),
            )
        )

    def turn(self, deployed: DeployedSchedule, *, on: bool) -> Instigator:
        """Switch it; when it goes on, only due times from now on count."""
        switch = self.current(deployed)
        if switch.running == on:
            return switch
        changes: dict[str, object] = {"running": on}
        if on:
            changes |= {"effective_from": clock.now(), "definition_hash": deployed.definition_hash}
        return self._storage.change_instigator(switch.instigator_id, **changes) or switch

    def follow_edit(self, deployed: DeployedSchedule, switch: Instigator) -> Instigator:
        """A changed cron line or zone never fires for the past."""
        if switch.definition_hash == deployed.definition_hash:
            return switch
        changed = self._storage.change_instigator(
            switch.instigator_id, definition_hash=deployed.definition_hash, effective_from=clock.now()
        )
        return changed or switch


def counts_from(switch: Instigator) -> float:
    """Due times up to this instant are done with."""
    return max(switch.effective_from, switch.last_due_at or 0.0)


class ScheduleTicks:
    """Turns due times into runs."""

    def __init__(
        self, storage: ScheduleStorage, journal: Journal, code_servers: CodeServers, replica: str, max_catchup: int
    ) -> None:
        """Args:
        replica: id of this process, for the ticks it holds.
        max_catchup: how many missed due times of a partitioned schedule are made up for.
        """
        self._storage = storage
        self._journal = journal
        self._code_servers = code_servers
        self._replica = replica
        self._max_catchup = max_catchup

    def owed(self, deployed: DeployedSchedule, switch: Instigator, now: float) -> list[float]:
        """Due times to fire now: after a pause only the newest, of a partitioned schedule the newest few."""
        schedule = deployed.schedule
        keep = self._max_catchup if schedule.partition_set else 1
        due = cron.due_between(schedule.cron, schedule.timezone, counts_from(switch), now, limit=max(keep, 1))
        return due[-keep:] if keep else []

    def abandoned(self, now: float) -> dict[str, list[float]]:
        """Due times whose replica died or hung over them, by schedule."""
        found: dict[str, list[float]] = {}
        for tick in self._storage.abandoned_ticks(now):
            found.setdefault(tick.instigator_id, []).append(tick.due_at)
        return found

    def fire(self, deployed: DeployedSchedule, due_at: float) -> list[Run]:
        """Evaluate one due time and store its runs; an empty list when another replica has it or nothing is to run."""
        tick = self._storage.claim_tick(
            deployed.instigator_id, due_at, self._replica, clock.now() + TICK_LEASE, clock.now()
        )
        if tick is None:
            return []
        if tick.attempts > MAX_ATTEMPTS:
            gave_up = Failure(
                cls="TickAbandoned", message=f"{MAX_ATTEMPTS} replicas died or hung while they evaluated it"
            )
            self._storage.finish_tick(tick, TickStatus.FAILURE, failure=gave_up)
            return []
        verdict = self._evaluate(deployed, due_at)
        return self._settle(deployed, tick, verdict)

    def _evaluate(self, deployed: DeployedSchedule, due_at: float) -> TickVerdict:
        params = {"repository": deployed.repository, "schedule": deployed.schedule.name, "due_at": due_at}
        try:
            answer = self._code_servers.ask(deployed.location, "evaluate_schedule", params, EVALUATION_TIMEOUT)
        except OrchError as error:
            failure = getattr(error, "failure", None) or Failure(cls=type(error).__name__, message=error.message)
            return TickVerdict(failure=failure)
        return msgspec.convert(answer, TickVerdict)

    def _settle(self, deployed: DeployedSchedule, tick: Tick, verdict: TickVerdict) -> list[Run]:
        if verdict.failure is not None:
            self._storage.finish_tick(tick, TickStatus.FAILURE, failure=verdict.failure)
            return []
        if not verdict.requests:
            reason = verdict.skip_reason or "the schedule asked for no run"
            self._storage.finish_tick(tick, TickStatus.SKIPPED, skip_reason=reason)
            return []
        runs = [self._new_run(deployed, tick, request, n) for n, request in enumerate(verdict.requests)]
        return self._storage.finish_tick(tick, TickStatus.SUCCESS, runs=runs) or []

    def _new_run(self, deployed: DeployedSchedule, tick: Tick, request: RunRequestRecord, number: int) -> NewRun:
        schedule = deployed.schedule
        name = f"{deployed.instigator_id}\0{tick.due_at!r}\0{request.run_key or number}"
        run_id = str(uuid.uuid5(_NAMESPACE, name))
        submission = Submission(
            location=deployed.location,
            target=deployed.target,
            selector=PipelineSelector(
                repository=deployed.repository,
                pipeline=request.pipeline or schedule.pipeline,
                mode=schedule.mode,
                solid_selection=schedule.solid_selection,
            ),
            code_version=deployed.code_version,
            run_config=request.run_config,
            tags={**schedule.tags, **request.tags, "dagster/schedule_name": schedule.name},
            created_by=f"schedule {schedule.name}",
            idempotency_key=f"tick:{run_id}",
        )
        return self._journal.new_run(submission, run_id)
