"""Who a process is, for ever, and how to end it for certain. A pid alone is given to others again."""

from __future__ import annotations

import contextlib
import ctypes
import os
import select
import signal
import socket
import sys
import time
from functools import cache
from pathlib import Path

from jupyter_orch.records.run import ProcessIdentity

_M_ARENA_MAX = -8
_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None

RUN_MARK = "JUPYTER_ORCH_RUN_ID"
"""Environment variable that a run's processes carry; children inherit it, also those that leave the session."""


FIRST_PID_NAMESPACE = "pid:[4026531836]"
"""That of the host itself; the kernel gives it this number (PROC_PID_INIT_INO)."""


@cache
def boot_id() -> str:
    """Where pids mean what they mean here: this boot of this host and, in a container, its namespace of pids.

    Another boot means that every process of the old one is gone; another namespace says nothing about its processes.
    """
    with contextlib.suppress(OSError):
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        namespace = os.readlink("/proc/self/ns/pid")
        return boot if namespace == FIRST_PID_NAMESPACE else f"{boot} {namespace}"
    return "unknown"


def start_ticks(pid: int) -> int | None:
    """When a process started, in clock ticks since boot; None when there is no such process or it is a zombie."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as stat:  # not by a Path: this is asked some thirty times a second
            fields = stat.read().rsplit(b")", 1)[1].split()
    except OSError:
        return None
    return None if fields[0] in b"ZX" else int(fields[19])


def this_process() -> ProcessIdentity:
    """The identity of the process that asks."""
    pid = os.getpid()
    return ProcessIdentity(host=socket.gethostname(), boot=boot_id(), pid=pid, started=start_ticks(pid) or 0)


def is_local(who: ProcessIdentity) -> bool:
    """Whether the process belongs to this host, in this or an earlier boot, and we could see it if it still ran."""
    is_hidden = who.boot != boot_id() and who.boot.split()[:1] == boot_id().split()[:1]
    return who.host == socket.gethostname() and not is_hidden


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
        wait_for_end(who, grace)
    signal_process(who, signal.SIGKILL)
    return wait_for_end(who, 2.0)


def identify(pid: int) -> ProcessIdentity:
    """The identity of a process of this host that lives now."""
    return ProcessIdentity(host=socket.gethostname(), boot=boot_id(), pid=pid, started=start_ticks(pid) or 0)


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent ends; so none leaves by starting a session of its own."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def die_with(parent: int, number: int = signal.SIGKILL) -> None:
    """In a child: be killed (or signaled otherwise) when the parent ends; end when it has ended already.

    Linux; elsewhere only the second. The signal comes when the thread that has forked us ends.
    """
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, number, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def outlive_parent() -> None:
    """Take :func:`die_with` back."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, 0, 0, 0, 0)


def share_heaps() -> None:
    """Let the threads of this process share two heaps; nothing where the C library is not glibc, or was told otherwise.

    glibc gives threads heaps of their own, eight for each processor, and what is free in one is of no use to others:
    under a steady load a server grew by 2 MB an hour from holes alone. Threads that take turns for the interpreter's
    lock gain nothing from more. To be called before threads are started (mallopt(3)).
    """
    if _LIBC is not None and "MALLOC_ARENA_MAX" not in os.environ:
        with contextlib.suppress(AttributeError):
            _LIBC.mallopt(_M_ARENA_MAX, 2)


def kill_run(leader: ProcessIdentity, run_id: str, patience: float = 2.0) -> bool:
    """SIGKILL everything that a run has started, until nothing is found, for what is forked meanwhile.

    That is every process of the runner's session, whatever group it made for itself, all that descend from the
    runner, and whatever carries the run's mark in its environment. When the runner's number belongs to another
    process by now, only the mark counts.

    Args:
        leader: the runner, who leads the session.
        run_id: what ``RUN_MARK`` holds in the run's processes.
        patience: seconds to wait for the processes to be gone.

    Returns:
        Whether nothing of it is left.
    """
    deadline = time.monotonic() + patience
    killed: dict[int, int | None] = {}
    while True:
        members = _members(leader, run_id)
        killed |= {pid: start_ticks(pid) for pid in members}
        _signal(members, signal.SIGKILL)
        if not members and not any(ticks and start_ticks(pid) == ticks for pid, ticks in killed.items()):
            return True  # one that dies loses its environment, and with it the mark, before it is gone
        if time.monotonic() > deadline:
            return False
        time.sleep(0.002)


def signal_run(leader: ProcessIdentity, run_id: str, number: int) -> int:
    """Signal everything that a run has started, as :func:`kill_run` finds it; returns how many processes that were."""
    members = _members(leader, run_id)
    _signal(members, number)
    return len(members)


def _members(leader: ProcessIdentity, run_id: str) -> list[int]:
    found = start_ticks(leader.pid)
    is_same = leader.boot == boot_id() and (found is None or not leader.started or found == leader.started)
    return [*(_family(leader.pid) if is_same else ()), *_marked(run_id)]


def _signal(pids: list[int], number: int) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)


def _marked(run_id: str) -> list[int]:
    """Living processes with the run's mark in their environment, the caller left out."""
    mark = f"{RUN_MARK}={run_id}".encode()
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit() and int(name) != os.getpid():
            with contextlib.suppress(OSError):  # somebody else's, or gone
                environment = _read(f"/proc/{name}/environ")
                if mark in environment and mark in environment.split(b"\0") and start_ticks(int(name)):
                    found.append(int(name))
    return found


def _read(path: str) -> bytes:
    """A small file of ``/proc``; a run's end reads hundreds of them, and ``pathlib`` takes five times as long."""
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        chunks = [os.read(fd, 1 << 16)]
        while chunks[-1]:
            chunks.append(os.read(fd, 1 << 16))
    finally:
        os.close(fd)
    return b"".join(chunks)


def kill_descendants() -> bool:
    """SIGKILL everything that descends from this process and still lives; costs nothing when there is nothing.

    Returns:
        Whether it is certain that there was nothing: it has no child, and would be the parent of every orphan.
    """
    own = os.getpid()
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return _LIBC is not None
    for _ in range(3):
        below = [pid for pid in _family(own, with_session=False) if pid != own]
        for pid in below:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        if not below:
            break
    return False


def _family(leader: int, with_session: bool = True) -> list[int]:
    """Living processes of a session and all that descend from its leader; descendants first, the caller last."""
    members, children = {leader}, dict[int, list[int]]()
    alive: set[int] = set()
    for name in os.listdir("/proc"):
        if name.isdigit():
            with contextlib.suppress(OSError, IndexError, ValueError):
                fields = _read(f"/proc/{name}/stat").rpartition(b")")[2].split(None, 4)
                children.setdefault(int(fields[1]), []).append(int(name))
                if fields[0] not in b"ZX":
                    alive.add(int(name))
                if with_session and int(fields[3]) == leader:
                    members.add(int(name))
    waiting = list(members)
    while waiting:
        below = [pid for pid in children.get(waiting.pop(), ()) if pid not in members]
        members.update(below)
        waiting += below
    return sorted(members & alive, key=lambda pid: (pid == os.getpid(), pid == leader, -pid))


def has_ended(pidfd: int, timeout: float | None) -> bool:
    """Wait for a process's end on its descriptor, at most ``timeout`` seconds; works for descriptors of any number."""
    poll = select.poll()
    poll.register(pidfd, select.POLLIN)
    return bool(poll.poll(None if timeout is None else timeout * 1000))


def wait_for_end(who: ProcessIdentity, seconds: float) -> bool:
    """Wait until a local process has ended, whoever its parent is; False when it has not within so many seconds."""
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


def memory_share(pid: int) -> int:
    """Bytes of memory of a local process; pages shared by n processes count one n-th. 0 when it can not be read."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0
