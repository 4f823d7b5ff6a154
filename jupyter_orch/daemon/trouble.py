"""A duty fails again and again: its traceback once, then a line now and then, and a line when it is over."""

from __future__ import annotations

import logging
import time

log = logging.getLogger("jupyter_orch.daemon")
AT_LEAST_EVERY = 60.0
"""Seconds after which a failure that goes on is told again, however few tries there were."""


class Trouble:
    """What was told of one loop's failures. For its thread alone."""

    def __init__(self, name: str) -> None:
        """Args:
        name: of the loop.
        """
        self._name = name
        self._place: object = None
        self._count = 0
        self._told_at = 0.0

    def tell(self, error: Exception, pause: float) -> None:
        """A turn has failed: with its traceback when it failed elsewhere before.

        Args:
            pause: seconds to the next try, unless something wakes the loop.
        """
        place, now = _place_of(error), time.monotonic()
        self._count += 1
        if place != self._place:
            self._place, self._count, self._told_at = place, 1, now
            log.error("%s: turn failed; it is tried again in %.0f s", self._name, pause, exc_info=error)
        elif self._count & (self._count - 1) == 0 or now >= self._told_at + AT_LEAST_EVERY:
            self._told_at = now
            told = f"{type(error).__name__}: {error}"
            log.error("%s: failed %d times in a row; tried again in %.0f s: %s", self._name, self._count, pause, told)

    def ends(self) -> None:
        """A turn went well."""
        if self._count:
            log.warning("%s: well again, after %d failed turns", self._name, self._count)
            self._place, self._count = None, 0


def _place_of(error: BaseException) -> object:
    """Kind and line of what was raised first: its words may differ each time."""
    while error.__cause__ is not None:
        error = error.__cause__
    frames = error.__traceback__
    while frames is not None and frames.tb_next is not None:
        frames = frames.tb_next
    return type(error), frames and (frames.tb_frame.f_code.co_filename, frames.tb_lineno)
