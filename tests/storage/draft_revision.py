"""Drafts a revision: what separates a released schema from the tables as they are now, as Alembic operations.

``python -m tests.storage.draft_revision 1`` prints the body of ``upgrade`` for a database of version 1, to be read, put
in order and saved under ``jupyter_orch/storage/migrations/versions``.
"""

from __future__ import annotations

import sqlite3
import sys
import tempfile
from pathlib import Path

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from jupyter_orch.storage.schema import metadata

RELEASED = Path(__file__).with_name("released")


def draft(version: str) -> str:
    """The operations from a released schema to the present one."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "old.db"
        old = sqlite3.connect(path)
        old.executescript((RELEASED / f"{version}.sqlite.sql").read_text())
        old.close()
        with create_engine(f"sqlite:///{path}").connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            operations = produce_migrations(context, metadata).upgrade_ops
            assert operations is not None
            return render_python_code(operations)


if __name__ == "__main__":
    print(draft(sys.argv[1]))
