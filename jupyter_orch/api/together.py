"""Rows of one answer read what they need together: the first row that asks reads it for all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Together(Generic[K, V]):
    """Something of each of several rows, read in one go and only when a row is asked for it. One request's own."""

    def __init__(self, keys: Sequence[K], read: Callable[[Sequence[K]], Mapping[K, V]]) -> None:
        """Args:
        keys: of the rows.
        read: what all of them need, by key; a key may be missing.
        """
        self._keys = keys
        self._read = read
        self._found: Mapping[K, V] | None = None

    def of(self, key: K) -> V | None:
        """What belongs to one row."""
        if self._found is None:
            self._found = self._read(self._keys)
        return self._found.get(key)
