"""Rows of a catalogue name the tests that prove them; a name that is gone is a mistake."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from pathlib import Path

TESTS = Path(__file__).parent


def lost(places: Iterable[str]) -> list[str]:
    """Those of ``folder/file.py::test_name`` that are not there."""
    return [place for place in places if place.partition("::")[2] not in _tests_of(place.partition("::")[0])]


def _tests_of(file: str) -> set[str]:
    path = TESTS / file
    tree = ast.parse(path.read_text("utf-8")) if path.exists() else ast.Module([], [])
    return {item.name for item in tree.body if isinstance(item, ast.FunctionDef)}
