"""The kernel in which a notebook of ours opens."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class NotebookKernel:
    """The kernel in which a location's code can be run by hand.

    Attributes:
        name, title, language: of its kernelspec.
        note: what the user should know of it, e.g. that it is not the location's own; usually empty.
    """

    name: str = "python3"
    title: str = "Python 3"
    language: str = "python"
    note: str = ""
