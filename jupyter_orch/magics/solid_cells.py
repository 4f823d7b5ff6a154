"""``%%solid`` cells become plain Python before they are compiled."""

from __future__ import annotations

from typing import Any

from jupyter_orch.definitions.solid_cell import MAGIC, SolidCellError, function_source


class SolidCells:
    """An input transformer of IPython: mistakes in a cell are shown as in a plain one, once and without our frames."""

    has_side_effects = True
    """So that IPython does not ask for the transformed cell while it is typed."""

    def __init__(self, shell: Any) -> None:
        self._shell = shell

    def __call__(self, lines: list[str]) -> list[str]:
        """The cell's lines, each with its end.

        Raises:
            SolidCellError: the first line is no signature; the cell and its line are named.
        """
        if not lines or lines[0].split(maxsplit=1)[:1] != [MAGIC]:
            return lines
        cell = "".join(lines)
        try:
            return [*function_source(cell).splitlines(keepends=True), "\n"]
        except SolidCellError as error:
            error.filename = self._shell.compile.cache(cell, self._shell.execution_count, raw_code=cell)
            raise


def take_part(shell: Any) -> None:
    """From now on the shell knows such cells."""
    leave(shell)
    shell.input_transformers_cleanup.append(SolidCells(shell))


def leave(shell: Any) -> None:
    """The shell knows them no more."""
    shell.input_transformers_cleanup[:] = [
        one for one in shell.input_transformers_cleanup if not isinstance(one, SolidCells)
    ]
