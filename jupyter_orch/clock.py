"""The one place that asks what time it is, so that a test can hold the hands."""

from __future__ import annotations

import time

TOLERATED = 1.0
"""Seconds by which two clocks may differ and count as one: the way to a database and back takes time as well."""
_behind = 0.0


def now() -> float:
    """Seconds since the epoch, UTC, by this machine's clock."""
    return time.time()


def shared() -> float:
    """Seconds since the epoch, UTC, by the clock that all replicas of an instance go by: a database server's, where
    there is one. Leases are counted by it, for machines that share a database may have clocks that differ.
    """
    return now() + _behind


def go_by(others: float) -> None:
    """From now on the shared clock is another one.

    Args:
        others: what that one shows now.
    """
    global _behind
    difference = others - now()
    _behind = difference if abs(difference) > TOLERATED else 0.0
