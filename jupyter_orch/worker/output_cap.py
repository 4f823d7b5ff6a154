"""Keeps the captured output of a run's steps from filling the disk.

Steps write straight into their files, so that no byte is lost and none waits in a process between. The files are open
for appending: one that grew too long is cut back while its writers go on, and what they write next is cut off again.
"""

from __future__ import annotations

import os
from pathlib import Path

LOOK, LOOK_AGAIN_SOON = 1.0, 0.05


class OutputCap:
    """Cuts the output files of one run back to a length.

    Args:
        folder: the run's captured output.
        max_bytes: how much of one stream of one step is kept.
    """

    def __init__(self, folder: Path, max_bytes: int) -> None:
        self._folder = folder
        self._max_bytes = max_bytes
        self._marker = f"\n[output is cut here: more than {max_bytes:,} bytes were written]\n".encode()
        self._sizes: dict[str, int] = {}

    def cut(self) -> float:
        """Cut what is too long; gives the seconds after which to look again."""
        is_growing_fast = False
        try:
            entries = list(os.scandir(self._folder))
        except OSError:
            return LOOK
        for entry in entries:
            if not entry.name.endswith((".out", ".err")) or not entry.is_file(follow_symlinks=False):
                continue
            size, before = entry.stat(follow_symlinks=False).st_size, self._sizes.get(entry.name, 0)
            self._sizes[entry.name] = size
            if size > self._max_bytes + len(self._marker):
                self._cut_file(entry.path)
                is_growing_fast = True
            is_growing_fast = is_growing_fast or (size != before and size > self._max_bytes // 4)
        return LOOK_AGAIN_SOON if is_growing_fast else LOOK

    def _cut_file(self, path: str) -> None:
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError:  # gone, or no plain file any more
            return
        try:
            os.ftruncate(descriptor, self._max_bytes)
            os.pwrite(descriptor, self._marker, self._max_bytes)
        except OSError:  # no space for the marker: output is no reason to end a run
            pass
        finally:
            os.close(descriptor)
