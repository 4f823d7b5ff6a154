"""In which formats results of notebooks can be written here, found without importing what writes them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from importlib.metadata import entry_points
from importlib.util import find_spec

_NOT_OFFERED = {"custom", "notebook", "python"}
_NEEDS: dict[str, Callable[[], bool]] = {
    "asciidoc": lambda: _has_programs("pandoc"),
    "latex": lambda: _has_programs("pandoc"),
    "rst": lambda: _has_programs("pandoc"),
    "pdf": lambda: _has_programs("pandoc", "xelatex"),
    "webpdf": lambda: find_spec("playwright") is not None,
    "qtpdf": lambda: find_spec("PyQtWebEngine") is not None,
    "qtpng": lambda: find_spec("PyQtWebEngine") is not None,
}


def available_formats() -> tuple[str, ...]:
    """Names of nbconvert's formats that this environment can write, html first; none without nbconvert."""
    names = {entry.name for entry in entry_points(group="nbconvert.exporters")} - _NOT_OFFERED
    return tuple(sorted((name for name in names if _NEEDS.get(name, lambda: True)()), key=lambda n: (n != "html", n)))


def _has_programs(*names: str) -> bool:
    return all(shutil.which(name) for name in names)
