"""How much a storage holds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class TableHolding:
    """One table.

    Attributes:
        rows: how many; where counting would take long, as the database last estimated.
        size: bytes with its indexes; None where the database does not tell tables apart.
    """

    name: str
    rows: int
    size: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """One database.

    Attributes:
        place: where it is, without its password.
        size: bytes on disk.
    """

    place: str
    size: int
    tables: tuple[TableHolding, ...]
