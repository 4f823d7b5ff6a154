"""Counts how often a location's kernels end by themselves, and says how long to wait before they come back."""

from __future__ import annotations

from jupyter_orch import clock

RESTART_DELAYS = (0.0, 1.0, 5.0, 15.0, 60.0)
WINDOW = 300.0


class Crashes:
    """Those of the last five minutes."""

    def __init__(self) -> None:
        self._times: list[float] = []

    def __len__(self) -> int:
        return len(self._times)

    def note(self) -> float | None:
        """One more; seconds to wait before the next start, None when it is a storm and nothing shall start again."""
        now = clock.now()
        self._times = [*(t for t in self._times if t > now - WINDOW), now]
        return RESTART_DELAYS[len(self._times) - 1] if len(self._times) <= len(RESTART_DELAYS) else None

    def forget(self) -> None:
        """Somebody has looked after it."""
        self._times.clear()


def how_it_ended(status: int | None) -> str:
    """In words."""
    if status is None:
        return "nobody knows how"
    return f"signal {-status}" if status < 0 else f"exit code {status}"
