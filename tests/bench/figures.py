"""What a measurement gives: its values, where they belong in the report, and how busy the machine was meanwhile."""

from __future__ import annotations

import contextlib
import math
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
MARK = "JUPYTER_ORCH_BENCH"
os.environ.setdefault(MARK, str(os.getpid()))
INIT = 1
"""It takes in the times of whatever has lost its parent, of the bench's own too."""
SHORTEST = 1.0
"""Seconds: the kernel counts in hundredths of them."""


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
        at_least: whether it took longer than anybody waited.
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
    at_least: bool = False
    surroundings: dict[str, float] = field(default_factory=dict)

    @property
    def median(self) -> float:
        """The middle value."""
        return statistics.median(self.values)

    @property
    def p95(self) -> float:
        """The 95th percentile, by nearest rank; of fewer than 20 values it is the largest."""
        return sorted(self.values)[math.ceil(0.95 * len(self.values)) - 1]

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

    ``other_cores`` are the cores that processes took which are not the bench's own (a second at least is looked at);
    ``yard_ms`` is a fixed loop of Python, a yardstick of how quick a core was just then.
    """
    found: dict[str, float] = {}
    begun, before = time.monotonic(), _of_others()
    try:
        yield found
    finally:
        seconds = time.monotonic() - begun
        if seconds >= SHORTEST:
            took = (max(0.0, busy - before.get(process, 0.0)) for process, busy in _of_others().items())
            found["other_cores"] = round(sum(took) / seconds, 2)
        found["yard_ms"] = round(min(timed(5, _loop)) * 1000, 2)


def timed(count: int, work: Callable[[], object]) -> list[float]:
    """Seconds of each of ``count`` turns."""
    found = []
    for _ in range(count):
        begun = time.perf_counter()
        work()
        found.append(time.perf_counter() - begun)
    return found


def _of_others() -> dict[tuple[int, float], float]:
    """CPU seconds of each process that the bench has not started, with those of its children that have ended.

    What was started by the bench and has lost its parent is told by the variable that it inherited.
    """
    me = psutil.Process(os.getpid())
    own = {me.pid, INIT, *(process.pid for process in me.children(recursive=True))}
    found = {}
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.pid not in own and process.environ().get(MARK) != os.environ[MARK]:
                times = process.cpu_times()
                total = times.user + times.system + times.children_user + times.children_system
                found[process.pid, process.create_time()] = total
    return found


def _loop() -> int:
    total = 0
    for number in range(100_000):
        total += number * number % 7
    return total
