"""A child process that runs one step: starting it, hearing from it, ending it."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from jupyter_orch import wire
from jupyter_orch.processes import die_with
from jupyter_orch.records.event import Event, EventType

MOST_NAMES = 5
_END_EVENTS = (EventType.STEP_SUCCESS, EventType.STEP_FAILURE, EventType.STEP_UP_FOR_RETRY)


def fork_is_safe() -> bool:
    """Whether this process may be forked: it has no other threads but such as see to it that they rest meanwhile, and
    the platform's libraries survive it.
    """
    return not why_not_fork()


def why_not_fork() -> str:
    """What keeps this process from being forked, the threads by their names; empty when nothing does."""
    if not hasattr(os, "fork") or sys.platform == "darwin":
        return f"forking is not safe on {sys.platform}"
    names = [
        repr(thread.name)
        for thread in threading.enumerate()
        if thread is not threading.current_thread() and not getattr(thread, "sleeps_through_forks", False)
    ]
    if not names:
        return ""
    shown = ", ".join(names[:MOST_NAMES]) + (f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else "")
    return f"thread {shown} is alive" if len(names) == 1 else f"threads {shown} are alive"


def event_plain(event: Event) -> dict[str, Any]:
    """An event as a plain dict, faster than by reflection."""
    return {
        "type": event.type.value,
        "timestamp": event.timestamp,
        "message": event.message,
        "level": event.level,
        "step_key": event.step_key,
        "data": event.data,
    }


class EventPipe:
    """The child's end of the line: events go out whole, also from several threads.

    Args:
        descriptor: where to write.

    Attributes:
        before_and_after: told True before an event is written and False after it.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._lock = threading.Lock()
        self.before_and_after: Callable[[bool], None] | None = None

    def emit(self, event: Event) -> None:
        """Send one event."""
        left = memoryview(wire.pack(event_plain(event)))
        with self._lock:
            if self._descriptor < 0:
                return
            if self.before_and_after is not None:
                self.before_and_after(True)
            while left:
                left = left[os.write(self._descriptor, left) :]
            if self.before_and_after is not None:
                self.before_and_after(False)

    def close(self) -> None:
        """Send nothing any more."""
        os.close(self._descriptor)
        self._descriptor = -1


class Child:
    """A running step process.

    Attributes:
        key: the step.
        pid: the process, leader of a group of its own.
        read_fd, pid_fd: become readable when there are events, and when it has ended (-1 where the platform has no
            such thing).
        has_ended_step: an event said how the step ended.
    """

    def __init__(self, key: str, pid: int, read_fd: int) -> None:
        self.key = key
        self.pid = pid
        self.read_fd = read_fd
        self.pid_fd = os.pidfd_open(pid) if hasattr(os, "pidfd_open") else -1
        self.has_ended_step = False
        self.was_asked_to_stop = False
        self.status: int | None = None
        self.left_processes = False
        self._frames = wire.FrameReader()
        os.set_blocking(read_fd, False)

    def events(self) -> list[Event]:
        """What it has said since the last time."""
        heard: list[Event] = []
        while True:
            try:
                data = os.read(self.read_fd, 1 << 18)
            except (BlockingIOError, InterruptedError):
                break
            if not data:
                break
            for plain in self._frames.feed(data):
                event = Event(type=EventType(plain.pop("type")), **plain)
                self.has_ended_step = self.has_ended_step or (event.step_key == self.key and event.type in _END_EVENTS)
                heard.append(event)
        return heard

    def has_ended(self) -> bool:
        """Whether the process has ended; then its whole group is ended and it is reaped."""
        if self.status is not None:
            return True
        if self.pid_fd >= 0 and not select.select([self.pid_fd], [], [], 0)[0]:
            return False
        if self.pid_fd < 0 and os.waitpid(self.pid, os.WNOHANG)[0] == 0:
            return False
        self._kill_group(signal.SIGKILL)  # it is a zombie still, so the group is surely its own
        with contextlib.suppress(ChildProcessError):
            self.status = os.waitpid(self.pid, 0)[1]
        self.status = self.status or 0
        self.left_processes = self._group_lives()
        return True

    def _group_lives(self) -> bool:
        try:
            os.killpg(self.pid, 0)
        except (ProcessLookupError, PermissionError):
            return False
        return True

    def ask_to_stop(self) -> None:
        """Ask the step to end in order."""
        self.was_asked_to_stop = True
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGTERM)

    def kill(self) -> None:
        """End it and all that it started, now."""
        self._kill_group(signal.SIGKILL)
        if self.status is None:
            with contextlib.suppress(ChildProcessError):
                self.status = os.waitpid(self.pid, 0)[1]

    def _kill_group(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, number)

    def close(self) -> None:
        """Give the descriptors back."""
        for descriptor in (self.read_fd, self.pid_fd):
            if descriptor >= 0:
                os.close(descriptor)


def fork_child(key: str, run: Callable[[EventPipe], int], close_in_child: list[int]) -> Child:
    """Fork a child that runs a step.

    Args:
        key: the step.
        run: called in the child with its end of the line; gives the exit code.
        close_in_child: descriptors of siblings.
    """
    parent = os.getpid()
    read_fd, write_fd = os.pipe()
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            os.setpgid(0, 0)
            die_with(parent)
            for descriptor in (read_fd, *close_in_child):
                os.close(descriptor)
            code = run(EventPipe(write_fd))
        finally:
            os._exit(code)
    os.close(write_fd)
    with contextlib.suppress(OSError):
        os.setpgid(pid, pid)
    return Child(key, pid, read_fd)


def spawn_child(key: str, order: dict[str, Any]) -> Child:
    """Start a fresh interpreter that loads the code again and runs a step.

    Args:
        key: the step.
        order: what ``python -m jupyter_orch_kernel.step_process`` needs to know.
    """
    read_fd, write_fd = os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-m", "jupyter_orch_kernel.step_process", str(write_fd), str(os.getpid())],
        stdin=subprocess.PIPE,
        pass_fds=(write_fd,),
        process_group=0,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(item for item in sys.path if item)},
    )
    os.close(write_fd)
    assert process.stdin is not None
    with contextlib.suppress(BrokenPipeError):
        process.stdin.write(wire.pack(order))
        process.stdin.close()
    process.returncode = 0  # reaped by us, not by subprocess
    return Child(key, process.pid, read_fd)


def grace_over(began: float, seconds: float) -> bool:
    """Whether the time to end in order has passed."""
    return time.monotonic() - began >= seconds
