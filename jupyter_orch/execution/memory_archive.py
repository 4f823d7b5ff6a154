"""An instance's runs, events and assets in memory: gone with the process, no file but those of values."""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from time import time

from jupyter_orch.records.archive import asset_fact
from jupyter_orch.records.asset import AssetFact, AssetFilter, AssetPath
from jupyter_orch.records.codec import to_json
from jupyter_orch.records.event import Event, EventType, StoredEvent
from jupyter_orch.records.failure import Failure
from jupyter_orch.records.run import Run, RunFilter, Submission
from jupyter_orch.records.status import RunStatus

_END_EVENTS = {
    RunStatus.SUCCESS: (EventType.PIPELINE_SUCCESS, "INFO"),
    RunStatus.FAILURE: (EventType.PIPELINE_FAILURE, "ERROR"),
    RunStatus.CANCELED: (EventType.PIPELINE_CANCELED, "WARNING"),
}


class MemoryArchive:
    """See :class:`jupyter_orch.records.archive.Archive`.

    Args:
        folder: where values are kept; a temporary one, removed with the archive, when left out.
    """

    def __init__(self, folder: str | None = None) -> None:
        self._folder = folder
        self._runs: dict[str, Run] = {}
        self._events: dict[str, list[StoredEvent]] = {}
        self._facts: list[AssetFact] = []
        self._count = 0

    # a run of this process

    def begin(self, run_id: str, submission: Submission, message: str, on_cancel: Callable[[], None]) -> Event:
        """See ``Archive``; nobody else can cancel the run."""
        self._count += 1
        now = time()
        self._runs[run_id] = Run(
            run_id=run_id,
            submission=submission,
            status=RunStatus.STARTED,
            cursor=self._count,
            create_time=now,
            start_time=now,
        )
        self._events[run_id] = []
        event = Event(type=EventType.PIPELINE_START, timestamp=now, message=message)
        self.append(run_id, event)
        return event

    def append(self, run_id: str, event: Event) -> bool:
        """See ``Archive``."""
        events = self._events.get(run_id)
        if events is None:  # the run was deleted while it was going on
            return False
        stored = StoredEvent(run_id=run_id, seq=len(events) + 1, event=event)
        events.append(stored)
        if event.type is EventType.ASSET_MATERIALIZATION or event.type is EventType.ASSET_OBSERVATION:
            self._count += 1
            fact = asset_fact(self._count, stored)
            if fact is not None:
                self._facts.append(fact)
        return True

    def end(self, run_id: str, status: RunStatus, message: str, failure: Failure | None = None) -> Event:
        """See ``Archive``."""
        run = self._runs.get(run_id)
        if run is not None and run.is_final:  # somebody else was first
            return self._events[run_id][-1].event
        kind, level = _END_EVENTS[status]
        data = {} if failure is None else {"failure": to_json(failure)}
        event = Event(type=kind, timestamp=time(), message=message, level=level, data=data)
        if self.append(run_id, event):
            self._runs[run_id] = replace(self._runs[run_id], status=status, end_time=event.timestamp, failure=failure)
        return event

    # runs

    def get_run(self, run_id: str) -> Run | None:
        """See ``Archive``."""
        run = self._runs.get(run_id)
        return None if run is None else replace(run, event_seq=len(self._events[run_id]))

    def list_runs(self, where: RunFilter, *, limit: int, before: int | None = None) -> list[Run]:
        """See ``Archive``."""
        found = [run for run in self._runs.values() if (before is None or run.cursor < before) and _fits(run, where)]
        return found[: -limit - 1 : -1] if limit else []

    def count_runs(self, where: RunFilter) -> int:
        """See ``Archive``."""
        return sum(1 for run in self._runs.values() if _fits(run, where))

    def read_events(
        self, run_id: str, *, after: int = 0, limit: int = 1000, types: Iterable[str] | None = None
    ) -> list[StoredEvent]:
        """See ``Archive``."""
        wanted = None if types is None else set(types)
        events = self._events.get(run_id, ())[after:]
        return [stored for stored in events if wanted is None or stored.event.type in wanted][:limit]

    def note(self, run_id: str, event: Event) -> bool:
        """See ``Archive``."""
        run = self._runs.get(run_id)
        return run is not None and not run.is_final and self.append(run_id, event)

    def fail_run(self, run_id: str, reason: str) -> bool:
        """See ``Archive``."""
        return self._end_unfinished(run_id, RunStatus.FAILURE, reason)

    def cancel_run(self, run_id: str, who: str) -> bool:
        """See ``Archive``; a run in memory has nobody else to ask, so it ends at once."""
        return self._end_unfinished(run_id, RunStatus.CANCELED, f"Canceled by {who}.")

    def _end_unfinished(self, run_id: str, status: RunStatus, message: str) -> bool:
        run = self._runs.get(run_id)
        if run is None or run.is_final:
            return False
        failure = Failure(cls="RunFailure", message=message) if status is RunStatus.FAILURE else None
        self.end(run_id, status, message, failure)
        return True

    def delete_run(self, run_id: str) -> bool:
        """See ``Archive``."""
        run = self._runs.get(run_id)
        if run is None or not run.is_final:
            return False
        del self._runs[run_id], self._events[run_id]
        newest = {(fact.asset_key, fact.type, fact.partition): fact.cursor for fact in self._facts}
        self._facts = [
            fact
            for fact in self._facts
            if fact.run_id != run_id or newest[fact.asset_key, fact.type, fact.partition] == fact.cursor
        ]
        return True

    # assets

    def list_assets(self, prefix: AssetPath = (), *, limit: int, after: AssetPath | None = None) -> list[AssetPath]:
        """See ``Archive``."""
        keys = sorted({fact.asset_key for fact in self._facts})
        return [key for key in keys if key[: len(prefix)] == tuple(prefix) and (after is None or key > tuple(after))][
            :limit
        ]

    def asset_facts(
        self, keys: Sequence[AssetPath], where: AssetFilter, *, limit: int
    ) -> dict[AssetPath, list[AssetFact]]:
        """See ``Archive``."""
        found: dict[AssetPath, list[AssetFact]] = {key: [] for key in keys}
        for fact in reversed(self._facts):
            chosen = found.get(fact.asset_key)
            if chosen is not None and len(chosen) < limit and _is_asked_for(fact, where):
                chosen.append(fact)
        return {key: facts for key, facts in found.items() if facts}

    def count_partitions(self, keys: Sequence[AssetPath]) -> dict[AssetPath, dict[str, int]]:
        """See ``Archive``."""
        found: dict[AssetPath, dict[str, int]] = {}
        for fact in self._facts:
            if fact.partition is not None and fact.asset_key in keys and fact.type is EventType.ASSET_MATERIALIZATION:
                counts = found.setdefault(fact.asset_key, {})
                counts[fact.partition] = counts.get(fact.partition, 0) + 1
        return {key: dict(sorted(found[key].items())) for key in keys if key in found}

    def wipe_assets(self, keys: Sequence[AssetPath]) -> list[AssetPath]:
        """See ``Archive``."""
        had = {fact.asset_key for fact in self._facts if fact.asset_key in keys}
        self._facts = [fact for fact in self._facts if fact.asset_key not in had]
        return [key for key in dict.fromkeys(keys) if key in had]

    # the rest

    is_persistent = False

    def home_folder(self) -> str:
        """See ``Archive``."""
        return self.artifact_folder()

    def artifact_folder(self) -> str:
        """See ``Archive``."""
        if self._folder is None:
            self._folder = tempfile.mkdtemp(prefix="jupyter-orch-")
            weakref.finalize(self, _remove, self._folder, os.getpid())
        return self._folder

    def close(self) -> None:
        """See ``Archive``; nothing is open."""


def _remove(folder: str, owner: int) -> None:
    if os.getpid() == owner:
        shutil.rmtree(folder, ignore_errors=True)


def _fits(run: Run, where: RunFilter) -> bool:
    asked = run.submission
    return (
        (where.run_ids is None or run.run_id in where.run_ids)
        and (where.pipeline is None or asked.selector.pipeline == where.pipeline)
        and (where.statuses is None or run.status in where.statuses)
        and (where.location is None or asked.location == where.location)
        and (where.repository is None or asked.selector.repository == where.repository)
        and (where.root_run_id is None or where.root_run_id == (asked.root_run_id or run.run_id))
        and (where.root_run_ids is None or (asked.root_run_id or run.run_id) in where.root_run_ids)
        and (where.created_after is None or run.create_time > where.created_after)
        and (where.created_before is None or run.create_time < where.created_before)
        and all(asked.tags.get(key) == value for key, value in where.tags.items())
    )


def _is_asked_for(fact: AssetFact, where: AssetFilter) -> bool:
    return (
        fact.type == where.type
        and (where.partitions is None or fact.partition in where.partitions)
        and (where.before is None or fact.cursor < where.before)
        and (where.after is None or fact.cursor > where.after)
        and (where.before_time is None or fact.timestamp < where.before_time)
        and (where.after_time is None or fact.timestamp > where.after_time)
    )
