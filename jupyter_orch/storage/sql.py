"""The shipped storage: every port over one SQL database."""

from __future__ import annotations

from jupyter_orch.ports import Storage
from jupyter_orch.storage.assets import SqlAssets
from jupyter_orch.storage.database import Database
from jupyter_orch.storage.replicas import SqlReplicas
from jupyter_orch.storage.runs import SqlRuns
from jupyter_orch.storage.schedules import SqlSchedules


class SqlStorage(SqlRuns, SqlAssets, SqlSchedules, SqlReplicas, Storage):
    """All together, so that an event and its asset's fact, a tick and its runs, share a transaction."""

    def __init__(self, database: Database) -> None:
        """Args:
        database: opened in this process.
        """
        SqlAssets.__init__(self, database)
        SqlRuns.__init__(self, database, self)
        SqlSchedules.__init__(self, database, self)
        SqlReplicas.__init__(self, database)

    def dispose(self) -> None:
        self._database.dispose()
