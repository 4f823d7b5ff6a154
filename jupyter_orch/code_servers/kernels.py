"""Kernels of code locations: our own manager, so that nobody culls them, drives them, or is kept awake by them.

A location's kernel is forked from the location's zygote when that is safe, and started as any kernel otherwise. Both
are ordinary Jupyter kernels with a connection file, over ``ipc`` sockets in a private folder; a kernel that only its
provisioner can start gets the transport that Jupyter's settings give it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from pathlib import Path
from typing import Any

import zmq.asyncio
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from jupyter_orch.code_servers.output import LocationOutput
from jupyter_orch.processes import has_ended
from jupyter_orch.zygote.client import fork_child, read_end

_CONTEXT = zmq.asyncio.Context()
"""One for all kernels: each of them holds two threads, and one that is collected with an open socket waits for ever."""


class ForkedKernel:
    """What a provisioner needs to know of a process, for a kernel that is the zygote's child and not ours."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int, status_fd: int) -> None:
        """Args:
        pid: of the kernel.
        status_fd: where the zygote writes how it ended.
        """
        self.pid = pid
        self._pidfd = os.pidfd_open(pid)
        self._status_fd = status_fd
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """None while it lives; −9 when the zygote, who alone knows, ended with it."""
        if self.returncode is None and has_ended(self._pidfd, 0.0):
            end = read_end(self._status_fd, 0.5)
            os.close(self._pidfd)
            os.close(self._status_fd)
            if end is None:
                self.returncode = -int(signal.SIGKILL)
            else:
                self.returncode = -end["signal"] if end["signal"] else end["exit"]
        return self.returncode

    def wait(self, timeout: float | None = None) -> int | None:
        """Wait until it has ended, at most ``timeout`` seconds."""
        if self.returncode is None:
            has_ended(self._pidfd, timeout)
        return self.poll()

    def send_signal(self, number: int) -> None:
        """Signal it if it still lives; the descriptor makes sure that it is the same process."""
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._pidfd, number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)


class ForkingProvisioner(LocalProvisioner):
    """Gets a kernel by forking a zygote."""

    zygote_path: Path
    output: LocationOutput

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Fork instead of running ``cmd``."""
        status_read, status_write = os.pipe2(os.O_CLOEXEC)
        try:
            with self.output.open() as log:
                pid = await asyncio.get_running_loop().run_in_executor(
                    None, self._fork, [log.fileno(), log.fileno(), status_write]
                )
        except BaseException:
            os.close(status_read)
            raise
        finally:
            os.close(status_write)
        self.process = ForkedKernel(pid, status_read)  # type: ignore[assignment]  # it has what is used of a Popen
        self.pid = self.pgid = pid
        return self.connection_info

    def _fork(self, fds: list[int]) -> int:
        manager: Any = self.parent
        arguments = {"connection_file": manager.connection_file}
        return fork_child(self.zygote_path, "kernel", arguments, fds, status=True, dies_with_starter=True, timeout=60.0)


class LocationKernelManager(AsyncKernelManager):
    """A kernel manager that forks when it is given a zygote."""

    def __init__(self, **settings: Any) -> None:
        """Args:
        settings: traits of the manager, e.g. ``kernel_name``.
        """
        super().__init__(context=_CONTEXT, **settings)

    def fork_from(self, zygote_path: Path, output: LocationOutput) -> None:
        """Take the kernel from the zygote that listens at ``zygote_path``."""
        provisioner = ForkingProvisioner(parent=self, kernel_id=self.kernel_id or "", kernel_spec=self.kernel_spec)
        provisioner.zygote_path = zygote_path
        provisioner.output = output
        self.provisioner = provisioner

    @property
    def pid(self) -> int | None:
        """The kernel's process, when it is one of this host."""
        return getattr(self.provisioner, "pid", None)

    def exit_status(self) -> int | None:
        """How an ended kernel ended: its exit code, or minus a signal's number; None when nobody knows."""
        process = getattr(self.provisioner, "process", None)
        return process.poll() if process is not None else None
