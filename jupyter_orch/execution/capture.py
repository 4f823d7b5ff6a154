"""Standard output and error of a step into files, at the level of file descriptors, to the last byte."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from typing import Any

from jupyter_orch.records.files import file_stem

_APPEND = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_CLOEXEC", 0)


class Capture:
    """Sends what a step prints to ``<folder>/<step>.out`` and ``.err``.

    Args:
        folder: where the files go; empty captures nothing.
    """

    def __init__(self, folder: str) -> None:
        self.folder = folder
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
            os.makedirs(self.folder, mode=0o700, exist_ok=True)
            _flush()
            self._saved = (os.dup(1), os.dup(2))
            self._streams = (sys.stdout, sys.stderr)
        stem = os.path.join(self.folder, file_stem(step_key))
        _flush()
        for number, ending in ((1, ".out"), (2, ".err")):
            descriptor = os.open(stem + ending, _APPEND, 0o600)
            os.dup2(descriptor, number)
            os.close(descriptor)
        sys.stdout, sys.stderr = self._own_streams()  # the step before may have put its own there, or closed ours

    def _own_streams(self) -> tuple[Any, Any]:
        if self._own[0] is None or self._own[0].closed or self._own[1].closed:
            self._own = (_unbuffered(1), _unbuffered(2))
        return self._own

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


def _unbuffered(number: int) -> io.TextIOWrapper:
    raw = io.FileIO(number, "wb", closefd=False)
    return io.TextIOWrapper(raw, encoding="utf-8", errors="backslashreplace", write_through=True)


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):
            stream.flush()
