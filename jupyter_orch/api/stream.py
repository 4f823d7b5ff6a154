"""GraphQL subscriptions: each is an async generator that wakes on news, reads the database in a thread, and yields."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any, TypeVar

from jupyter_orch.api import runs
from jupyter_orch.api.captured_logs import captured_since, read_key
from jupyter_orch.api.context import Context, context_of
from jupyter_orch.api.events import message_event, plain_event
from jupyter_orch.api.hub import wait_for
from jupyter_orch.api.problems import Answer
from jupyter_orch.records.event import StoredEvent
from jupyter_orch.records.run import Run

T = TypeVar("T")
PAGE = 250
"""Events in one message: they become JSON in the event loop, where 1,000 of the classic types take up to 90 ms."""
LOOK_AT_FILE = 0.25


async def _in_thread(work: Callable[..., T], *args: Any) -> T:
    return await asyncio.get_running_loop().run_in_executor(None, work, *args)


async def _run_logs(_: Any, info: Any, runId: str, after: str | None = None) -> AsyncIterator[Answer]:
    context = context_of(info)
    seen = runs.event_cursor(after)
    with context.hub.watching(runId) as news:
        while True:
            news.clear()
            found, events = await _in_thread(_read, context, runId, seen)
            if found is None:
                message = f"there is no run {runId!r}"
                yield _payload(
                    {"__typename": "PipelineRunLogsSubscriptionFailure", "message": message, "missingRunId": runId}
                )
                return
            if events:
                seen = events[-1].seq
                yield _payload(_batch(context, found, events))
            if found.is_final and seen >= found.event_seq:
                return
            if not events:
                await wait_for(news)


def _read(context: Context, run_id: str, after: int) -> tuple[Run | None, list[StoredEvent]]:
    storage = context.orchestrator.instance.storage
    events = storage.read_events(run_id, after=after, limit=PAGE)
    return storage.get_run(run_id), events


def _batch(context: Context, found: Run, events: list[StoredEvent]) -> Answer:
    return {
        "__typename": "PipelineRunLogsSubscriptionSuccess",
        "run": runs.run(context, found),
        "events": lambda info: [plain_event(e) for e in events],
        "messages": lambda info: [message_event(e) for e in events],
        "cursor": str(events[-1].seq),
        "hasMorePastEvents": events[-1].seq < found.event_seq,
    }


async def _compute_logs(
    _: Any, info: Any, runId: str, stepKey: str, ioType: str, cursor: str | None = None
) -> AsyncIterator[Answer]:
    context = context_of(info)
    stream = ioType.lower()
    at = int(cursor) if cursor and cursor.isdigit() else 0
    first = True
    with context.hub.watching(runId) as news:
        while True:
            news.clear()
            found = await _in_thread(context.orchestrator.instance.storage.get_run, runId)
            if found is None:  # a name in the request is no folder's name
                yield {"computeLogs": {**runs.no_log(stepKey, stream), "cursor": at}}
                return
            chunk = await _in_thread(runs.log_answer, context, runId, stepKey, stream, at)
            if chunk["data"] or first:
                at, first = chunk["cursor"], False
                yield {"computeLogs": chunk}
            elif found.is_final:
                return
            else:
                await wait_for(news, LOOK_AT_FILE)


async def _captured_logs(_: Any, info: Any, logKey: list[str], cursor: str | None = None) -> AsyncIterator[Answer]:
    context = context_of(info)
    run_id, _step = read_key(logKey)
    at, first = cursor, True
    with context.hub.watching(run_id) as news:
        while True:
            news.clear()
            found = await _in_thread(context.orchestrator.instance.storage.get_run, run_id)
            chunk = await _in_thread(captured_since, context, logKey, at, None)
            if chunk["stdout"] or chunk["stderr"] or first:
                at, first = chunk["cursor"], False
                yield {"capturedLogs": chunk}
            elif found is None or found.is_final:
                return
            else:
                await wait_for(news, LOOK_AT_FILE)


async def _runs_changed(_: Any, info: Any) -> AsyncIterator[Answer]:
    async for changed in context_of(info).hub.run_changes():
        yield {"pipelineRunsChanged": {"runIds": sorted(changed)}}


async def _locations_changed(_: Any, info: Any) -> AsyncIterator[Answer]:
    async for state in context_of(info).hub.location_changes():
        event = {"locationName": state.name, "eventType": state.status.value, "message": state.progress}
        yield {"locationStateChangeEvents": {"event": event}}


def _payload(answer: Answer) -> Answer:
    return {"pipelineRunLogs": answer}


SUBSCRIPTIONS = {
    "pipelineRunLogs": _run_logs,
    "computeLogs": _compute_logs,
    "capturedLogs": _captured_logs,
    "pipelineRunsChanged": _runs_changed,
    "locationStateChangeEvents": _locations_changed,
}
