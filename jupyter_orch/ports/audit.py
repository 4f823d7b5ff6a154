"""Where it is kept who changed what."""

from __future__ import annotations

from jupyter_orch.records.audit import AuditEntry


class AuditStorage:
    """The audit log. A storage that keeps none inherits these: entries are then in the server's log alone."""

    def add_audit(self, entry: AuditEntry) -> None:
        """Append an entry; its ``entry_id`` is given by the storage."""

    def list_audit(self, limit: int, *, before: int | None = None, user: str | None = None) -> list[AuditEntry]:
        """Newest first; with ``before`` only those older than that ``entry_id``."""
        return []
