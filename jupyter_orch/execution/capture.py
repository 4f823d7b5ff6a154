"""Standard output and error of a step into files, at the level of file descriptors, to the last byte.

A disk without room for output fails no step: what does not fit is dropped, the file says where, and the run once.
"""

from __future__ import annotations

import contextlib
import errno
import io
import os
import sys
from collections.abc import Callable
from typing import Any

from jupyter_orch.execution import events
from jupyter_orch.records.event import Event
from jupyter_orch.records.files import file_stem

MARKER = b"\n[output is missing here: no space was left on the disk]\n"
_APPEND = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_CLOEXEC", 0)
_FULL = (errno.ENOSPC, errno.EDQUOT)


class Capture:
    """Sends what a step prints to ``<folder>/<step>.out`` and ``.err``.

    Args:
        folder: where the files go; empty captures nothing.
        emit: is told, once, that there is no space for what steps print.
    """

    def __init__(self, folder: str, emit: Callable[[Event], None] = lambda _: None) -> None:
        self.folder = folder
        self._emit = emit
        self._has_said_full = False
        self._saved: tuple[int, int] | None = None
        self._streams: tuple[Any, Any] | None = None
        self._own: tuple[Any, Any] = (None, None)

    @property
    def is_on(self) -> bool:
        """Whether anything is captured."""
        return bool(self.folder)

    def begin(self, step_key: str) -> None:
        """From now on output goes to the files of this step."""
        if not self.folder:
            return
        if self._saved is None:
            _flush()
            self._saved = (os.dup(1), os.dup(2))
            self._streams = (sys.stdout, sys.stderr)
        stem = os.path.join(self.folder, file_stem(step_key))
        _flush()
        for number, ending in ((1, ".out"), (2, ".err")):
            descriptor = self._open(stem + ending)
            os.dup2(descriptor, number)
            os.close(descriptor)
        sys.stdout, sys.stderr = self._own_streams()  # the step before may have put its own there, or closed ours

    def _open(self, path: str) -> int:
        try:
            try:
                return os.open(path, _APPEND, 0o600)
            except FileNotFoundError:  # the first step's, or somebody has cleaned up
                os.makedirs(self.folder, mode=0o700, exist_ok=True)
                return os.open(path, _APPEND, 0o600)
        except OSError as error:
            if error.errno not in _FULL:
                raise
            self._say_full()
            return os.open(os.devnull, os.O_WRONLY)

    def _own_streams(self) -> tuple[Any, Any]:
        if self._own[0] is None or self._own[0].closed or self._own[1].closed:
            self._own = (_unbuffered(1, self._say_full), _unbuffered(2, self._say_full))
        return self._own

    def _say_full(self) -> None:
        if self._has_said_full:
            return
        self._has_said_full = True  # before it is said: a logger may print it
        self._emit(
            events.engine(
                f"No space is left on the disk of {self.folder}: what steps print is not kept until there is room. "
                "The run goes on.",
                level="WARNING",
            )
        )

    def end(self) -> None:
        """Output goes where it went before."""
        if self._saved is not None:
            _flush()
            os.dup2(self._saved[0], 1)
            os.dup2(self._saved[1], 2)

    def close(self) -> None:
        """Give back what was kept aside."""
        if self._saved is None:
            return
        self.end()
        for descriptor in self._saved:
            os.close(descriptor)
        if self._streams is not None:
            sys.stdout, sys.stderr = self._streams
        self._saved = self._streams = None


class _Output(io.FileIO):
    """A file descriptor; what its disk has no space for is dropped."""

    def __init__(self, number: int, say_full: Callable[[], None]) -> None:
        super().__init__(number, "wb", closefd=False)
        self._say_full = say_full
        self._is_missing = False

    def write(self, data: Any) -> int:
        """Write all of it, or as much as there is room for; counts as written either way."""
        left = memoryview(data).cast("B")
        whole = left.nbytes
        try:
            while left:
                left = left[super().write(left) or 0 :]
            self._is_missing = False
        except OSError as error:
            if error.errno not in _FULL:
                raise
            if not self._is_missing:
                self._is_missing = True
                self._mark()
                self._say_full()
        return whole

    def _mark(self) -> None:
        """The last bytes make room for the marker; a file that is shorter stays as it is."""
        with contextlib.suppress(OSError):
            size = os.fstat(self.fileno()).st_size
            if size >= len(MARKER):
                os.ftruncate(self.fileno(), size - len(MARKER))
                super().write(MARKER)


def write_out(number: int, data: bytes) -> None:
    """Write to standard output (1) or error (2) of this process, through the capture when there is one."""
    stream = getattr((sys.stdout, sys.stderr)[number - 1], "buffer", None)
    if isinstance(stream, _Output):
        stream.write(data)
        return
    left = memoryview(data)
    while left:
        left = left[os.write(number, left) :]


def _unbuffered(number: int, say_full: Callable[[], None]) -> io.TextIOWrapper:
    raw = _Output(number, say_full)
    return io.TextIOWrapper(raw, encoding="utf-8", errors="backslashreplace", write_through=True)


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):
            stream.flush()
