"""The notebook that every peer runs: one parameter and nothing to do, unless it is told where to write down when it began."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

STAMP = """\
import os, time
if globals().get("mark"):  # some replace the cell of parameters by theirs
    with open(mark + ".draft", "w") as file:
        file.write(repr(time.time()))
    os.replace(mark + ".draft", mark)
"""


def write_notebook(path: Path, more: str = "") -> Path:
    """Write it there, with more code behind the stamp."""
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    cells = [_cell("parameters", 'x = 1\nmark = ""', "parameters"), _cell("stamp", STAMP + more)]
    document = {"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": kernel}, "cells": cells}
    path.write_text(json.dumps(document))
    return path


def _cell(name: str, source: str, *tags: str) -> dict[str, Any]:
    content = {"source": source, "outputs": [], "execution_count": None}
    return {"cell_type": "code", "id": name, "metadata": {"tags": list(tags)}, **content}
