"""The insert of a database's own dialect, which can do nothing or update on a conflict."""

from __future__ import annotations

import importlib
from typing import Any

from jupyter_orch.storage.database import Database


def dialect_insert(database: Database) -> Any:
    """``insert(table)`` with ``on_conflict_do_nothing`` and ``on_conflict_do_update``.

    Only the dialect in use is imported: the other one costs every worker 40 ms.
    """
    name = "sqlite" if database.is_sqlite else "postgresql"
    return importlib.import_module(f"sqlalchemy.dialects.{name}").insert
