"""How a peer's program speaks with the bench: it reads the name of a row on a line and answers with its figures as JSON lines."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from types import FrameType
from typing import Any

from servers import SLOWNESS, pause_all, stop_all, wait_for


@dataclass(frozen=True)
class Line:
    """One figure, in the words of ``tests/bench/figures.py``."""

    what: str
    values: Sequence[float]
    aspect: str = ""
    unit: str = "ms"
    note: str = ""
    at_least: bool = False

    def named(self, aspect: str) -> Line:
        """The same for another quantity of a row."""
        return replace(self, aspect=aspect)


Lines = dict[str, list[Line]]
Measure = Callable[[], Lines]
PATIENCE = 20  # seconds that a death may take to be noticed


def speak(who: str, measures: dict[str, Measure]) -> None:
    """Answer until nobody asks any more; then stop every server that was started here.

    Between two rows the servers are held still, so that they take no processor time while others are measured.

    Args:
        who: name of the peer.
        measures: what to call for a row; its answer may hold other rows too, which then are not measured once more.
    """
    out = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # whatever a library prints does not get among the figures
    signal.signal(signal.SIGTERM, _leave)
    known: Lines = {}
    print(json.dumps({"rows": list(measures)}), file=out)
    try:
        for asked in sys.stdin:
            for answer in _answers(who, asked.strip(), measures, known):
                print(json.dumps(answer), file=out)
    finally:
        stop_all()


def after_kill(process: int, is_recorded: Callable[[], bool], aspect: str = "worker") -> Lines:
    """P17: kill the process of a run (or of its step) that was started here, and wait until that is recorded."""
    os.kill(process, signal.SIGKILL)
    begun = time.monotonic()
    what, note = f"kill -9 of a {'run' if aspect == 'worker' else aspect}'s process → recorded", ""
    is_late = False
    try:
        wait_for(is_recorded, PATIENCE / SLOWNESS, 0.05)
    except TimeoutError:
        is_late, note = True, f"not recorded in the {PATIENCE} s that we waited"
    return {"P17": [Line(what, [(time.monotonic() - begun) * 1000], aspect, note=note, at_least=is_late)]}


def _answers(who: str, row: str, measures: dict[str, Measure], known: Lines) -> list[dict[str, Any]]:
    begun = time.monotonic()
    try:
        if row not in known:
            known.update(measures[row]())
        found = [{"row": row, "who": who, **vars(line), "values": list(line.values)} for line in known[row]]
    except Exception as error:
        found = [{"row": row, "who": who, "problem": f"{type(error).__name__}: {error}"[:500]}]
    finally:
        pause_all()
    return [*found, {"done": row, "seconds": round(time.monotonic() - begun, 1)}]


def _leave(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(1)
