"""What a run has begun and said, in a file that survives killed processes; both wings must agree on it.

Events travel from the runner over the worker into the database. When these are killed, what was on its way is lost;
whoever takes the run over finds it here, and so knows which steps have begun and which are done. The file is written
without a sync: it outlives every process, and a host that fails takes the processes along anyway.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jupyter_orch.records.event import Event, EventType
from jupyter_orch.records.files import file_stem

_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=True).encode


@dataclass(frozen=True, slots=True)
class Spooled:
    """What a spool holds.

    Attributes:
        begun: the newest attempt at each step that has begun.
        events: what was said, in order; lines of logs are left out.
    """

    begun: dict[str, int] = field(default_factory=dict)
    events: tuple[Event, ...] = ()


def spool_file(home: str, run_id: str, epoch: int) -> Path:
    """The spool of a run in the hands of one worker; the next one has another.

    Args:
        home: the instance's folder on the worker's host.
    """
    return Path(home) / "spool" / f"{file_stem(run_id)}.{epoch}"


class Spool:
    """The open file of one run; safe from several threads and processes."""

    def __init__(self, path: str) -> None:
        self._fd = _opened(path)

    def note(self, event: Event, written: bytes) -> None:
        """Keep an event, before it goes anywhere; about 5 µs.

        Args:
            event: what is said.
            written: ``event.written()``, which the line to the worker needs as well.
        """
        if event.type is not EventType.LOG and self._fd is not None:
            _append(self._fd, written)


def note_begun(path: str, step_key: str, attempt: int) -> None:
    """Note that an attempt at a step begins, in the process that runs it."""
    fd = _opened(path)
    if fd is not None:
        try:
            _append(fd, _encode([step_key, attempt]).encode())
        finally:
            os.close(fd)


def read_spool(path: Path) -> Spooled:
    """All of it; nothing when there is no such file."""
    begun: dict[str, int] = {}
    events: list[Event] = []
    with contextlib.suppress(OSError):
        for line in path.read_bytes().splitlines():
            with contextlib.suppress(ValueError, TypeError, LookupError, RecursionError):  # cut short by a full disk
                found: Any = json.loads(line)
                if isinstance(found, dict):
                    events.append(Event(**{**found, "type": EventType(found["type"])}))
                else:
                    begun[found[0]] = max(found[1], begun.get(found[0], 0))
    return Spooled(begun, tuple(events))


def remove_spool(path: Path) -> None:
    """The run has ended: nobody will ask any more."""
    with contextlib.suppress(OSError):
        path.unlink()


def _opened(path: str) -> int | None:
    """The file, made if need be; None when its disk is full: the run does not depend on it."""
    try:
        return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        return None


def _append(fd: int, line: bytes) -> None:
    with contextlib.suppress(OSError):  # a full disk: the run does not depend on it
        os.write(fd, line + b"\n")
