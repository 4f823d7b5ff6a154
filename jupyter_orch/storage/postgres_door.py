"""Postgres: every call has a deadline, and a commit whose answer was lost is looked up instead of guessed."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.exc import DataError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from jupyter_orch import clock
from jupyter_orch.errors import OrchError
from jupyter_orch.ports import StorageUnavailable
from jupyter_orch.storage.deadlines import Deadlines
from jupyter_orch.storage.news import CHANNEL, NewsListener
from jupyter_orch.storage.problems import Conflict, DatabaseFull

LOOK_UP = 10.0
DEADLINE = 35.0
CLOCK_EVERY = 30.0
"""Seconds between two looks at the server's clock."""
POOL_LOG = "jupyter_orch"
_IN_THE_WAY = {"40001", "40P01", "55P03"}  # serialization, deadlock, lock not given in time
_SINCE_WHEN = "concat(pg_postmaster_start_time(), ' ', (SELECT checkpoint_lsn FROM pg_control_checkpoint()))"
"""Another one when the server was started again, has recovered from a crash, or is another server (a standby)."""
_LAST_WORD = (
    f"SELECT pg_current_xact_id()::text, {_SINCE_WHEN}, count(pg_notify('{CHANNEL}', news)) "
    "FROM unnest(%s::text[]) AS news"
)
_IN_THE_FUTURE = "22023"  # how the server refuses to look up the number of a transaction that was not begun
_UNKNOWN_ROLE = re.compile(r'role "([^"]*)" does not exist')
_ITS_TIME = "SELECT extract(epoch FROM clock_timestamp())"
_OUTCOME = f"SELECT pg_xact_status(%s::xid8), {_SINCE_WHEN}"


class PostgresDoor:
    """The way into one Postgres database."""

    def __init__(self, url: str, place: str) -> None:
        """Args:
        place: names the instance's folder, so that a listener there knows its own news.

        Raises:
            ImportError: psycopg is not installed.
        """
        self._place = place
        self._where = make_url(url)
        self._next_look = 0.0
        self._deadlines = Deadlines(DEADLINE)
        self.engine: Engine = create_engine(
            url,
            pool_logging_name=POOL_LOG,
            connect_args={
                "connect_timeout": 5,
                "keepalives_idle": 5,
                "keepalives_interval": 5,
                "keepalives_count": 3,
                "tcp_user_timeout": 10_000,
                "options": (
                    "-c statement_timeout=30000 -c lock_timeout=5000 -c idle_in_transaction_session_timeout=60000"
                ),
            },
        )
        _leave_lost_connections_untold()
        event.listen(self.engine, "connect", _keep_nul_out)
        self._reading = self.engine.execution_options(isolation_level="AUTOCOMMIT")

    def close(self) -> None:
        """Close every connection, and watch no more."""
        self.engine.dispose()
        self._deadlines.close()

    @contextmanager
    def write(self, durable: bool) -> Iterator[Connection]:
        """A writing transaction, durable or not; what was noted as news is announced by its commit."""
        with self.engine.connect() as connection, self._deadlines.watch(_socket_of(connection)):
            news = connection.info["news"] = {}
            self._go_by_its_clock(connection)
            yield connection
            self._commit(connection, [f"{self._place} {run_id}" for run_id in news])

    def _go_by_its_clock(self, connection: Connection) -> None:
        """Of an instance that machines share, now and then; a storage beside it has no say."""
        if self._place and time.monotonic() >= self._next_look:
            self._next_look = time.monotonic() + CLOCK_EVERY
            clock.go_by(float(connection.exec_driver_sql(_ITS_TIME).scalar_one()))

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection for reading."""
        with self._reading.connect() as connection, self._deadlines.watch(_socket_of(connection)):
            self._go_by_its_clock(connection)
            yield connection

    def listen(self, ring: Callable[[str], None]) -> Callable[[], None]:
        """Pass on the news of other places; the way to stop that."""
        url = self._where.set(drivername="postgresql").render_as_string(hide_password=False)
        return NewsListener(url, self._place, ring).stop

    def damage(self) -> str | None:
        """The server looks after its own files."""
        return None

    def problem(self, error: Exception) -> OrchError | None:
        """A driver's error in words; None for one that is about a statement, not about the database."""
        state, reason = str(getattr(error, "sqlstate", None) or ""), _first_line(error)
        if state in _IN_THE_WAY or state.startswith(("57P", "08")):
            return Conflict(reason)
        if state.startswith("53"):
            return DatabaseFull(f"{self._name} has no room left ({reason}); nothing stored is lost, free some")
        if state == "57014":
            return StorageUnavailable(f"{self._name} did not answer in 30 s ({reason})")
        if state == "25006":
            return StorageUnavailable(f"{self._name} is read-only, perhaps a standby ({reason})")
        if state == "42501":
            return StorageUnavailable(
                f"{self._name}: user {self._where.username!r} may not make or write tables in the database "
                f"{self._where.database!r} ({reason}): give it the right to, or name another user"
            )
        refused = self._refused(state, reason)
        if refused is not None:
            return StorageUnavailable(refused)
        if not state and isinstance(error, _driver_errors()):
            return Conflict(reason)  # the connection was lost
        return None

    def _refused(self, state: str, reason: str) -> str | None:
        """Why there is no connection: to each mistake its own sentence."""
        url = self._where
        if role := _UNKNOWN_ROLE.search(reason):
            return f"{self._name}: there is no user {role[1]!r}; make it with `createuser {role[1]}`"
        if state in ("28P01", "28000") or "authentication failed" in reason or "no password supplied" in reason:
            return f"{self._name} refuses user {url.username!r} or the password"
        if state == "3D000" or (f'database "{url.database}" does not exist' in reason):
            return f"{self._name}: there is no database {url.database!r}; make it with `createdb {url.database}`"
        if "resolve host" in reason or "name resolution" in reason:
            return f"{self._name}: there is no host {url.host!r}"
        if "connection failed" in reason or "could not connect" in reason or "timeout expired" in reason:
            return f"{self._name} does not answer ({reason})"
        return None

    @property
    def _name(self) -> str:
        host = self._where.host or self._where.query.get("host") or "localhost"
        return f"the Postgres server at {host}:{self._where.port or 5432}"

    def _commit(self, connection: Connection, news: list[str]) -> None:
        xid, since = connection.exec_driver_sql(_LAST_WORD, (news,)).one()[:2]
        try:
            connection.commit()
        except (OperationalError, InterfaceError):
            if not self._was_committed(xid, since):
                raise

    def _was_committed(self, xid: str, since: str) -> bool:
        """Look up a transaction whose commit was asked for before the connection was lost.

        A server that recovers from a crash gives the numbers of transactions that had not reached its disk to others.
        So after one, "committed" may speak of somebody else's; every other answer is as good as before.

        Raises:
            StorageUnavailable: that can not be told for now, or ever.
        """
        until = time.monotonic() + LOOK_UP
        reason = "the transaction goes on"
        while time.monotonic() < until:
            try:
                with self.read() as connection:
                    outcome, since_now = connection.exec_driver_sql(_OUTCOME, (xid,)).one()
            except (OperationalError, InterfaceError, PoolTimeout) as error:
                reason = _first_line(error.orig if isinstance(error, OperationalError | InterfaceError) else error)
            except DataError as error:
                if getattr(error.orig, "sqlstate", None) != _IN_THE_FUTURE:
                    raise
                return False  # a number that the crash took back, and nobody has yet
            else:
                if outcome == "committed" and since_now != since:
                    reason = "the server has begun anew"
                    break
                if outcome != "in progress":
                    return bool(outcome == "committed")
            time.sleep(0.1)
        raise StorageUnavailable(f"{self._name}: whether the last commit was stored is not known ({reason})")


def _socket_of(connection: Connection) -> int:
    driver: Any = connection.connection.driver_connection
    return int(driver.fileno())


def _driver_errors() -> tuple[type[Exception], ...]:
    import psycopg

    return psycopg.OperationalError, psycopg.InterfaceError


def _first_line(error: Any) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def _leave_lost_connections_untold() -> None:
    """A connection is lost: whoever used it is told so; that it can not be rolled back or closed is no news."""
    logging.getLogger(f"sqlalchemy.pool.impl.QueuePool.{POOL_LOG}").setLevel(logging.CRITICAL)
    logging.getLogger("psycopg").addFilter(_is_news)


def _is_news(record: logging.LogRecord) -> bool:
    return not str(record.msg).startswith("error ignored ")


def _keep_nul_out(connection: Any, _: Any) -> None:
    connection.adapters.register_dumper(str, _text_without_nul())


@cache
def _text_without_nul() -> Any:
    """Postgres' texts have no NUL; user code prints and logs it all the same, and must not lose its run over it."""
    from psycopg.types.string import StrDumperUnknown

    class TextWithoutNul(StrDumperUnknown):
        def dump(self, obj: str) -> Any:
            return super().dump(obj.replace("\0", "\ufffd"))

    return TextWithoutNul
