"""Assets as SQL. Facts are written by the transaction that writes their events, so neither is ever without the other.

On Postgres the writers of facts take turns (a lock that ends with the transaction): cursors then grow in the order of
the commits, and whoever reads above a cursor misses nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, bindparam, delete, func, select, union_all

from jupyter_orch.ports.assets import AssetStorage
from jupyter_orch.records.asset import ASSET_EVENTS, AssetFact, AssetFilter, AssetPath
from jupyter_orch.records.event import Event, EventType, StoredEvent
from jupyter_orch.storage import rows
from jupyter_orch.storage.database import Database
from jupyter_orch.storage.dialect import dialect_insert
from jupyter_orch.storage.schema import asset_edges, asset_facts, assets

TURN = 0x6F726368  # of the lock; any number that nobody else takes
MANY = 100  # keys in one statement
LONGEST = 600  # characters of an indexed text; an index of Postgres takes 2,700 bytes
BETWEEN = "\x1f"  # sorts before every character that a key's part may hold

_ESCAPED = {0: "\x1e0", 0x1E: "\x1e1", 0x1F: "\x1e2"}

MATERIALIZATION = EventType.ASSET_MATERIALIZATION.value


class SqlAssets(AssetStorage):
    """See :class:`jupyter_orch.ports.AssetStorage`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._insert = dialect_insert(database)

    # what the writers of events call, inside their own transaction

    def add_facts_within(self, connection: Connection, run_id: str, first: int, events: Sequence[Event]) -> None:
        """Store the facts among some events of a run, the first of which has the number ``first``."""
        found = [(seq, event) for seq, event in enumerate(events, first) if event.type in ASSET_EVENTS]
        if found:
            self._add(connection, [StoredEvent(run_id=run_id, seq=seq, event=event) for seq, event in found])

    def _add(self, connection: Connection, stored: Sequence[StoredEvent]) -> None:
        told = [(one, *_line(one.event)) for one in stored if _is_key(one.event.data.get("asset_key"))]
        if not told:
            return
        self._take_turn(connection)
        ids = self._ids(connection, {path for _, own, parents in told for path in (own, *parents)})
        values = [_fact_values(ids[_name(own)], one) for one, own, _ in told]
        connection.execute(self._insert(asset_facts).on_conflict_do_nothing(), values)
        edges = {(ids[_name(own)], ids[_name(p)]) for _, own, parents in told for p in parents if p != own}
        if edges:
            pairs = [{"asset_id": child, "parent_id": parent} for child, parent in sorted(edges)]
            connection.execute(self._insert(asset_edges).on_conflict_do_nothing(), pairs)

    def forget_run_within(self, connection: Connection, run_id: str) -> None:
        """Remove a deleted run's facts, but for those that say how things stand now."""
        if connection.execute(_ANY_OF_RUN, {"run": run_id}).first() is None:
            return
        self._take_turn(connection)
        newer = asset_facts.alias()
        outdated = (
            select(newer.c.cursor)
            .where(
                newer.c.asset_id == asset_facts.c.asset_id,
                newer.c.type == asset_facts.c.type,
                newer.c.partition.is_not_distinct_from(asset_facts.c.partition),
                newer.c.cursor > asset_facts.c.cursor,
            )
            .exists()
        )
        connection.execute(delete(asset_facts).where(asset_facts.c.run_id == run_id, outdated))

    # AssetStorage

    def list_assets(self, prefix: AssetPath = (), *, limit: int, after: AssetPath | None = None) -> list[AssetPath]:
        has_facts = select(asset_facts.c.cursor).where(asset_facts.c.asset_id == assets.c.asset_id).exists()
        statement = select(assets.c.path).where(has_facts).order_by(assets.c.name).limit(limit)
        if prefix:
            start = _joined(prefix)
            below = func.substr(assets.c.name, 1, len(start) + 1) == start + BETWEEN
            statement = statement.where((assets.c.name == _name(prefix)) | below)
        if after is not None:
            statement = statement.where(assets.c.name > _name(after))
        with self._database.read() as connection:
            return [rows.texts_from(row.path) for row in connection.execute(statement)]

    def asset_facts(
        self, keys: Sequence[AssetPath], where: AssetFilter, *, limit: int
    ) -> dict[AssetPath, list[AssetFact]]:
        found: dict[AssetPath, list[AssetFact]] = {}
        with self._database.read() as connection:
            for ids in self._known(connection, keys):
                parts = [_newest(asset_id, where, limit) for asset_id in ids]
                # Each part is a query of its own that reads only as many rows as it gives.
                statement = union_all(*(select(part.subquery()) for part in parts))
                for row in connection.execute(statement.order_by(statement.selected_columns.cursor.desc())):
                    found.setdefault(ids[row.asset_id], []).append(rows.fact_from(ids[row.asset_id], row))
        return {key: found[key] for key in dict.fromkeys(keys) if key in found}

    def asset_facts_of_runs(self, run_ids: Sequence[str]) -> dict[str, list[AssetFact]]:
        statement = (
            select(asset_facts, assets.c.path)
            .join(assets)
            .where(asset_facts.c.run_id.in_(list(run_ids)))
            .order_by(asset_facts.c.seq)
        )
        found: dict[str, list[AssetFact]] = {}
        with self._database.read() as connection:
            for row in connection.execute(statement):
                found.setdefault(row.run_id, []).append(rows.fact_from(rows.texts_from(row.path), row))
        return found

    def count_partitions(self, keys: Sequence[AssetPath]) -> dict[AssetPath, dict[str, int]]:
        found: dict[AssetPath, dict[str, int]] = {}
        with self._database.read() as connection:
            for ids in self._known(connection, keys):
                statement = (
                    select(asset_facts.c.asset_id, asset_facts.c.partition, func.count().label("count"))
                    .where(
                        asset_facts.c.asset_id.in_(ids),
                        asset_facts.c.type == MATERIALIZATION,
                        asset_facts.c.partition.is_not(None),
                    )
                    .group_by(asset_facts.c.asset_id, asset_facts.c.partition)
                    .order_by(asset_facts.c.partition)
                )
                for asset_id, partition, count in connection.execute(statement):
                    found.setdefault(ids[asset_id], {})[partition] = count
        return {key: found[key] for key in dict.fromkeys(keys) if key in found}

    def asset_lineage(
        self, keys: Sequence[AssetPath], *, upstream: bool, depth: int = 1
    ) -> list[tuple[AssetPath, AssetPath]]:
        near, far = (asset_edges.c.asset_id, asset_edges.c.parent_id)[:: 1 if upstream else -1]
        distance: dict[tuple[int, int], int] = {}
        with self._database.read() as connection:
            level = {asset_id for ids in self._known(connection, keys) for asset_id in ids}
            seen = set(level)
            for steps in range(depth):
                if not level:
                    break
                statement = select(asset_edges.c.asset_id, asset_edges.c.parent_id, far.label("far"))
                step = connection.execute(statement.where(near.in_(sorted(level)))).all()
                for row in step:
                    distance.setdefault((row.asset_id, row.parent_id), steps)
                level = {row.far for row in step} - seen
                seen |= level
            names = self._paths(connection, {asset_id for pair in distance for asset_id in pair})
        found = [(steps, names[child], names[parent]) for (child, parent), steps in distance.items()]
        return [(child, parent) for _, child, parent in sorted(found)]

    def put_facts(self, events: Sequence[StoredEvent]) -> None:
        stored = [one for one in events if one.event.type in ASSET_EVENTS]
        if stored:
            with self._database.write() as connection:
                self._add(connection, stored)

    def forget_run(self, run_id: str) -> None:
        with self._database.write() as connection:
            self.forget_run_within(connection, run_id)

    def wipe_assets(self, keys: Sequence[AssetPath]) -> list[AssetPath]:
        wiped: list[AssetPath] = []
        with self._database.write() as connection:
            self._take_turn(connection)
            for ids in self._known(connection, keys):
                gone = delete(asset_facts).where(asset_facts.c.asset_id.in_(ids)).returning(asset_facts.c.asset_id)
                had = {row.asset_id for row in connection.execute(gone)}
                connection.execute(delete(asset_edges).where(asset_edges.c.asset_id.in_(ids)))
                wiped += [path for asset_id, path in ids.items() if asset_id in had]
        return [key for key in dict.fromkeys(keys) if key in wiped]

    # ids

    def _take_turn(self, connection: Connection) -> None:
        if not self._database.is_sqlite:
            connection.execute(select(func.pg_advisory_xact_lock(TURN)))

    def _ids(self, connection: Connection, paths: set[AssetPath]) -> dict[str, int]:
        """Name → id of some assets, new ones stored."""
        by_name = {_name(path): path for path in paths}
        values = [{"name": name, "path": rows.to_text(by_name[name])} for name in sorted(by_name)]
        connection.execute(self._insert(assets).on_conflict_do_nothing(), values)
        known = connection.execute(select(assets.c.asset_id, assets.c.name).where(assets.c.name.in_(by_name)))
        return {row.name: row.asset_id for row in known}

    def _known(self, connection: Connection, keys: Iterable[AssetPath]) -> Iterable[dict[int, AssetPath]]:
        """Id → key of those that are known, some at a time."""
        by_name = {_name(key): key for key in keys}
        names = list(by_name)
        for start in range(0, len(names), MANY):
            chosen = assets.c.name.in_(names[start : start + MANY])
            found = connection.execute(select(assets.c.asset_id, assets.c.name).where(chosen)).all()
            if found:
                yield {row.asset_id: by_name[row.name] for row in found}

    def _paths(self, connection: Connection, ids: set[int]) -> dict[int, AssetPath]:
        found = connection.execute(select(assets.c.asset_id, assets.c.path).where(assets.c.asset_id.in_(sorted(ids))))
        return {row.asset_id: rows.texts_from(row.path) for row in found}


_ANY_OF_RUN = select(asset_facts.c.cursor).where(asset_facts.c.run_id == bindparam("run")).limit(1)


def _newest(asset_id: int, where: AssetFilter, limit: int) -> Select[Any]:
    conditions: list[ColumnElement[bool]] = [
        asset_facts.c.asset_id == asset_id,
        asset_facts.c.type == where.type.value,
    ]
    if where.partitions is not None:
        conditions.append(asset_facts.c.partition.in_([_indexed(item) for item in where.partitions]))
    if where.before is not None:
        conditions.append(asset_facts.c.cursor < where.before)
    if where.after is not None:
        conditions.append(asset_facts.c.cursor > where.after)
    if where.before_time is not None:
        conditions.append(asset_facts.c.timestamp < where.before_time)
    if where.after_time is not None:
        conditions.append(asset_facts.c.timestamp > where.after_time)
    return select(asset_facts).where(*conditions).order_by(asset_facts.c.cursor.desc()).limit(limit)


def _line(event: Event) -> tuple[AssetPath, list[AssetPath]]:
    """An asset and what it was made from."""
    return tuple(event.data["asset_key"]), [
        tuple(parent) for parent in event.data.get("lineage") or () if _is_key(parent)
    ]


def _is_key(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and bool(value) and all(isinstance(part, str) for part in value)


def _fact_values(asset_id: int, stored: StoredEvent) -> dict[str, Any]:
    event = stored.event
    partition = event.data.get("partition")
    carried = ("description", "partition", "metadata", "tags", "lineage")
    return {
        "asset_id": asset_id,
        "type": event.type.value,
        "run_id": stored.run_id,
        "seq": stored.seq,
        "step_key": event.step_key,
        "partition": None if partition is None else _indexed(partition),
        "timestamp": event.timestamp,
        "body": rows.to_text({name: event.data[name] for name in carried if event.data.get(name)}) or "{}",
    }


def _name(path: AssetPath) -> str:
    return _indexed(_joined(path))


def _joined(path: AssetPath) -> str:
    return BETWEEN.join(part.translate(_ESCAPED) for part in path)


def _indexed(text: str) -> str:
    """A text as it stands in an index: itself, or its begin and a hash when it is too long for one."""
    plain = text.replace("\0", "\ufffd")
    if len(plain) <= LONGEST:
        return plain
    return plain[: LONGEST - 70] + "…" + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
