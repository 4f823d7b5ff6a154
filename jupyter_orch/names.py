"""Near names, for messages about misspelt ones."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """``", did you mean 'x'?"`` when a known name is near, else an empty string."""
    names = list(known)
    near = difflib.get_close_matches(name, names, n=1) or [k for k in names if k.lower() == name.lower()]
    return f", did you mean {near[0]!r}?" if near else ""
