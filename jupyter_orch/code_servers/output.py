"""What a location's code prints while it is imported and asked: kept in a file that never grows beyond a cap."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import IO

MAX_BYTES = 1024 * 1024
KEPT_BYTES = 256 * 1024
SHOWN_BYTES = 64 * 1024


class LocationOutput:
    """The output file of one location. Processes append to it; :meth:`trim` cuts its older part off."""

    def __init__(self, path: Path) -> None:
        """Args:
        path: of the file; it is made when somebody writes.
        """
        self.path = path

    def open(self) -> IO[bytes]:
        """The file, to be appended to."""
        return open(self.path, "ab")

    def size(self) -> int:
        """Bytes in the file."""
        try:
            return self.path.stat().st_size
        except OSError:
            return 0

    def tail(self, start: int = 0, limit: int = SHOWN_BYTES) -> str:
        """The end of what was written from byte ``start`` on, at most ``limit`` bytes of it."""
        with contextlib.suppress(OSError), open(self.path, "rb") as file:
            end = file.seek(0, os.SEEK_END)
            file.seek(max(min(start, end), end - limit))
            return file.read(limit).decode("utf-8", "replace")
        return ""

    def tail_lines(self, start: int = 0) -> tuple[str, ...]:
        """The last lines of what was written from byte ``start`` on."""
        return tuple(self.tail(start, 16_384).splitlines()[-50:])

    def trim(self) -> None:
        """Keep only the end when the file has grown beyond its cap; writers append behind it."""
        if self.size() <= MAX_BYTES:
            return
        with contextlib.suppress(OSError), open(self.path, "r+b") as file:
            file.seek(-KEPT_BYTES, os.SEEK_END)
            kept = file.read(KEPT_BYTES)
            file.seek(0)
            file.truncate()
            file.write(b"[earlier output was dropped]\n" + kept[kept.find(b"\n") + 1 :])
