"""Luigi, which keeps nothing but the tasks' own files, side by side with us."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from servers import last_line, whole_process
from speaking import Line, Lines, speak

CODE = Path(__file__).with_name("luigi_code.py")
NOTE = "nothing is stored"


def steps() -> Lines:
    """P5."""
    return {"P5": [Line(f"1 worker, {kind} of 100", _taken(kind, 1), kind, note=NOTE) for kind in ("chain", "fan_out")]}


def processes() -> Lines:
    """P6."""
    what = "2 workers that fork for each task, {} of 100"
    return {"P6": [Line(what.format(kind), _taken(kind, 2), kind, note=NOTE) for kind in ("chain", "fan_out")]}


def _taken(kind: str, workers: int) -> list[float]:
    found: list[float] = last_line([sys.executable, "-W", "ignore", CODE, kind, workers], {})
    return found


def imports() -> Lines:
    """P12."""
    values = whole_process([sys.executable, "-c", "import luigi"], 5)
    return {"P12": [Line("import luigi, interpreter included", values)]}


MEASURES: dict[str, Callable[[], Lines]] = {"P5": steps, "P6": processes, "P12": imports}

if __name__ == "__main__":
    speak("Luigi", MEASURES)
