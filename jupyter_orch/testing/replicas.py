"""What the storage of replicas and snapshots promises (:class:`jupyter_orch.ports.ReplicaStorage`)."""

from __future__ import annotations

from typing import Any

import pytest

from jupyter_orch import clock
from jupyter_orch.ports import ReplicaStorage
from jupyter_orch.records.failure import Failure
from jupyter_orch.records.snapshot import LocationSnapshot
from jupyter_orch.records.tick import Replica
from jupyter_orch.testing.opened import OpenedStorage


def replica(replica_id: str, heartbeat: float) -> Replica:
    """A process that is alive."""
    stuck: dict[str, tuple[Failure, ...]] = {"LOOP": (Failure(cls="E", message="stuck"),)}
    values: dict[str, Any] = {"host": "h", "pid": 1, "started_at": 0.5, "version": "1", "loops": {"L": 2.0}}
    return Replica(replica_id=replica_id, heartbeat=heartbeat, errors=stuck, **values)


class ReplicaStorageSuite(OpenedStorage):
    """Subclass it with a fixture ``open_storage``."""

    def test_a_replica_lives_as_long_as_it_beats(self, storage: ReplicaStorage) -> None:
        storage.beat(replica("a", 10.0))
        storage.beat(replica("b", 20.0))
        storage.beat(replica("a", 30.0))
        assert sorted(r.replica_id for r in storage.list_replicas(9.0)) == ["a", "b"]
        assert storage.list_replicas(20.0) == [replica("a", 30.0)]
        assert storage.list_replicas(30.0) == []

    def test_a_replica_that_leaves_is_gone_at_once(self, storage: ReplicaStorage) -> None:
        storage.beat(replica("a", 10.0))
        storage.remove_replica("a")
        storage.remove_replica("nobody")
        assert storage.list_replicas(0.0) == []

    def test_the_newest_snapshot_of_a_location_is_kept(self, storage: ReplicaStorage) -> None:
        assert storage.get_snapshot("here") is None
        for version in ("1", "2"):
            storage.put_snapshot("here", LocationSnapshot(code_version=version))
        storage.put_snapshot("there", LocationSnapshot(code_version="9"))
        found = storage.get_snapshot("here")
        assert found is not None and found.code_version == "2"

    def test_definitions_that_runs_were_made_of_can_be_had_when_the_code_has_changed(
        self, storage: ReplicaStorage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        now = 1_000.0
        monkeypatch.setattr(clock, "now", lambda: now)
        storage.put_snapshot("here", LocationSnapshot(code_version="used", python="3.11"))
        storage.use_snapshot("here", "used")
        storage.use_snapshot("here", "used")
        storage.use_snapshot("here", "nobody knows it")
        storage.put_snapshot("here", LocationSnapshot(code_version="unused"))
        now += 10.0
        storage.put_snapshot("here", LocationSnapshot(code_version="new"))
        assert storage.get_snapshot("here", "unused") is not None, "a server may launch from it still"
        now += 7_200.0
        storage.put_snapshot("here", LocationSnapshot(code_version="newer"))
        assert storage.get_snapshot("here", "used") == LocationSnapshot(code_version="used", python="3.11")
        assert storage.get_snapshot("here", "newer") == storage.get_snapshot("here")
        for gone in ("unused", "new", "nobody knows it"):
            assert storage.get_snapshot("here", gone) is None, gone
        assert storage.get_snapshot("there", "used") is None
