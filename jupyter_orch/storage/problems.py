"""What a database can not do, in words for whoever has to mend it."""

from __future__ import annotations

from jupyter_orch.errors import OrchError
from jupyter_orch.ports import StorageUnavailable


class DatabaseUnusable(OrchError):
    """The database can not be used."""

    code = "DATABASE_UNUSABLE"


class DatabaseOutdated(DatabaseUnusable):
    """The database was made by an older jupyter_orch."""

    code = "DATABASE_OUTDATED"


class DatabaseReadOnly(OrchError):
    """The database may only be looked at."""

    code = "DATABASE_READ_ONLY"


class DatabaseDamaged(DatabaseUnusable):
    """The database's file is damaged or gone."""

    code = "DATABASE_DAMAGED"


class DatabaseFull(StorageUnavailable):
    """There is no room left for the database; what was stored before is safe."""

    code = "DATABASE_FULL"


class Conflict(StorageUnavailable):
    """Another transaction or a lost connection was in the way; nothing was stored, so it may be tried again."""

    code = "DATABASE_CONFLICT"
