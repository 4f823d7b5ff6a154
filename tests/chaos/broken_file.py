"""Makes the n-th statement of a storage on SQLite fail, before or after it took effect, as a disk does that gives up.

Every ``BEGIN``, ``COMMIT`` and statement of one engine counts. ``"before"``: nothing was done. ``"after"``: it was done,
and the caller hears that it was not. The error is the driver's own, with SQLite's name of the fault.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine

BEFORE, AFTER = "before", "after"


class Counter:
    """Counts statements, and lets one fail.

    Attributes:
        seen: how many there were.
        failed: the statement that failed; None while none has.
    """

    def __init__(self, fails_at: int | None, when: str) -> None:
        """Args:
        fails_at: the number of the statement, counted from 1; None only counts.
        when: ``"before"`` or ``"after"`` it took effect.
        """
        self._fails_at = fails_at
        self._when = when
        self.seen = 0
        self.failed: str | None = None

    def before(self, statement: str) -> None:
        """A statement is about to be executed."""
        self.seen += 1
        if self._when == BEFORE and self.seen == self._fails_at:
            self._fail(statement)

    def after(self, statement: str) -> None:
        """It was executed."""
        if self._when == AFTER and self.seen == self._fails_at and self.failed is None:
            self._fail(statement)

    def _fail(self, statement: str) -> None:
        self.failed = statement
        error = sqlite3.OperationalError("disk I/O error")
        error.sqlite_errorname = "SQLITE_IOERR"
        raise error


@contextmanager
def failing(engine: Engine, fails_at: int | None, when: str = BEFORE) -> Iterator[Counter]:
    """Count the statements of an engine in this block, and let one of them fail."""
    counter = Counter(fails_at, when)

    def before(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        counter.before(statement)

    def after(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        counter.after(statement)

    event.listen(engine, "before_cursor_execute", before)
    event.listen(engine, "after_cursor_execute", after)
    try:
        yield counter
    finally:
        event.remove(engine, "before_cursor_execute", before)
        event.remove(engine, "after_cursor_execute", after)
