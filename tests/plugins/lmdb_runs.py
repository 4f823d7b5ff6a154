"""A run storage of somebody else: runs and events in LMDB, written against ``jupyter_orch.ports`` alone.

LMDB has one writer at a time over all processes, and readers that see a snapshot: a write transaction is the
compare-and-set. Keys are numbers in big-endian bytes, so that they sort.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import lmdb

from jupyter_orch.errors import OrchError
from jupyter_orch.ports import Guard, NewRun, RunStorage
from jupyter_orch.records import codec
from jupyter_orch.records.event import Event, StoredEvent
from jupyter_orch.records.run import Run, RunFilter
from jupyter_orch.records.status import FINAL, RunStatus, check_move
from jupyter_orch.records.status_change import StatusChange, StatusChangeFilter, StatusChangePage

NAMES = (b"runs", b"by_id", b"by_key", b"events", b"changes", b"meta")
MAP_SIZE = 1 << 30
_open: dict[tuple[int, str], lmdb.Environment] = {}
_opening = threading.Lock()


class LmdbFull(OrchError):
    """The file of the runs has no room left."""


class LmdbRuns(RunStorage):
    """Chosen in ``orch.yaml`` as ``run_storage: {module: tests.plugins.lmdb_runs, class: LmdbRuns, config: {…}}``."""

    def __init__(self, path: str) -> None:
        """Args:
        path: folder of the LMDB files.
        """
        self._env = _environment(Path(path))
        self._tables = {name: self._env.open_db(name) for name in NAMES}

    # writing

    def add_run(self, new: NewRun) -> tuple[Run, bool]:
        with self._write() as tx:
            cursor = self._known(tx, new)
            if cursor is not None:
                return _run(self._row(tx, cursor)), False
            cursor = self._count(tx, b"runs")
            row = {**_first_row(new), "cursor": cursor, "event_seq": len(new.events)}
            tx.put(new.run_id.encode(), _number(cursor), db=self._tables[b"by_id"])
            if new.submission.idempotency_key is not None:
                tx.put(new.submission.idempotency_key.encode(), _number(cursor), db=self._tables[b"by_key"])
            self._put(tx, row)
            self._put_events(tx, cursor, 1, new.events)
            self._note(tx, row)
            return _run(row), True

    def move_run(
        self, run_id: str, guard: Guard, to: RunStatus | None, events: Sequence[Event] = (), **changes: Any
    ) -> Run | None:
        if to is not None:
            for before in guard.statuses:
                check_move(before, to)
        with self._write() as tx:
            row = self._by_id(tx, run_id)
            if row is None or not _holds(row, guard) or not self._takes_places(tx, row, guard):
                return None
            row |= {name: codec.to_json(value) for name, value in changes.items()}
            if to is not None:
                row["status"] = to.value
                if to in FINAL or to is RunStatus.QUEUED:
                    self._leave_pools(tx, run_id)
                self._note(tx, row)
            self._put_events(tx, row["cursor"], row["event_seq"] + 1, events)
            row["event_seq"] += len(events)
            self._put(tx, row)
            return _run(row)

    def append_events(self, run_id: str, epoch: int, events: Sequence[Event]) -> int | None:
        with self._write() as tx:
            row = self._by_id(tx, run_id)
            if row is None or row["epoch"] != epoch or row["status"] not in ("STARTED", "CANCELING"):
                return None
            self._put_events(tx, row["cursor"], row["event_seq"] + 1, events)
            row["event_seq"] += len(events)
            self._put(tx, row)
            return int(row["event_seq"])

    def delete_run(self, run_id: str) -> bool:
        with self._write() as tx:
            row = self._by_id(tx, run_id)
            if row is None or RunStatus(row["status"]) not in FINAL:
                return False
            self._drop(tx, row["cursor"], row["event_seq"])
            tx.delete(_number(row["cursor"]), db=self._tables[b"runs"])
            tx.delete(run_id.encode(), db=self._tables[b"by_id"])
            if row["submission"]["idempotency_key"] is not None:
                tx.delete(row["submission"]["idempotency_key"].encode(), db=self._tables[b"by_key"])
            return True

    def drop_events(self, run_id: str, through: int) -> bool:
        with self._write() as tx:
            row = self._by_id(tx, run_id)
            if row is not None:
                self._drop(tx, row["cursor"], through)
            return row is not None

    # reading

    def get_run(self, run_id: str) -> Run | None:
        with self._env.begin() as tx:
            row = self._by_id(tx, run_id)
        return _run(row) if row is not None else None

    def list_runs(
        self, where: RunFilter, *, limit: int, before: int | None = None, oldest_first: bool = False
    ) -> list[Run]:
        found = []
        with self._env.begin() as tx:
            for row in self._rows(tx, newest_first=not oldest_first):
                if (before is None or row["cursor"] < before) and _fits(row, where):
                    found.append(_run(row))
                    if len(found) == limit:
                        break
        return found

    def count_runs(self, where: RunFilter) -> int:
        with self._env.begin() as tx:
            return sum(_fits(row, where) for row in self._rows(tx))

    def read_events(
        self, run_id: str, *, after: int = 0, limit: int = 1000, types: Iterable[str] | None = None
    ) -> list[StoredEvent]:
        wanted = None if types is None else set(types)
        found: list[StoredEvent] = []
        with self._env.begin() as tx:
            row = self._by_id(tx, run_id)
            if row is None:
                return []
            for seq, event in self._events(tx, row["cursor"], after + 1):
                if wanted is None or event.type in wanted:
                    found.append(StoredEvent(run_id=run_id, seq=seq, event=event))
                    if len(found) == limit:
                        break
        return found

    def runs_with_events(self, *, limit: int, after: int = 0) -> list[Run]:
        with self._env.begin() as tx:
            rows = (row for row in self._rows(tx) if row["cursor"] > after)
            having = (_run(row) for row in rows if next(self._events(tx, row["cursor"], 1), None) is not None)
            return [run for _, run in zip(range(limit), having, strict=False)]

    def status_changes(self, after: str, where: StatusChangeFilter, limit: int) -> StatusChangePage:
        place, found = int(after or 0), []
        with self._env.begin() as tx, tx.cursor(self._tables[b"changes"]) as cursor:
            if cursor.set_range(_number(place + 1)):
                for key, value in cursor:
                    place = int.from_bytes(key, "big")
                    change = json.loads(value)
                    row = self._by_id(tx, change["run_id"])
                    if row is not None and _is_asked_for(change, row, where):
                        status = RunStatus(change["status"])
                        found.append(
                            StatusChange(place=str(place), run_id=change["run_id"], status=status, at=change["at"])
                        )
                        if len(found) == limit:
                            break
        return StatusChangePage(changes=tuple(found), place=str(place))

    def newest_change(self) -> str:
        with self._env.begin() as tx:
            return str(int.from_bytes(tx.get(b"changes", b"", db=self._tables[b"meta"]), "big"))

    def queue_turn(self) -> int:
        with self._env.begin() as tx:
            return int.from_bytes(tx.get(b"turn", b"", db=self._tables[b"meta"]), "big")

    def pool_slots(self) -> dict[str, tuple[str, ...]]:
        with self._env.begin() as tx:
            return {pool: tuple(held) for pool, held in self._pools(tx).items() if held}

    def dispose(self) -> None:
        """The environment is shared by the process and stays open until that ends."""

    # rows

    @contextmanager
    def _write(self) -> Iterator[lmdb.Transaction]:
        try:
            with self._env.begin(write=True) as tx:
                yield tx
        except lmdb.MapFullError as error:
            raise LmdbFull(str(error)) from error

    def _row(self, tx: lmdb.Transaction, cursor: int) -> dict[str, Any]:
        found = tx.get(_number(cursor), db=self._tables[b"runs"])
        assert found is not None
        return dict(json.loads(found))

    def _by_id(self, tx: lmdb.Transaction, run_id: str) -> dict[str, Any] | None:
        found = tx.get(run_id.encode() or b"\0", db=self._tables[b"by_id"])
        return None if found is None else self._row(tx, int.from_bytes(found, "big"))

    def _known(self, tx: lmdb.Transaction, new: NewRun) -> int | None:
        found = tx.get(new.run_id.encode(), db=self._tables[b"by_id"])
        if found is None and new.submission.idempotency_key is not None:
            found = tx.get(new.submission.idempotency_key.encode(), db=self._tables[b"by_key"])
        return None if found is None else int.from_bytes(found, "big")

    def _rows(self, tx: lmdb.Transaction, *, newest_first: bool = False) -> Iterator[dict[str, Any]]:
        with tx.cursor(self._tables[b"runs"]) as cursor:
            values = cursor.iterprev(keys=False) if newest_first else cursor.iternext(keys=False)
            yield from map(json.loads, values)

    def _put(self, tx: lmdb.Transaction, row: dict[str, Any]) -> None:
        tx.put(_number(row["cursor"]), json.dumps(row).encode(), db=self._tables[b"runs"])

    def _count(self, tx: lmdb.Transaction, what: bytes) -> int:
        number = int.from_bytes(tx.get(what, b"", db=self._tables[b"meta"]), "big") + 1
        tx.put(what, _number(number), db=self._tables[b"meta"])
        return number

    def _note(self, tx: lmdb.Transaction, row: dict[str, Any]) -> None:
        change = {"run_id": row["run_id"], "status": row["status"], "at": time.time()}
        tx.put(_number(self._count(tx, b"changes")), json.dumps(change).encode(), db=self._tables[b"changes"])

    # events

    def _put_events(self, tx: lmdb.Transaction, cursor: int, first: int, events: Sequence[Event]) -> None:
        for seq, event in enumerate(events, first):
            tx.put(_number(cursor) + _number(seq), codec.dumps(event), db=self._tables[b"events"])

    def _events(self, tx: lmdb.Transaction, run: int, first: int) -> Iterator[tuple[int, Event]]:
        with tx.cursor(self._tables[b"events"]) as cursor:
            if not cursor.set_range(_number(run) + _number(first)):
                return
            for key, value in cursor:
                if key[:8] != _number(run):
                    return
                yield int.from_bytes(key[8:], "big"), codec.from_json(Event, json.loads(value))

    def _drop(self, tx: lmdb.Transaction, run: int, through: int) -> None:
        for seq in range(1, through + 1):
            tx.delete(_number(run) + _number(seq), db=self._tables[b"events"])

    # pools

    def _pools(self, tx: lmdb.Transaction) -> dict[str, list[str]]:
        return dict(json.loads(tx.get(b"pools", b"{}", db=self._tables[b"meta"])))

    def _takes_places(self, tx: lmdb.Transaction, row: dict[str, Any], guard: Guard) -> bool:
        """Count the turn and take a slot in each pool, if the turn is the one and every pool has a free slot."""
        pools = self._pools(tx)
        if any(len(pools.get(pool, ())) >= size for pool, size in guard.pools.items()):
            return False
        if guard.queue_turn is not None:
            if int.from_bytes(tx.get(b"turn", b"", db=self._tables[b"meta"]), "big") != guard.queue_turn:
                return False
            self._count(tx, b"turn")
        for pool in guard.pools:
            pools.setdefault(pool, []).append(row["run_id"])
        tx.put(b"pools", json.dumps(pools).encode(), db=self._tables[b"meta"])
        return True

    def _leave_pools(self, tx: lmdb.Transaction, run_id: str) -> None:
        pools = {pool: [held for held in holders if held != run_id] for pool, holders in self._pools(tx).items()}
        tx.put(b"pools", json.dumps(pools).encode(), db=self._tables[b"meta"])


def _environment(path: Path) -> lmdb.Environment:
    """LMDB wants a folder opened once in a process, and never carried over a fork."""
    key = (os.getpid(), str(path))
    with _opening:
        if key not in _open:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            _open[key] = lmdb.open(str(path), map_size=MAP_SIZE, max_dbs=len(NAMES), max_readers=512)
        return _open[key]


def _number(number: int) -> bytes:
    return number.to_bytes(8, "big")


def _first_row(new: NewRun) -> dict[str, Any]:
    now = time.time()
    run = Run(run_id=new.run_id, submission=new.submission, status=RunStatus.QUEUED, create_time=now)
    row: dict[str, Any] = {**codec.to_json(run), "launch_token": None, "retry_due": False}
    if new.failure is not None:
        row |= {"status": "FAILURE", "end_time": now, "failure": codec.to_json(new.failure)}
    elif new.held_by is not None:
        held = {"worker": codec.to_json(new.held_by), "lease_until": new.lease_until, "start_time": now}
        row |= {"status": "STARTED", "epoch": 1, **held}
    return row


def _run(row: dict[str, Any]) -> Run:
    return codec.from_json(Run, row)


def _holds(row: dict[str, Any], guard: Guard) -> bool:
    return (
        row["status"] in guard.statuses
        and (guard.epoch is None or row["epoch"] == guard.epoch)
        and (guard.launch_token is None or row["launch_token"] == guard.launch_token)
        and (guard.event_seq is None or row["event_seq"] == guard.event_seq)
        and (row["retry_due"] or not guard.is_retry_due)
    )


def _fits(row: dict[str, Any], where: RunFilter) -> bool:
    asked = row["submission"]
    root = asked["root_run_id"] or row["run_id"]
    return (
        (where.run_ids is None or row["run_id"] in where.run_ids)
        and (where.pipeline is None or asked["selector"]["pipeline"] == where.pipeline)
        and (where.repository is None or asked["selector"]["repository"] == where.repository)
        and (where.location is None or asked["location"] == where.location)
        and (where.statuses is None or row["status"] in where.statuses)
        and (where.root_run_id is None or root == where.root_run_id)
        and (where.root_run_ids is None or root in where.root_run_ids)
        and (where.created_after is None or row["create_time"] > where.created_after)
        and (where.created_before is None or row["create_time"] < where.created_before)
        and (row["retry_due"] or not where.retry_due)
        and where.tags.items() <= asked["tags"].items()
    )


def _is_asked_for(change: dict[str, Any], row: dict[str, Any], where: StatusChangeFilter) -> bool:
    asked = row["submission"]
    return (
        change["status"] in where.statuses
        and (where.location is None or asked["location"] == where.location)
        and (where.repository is None or asked["selector"]["repository"] == where.repository)
        and (where.pipelines is None or asked["selector"]["pipeline"] in where.pipelines)
    )
