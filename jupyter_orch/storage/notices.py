"""News on its way out as SQL: an outbox, filled in the transaction that moves its reader on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, update

from jupyter_orch.ports.notices import NoticeStorage
from jupyter_orch.records.notice import Notice, NoticeStatus
from jupyter_orch.storage import rows
from jupyter_orch.storage.database import Database
from jupyter_orch.storage.dialect import dialect_insert
from jupyter_orch.storage.schema import notices, readers


class SqlNotices(NoticeStorage):
    """See :class:`jupyter_orch.ports.NoticeStorage`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._insert = dialect_insert(database)

    def get_place(self, reader: str) -> str | None:
        with self._database.read() as connection:
            return connection.execute(select(readers.c.place).where(readers.c.reader == reader)).scalar()

    def add_notices(self, new: Sequence[Notice], reader: str, before: str | None, place: str) -> bool:
        moved = {"reader": reader, "place": place}
        with self._database.write() as connection:
            if before is None:
                moving: Any = self._insert(readers).values(moved).on_conflict_do_nothing()
            else:
                mine = (readers.c.reader == reader, readers.c.place == before)
                moving = update(readers).where(*mine).values(place=place)
            done = connection.execute(moving.returning(readers.c.reader)).first() is not None
            if done and new:
                values = [
                    {
                        "key": notice.key,
                        "status": NoticeStatus.PENDING.value,
                        "attempts": 0,
                        "next_try": notice.created_at,
                        "body": rows.to_text(notice),
                    }
                    for notice in new
                ]
                connection.execute(self._insert(notices).on_conflict_do_nothing(), values)
        return done

    def take_notices(self, now: float, lease_until: float, limit: int) -> list[Notice]:
        due = (
            select(notices.c.pk)
            .where(notices.c.status == NoticeStatus.PENDING.value, notices.c.next_try <= now)
            .order_by(notices.c.pk)
            .limit(limit)
        )
        if not self._database.is_sqlite:
            due = due.with_for_update(skip_locked=True)
        with self._database.write() as connection:
            chosen = list(connection.execute(due).scalars())
            if not chosen:
                return []
            taken = (
                update(notices)
                .where(notices.c.pk.in_(chosen))
                .values(attempts=notices.c.attempts + 1, next_try=lease_until)
                .returning(notices)
            )
            return [rows.notice_from(row) for row in sorted(connection.execute(taken), key=lambda row: int(row.pk))]

    def settle_notice(
        self, notice: Notice, *, sent_at: float | None, error: str | None, next_try: float | None
    ) -> None:
        status = NoticeStatus.SENT if sent_at is not None else NoticeStatus.GIVEN_UP
        values = {
            "status": (NoticeStatus.PENDING if next_try is not None else status).value,
            "sent_at": sent_at,
            "error": error,
            "next_try": next_try or 0.0,
        }
        mine = (notices.c.key == notice.key, notices.c.attempts == notice.attempts)
        with self._database.write() as connection:
            connection.execute(update(notices).where(*mine).values(values))

    def list_notices(self, limit: int) -> list[Notice]:
        statement = select(notices).order_by(notices.c.pk.desc()).limit(limit)
        with self._database.read() as connection:
            return [rows.notice_from(row) for row in connection.execute(statement)]
