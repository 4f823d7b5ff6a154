"""A notebook as a module: its code cells, top to bottom."""

from __future__ import annotations

import ast
import linecache
import re
import sys
import types

from jupyter_orch.code_version import code_cells
from jupyter_orch.definitions import solid_cell

_TRANSPARENT = re.compile(r"%%(capture|time|timeit)\b")
_MAGIC = re.compile(r"\s*(%|!|\?)|.*\?\s*$")


def plain_python(source: str) -> str:
    """The cell without IPython's magics; lines keep their numbers. A cell of another language becomes nothing."""
    lines = source.split("\n")
    first = next((line for line in lines if line.strip()), "")
    if first.split(" ")[0] == solid_cell.MAGIC:
        start = lines.index(first)
        return "\n" * start + solid_cell.function_source("\n".join(lines[start:]))
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
