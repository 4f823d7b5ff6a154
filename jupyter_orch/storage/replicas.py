"""Heartbeats of servers and daemons, and last good snapshots, as SQL; where nothing may be written, none are kept."""

from __future__ import annotations

import msgspec
from sqlalchemy import delete, select

from jupyter_orch.ports import ReplicaStorage
from jupyter_orch.records.snapshot import LocationSnapshot
from jupyter_orch.records.tick import Replica
from jupyter_orch.storage import rows
from jupyter_orch.storage.database import Database
from jupyter_orch.storage.dialect import dialect_insert
from jupyter_orch.storage.schema import replicas, snapshots


class SqlReplicas(ReplicaStorage):
    """See :class:`jupyter_orch.ports.ReplicaStorage`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._insert = dialect_insert(database)

    def beat(self, replica: Replica) -> None:
        if self._database.read_only:
            return
        values = {"replica_id": replica.replica_id, "heartbeat": replica.heartbeat, "body": rows.to_text(replica)}
        upsert = self._insert(replicas).values(values).on_conflict_do_update(index_elements=["replica_id"], set_=values)
        with self._database.write(durable=False) as connection:
            connection.execute(upsert)

    def list_replicas(self, since: float) -> list[Replica]:
        statement = select(replicas.c.body).where(replicas.c.heartbeat > since)
        with self._database.read() as connection:
            found = connection.execute(statement).scalars().all()
        return [msgspec.json.decode(body, type=Replica) for body in found]

    def remove_replica(self, replica_id: str) -> None:
        if self._database.read_only:
            return
        with self._database.write(durable=False) as connection:
            connection.execute(delete(replicas).where(replicas.c.replica_id == replica_id))

    def put_snapshot(self, location: str, snapshot: LocationSnapshot) -> None:
        if self._database.read_only:
            return
        values = {"location": location, "body": rows.to_text(snapshot)}
        upsert = self._insert(snapshots).values(values).on_conflict_do_update(index_elements=["location"], set_=values)
        with self._database.write(durable=False) as connection:
            connection.execute(upsert)

    def get_snapshot(self, location: str) -> LocationSnapshot | None:
        with self._database.read() as connection:
            body = connection.execute(select(snapshots.c.body).where(snapshots.c.location == location)).scalar()
        return msgspec.json.decode(body, type=LocationSnapshot) if body else None
