"""The shipped storage: every port over one SQL database."""

from __future__ import annotations

from jupyter_orch.ports import Storage
from jupyter_orch.storage.database import Database
from jupyter_orch.storage.replicas import SqlReplicas
from jupyter_orch.storage.runs import SqlRuns
from jupyter_orch.storage.schedules import SqlSchedules


class SqlStorage(SqlRuns, SqlSchedules, SqlReplicas, Storage):
    """Runs, schedules and replicas together, so that a tick and its runs share a transaction."""

    def __init__(self, database: Database) -> None:
        """Args:
        database: opened in this process.
        """
        SqlRuns.__init__(self, database)
        SqlSchedules.__init__(self, database, self)
        SqlReplicas.__init__(self, database)

    def dispose(self) -> None:
        self._database.dispose()
