"""The audit log as SQL."""

from __future__ import annotations

from sqlalchemy import select

from jupyter_orch.ports import AuditStorage
from jupyter_orch.records.audit import AuditEntry
from jupyter_orch.storage.database import Database
from jupyter_orch.storage.schema import audit


class SqlAudit(AuditStorage):
    """See :class:`jupyter_orch.ports.AuditStorage`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add_audit(self, entry: AuditEntry) -> None:
        values = {
            "at": entry.at,
            "user_name": entry.user[:255],
            "action": entry.action[:255],
            "subject": entry.subject,
            "outcome": entry.outcome[:255],
        }
        with self._database.write(durable=False) as connection:
            connection.execute(audit.insert().values(values))

    def list_audit(self, limit: int, *, before: int | None = None, user: str | None = None) -> list[AuditEntry]:
        statement = select(audit).order_by(audit.c.pk.desc()).limit(limit)
        if before is not None:
            statement = statement.where(audit.c.pk < before)
        if user is not None:
            statement = statement.where(audit.c.user_name == user)
        with self._database.read() as connection:
            return [
                AuditEntry(
                    at=row.at,
                    user=row.user_name,
                    action=row.action,
                    subject=row.subject,
                    outcome=row.outcome,
                    entry_id=row.pk,
                )
                for row in connection.execute(statement)
            ]
