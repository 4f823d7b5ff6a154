"""A notebook as a module: its code cells, top to bottom."""

from __future__ import annotations

import ast
import json
import linecache
import re
import sys
import types
from typing import Any

SKIP_TAG = "orch-skip"
_TRANSPARENT = re.compile(r"%%(capture|time|timeit)\b")
_MAGIC = re.compile(r"\s*(%|!|\?)|.*\?\s*$")


def code_cells(path: str) -> list[tuple[int, str]]:
    """The code cells that count, as (0-based index in the notebook, source).

    Raises:
        ValueError: the file is no notebook of format 4; says what it is instead.
    """
    with open(path, encoding="utf-8") as file:
        text = file.read()
    if not text.strip():
        raise ValueError("the notebook is an empty file")
    try:
        document = json.loads(text)
    except ValueError as error:
        raise ValueError(f"the notebook is no JSON: {error}") from None
    if not isinstance(document, dict) or "nbformat" not in document:
        raise ValueError("the file is JSON but no notebook: it has no nbformat")
    if document["nbformat"] != 4:
        raise ValueError(
            f"the notebook has format {document['nbformat']}; open and save it in JupyterLab to get format 4"
        )
    return [(index, _source(cell)) for index, cell in enumerate(document.get("cells", [])) if _counts(cell)]


def _counts(cell: dict[str, Any]) -> bool:
    return cell.get("cell_type") == "code" and SKIP_TAG not in cell.get("metadata", {}).get("tags", ())


def _source(cell: dict[str, Any]) -> str:
    source = cell.get("source", "")
    return source if isinstance(source, str) else "".join(source)


def plain_python(source: str) -> str:
    """The cell without IPython's magics; lines keep their numbers. A cell of another language becomes nothing."""
    lines = source.split("\n")
    first = next((line for line in lines if line.strip()), "")
    if first.startswith("%%"):
        if not _TRANSPARENT.match(first):
            return ""
        lines[lines.index(first)] = ""
    try:
        ast.parse("\n".join(lines))
        return "\n".join(lines)
    except SyntaxError:
        return "\n".join(re.match(r"\s*", line)[0] + "pass" if _MAGIC.match(line) else line for line in lines)  # type: ignore[index]


def run_as_module(path: str, name: str) -> types.ModuleType:
    """Execute a notebook's code as the module ``name``; whatever the code raises comes through.

    Args:
        path: absolute path of the notebook.
        name: the module's name in ``sys.modules``.
    """
    module = types.ModuleType(name)
    module.__file__ = path
    sys.modules[name] = module
    for index, source in code_cells(path):
        plain = plain_python(source)
        filename = f"{path}#cell={index}"
        linecache.cache[filename] = (len(plain), None, plain.splitlines(keepends=True), filename)
        exec(compile(plain, filename, "exec"), module.__dict__)
    return module
