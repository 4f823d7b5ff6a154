"""Engine, transactions, and the only place that asks which database it is.

SQLite: WAL, one writer at a time (``BEGIN IMMEDIATE``; a transaction that read first and writes later fails at once
with a snapshot error whatever the busy timeout says). A status move is committed with ``synchronous=FULL``; batches of
events with NORMAL: in WAL mode the sync of a later FULL commit covers them too, so a stored end never lacks its events.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, event, select
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.exc import SQLAlchemyError

from jupyter_orch.errors import OrchError
from jupyter_orch.storage.schema import SCHEMA_VERSION, metadata, schema_version

NETWORK_FILE_SYSTEMS = {
    "nfs",
    "nfs4",
    "cifs",
    "smb3",
    "smbfs",
    "9p",
    "fuse.sshfs",
    "lustre",
    "gpfs",
    "beegfs",
    "afs",
    "ceph",
}


class DatabaseUnusable(OrchError):
    """The database can not be used."""

    code = "DATABASE_UNUSABLE"


class Database:
    """One database for one process. Thread-safe; must be made after a fork, never carried over one."""

    def __init__(self, url: str) -> None:
        """Args:
        url: an SQLAlchemy URL, ``sqlite:////path/orch.db`` or ``postgresql+psycopg://…``.

        Raises:
            DatabaseUnusable: it can not be opened, lies on a network file system, has a newer schema, or its driver
                is not installed.
        """
        self.is_sqlite = url.startswith("sqlite")
        self._pid = os.getpid()
        self._writer = threading.Lock()
        try:
            if self.is_sqlite:
                path = Path(url.removeprefix("sqlite:///"))
                _refuse_network_file_system(path)
                _make_private(path)
            self.engine: Engine = _sqlite_engine(url) if self.is_sqlite else _postgres_engine(url)
            self._prepare_schema()
        except ImportError as error:
            raise DatabaseUnusable(
                f"the storage 'postgres' needs a driver that can not be imported ({error}): "
                "pip install 'jupyter-orch[postgres]'"
            ) from error
        except (OSError, SQLAlchemyError) as error:
            reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
            raise DatabaseUnusable(f"the database {_without_password(url)} can not be opened: {reason}") from error

    @contextmanager
    def write(self, *, durable: bool = True) -> Iterator[Connection]:
        """A writing transaction; committed at the end, rolled back on an error.

        Args:
            durable: wait until the disk has it. False may lose the last commits on a power cut, not on a crash.
        """
        assert os.getpid() == self._pid, "a database connection was carried over a fork"
        if not self.is_sqlite:
            with self.engine.begin() as connection:
                yield connection
            return
        with self._writer, self.engine.connect() as connection:
            driver: Any = connection.connection.driver_connection
            driver.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.exec_driver_sql("COMMIT")
            except BaseException:
                if driver.in_transaction:
                    connection.exec_driver_sql("ROLLBACK")
                raise

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection for reading; each statement sees the newest commit."""
        assert os.getpid() == self._pid, "a database connection was carried over a fork"
        with self.engine.connect() as connection:
            yield connection

    def dispose(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    def _prepare_schema(self) -> None:
        with self.read() as connection:
            found = _stored_version(connection)
        if found == SCHEMA_VERSION:
            return
        if found is not None:
            raise DatabaseUnusable(
                f"the database has schema version {found}, this program knows {SCHEMA_VERSION}: "
                "it was made by a newer jupyter_orch; update this one"
            )
        with self.write() as connection:
            metadata.create_all(connection)
            if _stored_version(connection) is None:
                connection.execute(schema_version.insert().values(version=SCHEMA_VERSION))


def _without_password(url: str) -> str:
    try:
        return make_url(url).render_as_string(hide_password=True)
    except SQLAlchemyError:
        return "given by its url"


def _stored_version(connection: Connection) -> int | None:
    if not connection.dialect.has_table(connection, "schema_version"):
        return None
    return connection.execute(select(schema_version.c.version)).scalar()


def _sqlite_engine(url: str) -> Engine:
    engine = create_engine(url, isolation_level="AUTOCOMMIT", connect_args={"check_same_thread": False, "timeout": 30})

    @event.listens_for(engine, "connect")
    def _connect(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA busy_timeout=30000")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA temp_store=MEMORY")

    return engine


def _postgres_engine(url: str) -> Engine:
    return create_engine(
        url,
        pool_pre_ping=True,
        connect_args={
            "connect_timeout": 5,
            "options": "-c statement_timeout=30000 -c lock_timeout=5000 -c idle_in_transaction_session_timeout=60000",
        },
    )


def _refuse_network_file_system(path: Path) -> None:
    kind = file_system_of(path.parent)
    if kind in NETWORK_FILE_SYSTEMS:
        raise DatabaseUnusable(
            f"{path.parent} is on a network file system ({kind}), where SQLite loses data: set JUPYTER_ORCH_HOME to a "
            "local folder, or use a Postgres storage"
        )


def file_system_of(path: Path) -> str | None:
    """The kind of file system a path is on (Linux), or None when that can not be told."""
    try:
        mounts = [line.split() for line in Path("/proc/mounts").read_text().splitlines()]
    except OSError:
        return None
    place = os.path.realpath(path)
    fits = [m for m in mounts if place == m[1] or place.startswith(m[1].rstrip("/") + "/")]
    return max(fits, key=lambda m: len(m[1]))[2] if fits else None


def _make_private(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
