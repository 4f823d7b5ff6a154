"""Backfills as SQL. The position moves in the transaction that stores the runs, so no partition gets two."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from sqlalchemy import Connection, select, update

from jupyter_orch import clock
from jupyter_orch.ports.backfills import BackfillStorage
from jupyter_orch.ports.runs import NewRun
from jupyter_orch.records.backfill import Backfill, BackfillStatus, BackfillStep
from jupyter_orch.records.run import Run
from jupyter_orch.storage import rows
from jupyter_orch.storage.database import Database
from jupyter_orch.storage.dialect import dialect_insert
from jupyter_orch.storage.schema import backfills

_FINISHED = (BackfillStatus.COMPLETED, BackfillStatus.FAILED, BackfillStatus.CANCELED)


class NewRuns(Protocol):
    """Stores a run inside a transaction of somebody else."""

    def add_within(self, connection: Connection, new: NewRun) -> tuple[Run, bool]:
        """The run, and whether it was created by this call."""


class SqlBackfills(BackfillStorage):
    """See :class:`jupyter_orch.ports.BackfillStorage`."""

    def __init__(self, database: Database, runs: NewRuns) -> None:
        self._database = database
        self._runs = runs
        self._insert = dialect_insert(database)

    def add_backfill(self, backfill: Backfill) -> Backfill:
        values = {
            "backfill_id": backfill.backfill_id,
            "status": backfill.status.value,
            "position": 0,
            "runs_made": 0,
            "passed_over": "{}",
            "epoch": 0,
            "owner": "",
            "lease_until": 0.0,
            "body": rows.to_text(backfill),
        }
        with self._database.write() as connection:
            connection.execute(self._insert(backfills).values(values).on_conflict_do_nothing())
            return rows.backfill_from(connection.execute(_one(backfill.backfill_id)).one())

    def get_backfill(self, backfill_id: str) -> Backfill | None:
        with self._database.read() as connection:
            row = connection.execute(_one(backfill_id)).first()
        return rows.backfill_from(row) if row else None

    def list_backfills(
        self, *, limit: int, status: BackfillStatus | None = None, before: int | None = None
    ) -> list[Backfill]:
        statement = select(backfills).order_by(backfills.c.pk.desc()).limit(limit)
        if status is not None:
            statement = statement.where(backfills.c.status == status.value)
        if before is not None:
            statement = statement.where(backfills.c.pk < before)
        with self._database.read() as connection:
            return [rows.backfill_from(row) for row in connection.execute(statement)]

    def claim_backfill(self, backfill_id: str, owner: str, lease_until: float, now: float) -> Backfill | None:
        is_free = (backfills.c.lease_until < now) | (backfills.c.owner == owner)
        requested = (backfills.c.backfill_id == backfill_id, backfills.c.status == BackfillStatus.REQUESTED.value)
        held = {"owner": owner, "lease_until": lease_until, "epoch": backfills.c.epoch + 1}
        return self._changed(update(backfills).where(*requested, is_free).values(held))

    def renew_backfills(self, backfill_ids: Sequence[str], owner: str, lease_until: float) -> None:
        mine = (backfills.c.backfill_id.in_(backfill_ids), backfills.c.owner == owner)
        with self._database.write(durable=False) as connection:
            connection.execute(update(backfills).where(*mine).values(lease_until=lease_until))

    def advance_backfill(
        self, backfill: Backfill, step: BackfillStep, *, runs: Sequence[NewRun] = ()
    ) -> list[Run] | None:
        mine = (
            backfills.c.backfill_id == backfill.backfill_id,
            backfills.c.epoch == backfill.epoch,
            backfills.c.status == BackfillStatus.REQUESTED.value,
        )
        values: dict[str, Any] = {
            "position": step.position,
            "runs_made": backfills.c.runs_made + len(runs),
            "passed_over": rows.to_text(backfill.passed_over | step.passed_over),
            "lease_until": step.lease_until,
        }
        if step.status is not None:
            values |= {
                "status": step.status.value,
                "failure": rows.to_text(step.failure),
                "end_time": clock.now(),
                "lease_until": 0.0,
            }
        with self._database.write() as connection:
            if connection.execute(update(backfills).where(*mine).values(values)).rowcount == 0:
                return None
            return [self._runs.add_within(connection, new)[0] for new in runs]

    def move_backfill(
        self, backfill_id: str, before: Sequence[BackfillStatus], to: BackfillStatus, now: float
    ) -> Backfill | None:
        chosen = (backfills.c.backfill_id == backfill_id, backfills.c.status.in_([status.value for status in before]))
        values = {
            "status": to.value,
            "epoch": backfills.c.epoch + 1,
            "owner": "",
            "lease_until": 0.0,
            "end_time": now if to in _FINISHED else None,
            "failure": None,
        }
        return self._changed(update(backfills).where(*chosen).values(values))

    def _changed(self, statement: Any) -> Backfill | None:
        with self._database.write() as connection:
            row = connection.execute(statement.returning(backfills)).first()
        return rows.backfill_from(row) if row else None


def _one(backfill_id: str) -> Any:
    return select(backfills).where(backfills.c.backfill_id == backfill_id)
