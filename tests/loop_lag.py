"""How late the turns of a server's event loop were, by the histogram that it keeps of them."""

from __future__ import annotations

import re
from itertools import pairwise

from tests.server_process import ServerProcess

Turns = list[tuple[float, float]]
"""Upper edges in seconds, each with how many turns were at most so late."""


def turns(server: ServerProcess) -> Turns:
    """All turns up to now."""
    text = server.request("metrics")[1].decode()
    found = re.findall(r'jupyter_orch_event_loop_lag_seconds_bucket{le="([^"]+)"} (\S+)', text)
    assert found, "the server tells no metrics"
    return [(float(edge), float(count)) for edge, count in found]


def between(before: Turns, after: Turns) -> Turns:
    """Those that came between two looks."""
    return [(edge, late - early) for (edge, late), (_, early) in zip(after, before, strict=True)]


def quantile(found: Turns, share: float) -> float:
    """How late so many of them were at most, in seconds; straight lines within a bucket."""
    wanted = share * found[-1][1]
    for (low, below), (high, count) in pairwise([(0.0, 0.0), *found]):
        if count >= wanted:
            return low + (high - low) * (wanted - below) / max(1.0, count - below) if high != float("inf") else low
    return 0.0
