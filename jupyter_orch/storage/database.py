"""One database of one process: its schema, its transactions, and what it can not do right now."""

from __future__ import annotations

import functools
import os
import random
import sqlite3
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from sqlalchemy import Connection
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from jupyter_orch.ports import StorageUnavailable
from jupyter_orch.storage.postgres_door import PostgresDoor
from jupyter_orch.storage.problems import Conflict, DatabaseReadOnly, DatabaseUnusable
from jupyter_orch.storage.sqlite_door import SqliteDoor
from jupyter_orch.storage.versions import prepare, stored_version

PATIENCE = 30.0
PAUSES = (0.02, 0.1, 0.3, 0.6, 1.0)
LONGEST = 5.0
P = ParamSpec("P")
T = TypeVar("T")


class _TakenBack(Exception):
    """Ends a transaction that was only a rehearsal."""


class Database:
    """Thread-safe; must be made after a fork, never carried over one.

    Attributes:
        is_sqlite: which of the two dialects it speaks.
        read_only: why it may only be looked at; empty when it may be written.
    """

    def __init__(
        self, url: str, *, patience: float = PATIENCE, place: str = "", upgrade: bool = False, look: bool = False
    ) -> None:
        """Args:
        url: an SQLAlchemy URL, ``sqlite:////path/orch.db`` or ``postgresql+psycopg://…``.
        patience: seconds to wait for another process that writes (SQLite).
        place: names the instance's folder, so that listeners elsewhere know whose news they hear (Postgres).
        upgrade: bring an older schema up to date, whatever the kind of database.
        look: make and change nothing, whatever the schema is.

        Raises:
            DatabaseUnusable: it can not be opened, lies on a network file system, has an older schema that is not
                upgraded by itself, belongs to another program, or its driver is not installed.
        """
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        self.read_only = ""
        self._pid = os.getpid()
        try:
            self._door = (
                SqliteDoor(Path(url.removeprefix("sqlite:///")), patience, must_exist=look)
                if self.is_sqlite
                else PostgresDoor(url, place)
            )
            self.engine = self._door.engine
            self.read_only = "it was opened to be looked at" if look else prepare(self, upgrade=upgrade)
        except ImportError as error:
            raise DatabaseUnusable(
                f"the storage 'postgres' needs a driver that can not be imported ({error}): "
                "pip install 'jupyter-orch[postgres]'"
            ) from error
        except (OSError, SQLAlchemyError, StorageUnavailable) as error:
            reason = error.reason if isinstance(error, StorageUnavailable) else _first_line(error)
            raise DatabaseUnusable(f"the database {self.name} can not be opened: {reason}") from error

    @property
    def name(self) -> str:
        """Where it is, without its password."""
        try:
            return make_url(self.url).render_as_string(hide_password=True)
        except SQLAlchemyError:
            return "given by its url"

    @contextmanager
    def write(self, *, durable: bool = True) -> Iterator[Connection]:
        """A writing transaction; committed at the end, rolled back on an error.

        Args:
            durable: wait until the disk has it. False may lose the last commits on a power cut, not on a crash.

        Raises:
            Conflict: something was in the way, and nothing was stored.
            StorageUnavailable: it can not be reached or written right now; whether the commit happened is not known.
            DatabaseReadOnly: it may only be looked at.
        """
        if self.read_only:
            raise DatabaseReadOnly(self.read_only)
        with self._in_words(), self._door.write(durable) as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection for reading; each statement sees the newest commit."""
        with self._in_words(), self._door.read() as connection:
            yield connection

    def announce(self, connection: Connection, run_id: str) -> None:
        """When the transaction commits, tell whoever listens at other places that a run has news."""
        if not self.is_sqlite:
            connection.info["news"][run_id] = None

    def listen(self, ring: Callable[[str], None]) -> Callable[[], None] | None:
        """Pass on news of runs that other places write; the way to stop that, or None where nobody else writes."""
        return self._door.listen(ring)

    def version(self) -> int | None:
        """The version of its schema; None when it has no tables of ours."""
        with self.read() as connection:
            return stored_version(connection)

    def damage(self) -> str | None:
        """What is wrong with the file, after reading all of it; None when nothing is (and for Postgres)."""
        return self._door.damage()

    def rehearse(self) -> None:
        """Write something and take it back, whatever the database was opened for.

        Raises:
            OrchError: it can not be written.
        """
        try:
            with self._in_words(), self._door.write(True) as connection:
                connection.exec_driver_sql(f"CREATE TABLE orch_rehearsal_{uuid.uuid4().hex} (id integer)")
                raise _TakenBack
        except _TakenBack:
            return

    def dispose(self) -> None:
        """Close every connection."""
        self._door.close()

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        assert os.getpid() == self._pid, "a database connection was carried over a fork"
        try:
            yield
        except PoolTimeout as error:
            raise Conflict("every connection is in use") from error
        except (DBAPIError, sqlite3.Error) as error:
            told = self._door.problem(error.orig if isinstance(error, DBAPIError) and error.orig else error)
            if told is None:
                raise
            raise told from error


def tried_again(cls: type[T]) -> type[T]:
    """Have the public methods of a storage, each one transaction, tried again when something was in the way."""
    for name in dir(cls):
        method = getattr(cls, name)
        if not name.startswith("_") and not name.endswith("_within") and callable(method):
            setattr(cls, name, _again(method))
    return cls


def _again(method: Callable[P, T]) -> Callable[P, T]:
    @functools.wraps(method)
    def persistent(*args: P.args, **kwargs: P.kwargs) -> T:
        until = time.monotonic() + LONGEST
        for pause in PAUSES:
            try:
                return method(*args, **kwargs)
            except Conflict:
                if time.monotonic() > until:
                    raise
                time.sleep(pause * random.uniform(0.5, 1.5))
        return method(*args, **kwargs)

    return persistent


def _first_line(error: Any) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return (str(getattr(error, "orig", None) or error).strip().splitlines() or [type(error).__name__])[0]
