"""The list of status changes as SQL, in an order in which a reader with a place misses none.

Numbers are given out before transactions commit, so on Postgres a smaller one may appear after a greater. There a row
also carries the number of its transaction; rows are read in that order, and only those older than every transaction
that still goes on. SQLite has one writer at a time: its numbers appear in order.
"""

from __future__ import annotations

from sqlalchemy import Connection, func, select, text, tuple_, update
from sqlalchemy.sql.elements import ColumnElement

from jupyter_orch import clock
from jupyter_orch.ports.runs import StatusChanges
from jupyter_orch.records.status import RunStatus
from jupyter_orch.records.status_change import StatusChange, StatusChangeFilter, StatusChangePage
from jupyter_orch.storage.database import Database
from jupyter_orch.storage.schema import runs, status_changes

_INSERT = "INSERT INTO status_changes (run_pk, status, at, transaction_id) VALUES "
_INSERT_SQLITE = _INSERT + "(?, ?, ?, 0)"
_INSERT_POSTGRES = _INSERT + "(%s, %s, %s, pg_current_xact_id()::text::bigint)"
_OLDEST_OPEN = text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
_ORDER = (status_changes.c.transaction_id, status_changes.c.change_id)
Place = tuple[int, int]


def note_change(connection: Connection, run_pk: int, status: str, *, is_sqlite: bool) -> None:
    """Write down that a run came to a status, in the transaction that moves it."""
    connection.exec_driver_sql(_INSERT_SQLITE if is_sqlite else _INSERT_POSTGRES, (run_pk, status, clock.now()))


class SqlStatusChanges(StatusChanges):
    """See :class:`jupyter_orch.ports.StatusChanges`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def status_changes(self, after: str, where: StatusChangeFilter, limit: int) -> StatusChangePage:
        with self._database.read() as connection:
            oldest_open = self._oldest_open(connection)
        place = self._place(after, oldest_open)
        end = self._newest_place(oldest_open)
        statement = (
            select(status_changes, runs.c.run_id)
            .join(runs, runs.c.pk == status_changes.c.run_pk)
            .where(tuple_(*_ORDER) > place, tuple_(*_ORDER) <= end, *_fitting(where))
            .order_by(*_ORDER)
            .limit(limit)
        )
        with self._database.read() as connection:
            found = tuple(
                StatusChange(
                    place=_text((row.transaction_id, row.change_id)),
                    run_id=row.run_id,
                    status=RunStatus(row.status),
                    at=row.at,
                )
                for row in connection.execute(statement)
            )
        behind = found[-1].place if len(found) == limit else _text(max(place, end))
        return StatusChangePage(changes=found, place=behind)

    def newest_change(self) -> str:
        with self._database.read() as connection:
            oldest_open = self._oldest_open(connection)
        return _text(self._newest_place(oldest_open))

    def _oldest_open(self, connection: Connection) -> int | None:
        """Number of the oldest transaction that goes on; None where transactions do not overlap."""
        return None if self._database.is_sqlite else int(connection.execute(_OLDEST_OPEN).scalar_one())

    def _newest_place(self, oldest_open: int | None) -> Place:
        statement = select(*_ORDER).order_by(*(column.desc() for column in _ORDER)).limit(1)
        if oldest_open is not None:
            statement = statement.where(status_changes.c.transaction_id < oldest_open)
        with self._database.read() as connection:
            row = connection.execute(statement).first()
        return (row[0], row[1]) if row else (0, 0)

    def _place(self, text: str, oldest_open: int | None) -> Place:
        transaction, _, change = text.partition(":")
        place = (int(transaction), int(change)) if change else (0, 0)
        if oldest_open is not None and place[0] >= oldest_open:
            return self._after_move(place)
        return place

    def _after_move(self, place: Place) -> Place:
        """The database was restored into another server, whose transactions count anew: only row numbers still hold."""
        with self._database.write() as connection:
            known = select(func.max(status_changes.c.change_id)).scalar_subquery()
            connection.execute(
                update(status_changes).where(status_changes.c.change_id <= known).values(transaction_id=0)
            )
        return (0, place[1])


def _text(place: Place) -> str:
    return f"{place[0]}:{place[1]}"


def _fitting(where: StatusChangeFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [status_changes.c.status.in_([s.value for s in where.statuses])]
    if where.location is not None:
        conditions.append(runs.c.location == where.location)
    if where.repository is not None:
        conditions.append(runs.c.repository == where.repository)
    if where.pipelines is not None:
        conditions.append(runs.c.pipeline.in_(where.pipelines))
    return conditions
