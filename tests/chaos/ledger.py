"""What user code and the client have noted outside of the deployment's database."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line that user code wrote.

    Attributes:
        what: ``begin`` and ``end`` of a step, ``overlap`` (two where one may be), or the step's own word.
        at: seconds by the host's monotonic clock, the same for all processes.
        run, step, attempt: empty and 0 where the writer knows no run.
    """

    what: str
    at: float
    pid: int
    run: str = ""
    step: str = ""
    attempt: int = 0
    lock: str = ""


class Ledger:
    """The file that steps append to, and the client's own list of what was acknowledged."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "ledger"
        self.acknowledged: list[str] = []
        """Ids of runs whose submission was answered."""
        self.canceled: set[str] = set()
        """Ids of runs that the client asked to cancel."""

    def lines(self) -> list[Line]:
        """All lines, oldest first."""
        if not self._path.exists():
            return []
        return [_line(json.loads(text)) for text in self._path.read_text().splitlines()]


def _line(found: dict[str, Any]) -> Line:
    known = {name: found[name] for name in Line.__slots__ if name in found}
    return Line(**known)
