"""A line to Postgres that can be slow, silent or cut, also at a chosen message of the protocol.

It listens on TCP and passes on to the server's Unix socket. It reads just enough of the protocol to count what a client
asks and what the server answers: a message is one byte that names it and four that say how long it is.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import make_url

ASKED = frozenset(b"QS")
"""What ends a request: a simple query, and the sync that follows an extended one."""

HANG_UP_BEFORE, HANG_UP_AFTER = "before", "after"


class _Cut(Exception):
    """The line is to be cut here."""


class TcpProxy:
    """Between clients and a server.

    Attributes:
        delay: seconds that each piece of an answer waits.
        is_silent: nothing is passed on either way; connections stay open.
        requests: how many requests were counted since :meth:`count_from_here`.
        cuts: how many lines were cut on purpose.
    """

    def __init__(self, server: Path) -> None:
        """Args:
        server: the socket file of the server.
        """
        self._server = str(server)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._lines: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._moves = threading.Event()
        self._moves.set()
        self._cut_at: tuple[int, str] | None = None
        self._wanted: Callable[[bytes], bool] | None = None
        self._is_closed = False
        self.delay = 0.0
        self.requests = 0
        self.cuts = 0
        self._start(self._accept)

    @property
    def is_silent(self) -> bool:
        """Whether nothing is passed on."""
        return not self._moves.is_set()

    def fall_silent(self) -> None:
        """Swallow everything from now on, as a network that drops packets."""
        self._moves.clear()

    def speak_again(self) -> None:
        """Pass on what has waited and all that comes."""
        self._moves.set()

    def reset(self) -> int:
        """Cut every open line; how many there were."""
        with self._lock:
            lines = list(self._lines)
        for line in lines:
            _hang_up(line)
        return len(lines) // 2

    def lead_to(self, server: Path) -> None:
        """Another server from now on; every open line is cut."""
        self._server = str(server)
        self.reset()

    def count_from_here(self, cut_at: int | None = None, when: str = HANG_UP_BEFORE) -> None:
        """Count requests from now on, and cut the line at the n-th of them, once.

        Args:
            when: ``"before"`` the server has it, or ``"after"`` it has done it, with its answer withheld.
        """
        with self._lock:
            self.requests = 0
            self._wanted = None
            self._cut_at = None if cut_at is None else (cut_at, when)

    def cut_at_the_next(self, wanted: Callable[[bytes], bool], when: str) -> None:
        """Cut the line once, at the next request whose bytes are the wanted ones."""
        with self._lock:
            self._wanted, self._cut_at = wanted, (0, when)

    def close(self) -> None:
        """Cut everything and let the threads end."""
        self._is_closed = True
        self._moves.set()
        _hang_up(self._listener)
        self.reset()
        for thread in list(self._threads):
            thread.join(30.0)
        self._listener.close()

    def _start(self, work: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True, name="tcp-proxy")
        thread.start()
        self._threads.append(thread)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while not self._is_closed:
                here, _ = self._listener.accept()
                here.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                there = socket.socket(socket.AF_UNIX)
                try:
                    there.connect(self._server)
                except OSError:
                    here.close()
                    there.close()
                    continue
                with self._lock:
                    self._lines |= {here, there}
                answered = _Withheld()
                self._start(self._pass_on, here, there, answered, True)
                self._start(self._pass_on, there, here, answered, False)

    def _pass_on(self, source: socket.socket, target: socket.socket, withheld: _Withheld, is_asking: bool) -> None:
        messages = _Messages(has_prologue=is_asking)
        with contextlib.suppress(OSError, _Cut):
            while piece := source.recv(1 << 16):
                if not is_asking and self.delay:
                    time.sleep(self.delay)
                for message in messages.feed(piece):
                    self._moves.wait()
                    if is_asking:
                        self._ask(message, target, withheld)
                    else:
                        self._answer(message, target, withheld)
        for line in (source, target):
            _hang_up(line)
        with self._lock:
            self._lines -= {source}
        source.close()

    def _ask(self, message: bytes, target: socket.socket, withheld: _Withheld) -> None:
        when = self._is_to_be_cut(message)
        if when == HANG_UP_BEFORE:
            raise _Cut
        if when == HANG_UP_AFTER:
            withheld.begin()
        target.sendall(message)

    def _answer(self, message: bytes, target: socket.socket, withheld: _Withheld) -> None:
        if withheld.is_on:
            if message[:1] == b"Z":
                raise _Cut
            return
        target.sendall(message)

    def _is_to_be_cut(self, message: bytes) -> str | None:
        with self._lock:
            if self._wanted is not None:
                if self._cut_at is None or not self._wanted(message):
                    return None
            elif message[0] not in ASKED:
                return None
            else:
                self.requests += 1
                if self._cut_at is None or self.requests != self._cut_at[0]:
                    return None
            assert self._cut_at is not None
            when, self._cut_at, self._wanted = self._cut_at[1], None, None
            self.cuts += 1
            return when


class _Withheld:
    """Whether the answers on one line are kept back."""

    def __init__(self) -> None:
        self.is_on = False

    def begin(self) -> None:
        """From now on."""
        self.is_on = True


class _Messages:
    """Cuts a stream into messages; what a client says first has no name byte."""

    def __init__(self, has_prologue: bool) -> None:
        self._rest = b""
        self._has_prologue = has_prologue

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """The messages that are whole by now."""
        self._rest += piece
        while (length := self._length()) is not None and len(self._rest) >= length:
            message, self._rest = self._rest[:length], self._rest[length:]
            self._has_prologue = False
            yield message

    def _length(self) -> int | None:
        start = 0 if self._has_prologue else 1
        if len(self._rest) < start + 4:
            return None
        return start + int(struct.unpack_from("!I", self._rest, start)[0])


@contextmanager
def proxied(url: str) -> Iterator[tuple[TcpProxy, str]]:
    """A proxy before the database of a URL, and the URL that leads through it."""
    address = make_url(url)
    proxy = TcpProxy(Path(str(address.query["host"])) / f".s.PGSQL.{address.port or 5432}")
    through = address.difference_update_query(["host"]).set(host="127.0.0.1", port=proxy.port)
    # without it the client would ask for encryption first
    through = through.update_query_dict({"sslmode": "disable", "gssencmode": "disable"})
    try:
        yield proxy, through.render_as_string(hide_password=False)
    finally:
        proxy.close()


def _hang_up(line: socket.socket) -> None:
    with contextlib.suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)
