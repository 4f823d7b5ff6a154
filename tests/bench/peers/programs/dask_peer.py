"""Dask, which keeps nothing, side by side with us."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from servers import last_line, whole_process
from speaking import Line, Lines, speak

CODE = Path(__file__).with_name("dask_code.py")


def processes() -> Lines:
    """P6."""
    found = last_line([sys.executable, CODE], {})
    note = "nothing is stored; two processes that are used again"
    lines = [Line(f"2 worker processes, {kind} of 100", values, kind, note=note) for kind, values in found.items()]
    pooled = [line.named("pooled") for line in lines if line.aspect == "fan_out"]
    return {"P6": [*lines, *pooled]}


def imports() -> Lines:
    """P12."""
    values = whole_process([sys.executable, "-c", "import dask.distributed"], 4)
    return {"P12": [Line("import dask.distributed, interpreter included", values)]}


MEASURES: dict[str, Callable[[], Lines]] = {"P6": processes, "P12": imports}

if __name__ == "__main__":
    speak("Dask", MEASURES)
