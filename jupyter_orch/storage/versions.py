"""Which schema a database has, and how it comes to the one this program knows.

A new database gets the tables as they are now. An older one goes through the revisions in ``migrations``: by itself
when it is SQLite, after a copy was put beside it; a Postgres database, which others may be using, only when somebody
asks for it. A newer one is only looked at.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import tempfile
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Connection, inspect, select, update
from sqlalchemy.engine import Engine

from jupyter_orch.processes import start_ticks
from jupyter_orch.storage.problems import DatabaseOutdated, DatabaseUnusable
from jupyter_orch.storage.schema import SCHEMA_VERSION, metadata, schema_version

log = logging.getLogger("jupyter_orch.storage")
MIGRATIONS = Path(__file__).with_name("migrations")
_LOCK = "SELECT pg_advisory_xact_lock(7010200418)"


class Opened(Protocol):
    """A database as far as its schema is concerned."""

    url: str
    is_sqlite: bool
    engine: Engine

    @property
    def name(self) -> str:
        """Where it is, without its password."""

    def write(self) -> AbstractContextManager[Connection]:
        """A writing transaction."""

    def read(self) -> AbstractContextManager[Connection]:
        """A connection for reading."""


def prepare(database: Opened, *, upgrade: bool) -> str:
    """Give a database the schema that this program knows.

    Returns:
        Why it may only be looked at; empty when it may be written.

    Raises:
        DatabaseUnusable: it belongs to another program, or is older and not to be upgraded now.
    """
    with database.read() as connection:
        found = stored_version(connection)
    if found is None:
        _create(database)
    elif found > SCHEMA_VERSION:
        reason = (
            f"the database {database.name} was made by a newer jupyter_orch (schema version {found}, this program "
            f"knows {SCHEMA_VERSION}): it is only shown until this program is updated"
        )
        log.warning("%s", reason)
        return reason
    elif found < SCHEMA_VERSION:
        if not upgrade and not database.is_sqlite:
            raise DatabaseOutdated(
                f"the database {database.name} has schema version {found}, this program needs {SCHEMA_VERSION}: stop "
                "every server and daemon that uses it, make a backup, then run `jupyter orch instance migrate`"
            )
        _upgrade(database, found)
    return ""


def stored_version(connection: Connection) -> int | None:
    """The version of the schema in a database; None when it has no tables of ours."""
    if not connection.dialect.has_table(connection, "schema_version"):
        return None
    return connection.execute(select(schema_version.c.version)).scalar()


def _create(database: Opened) -> None:
    with database.write() as connection:
        if not database.is_sqlite:
            connection.exec_driver_sql(_LOCK)
        if stored_version(connection) is not None:
            return
        others = set(inspect(connection).get_table_names()) - {"schema_version"}
        if others & metadata.tables.keys() or (database.is_sqlite and others):
            some = ", ".join(sorted(others)[:3])
            raise DatabaseUnusable(
                f"the database {database.name} belongs to another program (it has tables {some}): choose another "
                "place for the storage"
            )
        metadata.create_all(connection)
        connection.execute(schema_version.insert().values(version=SCHEMA_VERSION))


def _upgrade(database: Opened, found: int) -> None:
    if database.is_sqlite:
        _keep_a_copy(Path(database.url.removeprefix("sqlite:///")), found)
    with database.engine.connect() as connection:
        if database.is_sqlite:  # a table that is made anew must not take the rows of others along
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.exec_driver_sql(_LOCK)
        try:
            now = stored_version(connection) or found
            for upgrade in _steps(connection, now):
                upgrade()
            connection.execute(update(schema_version).values(version=SCHEMA_VERSION))
            _check_references(connection)
            connection.exec_driver_sql("COMMIT") if database.is_sqlite else connection.commit()
        except BaseException:
            connection.exec_driver_sql("ROLLBACK") if database.is_sqlite else connection.rollback()
            raise
        finally:
            connection.invalidate()  # it keeps no other setting than its fellows
    log.warning("the database %s was upgraded from schema version %d to %d", database.name, found, SCHEMA_VERSION)


def _steps(connection: Connection, found: int) -> list[Any]:
    """The ``upgrade`` functions from one version to the newest, oldest first."""
    from alembic.migration import MigrationContext
    from alembic.operations import Operations
    from alembic.script import ScriptDirectory

    script = ScriptDirectory(str(MIGRATIONS))
    revisions = [*script.iterate_revisions("head", str(found))][::-1]
    context = MigrationContext.configure(connection)

    def step(upgrade: Any) -> Any:
        def run() -> None:
            with Operations.context(context):
                upgrade()

        return run

    return [step(revision.module.upgrade) for revision in revisions]


def _check_references(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise DatabaseUnusable(f"the upgrade would leave {len(broken)} rows without what they belong to; undone")


def _keep_a_copy(path: Path, version: int) -> None:
    """Under its name only once it is whole; whoever comes later with one takes nothing's place."""
    copy = path.with_name(f"{path.name}.version{version}")
    if copy.exists():
        return
    handle, name = tempfile.mkstemp(".part", f"{copy.name}.{os.getpid()}.", path.parent)  # ours alone to read
    os.close(handle)
    part = Path(name)
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(part)) as target:
        source.backup(target)
    try:
        os.link(part, copy)
    except (FileExistsError, FileNotFoundError):
        pass  # another process has upgraded it meanwhile
    except OSError:
        part.rename(copy)  # a file system without links
    part.unlink(missing_ok=True)
    for left in copy.parent.glob(f"{copy.name}.*.part"):
        if start_ticks(int(left.name.split(".")[-3])) is None:
            left.unlink(missing_ok=True)
