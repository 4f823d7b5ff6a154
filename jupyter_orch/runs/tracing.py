"""OpenTelemetry: a run that has ended, told as spans. Imported only where traces are wanted (``runs.tracing_switch``).

The spans are made of the run's stored events, once, when it has ended: tracing costs a run nothing while it goes on,
and tells of steps that an earlier, lost worker had executed as well.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import Any

from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from jupyter_orch.ports import RunStorage
from jupyter_orch.ports.runs import ALL_EVENTS
from jupyter_orch.records.event import Event, EventType
from jupyter_orch.records.run import Run
from jupyter_orch.records.status import RunStatus
from jupyter_orch.runs.tracing_switch import TRACEPARENT_TAG
from jupyter_orch.version import __version__

log = logging.getLogger("jupyter_orch.tracing")

SERVICE = "jupyter_orch"
EXPORTERS = "opentelemetry_traces_exporter"
_BEGINS = (EventType.STEP_START, EventType.STEP_RESTARTED)
_ENDS = (EventType.STEP_SUCCESS, EventType.STEP_FAILURE, EventType.STEP_UP_FOR_RETRY)
_TOLD = (EventType.PIPELINE_START, *_BEGINS, *_ENDS)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt at a step: how it began, and how it ended if it did."""

    begun: Event
    ended: Event | None


def tell(storage: RunStorage, run: Run, exporter_name: str) -> None:
    """Send a run's spans; what goes wrong is logged, for traces are no reason for anything to fail.

    Args:
        run: it has ended.
        exporter_name: as in ``$OTEL_TRACES_EXPORTER``, e.g. ``otlp`` or ``console``.
    """
    try:
        send(storage, run, exporter_named(exporter_name))
    except Exception as error:  # exporters raise whatever their libraries do
        log.warning("no trace of run %s: %s: %s", run.run_id, type(error).__name__, error)


def exporter_named(name: str) -> SpanExporter:
    """What an installed package offers under that name.

    Raises:
        LookupError: none does; says which there are.
    """
    known = {found.name: found for found in entry_points(group=EXPORTERS)}
    if name not in known:
        told = ", ".join(sorted(known)) or "none"
        raise LookupError(f"no exporter {name!r} is installed (there are: {told}); pip install 'jupyter-orch[otel]'")
    made: SpanExporter = known[name].load()()
    return made


def send(storage: RunStorage, run: Run, exporter: SpanExporter) -> None:
    """Make a run's spans (launch, below it the run, below it each attempt at a step) and send them."""
    provider = TracerProvider(resource=Resource.create({"service.name": SERVICE, "service.version": __version__}))
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    try:
        events = [stored.event for stored in storage.read_events(run.run_id, types=_TOLD, limit=ALL_EVENTS)]
        _record(provider.get_tracer(SERVICE, __version__), run, events)
    finally:
        provider.shutdown()


def attempts(events: Iterable[Event]) -> Iterator[Attempt]:
    """What was tried, in the order in which it ended; what never ended comes last."""
    going: dict[str | None, Event] = {}
    for event in events:
        if event.type in _BEGINS:
            going[event.step_key] = event
        elif event.type in _ENDS and event.step_key in going:
            yield Attempt(going.pop(event.step_key), event)
    yield from (Attempt(begun, None) for begun in going.values())


def _record(tracer: trace.Tracer, run: Run, events: list[Event]) -> None:
    asked = run.submission
    about = {
        "jupyter_orch.run_id": run.run_id,
        "jupyter_orch.pipeline": asked.selector.pipeline,
        "jupyter_orch.location": asked.location,
    }
    around = TraceContextTextMapPropagator().extract({"traceparent": asked.tags.get(TRACEPARENT_TAG, "")})
    ended = run.end_time or run.create_time
    started = run.start_time or ended
    launch = tracer.start_span(
        f"launch {asked.selector.pipeline}",
        around,
        trace.SpanKind.PRODUCER,
        {**about, "jupyter_orch.created_by": asked.created_by},
        start_time=_ns(run.create_time),
    )
    launch.end(_ns(started))
    if run.start_time is None:
        return
    whole = tracer.start_span(
        f"run {asked.selector.pipeline}",
        trace.set_span_in_context(launch),
        trace.SpanKind.CONSUMER,
        {**about, "jupyter_orch.status": run.status.value, "jupyter_orch.mode": asked.selector.mode},
        start_time=_ns(started),
    )
    for attempt in attempts(events):
        _record_step(tracer, trace.set_span_in_context(whole), attempt, about, ended)
    if run.status != RunStatus.SUCCESS:
        whole.set_status(trace.StatusCode.ERROR, run.failure.message if run.failure else run.status.value)
    whole.end(_ns(ended))


def _record_step(tracer: trace.Tracer, around: Any, attempt: Attempt, about: dict[str, str], run_end: float) -> None:
    begun, ended = attempt.begun, attempt.ended
    span = tracer.start_span(
        f"step {begun.step_key}",
        around,
        attributes={
            **about,
            "jupyter_orch.step_key": begun.step_key or "",
            "jupyter_orch.attempt": int(begun.data.get("attempt", 1)),
        },
        start_time=_ns(begun.timestamp),
    )
    end = ended.timestamp if ended is not None else run_end
    if ended is None or ended.type != EventType.STEP_SUCCESS:
        failure = (ended.data.get("failure") if ended is not None else None) or {}
        reason = failure.get("message") or (ended.message if ended is not None else "cut off")
        span.set_status(trace.StatusCode.ERROR, reason)
        if failure:
            told = {
                "exception.type": failure.get("cls", ""),
                "exception.message": reason,
                "exception.stacktrace": "\n".join(failure.get("stack") or ()),
            }
            span.add_event("exception", told, _ns(end))
    span.end(_ns(end))


def _ns(seconds: float) -> int:
    return int(seconds * 1_000_000_000)
