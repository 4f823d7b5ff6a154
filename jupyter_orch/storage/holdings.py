"""How large a database is, and what takes the room."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, func, select, text

from jupyter_orch.records.holding import Holding, TableHolding
from jupyter_orch.storage.database import Database
from jupyter_orch.storage.schema import metadata

_BESIDE = ("", "-wal", "-shm")
_POSTGRES = text(
    """select c.relname, greatest(c.reltuples, 0)::bigint, pg_total_relation_size(c.oid)
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'r' and n.nspname = current_schema() and c.relname = any(:names)"""
)


def holding_of(database: Database) -> Holding:
    """Rows and bytes of the tables that are ours; on Postgres the rows of large ones as it last estimated them."""
    with database.read() as connection:
        tables = _counted(connection) if database.is_sqlite else _told(connection)
    tables.sort(key=lambda table: (-(table.size or 0), -table.rows, table.name))
    size = _files(database) if database.is_sqlite else sum(table.size or 0 for table in tables)
    return Holding(place=database.name, size=size, tables=tuple(tables))


def _counted(connection: Connection) -> list[TableHolding]:
    return [
        TableHolding(name=name, rows=connection.execute(select(func.count()).select_from(table)).scalar_one())
        for name, table in metadata.tables.items()
    ]


def _told(connection: Connection) -> list[TableHolding]:
    found = connection.execute(_POSTGRES, {"names": list(metadata.tables)})
    return [TableHolding(name=name, rows=rows, size=size) for name, rows, size in found]


def _files(database: Database) -> int:
    file = database.url.removeprefix("sqlite:///")
    paths = [Path(file + end) for end in _BESIDE]
    return sum(path.stat().st_size for path in paths if path.exists())
