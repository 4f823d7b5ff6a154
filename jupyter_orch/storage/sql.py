"""The shipped storage: every port over one SQL database."""

from __future__ import annotations

from collections.abc import Callable

from jupyter_orch.ports import Storage
from jupyter_orch.records.holding import Holding
from jupyter_orch.storage.assets import SqlAssets
from jupyter_orch.storage.audit import SqlAudit
from jupyter_orch.storage.database import Database, tried_again
from jupyter_orch.storage.holdings import holding_of
from jupyter_orch.storage.notebook_jobs import SqlNotebookJobs
from jupyter_orch.storage.notices import SqlNotices
from jupyter_orch.storage.replicas import SqlReplicas
from jupyter_orch.storage.runs import SqlRuns
from jupyter_orch.storage.schedules import SqlSchedules


@tried_again
class SqlStorage(SqlRuns, SqlAssets, SqlSchedules, SqlReplicas, SqlNotices, SqlAudit, SqlNotebookJobs, Storage):
    """All together, so that an event and its asset's fact, a tick and its runs, share a transaction."""

    def __init__(self, database: Database) -> None:
        """Args:
        database: opened in this process.
        """
        SqlAssets.__init__(self, database)
        self.read_only = database.read_only
        SqlRuns.__init__(self, database, self)
        SqlSchedules.__init__(self, database, self)
        SqlReplicas.__init__(self, database)
        SqlNotices.__init__(self, database)
        SqlAudit.__init__(self, database)
        SqlNotebookJobs.__init__(self, database)

    def relay_news(self, ring: Callable[[str], None]) -> Callable[[], None] | None:
        return self._database.listen(ring)

    def holdings(self) -> tuple[Holding, ...]:
        return (holding_of(self._database),)

    def dispose(self) -> None:
        self._database.dispose()
