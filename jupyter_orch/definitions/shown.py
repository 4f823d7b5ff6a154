"""Any value of user code in a few words, and whether JSON can hold it."""

from __future__ import annotations

import math
from typing import Any


def described(value: Any) -> str:
    """A value in a few words: its type and the beginning of its text."""
    if value is None:
        return "null"
    try:
        text = repr(value)
    except Exception:
        text = "a value that can not be shown"
    return f"{type(value).__name__} {text if len(text) <= 80 else text[:77] + '…'}"


def plain(value: Any) -> Any:
    """The value itself when JSON can hold it, else a few words."""
    return value if is_json(value) else described(value)


def is_json(value: Any) -> bool:
    """Whether JSON can hold the value as it is."""
    if value is None or isinstance(value, (str, bool, int)):
        return True
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, (list, tuple)):
        return all(is_json(item) for item in value)
    if isinstance(value, dict):
        return all(isinstance(key, str) and is_json(item) for key, item in value.items())
    return False
