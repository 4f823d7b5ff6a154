"""A disk that can be full from one moment to the next, and have room again."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType


class Disk:
    """A file system in memory whose size is set to what is on it, and back; needs the right to mount one.

    Attributes:
        folder: where it is.
    """

    def __init__(self, folder: Path, megabytes: int) -> None:
        self.folder = folder
        self._megabytes = megabytes

    def __enter__(self) -> Disk:
        self.folder.mkdir(parents=True)
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={self._megabytes}m", "tmpfs", str(self.folder)], check=True
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        subprocess.run(["umount", "-l", str(self.folder)], check=True)

    def fill(self) -> None:
        """No byte more than is there; who writes at this moment is waited for."""
        deadline = time.monotonic() + 30.0
        while not self._resized(self._used()):
            assert time.monotonic() < deadline, "it grows all the time"

    def make_room(self) -> None:
        """As much as in the beginning."""
        assert self._resized(f"{self._megabytes}m")

    def _used(self) -> str:
        now = os.statvfs(self.folder)
        return str((now.f_blocks - now.f_bfree) * now.f_frsize)

    def _resized(self, size: str) -> bool:
        words = ["mount", "-o", f"remount,size={size}", str(self.folder)]
        return subprocess.run(words, capture_output=True, check=False).returncode == 0


def can_mount() -> bool:
    """Whether such disks can be had here: root may, where it is not fenced in."""
    if os.geteuid() != 0:
        return False
    with tempfile.TemporaryDirectory() as folder:
        try:
            with Disk(Path(folder) / "disk", 1):
                return True
        except subprocess.CalledProcessError:
            return False
