"""Strings, numbers and switches that may also be read from the environment of the process that runs."""

from __future__ import annotations

import os

from jupyter_orch.definitions.config import BOOL, INT, STRING, SourceType

_TRUE, _FALSE = frozenset({"1", "true", "yes", "on"}), frozenset({"0", "false", "no", "off", ""})


def _bool(text: str) -> bool:
    if text.strip().lower() in _TRUE:
        return True
    if text.strip().lower() in _FALSE:
        return False
    raise ValueError(text)


StringSource = SourceType(STRING, str, os.environ)
IntSource = SourceType(INT, int, os.environ)
BoolSource = SourceType(BOOL, _bool, os.environ)
