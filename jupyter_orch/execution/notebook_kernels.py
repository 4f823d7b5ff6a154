"""Asks for a Python kernel that stands ready, to execute one notebook in it.

Such kernels are kept by a process of the location (``jupyter_orch_kernel.kernel_nursery``). Whoever descends from the
location's warm process has a door to it: a socket on which requests are left, for the first idle kernel to take. The
kernel then becomes what a fresh one would have been (folder, environment, limits, the run's mark) and is tied to the
asker by a socket, its leash: when the other end of that closes, the operating system kills the kernel.
"""

from __future__ import annotations

import array
import contextlib
import json
import os
import select
import shutil
import signal
import socket
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jupyter_orch.processes import RUN_MARK

try:
    import resource
except ImportError:  # not on Windows
    resource = None  # type: ignore[assignment]

PATIENCE = 1.0
"""Seconds to wait for a kernel that is about to stand ready; a cold one takes about as long."""
LONGEST_MARK = 64
LARGEST_REQUEST = 128 * 1024
_ACTS_AT_START = ("PYTHON", "IPYTHON", "JUPYTER_", "JPY_", "LD_", "DYLD_", "MALLOC_", "GLIBC_", "LANG", "LC_", "HOME")
_TOLD_ANEW = (RUN_MARK, "JPY_PARENT_PID", "JPY_SESSION_NAME")


class NoWarmKernel(Exception):
    """No kernel that stands ready can be had; the message says why and ends the sentence "it starts cold: …"."""


@dataclass(frozen=True, slots=True)
class Door:
    """Where requests for kernels are left.

    Attributes:
        socket: the asker's end.
        python: interpreter of the kernels.
        env: environment with which they were started.
    """

    socket: socket.socket
    python: str
    env: Mapping[str, str]


@dataclass(slots=True)
class WarmKernel:
    """A kernel that waits for cells and belongs to this process.

    Attributes:
        pid: its process; leads a session of its own.
        connection: the content of its connection file.
        waited: seconds that it took to have it.
    """

    pid: int
    connection: dict[str, Any]
    waited: float
    _leash: socket.socket
    _pid_fd: int

    def has_ended(self, seconds: float = 0.0) -> bool:
        """Whether its process has ended, or does within some seconds."""
        poll = select.poll()
        poll.register(self._pid_fd, select.POLLIN)
        return bool(poll.poll(seconds * 1000))

    def signal(self, number: int) -> None:
        """Signal it; nothing happens when it has ended."""
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._pid_fd, number)

    def release(self) -> None:
        """Let the leash go: if it still lives, the operating system kills it."""
        if self._pid_fd >= 0:
            with contextlib.suppress(OSError):
                self._leash.shutdown(socket.SHUT_RDWR)
            self._leash.close()
            os.close(self._pid_fd)
            self._pid_fd = -1


_doors: list[Door] = []
_why_no_door = ["this process does not belong to a location that keeps kernels ready"]


def open_door(door: Door) -> None:
    """From now on this process, and what it forks, may ask there."""
    _doors[:] = [door]


def close_door() -> None:
    """There are no warm kernels any more."""
    while _doors:
        _doors.pop().socket.close()


def tell_why_no_door(reason: str) -> None:
    """Say why this process has none, for the run's log."""
    _why_no_door[:] = [reason]


def take_kernel(argv: Sequence[str], metadata: Mapping[str, Any], env: Mapping[str, str], folder: str) -> WarmKernel:
    """A kernel that stands ready and equals what a kernelspec would start.

    Args:
        argv, metadata: of the kernelspec.
        env: variables that the kernelspec adds.
        folder: where the kernel shall work.

    Raises:
        NoWarmKernel: there is none that is the same; says why.
    """
    if not _doors:
        raise NoWarmKernel(_why_no_door[0])
    door = _doors[0]
    _check_same_command(argv, metadata, door.python)
    wanted = {**os.environ, **env}
    _check_same_start(wanted, door.env)
    if len(os.environ.get(RUN_MARK, "")) > LONGEST_MARK:
        raise NoWarmKernel(f"the run's id is longer than {LONGEST_MARK} characters")
    return _ask(door.socket, {"env": wanted, "cwd": folder, "umask": _umask(), "limits": _limits()})


def _check_same_command(argv: Sequence[str], metadata: Mapping[str, Any], python: str) -> None:
    provisioner = metadata.get("kernel_provisioner", {}).get("provisioner_name", "local-provisioner")
    if provisioner != "local-provisioner":
        raise NoWarmKernel(f"its kernelspec is started by {provisioner!r}")
    if list(argv[1:]) not in (
        ["-m", "ipykernel_launcher", "-f", "{connection_file}"],
        ["-Xfrozen_modules=off", "-m", "ipykernel_launcher", "-f", "{connection_file}"],
    ):
        raise NoWarmKernel("its kernelspec has a command of its own")
    if argv[0] in ("python", "python3", f"python{sys.version_info[0]}.{sys.version_info[1]}"):
        return  # Jupyter starts its own interpreter for these
    command = shutil.which(argv[0]) or argv[0]
    if os.path.abspath(command) != os.path.abspath(python):
        raise NoWarmKernel(f"its interpreter is {command}, the location's is {python}")


def _check_same_start(wanted: Mapping[str, str], given: Mapping[str, str]) -> None:
    """What acts when an interpreter starts can not be told to one that has started."""
    names = (name for name in {*wanted, *given} if name.startswith(_ACTS_AT_START) and name not in _TOLD_ANEW)
    different = sorted(name for name in names if wanted.get(name) != given.get(name))
    if different:
        raise NoWarmKernel(f"the run's environment has another {', '.join(different)} than the location's")


def _umask() -> int:
    now = os.umask(0o077)
    os.umask(now)
    return now


def limit_names() -> Iterable[str]:
    """Names of this platform's limits of processes."""
    return () if resource is None else (name for name in dir(resource) if name.startswith("RLIMIT_"))


def _limits() -> dict[str, tuple[int, int]]:
    return {name: resource.getrlimit(getattr(resource, name)) for name in limit_names()}


def _ask(door: socket.socket, request: dict[str, Any]) -> WarmKernel:
    packet = json.dumps(request).encode()
    if len(packet) > LARGEST_REQUEST:
        raise NoWarmKernel("the run's environment is too large to be passed on")
    began = time.monotonic()
    answer, their_answer = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    leash, their_leash = socket.socketpair()
    fds = array.array("i", [their_answer.fileno(), their_leash.fileno(), 1, 2])
    with answer, their_answer, their_leash:
        try:
            door.sendmsg([packet], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, fds)], socket.MSG_DONTWAIT)
            their_answer.close()
            their_leash.close()
            answer.settimeout(PATIENCE)
            reply = json.loads(answer.recv(LARGEST_REQUEST) or b"{}")
        except TimeoutError:
            leash.close()
            raise NoWarmKernel(f"none stood ready within {PATIENCE:g} s") from None
        except OSError as error:
            leash.close()
            raise NoWarmKernel(f"nobody keeps kernels ready any more ({error.strerror})") from None
    try:
        if "pid" not in reply:
            raise NoWarmKernel(reply.get("refused", "the one that stood ready ended when it was asked"))
        pid_fd = os.pidfd_open(reply["pid"])
    except OSError:
        leash.close()
        raise NoWarmKernel("the one that stood ready has ended") from None
    except NoWarmKernel:
        leash.close()
        raise
    return WarmKernel(reply["pid"], reply["connection"], time.monotonic() - began, leash, pid_fd)
