"""Schedules apart from the runs: the runs of a finished tick wait beside it until the run storage has them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, delete, func, select

from jupyter_orch.ports import NewRun
from jupyter_orch.records.run import Run
from jupyter_orch.records.status import RunStatus
from jupyter_orch.storage import rows
from jupyter_orch.storage.database import Database, tried_again
from jupyter_orch.storage.dialect import dialect_insert
from jupyter_orch.storage.schedules import SqlSchedules
from jupyter_orch.storage.schema import staged_runs


@tried_again
class SqlSchedulesApart(SqlSchedules):
    """Switches, ticks and cursors in a database without runs."""

    def __init__(self, database: Database) -> None:
        """Args:
        database: opened in this process.
        """
        super().__init__(database, _StagedRuns(database))
        self.read_only = database.read_only

    def staged_runs(self, limit: int) -> list[NewRun]:
        statement = select(staged_runs.c.body).order_by(staged_runs.c.position).limit(limit)
        with self._database.read() as connection:
            return [rows.new_run_from(body) for body in connection.execute(statement).scalars()]

    def drop_staged(self, run_ids: Sequence[str]) -> None:
        with self._database.write() as connection:
            connection.execute(delete(staged_runs).where(staged_runs.c.run_id.in_(run_ids)))

    def dispose(self) -> None:
        """Close every connection."""
        self._database.dispose()


class _StagedRuns:
    def __init__(self, database: Database) -> None:
        self._insert = dialect_insert(database)

    def add_within(self, connection: Connection, new: NewRun) -> tuple[Run, bool]:
        position = connection.execute(select(func.coalesce(func.max(staged_runs.c.position), 0) + 1)).scalar_one()
        values = {"run_id": new.run_id, "position": position, "body": rows.to_text(new)}
        added = connection.execute(self._insert(staged_runs).values(values).on_conflict_do_nothing()).rowcount == 1
        return Run(run_id=new.run_id, submission=new.submission, status=RunStatus.QUEUED), added
