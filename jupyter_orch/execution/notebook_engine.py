"""papermill's own engine on a kernel of our choice: one that stands ready, or a new one."""

from __future__ import annotations

import importlib
import os
import queue
import signal
import threading
import time
from typing import Any

from jupyter_orch.execution.notebook_kernels import WarmKernel

_FIRST_WAIT, _LONGEST_WAIT = 0.02, 0.5
_LOOK_AGAIN = 0.005
_SAVED_AFTER = 0.2


class _Saves:
    """Saves the executed notebook, as papermill does before and after each cell, but not oftener than people look."""

    def __init__(self, notebook: Any) -> None:
        """Args:
        notebook: papermill's keeper of the notebook, with ``nb`` and ``output_path``.
        """
        self._notebook = notebook
        self._saved_at = 0.0
        self._is_due = False

    def __call__(self, **_: Any) -> None:
        """Save, or leave it to the next :meth:`flush` if that was done a moment ago."""
        self._is_due = True
        if time.monotonic() - self._saved_at >= _SAVED_AFTER:
            self.flush()

    def flush(self) -> None:
        """Save what has not been saved yet."""
        if self._is_due:
            self._is_due = False
            self._save()
            self._saved_at = time.monotonic()

    def _save(self) -> None:
        """As a whole: somebody may be looking at it."""
        part = f"{self._notebook.output_path}.part"
        with open(part, "w", encoding="utf-8") as file:
            file.write(importlib.import_module("nbformat").writes(self._notebook.nb))
        os.replace(part, self._notebook.output_path)


class Stopped(Exception):
    """The notebook goes no further, because its run was canceled."""


def engine_of(engines: Any, clients: list[Any], kernel: WarmKernel | None, stopped: threading.Event) -> Any:
    """An engine for one execution.

    Args:
        engines: the module ``papermill.engines``.
        clients: gets the client that executes.
        kernel: one that stands ready; None starts one.
        stopped: set, no kernel is started and no further cell is executed.
    """
    asyncio = importlib.import_module("asyncio")  # 3 MiB that only notebooks need
    client_class = importlib.import_module("papermill.clientwrap").PapermillNotebookClient
    run_sync = importlib.import_module("jupyter_core.utils").run_sync

    class Client(client_class):  # type: ignore[misc,valid-type]
        """papermill's client, which finds out at once that the kernel is there."""

        async def async_start_new_kernel(self, **options: Any) -> None:
            """Start the kernel, unless that has no use any more."""
            self._go_on()
            await super().async_start_new_kernel(**options)

        start_new_kernel = run_sync(async_start_new_kernel)

        async def async_execute_cell(self, *args: Any, **options: Any) -> Any:
            """Execute a cell, unless that has no use any more."""
            self._go_on()
            waiting = asyncio.get_running_loop().call_later(_SAVED_AFTER, self.saves.flush)
            try:
                return await super().async_execute_cell(*args, **options)
            finally:
                waiting.cancel()

        execute_cell = run_sync(async_execute_cell)

        def _go_on(self) -> None:
            if stopped.is_set():
                raise Stopped

        async def async_start_new_kernel_client(self) -> Any:
            """Connect; the usual way listens to a silent kernel for 0.2 s first."""
            self.kc = self.km.client()
            self.kc.start_channels()
            try:
                await _hear(self.kc, self.km, self.startup_timeout)
            except BaseException:
                await self._async_cleanup_kernel()
                raise
            self.kc.allow_stdin = False
            return self.kc

        start_new_kernel_client = run_sync(async_start_new_kernel_client)

    class Engine(engines.NBClientEngine):  # type: ignore[misc]
        """Executes with nbclient."""

        @classmethod
        def execute_managed_notebook(
            cls,
            nb_man: Any,
            kernel_name: str,
            log_output: bool = False,
            stdout_file: Any = None,
            stderr_file: Any = None,
            start_timeout: int = 60,
            execution_timeout: float | None = None,
            **_: Any,
        ) -> Any:
            """Execute one notebook."""
            client = Client(
                nb_man,
                km=None if kernel is None else _manager_of(kernel),
                kernel_manager_class=_manager_class(),
                timeout=execution_timeout,
                startup_timeout=start_timeout,
                kernel_name=kernel_name,
                log_output=log_output,
                stdout_file=stdout_file,
                stderr_file=stderr_file,
            )
            clients.append(client)
            nb_man.save = client.saves = _Saves(nb_man)
            try:
                return client.execute(cleanup_kc=True)
            finally:
                client.saves.flush()

    return Engine


async def _hear(client: Any, manager: Any, patience: float) -> None:
    """Ask until both channels answer, so that nothing of the first cell is lost."""
    deadline, wait = time.monotonic() + patience, _FIRST_WAIT
    while True:
        request = client.kernel_info()
        try:
            while (await client.iopub_channel.get_msg(timeout=wait))["parent_header"].get("msg_id") != request:
                pass
            break
        except queue.Empty:
            wait = min(wait * 1.5, _LONGEST_WAIT)
        if not await manager.is_alive():
            raise RuntimeError("Kernel died before replying to kernel_info")
        if time.monotonic() > deadline:
            raise RuntimeError(f"Kernel did not respond in {patience:g} seconds")
    while (await client.shell_channel.get_msg(timeout=patience))["parent_header"].get("msg_id") != request:
        pass
    while await client.iopub_channel.msg_ready():
        await client.iopub_channel.get_msg()


def _manager_of(kernel: WarmKernel) -> Any:
    """A Jupyter kernel manager that has started this kernel, as far as anybody can see."""
    manager = _manager_class()()
    manager.load_connection_info(kernel.connection)
    manager.provisioner = _provisioner_class()(kernel)
    return manager


def _manager_class() -> Any:
    manager_class = importlib.import_module("jupyter_client.manager").AsyncKernelManager

    class QuickKernelManager(manager_class):  # type: ignore[misc,valid-type]
        """Jupyter's, which looks more often whether the kernel has ended: a run waits for that."""

        async def _async_wait(self, pollinterval: float = _LOOK_AGAIN) -> None:
            await super()._async_wait(pollinterval=_LOOK_AGAIN)

    return QuickKernelManager


def _provisioner_class() -> Any:
    asyncio = importlib.import_module("asyncio")
    provisioning = importlib.import_module("jupyter_client.provisioning")

    class ReadyKernelProvisioner(provisioning.KernelProvisionerBase):  # type: ignore[misc,name-defined]
        """How Jupyter signals and ends a kernel that it did not start."""

        def __init__(self, kernel: WarmKernel) -> None:
            super().__init__()
            self._kernel: WarmKernel | None = kernel
            self.pid = kernel.pid

        @property
        def has_process(self) -> bool:
            """Whether there is a process to speak of."""
            return self._kernel is not None

        async def poll(self) -> int | None:
            """None while it lives; its parent alone knows its exit status."""
            return 0 if self._kernel is None or self._kernel.has_ended() else None

        async def wait(self) -> int | None:
            """Wait for its end."""
            while await self.poll() is None:
                await asyncio.sleep(0.005)
            if self._kernel is not None:
                self._kernel.release()
            self._kernel = None
            return 0

        async def send_signal(self, signum: int) -> None:
            """Signal it."""
            if self._kernel is not None:
                self._kernel.signal(signum)

        async def kill(self, restart: bool = False) -> None:
            """End it now."""
            await self.send_signal(signal.SIGKILL)

        async def terminate(self, restart: bool = False) -> None:
            """Ask it to end."""
            await self.send_signal(signal.SIGTERM)

        async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
            """Never: it executes one notebook and is not started again."""
            raise RuntimeError("a kernel that stood ready is used once")

        async def cleanup(self, restart: bool = False) -> None:
            """Let it go."""
            if self._kernel is not None:
                self._kernel.release()
            self._kernel = None

    return ReadyKernelProvisioner
