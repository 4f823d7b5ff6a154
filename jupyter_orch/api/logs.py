"""Captured output and notebooks of steps as files. Names of users never become paths: see ``records.files``."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from jupyter_orch.records.files import file_stem

ENDINGS = {"stdout": "out", "stderr": "err"}
CHUNK = 256 * 1024


def log_file(home: Path, run_id: str, step_key: str, stream: str) -> Path:
    """Where a step's stdout or stderr is kept; the step ``run`` is the run process itself."""
    return home / "compute_logs" / file_stem(run_id) / f"{file_stem(step_key)}.{ENDINGS[stream]}"


def run_folders(home: Path, run_id: str) -> tuple[Path, Path]:
    """The folders that hold a run's files."""
    return home / "compute_logs" / file_stem(run_id), home / "storage" / file_stem(run_id)


def log_chunk(path: Path, cursor: int) -> tuple[str, int, int]:
    """At most 256 KiB from byte ``cursor`` on, cut at a character's end.

    Returns:
        The text, the next cursor, and the file's size; ("", cursor, 0) when there is no file.
    """
    fd = open_regular(path)
    if fd is None:
        return "", cursor, 0
    with os.fdopen(fd, "rb") as file:
        size = os.fstat(fd).st_size
        file.seek(max(0, min(cursor, size)))
        data = file.read(CHUNK)
    if cursor + len(data) < size:
        data = _whole_characters(data)
    return data.decode("utf-8", "replace"), cursor + len(data), size


def notebooks_of(home: Path, run_id: str, step_key: str) -> Iterator[Path]:
    """The executed notebooks of a step, newest first."""
    folder = home / "storage" / file_stem(run_id) / file_stem(step_key)
    found = [path for path in folder.glob("*.ipynb") if path.is_file() and not path.is_symlink()]
    yield from sorted(found, key=lambda path: path.stat().st_mtime, reverse=True)


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


def _whole_characters(data: bytes) -> bytes:
    """Leave off the bytes of a character that is not complete yet."""
    for back in range(1, min(4, len(data)) + 1):
        byte = data[-back]
        if byte & 0xC0 == 0xC0:
            length = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return data[:-back] if back < length else data
        if byte & 0xC0 != 0x80:
            return data
    return data
