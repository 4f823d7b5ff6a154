"""The text of a program with a large graph, for whatever is measured with one."""

from __future__ import annotations

COLUMNS = 50


def grid_of(solids: int) -> str:
    """Imports, two solids, and a pipeline ``grid`` in which each solid takes the values of two in the row above.

    Args:
        solids: how many, a multiple of :data:`COLUMNS`.
    """
    return f'''\
from jupyter_orch import *

@solid
def begin(context):
    return 1

@solid
def join(context, a, b):
    return a

@pipeline
def grid():
    """{solids:,} solids."""
    row = [begin.alias(f"n_0_{{i}}")() for i in range({COLUMNS})]
    for r in range(1, {solids // COLUMNS}):
        row = [join.alias(f"n_{{r}}_{{i}}")(row[i], row[(i + 1) % {COLUMNS}]) for i in range({COLUMNS})]

'''


def repository_of(*names: str) -> str:
    """The definition of a repository that holds these."""
    return f"@repository\ndef repo():\n    return [{', '.join(names)}]\n"
