"""How much memory and processor time this process has used."""

from __future__ import annotations

import sys
import time

try:
    import resource
except ImportError:  # not on Windows
    resource = None  # type: ignore[assignment]

_UNIT = 1 if sys.platform == "darwin" else 1024


def peak_rss_bytes() -> int:
    """The most memory this process has held at once; 0 where that is not known."""
    return 0 if resource is None else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _UNIT


def cpu_seconds() -> float:
    """Processor time of this process so far."""
    return time.process_time()
