"""Switches and ticks of schedules and sensors as SQL. Unique (instigator, due_at) makes a due time fire once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Select, bindparam, delete, func, insert, select, union_all, update

from jupyter_orch import clock
from jupyter_orch.ports import NewRun, ScheduleStorage
from jupyter_orch.records.run import Run
from jupyter_orch.records.tick import Instigator, Tick, TickOutcome, TickStatus
from jupyter_orch.storage import rows
from jupyter_orch.storage.backfills import NewRuns, SqlBackfills
from jupyter_orch.storage.database import Database
from jupyter_orch.storage.schema import instigators, run_keys, ticks

_SWITCHES = ("running", "by_default")
_MOST_VALUES = 10_000
_MOST_TERMS = 200  # SQLite takes 500 in one statement
_SMALLEST_STEP = 0.001

# what each evaluation asks and writes, put together once
_INSTIGATOR = select(instigators).where(instigators.c.instigator_id == bindparam("of"))
_INSTIGATOR_LOCKED = _INSTIGATOR.with_for_update()
_CHANGE_INSTIGATOR = update(instigators).where(instigators.c.instigator_id == bindparam("of"))
_OF_KIND = instigators.c.kind == bindparam("of")
_COUNT_SWITCHED_ON = select(func.count()).where(_OF_KIND, instigators.c.running == 1)
_SWITCHES_VERSION = select(
    func.count(),
    func.sum(instigators.c.running),
    func.sum(instigators.c.by_default),
    func.max(instigators.c.effective_from),
    func.max(instigators.c.wanted_at),
).where(_OF_KIND)
_TICK_AT = select(ticks).where(ticks.c.instigator_id == bindparam("of"), ticks.c.due_at == bindparam("at"))
_INSERT_TICK = insert(ticks).returning(ticks)
_CHANGE_TICK = update(ticks).where(ticks.c.tick_id == bindparam("of"))
_IS_STARTED = ticks.c.status == TickStatus.STARTED.value
_GOING_ON = select(ticks.c.tick_id).where(ticks.c.instigator_id == bindparam("of"), _IS_STARTED).limit(1)
_HELD_TICK = select(ticks.c.run_ids).where(  # still this replica's
    ticks.c.tick_id == bindparam("of"), ticks.c.epoch == bindparam("at"), _IS_STARTED
)
_ABANDONED = select(ticks).where(_IS_STARTED, ticks.c.lease_until < bindparam("now"))


class SqlSchedules(SqlBackfills, ScheduleStorage):
    """See :class:`jupyter_orch.ports.ScheduleStorage`."""

    def __init__(self, database: Database, runs: NewRuns) -> None:
        """Args:
        runs: takes the runs of a tick or backfill within its transaction.
        """
        SqlBackfills.__init__(self, database, runs)

    def put_instigators(self, new: Sequence[Instigator]) -> None:
        if not new:
            return
        values = [_columns_of(instigator) for instigator in new]
        with self._database.write() as connection:
            connection.execute(self._insert(instigators).on_conflict_do_nothing(), values)

    def change_instigator(self, instigator_id: str, **changes: Any) -> Instigator | None:
        chosen = instigators.c.instigator_id == instigator_id
        changes = {name: int(value) if name in _SWITCHES else value for name, value in changes.items()}
        with self._database.write() as connection:
            row = connection.execute(update(instigators).where(chosen).values(changes).returning(instigators)).first()
        return rows.instigator_from(row) if row else None

    def want_tick(self, instigator_id: str, now: float) -> Instigator | None:
        with self._database.write() as connection:
            found = self._locked(connection, instigator_id)
            if found is None:
                return None
            changes: dict[str, Any] = {"wanted_at": now}
            if not self._is_busy(connection, instigator_id):
                changes["next_at"] = _after(found.last_due_at, now)
            self._change(connection, instigator_id, changes)
        return replace(found, **changes)

    def get_instigator(self, instigator_id: str) -> Instigator | None:
        with self._database.read() as connection:
            row = connection.execute(_INSTIGATOR, {"of": instigator_id}).first()
        return rows.instigator_from(row) if row else None

    def list_instigators(self, kind: str | None = None) -> list[Instigator]:
        statement = select(instigators).order_by(instigators.c.name)
        if kind is not None:
            statement = statement.where(instigators.c.kind == kind)
        with self._database.read() as connection:
            return [rows.instigator_from(row) for row in connection.execute(statement)]

    def switches_version(self, kind: str) -> str:
        with self._database.read() as connection:
            return repr(tuple(connection.execute(_SWITCHES_VERSION, {"of": kind}).one()))

    def count_switched_on(self, kind: str) -> int:
        with self._database.read() as connection:
            return connection.execute(_COUNT_SWITCHED_ON, {"of": kind}).scalar_one()

    def claim_tick(self, instigator_id: str, due_at: float, owner: str, lease_until: float, now: float) -> Tick | None:
        held = {"owner": owner, "lease_until": lease_until, "start_time": now}
        with self._database.write() as connection:
            switch = self._locked(connection, instigator_id)
            if switch is None:
                return None
            known = connection.execute(_TICK_AT, {"of": instigator_id, "at": due_at}).first()
            if known is not None:
                if known.status != TickStatus.STARTED or known.lease_until >= now:
                    return None
                held |= {"epoch": known.epoch + 1, "attempts": known.attempts + 1}
                taken_over = _CHANGE_TICK.values(held).returning(ticks)
                return rows.tick_from(connection.execute(taken_over, {"of": known.tick_id}).one())
            if not _counts(switch, due_at) or (switch.kind == "sensor" and self._is_busy(connection, instigator_id)):
                return None
            fresh = {
                "instigator_id": instigator_id,
                "due_at": due_at,
                "status": TickStatus.STARTED.value,
                "epoch": 1,
                "attempts": 1,
                **held,
            }
            row = connection.execute(_INSERT_TICK, fresh).one()
            self._change(connection, instigator_id, {"last_due_at": due_at})
        return rows.tick_from(row)

    def renew_ticks(self, tick_ids: Sequence[int], owner: str, lease_until: float) -> None:
        mine = (ticks.c.tick_id.in_(tick_ids), ticks.c.owner == owner, ticks.c.status == TickStatus.STARTED.value)
        with self._database.write(durable=False) as connection:
            connection.execute(update(ticks).where(*mine).values(lease_until=lease_until))

    def miss_ticks(self, instigator_id: str, due_times: Sequence[float], reason: str) -> int:
        with self._database.write() as connection:
            switch = self._locked(connection, instigator_id)
            due_times = [due for due in due_times if switch is not None and _counts(switch, due)]
            if switch is None or not due_times:
                return 0
            missed = {
                "instigator_id": instigator_id,
                "status": TickStatus.SKIPPED.value,
                "epoch": 0,
                "owner": "",
                "lease_until": 0.0,
                "attempts": 0,
                "end_time": clock.now(),
                "skip_reason": reason,
            }
            values = [{**missed, "due_at": due} for due in due_times]
            connection.execute(self._insert(ticks).on_conflict_do_nothing(), values)
            self._change(connection, instigator_id, {"last_due_at": max(due_times)})
        return len(due_times)

    def advance_tick(
        self, tick: Tick, *, runs: Sequence[NewRun] = (), run_keys: Sequence[str | None] = (), cursor: str | None = None
    ) -> list[Run] | None:
        with self._database.write() as connection:
            self._locked(connection, tick.instigator_id)
            known = connection.execute(_HELD_TICK, {"of": tick.tick_id, "at": tick.epoch}).scalar()
            if known is None:
                return None
            stored = self._store(connection, tick, runs, run_keys)
            made = rows.to_text([*rows.texts_from(known), *(new.run_id for new in runs)])
            connection.execute(_CHANGE_TICK, {"of": tick.tick_id, "run_ids": made})
            if cursor is not None:
                self._change(connection, tick.instigator_id, {"cursor": cursor})
        return stored

    def finish_tick(
        self, tick: Tick, outcome: TickOutcome, *, runs: Sequence[NewRun] = (), run_keys: Sequence[str | None] = ()
    ) -> list[Run] | None:
        now = clock.now()
        with self._database.write() as connection:
            switch = self._locked(connection, tick.instigator_id)
            known = connection.execute(_HELD_TICK, {"of": tick.tick_id, "at": tick.epoch}).scalar()
            if known is None:
                return None
            values = {
                "status": outcome.status.value,
                "end_time": now,
                "skip_reason": outcome.skip_reason,
                "skipped_run_keys": rows.to_text(outcome.skipped_run_keys),
                "failure": rows.to_text(outcome.failure),
                "output": outcome.output,
                "run_ids": rows.to_text([*rows.texts_from(known), *(new.run_id for new in runs)]),
            }
            connection.execute(_CHANGE_TICK, {"of": tick.tick_id, **values})
            stored = self._store(connection, tick, runs, run_keys)
            if switch is not None:
                self._change(connection, tick.instigator_id, _after_tick(switch, tick, outcome, now))
        return stored

    def used_run_keys(self, instigator_id: str, keys: Sequence[str]) -> set[str]:
        mine = select(run_keys.c.run_key).where(run_keys.c.instigator_id == instigator_id)
        found: set[str] = set()
        with self._database.read() as connection:
            for first in range(0, len(keys), _MOST_VALUES):
                some = run_keys.c.run_key.in_(keys[first : first + _MOST_VALUES])
                found.update(connection.execute(mine.where(some)).scalars())
        return found

    def abandoned_ticks(self, now: float) -> list[Tick]:
        with self._database.read() as connection:
            return [rows.tick_from(row) for row in connection.execute(_ABANDONED, {"now": now})]

    def list_ticks(self, instigator_id: str, limit: int, before: int | None = None) -> list[Tick]:
        statement = (
            select(ticks).where(ticks.c.instigator_id == instigator_id).order_by(ticks.c.due_at.desc()).limit(limit)
        )
        if before is not None:
            older = select(ticks.c.due_at).where(ticks.c.tick_id == before).scalar_subquery()
            statement = statement.where(ticks.c.due_at < older)
        with self._database.read() as connection:
            return [rows.tick_from(row) for row in connection.execute(statement)]

    def newest_ticks(self, instigator_ids: Sequence[str], limit: int) -> dict[str, list[Tick]]:
        found: dict[str, list[Tick]] = {instigator_id: [] for instigator_id in instigator_ids}
        with self._database.read() as connection:
            for first in range(0, len(instigator_ids), _MOST_TERMS):
                terms = [_newest_of(one, limit) for one in instigator_ids[first : first + _MOST_TERMS]]
                for row in connection.execute(union_all(*terms)):
                    found[row.instigator_id].append(rows.tick_from(row))
        return {one: sorted(some, key=lambda tick: -tick.due_at) for one, some in found.items()}

    def late_ticks(self, since: float, lateness: float, limit: int) -> list[Tick]:
        is_late = (ticks.c.start_time >= ticks.c.due_at + lateness) | (ticks.c.attempts == 0)
        statement = (
            select(ticks)
            .join(instigators, instigators.c.instigator_id == ticks.c.instigator_id)
            .where(ticks.c.due_at > since, is_late, instigators.c.kind == "schedule")
            .order_by(ticks.c.due_at)
            .limit(limit)
        )
        with self._database.read() as connection:
            return [rows.tick_from(row) for row in connection.execute(statement)]

    def delete_ticks(self, kind: str, statuses: Sequence[TickStatus], before: float, *, limit: int) -> int:
        of_kind = select(instigators.c.instigator_id).where(instigators.c.kind == kind)
        finished = [status.value for status in statuses if status is not TickStatus.STARTED]
        old = select(ticks.c.tick_id).where(
            ticks.c.status.in_(finished), ticks.c.due_at < before, ticks.c.instigator_id.in_(of_kind)
        )
        with self._database.write(durable=False) as connection:
            return connection.execute(delete(ticks).where(ticks.c.tick_id.in_(old.limit(limit)))).rowcount

    def _locked(self, connection: Connection, instigator_id: str) -> Instigator | None:
        """A schedule or sensor, held against every other replica until the transaction ends."""
        statement = _INSTIGATOR if self._database.is_sqlite else _INSTIGATOR_LOCKED
        row = connection.execute(statement, {"of": instigator_id}).first()
        return rows.instigator_from(row) if row else None

    def _is_busy(self, connection: Connection, instigator_id: str) -> bool:
        return connection.execute(_GOING_ON, {"of": instigator_id}).first() is not None

    def _change(self, connection: Connection, instigator_id: str, changes: dict[str, Any]) -> None:
        if changes:
            connection.execute(_CHANGE_INSTIGATOR, {"of": instigator_id, **changes})

    def _store(
        self, connection: Connection, tick: Tick, runs: Sequence[NewRun], keys: Sequence[str | None]
    ) -> list[Run]:
        stored = [self._runs.add_within(connection, new)[0] for new in runs]
        if keys:
            used = [
                {"instigator_id": tick.instigator_id, "run_key": key, "run_id": new.run_id}
                for key, new in zip(keys, runs, strict=True)
                if key is not None
            ]
            if used:
                connection.execute(self._insert(run_keys).on_conflict_do_nothing(), used)
        return stored


def _columns_of(instigator: Instigator) -> dict[str, Any]:
    values = {name: getattr(instigator, name) for name in instigators.c.keys()}  # noqa: SIM118  (columns, not a dict)
    return values | {name: int(values[name]) for name in _SWITCHES}


def _counts(switch: Instigator, due_at: float) -> bool:
    """Whether a due time may get a tick: it is on, and nothing so late was ticked before."""
    newest = switch.last_due_at
    return switch.running and (newest is None or due_at > newest) and due_at >= switch.effective_from


def _after(last_due_at: float | None, instant: float) -> float:
    """An instant that no tick has yet."""
    return instant if last_due_at is None else max(instant, last_due_at + _SMALLEST_STEP)


def _after_tick(switch: Instigator, tick: Tick, outcome: TickOutcome, now: float) -> dict[str, Any]:
    """What an ended evaluation changes at a schedule or sensor."""
    changes: dict[str, Any] = {}
    if outcome.cursor is not None:
        changes["cursor"] = outcome.cursor
    if switch.kind == "sensor":
        wanted_again = switch.wanted_at is not None and switch.wanted_at > (tick.start_time or 0.0)
        wanted = now if wanted_again else (outcome.next_at or now)
        changes |= {"last_end": now, "next_at": _after(max(tick.due_at, switch.last_due_at or 0.0), wanted)}
        if outcome.last_run_key is not None:
            changes["last_run_key"] = outcome.last_run_key
    return changes


def _newest_of(instigator_id: str, limit: int) -> Select[Any]:
    newest = select(ticks).where(ticks.c.instigator_id == instigator_id).order_by(ticks.c.due_at.desc()).limit(limit)
    return select(newest.subquery())
