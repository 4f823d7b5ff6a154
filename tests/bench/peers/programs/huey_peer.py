"""huey, a task queue that keeps no history, side by side with us."""

from __future__ import annotations

import importlib
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from servers import Group, time_in, whole_process
from speaking import Line, Lines, speak

HERE = Path(__file__).parent
BIN = Path(sys.executable).parent
TASKS = 200
NOTE = "a queue alone: no history, no logs; consumer looks every 10 ms"


@contextmanager
def consumer() -> Iterator[tuple[Group, Any]]:
    """Two worker processes and the module of tasks."""
    group = Group("huey")
    try:
        os.environ["QUEUE"] = str(group.folder / "queue.db")
        options = ["-w", 2, "-k", "process", "-d", "0.01", "-b", "1"]
        group.start([BIN / "huey_consumer", "huey_code.huey", *options], {"PYTHONPATH": str(HERE)})
        tasks = importlib.import_module("huey_code")
        tasks.nothing(0).get(blocking=True, timeout=60)
        yield group, tasks
    finally:
        group.stop()


def tasks() -> Lines:
    """P1 and P7."""
    code = []
    with consumer() as (group, module):
        for number in range(20):
            mark = group.folder / f"mark{number}"
            begun = time.time()
            module.stamp(str(mark))
            code.append((time_in(mark) - begun) * 1000)
            time.sleep(0.037 * (number % 5))
        begun = time.time()
        for result in [module.nothing(number) for number in range(TASKS)]:
            result.get(blocking=True, timeout=60, backoff=1.0, max_delay=0.02)
        seconds = time.time() - begun
    return {
        "P1": [Line("call → first line of the task in a worker process", code, note=NOTE)],
        "P7": [Line(f"{TASKS} tasks, 2 workers", [TASKS / seconds * 60], unit="runs/min", note=NOTE)],
    }


def imports() -> Lines:
    """P12."""
    values = whole_process([sys.executable, "-c", "import huey"], 4)
    return {"P12": [Line("import huey, interpreter included", values)]}


MEASURES: dict[str, Callable[[], Lines]] = {**dict.fromkeys(("P1", "P7"), tasks), "P12": imports}

if __name__ == "__main__":
    speak("huey", MEASURES)
