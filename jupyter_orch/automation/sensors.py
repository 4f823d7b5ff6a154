"""What each sensor is told and asked, and how its answer becomes runs exactly once.

A sensor's evaluations are numbered by the instant at which they are due (``Instigator.next_at``): a replica claims one
by inserting its tick, and the end of an evaluation says when the next is due. Cursor, runs and run keys are written
with the tick, in one transaction.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from jupyter_orch import clock
from jupyter_orch.automation.deployed import DeployedSensor
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
from jupyter_orch.errors import OrchError
from jupyter_orch.failpoints import failpoint
from jupyter_orch.ports import CodeServers, NewRun, Storage
from jupyter_orch.records.asset import AssetFilter
from jupyter_orch.records.failure import Failure
from jupyter_orch.records.messages import RunRequestRecord, TickVerdict
from jupyter_orch.records.run import Run
from jupyter_orch.records.status import RunStatus
from jupyter_orch.records.status_change import StatusChange, StatusChangeFilter
from jupyter_orch.records.tick import Instigator, Tick, TickOutcome, TickStatus
from jupyter_orch.runs.journal import Journal

SENSOR_TAG = "dagster/sensor_name"
SHORTEST_INTERVAL = 1.0
CHANGES_AT_ONCE = 5
"""A run status sensor is told of so many runs in one tick; more of them wait for the next, which follows at once."""
KEYS_TOLD, KEYS_KEPT = 10, 100
"""Of the keys that had a run already: so many in the tick's reason, which counts the others, and with the tick."""


class SensorIsOff(OrchError):
    """The sensor is switched off, so it is not evaluated."""

    code = "SENSOR_IS_OFF"


def number_of(switch: Instigator) -> float:
    """What the next evaluation of a sensor is called by: the instant at which it was said to be due."""
    return switch.effective_from if switch.next_at is None else switch.next_at


class SensorTicks:
    """Evaluates sensors."""

    def __init__(
        self,
        storage: Storage,
        journal: Journal,
        code_servers: CodeServers,
        replica: str,
        *,
        timeout: float = 60.0,
        cover: Cover = as_said,
    ) -> None:
        """Args:
        replica: id of this process, for the ticks it holds.
        timeout: seconds that a sensor's function may take, unless the sensor says another time.
        cover: hides secrets in what a sensor's function has said.
        """
        self._storage = storage
        self._journal = journal
        self._code_servers = code_servers
        self.held = HeldTicks(storage, replica)
        self._timeout = timeout
        self._cover = cover

    def due(self, deployed: DeployedSensor, switch: Instigator, now: float) -> float:
        """When the sensor is evaluated next; a clock that was set back does not hold it up."""
        interval, numbered = self.interval(deployed), number_of(switch)
        if numbered <= now + interval:
            return numbered
        return now if switch.last_end is None or switch.last_end > now else switch.last_end + interval

    def interval(self, deployed: DeployedSensor) -> float:
        """Seconds from the end of one evaluation to the next."""
        return max(SHORTEST_INTERVAL, float(deployed.sensor.minimum_interval_seconds))

    def want(self, deployed: DeployedSensor, switch: Instigator) -> Instigator:
        """Have a sensor evaluated at once, by whichever replica comes first.

        Raises:
            SensorIsOff: it is switched off.
        """
        if not switch.running:
            raise SensorIsOff(f"sensor {deployed.name!r} is off; switch it on first, or evaluate it without effect")
        return self._storage.want_tick(switch.instigator_id, clock.now()) or switch

    def fire(self, deployed: DeployedSensor, due_at: float) -> list[Run]:
        """Evaluate the sensor and store its runs; an empty list when another replica has it or nothing is to run."""
        failpoint("tick.claim.before")
        with self.held.claimed(deployed.instigator_id, due_at) as tick:
            return [] if tick is None else self._work_on(deployed, tick)

    def _work_on(self, deployed: DeployedSensor, tick: Tick) -> list[Run]:
        failpoint("tick.claim.after")
        if tick.attempts > MAX_ATTEMPTS:
            self._finish(deployed, tick, TickOutcome(status=TickStatus.FAILURE, failure=GAVE_UP))
            return []
        switch = self._storage.get_instigator(deployed.instigator_id)
        assert switch is not None, "a claimed tick has its sensor"
        if not switch.running:
            reason = "the sensor was switched off before it was evaluated"
            self._finish(deployed, tick, TickOutcome(status=TickStatus.SKIPPED, skip_reason=reason))
            return []
        if deployed.sensor.run_status is not None:
            return self._react(deployed, switch, tick, RunStatus(deployed.sensor.run_status))
        failpoint("tick.eval.before")
        verdict = self.evaluate(deployed, switch, switch.cursor)
        failpoint("tick.eval.after")
        return self._settle(deployed, tick, verdict)

    def evaluate(self, deployed: DeployedSensor, switch: Instigator, cursor: str | None) -> TickVerdict:
        """What the sensor would start now with this cursor; nothing is stored."""
        params: dict[str, Any] = {
            "repository": deployed.place.repository,
            "sensor": deployed.name,
            "cursor": cursor,
            "last_run_key": switch.last_run_key,
            "last_completion_time": switch.last_end,
        }
        if deployed.sensor.asset_key is not None:
            params["asset_events"] = self._materializations(deployed.sensor.asset_key, cursor)
        return self._ask(deployed, params)

    def _ask(self, deployed: DeployedSensor, params: dict[str, Any]) -> TickVerdict:
        timeout = deployed.sensor.evaluation_timeout_seconds or self._timeout
        return self._cover(evaluate(self._code_servers, deployed.place.location, "evaluate_sensor", params, timeout))

    def _materializations(self, asset_key: tuple[str, ...], cursor: str | None) -> list[dict[str, Any]]:
        """The newest materialization behind the cursor, as the code server wants it."""
        after = int(cursor) if cursor is not None and cursor.isdecimal() else None
        found = self._storage.asset_facts([asset_key], AssetFilter(after=after), limit=1)
        return [
            {
                "cursor": fact.cursor,
                "asset_key": list(fact.asset_key),
                "run_id": fact.run_id,
                "timestamp": fact.timestamp,
                "partition": fact.partition,
                "metadata": list(fact.metadata),
            }
            for fact in found.get(asset_key, ())
        ]

    # ordinary and asset sensors

    def _settle(self, deployed: DeployedSensor, tick: Tick, verdict: TickVerdict) -> list[Run]:
        wrong = [request for request in verdict.requests if request.config_errors]
        if verdict.failure is not None or wrong:
            failure = verdict.failure or _config_failure(wrong[0])
            outcome = TickOutcome(status=TickStatus.FAILURE, failure=failure, output=verdict.output)
            self._finish(deployed, tick, outcome)
            return []
        fresh, used = self._unused(deployed.instigator_id, verdict.requests)
        if fresh and not self._is_on(deployed):
            reason = f"the sensor was switched off while it was evaluated; none of {len(fresh)} runs is started"
            outcome = TickOutcome(status=TickStatus.SKIPPED, skip_reason=reason, output=verdict.output)
            self._finish(deployed, tick, outcome)
            return []
        outcome = TickOutcome(
            status=TickStatus.SUCCESS if fresh else TickStatus.SKIPPED,
            skip_reason=None if fresh else _skip_reason(verdict, used),
            skipped_run_keys=tuple(used[:KEYS_KEPT]),
            output=verdict.output,
            cursor=verdict.cursor,
            last_run_key=next((r.run_key for r in reversed(verdict.requests) if r.run_key is not None), None),
        )
        runs = [self._new_run(deployed, request, f"{tick.due_at!r}\0{n}") for n, request in enumerate(fresh)]
        failpoint("tick.commit.before")
        stored = self._finish(deployed, tick, outcome, runs, [r.run_key for r in fresh])
        failpoint("tick.commit.after")
        return stored

    def _is_on(self, deployed: DeployedSensor) -> bool:
        switch = self._storage.get_instigator(deployed.instigator_id)
        return switch is not None and switch.running

    def _finish(
        self,
        deployed: DeployedSensor,
        tick: Tick,
        outcome: TickOutcome,
        runs: list[NewRun] | None = None,
        keys: list[str | None] | None = None,
        *,
        again_at_once: bool = False,
    ) -> list[Run]:
        wait = 0.0 if again_at_once else self.interval(deployed)
        outcome = replace(outcome, next_at=clock.now() + wait)
        return self._storage.finish_tick(tick, outcome, runs=runs or [], run_keys=keys or []) or []

    def _unused(
        self, instigator_id: str, requests: tuple[RunRequestRecord, ...]
    ) -> tuple[list[RunRequestRecord], list[str]]:
        """Requests whose key had no run yet, each key once; and the keys of the others."""
        keys = [r.run_key for r in requests if r.run_key is not None]
        seen = self._storage.used_run_keys(instigator_id, keys) if keys else set()
        fresh, used = [], []
        for request in requests:
            if request.run_key is None:
                fresh.append(request)
            elif request.run_key in seen:
                used.append(request.run_key)
            else:
                seen.add(request.run_key)
                fresh.append(request)
        return fresh, used

    def _new_run(self, deployed: DeployedSensor, request: RunRequestRecord, number: str) -> NewRun:
        sensor = deployed.sensor
        asking = Asking(
            place=deployed.place,
            pipeline=sensor.pipelines[0] if sensor.pipelines else "",
            mode=sensor.mode,
            created_by=f"sensor {sensor.name}",
            solid_selection=sensor.solid_selection,
        )
        run_id = run_id_from(deployed.instigator_id, "key\0" + request.run_key if request.run_key else number)
        tags = {SENSOR_TAG: sensor.name}
        if request.run_key is not None:
            tags[RUN_KEY_TAG] = request.run_key
        return run_from(self._journal, asking, request, run_id, tags, f"tick:{run_id}")

    # run status sensors

    def _react(self, deployed: DeployedSensor, switch: Instigator, tick: Tick, status: RunStatus) -> list[Run]:
        """Tell the sensor of the runs that came to its status, in order; each is done with before the next begins."""
        if switch.cursor is None:
            reason = "the sensor begins here: it is told of what happens from now on"
            begun = TickOutcome(status=TickStatus.SKIPPED, skip_reason=reason, cursor=self._storage.newest_change())
            self._finish(deployed, tick, begun)
            return []
        where = StatusChangeFilter(
            statuses=(status,),
            location=deployed.place.location,
            repository=deployed.place.repository,
            pipelines=deployed.sensor.watched,
        )
        page = self._storage.status_changes(switch.cursor, where, CHANGES_AT_ONCE)
        runs: list[Run] = []
        failures: list[Failure] = []
        output: list[str] = []
        for change in page.changes:
            verdict = self._tell(deployed, change)
            output.append(verdict.output or "")
            failures += [verdict.failure] if verdict.failure is not None else []
            wrong = [_config_failure(request) for request in verdict.requests if request.config_errors]
            failures += wrong
            fresh, _ = self._unused(deployed.instigator_id, () if wrong else verdict.requests)
            new = [self._new_run(deployed, request, f"{change.place}\0{n}") for n, request in enumerate(fresh)]
            failpoint("tick.commit.before")
            stored = self._storage.advance_tick(
                tick, runs=new, run_keys=[r.run_key for r in fresh], cursor=change.place
            )
            if stored is None:
                return runs  # another replica goes on behind the last change that was done with here
            runs += stored
        self._finish(
            deployed,
            tick,
            TickOutcome(
                status=_status(bool(page.changes), failures),
                skip_reason=None if page.changes else f"no run came to {status}",
                failure=failures[0] if failures else None,
                output="".join(output) or None,
                cursor=page.place,
            ),
            again_at_once=len(page.changes) == CHANGES_AT_ONCE,
        )
        return runs

    def _tell(self, deployed: DeployedSensor, change: StatusChange) -> TickVerdict:
        run = self._storage.get_run(change.run_id)
        if run is None:
            return TickVerdict()
        failpoint("tick.eval.before")
        asked = run.submission
        return self._ask(
            deployed,
            {
                "repository": deployed.place.repository,
                "sensor": deployed.name,
                "run": {
                    "run_id": run.run_id,
                    "pipeline": asked.selector.pipeline,
                    "mode": asked.selector.mode,
                    "status": change.status.value,
                    "run_config": asked.run_config,
                    "tags": asked.tags,
                },
                "event": self._event(run, change.status),
            },
        )

    def _event(self, run: Run, status: RunStatus) -> dict[str, Any] | None:
        """The newest event that tells of the status, as plain JSON."""
        events = self._storage.read_events(run.run_id, types=[_EVENT_OF.get(status, f"PIPELINE_{status}")])
        return events[-1].event.plain() if events else None


_EVENT_OF = {RunStatus.STARTED: "PIPELINE_START", RunStatus.QUEUED: "PIPELINE_ENQUEUED"}


def _status(was_told: bool, failures: list[Failure]) -> TickStatus:
    if failures:
        return TickStatus.FAILURE
    return TickStatus.SUCCESS if was_told else TickStatus.SKIPPED


def _skip_reason(verdict: TickVerdict, used: list[str]) -> str:
    if not used:
        return verdict.skip_reason or "the sensor asked for no run"
    more = f" and {len(used) - KEYS_TOLD} more" if len(used) > KEYS_TOLD else ""
    return f"there has been a run for: {', '.join(used[:KEYS_TOLD])}{more}"


def _config_failure(request: RunRequestRecord) -> Failure:
    lines = "\n".join(f"{' › '.join(map(str, e.path)) or '(top)'}: {e.message}" for e in request.config_errors)
    which = f" for run key {request.run_key!r}" if request.run_key else ""
    return Failure(
        cls="RunConfigInvalid", message=f"the run config{which} does not fit pipeline {request.pipeline!r}:\n{lines}"
    )
