"""Kernels of code locations: our own manager, so that nobody culls them, drives them, or is kept awake by them.

A location's kernel is forked from the location's zygote when that is safe, and started as any kernel otherwise. Both
are ordinary Jupyter kernels with a connection file, over ``ipc`` sockets in a private folder.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from pathlib import Path
from typing import Any

from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from jupyter_orch.processes import has_ended
from jupyter_orch.zygote.client import fork_child


class ForkedKernel:
    """What a provisioner needs to know of a process, for a kernel that is the zygote's child and not ours."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._pidfd = os.pidfd_open(pid)
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """None while it lives; its exit status is the zygote's to know, so an ended one reads as −9."""
        if self.returncode is None and has_ended(self._pidfd, 0.0):
            os.close(self._pidfd)
            self.returncode = -int(signal.SIGKILL)
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
    log_path: Path

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Fork instead of running ``cmd``."""
        manager: Any = self.parent
        with open(self.log_path, "ab") as log:
            pid = await asyncio.get_running_loop().run_in_executor(
                None,
                lambda: fork_child(
                    self.zygote_path,
                    "kernel",
                    {"connection_file": manager.connection_file, "code_server": True},
                    [log.fileno(), log.fileno()],
                    dies_with_starter=True,
                    timeout=60.0,
                ),
            )
        self.process = ForkedKernel(pid)  # type: ignore[assignment]  # it has what a provisioner uses of a Popen
        self.pid = self.pgid = pid
        return self.connection_info


class LocationKernelManager(AsyncKernelManager):
    """A kernel manager that forks when it is given a zygote."""

    def fork_from(self, zygote_path: Path, log_path: Path) -> None:
        """Take the kernel from the zygote that listens at ``zygote_path``."""
        provisioner = ForkingProvisioner(parent=self, kernel_id=self.kernel_id or "", kernel_spec=self.kernel_spec)
        provisioner.zygote_path = zygote_path
        provisioner.log_path = log_path
        self.provisioner = provisioner
