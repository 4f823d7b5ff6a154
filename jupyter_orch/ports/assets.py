"""Where it is kept what runs have written and looked at."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from jupyter_orch.records.asset import AssetFact, AssetFilter, AssetPath
from jupyter_orch.records.event import StoredEvent


class AssetStorage(ABC):
    """Assets and their facts. Whoever stores an asset's event stores its fact too, in the same transaction, once; only
    where events are in another place is a fact stored by a verb of its own.

    A fact stays when its run is deleted as long as it is the newest of its asset and partition.
    """

    @abstractmethod
    def list_assets(self, prefix: AssetPath = (), *, limit: int, after: AssetPath | None = None) -> list[AssetPath]:
        """Keys of assets that have any fact, ordered part by part.

        Args:
            prefix: only keys that begin with these parts.
            limit: at most so many.
            after: only keys behind this one.
        """

    @abstractmethod
    def asset_facts(
        self, keys: Sequence[AssetPath], where: AssetFilter, *, limit: int
    ) -> dict[AssetPath, list[AssetFact]]:
        """For each of the keys that has any, the facts that fit, newest first, at most ``limit`` for each key."""

    @abstractmethod
    def asset_facts_of_runs(self, run_ids: Sequence[str]) -> dict[str, list[AssetFact]]:
        """For each of the runs that has any, its facts in the order of its history."""

    @abstractmethod
    def count_partitions(self, keys: Sequence[AssetPath]) -> dict[AssetPath, dict[str, int]]:
        """For each of the keys that has any: partition → how many materializations; without a partition none counts."""

    @abstractmethod
    def asset_lineage(
        self, keys: Sequence[AssetPath], *, upstream: bool, depth: int = 1
    ) -> list[tuple[AssetPath, AssetPath]]:
        """What was made from what, as pairs (asset, one that it was made from), each once, the nearest first.

        Args:
            keys: where to start.
            upstream: towards what they were made from; False: towards what was made from them.
            depth: how many steps to go.
        """

    @abstractmethod
    def put_facts(self, events: Sequence[StoredEvent]) -> None:
        """Store the facts among events that are kept in another place; one that is stored already stays as it is."""

    @abstractmethod
    def forget_run(self, run_id: str) -> None:
        """A run that was kept in another place is deleted: remove its facts that newer ones have replaced."""

    @abstractmethod
    def wipe_assets(self, keys: Sequence[AssetPath]) -> list[AssetPath]:
        """Forget all facts of these assets and what they were made from; the runs' events stay.

        Returns:
            The keys that had any.
        """
