"""The machine's own limits as figures of the rows that they belong to; ``floor.py`` takes them in an interpreter of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.bench.figures import Figure, timed
from tests.bench.place import CODE, Place
from tests.bench.rows import limit

FLOOR = Path(__file__).with_name("floor.py")
EVENTS_OF_A_STEP = 5


def asked(name: str, turns: int, *code: Path) -> list[Any]:
    """What ``floor.py`` measures, without its first turn."""
    command = [sys.executable, "-P", str(FLOOR), name, str(turns + 1), *map(str, code)]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=120)
    if answer.returncode:
        raise RuntimeError(f"floor.py {name}: {answer.stderr[-1000:]}")
    found: list[Any] = json.loads(answer.stdout)
    return found[1:]


def launches(place: Place, first: tuple[str, str] | None, ended: tuple[str, str] | None) -> list[Figure]:
    """The floor of a launch: for the row and aspect of the first line of user code, and of the recorded success."""
    pairs = asked("launch", place.turns(40), CODE)
    figures = []
    for number, belongs in enumerate((first, ended)):
        if belongs is not None:
            row, aspect = belongs
            figures.append(limit(row, [pair[number] * 1000 for pair in pairs], aspect))
    return figures


def steps_in_process(row: str, aspects: tuple[str, ...], place: Place) -> list[Figure]:
    """The events of a step as one batched insert."""
    values = [second * EVENTS_OF_A_STEP * 1000 for second in asked("inserts", place.turns(20))]
    note = f"{EVENTS_OF_A_STEP} events a step, 1,000 a commit"
    return [limit(row, values, aspect, note=note) for aspect in aspects]


def interpreter(row: str, turns: int) -> Figure:
    """A new interpreter that does nothing."""
    return limit(row, [seconds * 1000 for seconds in timed(turns, lambda: python("pass"))])


def python(code: str, *arguments: str) -> None:
    """Run a line in a new interpreter."""
    subprocess.run([sys.executable, "-c", code, *arguments], check=True, capture_output=True)
