"""A kernel that stands ready: a forked ipykernel that becomes, when it is taken, what a fresh one would have been."""

from __future__ import annotations

import array
import atexit
import contextlib
import ctypes
import fcntl
import importlib
import json
import os
import resource
import select
import signal
import socket
import sys
import threading
import time
import traceback
from pathlib import Path
from typing import Any

from jupyter_orch.execution.notebook_kernels import LARGEST_REQUEST
from jupyter_orch.processes import RUN_MARK, outlive_parent

_F_SETSIG = 10
_ENV_START = 47  # of the fields of /proc/self/stat behind the name
_DESCRIPTORS = 4


class ReadyKernel:
    """One kernel, in the process it lives in.

    Args:
        door: where requests are left.
        taken: gets our process id when we are taken.
        folder: private, for our sockets.
        connection: the content of our connection file.
    """

    def __init__(self, door: socket.socket, taken: int, folder: str, connection: dict[str, Any]) -> None:
        self._door = door
        self._taken = taken
        self._connection = connection
        self._file = os.path.join(folder, "connection.json")

    def live(self) -> None:
        """Be a kernel until somebody asks for the end."""
        with open(os.open(self._file, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="utf-8") as file:
            json.dump(self._connection, file)
        sys.argv = [str(importlib.import_module("ipykernel_launcher").__file__), "-f", self._file]
        app = importlib.import_module("ipykernel.kernelapp").IPKernelApp.instance()
        self._env_before = dict(os.environ)
        app.initialize(["-f", self._file, "--HistoryManager.hist_file=:memory:", "--IPKernelApp.parent_handle=1"])
        self._env_made = {name: v for name, v in os.environ.items() if self._env_before.get(name) != v}
        self._loop = importlib.import_module("tornado.ioloop").IOLoop.current()
        _ask_for_children_first(app.kernel)
        self._door.setblocking(False)
        self._loop.add_handler(self._door, lambda *_: self._look(), self._loop.READ)
        try:
            app.start()
        except BaseException:
            traceback.print_exc()
        finally:
            _end(getattr(app, "control_thread", None))

    def _look(self) -> None:
        """Somebody asks for a kernel, or nobody can any more."""
        try:
            data, ancillary, _, _ = self._door.recvmsg(LARGEST_REQUEST, socket.CMSG_SPACE(_DESCRIPTORS * 4))
        except BlockingIOError:
            return  # another one was quicker
        if not data:
            os._exit(0)
        fds = array.array("i")
        for _, _, payload in ancillary:
            fds.frombytes(payload[: len(payload) - len(payload) % fds.itemsize])
        answer = socket.socket(fileno=fds[0])
        if _is_gone(answer):  # it did not want to wait so long
            answer.close()
            for descriptor in fds[1:]:
                os.close(descriptor)
            return
        os.write(self._taken, b"%d\n" % os.getpid())
        self._loop.remove_handler(self._door)
        self._door.close()
        os.close(self._taken)
        with answer:
            try:
                request = json.loads(data)
                self._keep_what_kernels_set(request["env"])
                _become(request, *fds[1:])
            except Exception as error:
                answer.send(json.dumps({"refused": f"it could not be made the run's own: {error}"}).encode())
                os._exit(1)
            answer.send(json.dumps({"pid": os.getpid(), "connection": self._connection}).encode())

    def _keep_what_kernels_set(self, env: dict[str, str]) -> None:
        """ipykernel sets variables when it starts (the terminal's kind, matplotlib's backend); a run's own ones win."""
        for name, value in self._env_made.items():
            if env.get(name) == self._env_before.get(name):
                env[name] = value


def _ask_for_children_first(kernel: Any) -> None:
    """A kernel that ends looks through all processes of the machine for its children: 50 ms, mostly for none."""
    usual = getattr(kernel, "_process_children", None)
    if usual is not None:
        kernel._process_children = lambda: usual() if _has_children() else []


def _has_children() -> bool:
    """Whether one of our threads has started a process that still lives; True where the system does not tell."""
    try:
        return any(
            Path(f"/proc/self/task/{thread}/children").read_bytes().strip() for thread in os.listdir("/proc/self/task")
        )
    except OSError:
        return True


def _end(answering: threading.Thread | None) -> None:
    """End as an interpreter does, but for taking its modules apart, which nobody sees and a run would wait for.

    Args:
        answering: the thread that was asked for the end; it still writes to streams that ipykernel closes at exit,
            and each would wait for the other.
    """
    if answering is not None and answering.is_alive():
        answering.join(1.0)
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
        with contextlib.suppress(Exception):
            stream.flush()  # type: ignore[union-attr]
    os._exit(0)


def _is_gone(answer: socket.socket) -> bool:
    poll = select.poll()
    poll.register(answer, 0)
    return bool(poll.poll(0))


def _become(request: dict[str, Any], leash: int, out: int, err: int) -> None:
    """Be as a kernel that the asker had started itself."""
    _tie(leash)
    _mark(request["env"].get(RUN_MARK, ""))
    os.chdir(request["cwd"])
    os.umask(request["umask"])
    for name, value in request["limits"].items():
        if tuple(value) != resource.getrlimit(getattr(resource, name)):
            resource.setrlimit(getattr(resource, name), tuple(value))
    _take_environment(request["env"])
    _take_output(out, err)


def _tie(leash: int) -> None:
    """From now on we live no longer than the other end of the leash, whatever our code does with signals."""
    fcntl.fcntl(leash, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(leash, _F_SETSIG, signal.SIGKILL)
    fcntl.fcntl(leash, fcntl.F_SETFL, fcntl.fcntl(leash, fcntl.F_GETFL) | os.O_ASYNC)
    os.set_inheritable(leash, False)
    poll = select.poll()
    poll.register(leash, 0)
    if poll.poll(0):  # it was let go before we looked
        os._exit(1)
    outlive_parent()


def _mark(run_id: str) -> None:
    """Write the run's mark where the system shows our first environment, for whoever ends or holds the run."""
    with open("/proc/self/environ", "rb") as file:
        shown = file.read()
    name = f"{RUN_MARK}=".encode()
    at = shown.index(name) + len(name)
    room = shown.index(b"\0", at) - at
    with open("/proc/self/stat", encoding="utf-8", errors="replace") as stat:
        start = int(stat.read().rsplit(")", 1)[1].split()[_ENV_START])
    written = run_id.encode().ljust(room, b"\0")
    if len(written) != room:
        raise ValueError("the run's id is too long")
    ctypes.memmove(start + at, written, room)
    with open("/proc/self/environ", "rb") as file:
        if file.read()[at : at + room] != written:
            raise OSError("this system does not show the run's mark")


def _take_environment(env: dict[str, str]) -> None:
    os.environ.clear()
    os.environ.update(env)
    time.tzset()


def _take_output(out: int, err: int) -> None:
    """What goes past the notebook goes where the asker's output goes."""
    for stream, number, descriptor in ((sys.stdout, 1, out), (sys.stderr, 2, err)):
        kept = getattr(stream, "_original_stdstream_copy", None)
        os.dup2(descriptor, number if kept is None else kept)
        os.close(descriptor)
