"""Whether runs are told as OpenTelemetry traces: off unless OpenTelemetry's own variables say where to."""

from __future__ import annotations

import importlib
import os
import re
from collections.abc import Mapping

from jupyter_orch.ports import RunStorage

TRACEPARENT_TAG = ".jupyter_orch/traceparent"
"""Hidden tag of a run: the trace in which somebody asked for it."""

_TRACEPARENT = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")


def exporter_wanted(environment: Mapping[str, str]) -> str:
    """Name of the exporter that the environment asks for; empty when there is to be no trace."""
    if environment.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return ""
    named = environment.get("OTEL_TRACES_EXPORTER", "").split(",")[0].strip()
    if named:
        return "" if named == "none" else named
    has_place = "OTEL_EXPORTER_OTLP_ENDPOINT" in environment or "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT" in environment
    return "otlp" if has_place else ""


def trace_tags(traceparent: str) -> dict[str, str]:
    """The tags of a run that was asked for in a trace; none when there is no trace, or what was sent is none."""
    return {TRACEPARENT_TAG: traceparent} if _TRACEPARENT.fullmatch(traceparent) else {}


def tell_if_wanted(storage: RunStorage, run_id: str) -> None:
    """Send the spans of a run that has ended, where traces are wanted; costs a look at the environment elsewhere."""
    if exporter := exporter_wanted(os.environ):
        run = storage.get_run(run_id)
        if run is not None and run.is_final:
            importlib.import_module("jupyter_orch.runs.tracing").tell(storage, run, exporter)
