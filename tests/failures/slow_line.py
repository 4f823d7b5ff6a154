"""A way to a database on which every answer takes its time."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def slow_line(server: Path, ours: Path, delay: list[float]) -> Iterator[None]:
    """Pass on from one socket file to that of a server; each piece of an answer waits for ``delay[0]`` seconds."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(ours))
    listener.listen()
    open_lines: list[socket.socket] = [listener]

    def pass_on(source: socket.socket, target: socket.socket, waits: bool) -> None:
        with contextlib.suppress(OSError):
            while piece := source.recv(1 << 16):
                if waits:
                    time.sleep(delay[0])
                target.sendall(piece)
        for line in (source, target):
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                here, _ = listener.accept()
                there = socket.socket(socket.AF_UNIX)
                there.connect(str(server))
                open_lines.extend((here, there))
                for arguments in ((here, there, False), (there, here, True)):
                    threading.Thread(target=pass_on, args=arguments, daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        for line in open_lines:
            line.close()
