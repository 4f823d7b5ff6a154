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


def open_regular(path: Path) -> int | None:
    """A descriptor of a regular file; None for links, devices and what is not there."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        return None
    return fd
