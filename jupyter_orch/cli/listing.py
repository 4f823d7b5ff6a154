"""How listings look: a table for people, JSON for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from jupyter_orch import clock
from jupyter_orch.cli.visible import visible

STYLES = {
    "SUCCESS": "green",
    "LOADED": "green",
    "ON": "green",
    "ok": "green",
    "FAILURE": "red",
    "ERROR": "red",
    "fails": "red",
    "STARTED": "cyan",
    "RUNNING": "cyan",
    "STARTING": "cyan",
    "QUEUED": "yellow",
    "CANCELING": "yellow",
    "RETRYING": "yellow",
    "CANCELED": "dim",
    "SKIPPED": "dim",
    "OFF": "dim",
}


NARROWEST_COLUMN = 8


def as_text(value: Any) -> str:
    """A JSON value in a cell of a table."""
    if value is None or value == "":
        return "-"
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value)) or "-"
    return str(value)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a listing: which value of a row, its heading, and how it is written."""

    key: str
    heading: str
    text: Callable[[Any], str] = as_text

    def cell(self, row: Mapping[str, Any]) -> str:
        """The text of this column in a row, on one line."""
        return " ".join(visible(self.text(row.get(self.key))).splitlines())


def show_listing(
    rows: Sequence[Mapping[str, Any]], columns: Sequence[Column], *, as_json: bool, nothing: str = "nothing here"
) -> None:
    """Print rows on stdout.

    Args:
        rows: JSON objects; all of their keys are in the JSON, the columns' keys in the table.
        as_json: print a JSON array instead.
        nothing: the sentence for people when there are no rows.
    """
    if as_json:
        print_json(list(rows))
    elif not rows:
        print(nothing)
    elif sys.stdout.isatty():
        _print_rich(rows, columns)
    else:
        _print_plain(rows, columns)


def print_json(value: Any) -> None:
    """Print one JSON document."""
    print(json.dumps(value, indent=2, ensure_ascii=False))


def show_facts(facts: Mapping[str, Any]) -> None:
    """Print name and value, one pair a line; further lines of a value are indented."""
    width = max(map(len, facts), default=0)
    for name, value in facts.items():
        lines = visible(as_text(value)).splitlines() or ["-"]
        print(f"{name:<{width}}  {lines[0]}")
        for line in lines[1:]:
            print(" " * (width + 2) + line)


def moment(seconds: float | None) -> str:
    """An instant in local time."""
    return "-" if seconds is None else datetime.fromtimestamp(seconds).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def duration(seconds: float | None) -> str:
    """A length of time, three figures at most."""
    if seconds is None:
        return "-"
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {rest:02} s"


def elapsed(start: float | None, end: float | None) -> float | None:
    """Seconds from start to end, or until now when there is no end yet."""
    return None if start is None else max(0.0, (clock.now() if end is None else end) - start)


def first_line(text: str) -> str:
    """A description's first line."""
    return text.strip().split("\n")[0]


def _print_rich(rows: Iterable[Mapping[str, Any]], columns: Sequence[Column]) -> None:
    console = Console()
    if console.width < NARROWEST_COLUMN * len(columns):
        _print_blocks(rows, columns)
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in columns:
        table.add_column(column.heading, overflow="fold")
    for row in rows:
        texts = [column.cell(row) for column in columns]
        table.add_row(*(Text(text, style=STYLES.get(text, "")) for text in texts))
    console.print(table)


def _print_blocks(rows: Iterable[Mapping[str, Any]], columns: Sequence[Column]) -> None:
    """A block for each row, where columns side by side would be too narrow to be read."""
    for number, row in enumerate(rows):
        if number:
            print()
        show_facts({column.heading: column.cell(row) for column in columns})


def _print_plain(rows: Sequence[Mapping[str, Any]], columns: Sequence[Column]) -> None:
    lines = [[c.heading for c in columns], *([c.cell(row) for c in columns] for row in rows)]
    widths = [max(len(line[n]) for line in lines) for n in range(len(columns))]
    for line in lines:
        print("  ".join(f"{text:<{width}}" for text, width in zip(line, widths, strict=True)).rstrip())
