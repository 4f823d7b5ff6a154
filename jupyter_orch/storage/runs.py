"""Runs and events as SQL. The hot statements are prepared text: compiling them each time costs ten times the insert."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    Connection,
    Select,
    and_,
    bindparam,
    delete,
    func,
    literal,
    literal_column,
    select,
    union_all,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql.dml import ReturningUpdate
from sqlalchemy.sql.elements import ColumnElement

from jupyter_orch import clock
from jupyter_orch.ports import Guard, NewRun, RunStorage
from jupyter_orch.records.event import Event, StoredEvent
from jupyter_orch.records.run import Run, RunBrief, RunFilter
from jupyter_orch.records.status import FINAL, RunStatus, check_move
from jupyter_orch.storage import rows
from jupyter_orch.storage.assets import SqlAssets
from jupyter_orch.storage.database import Database
from jupyter_orch.storage.queue import PlacesTaken, count_turn, current_turn, free_slots, held_slots, take_slots
from jupyter_orch.storage.schema import events, run_tags, runs, status_changes
from jupyter_orch.storage.status_changes import SqlStatusChanges, note_change

_JSON_COLUMNS = {"worker", "runner", "failure"}
_MOST_VALUES = 5000
_MOST_TERMS = 200  # SQLite takes 500 in one statement
_EVENT_COLUMNS = "run_pk, seq, epoch, type, step_key, timestamp, level, message, data"


class SqlRuns(SqlStatusChanges, RunStorage):
    """See :class:`jupyter_orch.ports.RunStorage`."""

    def __init__(self, database: Database, assets: SqlAssets) -> None:
        self._database = database
        self._facts = assets
        mark = "?" if database.is_sqlite else "%s"
        self._insert_event = f"INSERT INTO events ({_EVENT_COLUMNS}) VALUES ({', '.join([mark] * 9)})"
        self._reserve_numbers = (
            f"UPDATE runs SET event_seq = event_seq + {mark} WHERE run_id = {mark} AND epoch = {mark} "
            "AND status IN ('STARTED', 'CANCELING') RETURNING pk, event_seq"
        )

    def add_run(self, new: NewRun) -> tuple[Run, bool]:
        with self._database.write() as connection:
            return self.add_within(connection, new)

    def add_within(self, connection: Connection, new: NewRun) -> tuple[Run, bool]:
        """The same inside a transaction of somebody else (a tick that ends)."""
        existing = self._existing(connection, new)
        if existing is not None:
            return existing, False
        submission, now = new.submission, clock.now()
        values = {
            "run_id": new.run_id,
            "idempotency_key": submission.idempotency_key,
            "location": submission.location,
            "repository": submission.selector.repository,
            "pipeline": submission.selector.pipeline,
            "create_time": now,
            **_first_state(new, now),
            "root_run_id": submission.root_run_id or new.run_id,
            "event_seq": len(new.events),
            "body": rows.to_text(submission),
        }
        try:
            with nullcontext() if self._database.is_sqlite else connection.begin_nested():
                row = connection.execute(_INSERT_RUN, values).one()
        except IntegrityError:
            existing = self._existing(connection, new)
            if existing is None:
                raise
            return existing, False
        if submission.tags:
            tags = [{"run_pk": row.pk, "key": key, "value": value} for key, value in submission.tags.items()]
            connection.execute(_INSERT_TAGS, tags)
        self._insert_events(connection, new.run_id, row.pk, 1, 0, new.events)
        note_change(connection, row.pk, row.status, is_sqlite=self._database.is_sqlite)
        return rows.run_from(row), True

    def get_run(self, run_id: str) -> Run | None:
        with self._database.read() as connection:
            row = connection.execute(_SELECT_RUN, {"run_id": run_id}).first()
        return rows.run_from(row) if row else None

    def list_runs(
        self, where: RunFilter, *, limit: int, before: int | None = None, oldest_first: bool = False
    ) -> list[Run]:
        statement, place = _in_order(where)
        statement = statement.order_by(place.asc() if oldest_first else place.desc()).limit(limit)
        if before is not None:
            statement = statement.where(place < before)
        with self._database.read() as connection:
            return [rows.run_from(row) for row in connection.execute(statement)]

    def queued_runs(self, known: Mapping[int, Run], *, limit: int) -> list[Run]:
        with self._database.read() as connection:
            waiting = connection.execute(_SELECT_WAITING.limit(limit)).all()
            unread = [pk for pk, epoch in waiting if pk not in known or known[pk].epoch != epoch]
            read = dict(known)
            for first in range(0, len(unread), _MOST_VALUES):
                some = select(runs).where(runs.c.pk.in_(unread[first : first + _MOST_VALUES]))
                read.update((row.pk, rows.run_from(row)) for row in connection.execute(some))
        return [read[pk] for pk, _ in waiting if pk in read and read[pk].status is RunStatus.QUEUED]

    def count_runs(self, where: RunFilter) -> int:
        with self._database.read() as connection:
            counted = connection.execute(_filtered(select(func.count()).select_from(runs), where))
            return int(counted.scalar_one())

    def move_run(
        self, run_id: str, guard: Guard, to: RunStatus | None, events: Sequence[Event] = (), **changes: Any
    ) -> Run | None:
        if to is not None:
            for before in guard.statuses:
                check_move(before, to)
            changes["status"] = to.value
        for column in _JSON_COLUMNS & changes.keys():
            changes[column] = rows.to_text(changes[column])
        if "retry_due" in changes:
            changes["retry_due"] = int(changes["retry_due"])
        try:
            return self._moved(changes, guard, run_id, to, events)
        except PlacesTaken:
            return None

    def _moved(
        self, changes: dict[str, Any], guard: Guard, run_id: str, to: RunStatus | None, events: Sequence[Event]
    ) -> Run:
        asked = {f"of_{name}": value for name, value in _asked(guard).items()}
        statement = _move(frozenset(guard.statuses), tuple(asked))
        with self._database.write() as connection:
            count_turn(connection, guard.queue_turn)
            row = connection.execute(statement, {"of": run_id, **asked, "more": len(events), **changes}).first()
            if row is None:
                raise PlacesTaken
            take_slots(connection, row.pk, guard.pools)
            if to is not None and (to in FINAL or to is RunStatus.QUEUED):
                free_slots(connection, row.pk)
            self._insert_events(connection, run_id, row.pk, row.event_seq - len(events) + 1, row.epoch, events)
            if to is not None:
                note_change(connection, row.pk, to.value, is_sqlite=self._database.is_sqlite)
        return rows.run_from(row)

    def queue_turn(self) -> int:
        with self._database.read() as connection:
            return current_turn(connection)

    def pool_slots(self) -> dict[str, tuple[str, ...]]:
        with self._database.read() as connection:
            return held_slots(connection)

    def append_events(self, run_id: str, epoch: int, events: Sequence[Event]) -> int | None:
        with self._database.write(durable=False) as connection:
            row = connection.exec_driver_sql(self._reserve_numbers, (len(events), run_id, epoch)).first()
            if row is None:
                return None
            self._insert_events(connection, run_id, row[0], row[1] - len(events) + 1, epoch, events)
        return int(row[1])

    def read_events(
        self, run_id: str, *, after: int = 0, limit: int = 1000, types: Iterable[str] | None = None
    ) -> list[StoredEvent]:
        statement = (
            select(*_READ_EVENT)
            .join(runs, runs.c.pk == events.c.run_pk)
            .where(runs.c.run_id == run_id, events.c.seq > after)
            .order_by(events.c.seq)
            .limit(limit)
        )
        if types is not None:
            statement = statement.where(events.c.type.in_(list(types)))
        with self._database.read() as connection:
            return [rows.event_from(run_id, row) for row in connection.execute(statement).all()]

    def events_of(self, run_ids: Sequence[str], types: Iterable[str]) -> dict[str, list[StoredEvent]]:
        statement = (
            select(runs.c.run_id, *_READ_EVENT)
            .join(runs, runs.c.pk == events.c.run_pk)
            .where(runs.c.run_id.in_(run_ids), events.c.type.in_(list(types)))
            .order_by(events.c.run_pk, events.c.seq)
        )
        found: dict[str, list[StoredEvent]] = {}
        with self._database.read() as connection:
            for row in connection.execute(statement):
                found.setdefault(row.run_id, []).append(rows.event_from(row.run_id, row[1:]))
        return found

    def newest_runs(self, wheres: Sequence[RunFilter], limit: int) -> list[list[Run]]:
        found: list[list[Run]] = [[] for _ in wheres]
        with self._database.read() as connection:
            for first in range(0, len(wheres), _MOST_TERMS):
                numbered = enumerate(wheres[first : first + _MOST_TERMS], first)
                terms = [self._newest(where, limit, number) for number, where in numbered]
                for row in connection.execute(union_all(*terms)):
                    found[row.number].append(rows.run_from(row))
        return [sorted(page, key=lambda run: run.cursor, reverse=True) for page in found]

    def _newest(self, where: RunFilter, limit: int, number: int) -> Select[Any]:
        newest = _filtered(select(runs), where).order_by(runs.c.pk.desc()).limit(limit).subquery()
        return select(literal(number).label("number"), newest)

    def newest_families(self, where: RunFilter, *, limit: int, before: int | None = None) -> list[str]:
        statement = _filtered(select(runs.c.root_run_id), where).group_by(runs.c.root_run_id)
        statement = statement.order_by(func.max(runs.c.pk).desc()).limit(limit)
        if before is not None:
            statement = statement.where(runs.c.pk < before)
        with self._database.read() as connection:
            return list(connection.execute(statement).scalars())

    def tag_values(self, limit: int) -> list[tuple[str, str]]:
        pairs = select(run_tags.c.key, run_tags.c.value).distinct().order_by(run_tags.c.key, run_tags.c.value)
        with self._database.read() as connection:
            return [(key, value) for key, value in connection.execute(pairs.limit(limit))]

    def newest_by_tag(self, where: RunFilter, key: str) -> dict[str, RunBrief]:
        fitting = _filtered(select(runs.c.pk), where).subquery()
        newest = (
            select(run_tags.c.value, func.max(run_tags.c.run_pk).label("pk"))
            .where(run_tags.c.key == key, run_tags.c.run_pk.in_(select(fitting.c.pk)))
            .group_by(run_tags.c.value)
            .subquery()
        )
        statement = select(newest.c.value, runs.c.run_id, runs.c.status).join(runs, runs.c.pk == newest.c.pk)
        with self._database.read() as connection:
            found = connection.execute(statement)
            return {row.value: RunBrief(run_id=row.run_id, status=RunStatus(row.status)) for row in found}

    def delete_run(self, run_id: str) -> bool:
        ended = and_(runs.c.run_id == run_id, runs.c.status.in_([s.value for s in FINAL]))
        with self._database.write() as connection:
            pk = connection.execute(select(runs.c.pk).where(ended)).scalar()
            if pk is None:
                return False
            for table in (events, run_tags, status_changes):
                connection.execute(delete(table).where(table.c.run_pk == pk))
            connection.execute(delete(runs).where(runs.c.pk == pk))
            self._facts.forget_run_within(connection, run_id)
        return True

    def drop_events(self, run_id: str, through: int) -> bool:
        with self._database.write(durable=False) as connection:
            pk = connection.execute(select(runs.c.pk).where(runs.c.run_id == run_id)).scalar()
            if pk is not None:
                connection.execute(delete(events).where(events.c.run_pk == pk, events.c.seq <= through))
        return pk is not None

    def runs_with_events(self, *, limit: int, after: int = 0) -> list[Run]:
        found: list[Run] = []
        with self._database.read() as connection:
            while len(found) < limit:  # from run to run over the key, not through every event
                pk = connection.execute(select(func.min(events.c.run_pk)).where(events.c.run_pk > after)).scalar()
                if pk is None:
                    break
                found.append(self._fetch(connection, runs.c.pk == pk))
                after = pk
        return found

    def _existing(self, connection: Connection, new: NewRun) -> Run | None:
        key = new.submission.idempotency_key
        statement = _SELECT_RUN if key is None else _SELECT_SAME
        row = connection.execute(statement, {"run_id": new.run_id, "key": key}).first()
        return rows.run_from(row) if row else None

    def _fetch(self, connection: Connection, condition: Any) -> Run:
        return rows.run_from(connection.execute(select(runs).where(condition)).one())

    def _insert_events(
        self, connection: Connection, run_id: str, pk: int, first: int, epoch: int, new: Sequence[Event]
    ) -> None:
        if new:
            values = [rows.event_values(pk, seq, epoch, event) for seq, event in enumerate(new, first)]
            connection.exec_driver_sql(self._insert_event, values)
            self._facts.add_facts_within(connection, run_id, first, new)
            self._database.announce(connection, run_id)


_READ_EVENT = [events.c[name] for name in rows.READ_EVENT]
_SELECT_RUN = select(runs).where(runs.c.run_id == bindparam("run_id"))
_SELECT_SAME = select(runs).where((runs.c.run_id == bindparam("run_id")) | (runs.c.idempotency_key == bindparam("key")))
_SELECT_WAITING = select(runs.c.pk, runs.c.epoch).where(runs.c.status == RunStatus.QUEUED.value).order_by(runs.c.pk)
_INSERT_RUN = runs.insert().returning(runs)
_INSERT_TAGS = run_tags.insert()


def _first_state(new: NewRun, now: float) -> dict[str, Any]:
    """The columns that say where a new run is in its life."""
    if new.failure is not None:
        return {"status": RunStatus.FAILURE.value, "epoch": 0, "end_time": now, "failure": rows.to_text(new.failure)}
    if new.held_by is not None:
        held = {"worker": rows.to_text(new.held_by), "lease_until": new.lease_until, "start_time": now}
        return {"status": RunStatus.STARTED.value, "epoch": 1, **held}
    return {"status": RunStatus.QUEUED.value, "epoch": 0}


def _asked(guard: Guard) -> dict[str, Any]:
    """What a guard wants certain columns to be, besides the status."""
    wanted = {
        "epoch": guard.epoch,
        "launch_token": guard.launch_token,
        "event_seq": guard.event_seq,
        "retry_due": 1 if guard.is_retry_due else None,
    }
    return {name: value for name, value in wanted.items() if value is not None}


@lru_cache(maxsize=200)
def _move(statuses: frozenset[RunStatus], asked: tuple[str, ...]) -> ReturningUpdate[Any]:
    """A move from one of some statuses, put together once for each kind of move.

    Args:
        asked: names of the parameters that say what other columns must be: ``of_`` and the column.
    """
    before = runs.c.status.in_([literal_column(f"'{status.value}'") for status in sorted(statuses)])
    others = [runs.c[name.removeprefix("of_")] == bindparam(name) for name in asked]
    guarded = update(runs).where(runs.c.run_id == bindparam("of"), before, *others)
    return guarded.values(event_seq=runs.c.event_seq + bindparam("more")).returning(runs)


def _in_order(where: RunFilter) -> tuple[Select[Any], ColumnElement[int]]:
    """The runs that fit, and the column that has them in order.

    For a tag alone that is the tags' own: their index goes from run to run, however many have the tag.
    """
    if len(where.tags) != 1 or where != RunFilter(tags=where.tags):
        return _filtered(select(runs), where), runs.c.pk
    ((key, value),) = where.tags.items()
    tagged = select(runs).join(run_tags, run_tags.c.run_pk == runs.c.pk)
    return tagged.where(run_tags.c.key == key, run_tags.c.value == value), run_tags.c.run_pk


def _filtered(statement: Select[Any], where: RunFilter) -> Select[Any]:
    if where.run_ids is not None:
        statement = statement.where(runs.c.run_id.in_(where.run_ids))
    if where.pipeline is not None:
        statement = statement.where(runs.c.pipeline == where.pipeline)
    if where.statuses is not None:
        statement = statement.where(runs.c.status.in_([s.value for s in where.statuses]))
    if where.location is not None:
        statement = statement.where(runs.c.location == where.location)
    if where.repository is not None:
        statement = statement.where(runs.c.repository == where.repository)
    if where.root_run_id is not None:
        statement = statement.where(runs.c.root_run_id == where.root_run_id)
    if where.root_run_ids is not None:
        statement = statement.where(runs.c.root_run_id.in_(where.root_run_ids))
    if where.created_after is not None:
        statement = statement.where(runs.c.create_time > where.created_after)
    if where.created_before is not None:
        statement = statement.where(runs.c.create_time < where.created_before)
    if where.retry_due:
        statement = statement.where(runs.c.retry_due == 1)
    for key, value in where.tags.items():
        has = select(run_tags.c.run_pk).where(run_tags.c.key == key, run_tags.c.value == value)
        statement = statement.where(runs.c.pk.in_(has))
    return statement
