"""Who a process is, for ever, and how to end it for certain. A pid alone is given to others again."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import time
from functools import cache
from pathlib import Path

from jupyter_orch.records.run import ProcessIdentity


@cache
def boot_id() -> str:
    """Id of this boot of this host; another boot means that every process of the old one is gone."""
    with contextlib.suppress(OSError):
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return "unknown"


def start_ticks(pid: int) -> int | None:
    """When a process started, in clock ticks since boot; None when there is no such process or it is a zombie."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return None
    return None if fields[0] in "ZX" else int(fields[19])


def this_process() -> ProcessIdentity:
    """The identity of the process that asks."""
    pid = os.getpid()
    return ProcessIdentity(host=socket.gethostname(), boot=boot_id(), pid=pid, started=start_ticks(pid) or 0)


def is_local(who: ProcessIdentity) -> bool:
    """Whether the process belongs to this host, in this or an earlier boot."""
    return who.host == socket.gethostname()


def is_alive(who: ProcessIdentity) -> bool:
    """Whether a local process still runs; always False for one of an earlier boot."""
    return who.boot == boot_id() and start_ticks(who.pid) == who.started


def signal_process(who: ProcessIdentity, number: int) -> bool:
    """Signal exactly that process; False when it has ended."""
    try:
        fd = os.pidfd_open(who.pid)
    except OSError:
        return False
    try:
        if not is_alive(who):
            return False
        signal.pidfd_send_signal(fd, number)
        return True
    except OSError:
        return False
    finally:
        os.close(fd)


def end_process(who: ProcessIdentity, grace: float = 0.0) -> bool:
    """Ask a process to end, then make it; returns whether it is confirmed dead."""
    if grace and signal_process(who, signal.SIGTERM):
        _wait_for_end(who, grace)
    signal_process(who, signal.SIGKILL)
    return _wait_for_end(who, 2.0)


def identify(pid: int) -> ProcessIdentity:
    """The identity of a process of this host that lives now."""
    return ProcessIdentity(host=socket.gethostname(), boot=boot_id(), pid=pid, started=start_ticks(pid) or 0)


def kill_session(leader: ProcessIdentity) -> None:
    """SIGKILL every process of a session, whatever group it made for itself; twice, for those forked meanwhile.

    Does nothing when the leader's number belongs to another process by now.
    """
    found = start_ticks(leader.pid)
    if leader.boot != boot_id() or (found is not None and leader.started and found != leader.started):
        return
    for _ in range(2):
        for pid in _members(leader.pid):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)


def _members(session: int) -> list[int]:
    """Living processes of a session, the caller last if it is one of them."""
    members = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            with contextlib.suppress(OSError, IndexError, ValueError):
                fields = Path(f"/proc/{name}/stat").read_text().rsplit(")", 1)[1].split()
                if int(fields[3]) == session and fields[0] not in "ZX":
                    members.append(int(name))
    return sorted(members, key=lambda pid: pid == os.getpid())


def has_ended(pidfd: int, timeout: float | None) -> bool:
    """Wait for a process's end on its descriptor, at most ``timeout`` seconds; works for descriptors of any number."""
    poll = select.poll()
    poll.register(pidfd, select.POLLIN)
    return bool(poll.poll(None if timeout is None else timeout * 1000))


def _wait_for_end(who: ProcessIdentity, seconds: float) -> bool:
    try:
        fd = os.pidfd_open(who.pid)
    except OSError:
        return not is_alive(who)
    try:
        deadline = time.monotonic() + seconds
        while is_alive(who) and time.monotonic() < deadline:
            has_ended(fd, max(0.0, deadline - time.monotonic()))
        return not is_alive(who)
    finally:
        os.close(fd)
