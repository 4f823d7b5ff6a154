"""What an instance is to code that runs pipelines itself: where the two wings meet without a server.

The user wing keeps everything in memory (``execution.memory_archive``) or asks for the deployment's own storage
(``execution.door``), which the server wing hands out behind the same promises (``jupyter_orch.scripts``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from jupyter_orch.records.asset import AssetFact, AssetFilter, AssetPath
from jupyter_orch.records.event import Event, EventType, StoredEvent
from jupyter_orch.records.failure import Failure
from jupyter_orch.records.run import Run, RunFilter, Submission
from jupyter_orch.records.status import RunStatus


class Archive(Protocol):
    """Runs, their events, and assets. Thread-safe; whoever reads sees what the same process has written."""

    # a run of this process

    def begin(self, run_id: str, submission: Submission, message: str, on_cancel: Callable[[], None]) -> Event:
        """Store a run that this process is about to execute, as STARTED.

        Args:
            message: the first line of its log.
            on_cancel: called, maybe from another thread, when somebody asks for the run to stop.

        Returns:
            Its first event.
        """

    def append(self, run_id: str, event: Event) -> bool:
        """Note an event of a run that this process executes; False when somebody else has ended that run."""

    def end(self, run_id: str, status: RunStatus, message: str, failure: Failure | None = None) -> Event:
        """End a run of this process as SUCCESS, FAILURE or CANCELED.

        Returns:
            Its last event; that of somebody else who was first.
        """

    # runs

    def get_run(self, run_id: str) -> Run | None:
        """The run as it is now."""

    def list_runs(self, where: RunFilter, *, limit: int, before: int | None = None) -> list[Run]:
        """Runs that fit, newest first; with ``before`` only those older than that ``Run.cursor``."""

    def count_runs(self, where: RunFilter) -> int:
        """How many runs fit."""

    def read_events(
        self, run_id: str, *, after: int = 0, limit: int = 1000, types: Iterable[str] | None = None
    ) -> list[StoredEvent]:
        """Events with a number greater than ``after``, oldest first."""

    def note(self, run_id: str, event: Event) -> bool:
        """Add an event to a run that anybody executes; False when it has ended or does not exist."""

    def fail_run(self, run_id: str, reason: str) -> bool:
        """End a run that has not ended as FAILURE, whoever executes it; False when there is none."""

    def cancel_run(self, run_id: str, who: str) -> bool:
        """Cancel a run that has not ended: at once when it waits, else it is asked to stop; False when there is
        none.
        """

    def delete_run(self, run_id: str) -> bool:
        """Remove a finished run, its events and files; False when it has not ended or does not exist."""

    # assets, see ``ports.AssetStorage``

    def list_assets(self, prefix: AssetPath = (), *, limit: int, after: AssetPath | None = None) -> list[AssetPath]:
        """Keys of assets that have any fact, ordered part by part."""

    def asset_facts(
        self, keys: Sequence[AssetPath], where: AssetFilter, *, limit: int
    ) -> dict[AssetPath, list[AssetFact]]:
        """For each of the keys that has any, the facts that fit, newest first."""

    def count_partitions(self, keys: Sequence[AssetPath]) -> dict[AssetPath, dict[str, int]]:
        """For each of the keys that has any: partition → how many materializations."""

    def wipe_assets(self, keys: Sequence[AssetPath]) -> list[AssetPath]:
        """Forget all facts of these assets; gives the keys that had any."""

    # the rest

    @property
    def is_persistent(self) -> bool:
        """Whether runs outlive this process."""

    def home_folder(self) -> str:
        """The instance's folder."""

    def artifact_folder(self) -> str:
        """Folder for values, made when it is not there."""

    def close(self) -> None:
        """Let go of what is open."""


def asset_fact(cursor: int, stored: StoredEvent) -> AssetFact | None:
    """What an event tells of an asset, or None when it is about none.

    Args:
        cursor: its place among all facts.
    """
    data, event = stored.event.data, stored.event
    if event.type not in (EventType.ASSET_MATERIALIZATION, EventType.ASSET_OBSERVATION):
        return None
    return AssetFact(
        cursor=cursor,
        type=event.type,
        asset_key=tuple(data["asset_key"]),
        run_id=stored.run_id,
        seq=stored.seq,
        timestamp=event.timestamp,
        step_key=event.step_key,
        partition=data.get("partition"),
        description=data.get("description") or "",
        metadata=tuple(data.get("metadata") or ()),
        tags=data.get("tags") or {},
        lineage=tuple(tuple(parent) for parent in data.get("lineage") or ()),
    )
