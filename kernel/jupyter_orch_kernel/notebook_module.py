"""A notebook as a module: its code cells, top to bottom."""

from __future__ import annotations

import ast
import importlib
import inspect
import linecache
import re
import sys
import types
from typing import Any

from jupyter_orch.code_version import code_cells
from jupyter_orch.definitions import solid_cell

_FLAGS = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
_TRANSPARENT = re.compile(r"%%(capture|time|timeit)\b")
_MAGIC = re.compile(r"\s*(%|!|\?)|.*\?\s*$")
_ASSIGNED = re.compile(r"(\s*[A-Za-z_][\w., ]*=\s*)[%!]")
"""``files = !ls`` and ``took = %timeit …``: what IPython gives there is not known here."""


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
        compile("\n".join(lines), "cell", "exec", _FLAGS)
        return "\n".join(lines)
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # magics, or no compiler takes it
        return "\n".join(_without_magic(line) for line in lines)


def _without_magic(line: str) -> str:
    if _MAGIC.match(line):
        return line[: len(line) - len(line.lstrip())] + "pass"
    assigned = _ASSIGNED.match(line)
    return f"{assigned[1]}None" if assigned else line


def run_as_module(path: str, name: str) -> types.ModuleType:
    """Execute a notebook's code as the module ``name``; whatever the code raises comes through.

    Args:
        path: absolute path of the notebook.
        name: the module's name in ``sys.modules``.
    """
    module = types.ModuleType(name)
    module.__file__ = path
    module.__dict__.update({"display": _display, "get_ipython": lambda: None})  # every notebook has them
    sys.modules[name] = module
    for index, source in code_cells(path):
        plain = plain_python(source)
        filename = f"{path}#cell={index}"
        linecache.cache[filename] = (len(plain), None, plain.splitlines(keepends=True), filename)
        code = compile(plain, filename, "exec", _FLAGS)
        if code.co_flags & inspect.CO_COROUTINE:
            importlib.import_module("asyncio").run(eval(code, module.__dict__))
        else:
            exec(code, module.__dict__)
    return module


def _display(*objects: Any, **_: Any) -> None:
    """What is displayed in a notebook is printed in a location."""
    print(*objects)
