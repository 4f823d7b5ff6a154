"""One code location: loading, loaded or in error; the new code takes over only when it has loaded.

``LocationServer`` is one generation (a zygote and its kernel, or a cold kernel) at one version of the code.
``Location`` holds the generation that serves, and knows how the newest attempt went.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import shutil
import sys
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

import msgspec
from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

from jupyter_orch import clock
from jupyter_orch.code_servers.kernels import LocationKernelManager
from jupyter_orch.code_servers.rpc import KernelChannel
from jupyter_orch.code_servers.workspace import LocationEntry
from jupyter_orch.code_servers.zygote_process import LoadFailed, ZygoteProcess, start_zygote
from jupyter_orch.ports import CodeServerError, LocationUnavailable, RunnerAddress
from jupyter_orch.records import codec
from jupyter_orch.records.failure import Failure
from jupyter_orch.records.files import file_stem
from jupyter_orch.records.snapshot import LocationSnapshot

SECRET_VARIABLES = (
    "JUPYTER_TOKEN",
    "JPY_API_TOKEN",
    "JUPYTERHUB_API_TOKEN",
    "JUPYTERHUB_COOKIE_SECRET",
    "JPY_PARENT_PID",
)
log = logging.getLogger("jupyter_orch.code_servers")
ENDED = "the location's kernel ended unexpectedly"
RESTART_DELAYS = (0.0, 1.0, 5.0, 15.0, 60.0)
CRASH_WINDOW = 300.0


class LoadStatus(StrEnum):
    """Where the newest attempt to load a location stands."""

    LOADING = "LOADING"
    LOADED = "LOADED"
    ERROR = "ERROR"


@dataclass(frozen=True, slots=True, kw_only=True)
class LocationState:
    """What everybody may know of a location; replaced as a whole, so any thread may read it.

    Attributes:
        snapshot: the definitions in use, also when newer code did not load.
        failure: why the newest code did not load.
        stale: the definitions in use are older than the newest attempt.
        progress: one line on what is going on.
        updated: when the state last changed, seconds since the epoch.
        launch: how its runs get their runner, ``"fork"`` or ``"spawn"``, and why not by fork.
    """

    name: str
    status: LoadStatus
    snapshot: LocationSnapshot | None = None
    failure: Failure | None = None
    stale: bool = False
    progress: str = ""
    updated: float = 0.0
    launch: str = ""
    kernel: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Generation:
    """A kernel that serves one version of the code, with the zygote it was forked from if it was."""

    manager: LocationKernelManager
    channel: KernelChannel
    snapshot: LocationSnapshot
    zygote: ZygoteProcess | None
    cold_reason: str

    async def is_alive(self) -> bool:
        zygote_lives = self.zygote is None or self.zygote.process.poll() is None
        return zygote_lives and bool(await self.manager.is_alive())

    async def stop(self) -> None:
        self.channel.close("the location's kernel was stopped")
        with contextlib.suppress(Exception):
            await self.manager.shutdown_kernel(now=True)
        shutil.rmtree(Path(self.manager.ip).parent, ignore_errors=True)  # its sockets
        if self.zygote is not None:
            self.zygote.stop()


class Location:
    """A code location. All methods but :attr:`state` and :meth:`runner` belong to the code servers' event loop."""

    def __init__(
        self,
        entry: LocationEntry,
        folder: Path,
        sockets: Path,
        changed: Callable[[LocationState], None],
        *,
        load_timeout: float,
        known: LocationSnapshot | None = None,
    ) -> None:
        """Args:
        entry: what to load.
        folder: for log files.
        sockets: private folder for sockets.
        changed: told of every new state.
        load_timeout: seconds that importing the code may take.
        known: last good definitions from an earlier life.
        """
        self.entry = entry
        self.log_path = folder / f"{file_stem(entry.target.name)}.log"
        self._sockets = sockets
        self._changed = changed
        self._load_timeout = load_timeout
        self._serving: _Generation | None = None
        self._watcher: asyncio.Task[None] | None = None
        self._loading = asyncio.Lock()
        self._crashes: list[float] = []
        self._edited: int | None = None
        self.state = LocationState(
            name=entry.target.name,
            status=LoadStatus.LOADING,
            snapshot=known,
            stale=known is not None,
            updated=clock.now(),
        )

    async def load(self) -> None:
        """Load the newest code; on success it replaces what served before, on failure that goes on serving."""
        async with self._loading:
            self._edited = _edited_at(self.entry)
            self._become(status=LoadStatus.LOADING, failure=None, progress=f"importing {self.entry.target.name}")
            ticker = asyncio.ensure_future(self._show_progress())
            try:
                generation = await self._start()
            except LoadFailed as error:
                self._become(
                    status=LoadStatus.ERROR, failure=error.failure, stale=self.state.snapshot is not None, progress=""
                )
                return
            finally:
                ticker.cancel()
            await self._swap(generation)

    def remember(self, known: LocationSnapshot) -> None:
        """Show the definitions of an earlier life until there are newer ones."""
        self._become(snapshot=known, stale=True)

    async def ask(self, method: str, params: dict[str, Any], timeout: float) -> Any:
        """One request to the code that serves."""
        try:
            return await (await self._serving_generation(timeout)).channel.ask(method, params, timeout)
        except LocationUnavailable:  # it ended under the request; its successor may be on its way
            return await (await self._serving_generation(timeout)).channel.ask(method, params, timeout)

    def definitions(self) -> LocationSnapshot:
        """The definitions in use; for any thread.

        Raises:
            LocationUnavailable: there are none, with the reason.
        """
        if self.state.snapshot is None:
            raise LocationUnavailable(self._why_unavailable())
        return self.state.snapshot

    def _why_unavailable(self) -> str:
        failure = self.state.failure
        if failure is None:
            return f"code location {self.entry.target.name!r} is still loading"
        place = f" ({failure.file}:{failure.line})" if failure.file else ""
        return f"code location {self.entry.target.name!r} does not load: {failure.cls}: {failure.message}{place}"

    async def _serving_generation(self, timeout: float) -> _Generation:
        deadline = clock.now() + timeout
        while self._serving is None and self.state.status == LoadStatus.LOADING and clock.now() < deadline:
            await asyncio.sleep(0.02)
        if self._serving is None:
            raise LocationUnavailable(self._why_unavailable())
        return self._serving

    def runner(self) -> RunnerAddress:
        """How a worker gets a runner for this location; for any thread."""
        serving = self._serving
        try:
            python, env = self._interpreter()
        except LoadFailed as error:
            raise LocationUnavailable(error.failure.message) from error
        warm = serving.zygote if serving is not None else None
        return RunnerAddress(
            socket=str(warm.path) if warm is not None and warm.process.poll() is None else None,
            command=(python, "-m", "jupyter_orch_kernel.runner"),
            env=env,
            cold_reason=serving.cold_reason if serving is not None else "the location has no warm process",
        )

    async def stop(self) -> None:
        """End its kernel; runs go on."""
        if self._watcher is not None:
            self._watcher.cancel()
        if self._serving is not None:
            await self._serving.stop()
            self._serving = None

    # how a generation comes to be

    async def _start(self) -> _Generation:
        if self.entry.problem is not None:
            raise LoadFailed(
                Failure(cls="WorkspaceError", message=self.entry.problem, hint="mend workspace.yaml and reload")
            )
        python, env = self._interpreter()
        if not hasattr(os, "fork") or not hasattr(os, "pidfd_open"):
            return await self._start_cold("this platform can not fork safely")
        socket_path = self._sockets / f"z-{uuid.uuid4().hex[:12]}"
        zygote = await start_zygote(self.entry.target, python, env, socket_path, self.log_path, self._load_timeout)
        if zygote.threads > 1:
            zygote.stop()
            return await self._start_cold(f"the code left {zygote.threads - 1} thread(s) running when it was imported")
        try:
            return await self._start_forked(zygote)
        except BaseException:
            zygote.stop()
            raise

    async def _start_forked(self, zygote: ZygoteProcess) -> _Generation:
        manager = self._manager()
        manager.fork_from(zygote.path, self.log_path)
        await manager.start_kernel()
        channel = KernelChannel(manager)
        await self._wait_for_answer(manager, channel)
        return _Generation(manager=manager, channel=channel, snapshot=zygote.snapshot, zygote=zygote, cold_reason="")

    async def _start_cold(self, reason: str) -> _Generation:
        python, env = self._interpreter()
        manager = self._manager()
        spec = manager.kernel_spec
        assert spec is not None
        spec.argv = [python, "-m", "ipykernel_launcher", "-f", "{connection_file}", "--ext=jupyter_orch_kernel"]
        with open(self.log_path, "ab") as log:
            folder = self.entry.target.working_directory or None
            await manager.start_kernel(env=env, cwd=folder, stdout=log, stderr=log, start_new_session=True)
        channel = KernelChannel(manager)
        shell = KernelChannel(manager, "shell")
        try:
            await self._wait_for_answer(manager, channel)
            answer = await shell.ask("load", {"target": codec.to_json(self.entry.target)}, self._load_timeout)
        except (CodeServerError, LocationUnavailable) as error:
            channel.close("load failed")
            await manager.shutdown_kernel(now=True)
            failure = getattr(error, "failure", None) or Failure(cls=type(error).__name__, message=error.message)
            raise LoadFailed(failure) from error
        finally:
            shell.close("loaded")
        snapshot = msgspec.convert(answer, LocationSnapshot)
        return _Generation(manager=manager, channel=channel, snapshot=snapshot, zygote=None, cold_reason=reason)

    async def _wait_for_answer(self, manager: LocationKernelManager, channel: KernelChannel) -> None:
        deadline = clock.now() + 60
        while True:
            try:
                await channel.ask("ping", {}, 0.5)
                return
            except CodeServerError as error:
                if error.code != "TIMEOUT":
                    return
            if not await manager.is_alive() or clock.now() > deadline:
                channel.close("it did not start")
                raise LoadFailed(
                    Failure(
                        cls="KernelDied",
                        message="the location's kernel ended or did not answer",
                        hint=f"see {self.log_path}",
                    )
                )

    def _manager(self) -> LocationKernelManager:
        folder = self._sockets / f"k-{uuid.uuid4().hex[:12]}"
        folder.mkdir(mode=0o700)
        manager = LocationKernelManager(kernel_name="python3", transport="ipc", ip=str(folder / "s"))
        manager.connection_file = str(folder / "kernel.json")
        manager.kernel_id = uuid.uuid4().hex
        return manager

    def _interpreter(self) -> tuple[str, dict[str, str]]:
        """The interpreter of the location's environment, and the variables it runs with."""
        env = {name: value for name, value in os.environ.items() if name not in SECRET_VARIABLES}
        python = self.entry.executable or sys.executable
        if self.entry.kernel is not None:
            try:
                spec = KernelSpecManager().get_kernel_spec(self.entry.kernel)
            except NoSuchKernel:
                known = ", ".join(sorted(KernelSpecManager().find_kernel_specs())) or "none"
                raise LoadFailed(
                    Failure(
                        cls="NoSuchKernel", message=f"kernel {self.entry.kernel!r} is not installed; there are: {known}"
                    )
                ) from None
            env.update(spec.env)
            if spec.argv[0] not in ("python", "python3"):
                python = spec.argv[0]
        env.update(self.entry.env)
        return python, env

    # taking over, and watching

    async def _swap(self, generation: _Generation) -> None:
        before, self._serving = self._serving, generation
        if self._watcher is not None:
            self._watcher.cancel()
        self._watcher = asyncio.ensure_future(self._watch(generation))
        self._become(
            status=LoadStatus.LOADED,
            snapshot=generation.snapshot,
            failure=None,
            stale=False,
            progress="",
            launch="fork" if generation.zygote else f"spawn: {generation.cold_reason}",
            kernel=generation.manager.kernel_id or "",
        )
        if before is not None:
            await before.stop()

    async def _watch(self, generation: _Generation) -> None:
        """Bring the location back when its kernel or zygote ends by itself, slower each time; give up on a storm."""
        while await generation.is_alive():
            self._look_for_edits()
            await asyncio.sleep(0.5)
        self._serving = None
        self._become(status=LoadStatus.LOADING, stale=True, progress=f"{ENDED}; restarting")
        log.warning("code location %s: %s; see %s", self.entry.target.name, ENDED, self.log_path)
        await generation.stop()
        self._crashes = [t for t in self._crashes if t > clock.now() - CRASH_WINDOW] + [clock.now()]
        if len(self._crashes) > len(RESTART_DELAYS):
            storm = f"{ENDED} {len(self._crashes)} times in {CRASH_WINDOW / 60:g} minutes; it is not started again"
            failure = Failure(cls="KernelDied", message=storm, hint=f"see {self.log_path}, then press Reload")
            self._become(status=LoadStatus.ERROR, failure=failure, stale=True)
            return
        self._watcher = None
        await asyncio.sleep(RESTART_DELAYS[len(self._crashes) - 1])
        await self.load()

    def _look_for_edits(self) -> None:
        """Say that what is in use is older than the file."""
        edited = _edited_at(self.entry)
        if edited != self._edited and not self.state.stale:
            self._become(stale=True, progress="edited since it was loaded; reload to use the new code")

    async def _show_progress(self) -> None:
        started = clock.now()
        while True:
            await asyncio.sleep(1)
            self._become(progress=f"importing {self.entry.target.name}, {clock.now() - started:.0f} s")

    def _become(self, **changes: Any) -> None:
        self.state = replace(self.state, updated=clock.now(), **changes)
        self._changed(self.state)


def _edited_at(entry: LocationEntry) -> int | None:
    """When the location's file was last written, or None for modules and packages."""
    try:
        return os.stat(entry.target.path).st_mtime_ns if entry.target.path else None
    except OSError:
        return None
