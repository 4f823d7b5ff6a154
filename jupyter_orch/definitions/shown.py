"""Any value of user code in a few words, and whether JSON can hold it."""

from __future__ import annotations

import math
from typing import Any

_SCALARS = (str, bytes, int, float, bool, type(None))
_CONTAINERS = (list, tuple, dict, set, frozenset)


def described(value: Any) -> str:
    """A value in a few words: its type and, of plain data, the beginning of its text.

    The ``repr`` of user classes is never asked for: it may raise, hang, or be a gigabyte long.
    """
    if value is None:
        return "null"
    kind = type(value)
    if kind in _SCALARS:
        return f"{kind.__name__} {_shortened(_text(value))}"
    if kind in _CONTAINERS:
        items = [*value, *value.values()] if isinstance(value, dict) else list(value) if len(value) <= 20 else []
        if len(value) <= 20 and all(type(item) in _SCALARS for item in items):
            return f"{kind.__name__} {_shortened('{}' if value == {} else _container_text(value))}"
        return f"{kind.__name__} of {len(value)} items"
    return f"{'an' if kind.__name__[:1] in 'AEIOUaeiou' else 'a'} {kind.__name__} object"


def _text(value: Any) -> str:
    if isinstance(value, (str, bytes)):
        return repr(value[:100])
    if isinstance(value, int) and value.bit_length() > 300:
        return f"of {value.bit_length()} bits"
    return repr(value)


def _container_text(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_text(key)}: {_text(item)}" for key, item in value.items()) + "}"
    left, right = {"list": ("[", "]"), "tuple": ("(", ")")}.get(type(value).__name__, ("{", "}"))
    return left + ", ".join(_text(item) for item in value) + right


def _shortened(text: str) -> str:
    return text if len(text) <= 80 else text[:77] + "…"


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
