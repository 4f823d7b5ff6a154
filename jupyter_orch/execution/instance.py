"""The instance as user code sees it: runs, their events, assets, and a folder for values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast, overload

from jupyter_orch.definitions.asset_key import AssetKey
from jupyter_orch.definitions.asset_sensor import AssetEvent
from jupyter_orch.definitions.errors import DagsterInvariantViolationError
from jupyter_orch.definitions.run import PipelineRun
from jupyter_orch.execution import events
from jupyter_orch.execution.door import LazyArchive, open_archive
from jupyter_orch.execution.event_log_entry import EventLogEntry, EventLogRecord, EventRecordsFilter, entry_of
from jupyter_orch.execution.memory_archive import MemoryArchive
from jupyter_orch.execution.run_affairs import ALL, RunAffairs
from jupyter_orch.execution.run_lists import PipelineRunsFilter as PipelineRunsFilter
from jupyter_orch.execution.run_lists import RunsFilter as RunsFilter
from jupyter_orch.execution.run_lists import pipeline_run_of, run_filter_of
from jupyter_orch.records.archive import Archive
from jupyter_orch.records.asset import ASSET_EVENTS, AssetFact, AssetFilter
from jupyter_orch.records.event import EventType, StoredEvent
from jupyter_orch.records.messages import KnownState
from jupyter_orch.records.run import RunFilter


class DagsterInstance(RunAffairs):
    """Runs and their events, assets, and a folder for values.

    :meth:`ephemeral` keeps them in memory, :meth:`get` in the deployment's own storage, where the panel shows them;
    inside a run, a schedule or a sensor ``context.instance`` is the deployment's.

    Example:
        >>> result = execute_pipeline(greetings, instance=DagsterInstance.get())
        >>> DagsterInstance.get().get_run_by_id(result.run_id).is_success
        True
    """

    def __init__(self, archive: Archive, is_ephemeral: bool = True, own_run: PipelineRun | None = None) -> None:
        self.archive = archive
        self.is_ephemeral = is_ephemeral
        self._own_run = own_run

    @staticmethod
    def ephemeral(tempdir: str | None = None) -> DagsterInstance:
        """An instance in memory; files, where a program asks for a folder, are removed with it.

        Args:
            tempdir: keep files here instead, and leave them.
        """
        return DagsterInstance(MemoryArchive(tempdir))

    @staticmethod
    def get() -> DagsterInstance:
        """The deployment's instance: that of ``$JUPYTER_ORCH_HOME``, or of Jupyter's data folder.

        Raises:
            DagsterInvariantViolationError: the server's part of the package is not installed here.
            OrchError: its settings are wrong, or its storage can not be opened; says why.
        """
        return DagsterInstance(open_archive(None), is_ephemeral=False)

    @staticmethod
    def local_temp(tempdir: str | None = None) -> DagsterInstance:
        """An instance with a folder of its own, so that steps may run in processes of their own.

        Args:
            tempdir: the folder; runs, events and assets are kept in it as well. When left out, these are kept in
                memory, and the folder is a temporary one, removed with the instance.

        Raises:
            DagsterInvariantViolationError, OrchError: as for :meth:`get`, when there is a ``tempdir``.
        """
        archive = MemoryArchive() if tempdir is None else open_archive(tempdir)
        archive.artifact_folder()
        return DagsterInstance(archive, is_ephemeral=False)

    @staticmethod
    def in_run(run: PipelineRun, folder: str, home: str) -> DagsterInstance:
        """The instance as a run's own process sees it: opened when it is asked for more than that run.

        Args:
            folder: for values.
            home: the instance's folder; empty where there is no deployment.
        """
        archive = LazyArchive(home, folder) if home else MemoryArchive(folder or None)
        return DagsterInstance(cast(Archive, archive), is_ephemeral=not folder, own_run=run)

    @staticmethod
    def of_deployment() -> DagsterInstance:
        """:meth:`get`, opened when it is first asked for something."""
        return DagsterInstance(cast(Archive, LazyArchive(None)), is_ephemeral=False)

    def __enter__(self) -> DagsterInstance:
        return self

    def __exit__(self, *_: object) -> None:
        self.dispose()

    def dispose(self) -> None:
        """Let go of what is open; what is asked for later opens it again."""
        self.archive.close()

    @property
    def is_persistent(self) -> bool:
        """Whether runs outlive this process."""
        return self.archive.is_persistent

    @property
    def home(self) -> str:
        """The instance's folder; empty when runs end with this process."""
        return self.archive.home_folder() if self.is_persistent else ""

    @property
    def root_directory(self) -> str:
        """The instance's folder."""
        return self.archive.home_folder()

    def storage_directory(self) -> str:
        """The folder for values."""
        return self.archive.artifact_folder()

    # runs

    def known_of(self, run_id: str) -> KnownState | None:
        """The earlier work that a run was built on, or None."""
        run = self.archive.get_run(run_id)
        return None if run is None else run.submission.known

    def get_run_by_id(self, run_id: str) -> PipelineRun | None:
        """The run, or None."""
        if self._own_run is not None and run_id == self._own_run.run_id:
            return self._own_run
        run = self.archive.get_run(run_id)
        return None if run is None else pipeline_run_of(run)

    def has_run(self, run_id: str) -> bool:
        """Whether the run is known."""
        return self.get_run_by_id(run_id) is not None

    def get_runs(self, filters: Any = None, cursor: str | None = None, limit: int | None = None) -> list[PipelineRun]:
        """Runs, newest first.

        Args:
            filters: a ``PipelineRunsFilter``, or any object with ``run_ids``, ``pipeline_name``, ``statuses``, ``tags``
                as far as they matter.
            cursor: id of a run; only older ones.
            limit: at most so many.

        Raises:
            DagsterRunNotFoundError: the cursor is no run.
        """
        before = None
        if cursor is not None:
            before = self._known_run(cursor).cursor
        found = self.archive.list_runs(run_filter_of(filters), limit=ALL if limit is None else limit, before=before)
        return [pipeline_run_of(run) for run in found]

    def get_runs_count(self, filters: Any = None) -> int:
        """How many runs there are."""
        return self.archive.count_runs(run_filter_of(filters))

    @overload
    def get_run_tags(self) -> list[tuple[str, set[str]]]: ...

    @overload
    def get_run_tags(self, run_id: str) -> dict[str, str]: ...

    def get_run_tags(self, run_id: str | None = None) -> dict[str, str] | list[tuple[str, set[str]]]:
        """Tags of a run; without one, every tag that a run has, with all its values.

        Raises:
            DagsterRunNotFoundError: the run is not known.
        """
        if run_id is None:
            return self.get_tags_of_runs()
        run = self.get_run_by_id(run_id)
        return self._known_run(run_id).submission.tags if run is None else run.tags

    def get_run_group(self, run_id: str) -> tuple[str, list[PipelineRun]]:
        """The first run of a run's family, and all runs of it, newest first.

        Raises:
            DagsterRunNotFoundError: the run is not known.
        """
        root = self._known_run(run_id).submission.root_run_id or run_id
        family = self.archive.list_runs(RunFilter(root_run_id=root), limit=ALL)
        return root, [pipeline_run_of(run) for run in family]

    def delete_run(self, run_id: str) -> None:
        """Remove a finished run with its events, logs and files.

        Raises:
            DagsterRunNotFoundError: the run is not known.
            DagsterInvariantViolationError: it has not ended.
        """
        if not self.archive.delete_run(run_id):
            run = self._known_run(run_id)
            raise DagsterInvariantViolationError(f"run {run_id!r} is {run.status}; cancel it before it is deleted")

    # events

    def all_logs(self, run_id: str, of_type: Any = None) -> list[EventLogEntry]:
        """Events of a run, oldest first.

        Args:
            of_type: a ``DagsterEventType``, or several.
        """
        return self.logs_after(run_id, -1, of_type)

    def logs_after(
        self, run_id: str, cursor: int = -1, of_type: Any = None, limit: int | None = None
    ) -> list[EventLogEntry]:
        """Events of a run behind one that was seen, oldest first.

        Args:
            cursor: ``seq`` of the last one seen; -1 or 0 for none.
            of_type: as for :meth:`all_logs`.
            limit: at most so many.
        """
        run = self.archive.get_run(run_id)
        name = run.submission.selector.pipeline if run is not None else ""
        found = self.archive.read_events(
            run_id, after=max(cursor, 0), limit=ALL if limit is None else limit, types=_types(of_type)
        )
        return [_entry(stored, name) for stored in found]

    def report_engine_event(
        self,
        message: str,
        pipeline_run: PipelineRun | None = None,
        engine_event_data: Any = None,
        cls: Any = None,
        step_key: str | None = None,
        pipeline_name: str | None = None,
        run_id: str | None = None,
    ) -> EventLogEntry:
        """Add a line of yours to the log of a run that has not ended.

        Args:
            message: the line.
            pipeline_run: the run; or ``run_id``.
            engine_event_data: a dict of JSON values that goes with it.
            cls: who says it; its name stands before the message.
            step_key: the step that it is about.
            pipeline_name: of the run; not needed.

        Raises:
            DagsterInvariantViolationError: it is not said which run, or the run has ended.
            DagsterRunNotFoundError: the run is not known.
        """
        chosen = run_id or (pipeline_run.run_id if pipeline_run is not None else None)
        if chosen is None:
            raise DagsterInvariantViolationError("report_engine_event needs the run: pass pipeline_run or run_id")
        data = engine_event_data if isinstance(engine_event_data, dict) else {}
        event = events.engine(f"[{cls.__name__}] {message}" if cls is not None else message, step_key, **data)
        if not self.archive.note(chosen, event):
            run = self._known_run(chosen)
            raise DagsterInvariantViolationError(f"run {chosen!r} is {run.status}; nothing can be added to its log")
        run = self._known_run(chosen)
        return EventLogEntry(chosen, run.event_seq, event, run.submission.selector.pipeline)

    # assets

    def all_asset_keys(self) -> list[AssetKey]:
        """Every asset that was materialized or observed."""
        return self.get_asset_keys()

    def get_asset_keys(
        self, prefix: Sequence[str] | None = None, limit: int | None = None, cursor: Any = None
    ) -> list[AssetKey]:
        """Assets that were materialized or observed, ordered part by part.

        Args:
            prefix: only keys that begin with these parts.
            limit: at most so many.
            cursor: an asset key; only those behind it.
        """
        after = None if cursor is None else AssetKey.of(cursor).parts
        found = self.archive.list_assets(tuple(prefix or ()), limit=ALL if limit is None else limit, after=after)
        return [AssetKey(list(path)) for path in found]

    def has_asset_key(self, asset_key: Any) -> bool:
        """Whether the asset was materialized or observed."""
        path = AssetKey.of(asset_key).parts
        return path in self.archive.list_assets(path, limit=1)

    def events_for_asset_key(
        self,
        asset_key: Any,
        partitions: Sequence[str] | None = None,
        before_cursor: Any = None,
        after_cursor: Any = None,
        cursor: Any = None,
        before_timestamp: float | None = None,
        limit: int | None = None,
        ascending: bool = False,
    ) -> list[tuple[int, EventLogEntry]]:
        """Materializations of an asset, each with the id that later calls can go on from; newest first.

        Args:
            asset_key: the asset.
            partitions: of these slices only.
            before_cursor, after_cursor: ids, neither included; text of a number is taken as well, e.g. a sensor's
                cursor.
            cursor: another name of ``before_cursor``, or of ``after_cursor`` when ``ascending``.
            before_timestamp: seconds since the epoch.
            limit: at most so many.
            ascending: oldest first.
        """
        if cursor is not None:
            before_cursor, after_cursor = (before_cursor, cursor) if ascending else (cursor, after_cursor)
        wanted = AssetFilter(
            partitions=None if partitions is None else tuple(partitions),
            before=_number(before_cursor),
            after=_number(after_cursor),
            before_time=before_timestamp,
        )
        return self._asset_entries(AssetKey.of(asset_key), wanted, limit, ascending)

    def get_event_records(
        self, event_records_filter: EventRecordsFilter, limit: int | None = None, ascending: bool = False
    ) -> list[EventLogRecord]:
        """Materializations or observations of an asset; newest first.

        Raises:
            DagsterInvariantViolationError: the filter asks for another kind of event, or names no asset.
        """
        asked = event_records_filter
        if asked.event_type not in ASSET_EVENTS or asked.asset_key is None:
            raise DagsterInvariantViolationError(
                "get_event_records looks for events of one asset: give event_type ASSET_MATERIALIZATION or "
                "ASSET_OBSERVATION, and asset_key; events of a run are given by all_logs(run_id, of_type)"
            )
        wanted = AssetFilter(
            type=asked.event_type,
            partitions=None if asked.asset_partitions is None else tuple(asked.asset_partitions),
            before=_number(asked.before_cursor),
            after=_number(asked.after_cursor),
            before_time=asked.before_timestamp,
            after_time=asked.after_timestamp,
        )
        found = self._asset_entries(AssetKey.of(asked.asset_key), wanted, limit, ascending)
        return [EventLogRecord(number, entry) for number, entry in found]

    def get_latest_materialization_event(self, asset_key: Any) -> EventLogEntry | None:
        """The newest materialization of an asset, or None."""
        key = AssetKey.of(asset_key)
        return self.get_latest_materialization_events([key])[key]

    def get_latest_materialization_events(self, asset_keys: Iterable[Any]) -> Mapping[AssetKey, EventLogEntry | None]:
        """The newest materialization of each of several assets, None for those that have none."""
        keys = [AssetKey.of(key) for key in asset_keys]
        newest = self.archive.asset_facts([key.parts for key in keys], AssetFilter(), limit=1)
        entries = self._entries([fact for facts in newest.values() for fact in facts])
        by_path = dict(zip(newest, entries, strict=True))
        return {key: by_path.get(key.parts) for key in keys}

    def get_materialization_count_by_partition(self, asset_keys: Iterable[Any]) -> Mapping[AssetKey, dict[str, int]]:
        """For each asset: partition → how often it was materialized."""
        keys = [AssetKey.of(key) for key in asset_keys]
        counts = self.archive.count_partitions([key.parts for key in keys])
        return {key: counts.get(key.parts, {}) for key in keys}

    def run_ids_for_asset_key(self, asset_key: Any) -> list[str]:
        """Runs that materialized an asset, the newest first."""
        return list(dict.fromkeys(entry.run_id for _, entry in self.events_for_asset_key(asset_key)))

    def wipe_assets(self, asset_keys: Iterable[Any]) -> None:
        """Forget what is known of some assets; what was written stays where it is, and so do the runs' logs.

        Raises:
            DagsterInvariantViolationError: one of them is not known; nothing is forgotten then.
        """
        keys = [AssetKey.of(key) for key in asset_keys]
        unknown = [key.to_user_string() for key in keys if not self.has_asset_key(key)]
        if unknown:
            raise DagsterInvariantViolationError(f"the instance knows no asset {', '.join(map(repr, unknown))}")
        self.archive.wipe_assets([key.parts for key in keys])

    def latest_materialization(self, asset_key: AssetKey, after: str | None = None) -> tuple[int, AssetEvent] | None:
        """The newest materialization behind a cursor, with its own cursor, as asset sensors want it."""
        known = int(after) if after and after.isdigit() else None
        path = asset_key.parts
        found = self.archive.asset_facts([path], AssetFilter(after=known), limit=1).get(path)
        if not found:
            return None
        fact = found[0]
        return fact.cursor, AssetEvent(asset_key, fact.run_id, fact.timestamp, fact.partition, fact.metadata)

    def _asset_entries(
        self, key: AssetKey, wanted: AssetFilter, limit: int | None, ascending: bool
    ) -> list[tuple[int, EventLogEntry]]:
        count = ALL if limit is None or ascending else limit
        facts = self.archive.asset_facts([key.parts], wanted, limit=count).get(key.parts, [])
        if ascending:
            facts = facts[::-1][:limit]
        return [(fact.cursor, entry) for fact, entry in zip(facts, self._entries(facts), strict=True)]

    def _entries(self, facts: Sequence[AssetFact]) -> list[EventLogEntry]:
        run_ids = tuple({fact.run_id for fact in facts})
        runs = self.archive.list_runs(RunFilter(run_ids=run_ids), limit=len(run_ids)) if run_ids else []
        names = {run.run_id: run.submission.selector.pipeline for run in runs}
        return [entry_of(fact, names.get(fact.run_id, "")) for fact in facts]


def _entry(stored: StoredEvent, pipeline_name: str) -> EventLogEntry:
    return EventLogEntry(stored.run_id, stored.seq, stored.event, pipeline_name)


def _types(of_type: Any) -> list[str] | None:
    if of_type is None:
        return None
    chosen = [of_type] if isinstance(of_type, str) else list(of_type)
    return [EventType(kind).value for kind in chosen]


def _number(cursor: Any) -> int | None:
    """A cursor as a number; one that was never set is none."""
    if cursor is None or cursor == "":
        return None
    try:
        return int(cursor)
    except (TypeError, ValueError):
        raise DagsterInvariantViolationError(f"a cursor of events is a whole number, not {cursor!r}") from None
