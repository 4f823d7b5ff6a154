"""What a measurement gives: its values, where they belong in the report, and how busy the machine was meanwhile."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any

import psutil

OURS = "jupyter_orch"
LIMIT = "limit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """The values of one measurement.

    Attributes:
        row: the line of the report that it belongs to, such as ``P1``; one line may have several figures.
        aspect: which of the row's quantities, by its name in ``tests/bench/rows.py``; figures of one row and aspect are
            compared. Empty for rows that have only one.
        who: :data:`OURS`, the name of a peer, or :data:`LIMIT` for what the machine itself can do.
        what: what exactly was timed, from when to when, with which settings.
        unit: ``ms``, ``MiB``, ``runs/min``, ``events/s``, ``KiB``.
        target: what the median must not exceed (or fall short of, see ``more_is_better``).
        target_p95: what the 95th percentile must not exceed.
        note: what a reader must know to compare it, such as a weaker promise.
    """

    row: str
    what: str
    values: tuple[float, ...]
    who: str = OURS
    aspect: str = ""
    unit: str = "ms"
    target: float | None = None
    target_p95: float | None = None
    more_is_better: bool = False
    note: str = ""
    surroundings: dict[str, float] = field(default_factory=dict)

    @property
    def median(self) -> float:
        """The middle value."""
        return statistics.median(self.values)

    @property
    def p95(self) -> float:
        """The 95th percentile, by nearest rank; of fewer than 20 values it is the largest."""
        ordered = sorted(self.values)
        return ordered[min(len(ordered) - 1, round(0.95 * (len(ordered) - 1)))]

    @property
    def is_reached(self) -> bool | None:
        """Whether it keeps its targets; None without any."""
        if self.target is None:
            return None
        if self.more_is_better:
            return self.median >= self.target
        return self.median <= self.target and (self.target_p95 is None or self.p95 <= self.target_p95)

    def as_json(self) -> dict[str, Any]:
        """Every attribute, with what is computed from the values."""
        spread = {"n": len(self.values), "median": self.median, "p95": self.p95}
        return {**asdict(self), **spread, "min": min(self.values), "max": max(self.values)}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Figure:
        """The figure that :meth:`as_json` wrote."""
        fields = {name: data[name] for name in cls.__slots__ if name in data}
        return cls(**{**fields, "values": tuple(data["values"])})


def in_ms(seconds: list[float]) -> tuple[float, ...]:
    """Seconds as milliseconds."""
    return tuple(second * 1000 for second in seconds)


@contextmanager
def surroundings() -> Iterator[dict[str, float]]:
    """How busy others keep the machine while the body runs; the dictionary is filled when it ends.

    ``other_cores`` are the cores that processes took which are neither this one nor below it; ``yard_ms`` is a fixed loop
    of Python, a yardstick of how quick a core was just then.
    """
    found: dict[str, float] = {}
    begun, busy, own = time.monotonic(), _busy(), _own()
    try:
        yield found
    finally:
        seconds = max(time.monotonic() - begun, 1e-3)
        found["other_cores"] = round(max(0.0, _busy() - busy - (_own() - own)) / seconds, 2)
        found["yard_ms"] = round(min(timed(5, _loop)) * 1000, 2)


def timed(count: int, work: Callable[[], object]) -> list[float]:
    """Seconds of each of ``count`` turns."""
    found = []
    for _ in range(count):
        begun = time.perf_counter()
        work()
        found.append(time.perf_counter() - begun)
    return found


def _busy() -> float:
    times = psutil.cpu_times()
    return float(sum(times) - times.idle - times.iowait - times.guest - times.guest_nice)


def _own() -> float:
    """CPU seconds of this process and those below it, with those of them that have ended."""
    me = psutil.Process(os.getpid())
    total = 0.0
    for process in [me, *me.children(recursive=True)]:
        try:
            times = process.cpu_times()
        except psutil.Error:
            continue
        total += times.user + times.system + times.children_user + times.children_system
    return total


def _loop() -> int:
    total = 0
    for number in range(100_000):
        total += number * number % 7
    return total
