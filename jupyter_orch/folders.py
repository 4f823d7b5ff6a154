"""Folders and files of ours: private ones for sockets, gone with their process; files that are replaced as a whole."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from pathlib import Path

PREFIX = "orch-"
LONGEST_ROOT = 40
"""Bytes; a socket address holds 107, and our own part of the path, down to a kernel's sockets, takes up to 50."""


def runtime_folder() -> Path:
    """A new folder (0700) of this process in the system's temporary folder; those of dead processes are removed."""
    root = Path(tempfile.gettempdir())
    if len(os.fsencode(root)) > LONGEST_ROOT:
        root = Path("/tmp")
    for old in root.glob(f"{PREFIX}*-*"):
        if _is_abandoned(old):
            shutil.rmtree(old, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=root))


def _is_abandoned(folder: Path) -> bool:
    pid = folder.name.removeprefix(PREFIX).split("-")[0]
    with contextlib.suppress(OSError):
        return pid.isdigit() and folder.stat().st_uid == os.getuid() and not os.path.exists(f"/proc/{pid}")
    return False


def write_atomically(path: Path, content: bytes) -> None:
    """Replace a file as a whole: a reader sees the old content or the new, whenever this process ends."""
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
