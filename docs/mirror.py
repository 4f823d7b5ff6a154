"""Writes ``jupyter_orch/authoring_types.py`` from ``authoring.py``; ``--check`` fails when it is old."""

from __future__ import annotations

import sys
from pathlib import Path

from jupyter_orch.authoring import MODULE_OF

PLACE = Path(__file__).parent.parent / "jupyter_orch" / "authoring_types.py"
HEAD = '''"""The authoring API as type checkers see it; never imported when a program runs.

A plain table, written by docs/mirror.py from authoring.py.
"""

# ruff: noqa: I001
# fmt: off

from __future__ import annotations
'''


def mirror() -> str:
    """The whole module."""
    modules: dict[str, list[str]] = {}
    for name, module in MODULE_OF.items():
        modules.setdefault(module, []).append(name)
    blocks = []
    for module, names in sorted(modules.items()):
        lines = "".join(f"    {name} as {name},\n" for name in sorted(names))
        blocks.append(f"from jupyter_orch.{module} import (\n{lines})\n")
    return HEAD + "\n" + "".join(blocks)


def main() -> int:
    """Write the table, or compare it."""
    if "--check" in sys.argv:
        return int(PLACE.read_text("utf-8") != mirror())
    PLACE.write_text(mirror(), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
