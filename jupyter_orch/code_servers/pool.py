"""All code locations of a workspace, in a thread with an event loop of their own.

ZeroMQ sockets belong to one thread; here it is this one, so the Jupyter server's loop never waits for user code and
the command line can have code servers without any server.
"""

from __future__ import annotations

import asyncio
import shutil
import threading
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

from jupyter_orch.code_servers.location import LoadStatus, Location, LocationState
from jupyter_orch.code_servers.workspace import LocationEntry, WorkspaceError, read_workspace
from jupyter_orch.folders import runtime_folder
from jupyter_orch.ports import CodeServers, LocationUnavailable, ReplicaStorage, RunnerAddress
from jupyter_orch.records.snapshot import LocationSnapshot
from jupyter_orch.settings import Settings

T = TypeVar("T")
PARALLEL_STARTS = 4


class KernelCodeServers(CodeServers):
    """See :class:`jupyter_orch.ports.CodeServers`. Methods are for any thread."""

    def __init__(self, workspace: Path, folder: Path, *, load_timeout: float = 180.0) -> None:
        """Args:
        workspace: path of ``workspace.yaml``.
        folder: for the locations' log files.
        load_timeout: seconds that a location's import may take.
        """
        self.workspace = workspace
        self.problem: str | None = None
        self._folder = folder
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._sockets = runtime_folder()
        self._snapshots: ReplicaStorage | None = None
        self._load_timeout = load_timeout
        self._locations: dict[str, Location] = {}
        self._listeners: list[Callable[[LocationState], None]] = []
        self._loop = asyncio.new_event_loop()
        self._slots = asyncio.Semaphore(PARALLEL_STARTS)
        self._thread = threading.Thread(target=self._loop.run_forever, name="orch-code-servers", daemon=True)
        self._thread.start()

    def listen(self, listener: Callable[[LocationState], None]) -> Callable[[], None]:
        """Call ``listener`` (in the code servers' thread) with every new state; returns how to stop that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None

    def start(self) -> None:
        """Read the workspace and begin to load every location; returns at once."""
        self._spawn(self._read_workspace())

    def keep_snapshots(self, storage: ReplicaStorage) -> None:
        """Keep last good definitions there, and show those of an earlier life until the code has loaded.

        Separate from the start, so that code loads while the storage is still being opened.
        """
        self._wait(self._keep_snapshots(storage), 30)

    def reload_workspace(self) -> None:
        """Read the workspace again: new locations start, changed and old ones reload, removed ones stop."""
        self._wait(self._read_workspace(), 30)

    def reload(self, name: str) -> LocationState:
        """Begin to load a location's code again; returns its state.

        Raises:
            LocationUnavailable: there is no such location.
        """
        location = self._find(name)
        self._wait(self._begin_reload(location), 10)
        return location.state

    def states(self) -> list[LocationState]:
        """All locations, in the order of the workspace."""
        return [location.state for location in list(self._locations.values())]

    def state(self, name: str) -> LocationState | None:
        """One location."""
        location = self._locations.get(name)
        return location.state if location else None

    def entry(self, name: str) -> LocationEntry:
        """What a location was told to load.

        Raises:
            LocationUnavailable: there is no such location.
        """
        return self._find(name).entry

    def ask(self, location: str, method: str, params: dict[str, Any], timeout: float) -> Any:
        return self._wait(self._find(location).ask(method, params, timeout), timeout + 5)

    def definitions(self, location: str) -> LocationSnapshot:
        return self._find(location).definitions()

    def runner(self, location: str) -> RunnerAddress:
        return self._find(location).runner()

    def wait_until_loaded(self, timeout: float) -> bool:
        """Wait until no location is loading any more; False when ``timeout`` seconds were not enough."""
        done = threading.Event()

        def look(_: LocationState | None = None) -> None:
            if all(state.status != LoadStatus.LOADING for state in self.states()):
                done.set()

        forget = self.listen(look)
        self._wait(_nothing(), timeout)  # whatever start() asked for has begun by now
        look()
        try:
            return done.wait(timeout)
        finally:
            forget()

    def stop(self) -> None:
        """End all kernels; runs go on."""
        try:
            self._wait(self._stop_all(), 15)
        finally:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(5)
            shutil.rmtree(self._sockets, ignore_errors=True)

    def _find(self, name: str) -> Location:
        try:
            return self._locations[name]
        except KeyError:
            known = ", ".join(self._locations) or "none"
            raise LocationUnavailable(f"there is no code location {name!r}; the workspace has: {known}") from None

    async def _read_workspace(self) -> None:
        try:
            entries = read_workspace(self.workspace)
            self.problem = None
        except WorkspaceError as error:
            self.problem = error.message
            return
        names = {entry.target.name for entry in entries}
        for name in self._locations.keys() - names:
            await self._locations.pop(name).stop()
        kept, self._locations = self._locations, {}
        for entry in entries:
            name = entry.target.name
            known = kept.get(name)
            if known is not None and known.entry != entry:
                await known.stop()
                known = None
            self._locations[name] = known or self._make(entry)
            self._spawn(self._load(self._locations[name]))

    async def _keep_snapshots(self, storage: ReplicaStorage) -> None:
        self._snapshots = storage
        for location in self._locations.values():
            if location.state.status == LoadStatus.LOADED:
                self._on_change(location.state)
            elif location.state.snapshot is None and (known := storage.get_snapshot(location.state.name)):
                location.remember(known)

    def _make(self, entry: LocationEntry) -> Location:
        known = self._snapshots.get_snapshot(entry.target.name) if self._snapshots else None
        return Location(
            entry, self._folder, self._sockets, self._on_change, load_timeout=self._load_timeout, known=known
        )

    async def _load(self, location: Location) -> None:
        async with self._slots:
            await location.load()

    async def _begin_reload(self, location: Location) -> None:
        self._spawn(location.load())
        await asyncio.sleep(0)

    def _on_change(self, state: LocationState) -> None:
        if state.status == LoadStatus.LOADED and state.snapshot is not None and self._snapshots is not None:
            self._loop.run_in_executor(None, self._snapshots.put_snapshot, state.name, state.snapshot)
        for listener in list(self._listeners):
            listener(state)

    async def _stop_all(self) -> None:
        await asyncio.gather(*(location.stop() for location in self._locations.values()))

    def _spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop)

    def _wait(self, work: Coroutine[Any, Any, T], timeout: float) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout)


def code_servers_of(settings: Settings, workspace: Path) -> KernelCodeServers:
    """The code servers of a workspace as the settings want them; not started yet."""
    return KernelCodeServers(workspace, settings.home / "locations", load_timeout=settings.code_servers.startup_timeout)


async def _nothing() -> None:
    return None
