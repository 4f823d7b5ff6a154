"""A disk that is soon full."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.conftest import missing


@contextmanager
def small_disk(folder: Path, kilobytes: int, files: int = 10_000) -> Iterator[Path]:
    """A file system of so many kilobytes and files at ``folder``; needs the right to mount one."""
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k,nr_inodes={files}", "tmpfs", str(folder)],
        capture_output=True,
    )
    if mounted.returncode != 0:
        missing("the right to mount a small file system")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)
