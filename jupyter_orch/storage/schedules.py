"""Switches and ticks of schedules and sensors as SQL. Unique (instigator, due_at) makes a due time fire once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite

from jupyter_orch import clock
from jupyter_orch.ports import NewRun, ScheduleStorage
from jupyter_orch.records.failure import Failure
from jupyter_orch.records.run import Run
from jupyter_orch.records.tick import Instigator, Tick, TickStatus
from jupyter_orch.storage import rows
from jupyter_orch.storage.database import Database
from jupyter_orch.storage.runs import SqlRuns
from jupyter_orch.storage.schema import instigators, ticks


class SqlSchedules(ScheduleStorage):
    """See :class:`jupyter_orch.ports.ScheduleStorage`."""

    def __init__(self, database: Database, runs: SqlRuns) -> None:
        self._database = database
        self._runs = runs
        self._insert = sqlite.insert if database.is_sqlite else postgresql.insert

    def put_instigator(self, instigator: Instigator) -> Instigator:
        values = {f: getattr(instigator, f) for f in instigators.c.keys()}  # noqa: SIM118  (columns, not a dict)
        values["running"] = int(instigator.running)
        with self._database.write() as connection:
            connection.execute(self._insert(instigators).values(values).on_conflict_do_nothing())
            chosen = instigators.c.instigator_id == instigator.instigator_id
            return rows.instigator_from(connection.execute(select(instigators).where(chosen)).one())

    def change_instigator(self, instigator_id: str, **changes: Any) -> Instigator | None:
        if "running" in changes:
            changes["running"] = int(changes["running"])
        chosen = instigators.c.instigator_id == instigator_id
        with self._database.write() as connection:
            row = connection.execute(update(instigators).where(chosen).values(changes).returning(instigators)).first()
        return rows.instigator_from(row) if row else None

    def list_instigators(self, kind: str | None = None) -> list[Instigator]:
        statement = select(instigators).order_by(instigators.c.name)
        if kind is not None:
            statement = statement.where(instigators.c.kind == kind)
        with self._database.read() as connection:
            return [rows.instigator_from(row) for row in connection.execute(statement)]

    def claim_tick(self, instigator_id: str, due_at: float, owner: str, lease_until: float, now: float) -> Tick | None:
        fresh = {
            "instigator_id": instigator_id,
            "due_at": due_at,
            "status": TickStatus.STARTED.value,
            "epoch": 1,
            "owner": owner,
            "lease_until": lease_until,
            "attempts": 1,
        }
        with self._database.write() as connection:
            insert = self._insert(ticks).values(fresh).on_conflict_do_nothing().returning(ticks)
            row = connection.execute(insert).first()
            if row is None:
                abandoned = (
                    (ticks.c.instigator_id == instigator_id)
                    & (ticks.c.due_at == due_at)
                    & (ticks.c.status == TickStatus.STARTED.value)
                    & (ticks.c.lease_until < now)
                )
                taken = {
                    "owner": owner,
                    "lease_until": lease_until,
                    "epoch": ticks.c.epoch + 1,
                    "attempts": ticks.c.attempts + 1,
                }
                row = connection.execute(update(ticks).where(abandoned).values(taken).returning(ticks)).first()
        return rows.tick_from(row) if row else None

    def finish_tick(
        self,
        tick: Tick,
        status: TickStatus,
        *,
        runs: Sequence[NewRun] = (),
        skip_reason: str | None = None,
        failure: Failure | None = None,
        cursor: str | None = None,
    ) -> list[Run] | None:
        mine = (
            (ticks.c.tick_id == tick.tick_id)
            & (ticks.c.epoch == tick.epoch)
            & (ticks.c.status == TickStatus.STARTED.value)
        )
        outcome = {
            "status": status.value,
            "end_time": clock.now(),
            "skip_reason": skip_reason,
            "failure": rows.to_text(failure),
            "run_ids": rows.to_text([new.run_id for new in runs]),
        }
        with self._database.write() as connection:
            if connection.execute(update(ticks).where(mine).values(outcome).returning(ticks.c.tick_id)).first() is None:
                return None
            stored = [self._runs.add_within(connection, new)[0] for new in runs]
            moved: dict[str, Any] = {"last_due_at": tick.due_at}
            if cursor is not None:
                moved["cursor"] = cursor
            chosen = instigators.c.instigator_id == tick.instigator_id
            connection.execute(update(instigators).where(chosen).values(moved))
        return stored

    def abandoned_ticks(self, now: float) -> list[Tick]:
        statement = select(ticks).where(ticks.c.status == TickStatus.STARTED.value, ticks.c.lease_until < now)
        with self._database.read() as connection:
            return [rows.tick_from(row) for row in connection.execute(statement)]

    def list_ticks(self, instigator_id: str, limit: int) -> list[Tick]:
        statement = (
            select(ticks).where(ticks.c.instigator_id == instigator_id).order_by(ticks.c.due_at.desc()).limit(limit)
        )
        with self._database.read() as connection:
            return [rows.tick_from(row) for row in connection.execute(statement)]
