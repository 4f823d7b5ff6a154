"""Evaluates a user's function in a thread of its own: output kept apart, ended when it takes too long."""

from __future__ import annotations

import ctypes
import io
import logging
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

MAX_OUTPUT = 64 * 1024
_GRACE = 0.2
_kept = threading.local()


class EvaluationTimeout(BaseException):
    """The function took too long; raised inside of it."""


class _PerThread(io.TextIOBase):
    """A standard stream that hands what some threads write to their own buffers, and the rest on."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        buffer: _Newest | None = getattr(_kept, "buffer", None)
        if buffer is None:
            return int(self._stream.write(text) or 0)
        return buffer.write(text)

    def flush(self) -> None:
        if getattr(_kept, "buffer", None) is None:
            self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class _Newest:
    """The newest part of a text that grows."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._cut = False

    def write(self, text: str) -> int:
        self._parts.append(text)
        self._length += len(text)
        if self._length > 2 * MAX_OUTPUT:  # not at each line: that would copy all of it each time
            self._shorten()
        return len(text)

    def value(self) -> str:
        self._shorten()
        text = "".join(self._parts)
        return f"[earlier output was cut]\n{text}" if self._cut else text

    def _shorten(self) -> None:
        text = "".join(self._parts)
        self._cut = self._cut or len(text) > MAX_OUTPUT
        self._parts = [text[-MAX_OUTPUT:]]
        self._length = len(self._parts[0])


class _LogLines(logging.Handler):
    """Log lines of one thread."""

    def __init__(self, buffer: _Newest) -> None:
        super().__init__()
        self.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
        self._thread = threading.get_ident()
        self._buffer = buffer

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread == self._thread:
            self._buffer.write(self.format(record) + "\n")


@contextmanager
def captured() -> Iterator[Callable[[], str | None]]:
    """What this thread prints and logs inside the block; the function that comes out gives the text, or None."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is not None and not isinstance(stream, _PerThread):
            setattr(sys, name, _PerThread(stream))
    buffer = _kept.buffer = _Newest()
    handler = _LogLines(buffer)
    logging.getLogger().addHandler(handler)
    try:
        yield lambda: buffer.value() or None
    finally:
        logging.getLogger().removeHandler(handler)
        del _kept.buffer


@contextmanager
def limited(seconds: float | None) -> Iterator[None]:
    """End the block by :class:`EvaluationTimeout` a little before ``seconds`` have passed.

    A call into C that never returns is not ended; whoever asked gives up by itself then.
    """
    if seconds is None:
        yield
        return
    thread, over = threading.get_ident(), threading.Event()

    def end() -> None:
        if not over.is_set():
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(EvaluationTimeout))

    timer = threading.Timer(max(seconds - _GRACE, seconds / 2), end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        over.set()
        timer.cancel()
