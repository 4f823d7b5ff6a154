"""Names and safe reading of the files that hold captured output. Names of users never become paths."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from jupyter_orch.records.files import file_stem

ENDINGS = {"stdout": "out", "stderr": "err"}


def file_name(step_key: str, stream: str) -> str:
    """Name of the file that holds one stream of one step."""
    return f"{file_stem(step_key)}.{ENDINGS[stream]}"


def open_regular(base: Path, *parts: str) -> int | None:
    """A descriptor of a regular file below a folder; None for whatever else is there, or nothing.

    User code writes below the folder too: nothing on the way may be a link, and what has a second name elsewhere must
    be ours. The descriptor is what was looked at, whatever takes the file's place later.
    """
    try:
        folder = os.open(base, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        for part in parts[:-1]:
            inner = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
            os.close(folder)
            folder = inner
        fd = os.open(parts[-1], os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
    except OSError:
        return None
    finally:
        os.close(folder)
    found = os.fstat(fd)
    if not stat.S_ISREG(found.st_mode) or (found.st_nlink > 1 and found.st_uid != os.geteuid()):
        os.close(fd)
        return None
    return fd
