"""``%load_ext jupyter_orch``: solids as cells, and the orchestrator from a notebook."""

from __future__ import annotations

from typing import Any

from jupyter_orch.magics import solid_cells
from jupyter_orch.magics.orch import OrchMagics


def load_ipython_extension(shell: Any) -> None:
    """Called by IPython's ``%load_ext``."""
    shell.register_magics(OrchMagics)
    solid_cells.take_part(shell)


def unload_ipython_extension(shell: Any) -> None:
    """Called by IPython's ``%unload_ext``."""
    solid_cells.leave(shell)
