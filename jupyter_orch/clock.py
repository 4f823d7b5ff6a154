"""The one place that asks what time it is, so that a test can hold the hands."""

from __future__ import annotations

import time


def now() -> float:
    """Seconds since the epoch, UTC."""
    return time.time()
