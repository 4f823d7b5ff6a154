"""Packets with file descriptors on a Unix SOCK_SEQPACKET socket: one JSON object a packet."""

from __future__ import annotations

import array
import json
import os
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Any

MAX_PACKET = 128 * 1024
MAX_FDS = 8


def send_packet(sock: socket.socket, message: dict[str, Any], fds: Sequence[int] = ()) -> None:
    """Send one message and duplicates of the given descriptors."""
    ancillary = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))] if fds else []
    sock.sendmsg([json.dumps(message).encode()], ancillary)


def receive_packet(sock: socket.socket) -> tuple[dict[str, Any] | None, list[int]]:
    """The next message and the descriptors that came with it; ``(None, [])`` when the other side has closed."""
    data, ancillary, _, _ = sock.recvmsg(MAX_PACKET, socket.CMSG_SPACE(MAX_FDS * 4), socket.MSG_CMSG_CLOEXEC)
    fds = array.array("i")
    for level, kind, payload in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            fds.frombytes(payload[: len(payload) - len(payload) % fds.itemsize])
    return (json.loads(data) if data else None), list(fds)


def listen(path: Path) -> socket.socket:
    """A listening socket at ``path``; the folder must be private (0700), that is the access control."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with _short_address(path) as address:
        listener.bind(address)
    listener.listen(128)
    return listener


def connect(path: Path, timeout: float) -> socket.socket:
    """A connection to the process that listens at ``path``.

    Raises:
        OSError: nobody listens there.
    """
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    sock.settimeout(timeout)
    try:
        with _short_address(path) as address:
            sock.connect(address)
    except OSError:
        sock.close()
        raise
    return sock


class _short_address:
    """The path as a socket address. Addresses hold 108 bytes; longer paths go over the folder's descriptor."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fd = -1

    def __enter__(self) -> str:
        if len(os.fsencode(self._path)) < 100:
            return str(self._path)
        self._fd = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY)
        return f"/proc/self/fd/{self._fd}/{self._path.name}"

    def __exit__(self, *_: object) -> None:
        if self._fd >= 0:
            os.close(self._fd)
