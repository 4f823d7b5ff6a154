"""Where a definition at fault is written down: the end of its error's sentence."""

from __future__ import annotations

import contextlib
import inspect
import re
from collections.abc import Callable, Iterator
from types import CodeType, TracebackType
from typing import Any

from jupyter_orch.definitions.errors import DagsterInvalidDefinitionError

NOTEBOOK_CELL = re.compile(r"(?P<file>.+\.ipynb)#cell=(?P<cell>\d+)$")


@contextlib.contextmanager
def defined_at(fn: Callable[..., Any]) -> Iterator[None]:
    """Let a definition error that is raised inside end with file and line of the function it is about.

    When the function itself was running (a graph is written by calling it), the line is the one at fault. An error
    that has its place already keeps it.

    Args:
        fn: what the user wrote.
    """
    try:
        yield
    except DagsterInvalidDefinitionError as error:
        code = getattr(inspect.unwrap(fn), "__code__", None)
        if isinstance(code, CodeType) and "place" not in error.facts:
            line = _line_inside(error.__traceback__, code) or code.co_firstlineno
            error.facts["place"] = _written(code.co_filename, line)
            error.args = (f"{error.message} ({error.facts['place']})",)
        raise


def _line_inside(trace: TracebackType | None, code: CodeType) -> int | None:
    line = None
    while trace is not None:
        if trace.tb_frame.f_code is code:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _written(file: str, line: int) -> str:
    cell = NOTEBOOK_CELL.fullmatch(file)
    return f"{cell['file']}, cell {cell['cell']}, line {line}" if cell else f"{file}:{line}"
