"""``python -m jupyter_orch.worker.gateway_runner FD``: stands where a runner stands, for a run in a kernel elsewhere.

It speaks to the worker as any runner does, and fetches events and output from a kernel of another Jupyter server.
SIGTERM interrupts the run over there; when the worker's end of the line closes, the kernel is ended.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import os
import signal
import socket
import sys
from pathlib import Path
from typing import Any

import msgspec

from jupyter_orch import wire
from jupyter_orch.code_servers.gateway import GatewayKernel, open_kernel
from jupyter_orch.code_servers.workspace import GATEWAY_VARIABLE, Gateway
from jupyter_orch.errors import OrchError
from jupyter_orch.ports import CodeServerError
from jupyter_orch.processes import RUN_MARK
from jupyter_orch.records.failure import Failure

ATTACH_TIMEOUT, LOAD_TIMEOUT, NEWS_TIMEOUT = 60.0, 600.0, 60.0
LONGEST_RUN = 10 * 365 * 86400.0


def main(line_fd: int) -> int:
    """Wait for the order, and see the run to its end."""
    line = socket.socket(fileno=line_fd)
    order = wire.receive(line)
    if order is None:
        return 0
    os.environ[RUN_MARK] = order["spec"]["run_id"]
    gateway = msgspec.json.decode(os.environ[GATEWAY_VARIABLE], type=Gateway)
    wire.send(line, {"k": "running", "pid": os.getpid()})
    done = asyncio.run(_RemoteRun(line, gateway, order["spec"]).run())
    with contextlib.suppress(OSError):
        wire.send(line, {"k": "done", **done})
    return 0 if done["ok"] else 1


class _RemoteRun:
    def __init__(self, line: socket.socket, gateway: Gateway, spec: dict[str, Any]) -> None:
        self._line = line
        self._gateway = gateway
        self._spec = spec
        self._fetched = 0
        self._output: dict[str, int] = {}

    async def run(self) -> dict[str, Any]:
        """How it ended: ``{"ok", "canceled", "failure"}``."""
        kernel: GatewayKernel | None = None
        watch = asyncio.ensure_future(self._worker_is_gone())
        try:
            kernel = await open_kernel(self._gateway)
            work = asyncio.ensure_future(self._drive(kernel))
            self._cancel_by_signal(kernel)
            await asyncio.wait({work, watch}, return_when=asyncio.FIRST_COMPLETED)
            if not work.done():
                work.cancel()
                return {"ok": False, "canceled": True, "failure": None}
            return work.result()
        except OrchError as error:
            failure = error.failure if isinstance(error, CodeServerError) and error.failure else None
            reason = failure or Failure(cls=type(error).__name__, message=error.message)
            return {"ok": False, "canceled": False, "failure": msgspec.to_builtins(reason)}
        finally:
            watch.cancel()
            if kernel is not None:
                kernel.close("the run is over")
                await kernel.shutdown_kernel(now=True)

    async def _drive(self, kernel: GatewayKernel) -> dict[str, Any]:
        await kernel.attach(ATTACH_TIMEOUT)
        await kernel.ask("load", {"target": self._spec["target"]}, LOAD_TIMEOUT, channel="shell")
        running = asyncio.ensure_future(kernel.ask("run", {"spec": self._spec}, LONGEST_RUN, channel="shell"))
        try:
            while not running.done() or running.exception() is None:
                news = await kernel.ask("run_news", {"events": self._fetched, "output": self._output}, NEWS_TIMEOUT)
                self._pass_on(news)
                if news["over"]:
                    break
            outcome: dict[str, Any] = await running
            return outcome
        finally:
            running.cancel()

    def _pass_on(self, news: dict[str, Any]) -> None:
        for name, data in news["output"].items():
            self._output[name] = self._output.get(name, 0) + self._append(name, base64.b64decode(data))
        if news["events"]:
            wire.send(self._line, {"k": "events", "v": news["events"]})
            self._fetched += len(news["events"])

    def _append(self, name: str, data: bytes) -> int:
        """Keep what a step over there has printed, where one of ours would print it."""
        folder = self._spec.get("log_dir")
        if folder and Path(name).name == name:
            with open(Path(folder) / name, "ab") as file:
                file.write(data)
        return len(data)

    def _cancel_by_signal(self, kernel: GatewayKernel) -> None:
        loop = asyncio.get_running_loop()

        def cancel() -> None:
            cancels.append(asyncio.ensure_future(_quietly(kernel)))

        cancels: list[asyncio.Future[None]] = []
        loop.add_signal_handler(signal.SIGTERM, cancel)

    async def _worker_is_gone(self) -> None:
        """Ends when the worker's end of the line is closed."""
        gone = asyncio.Event()

        def look() -> None:
            with contextlib.suppress(BlockingIOError):
                if not _received(self._line):
                    gone.set()

        asyncio.get_running_loop().add_reader(self._line.fileno(), look)
        try:
            await gone.wait()
        finally:
            asyncio.get_running_loop().remove_reader(self._line.fileno())


async def _quietly(kernel: GatewayKernel) -> None:
    with contextlib.suppress(OrchError):
        await kernel.interrupt()


def _received(line: socket.socket) -> bytes:
    try:
        return line.recv(4096, socket.MSG_DONTWAIT)
    except ConnectionError:
        return b""


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
