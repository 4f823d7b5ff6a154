"""A run that has ended is told as spans: launch, run, attempts at steps, in the trace in which it was asked for."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode, format_span_id, format_trace_id

from jupyter_orch.processes import this_process
from jupyter_orch.records.event import EventType
from jupyter_orch.records.run import Run
from jupyter_orch.records.status import RunStatus
from jupyter_orch.runs import tracing
from jupyter_orch.runs.journal import Journal
from jupyter_orch.runs.tracing_switch import exporter_wanted, tell_if_wanted, trace_tags
from jupyter_orch.storage.sql import SqlStorage
from tests.conftest import event, submission

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
TRACEPARENT = f"00-{TRACE}-{SPAN}-01"
FAILURE = {"cls": "ValueError", "message": "no such bird", "stack": ["line 1"]}


def ended_run(storage: SqlStorage, tags: dict[str, str]) -> Run:
    journal = Journal(storage, lambda _: None)
    run, _ = journal.submit(submission(tags=tags, created_by="ada"))
    won = journal.dequeue(run)
    assert won is not None
    held = journal.claim(run.run_id, won[0].epoch, won[1], this_process(), "in a test")
    assert held is not None and held.start_time is not None
    at = held.start_time

    def step(kind: EventType, key: str, seconds: float, **data: object) -> object:
        return replace(event(kind, step_key=key, data=data), timestamp=at + seconds)

    journal.append(
        run.run_id,
        held.epoch,
        [
            step(EventType.STEP_START, "load", 0.1, attempt=1),
            step(EventType.STEP_UP_FOR_RETRY, "load", 0.2, failure=FAILURE),
            step(EventType.STEP_RESTARTED, "load", 0.3, attempt=2),
            step(EventType.STEP_SUCCESS, "load", 0.4),
            step(EventType.STEP_START, "save", 0.5, attempt=1),
            step(EventType.STEP_FAILURE, "save", 0.7, failure=FAILURE),
            step(EventType.STEP_START, "last", 0.8, attempt=1),
        ],  # type: ignore[list-item]
    )
    ended = journal.fail(held, "steps failed")
    assert ended is not None
    return ended


def test_spans_of_a_run(storage: SqlStorage) -> None:
    run = ended_run(storage, trace_tags(TRACEPARENT))
    exporter = InMemorySpanExporter()
    tracing.send(storage, run, exporter)
    spans = exporter.get_finished_spans()
    launch, load_1, load_2, save, last, whole = spans
    assert [s.name for s in spans] == ["launch pipe", "step load", "step load", "step save", "step last", "run pipe"]
    assert {format_trace_id(span.context.trace_id) for span in spans if span.context} == {TRACE}
    assert all(span.attributes and span.attributes["jupyter_orch.run_id"] == run.run_id for span in spans)
    assert launch.parent is not None and format_span_id(launch.parent.span_id) == SPAN
    assert whole.parent is not None and launch.context is not None and whole.parent.span_id == launch.context.span_id
    for span in (load_1, load_2, save, last):
        assert span.parent is not None and whole.context is not None and span.parent.span_id == whole.context.span_id
    outcomes = [span.status.status_code for span in (load_1, load_2, save, last, whole)]
    assert outcomes == [StatusCode.ERROR, StatusCode.UNSET, *[StatusCode.ERROR] * 3]
    assert load_2.attributes is not None and load_2.attributes["jupyter_orch.attempt"] == 2
    assert save.start_time is not None and save.end_time is not None
    assert abs(save.end_time - save.start_time - 200_000_000) < 1_000_000
    assert save.events[0].attributes is not None and save.events[0].attributes["exception.message"] == "no such bird"
    assert whole.attributes is not None and whole.attributes["jupyter_orch.status"] == RunStatus.FAILURE.value


def test_a_run_that_nobody_traced_begins_a_trace(storage: SqlStorage) -> None:
    exporter = InMemorySpanExporter()
    tracing.send(storage, ended_run(storage, {}), exporter)
    assert exporter.get_finished_spans()[0].parent is None


@pytest.mark.parametrize(
    "environment, wanted",
    [
        ({}, ""),
        ({"OTEL_TRACES_EXPORTER": "console"}, "console"),
        ({"OTEL_TRACES_EXPORTER": "none", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://x"}, ""),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://x"}, "otlp"),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://x", "OTEL_SDK_DISABLED": "TRUE"}, ""),
    ],
)
def test_open_telemetrys_own_variables_switch_it_on(environment: dict[str, str], wanted: str) -> None:
    assert exporter_wanted(environment) == wanted


@pytest.mark.parametrize("sent", ["", "x", TRACEPARENT + "\n", TRACEPARENT.upper(), TRACEPARENT + "-more"])
def test_what_is_no_traceparent_is_left_out(sent: str) -> None:
    assert trace_tags(sent) == {}


def test_trouble_with_an_exporter_troubles_nobody(
    storage: SqlStorage, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    run = ended_run(storage, {})
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "nowhere")
    tell_if_wanted(storage, run.run_id)
    assert "no exporter 'nowhere' is installed" in caplog.text


def test_nothing_is_imported_while_it_is_off() -> None:
    look = "import sys; from jupyter_orch.worker import main; from jupyter_orch.server import boot; import jupyter_orch"
    code = f"{look}\nprint([name for name in sys.modules if name.startswith('opentelemetry')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
