"""Heartbeats of servers and daemons, and last good snapshots, as SQL; where nothing may be written, none are kept."""

from __future__ import annotations

import zlib
from typing import Any

import msgspec
from sqlalchemy import Connection, Select, delete, select, update

from jupyter_orch import clock
from jupyter_orch.ports import ReplicaStorage
from jupyter_orch.records.snapshot import LocationSnapshot
from jupyter_orch.records.tick import Replica
from jupyter_orch.storage import rows
from jupyter_orch.storage.database import Database
from jupyter_orch.storage.dialect import dialect_insert
from jupyter_orch.storage.schema import replicas, snapshot_versions, snapshots

UNUSED_STAY = 3600.0  # another server may still launch from code that this one has replaced
MOST_VERSIONS = 500


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
        body = rows.to_text(snapshot) or ""
        values = {"location": location, "body": body}
        upsert = self._insert(snapshots).values(values).on_conflict_do_update(index_elements=["location"], set_=values)
        with self._database.write(durable=False) as connection:
            connection.execute(upsert)
            self._put_version(connection, location, snapshot.code_version, body)

    def _put_version(self, connection: Connection, location: str, version: str, body: str) -> None:
        now, kept = clock.now(), snapshot_versions
        values = {"location": location, "code_version": version, "put_at": now}
        connection.execute(
            self._insert(kept)
            .values(**values, body=zlib.compress(body.encode(), 1))
            .on_conflict_do_update(index_elements=["location", "code_version"], set_={"put_at": now})
        )
        others = (kept.c.location == location) & (kept.c.code_version != version)
        connection.execute(delete(kept).where(others, kept.c.used == 0, kept.c.put_at < now - UNUSED_STAY))
        newest = select(kept.c.put_at).where(others).order_by(kept.c.put_at.desc()).offset(MOST_VERSIONS).limit(1)
        oldest = connection.execute(newest).scalar()
        if oldest is not None:
            connection.execute(delete(kept).where(others, kept.c.put_at <= oldest))

    def get_snapshot(self, location: str, code_version: str | None = None) -> LocationSnapshot | None:
        kept = snapshot_versions
        statement: Select[Any] = select(snapshots.c.body).where(snapshots.c.location == location)
        if code_version is not None:
            statement = select(kept.c.body).where(kept.c.location == location, kept.c.code_version == code_version)
        with self._database.read() as connection:
            body = connection.execute(statement).scalar()
        if body is None:
            return None
        return msgspec.json.decode(body if isinstance(body, str) else zlib.decompress(body), type=LocationSnapshot)

    def use_snapshot(self, location: str, code_version: str) -> None:
        if self._database.read_only:
            return
        kept = snapshot_versions
        found = (kept.c.location == location) & (kept.c.code_version == code_version)
        with self._database.write(durable=False) as connection:
            connection.execute(update(kept).where(found, kept.c.used == 0).values(used=1))
