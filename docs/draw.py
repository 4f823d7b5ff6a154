"""Draws what the documentation shows of the code: statuses and their moves. ``--check`` fails when a drawing is old."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from jupyter_orch.records.status import FINAL, MOVES

PAGE = Path(__file__).with_name("architecture.md")
PLACE = re.compile(r"(<!-- drawn by docs/draw\.py -->\n```\n).*?(```)", re.S)


def moves() -> str:
    """The transition table, one status a line."""
    lines = []
    for before, after in MOVES.items():
        ordered = [status.value for status in MOVES if status in after]
        arrow = "  (end)" if before in FINAL else "→ " + ", ".join(ordered)
        lines.append(f"{before.value:<10}{arrow}".rstrip())
    return "\n".join(lines) + "\n"


def main() -> int:
    """Write the page, or compare it."""
    text = PAGE.read_text("utf-8")
    drawn = PLACE.sub(lambda m: m[1] + moves() + m[2], text)
    if "--check" in sys.argv:
        return int(drawn != text)
    PAGE.write_text(drawn, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
