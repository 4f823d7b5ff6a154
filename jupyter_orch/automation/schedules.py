"""What each schedule owes at a given instant, and how one due time becomes runs exactly once.

A due time is claimed by inserting its tick (unique per schedule and due time), evaluated in the schedule's own code,
and finished together with its runs in one transaction. A replica that dies in between leaves a tick whose lease
passes; another takes it over with a new epoch, and the run ids, made from schedule and due time, are the same again.
"""

from __future__ import annotations

from dataclasses import dataclass

from jupyter_orch.automation import cron
from jupyter_orch.automation.deployed import DeployedSchedule
from jupyter_orch.automation.evaluation import (
    GAVE_UP,
    MAX_ATTEMPTS,
    RUN_KEY_TAG,
    Asking,
    Cover,
    HeldTicks,
    as_said,
    evaluate,
    run_from,
    run_id_from,
)
from jupyter_orch.failpoints import failpoint
from jupyter_orch.ports import CodeServers, NewRun, Storage
from jupyter_orch.records.messages import RunRequestRecord, TickVerdict
from jupyter_orch.records.run import Run, RunFilter
from jupyter_orch.records.status import FINAL, RunStatus
from jupyter_orch.records.tick import Instigator, Tick, TickOutcome, TickStatus
from jupyter_orch.runs.journal import Journal

SCHEDULE_TAG = "dagster/schedule_name"
OVERLAP_TAG = "jupyter_orch/overlap"
MOST_TOLD = 100
"""So many missed due times get a tick each; of more, only the newest tells how many there were."""
UNFINISHED = tuple(status for status in RunStatus if status not in FINAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """Due times of one schedule that have passed: those to fire, oldest first, and those that are too late."""

    fire: tuple[float, ...] = ()
    missed: tuple[float, ...] = ()
    missed_before: int = 0


def counts_from(switch: Instigator) -> float:
    """Due times up to this instant are done with."""
    return max(switch.effective_from, switch.last_due_at or 0.0)


class ScheduleTicks:
    """Turns due times into runs."""

    def __init__(
        self,
        storage: Storage,
        journal: Journal,
        code_servers: CodeServers,
        replica: str,
        max_catchup: int,
        *,
        timeout: float = 60.0,
        skip_overlap: bool = False,
        cover: Cover = as_said,
    ) -> None:
        """Args:
        replica: id of this process, for the ticks it holds.
        max_catchup: how many missed due times of a partitioned schedule are made up for.
        timeout: seconds that a schedule's function may take.
        skip_overlap: skip a due time while a run of the schedule is unfinished; a schedule's own tag
            ``jupyter_orch/overlap`` (``skip`` or ``allow``) has precedence.
        cover: hides secrets in what a schedule's function has said.
        """
        self._storage = storage
        self._journal = journal
        self._code_servers = code_servers
        self.held = HeldTicks(storage, replica)
        self._max_catchup = max_catchup
        self._timeout = timeout
        self._skip_overlap = skip_overlap
        self._cover = cover

    def owed(self, deployed: DeployedSchedule, switch: Instigator, now: float) -> Owed:
        """After a pause only the newest due time is fired, of a partitioned schedule the newest few."""
        schedule = deployed.schedule
        keep = self._max_catchup if schedule.partition_set else 1
        due = cron.due_between(schedule.cron, schedule.timezone, counts_from(switch), now)
        missed = due[: len(due) - keep]
        return Owed(
            fire=tuple(due[len(missed) :]),
            missed=tuple(missed[-MOST_TOLD:] if len(missed) <= MOST_TOLD else missed[-1:]),
            missed_before=0 if len(missed) <= MOST_TOLD else len(missed) - 1,
        )

    def miss(self, deployed: DeployedSchedule, owed: Owed) -> None:
        """Write down the due times that nobody was there for."""
        if owed.missed:
            reason = "missed: no daemon was running when it was due, and newer due times have passed since"
            if owed.missed_before:
                reason += f"; so were {owed.missed_before} due times before it"
            self._storage.miss_ticks(deployed.instigator_id, owed.missed, reason)

    def abandoned(self, now: float) -> dict[str, list[float]]:
        """Due times of schedules and sensors whose replica died or hung over them, by id."""
        found: dict[str, list[float]] = {}
        for tick in self._storage.abandoned_ticks(now):
            found.setdefault(tick.instigator_id, []).append(tick.due_at)
        return found

    def fire(self, deployed: DeployedSchedule, due_at: float) -> list[Run]:
        """Evaluate one due time and store its runs; an empty list when another replica has it or nothing is to run."""
        failpoint("tick.claim.before")
        with self.held.claimed(deployed.instigator_id, due_at) as tick:
            return [] if tick is None else self._work_on(deployed, tick)

    def _work_on(self, deployed: DeployedSchedule, tick: Tick) -> list[Run]:
        failpoint("tick.claim.after")
        if tick.attempts > MAX_ATTEMPTS:
            self._storage.finish_tick(tick, TickOutcome(status=TickStatus.FAILURE, failure=GAVE_UP))
            return []
        running = self._overlapping(deployed)
        if running is not None:
            reason = f"run {running.run_id} of this schedule has not ended yet, and overlap is set to 'skip'"
            self._storage.finish_tick(tick, TickOutcome(status=TickStatus.SKIPPED, skip_reason=reason))
            return []
        failpoint("tick.eval.before")
        verdict = self.evaluate(deployed, tick.due_at)
        failpoint("tick.eval.after")
        return self._settle(deployed, tick, verdict)

    def evaluate(self, deployed: DeployedSchedule, due_at: float) -> TickVerdict:
        """What the schedule would start at an instant; nothing is stored."""
        params = {"repository": deployed.place.repository, "schedule": deployed.name, "due_at": due_at}
        said = evaluate(self._code_servers, deployed.place.location, "evaluate_schedule", params, self._timeout)
        return self._cover(said)

    def _overlapping(self, deployed: DeployedSchedule) -> Run | None:
        told = deployed.schedule.tags.get(OVERLAP_TAG, "skip" if self._skip_overlap else "allow")
        if told != "skip":
            return None
        where = RunFilter(
            statuses=UNFINISHED,
            location=deployed.place.location,
            repository=deployed.place.repository,
            tags={SCHEDULE_TAG: deployed.name},
        )
        return next(iter(self._storage.list_runs(where, limit=1)), None)

    def _settle(self, deployed: DeployedSchedule, tick: Tick, verdict: TickVerdict) -> list[Run]:
        runs: list[NewRun] = []
        if verdict.failure is not None:
            outcome = TickOutcome(status=TickStatus.FAILURE, failure=verdict.failure, output=verdict.output)
        elif not verdict.requests:
            reason = verdict.skip_reason or "the schedule asked for no run"
            outcome = TickOutcome(status=TickStatus.SKIPPED, skip_reason=reason, output=verdict.output)
        else:
            runs = [self._new_run(deployed, tick, request, n) for n, request in enumerate(verdict.requests)]
            outcome = TickOutcome(status=TickStatus.SUCCESS, output=verdict.output)
        failpoint("tick.commit.before")
        stored = self._storage.finish_tick(tick, outcome, runs=runs)
        failpoint("tick.commit.after")
        return stored or []

    def _new_run(self, deployed: DeployedSchedule, tick: Tick, request: RunRequestRecord, number: int) -> NewRun:
        schedule = deployed.schedule
        asking = Asking(
            place=deployed.place,
            pipeline=schedule.pipeline,
            mode=schedule.mode,
            created_by=f"schedule {schedule.name}",
            solid_selection=schedule.solid_selection,
        )
        run_id = run_id_from(deployed.instigator_id, repr(tick.due_at), request.run_key or str(number))
        tags = {SCHEDULE_TAG: schedule.name}
        if request.run_key is not None:
            tags[RUN_KEY_TAG] = request.run_key
        return run_from(self._journal, asking, request, run_id, tags, f"tick:{run_id}")
