"""Both ends of a line between two of our processes, side by side: length-prefixed JSON frames on a stream socket.

Worker → runner: ``{"k": "start", "spec": …}``, ``{"k": "cancel"}``.
Runner → worker: ``{"k": "events", "v": [event, …]}``, ``{"k": "running", "pid": …}``, ``{"k": "done", "ok": bool, …}``.
A closed line tells each side at once that the other is gone.
"""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Iterator
from typing import Any

MAX_FRAME = 64 * 1024 * 1024
_HEADER = struct.Struct("!I")
_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


def pack(message: dict[str, Any]) -> bytes:
    """One message as a frame."""
    return _framed(_encode(message).encode("utf-8", "replace"))


def pack_events(*written: bytes) -> bytes:
    """The frame of ``{"k": "events", "v": [event, …]}``.

    Args:
        written: each event as ``Event.written()`` gives it.
    """
    return _framed(b'{"k":"events","v":[' + b",".join(written) + b"]}")


def _framed(body: bytes) -> bytes:
    return _HEADER.pack(len(body)) + body


def send(sock: socket.socket, message: dict[str, Any]) -> None:
    """Send one message, whole.

    Raises:
        OSError: the other side is gone.
    """
    sock.sendall(pack(message))


def receive(sock: socket.socket) -> dict[str, Any] | None:
    """The next message of a blocking socket, or None when the other side has closed."""
    header = _read_exactly(sock, _HEADER.size)
    if header is None:
        return None
    body = _read_exactly(sock, _HEADER.unpack(header)[0])
    return None if body is None else json.loads(body)


def _read_exactly(sock: socket.socket, count: int) -> bytes | None:
    chunks = bytearray()
    while len(chunks) < count:
        chunk = sock.recv(min(count - len(chunks), 1 << 20))
        if not chunk:
            return None
        chunks += chunk
    return bytes(chunks)


class FrameReader:
    """Takes bytes as they come, gives whole messages; for readers that watch several sockets."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[dict[str, Any]]:
        """Add what was read; yields every message that is now complete.

        Raises:
            ValueError: a frame is longer than ``MAX_FRAME``.
        """
        self._buffer += data
        while len(self._buffer) >= _HEADER.size:
            (length,) = _HEADER.unpack_from(self._buffer)
            if length > MAX_FRAME:
                raise ValueError(f"frame of {length} bytes is longer than {MAX_FRAME}")
            end = _HEADER.size + length
            if len(self._buffer) < end:
                return
            body = bytes(self._buffer[_HEADER.size : end])
            del self._buffer[:end]
            yield json.loads(body)
