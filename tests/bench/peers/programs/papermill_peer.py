"""papermill, which runs one notebook and keeps no books, side by side with us."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from notebook import write_notebook
from servers import Group, last_line, whole_process
from speaking import Line, Lines, speak

BIN = Path(sys.executable).parent
CODE = """
import json, sys, time, papermill
found = []
for number in range(6):
    begun = time.perf_counter()
    papermill.execute_notebook(sys.argv[1], sys.argv[2], {"x": number}, progress_bar=False, log_output=False)
    found.append((time.perf_counter() - begun) * 1000)
print(json.dumps(found[1:]))
"""
NOTE = "nothing is recorded"


@contextmanager
def notebook() -> Iterator[tuple[Path, Path]]:
    """A notebook and where its result goes."""
    group = Group("papermill")
    try:
        yield write_notebook(group.folder / "nothing.ipynb"), group.folder / "written.ipynb"
    finally:
        group.stop()


def notebooks() -> Lines:
    """P8."""
    with notebook() as (path, written):
        command = [BIN / "papermill", path, written, "-p", "x", "3", "--no-progress-bar"]
        commands = whole_process(command, 6)
        calls = last_line([sys.executable, "-c", CODE, path, written], {})
    return {
        "P8": [
            Line("command line, the process's whole life", commands, "cold", note=NOTE),
            Line("execute_notebook, called again in one process", calls, "warm", note=f"{NOTE}; a kernel for each"),
        ]
    }


def imports() -> Lines:
    """P12."""
    values = whole_process([sys.executable, "-c", "import papermill"], 4)
    return {"P12": [Line("import papermill, interpreter included", values)]}


def help_text() -> Lines:
    """P13."""
    return {"P13": [Line("papermill --help", whole_process([BIN / "papermill", "--help"], 4))]}


MEASURES: dict[str, Callable[[], Lines]] = {"P8": notebooks, "P12": imports, "P13": help_text}

if __name__ == "__main__":
    speak("papermill", MEASURES)
