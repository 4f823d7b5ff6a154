"""The processes of a fleet as the kernel lists them: what each is, whatever the database says."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """One living process.

    Attributes:
        kind: ``daemon``; its ``launcher`` with ``worker`` processes below; a location's ``zygote`` processes with what is
            ``forked`` from them (kernel, runners, steps) and the ``nursery`` of notebooks' kernels; or ``other``. What
            has lost its parent may be taken for one that stands above it.
        command: its command line.
        started: when, by the host's monotonic clock; a number that was another's before is told apart by it.
    """

    pid: int
    parent: int
    session: int
    kind: str
    command: str
    started: float = 0.0


def processes_of(folder: Path) -> list[Process]:
    """Every living process that inherited ``CHAOS_FOLDER=<folder>``, in order of their numbers."""
    mark = f"CHAOS_FOLDER={folder}".encode()
    raw: dict[int, tuple[int, int, str]] = {}
    started: dict[int, float] = {}
    for name in os.listdir("/proc"):
        if name.isdigit() and int(name) != os.getpid():
            with contextlib.suppress(OSError, IndexError, ValueError):
                if mark not in Path(f"/proc/{name}/environ").read_bytes().split(b"\0"):
                    continue
                fields = Path(f"/proc/{name}/stat").read_text().rsplit(")", 1)[1].split()
                if fields[0] not in "ZX":
                    command = Path(f"/proc/{name}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                    raw[int(name)] = int(fields[1]), int(fields[3]), command
                    started[int(name)] = int(fields[19]) / os.sysconf("SC_CLK_TCK")
    return [
        Process(pid=pid, parent=parent, session=session, kind=_kind(pid, raw), command=command, started=started[pid])
        for pid, (parent, session, command) in sorted(raw.items())
    ]


def _kind(pid: int, raw: dict[int, tuple[int, int, str]]) -> str:
    parent, _, command = raw[pid]
    of_parent = raw[parent][2] if parent in raw else ""
    if "daemon run" in command:
        return "daemon"
    if "jupyter_orch.worker" in command:
        is_launcher = "--zygote" in command and of_parent != command
        return "launcher" if is_launcher else "worker"
    if "jupyter_orch_kernel.zygote" in command:
        grandparent = raw[parent][0] if parent in raw else 0
        is_below_zygote = of_parent == command and raw.get(grandparent, (0, 0, ""))[2] == command
        return "forked" if is_below_zygote else "zygote"
    return "nursery" if "kernel_nursery" in command else "other"


def without_daemon(processes: Iterable[Process]) -> list[Process]:
    """Those that do not descend from a living daemon."""
    by_pid = {process.pid: process for process in processes}

    def is_below_daemon(process: Process | None) -> bool:
        while process is not None and process.kind != "daemon":
            process = by_pid.get(process.parent)
        return process is not None

    return [process for process in by_pid.values() if not is_below_daemon(process)]
