"""A cell that failed, or the kernel that died in it, as a failure that names cell, line and source."""

from __future__ import annotations

import json
import re
from typing import Any

from jupyter_orch.definitions.errors import DagsterError
from jupyter_orch.definitions.notebook import NotebookSolidDefinition
from jupyter_orch.records.failure import Failure

_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


_LINE = re.compile(
    r"(?:In\s?\[\d+\]|<ipython-input[^>]{0,200}>|/ipykernel_\d+/\d+\.py)\D{0,9}line (\d{1,9})|-+> ?(\d{1,9}) "
)


class NotebookCellFailed(DagsterError):
    """A cell of a notebook raised an error.

    Attributes:
        failure: with the cell, the source line and the traceback.
    """

    code = "NOTEBOOK_CELL_FAILED"

    def __init__(self, failure: Failure) -> None:
        """Args:
        failure: what happened in the kernel.
        """
        super().__init__(failure.message)
        self.failure = failure


def cell_failure(error: BaseException, solid: NotebookSolidDefinition, executed: str) -> BaseException:
    """What a notebook's step fails with, in words of the notebook.

    Args:
        error: what papermill, nbclient or jupyter_client raised.
        executed: path of the executed notebook, whose cells tell how far it came.

    Returns:
        :class:`NotebookCellFailed`, or the error itself when it says nothing of a cell or kernel.
    """
    kind = type(error).__name__
    if kind == "PapermillExecutionError":
        return NotebookCellFailed(_failure_of_cell(error, solid, executed))
    if kind == "RuntimeError" and str(error).startswith("Kernel died"):  # jupyter_client's word for it
        return NotebookCellFailed(
            Failure(
                cls="KernelDied",
                message="the kernel died before the first cell",
                file=solid.notebook_path,
                hint="nothing of the notebook has run; what the kernel said, if anything, is in the step's output",
            )
        )
    number = _running_cell(executed)
    where = f"cell {number}" if number else "the notebook"
    if kind == "DeadKernelError":
        return NotebookCellFailed(
            Failure(
                cls="KernelDied",
                message=f"the kernel died in {where}",
                file=solid.notebook_path,
                hint="look for code that ends the process, or runs out of memory",
            )
        )
    if kind == "CellTimeoutError":
        return NotebookCellFailed(
            Failure(
                cls="CellTimeout", message=f"{where} took longer than {solid.timeout:g} s", file=solid.notebook_path
            )
        )
    return error


def _failure_of_cell(error: Any, solid: NotebookSolidDefinition, executed: str) -> Failure:
    number = _original_number(executed, error.cell_index)
    trace = [_ANSI.sub("", line) for line in error.traceback]
    lines = [int(match[1] or match[2]) for text in trace for match in _LINE.finditer(text)]
    source = error.source.splitlines()
    line = next((item for item in lines if 0 < item <= len(source)), None)
    return Failure(
        cls=error.ename,
        message=f"cell {number}: {error.evalue}"[: 16 * 1024],
        stack=tuple(trace[-200:]),
        file=solid.notebook_path,
        line=line,
        code=source[line - 1].strip() if line else None,
        hint="the executed notebook is kept and shows the cell",
    )


def _original_number(executed: str, index: int) -> int:
    """The 1-based number of a cell in the notebook as the author knows it, without what papermill put in."""
    before = cells_of(executed)[:index]
    return index + 1 - sum(1 for cell in before if "injected-parameters" in cell.get("metadata", {}).get("tags", ()))


def cells_of(executed: str) -> list[dict[str, Any]]:
    try:
        with open(executed, encoding="utf-8") as file:
            found: list[dict[str, Any]] = json.load(file)["cells"]
        return [cell for cell in found if "papermill-error-cell-tag" not in cell.get("metadata", {}).get("tags", ())]
    except (OSError, ValueError, KeyError):
        return []


def _running_cell(executed: str) -> int | None:
    """The cell that was begun last; those behind it are pending still."""
    begun = [
        index
        for index, cell in enumerate(cells_of(executed))
        if cell.get("metadata", {}).get("papermill", {}).get("status", "pending") != "pending"
    ]
    return _original_number(executed, begun[-1]) if begun else None
