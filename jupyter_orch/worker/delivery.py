"""Gets a run's events into the journal, once each and in order, also when the storage is away for a while.

What can not be stored waits here; the run goes on until too much waits. When a write ends without an answer nobody
knows whether it was stored: before it is repeated, the history is asked.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from jupyter_orch.failpoints import failpoint
from jupyter_orch.ports import StorageUnavailable
from jupyter_orch.records.event import Event
from jupyter_orch.records.run import Run
from jupyter_orch.runs.journal import Journal

OUTAGE = 15 * 60.0
"""Seconds without the storage after which a worker gives up."""

RETRY = 1.0
MAX_WAITING = 50_000


class StorageLost(Exception):
    """The storage was away for longer than a worker waits."""


class Delivery:
    """The events of one run on their way to its history."""

    def __init__(self, run: Run, journal: Journal) -> None:
        self._run = run
        self._journal = journal
        self._waiting: list[Event] = []
        self._last_number = run.event_seq
        self._in_doubt: list[Event] = []
        self._retry_at = 0.0
        self._in_touch = time.monotonic()

    @property
    def is_full(self) -> bool:
        """Whether no more events should be taken for now."""
        return len(self._waiting) + len(self._in_doubt) >= MAX_WAITING

    @property
    def silence(self) -> float:
        """Seconds since the storage last answered."""
        return time.monotonic() - self._in_touch

    def add(self, event: Event) -> None:
        """Take an event; it is stored with the next flush."""
        self._waiting.append(event)

    def flush(self) -> bool:
        """Store what waits, if the storage answers; False when the run is no longer ours.

        Raises:
            StorageLost: it has not answered for too long.
        """
        if not (self._waiting or self._in_doubt) or time.monotonic() < self._retry_at:
            return True
        failpoint("worker.flush.before")
        try:
            is_ours = self._settle_doubt() and self._store_waiting()
        except StorageUnavailable:
            self._note_outage()
            return True
        failpoint("worker.flush.after")
        return is_ours

    def ask(self, question: Callable[[], Run | None]) -> tuple[bool, Run | None]:
        """Put one question to the journal; whether it was answered, and the answer.

        Raises:
            StorageLost: it has not answered for too long.
        """
        try:
            answer = question()
        except StorageUnavailable:
            self._note_outage()
            return False, None
        self._in_touch = time.monotonic()
        return True, answer

    def finish(self, end: Callable[[Sequence[Event]], Run | None]) -> bool:
        """Store the end of the run with the last events, however long it takes; False when the run is not ours.

        Args:
            end: the journal's verb, called with the events that still wait.

        Raises:
            StorageLost: the storage has not answered for too long.
        """
        failpoint("worker.finish.before")
        asked_before = False
        while True:
            try:
                if asked_before and self._journal.is_over(self._run):
                    return True
                if not self._settle_doubt():
                    return False
                asked_before = True
                is_ours = end(self._waiting) is not None
                failpoint("worker.finish.after")
                return is_ours
            except StorageUnavailable:
                self._note_outage()
                time.sleep(RETRY)

    def _settle_doubt(self) -> bool:
        """Find out about a write that was not answered, and repeat it if it was not stored."""
        if not self._in_doubt:
            return True
        return self._stored(self._journal.append_in_doubt(self._run, self._in_doubt, self._last_number))

    def _store_waiting(self) -> bool:
        self._in_doubt, self._waiting = self._waiting, []
        return self._store(self._in_doubt) if self._in_doubt else True

    def _store(self, batch: list[Event]) -> bool:
        return self._stored(self._journal.append(self._run.run_id, self._run.epoch, batch))

    def _stored(self, last: int | None) -> bool:
        self._in_doubt = []
        self._in_touch = time.monotonic()
        self._last_number = last or self._last_number
        return last is not None

    def _note_outage(self) -> None:
        if self.silence > OUTAGE:
            raise StorageLost
        self._retry_at = time.monotonic() + RETRY
