"""One code location: loading, loaded or in error; the new code takes over only when it has loaded.

``Location`` holds the replicas that serve, and knows how the newest attempt to load went. It is looked at twice a
second (:meth:`Location.turn`): kernels that ended come back, code that was saved is loaded.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from jupyter_orch import clock
from jupyter_orch.code_servers.crashes import WINDOW, Crashes, how_it_ended
from jupyter_orch.code_servers.environments import Environment
from jupyter_orch.code_servers.location_state import LoadStatus, LocationState
from jupyter_orch.code_servers.output import LocationOutput
from jupyter_orch.code_servers.replica import Replica, start_replica
from jupyter_orch.code_servers.runner_address import runner_address
from jupyter_orch.code_servers.watching import WatchedFiles
from jupyter_orch.code_servers.workspace import LocationEntry
from jupyter_orch.code_servers.zygote_process import ImportProgress, LoadFailed
from jupyter_orch.code_version import code_version
from jupyter_orch.masking import Mask
from jupyter_orch.ports import LocationUnavailable, RunnerAddress
from jupyter_orch.records.failure import Failure
from jupyter_orch.records.files import file_stem
from jupyter_orch.records.snapshot import LocationSnapshot

log = logging.getLogger("jupyter_orch.code_servers")
ENDED = "the location's kernel ended unexpectedly"
ASLEEP = "asleep; it wakes when it is needed"
EDITED = "edited since it was loaded; reload to use the new code"


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the locations of a workspace share.

    Attributes:
        folder: for log files.
        sockets: private folder for sockets.
        load_timeout: seconds that importing a location's code may take.
        reload_on_change: whether saved code is loaded by itself.
        ready_kernels: how many kernels each keeps ready for notebooks.
        changed: told of every new state.
        mask: what hides the deployment's secrets in what code says.
    """

    folder: Path
    sockets: Path
    load_timeout: float
    reload_on_change: bool
    ready_kernels: int
    changed: Callable[[LocationState], None]
    mask: Callable[[], Mask]


class Location:
    """A code location. All methods belong to the code servers' event loop but those that say otherwise."""

    def __init__(
        self, entry: LocationEntry, surroundings: Surroundings, *, known: LocationSnapshot | None = None
    ) -> None:
        """Args:
        entry: what to load.
        known: last good definitions from an earlier life.
        """
        self.entry = entry
        self.output = LocationOutput(surroundings.folder / f"{file_stem(entry.target.name)}.log")
        self.used_at = 0.0
        self._around = surroundings
        self._replicas: list[Replica] = []
        self._next = 0
        self._loading = asyncio.Lock()
        self._reviving: asyncio.Task[None] | None = None
        self._reloading: asyncio.Task[None] | None = None
        self._crashes = Crashes()
        self._files = WatchedFiles()
        self._asked_to_load = False
        self._generation = 0
        self._is_stopped = False
        self._environment: Environment | None = None
        self._background: set[asyncio.Task[None]] = set()
        self.state = LocationState(
            name=entry.target.name,
            status=LoadStatus.LOADING,
            snapshot=known,
            stale=known is not None,
            progress="waiting for its turn",
            updated=clock.now(),
        )

    # loading

    async def load(self) -> None:
        """Load the newest code; on success it replaces what served before, on failure that goes on serving."""
        self._asked_to_load = True
        async with self._loading:
            self._become(status=LoadStatus.LOADING, failure=None, progress=f"importing {self.entry.target.name}")
            progress = ImportProgress()
            ticker = asyncio.ensure_future(self._show_progress(progress))
            try:
                replicas = await self._start_replicas(progress)
            except LoadFailed as error:
                self._files = WatchedFiles(error.sources)
                stale = self.state.snapshot is not None
                failure = self._around.mask().failure(error.failure)
                self._become(status=LoadStatus.ERROR, failure=failure, stale=stale, progress="")
                return
            finally:
                ticker.cancel()
                progress.close()
            self._swap(replicas)

    async def load_first(self) -> None:
        """Load unless somebody who could not wait has done so."""
        if not self._asked_to_load:
            await self.load()

    async def reload(self) -> None:
        """Load because a person asked: whatever crashes there were are forgotten."""
        self._crashes.forget()
        await self.load()

    def remember(self, known: LocationSnapshot, *, may_sleep: bool) -> None:
        """Show the definitions of an earlier life until there are newer ones.

        Args:
            may_sleep: when the code is still the same, do not load it before it is needed.
        """
        if may_sleep and not self._asked_to_load and self.is_current(known):
            self._asked_to_load = True
            self._files = WatchedFiles(known.sources)
            self._become(status=LoadStatus.LOADED, snapshot=known, stale=False, progress=ASLEEP)
        else:
            self._become(snapshot=known, stale=True)

    async def _start_replicas(self, progress: ImportProgress) -> list[Replica]:
        """All replicas, at one version of the code; when it is saved between two of them, all are started again."""
        for _ in range(3):
            first = await self._start_one(progress)
            others = await asyncio.gather(
                *(self._start_one(progress) for _ in range(self.entry.replicas - 1)), return_exceptions=True
            )
            started = [first, *(r for r in others if isinstance(r, Replica))]
            failed = next((r for r in others if isinstance(r, BaseException)), None)
            if failed is None and len({r.snapshot.code_version for r in started}) == 1:
                return started
            await asyncio.gather(*(r.stop() for r in started))
            if failed is not None:
                raise failed
        failure = Failure(cls="CodeChanges", message="the code changed while its replicas were loading, three times")
        raise LoadFailed(failure, first.snapshot.sources)

    async def _start_one(self, progress: ImportProgress) -> Replica:
        around = self._around
        return await start_replica(
            self.entry, around.sockets, self.output, progress, around.load_timeout, around.ready_kernels
        )

    def _swap(self, replicas: list[Replica]) -> None:
        before, self._replicas = self._replicas, replicas
        self._generation += 1
        self._environment = replicas[0].environment
        snapshot = replicas[0].snapshot
        self._files = WatchedFiles(snapshot.sources)
        self.used_at = clock.now()
        cold = replicas[0].cold_reason
        self._become(
            status=LoadStatus.LOADED,
            snapshot=snapshot,
            failure=None,
            stale=False,
            progress="",
            launch=f"spawn: {cold}" if cold else "fork",
            kernel=self._kernel_ids(),
        )
        for replica in before:
            retiring = asyncio.ensure_future(replica.retire())
            self._background.add(retiring)
            retiring.add_done_callback(self._background.discard)
        if not self.is_current(snapshot):  # saved while it was being imported
            self._reload_soon()

    def is_current(self, snapshot: LocationSnapshot) -> bool:
        """Whether the files on disk are those that were loaded; True when they are on another machine."""
        if self.entry.gateway is not None:
            return True
        if not snapshot.sources:
            return False
        return (
            code_version(self.entry.target.working_directory or os.getcwd(), snapshot.sources) == snapshot.code_version
        )

    async def _show_progress(self, progress: ImportProgress) -> None:
        started = clock.now()
        while True:
            await asyncio.sleep(1)
            self.output.trim()
            module = progress.module()
            at = f", at {module}" if module else ""
            self._become(progress=f"importing {self.entry.target.name}, {clock.now() - started:.0f} s{at}")

    # serving

    async def ask(self, method: str, params: dict[str, Any], timeout: float) -> Any:
        """One request to the code that serves; when its kernel ends meanwhile it is asked once more, of another."""
        self.used_at = clock.now()
        deadline = clock.now() + timeout
        replica = await self._free_replica(deadline)
        try:
            return await replica.ask(method, params, timeout)
        except LocationUnavailable:
            await self._look_after_kernels()
            if replica in self._replicas:
                raise
            again = await self._free_replica(deadline)
            return await again.ask(method, params, max(0.1, deadline - clock.now()))

    def definitions(self) -> LocationSnapshot:
        """The definitions in use; for any thread.

        Raises:
            LocationUnavailable: there are none, with the reason.
        """
        if self.state.snapshot is None:
            raise LocationUnavailable(self._why_unavailable())
        return self.state.snapshot

    def runner(self) -> RunnerAddress:
        """How a worker gets a runner for this location; for any thread."""
        self.used_at = clock.now()
        return runner_address(self.entry, self._environment, self._replicas, self.state.snapshot)

    def memory(self) -> int:
        """Bytes that its processes hold now; for any thread."""
        return sum(replica.memory() for replica in list(self._replicas))

    def printed(self) -> str:
        """The end of what its code has printed while it was imported and asked; for any thread."""
        return self._around.mask().text(self.output.tail())

    @property
    def is_awake(self) -> bool:
        """Whether it has kernels."""
        return bool(self._replicas)

    @property
    def is_idle(self) -> bool:
        """Whether nobody waits for it."""
        return not self._loading.locked() and not any(replica.open_calls for replica in self._replicas)

    async def sleep(self) -> None:
        """End its kernels; definitions stay, and the next request wakes it."""
        asleep, self._replicas = self._replicas, []
        self._become(progress=ASLEEP, kernel="")
        await asyncio.gather(*(replica.stop() for replica in asleep))

    async def stop(self) -> None:
        """End its kernels; runs go on."""
        self._is_stopped = True
        for task in (self._reviving, self._reloading):
            if task is not None:
                task.cancel()
        ended, self._replicas = self._replicas, []
        await asyncio.gather(*(replica.stop() for replica in ended))

    async def _free_replica(self, deadline: float) -> Replica:
        """The replica with the fewest open calls, in turns; waits for one while some are on their way."""
        while not self._replicas and clock.now() < deadline:
            if self._is_stopped:
                raise LocationUnavailable(f"code location {self.entry.target.name!r} is being stopped")
            if self.state.status == LoadStatus.ERROR:
                break
            if not self._loading.locked() and (self._reviving is None or self._reviving.done()):
                self._reloading = asyncio.ensure_future(self.load())  # asleep, or not its turn yet
            await asyncio.sleep(0.02)
        if not self._replicas:
            raise LocationUnavailable(self._why_unavailable())
        self._next += 1
        turned = self._replicas[self._next % len(self._replicas) :] + self._replicas
        return min(turned[: len(self._replicas)], key=lambda replica: replica.open_calls)

    def _why_unavailable(self) -> str:
        failure = self.state.failure
        if failure is None:
            return f"code location {self.entry.target.name!r} is still loading"
        place = f" ({failure.file}:{failure.line})" if failure.file else ""
        return f"code location {self.entry.target.name!r} does not load: {failure.cls}: {failure.message}{place}"

    def _kernel_ids(self) -> str:
        return " ".join(replica.kernel_id for replica in self._replicas)

    # watching

    async def turn(self) -> None:
        """One look at kernels, files and output."""
        await self._look_after_kernels()
        if not self._loading.locked() and self._files.saved():
            self._on_saved()
        self.output.trim()

    def _on_saved(self) -> None:
        self._files.read()
        snapshot = self.state.snapshot
        if self.state.status == LoadStatus.LOADED and snapshot is not None and self.is_current(snapshot):
            if self.state.stale:
                self._become(stale=False, progress="")  # the edit was taken back
        elif self._around.reload_on_change:
            self._reload_soon()
        else:
            self._become(stale=True, progress=EDITED)

    def _reload_soon(self) -> None:
        if self._around.reload_on_change:
            self._reloading = asyncio.ensure_future(self.load())

    async def _look_after_kernels(self) -> None:
        dead = [replica for replica in self._replicas if not await replica.is_alive()]
        if self._reviving is not None and not self._reviving.done():
            return
        if not dead:
            self._reload_when_unreachable()
            return
        self._replicas = [replica for replica in self._replicas if replica not in dead]
        self._reviving = asyncio.ensure_future(self._bring_back(dead))

    def _reload_when_unreachable(self) -> None:
        """Once: code that does not load any more is an error, and its runs start cold."""
        is_reachable = all(replica.is_reachable() for replica in self._replicas)
        if not is_reachable and self.state.status is LoadStatus.LOADED:
            log.warning("code location %s: somebody has removed its sockets; it loads again", self.entry.target.name)
            self._reviving = asyncio.ensure_future(self.load())

    async def _bring_back(self, dead: list[Replica]) -> None:
        """Kernels that ended by themselves come back, slower each time; a storm of crashes is given up on."""
        how = how_it_ended(dead[0].exit_status())
        log.warning("code location %s: %s (%s); see %s", self.entry.target.name, ENDED, how, self.output.path)
        delay = self._crashes.note()
        generation = self._generation
        if delay is None:
            await self._give_up(dead, how)
            return
        note = f"{ENDED} ({how}); restarting"
        if self._replicas:
            self._become(progress=note, kernel=self._kernel_ids())
        else:
            self._become(status=LoadStatus.LOADING, stale=True, progress=note, kernel="")
        await asyncio.sleep(delay)
        revived = [again for replica in dead if (again := await replica.forked_again()) is not None]
        for replica in dead:
            await replica.stop()
        if len(revived) < len(dead) or generation != self._generation:
            for replica in revived:
                await replica.stop()
            if generation == self._generation:
                await self.load()
            return
        self._replicas = [*self._replicas, *revived]
        self._become(status=LoadStatus.LOADED, stale=False, failure=None, progress="", kernel=self._kernel_ids())

    async def _give_up(self, dead: list[Replica], how: str) -> None:
        for replica in [*dead, *self._replicas]:
            await replica.stop()
        self._replicas = []
        storm = f"{ENDED} {len(self._crashes)} times in {WINDOW / 60:g} minutes ({how}); it is not started again"
        failure = Failure(
            cls="KernelDied",
            message=storm,
            stack=self.output.tail_lines(),
            hint=f"see {self.output.path}, mend the code and reload",
        )
        self._become(
            status=LoadStatus.ERROR, failure=self._around.mask().failure(failure), stale=True, progress="", kernel=""
        )

    def _become(self, **changes: Any) -> None:
        self.state = replace(self.state, updated=clock.now(), **changes)
        self._around.changed(self.state)
