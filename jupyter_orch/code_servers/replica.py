"""One kernel that serves a location's code at one version, with the warm process it was forked from if it was."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import uuid
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec

from jupyter_orch import clock
from jupyter_orch.code_servers.crashes import how_it_ended
from jupyter_orch.code_servers.environments import Environment, environment_of
from jupyter_orch.code_servers.gateway import GatewayKernel, GatewayUnavailable, open_kernel
from jupyter_orch.code_servers.kernels import LocationKernelManager
from jupyter_orch.code_servers.lending import lent_packages, with_lent_packages
from jupyter_orch.code_servers.output import LocationOutput
from jupyter_orch.code_servers.rpc import Channel, KernelChannel
from jupyter_orch.code_servers.workspace import Gateway, LocationEntry
from jupyter_orch.code_servers.zygote_process import (
    NOT_EQUIPPED,
    ImportProgress,
    LoadFailed,
    ZygoteProcess,
    start_zygote,
)
from jupyter_orch.ports import CodeServerError, LocationUnavailable
from jupyter_orch.processes import memory_share
from jupyter_orch.records import codec
from jupyter_orch.records.failure import Failure
from jupyter_orch.records.snapshot import LocationSnapshot

ANSWER_DEADLINE = 60.0
PING_DEADLINE = 5.0
MOST_STUCK = 4
LAST_CALLS = 60.0
MOST_NAMED = 5


@dataclass(kw_only=True, eq=False)
class Replica:
    """A kernel that has the code loaded. Belongs to the code servers' event loop.

    Attributes:
        snapshot: the definitions it holds.
        zygote: the warm process; None when code can not be forked here.
        cold_reason: why runs of it start cold; empty when they are forked.
    """

    kernel: LocationKernelManager | GatewayKernel
    channel: Channel
    snapshot: LocationSnapshot
    environment: Environment
    output: LocationOutput
    zygote: ZygoteProcess | None = None
    cold_reason: str = ""
    _calls: list[str] = field(default_factory=list, init=False)
    _check: asyncio.Task[None] | None = field(default=None, init=False)

    @property
    def kernel_id(self) -> str:
        """Id of the kernel, as in Jupyter's Running panel."""
        return self.kernel.kernel_id or ""

    @property
    def open_calls(self) -> int:
        """How many requests it is working on."""
        return len(self._calls)

    @property
    def socket(self) -> Path | None:
        """Where runners are forked, while somebody listens there."""
        return self.zygote.path if self.zygote is not None and self.zygote.is_alive() else None

    def memory(self) -> int:
        """Bytes of memory that its processes hold; shared pages count in equal parts."""
        pids = {self.kernel.pid, *((self.zygote.pid, self.zygote.process.pid) if self.zygote else ())}
        return sum(memory_share(pid) for pid in pids if pid)

    async def ask(self, method: str, params: dict[str, Any], timeout: float) -> Any:
        """One request; a kernel that did not answer is looked at, and ended if it answers nothing at all."""
        call = _call_in_words(method, params)
        self._calls.append(call)
        try:
            return await self.channel.ask(method, params, timeout)
        except CodeServerError as error:
            if error.code == "TIMEOUT" and (self._check is None or self._check.done()):
                self._check = asyncio.ensure_future(self._end_if_stuck())
            raise
        finally:
            self._calls.remove(call)

    async def _end_if_stuck(self) -> None:
        """Busy is not dead: a kernel that answers a ping goes on, unless given-up work fills it."""
        try:
            for _ in range(2):
                with contextlib.suppress(CodeServerError):
                    answer = await self.channel.ask("ping", {}, PING_DEADLINE)
                    if answer.get("stuck", 0) < MOST_STUCK:
                        return
                    break
            await self.kernel.signal_kernel(signal.SIGKILL)
        except LocationUnavailable:
            return

    async def is_alive(self) -> bool:
        """Whether kernel and warm process still run."""
        return (self.zygote is None or self.zygote.is_alive()) and bool(await self.kernel.is_alive())

    def is_reachable(self) -> bool:
        """Whether runners can be forked, if they ever could: somebody may have removed the socket."""
        return self.zygote is None or self.zygote.path.exists()

    def exit_status(self) -> int | None:
        """How its kernel ended."""
        return self.kernel.exit_status()

    async def forked_again(self) -> Replica | None:
        """A new kernel with the same code from the warm process that survived; None when there is none."""
        self.channel.close(f"the location's kernel ended ({how_it_ended(self.exit_status())}){self._at_work_on()}")
        if self.zygote is None or not self.zygote.is_alive() or not isinstance(self.kernel, LocationKernelManager):
            return None
        zygote, self.zygote = self.zygote, None  # it goes over to the successor
        folder = Path(self.kernel.ip).parent.parent
        await self.stop()
        try:
            return await _forked(zygote, self.environment, folder, self.output)
        except (LoadFailed, OSError):
            zygote.stop()
            return None

    def _at_work_on(self) -> str:
        """The calls of which one may have ended the kernel, in words."""
        more = len(self._calls) - MOST_NAMED
        named = ", ".join(self._calls[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
        return f" while it was at work on {named}" if named else ""

    async def retire(self) -> None:
        """Stop when the calls it is working on have ended, or after a minute."""
        deadline = clock.now() + LAST_CALLS
        while self.open_calls and clock.now() < deadline:
            await asyncio.sleep(0.1)
        await self.stop()

    async def stop(self) -> None:
        """End the kernel at once; runs go on."""
        self.channel.close("the location's kernel was stopped")
        with contextlib.suppress(Exception):
            await self.kernel.shutdown_kernel(now=True)
        if isinstance(self.kernel, LocationKernelManager) and self.kernel.transport == "ipc":
            shutil.rmtree(Path(self.kernel.ip).parent, ignore_errors=True)  # its sockets
        if self.zygote is not None:
            self.zygote.stop()


def _call_in_words(method: str, params: dict[str, Any]) -> str:
    """A request, by the name of what it evaluates if it evaluates something."""
    kind = next((kind for kind in ("sensor", "schedule", "partition_set") if params.get(kind)), None)
    return f"{kind.replace('_', ' ')} {params[kind]!r}" if kind else method


async def start_replica(
    entry: LocationEntry,
    sockets: Path,
    output: LocationOutput,
    progress: ImportProgress,
    timeout: float,
    ready_kernels: int,
) -> Replica:
    """Load a location's code in new processes.

    Args:
        sockets: private folder for sockets.
        output: gets what the code prints.
        progress: gets the names of the modules that are imported.
        timeout: seconds that the import may take.
        ready_kernels: how many kernels are kept ready for notebooks.

    Raises:
        LoadFailed: the code does not load.
    """
    if entry.problem is not None:
        raise LoadFailed(Failure(cls="WorkspaceError", message=entry.problem, hint="mend workspace.yaml and reload"))
    if entry.gateway is not None:
        return await _by_gateway(entry, entry.gateway, output, timeout)
    environment = environment_of(entry)
    if environment.kernelspec:
        return await _by_kernelspec(entry, environment, output, timeout)
    if not hasattr(os, "fork") or not hasattr(os, "pidfd_open"):
        return await _cold(entry, environment, sockets, output, timeout, "this platform can not fork safely")
    environment, zygote = await _started(entry, environment, sockets, output, progress, timeout, ready_kernels)
    if zygote.why_not_fork:
        zygote.stop()
        reason = f"{zygote.why_not_fork} since the code was imported"
        return await _cold(entry, environment, sockets, output, timeout, reason)
    try:
        return await _forked(zygote, environment, sockets, output)
    except BaseException:
        zygote.stop()
        raise


async def _started(
    entry: LocationEntry,
    environment: Environment,
    sockets: Path,
    output: LocationOutput,
    progress: ImportProgress,
    timeout: float,
    ready_kernels: int,
) -> tuple[Environment, ZygoteProcess]:
    """The warm process, and its environment: with our packages lent when it does not have them itself."""

    async def start(chosen: Environment) -> tuple[Environment, ZygoteProcess]:
        path = sockets / f"z-{uuid.uuid4().hex[:12]}"
        return chosen, await start_zygote(
            entry.target, chosen.python, chosen.env, path, output, progress, timeout, ready_kernels
        )

    sockets.mkdir(mode=0o700, exist_ok=True)  # somebody may have removed it
    try:
        return await start(environment)
    except LoadFailed as error:
        place = lent_packages(output.path.parent) if error.failure.cls == NOT_EQUIPPED else None
        if place is None:
            raise
        return await start(replace(environment, env=with_lent_packages(environment.env, place)))


async def _forked(zygote: ZygoteProcess, environment: Environment, sockets: Path, output: LocationOutput) -> Replica:
    manager = _manager(sockets)
    manager.fork_from(zygote.path, output)
    await manager.start_kernel()
    channel = KernelChannel(manager)
    try:
        await _first_answer(manager, channel, output)
    except BaseException:
        channel.close("it did not start")
        await manager.shutdown_kernel(now=True)
        raise
    return Replica(
        kernel=manager,
        channel=channel,
        snapshot=zygote.snapshot,
        environment=environment,
        output=output,
        zygote=zygote,
    )


async def _cold(
    entry: LocationEntry, environment: Environment, sockets: Path, output: LocationOutput, timeout: float, reason: str
) -> Replica:
    """An ipykernel of the location's interpreter, started with our extension."""
    manager = _manager(sockets)
    spec = manager.kernel_spec
    assert spec is not None
    launch = ["-m", "ipykernel_launcher", "-f", "{connection_file}", "--ext=jupyter_orch_kernel"]
    spec.argv = [environment.python, *launch]
    return await _loaded(manager, entry, environment, output, timeout, reason, attach=False)


async def _by_kernelspec(
    entry: LocationEntry, environment: Environment, output: LocationOutput, timeout: float
) -> Replica:
    """The kernelspec as it is, with its own command and provisioner."""
    manager = LocationKernelManager(kernel_name=environment.kernelspec)
    manager.kernel_id = uuid.uuid4().hex
    reason = f"the kernel {environment.kernelspec!r} is started by its kernelspec alone"
    return await _loaded(manager, entry, environment, output, timeout, reason, attach=True)


async def _by_gateway(entry: LocationEntry, gateway: Gateway, output: LocationOutput, timeout: float) -> Replica:
    """A kernel of another Jupyter server."""
    try:
        kernel = await open_kernel(gateway)
    except GatewayUnavailable as error:
        hint = "start it, or mend kernel_gateway in workspace.yaml, then reload"
        raise LoadFailed(Failure(cls="GatewayUnavailable", message=error.message, hint=hint)) from error
    try:
        await kernel.attach(ANSWER_DEADLINE)
        answer = await kernel.ask("load", {"target": codec.to_json(entry.target)}, timeout, channel="shell")
    except (CodeServerError, LocationUnavailable) as error:
        await kernel.shutdown_kernel(now=True)
        failure = getattr(error, "failure", None) or Failure(cls=type(error).__name__, message=error.message)
        raise LoadFailed(failure) from error
    except BaseException:
        await kernel.shutdown_kernel(now=True)
        raise
    return Replica(
        kernel=kernel,
        channel=kernel,
        snapshot=msgspec.convert(answer, LocationSnapshot),
        environment=Environment(python="", env={}),
        output=output,
        cold_reason=f"it is served by {gateway.url}",
    )


async def _loaded(
    manager: LocationKernelManager,
    entry: LocationEntry,
    environment: Environment,
    output: LocationOutput,
    timeout: float,
    reason: str,
    *,
    attach: bool,
) -> Replica:
    with output.open() as log:
        folder = entry.target.working_directory or None
        await manager.start_kernel(env=environment.env, cwd=folder, stdout=log, stderr=log, start_new_session=True)
    channel, shell = KernelChannel(manager), KernelChannel(manager, "shell")
    try:
        if attach:
            await shell.attach(ANSWER_DEADLINE)
        await _first_answer(manager, channel, output)
        answer = await shell.ask("load", {"target": codec.to_json(entry.target)}, timeout)
    except (CodeServerError, LocationUnavailable) as error:
        channel.close("load failed")
        await manager.shutdown_kernel(now=True)
        failure = getattr(error, "failure", None) or Failure(cls=type(error).__name__, message=error.message)
        raise LoadFailed(failure, tuple(error.facts.get("sources", ()))) from error
    except BaseException:
        channel.close("load failed")
        await manager.shutdown_kernel(now=True)
        raise
    finally:
        shell.close("loaded")
    return Replica(
        kernel=manager,
        channel=channel,
        snapshot=msgspec.convert(answer, LocationSnapshot),
        environment=environment,
        output=output,
        cold_reason=reason,
    )


async def _first_answer(manager: LocationKernelManager, channel: Channel, output: LocationOutput) -> None:
    deadline = clock.now() + ANSWER_DEADLINE
    while True:
        try:
            await channel.ask("ping", {}, 0.5)
            return
        except CodeServerError as error:
            if error.code != "TIMEOUT":
                return
        if not await manager.is_alive() or clock.now() > deadline:
            raise LoadFailed(
                Failure(
                    cls="KernelDied",
                    message="the location's kernel ended or did not answer",
                    stack=output.tail_lines(),
                    hint=f"see {output.path}",
                )
            )


def _manager(sockets: Path) -> LocationKernelManager:
    folder = sockets / f"k-{uuid.uuid4().hex[:12]}"
    folder.mkdir(mode=0o700)
    manager = LocationKernelManager(kernel_name="python3", transport="ipc", ip=str(folder / "s"))
    manager.connection_file = str(folder / "kernel.json")
    manager.kernel_id = uuid.uuid4().hex
    return manager
