"""SQLite: one writer at a time, one file that has to stay what and where it is.

Every write begins with ``BEGIN IMMEDIATE``: a transaction that read first and writes later fails at once with a
snapshot error whatever the busy timeout says. A status move is committed with ``synchronous=FULL``; batches of events
with NORMAL: in WAL mode the sync of a later FULL commit covers them too, so a stored end never lacks its events.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, create_engine
from sqlalchemy.engine import Engine
from sqlalchemy.pool import QueuePool

from jupyter_orch.errors import OrchError
from jupyter_orch.ports import StorageUnavailable
from jupyter_orch.storage.file_systems import NETWORK_FILE_SYSTEMS, file_system_of
from jupyter_orch.storage.problems import DatabaseDamaged, DatabaseFull, DatabaseUnusable

WAL_LIMIT = 64 * 1024 * 1024
_WRITE_LOCKED = ("SQLITE_BUSY", "SQLITE_LOCKED")

PAGES_KIB = 128
"""Of each connection's own cache of pages, behind which the system has one: pages of runs, events and appends take no
longer than with SQLite's 2,000, counts a tenth. A cache fills as the database grows, that of each of a dozen
connections, so that with 512 an hour of two runs a second made a server larger by half a megabyte."""

KEPT = 12
"""Connections that stay open, the last one used first. One beyond them is closed after use and leaves a hole in the
heap of the thread that made it: with SQLAlchemy's 5, a busy server made one in two seconds and grew by 3 MB an hour."""

_FULL = ("SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_SHMSIZE")
_DAMAGED = ("SQLITE_CORRUPT", "SQLITE_NOTADB")


class SqliteDoor:
    """The way into one SQLite file."""

    def __init__(self, path: Path, patience: float, *, must_exist: bool = False) -> None:
        """Args:
        patience: seconds to wait for another process that writes.
        must_exist: do not make the file.

        Raises:
            DatabaseUnusable: it lies on a network file system.
            OSError: the file can not be made.
        """
        self._path = path
        self._patience = patience
        self._writer = threading.Lock()
        refuse_network(path.parent)
        if not must_exist:
            _make_private(path)
        elif not path.exists():
            raise FileNotFoundError(f"there is no {path}")
        self._identity = _identity(path)
        self.engine: Engine = create_engine(
            "sqlite://",
            creator=self._connect,
            poolclass=QueuePool,
            pool_size=KEPT,
            pool_use_lifo=True,
            isolation_level="AUTOCOMMIT",
        )

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    @contextmanager
    def write(self, durable: bool) -> Iterator[Connection]:
        """A writing transaction."""
        self._check_file()
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
        """A connection for reading."""
        self._check_file()
        with self.engine.connect() as connection:
            yield connection

    def listen(self, ring: Callable[[str], None]) -> Callable[[], None] | None:
        """All that use the file are on this machine and ring for themselves."""
        return None

    def damage(self) -> str | None:
        """What SQLite's own check finds, in a line; None when the file is sound."""
        with self.read() as connection:
            found = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA quick_check(3)")]
        return None if found == ["ok"] else "; ".join(found)

    def problem(self, error: Exception) -> OrchError | None:
        """A driver's error in words; None for one that is about a statement, not about the database."""
        name = str(getattr(error, "sqlite_errorname", ""))
        if name.startswith(_DAMAGED):
            return DatabaseDamaged(
                f"the database {self._path} is damaged ({error}) and can not be used: stop all servers, keep it, put a "
                f"backup in its place (or what `sqlite3 {self._path} .recover` can read)"
            )
        if name.startswith(_FULL):
            return DatabaseFull(
                f"no room left on the disk of {self._path} ({error}); nothing stored is lost, free some"
            )
        if name.startswith(_WRITE_LOCKED):
            return StorageUnavailable(
                f"{self._path} has been locked by another process for {self._patience:g} s ({error})"
            )
        if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM", "SQLITE_IOERR")):
            return StorageUnavailable(f"{self._path} can not be written: {error}; check the rights of file and folder")
        return None

    def _connect(self) -> sqlite3.Connection:
        place = f"file:{quote(str(self._path))}?mode=rw"  # a file that has gone is not made again
        connection = sqlite3.connect(
            place, uri=True, check_same_thread=False, timeout=self._patience, isolation_level=None
        )
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute(f"PRAGMA journal_size_limit={WAL_LIMIT}")
            connection.execute("PRAGMA foreign_keys=ON")
            connection.execute("PRAGMA temp_store=MEMORY")
            connection.execute(f"PRAGMA cache_size=-{PAGES_KIB}")
        except BaseException:
            connection.close()
            raise
        return connection

    def _check_file(self) -> None:
        if _identity(self._path) != self._identity:
            raise DatabaseDamaged(
                f"the database {self._path} was removed or replaced while it was in use: put it back and start again; "
                "nothing is stored until then"
            )


def refuse_network(folder: Path) -> None:
    """See that a folder is on a disk of this machine.

    Raises:
        DatabaseUnusable: it lies on a network file system.
    """
    kind = file_system_of(folder)
    if kind in NETWORK_FILE_SYSTEMS:
        raise DatabaseUnusable(
            f"{folder} is on a network file system ({kind}), where SQLite loses data: set JUPYTER_ORCH_HOME to a local "
            "folder, or use a Postgres storage"
        )


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def _make_private(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
