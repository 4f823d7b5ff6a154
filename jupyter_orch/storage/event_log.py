"""An event log apart from the runs, as SQL."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import delete, select

from jupyter_orch.ports import EventLogStorage
from jupyter_orch.records.event import StoredEvent
from jupyter_orch.storage import rows
from jupyter_orch.storage.database import Database, tried_again
from jupyter_orch.storage.dialect import dialect_insert
from jupyter_orch.storage.schema import event_log

_READ = [event_log.c[name] for name in rows.READ_EVENT]


@tried_again
class SqlEventLog(EventLogStorage):
    """See :class:`jupyter_orch.ports.EventLogStorage`."""

    def __init__(self, database: Database) -> None:
        """Args:
        database: opened in this process.
        """
        self._database = database
        self.read_only = database.read_only
        insert = dialect_insert(database)
        self._insert = insert(event_log).on_conflict_do_nothing()

    def put_events(self, events: Sequence[StoredEvent]) -> None:
        if events:
            with self._database.write() as connection:
                connection.execute(self._insert, [rows.log_values(stored) for stored in events])

    def read_events(
        self, run_id: str, *, after: int = 0, limit: int = 1000, types: Iterable[str] | None = None
    ) -> list[StoredEvent]:
        statement = select(*_READ).where(event_log.c.run_id == run_id, event_log.c.seq > after)
        if types is not None:
            statement = statement.where(event_log.c.type.in_(list(types)))
        with self._database.read() as connection:
            found = connection.execute(statement.order_by(event_log.c.seq).limit(limit))
            return [rows.event_from(run_id, row) for row in found.all()]

    def delete_events(self, run_id: str, *, through: int | None = None) -> None:
        statement = delete(event_log).where(event_log.c.run_id == run_id)
        if through is not None:
            statement = statement.where(event_log.c.seq <= through)
        with self._database.write(durable=False) as connection:
            connection.execute(statement)

    def dispose(self) -> None:
        self._database.dispose()
