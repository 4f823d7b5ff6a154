"""Notices that files were saved, at the price of a ``stat`` each: it works on every file system and holds nothing."""

from __future__ import annotations

import os
from collections.abc import Iterable

Stamp = tuple[int, int, int]


class WatchedFiles:
    """Some files and folders, and how they looked when they were last read."""

    def __init__(self, paths: Iterable[str] = ()) -> None:
        """Args:
        paths: absolute; one that is not there is noticed when it comes.
        """
        self.paths = tuple(paths)
        self._known = self._look()
        self._latest = self._known

    def saved(self) -> bool:
        """Whether something changed since it was last read, and has kept still since the last question."""
        latest, self._latest = self._latest, self._look()
        return self._latest != self._known and self._latest == latest

    def changed(self) -> bool:
        """Whether something looks different from when it was last read."""
        return self._look() != self._known

    def read(self) -> None:
        """From now on only what changes again counts."""
        self._known = self._latest = self._look()

    def _look(self) -> tuple[Stamp | None, ...]:
        return tuple(map(_stamp, self.paths))


def _stamp(path: str) -> Stamp | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
