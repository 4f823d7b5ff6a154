"""A doorbell between processes of one instance: "run X has news". A hint; whoever hears it reads the database.

Each listener has a datagram socket in the instance's ``bells`` folder; a writer sends the run id to all of them. A bell
that nobody hears costs nothing, one that is lost is made up for by the listener's slow poll.
"""

from __future__ import annotations

import contextlib
import os
import socket
import time
import uuid
from pathlib import Path

LOOK_AGAIN = 0.5


class BellRinger:
    """Rings every bell of an instance. Thread-safe; cheap enough for every commit."""

    def __init__(self, home: Path) -> None:
        self._folder = home / "bells"
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._bells: list[str] = []
        self._looked = -LOOK_AGAIN

    def __call__(self, run_id: str) -> None:
        """Ring; never blocks, never raises."""
        now = time.monotonic()
        if now - self._looked > LOOK_AGAIN:
            self._looked = now
            with contextlib.suppress(OSError):
                self._bells = [str(self._folder / name) for name in os.listdir(self._folder)]
        for bell in self._bells:
            with contextlib.suppress(OSError):
                self._socket.sendto(run_id.encode(), _address(bell))

    def close(self) -> None:
        """Stop ringing."""
        self._socket.close()


class BellListener:
    """One process's bell."""

    def __init__(self, home: Path) -> None:
        folder = home / "bells"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _remove_dead(folder)
        self._path = folder / f"{os.getpid()}-{uuid.uuid4().hex[:8]}"
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(_address(str(self._path)))
        self.socket.setblocking(False)

    def read(self) -> set[str]:
        """Run ids that were rung since the last look."""
        heard: set[str] = set()
        with contextlib.suppress(BlockingIOError):
            while len(heard) < 10_000:
                heard.add(self.socket.recv(256).decode("ascii", "replace"))
        return heard

    def close(self) -> None:
        """Take the bell down."""
        self.socket.close()
        with contextlib.suppress(OSError):
            self._path.unlink()


def _remove_dead(folder: Path) -> None:
    for path in folder.iterdir():
        pid = path.name.split("-")[0]
        if pid.isdigit() and not os.path.exists(f"/proc/{pid}"):
            with contextlib.suppress(OSError):
                path.unlink()


def _address(path: str) -> str:
    """The path, or a short way to it: socket addresses hold at most 108 bytes."""
    if len(os.fsencode(path)) < 100:
        return path
    folder, name = os.path.split(path)
    return f"/proc/self/fd/{_folder_descriptor(folder)}/{name}"


_DESCRIPTORS: dict[tuple[int, str], int] = {}


def _folder_descriptor(folder: str) -> int:
    key = (os.getpid(), folder)
    if key not in _DESCRIPTORS:
        _DESCRIPTORS[key] = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    return _DESCRIPTORS[key]
