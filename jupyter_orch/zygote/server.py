"""The loop inside a warm process: fork a child per request, report how each child ended.

The process must be single-threaded while it serves: a fork copies only the calling thread, and a lock held by another
one would stay locked in the child for ever. Whoever starts the zygote looks at the number of threads in its first
report and falls back to cold processes when there are more than one.

The ``lifeline`` is a socket shared with the process that started us. When it closes, that process is gone: children
that belong to it are killed, the others (runs) go on, and the zygote stays only until the last of them has ended,
because a parent alone learns how its child died.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import random
import resource
import select
import signal
import socket
import sys
import threading
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from jupyter_orch.processes import die_with
from jupyter_orch.zygote.protocol import receive_packet, send_packet

Entry = Callable[[dict[str, Any], list[int]], int]
"""What a child does: gets the request's arguments and descriptors, returns its exit code."""


@dataclass(frozen=True, slots=True)
class _Child:
    status_fd: int | None
    dies_with_starter: bool


class Zygote:
    """Forks children that run one of ``entries``.

    A request is ``{"entry": name, "args": {…}, "status": bool, "dies_with_starter": bool}`` with descriptors; when
    ``status`` is true the last descriptor receives one JSON line ``{"exit", "signal", "peak_rss_bytes",
    "cpu_seconds"}`` when the child has ended. The answer is ``{"pid": …}`` or ``{"error": …}``.
    """

    def __init__(
        self,
        listener: socket.socket,
        lifeline: socket.socket,
        entries: Mapping[str, Entry],
        after_first: Callable[[], None] | None = None,
    ) -> None:
        """Args:
        entries: what a child can do.
        after_first: done once, when the first child was forked: imports that the first must not wait for.
        """
        self._listener: socket.socket | None = listener
        self._lifeline: socket.socket | None = lifeline
        self._entries = entries
        self._after_first = after_first
        self._children: dict[int, _Child] = {}
        self._poll = select.poll()
        self._wake_read, self._wake_write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)

    def serve(self) -> None:
        """Serve until the starter is gone and the last child has ended."""
        _freeze()
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._wake_write, warn_on_full_buffer=False)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        for fd in (self._listener, self._lifeline, self._wake_read):
            self._poll.register(fd, select.POLLIN)  # type: ignore[arg-type]
        while self._lifeline is not None or self._children:
            ready = {fd for fd, _ in self._poll.poll()}
            if self._wake_read in ready:
                self._reap()
            if self._lifeline is not None and self._lifeline.fileno() in ready:
                self._watch_lifeline()
            if self._listener is not None and self._listener.fileno() in ready:
                self._answer()
                self._prepare_the_others()

    def _prepare_the_others(self) -> None:
        if self._after_first is not None and self._children:
            work, self._after_first = self._after_first, None
            work()
            _freeze()

    def _watch_lifeline(self) -> None:
        assert self._lifeline is not None and self._listener is not None
        with contextlib.suppress(ConnectionError):
            if self._lifeline.recv(4096):
                return
        for gone in (self._lifeline, self._listener):
            self._poll.unregister(gone)
            gone.close()
        self._lifeline = self._listener = None
        for pid, child in self._children.items():
            if child.dies_with_starter:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)

    def _reap(self) -> None:
        with contextlib.suppress(BlockingIOError):
            os.read(self._wake_read, 4096)
        while self._children:
            try:
                pid, status, usage = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if child := self._children.pop(pid, None):
                _report_end(child, status, usage)

    def _answer(self) -> None:
        assert self._listener is not None
        connection, _ = self._listener.accept()
        with connection:
            connection.settimeout(5)
            fds: list[int] = []
            try:
                request, fds = receive_packet(connection)
                if request is not None:
                    send_packet(connection, self._fork(request, fds))
            except (OSError, ValueError):
                pass  # the asker is gone or speaks another language: it starts a cold process instead
            finally:
                for fd in fds:
                    os.close(fd)

    def _fork(self, request: dict[str, Any], fds: list[int]) -> dict[str, Any]:
        entry = self._entries.get(request["entry"])
        if entry is None:
            return {"error": f"this process can not start {request['entry']!r}"}
        own = os.getpid()
        pid = os.fork()
        if pid == 0:
            self._become_child(own, entry, request, fds)
        status_fd = fds.pop() if request.get("status") else None
        self._children[pid] = _Child(status_fd, bool(request.get("dies_with_starter")))
        return {"pid": pid}

    def _become_child(self, parent: int, entry: Entry, request: dict[str, Any], fds: list[int]) -> NoReturn:
        code = 1
        try:
            os.setsid()  # own session and group: cancel reaches sub-processes too
            self._leave_parent_behind()
            if request.get("status"):
                os.close(fds.pop())
            if request.get("dies_with_starter"):
                die_with(parent)
            reseed()
            code = entry(request["args"], fds)
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
        except KeyboardInterrupt:
            code = 128 + signal.SIGINT  # asked for: no accident of ours that a traceback would explain
        except BaseException:
            traceback.print_exc()
        finally:
            with contextlib.suppress(Exception):
                sys.stdout.flush()
            with contextlib.suppress(Exception):
                sys.stderr.flush()
            os._exit(code)  # the zygote's exit handlers are not ours

    def _leave_parent_behind(self) -> None:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        for sock in (self._listener, self._lifeline):
            if sock is not None:
                sock.close()
        os.close(self._wake_read)
        os.close(self._wake_write)
        for child in self._children.values():
            if child.status_fd is not None:
                os.close(child.status_fd)


def _freeze() -> None:
    """What was imported is never walked by the collector again: its pages stay shared."""
    gc.collect()
    gc.freeze()


def _report_end(child: _Child, status: int, usage: resource.struct_rusage) -> None:
    if child.status_fd is None:
        return
    code = os.waitstatus_to_exitcode(status)
    line = {
        "exit": code if code >= 0 else None,
        "signal": -code if code < 0 else None,
        "peak_rss_bytes": usage.ru_maxrss * 1024,
        "cpu_seconds": usage.ru_utime + usage.ru_stime,
    }
    with contextlib.suppress(OSError):
        os.write(child.status_fd, json.dumps(line).encode() + b"\n")
    os.close(child.status_fd)


def reseed() -> None:
    """Give a forked child its own random numbers; siblings would all draw the same ones."""
    random.seed()
    if "numpy.random" in sys.modules:
        sys.modules["numpy.random"].seed()


def thread_count() -> int:
    """Threads alive in this process, those that Python does not know included."""
    try:
        return len(os.listdir("/proc/self/task"))
    except OSError:
        return threading.active_count()
