"""All code locations of a workspace, in a thread with an event loop of their own.

ZeroMQ sockets belong to one thread; here it is this one, so the Jupyter server's loop never waits for user code and
the command line can have code servers without any server.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import shutil
import threading
from collections.abc import Callable, Coroutine, Iterable
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from jupyter_orch.code_servers.location import Location, Surroundings
from jupyter_orch.code_servers.location_state import LoadStatus, LocationState
from jupyter_orch.code_servers.watching import WatchedFiles
from jupyter_orch.code_servers.workspace import LocationEntry, WorkspaceError, read_workspace
from jupyter_orch.folders import make_home, runtime_folder
from jupyter_orch.masking import Mask
from jupyter_orch.ports import CodeServers, LocationUnavailable, ReplicaStorage, RunnerAddress, StorageUnavailable
from jupyter_orch.records.messages import LocationTarget
from jupyter_orch.records.notebook_job import LOCATION as NOTEBOOKS
from jupyter_orch.records.snapshot import LocationSnapshot
from jupyter_orch.settings import CodeServerSettings, Settings
from jupyter_orch.settings.secrets import secrets_here

T = TypeVar("T")
TURN = 0.5
PATIENCE = 5.0
"""Seconds after which a location that still imports makes way for the next."""

MOST_SLOW = 8
"""Locations that may do so at a time; when there are more, those that wait go on waiting."""

log = logging.getLogger("jupyter_orch.code_servers")


class KernelCodeServers(CodeServers):
    """See :class:`jupyter_orch.ports.CodeServers`. Methods are for any thread."""

    def __init__(
        self,
        workspace: Path,
        folder: Path,
        settings: CodeServerSettings | None = None,
        notebook_jobs: Path | None = None,
        secrets: Callable[[], Iterable[str]] = tuple,
    ) -> None:
        """Args:
        workspace: path of ``workspace.yaml``.
        folder: for the locations' log files.
        notebook_jobs: file with the jobs of plain notebooks; they are a location while it exists.
        settings: None takes the defaults.
        secrets: what is not shown of what code prints and raises; asked when it is needed.
        """
        settings = settings or CodeServerSettings()
        self.workspace = workspace
        self.problem: str | None = None
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._sockets = runtime_folder()
        self._surroundings = Surroundings(
            folder=folder,
            sockets=self._sockets,
            load_timeout=settings.startup_timeout,
            reload_on_change=settings.reload_on_change,
            ready_kernels=settings.ready_kernels,
            changed=self._on_change,
            mask=lambda: Mask(secrets()),
        )
        self._max_awake = settings.max_awake
        self._rereads = settings.reload_on_change
        self._file = WatchedFiles([str(workspace)])
        self.notebook_jobs = notebook_jobs or folder / "notebook_jobs.json"
        self._served: dict[str, LocationEntry] = {}
        self._snapshots: ReplicaStorage | None = None
        self._unkept: dict[str, LocationSnapshot] = {}
        self._keeping: asyncio.Future[None] | None = None
        self._locations: dict[str, Location] = {}
        self._listeners: list[Callable[[LocationState], None]] = []
        self._loop = asyncio.new_event_loop()
        self._slots = asyncio.Semaphore(settings.max_starting)
        self._slow_slots = asyncio.Semaphore(MOST_SLOW)
        self._work: set[Future[Any]] = set()
        self._watch: asyncio.Task[None] | None = None
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
        self._wait(self._begin(location.reload()), 10)
        return location.state

    def reload_and_wait(self, name: str, timeout: float) -> LocationState:
        """Load a location's code again; returns its state once that has ended, or after ``timeout`` seconds.

        Raises:
            LocationUnavailable: there is no such location.
        """
        location = self._find(name)
        with contextlib.suppress(TimeoutError):  # it goes on loading
            asyncio.run_coroutine_threadsafe(location.reload(), self._loop).result(timeout)
        return location.state

    def notebooks_target(self) -> LocationTarget:
        """See :class:`jupyter_orch.ports.NotebookLocation`."""
        folder = str(self.workspace.parent.resolve())
        return LocationTarget(
            name=NOTEBOOKS, kind="notebook_jobs", path=str(self.notebook_jobs), working_directory=folder
        )

    def load_notebooks(self, *, again: bool) -> None:
        """See :class:`jupyter_orch.ports.NotebookLocation`."""
        if NOTEBOOKS not in self._locations:
            self._wait(self._read_workspace(reload_kept=False), 30)
        location = self._find(NOTEBOOKS)
        load = location.reload if again else location.load_first
        state = location.state
        served = state.snapshot if state.status == LoadStatus.LOADED else None
        if again or served is None or not location.is_current(served):
            with contextlib.suppress(TimeoutError):
                asyncio.run_coroutine_threadsafe(load(), self._loop).result(self._surroundings.load_timeout)
            state = location.state
        if state.status != LoadStatus.LOADED:
            why = state.failure.message if state.failure else state.progress
            raise LocationUnavailable(f"the notebooks could not be loaded: {why}")

    def serve_notebook(self, path: Path) -> LocationState:
        """Make a notebook a location until this server ends; one that is a location already is loaded again.

        Args:
            path: absolute.
        """
        gone = {name for name, entry in self._served.items() if not Path(entry.target.path).exists()}
        for name in gone:  # it was renamed
            del self._served[name]
        known = next((name for name, found in self._locations.items() if found.entry.target.path == str(path)), None)
        if known is None:
            is_taken = path.name in self._locations.keys() - gone
            known = os.path.relpath(path, self.workspace.parent.resolve()) if is_taken else path.name
            target = LocationTarget(name=known, kind="notebook", path=str(path), working_directory=str(path.parent))
            self._served[known] = LocationEntry(target=target)
            self._wait(self._read_workspace(reload_kept=False), 30)
        return self.reload_and_wait(known, self._surroundings.load_timeout)

    def put_to_sleep(self, name: str) -> LocationState:
        """End a location's kernels; the next request starts them again. Returns its state.

        Raises:
            LocationUnavailable: there is no such location.
        """
        location = self._find(name)
        self._wait(location.sleep(), 30)
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

    def memory(self, name: str) -> int:
        """Bytes of memory that a location's processes hold now; 0 while it sleeps.

        Raises:
            LocationUnavailable: there is no such location.
        """
        return self._find(name).memory()

    def output(self, name: str) -> str:
        """The end of what a location's code has printed while it was imported and asked, without known secrets.

        Raises:
            LocationUnavailable: there is no such location.
        """
        return self._find(name).printed()

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
            with contextlib.suppress(TimeoutError):  # of a process that does not end
                asyncio.run_coroutine_threadsafe(self._loop.shutdown_default_executor(), self._loop).result(5)
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(5)
            shutil.rmtree(self._sockets, ignore_errors=True)

    def _find(self, name: str) -> Location:
        try:
            return self._locations[name]
        except KeyError:
            known = ", ".join(self._locations) or "none"
            raise LocationUnavailable(f"there is no code location {name!r}; the workspace has: {known}") from None

    def _notebooks(self) -> list[LocationEntry]:
        return [LocationEntry(target=self.notebooks_target())] if self.notebook_jobs.exists() else []

    # in the event loop

    async def _read_workspace(self, *, reload_kept: bool = True) -> None:
        if self._watch is None:
            self._watch = asyncio.ensure_future(self._watch_locations())
        self._file.read()
        try:
            entries = [*read_workspace(self.workspace), *self._notebooks(), *self._served.values()]
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
            self._locations[name] = known or Location(entry, self._surroundings)
            if known is not None and reload_kept:
                self._spawn(self._in_turn(known.reload))
        for location in [found for found in self._locations.values() if found not in kept.values()]:
            self._show_known(location)
            self._spawn(self._in_turn(location.load_first))

    async def _in_turn(self, load: Callable[[], Coroutine[Any, Any, None]]) -> None:
        slots = self._slots
        await slots.acquire()
        loading = asyncio.ensure_future(load())
        try:
            await asyncio.wait({loading}, timeout=PATIENCE)
            if not loading.done() and not self._slow_slots.locked():
                await self._slow_slots.acquire()
                slots.release()
                slots = self._slow_slots
            await loading
        finally:
            loading.cancel()
            slots.release()
        await self._make_room()

    async def _keep_snapshots(self, storage: ReplicaStorage) -> None:
        self._snapshots = storage
        for location in self._locations.values():
            if location.state.status == LoadStatus.LOADED:
                self._on_change(location.state)
            else:
                self._show_known(location)

    def _show_known(self, location: Location) -> None:
        if self._snapshots is None or location.state.snapshot is not None:
            return
        if known := self._snapshots.get_snapshot(location.state.name):
            location.remember(known, may_sleep=len(self._locations) > self._max_awake)

    async def _watch_locations(self) -> None:
        """Two looks a second at every location: a few microseconds each."""
        while True:
            await asyncio.sleep(TURN)
            self._keep_soon()
            has_jobs = self.notebook_jobs.exists()
            if (self._rereads and self._file.saved()) or has_jobs != (NOTEBOOKS in self._locations):
                await self._read_workspace(reload_kept=False)
            for location in list(self._locations.values()):
                try:
                    await location.turn()
                except Exception:
                    log.exception("code location %s could not be looked after", location.state.name)
            await self._make_room()

    async def _make_room(self) -> None:
        """Put to sleep who was not needed for the longest time, while more are awake than may be."""
        awake = [location for location in self._locations.values() if location.is_awake]
        if len(awake) <= self._max_awake:
            return
        for location in sorted(filter(lambda found: found.is_idle, awake), key=lambda found: found.used_at)[
            : len(awake) - self._max_awake
        ]:
            await location.sleep()

    async def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        self._spawn(work)
        await asyncio.sleep(0)

    def _on_change(self, state: LocationState) -> None:
        if state.status == LoadStatus.LOADED and state.snapshot is not None and self._snapshots is not None:
            self._unkept[state.name] = state.snapshot
            self._keep_soon()
        for listener in list(self._listeners):
            listener(state)

    def _keep_soon(self) -> None:
        if self._unkept and (self._keeping is None or self._keeping.done()):
            self._keeping = self._loop.run_in_executor(None, self._keep_unkept)

    def _keep_unkept(self) -> None:
        """Store definitions that are newer than the stored ones; without a storage they wait for the next turn."""
        assert self._snapshots is not None
        for name, snapshot in list(self._unkept.items()):
            try:
                self._snapshots.put_snapshot(name, snapshot)
            except StorageUnavailable:
                return
            if self._unkept.get(name) is snapshot:
                del self._unkept[name]

    async def _stop_all(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watch
        for begun in list(self._work):
            begun.cancel()
        await asyncio.gather(*(location.stop() for location in self._locations.values()))
        await asyncio.sleep(0.05)  # who still waits hears of it

    def _spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        begun = asyncio.run_coroutine_threadsafe(work, self._loop)
        self._work.add(begun)
        begun.add_done_callback(self._work.discard)

    def _wait(self, work: Coroutine[Any, Any, T], timeout: float) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout)


def code_servers_of(settings: Settings, workspace: Path) -> KernelCodeServers:
    """The code servers of a workspace as the settings want them; not started yet.

    Raises:
        UnusableHome: the instance's folder can not be made, or is not ours alone.
    """
    make_home(settings.home)  # before anything is made in it: what is missing above a folder would be open to everybody
    return KernelCodeServers(
        workspace,
        settings.home / "locations",
        settings.code_servers,
        settings.home / "notebook_jobs.json",
        partial(secrets_here, settings),
    )


async def _nothing() -> None:
    return None
