"""The instance as user code sees it. The ephemeral one keeps everything in memory and leaves no file behind."""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from dataclasses import dataclass, replace
from typing import Any

from jupyter_orch.definitions.asset_sensor import AssetEvent
from jupyter_orch.definitions.errors import DagsterInvariantViolationError, DagsterRunNotFoundError
from jupyter_orch.definitions.metadata import AssetKey
from jupyter_orch.definitions.run import PipelineRun
from jupyter_orch.records.event import Event, EventType
from jupyter_orch.records.messages import KnownState
from jupyter_orch.records.status import RunStatus


@dataclass(frozen=True)
class EventLogEntry:
    """An event of a run with its place in the history."""

    run_id: str
    seq: int
    event: Event

    @property
    def message(self) -> str:
        """The fact in one sentence."""
        return self.event.message

    @property
    def step_key(self) -> str | None:
        """The step that it is about."""
        return self.event.step_key

    @property
    def timestamp(self) -> float:
        """When, in seconds since the epoch."""
        return self.event.timestamp

    @property
    def dagster_event_type(self) -> EventType:
        """What kind of fact."""
        return self.event.type


class DagsterInstance:
    """Runs and their events, and a folder for values.

    Make one with :meth:`ephemeral` or :meth:`local_temp`; inside a run, ``context.instance`` is one.
    """

    def __init__(self, folder: str | None = None, is_ephemeral: bool = True) -> None:
        self._folder = folder
        self.is_ephemeral = is_ephemeral
        self._runs: dict[str, PipelineRun] = {}
        self._events: dict[str, list[EventLogEntry]] = {}
        self._assets: dict[AssetKey, list[EventLogEntry]] = {}
        self._known: dict[str, KnownState] = {}
        self._count = 0

    @staticmethod
    def ephemeral(tempdir: str | None = None) -> DagsterInstance:
        """An instance in memory; files, where a program asks for a folder, are removed with it.

        Args:
            tempdir: keep files here instead, and leave them.
        """
        return DagsterInstance(tempdir)

    @staticmethod
    def local_temp(tempdir: str | None = None) -> DagsterInstance:
        """An instance with a folder, so that steps may run in processes of their own.

        Args:
            tempdir: the folder; a temporary one, removed with the instance, when left out.
        """
        made = DagsterInstance(tempdir, is_ephemeral=False)
        made.storage_directory()
        return made

    @staticmethod
    def in_run(run: PipelineRun, folder: str) -> DagsterInstance:
        """The instance as a run's own process sees it: that run, and the folder."""
        made = DagsterInstance(folder or None, is_ephemeral=not folder)
        made._runs[run.run_id] = run
        return made

    @staticmethod
    def get() -> DagsterInstance:
        """The deployment's instance; only there where the server's part is installed and configured.

        Raises:
            DagsterInvariantViolationError: there is none in this process.
        """
        raise DagsterInvariantViolationError(
            "no persistent instance can be opened from this process; use DagsterInstance.ephemeral(), "
            "context.instance inside a run, or the command line "
            "(jupyter orch run list) to look at the deployment"
        )

    def __enter__(self) -> DagsterInstance:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def storage_directory(self) -> str:
        """The folder for values."""
        if self._folder is None:
            self._folder = tempfile.mkdtemp(prefix="jupyter-orch-")
            weakref.finalize(self, _remove, self._folder, os.getpid())
        return self._folder

    # runs

    def add_run(self, run: PipelineRun, known: KnownState | None = None) -> PipelineRun:
        """Remember a run, and the earlier work that it builds on."""
        self._runs[run.run_id] = run
        if known is not None:
            self._known[run.run_id] = known
        return run

    def known_of(self, run_id: str) -> KnownState | None:
        """The earlier work that a run was built on, or None."""
        return self._known.get(run_id)

    def set_status(self, run_id: str, status: RunStatus) -> PipelineRun:
        """Note where a run is in its life."""
        self._runs[run_id] = replace(self._runs[run_id], status=status)
        return self._runs[run_id]

    def get_run_by_id(self, run_id: str) -> PipelineRun | None:
        """The run, or None."""
        return self._runs.get(run_id)

    def has_run(self, run_id: str) -> bool:
        """Whether the run is known."""
        return run_id in self._runs

    def get_runs(self, filters: Any = None, limit: int | None = None) -> list[PipelineRun]:
        """Runs, newest first.

        Args:
            filters: any object with ``run_ids``, ``pipeline_name``, ``statuses``, ``tags`` as far as they matter.
            limit: at most so many.
        """
        found = [run for run in reversed(self._runs.values()) if filters is None or _fits(run, filters)]
        return found if limit is None else found[:limit]

    def get_runs_count(self, filters: Any = None) -> int:
        """How many runs there are."""
        return len(self.get_runs(filters))

    def get_run_tags(self, run_id: str) -> dict[str, str]:
        """Tags of a run.

        Raises:
            DagsterRunNotFoundError: the run is not known.
        """
        run = self._runs.get(run_id)
        if run is None:
            raise DagsterRunNotFoundError(f"the instance knows no run {run_id!r}")
        return run.tags

    def delete_run(self, run_id: str) -> None:
        """Forget a run and its events."""
        self._runs.pop(run_id, None)
        self._events.pop(run_id, None)

    # events

    def add_event(self, run_id: str, event: Event) -> EventLogEntry:
        """Remember an event."""
        self._count += 1
        entry = EventLogEntry(run_id, self._count, event)
        self._events.setdefault(run_id, []).append(entry)
        if event.type is EventType.ASSET_MATERIALIZATION:
            self._assets.setdefault(AssetKey(event.data["asset_key"]), []).append(entry)
        return entry

    def all_logs(self, run_id: str, of_type: Any = None) -> list[EventLogEntry]:
        """Events of a run, oldest first."""
        entries = self._events.get(run_id, [])
        return list(entries) if of_type is None else [entry for entry in entries if entry.event.type == of_type]

    def all_asset_keys(self) -> list[AssetKey]:
        """Every asset that was materialized."""
        return sorted(self._assets, key=lambda key: key.path)

    def has_asset_key(self, asset_key: AssetKey) -> bool:
        """Whether the asset was materialized."""
        return asset_key in self._assets

    def events_for_asset_key(self, asset_key: AssetKey, partitions: list[str] | None = None) -> list[EventLogEntry]:
        """Materializations of an asset, newest first."""
        entries = reversed(self._assets.get(asset_key, []))
        return [entry for entry in entries if partitions is None or entry.event.data["partition"] in partitions]

    def get_latest_materialization_event(self, asset_key: AssetKey) -> EventLogEntry | None:
        """The newest materialization of an asset, or None."""
        entries = self._assets.get(asset_key)
        return entries[-1] if entries else None

    def latest_materialization(self, asset_key: AssetKey, after: str | None = None) -> tuple[int, AssetEvent] | None:
        """The newest materialization behind a cursor, with its own cursor, as asset sensors want it."""
        entry = self.get_latest_materialization_event(asset_key)
        if entry is None or (after and after.isdigit() and entry.seq <= int(after)):
            return None
        data = entry.event.data
        return entry.seq, AssetEvent(
            asset_key, entry.run_id, entry.timestamp, data["partition"], tuple(data["metadata"])
        )


def _remove(folder: str, owner: int) -> None:
    if os.getpid() == owner:
        shutil.rmtree(folder, ignore_errors=True)


def _fits(run: PipelineRun, filters: Any) -> bool:
    run_ids, name = getattr(filters, "run_ids", None), getattr(filters, "pipeline_name", None)
    statuses, tags = getattr(filters, "statuses", None), getattr(filters, "tags", None)
    return (
        (not run_ids or run.run_id in run_ids)
        and (not name or run.pipeline_name == name)
        and (not statuses or run.status in statuses)
        and all(run.tags.get(key) == value for key, value in (tags or {}).items())
    )


@dataclass(frozen=True)
class PipelineRunsFilter:
    """Which runs to list; what is None does not matter."""

    run_ids: list[str] | None = None
    pipeline_name: str | None = None
    statuses: list[RunStatus] | None = None
    tags: dict[str, str] | None = None


RunsFilter = PipelineRunsFilter
