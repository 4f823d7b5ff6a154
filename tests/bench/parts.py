"""Which part of the bench measures which rows, in the order in which they are measured."""

from __future__ import annotations

from dataclasses import dataclass

from tests.bench import (
    deaths,
    doors,
    events,
    grid,
    imports,
    launches,
    memory,
    notebooks,
    panel,
    queueing,
    starts,
    steps,
    storage,
    ticks,
)
from tests.bench.place import Measure


@dataclass(frozen=True, slots=True)
class Part:
    """Some rows that are measured together.

    Attributes:
        name: what ``--only`` may call it.
        rows: that it measures.
        measure: does so.
        twice: before the peers and after them; else only after them.
        folder: parts of one folder find there what the others have left.
        is_extra: it tells more about a row that another part measures; left out beside peers, unless it is named.
    """

    name: str
    rows: tuple[str, ...]
    measure: Measure
    twice: bool = True
    folder: str = ""
    is_extra: bool = False

    @property
    def place(self) -> str:
        """The name of its folder."""
        return self.folder or self.name


PARTS = (
    Part("imports", ("P12",), imports.measure),
    Part("help", ("P13",), imports.measure_help),
    Part("launches", ("P1", "P2"), launches.measure),
    Part("queued", ("P3",), launches.measure_queued),
    Part("cold", ("P4",), launches.measure_cold),
    Part("steps", ("P5",), steps.measure),
    Part("isolated", ("P6",), steps.measure_isolated),
    Part("queue", ("P7",), queueing.measure),
    Part("notebooks", ("P8",), notebooks.measure),
    Part("ticks", ("P9",), ticks.measure),
    Part("starts", ("P10",), starts.measure),
    Part("memory", ("P11",), memory.measure),
    Part("doors", ("P14",), doors.measure),
    Part("load", ("L",), doors.measure_load, twice=False, folder="doors"),
    Part("storage", ("P14",), storage.measure, twice=False, is_extra=True),
    Part("grid", ("P15",), grid.measure),
    Part("events", ("P16",), events.measure),
    Part("deaths", ("P17",), deaths.measure),
    Part("panel", ("P18",), panel.measure, twice=False),
)


def chosen(names: list[str], *, with_peers: bool = False) -> tuple[Part, ...]:
    """Parts by their own names or by rows; all when none is named.

    Raises:
        ValueError: neither is called so.
    """
    known = {name for part in PARTS for name in (part.name, *part.rows)}
    if unknown := [name for name in names if name not in known]:
        rows = sorted({row for part in PARTS for row in part.rows}, key=lambda row: (len(row), row))
        parts = ", ".join(part.name for part in PARTS)
        raise ValueError(f"nothing is called {', '.join(unknown)}; rows: {', '.join(rows)}; parts: {parts}")
    wanted = set(names)
    return tuple(
        part
        for part in PARTS
        if part.name in wanted or (not (part.is_extra and with_peers) and (not names or wanted & set(part.rows)))
    )
