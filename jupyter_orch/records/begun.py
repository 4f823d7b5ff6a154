"""Which steps of a run have begun, in a file that survives a killed process; both wings must agree on it.

Events travel from the runner over the worker into the database; when all of these are killed, the start of a step may
be lost on the way. Whoever takes the run over must still know that the step may have done part of its work.
"""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path

from jupyter_orch.records.files import file_stem


def begun_file(home: str, run_id: str) -> Path:
    """Where the steps of a run that have begun are noted.

    Args:
        home: the instance's folder on the worker's host.
    """
    return Path(home) / "begun" / file_stem(run_id)


def note_begun(path: str, step_key: str, attempt: int) -> None:
    """Note that an attempt at a step begins; about 10 µs, and safe from several processes."""
    fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        os.write(fd, json.dumps([step_key, attempt]).encode() + b"\n")
    finally:
        os.close(fd)


def read_begun(path: Path) -> dict[str, int]:
    """The newest attempt at each step that has begun; empty when nothing was noted."""
    found: dict[str, int] = {}
    with contextlib.suppress(OSError):
        for line in path.read_text("utf-8").splitlines():
            with contextlib.suppress(ValueError):  # cut short by a full disk
                step_key, attempt = json.loads(line)
                found[step_key] = max(attempt, found.get(step_key, 0))
    return found


def forget_begun(path: Path) -> None:
    """The run has ended: nobody will ask any more."""
    with contextlib.suppress(OSError):
        path.unlink()
