"""The places a run can be in, and the moves between them.

Everything that decides about a run's status lives in this file, as data. A move that is not in ``MOVES`` does not
exist: :func:`check_move` refuses it, and the journal, the only writer of a status, asks it every time. The database
repeats the guard as a compare-and-set on ``(status, epoch)``, so two processes that both believe in a move can not
both make it.

* ``QUEUED``    stored, waiting for the coordinator. Nothing runs.
* ``STARTING``  one replica won the run (epoch + 1, one-time launch token) and asks a launcher for a worker.
* ``STARTED``   a worker showed the token of this epoch. Only from here on may user code run.
* ``CANCELING`` somebody asked a started run to stop; its worker ends the process groups.
* ``SUCCESS``, ``FAILURE``, ``CANCELED`` are final. Nothing leaves them; a re-execution is a new run.

``STARTED → QUEUED`` and ``STARTING → QUEUED`` are recovery: the worker was confirmed dead (or never came), the epoch
moves on, and whatever the old worker still writes changes no row.
"""

from __future__ import annotations

from enum import StrEnum


class RunStatus(StrEnum):
    """Where a run is in its life; the values are the classic names. Two classic names mean what others mean here:
    a run that was not started is ``QUEUED``, and one that its own process manages is ``STARTED``.
    """

    QUEUED = "QUEUED"
    STARTING = "STARTING"
    STARTED = "STARTED"
    CANCELING = "CANCELING"
    SUCCESS = "SUCCESS"
    FAILURE = "FAILURE"
    CANCELED = "CANCELED"
    NOT_STARTED = QUEUED
    MANAGED = STARTED

    @classmethod
    def _missing_(cls, value: object) -> RunStatus | None:
        return cls.__members__.get(value) if isinstance(value, str) else None


S = RunStatus

MOVES: dict[RunStatus, frozenset[RunStatus]] = {
    S.QUEUED: frozenset({S.STARTING, S.CANCELED, S.FAILURE}),
    S.STARTING: frozenset({S.STARTED, S.QUEUED, S.CANCELED, S.FAILURE}),
    S.STARTED: frozenset({S.SUCCESS, S.FAILURE, S.CANCELING, S.QUEUED}),
    S.CANCELING: frozenset({S.CANCELED, S.SUCCESS, S.FAILURE}),
    S.SUCCESS: frozenset(),
    S.FAILURE: frozenset(),
    S.CANCELED: frozenset(),
}

FINAL = frozenset(status for status, after in MOVES.items() if not after)
IN_PROGRESS = frozenset({S.STARTING, S.STARTED, S.CANCELING})


def check_move(before: RunStatus, after: RunStatus) -> None:
    """Refuse a move that the table does not have.

    Raises:
        ValueError: names both ends of the impossible move.
    """
    if after not in MOVES[before]:
        raise ValueError(f"a run can not go from {before} to {after}")
