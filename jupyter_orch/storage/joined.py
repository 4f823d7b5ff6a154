"""One storage made of several: runs, event log and schedules in different places.

What belongs together is written together in one place first, and moved on afterwards: a status and its events are one
transaction of the run storage, from where the events move to the event log; a tick and its runs are one transaction of
the schedule storage, from where the runs move to the run storage. Each move is stored in its new place, then let go
in the old one, and can be repeated. Whoever dies in between leaves something to move, never a gap: readers look in
both places, and the daemon moves on what it finds.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from jupyter_orch.errors import OrchError
from jupyter_orch.failpoints import failpoint
from jupyter_orch.ports import AssetStorage, EventLogStorage, Guard, NewRun, RunStorage, ScheduleStorage, Storage
from jupyter_orch.ports.runs import ALL_EVENTS
from jupyter_orch.records.asset import ASSET_EVENTS
from jupyter_orch.records.backfill import Backfill, BackfillStep
from jupyter_orch.records.event import Event, StoredEvent
from jupyter_orch.records.holding import Holding
from jupyter_orch.records.run import Run
from jupyter_orch.records.status import RunStatus
from jupyter_orch.records.tick import Tick, TickOutcome

log = logging.getLogger("jupyter_orch.storage")
BATCH = 1000


class FactsApart:
    """What changes for a run storage that knows no assets: the facts in its events are told to the one that does.

    A fact is stored right after its event. One that was missed in between is stored before its event moves on to an
    event log of its own.
    """

    def __init__(self, runs: RunStorage, assets: AssetStorage) -> None:
        self._runs = runs
        self._assets = assets

    def __getattr__(self, name: str) -> Any:
        return getattr(self._runs, name)

    def add_run(self, new: NewRun) -> tuple[Run, bool]:
        """Store a run, and what its first events tell."""
        run, is_new = self._runs.add_run(new)
        if is_new:
            self._tell(run.run_id, len(new.events), new.events)
        return run, is_new

    def move_run(
        self, run_id: str, guard: Guard, to: RunStatus | None, events: Sequence[Event] = (), **changes: Any
    ) -> Run | None:
        """Change a run, and store what the events tell."""
        moved = self._runs.move_run(run_id, guard, to, events, **changes)
        if moved is not None:
            self._tell(run_id, moved.event_seq, events)
        return moved

    def append_events(self, run_id: str, epoch: int, events: Sequence[Event]) -> int | None:
        """Append events, and store what they tell."""
        last = self._runs.append_events(run_id, epoch, events)
        if last is not None:
            self._tell(run_id, last, events)
        return last

    def drop_events(self, run_id: str, through: int) -> bool:
        """Let go of events that have moved on, with all stored that they tell."""
        self._assets.put_facts(self._runs.read_events(run_id, limit=through, types=ASSET_EVENTS))
        return self._runs.drop_events(run_id, through)

    def delete_run(self, run_id: str) -> bool:
        """Remove a run, and its facts that newer ones have replaced."""
        is_deleted = self._runs.delete_run(run_id)
        if is_deleted:
            self._assets.forget_run(run_id)
        return is_deleted

    def _tell(self, run_id: str, last: int, events: Sequence[Event]) -> None:
        first = last - len(events) + 1
        stored = [StoredEvent(run_id=run_id, seq=seq, event=event) for seq, event in enumerate(events, first)]
        self._assets.put_facts(stored)


class EventsApart:
    """What changes for a run storage whose events move on to an event log."""

    def __init__(self, runs: RunStorage, event_log: EventLogStorage) -> None:
        self._runs = runs
        self._log = event_log

    def read_events(
        self, run_id: str, *, after: int = 0, limit: int = 1000, types: Iterable[str] | None = None
    ) -> list[StoredEvent]:
        """Events of both places; what moves while we read is seen, because the place that it leaves is read first."""
        wanted = None if types is None else list(types)
        waiting = self._runs.read_events(run_id, after=after, limit=limit, types=wanted)
        if waiting and waiting[0].seq == after + 1:
            return waiting
        moved = self._log.read_events(run_id, after=after, limit=limit, types=wanted)
        merged = {stored.seq: stored for stored in (*moved, *waiting)}
        return [merged[seq] for seq in sorted(merged)][:limit]

    def events_of(self, run_ids: Sequence[str], types: Iterable[str]) -> dict[str, list[StoredEvent]]:
        """All events of these types of several runs, for every run that has any."""
        wanted = list(types)
        found = {run_id: self.read_events(run_id, limit=ALL_EVENTS, types=wanted) for run_id in run_ids}
        return {run_id: events for run_id, events in found.items() if events}

    def delete_run(self, run_id: str) -> bool:
        """The row goes first: a mover that finds none takes away what it has just stored."""
        if not self._runs.delete_run(run_id):
            return False
        self._log.delete_events(run_id)
        return True

    def move_on(self) -> int:
        """Move what waits to the event log; returns how many events."""
        moved = 0
        for run in self._runs.runs_with_events(limit=BATCH):
            waiting = self._runs.read_events(run.run_id, limit=BATCH)
            if not waiting:
                continue
            self._log.put_events(waiting)
            failpoint("storage.events.copied")
            if not self._runs.drop_events(run.run_id, waiting[-1].seq):
                self._log.delete_events(run.run_id)
            moved += len(waiting)
        return moved


class TicksApart:
    """What changes for a schedule storage whose runs move on to the run storage."""

    def __init__(self, schedules: ScheduleStorage, runs: RunStorage) -> None:
        self._schedules = schedules
        self._runs = runs

    def advance_tick(self, tick: Tick, *, runs: Sequence[NewRun] = (), **more: Any) -> list[Run] | None:
        """Create some of a tick's runs, beside it in the same transaction; they move on at once."""
        return self._passed_on(self._schedules.advance_tick(tick, runs=runs, **more), runs)

    def finish_tick(
        self, tick: Tick, outcome: TickOutcome, *, runs: Sequence[NewRun] = (), **more: Any
    ) -> list[Run] | None:
        """End a tick; its runs are stored beside it in the same transaction, and move on at once."""
        return self._passed_on(self._schedules.finish_tick(tick, outcome, runs=runs, **more), runs)

    def advance_backfill(
        self, backfill: Backfill, step: BackfillStep, *, runs: Sequence[NewRun] = ()
    ) -> list[Run] | None:
        """Store a chunk of a backfill; its runs stand beside it in the same transaction, and move on at once."""
        return self._passed_on(self._schedules.advance_backfill(backfill, step, runs=runs), runs)

    def move_on(self) -> int:
        """Move what waits to the run storage; returns how many runs."""
        staged = self._schedules.staged_runs(BATCH)
        for new in staged:
            self._store(new)
        return len(staged)

    def _passed_on(self, staged: list[Run] | None, runs: Sequence[NewRun]) -> list[Run] | None:
        if not staged:
            return staged
        failpoint("storage.tick.staged")
        try:
            return [self._store(new) for new in runs]
        except OrchError as error:
            log.warning("new runs wait for the run storage: %s", error.message)
            return []

    def _store(self, new: NewRun) -> Run:
        run, _ = self._runs.add_run(new)
        failpoint("storage.run.copied")
        self._schedules.drop_staged([new.run_id])
        return run


def join(
    rest: Storage, runs: RunStorage, schedules: ScheduleStorage | None, event_log: EventLogStorage | None
) -> Storage:
    """One storage that answers each port from the place that was chosen for it.

    Args:
        rest: answers whatever the others do not.
        runs: runs with their newest events; may be ``rest`` itself.
        schedules: None leaves them with the rest, which then holds the runs as well.
        event_log: None leaves the events with the runs.
    """
    if event_log is None and schedules is None and runs is rest:
        return rest
    if not isinstance(runs, AssetStorage):
        runs = cast(RunStorage, FactsApart(runs, rest))
    answers = {**_methods(Storage, rest), **_methods(RunStorage, runs)}
    movers: list[EventsApart | TicksApart] = []
    if event_log is not None:
        events = EventsApart(runs, event_log)
        answers |= {"read_events": events.read_events, "events_of": events.events_of, "delete_run": events.delete_run}
        movers.append(events)
    if schedules is not None:
        ticks = TicksApart(schedules, runs)
        answers |= _methods(ScheduleStorage, schedules)
        answers |= {"advance_tick": ticks.advance_tick, "finish_tick": ticks.finish_tick}
        answers |= {"advance_backfill": ticks.advance_backfill}
        movers.append(ticks)

    parts = {id(part): part for part in (rest, runs, schedules, event_log) if part is not None}.values()

    def dispose() -> None:
        for part in parts:
            if hasattr(part, "dispose"):
                part.dispose()

    def holdings() -> tuple[Holding, ...]:
        return tuple(held for part in parts if hasattr(part, "holdings") for held in part.holdings())

    relay = runs.relay_news if isinstance(runs, Storage) else rest.relay_news
    answers |= {"dispose": dispose, "holdings": holdings, "relay_news": relay}
    answers |= {"move_on": lambda: sum(mover.move_on() for mover in movers)}
    return _answering(answers, next(filter(None, (getattr(part, "read_only", "") for part in parts)), ""))


def _methods(port: type, part: object) -> dict[str, Any]:
    """The public methods that a port asks for, bound to the part that answers them."""
    names = {name for cls in port.__mro__[:-1] for name, value in vars(cls).items() if callable(value)}
    return {name: getattr(part, name) for name in names if not name.startswith("_")}


def _answering(answers: Mapping[str, Any], read_only: str) -> Storage:
    """A storage whose methods are these; one that a port asks for and nobody answers is refused by ``abc``."""
    methods = {name: staticmethod(method) for name, method in answers.items()}
    made = type("JoinedStorage", (Storage,), {"is_apart": True, "read_only": read_only, **methods})
    return cast(Storage, made())
