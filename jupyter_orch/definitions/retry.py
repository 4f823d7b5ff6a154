"""How often and after which pause a failed step is tried again."""

from __future__ import annotations

import enum
import random
from dataclasses import dataclass

from jupyter_orch.definitions.errors import DagsterInvalidDefinitionError


class Backoff(enum.Enum):
    """How the pause grows from attempt to attempt."""

    LINEAR = "LINEAR"
    EXPONENTIAL = "EXPONENTIAL"


class Jitter(enum.Enum):
    """How the pause is scattered: ``FULL`` between nothing and all of it, ``PLUS_MINUS`` around it by as much again."""

    FULL = "FULL"
    PLUS_MINUS = "PLUS_MINUS"


@dataclass(frozen=True)
class RetryPolicy:
    """Try a failed step again.

    Args:
        max_retries: attempts after the first.
        delay: seconds before the next attempt.
        backoff: how the delay grows; needs a delay.
        jitter: how the delay is scattered; needs a delay.

    Raises:
        DagsterInvalidDefinitionError: a value is out of range, or backoff or jitter stand without a delay.
    """

    max_retries: int = 1
    delay: float | None = None
    backoff: Backoff | None = None
    jitter: Jitter | None = None

    def __post_init__(self) -> None:
        if isinstance(self.max_retries, bool) or not isinstance(self.max_retries, int) or self.max_retries < 0:
            raise DagsterInvalidDefinitionError(
                f"RetryPolicy: max_retries must be an integer of 0 or more, not {self.max_retries!r}"
            )
        if self.delay is not None and (
            isinstance(self.delay, bool) or not isinstance(self.delay, (int, float)) or self.delay < 0
        ):
            raise DagsterInvalidDefinitionError(
                f"RetryPolicy: delay must be seconds, a number of 0 or more, not {self.delay!r}"
            )
        for name, value, kind in (("backoff", self.backoff, Backoff), ("jitter", self.jitter, Jitter)):
            if value is not None and not isinstance(value, kind):
                raise DagsterInvalidDefinitionError(f"RetryPolicy: {name} must be a {kind.__name__}, not {value!r}")
            if value is not None and self.delay is None:
                raise DagsterInvalidDefinitionError(
                    f"RetryPolicy: {name} says how a delay changes, but there is no delay; give delay=seconds"
                )

    def calculate_delay(self, attempt_num: int) -> float:
        """Seconds to wait before the retry that follows the ``attempt_num``-th attempt (counted from 1)."""
        if not self.delay:
            return 0.0
        seconds = float(self.delay)
        if self.backoff is Backoff.LINEAR:
            seconds = self.delay * attempt_num
        elif self.backoff is Backoff.EXPONENTIAL:
            seconds = self.delay * (2.0 ** min(attempt_num, 1000) - 1)
        if self.jitter is Jitter.FULL:
            return random.random() * seconds
        if self.jitter is Jitter.PLUS_MINUS:
            return seconds + (2 * random.random() - 1) * self.delay
        return seconds
