"""Rows ↔ records. The one place that knows which part of a record is a column."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeVar

import msgspec

from jupyter_orch.ports import NewRun
from jupyter_orch.records.asset import AssetFact, AssetPath
from jupyter_orch.records.backfill import Backfill, BackfillStatus
from jupyter_orch.records.event import Event, EventType, StoredEvent
from jupyter_orch.records.failure import Failure
from jupyter_orch.records.notice import Notice, NoticeStatus
from jupyter_orch.records.run import ProcessIdentity, Run, Submission
from jupyter_orch.records.status import RunStatus
from jupyter_orch.records.tick import Instigator, Tick, TickStatus

T = TypeVar("T")
READ_EVENT = ("seq", "type", "timestamp", "message", "level", "step_key", "data")
_EVENT_TYPES = {kind.value: kind for kind in EventType}
_encoder = msgspec.json.Encoder()
_submission = msgspec.json.Decoder(Submission)
_worker = msgspec.json.Decoder(ProcessIdentity)
_failure = msgspec.json.Decoder(Failure)
_backfill = msgspec.json.Decoder(Backfill)
_notice = msgspec.json.Decoder(Notice)
_texts = msgspec.json.Decoder(tuple[str, ...])
_new_run = msgspec.json.Decoder(NewRun)
_object = msgspec.json.Decoder(dict[str, Any])


def to_text(value: Any) -> str | None:
    """A record or JSON value as JSON text; None stays None."""
    return None if value is None else _encoder.encode(value).decode()


def run_from(row: Any) -> Run:
    """A run from a row of ``runs``."""
    return Run(
        run_id=row.run_id,
        submission=_submission.decode(row.body),
        status=RunStatus(row.status),
        cursor=row.pk,
        epoch=row.epoch,
        create_time=row.create_time,
        start_time=row.start_time,
        end_time=row.end_time,
        worker=_worker.decode(row.worker) if row.worker else None,
        runner=_worker.decode(row.runner) if row.runner else None,
        lease_until=row.lease_until,
        start_deadline=row.start_deadline,
        launch_tries=row.launch_tries,
        resume_count=row.resume_count,
        event_seq=row.event_seq,
        failure=_failure.decode(row.failure) if row.failure else None,
    )


def event_values(run_pk: int, seq: int, epoch: int, event: Event) -> tuple[Any, ...]:
    """The columns of ``events``, in order."""
    return (
        run_pk,
        seq,
        epoch,
        event.type.value,
        event.step_key,
        event.timestamp,
        event.level,
        event.message,
        _encoder.encode(event.data).decode() if event.data else "{}",
    )


def log_values(stored: StoredEvent) -> dict[str, Any]:
    """The columns of ``event_log``."""
    event = stored.event
    return {
        "run_id": stored.run_id,
        "seq": stored.seq,
        "type": event.type.value,
        "step_key": event.step_key,
        "timestamp": event.timestamp,
        "level": event.level,
        "message": event.message,
        "data": _encoder.encode(event.data).decode(),
    }


def event_from(run_id: str, row: Any) -> StoredEvent:
    """A stored event from the columns that ``READ_EVENT`` names; by their places, because logs are long."""
    seq, kind, timestamp, message, level, step_key, data = row
    event = Event(
        type=_EVENT_TYPES[kind],
        timestamp=timestamp,
        message=message,
        level=level,
        step_key=step_key,
        data=_object.decode(data),
    )
    return StoredEvent(run_id=run_id, seq=seq, event=event)


def fact_from(key: AssetPath, row: Any) -> AssetFact:
    """What is known of an asset, from a row of ``asset_facts``."""
    carried = _object.decode(row.body)
    return AssetFact(
        cursor=row.cursor,
        type=EventType(row.type),
        asset_key=key,
        run_id=row.run_id,
        seq=row.seq,
        timestamp=row.timestamp,
        step_key=row.step_key,
        partition=carried.get("partition"),
        description=carried.get("description", ""),
        metadata=tuple(carried.get("metadata", ())),
        tags=carried.get("tags", {}),
        lineage=tuple(tuple(parent) for parent in carried.get("lineage", ())),
    )


def instigator_from(row: Any) -> Instigator:
    """An instigator from its row."""
    values = dict(row._mapping)
    values["running"], values["by_default"] = bool(values["running"]), bool(values["by_default"])
    return Instigator(**values)


def texts_from(text: str) -> tuple[str, ...]:
    """A stored list of texts."""
    return _texts.decode(text)


def new_run_from(text: str) -> NewRun:
    """A run that waits to be stored, from its JSON text."""
    return _new_run.decode(text)


def tick_from(row: Any) -> Tick:
    """A tick from its row."""
    values = dict(row._mapping)
    values["status"] = TickStatus(values["status"])
    values["run_ids"] = _texts.decode(values["run_ids"])
    values["skipped_run_keys"] = _texts.decode(values["skipped_run_keys"])
    values["failure"] = _failure.decode(values["failure"]) if values["failure"] else None
    return Tick(**values)


def backfill_from(row: Any) -> Backfill:
    """A backfill from its row."""
    return replace(
        _backfill.decode(row.body),
        status=BackfillStatus(row.status),
        position=row.position,
        runs_made=row.runs_made,
        passed_over=_object.decode(row.passed_over),
        end_time=row.end_time,
        failure=_failure.decode(row.failure) if row.failure else None,
        epoch=row.epoch,
        owner=row.owner,
        lease_until=row.lease_until,
        cursor=row.pk,
    )


def notice_from(row: Any) -> Notice:
    """A piece of news from its row."""
    return replace(
        _notice.decode(row.body),
        status=NoticeStatus(row.status),
        attempts=row.attempts,
        sent_at=row.sent_at,
        error=row.error,
    )
