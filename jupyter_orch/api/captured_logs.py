"""GraphQL: captured output of steps, both streams in one answer, asked for by its key."""

from __future__ import annotations

from typing import Any

from jupyter_orch.api import runs
from jupyter_orch.api.context import Context, context_of
from jupyter_orch.api.logs import CHUNK
from jupyter_orch.api.problems import Answer
from jupyter_orch.runs import problems

OLD_MIDDLE = "compute_logs"


def read_key(key: list[str]) -> tuple[str, str]:
    """Run and step of a log key, as [run, step] or [run, "compute_logs", step].

    Raises:
        InvalidFilter: it is neither.
    """
    if len(key) == 3 and key[1] == OLD_MIDDLE:
        return key[0], key[2]
    if len(key) != 2:
        raise problems.InvalidFilter("expected a logKey of two parts: the run's id and the step's key")
    return key[0], key[1]


def read_cursor(text: str | None) -> tuple[int, int]:
    """The first bytes of both streams that a client has not seen.

    Raises:
        InvalidFilter: it is no cursor of ours.
    """
    if not text:
        return 0, 0
    parts = text.split(":")
    if len(parts) != 2 or not all(part.isascii() and part.isdigit() and len(part) < 16 for part in parts):
        raise problems.InvalidFilter(f"expected the cursor of an earlier answer, found {text[:40]!r}")
    return int(parts[0]), int(parts[1])


def captured_since(context: Context, key: list[str], cursor: str | None, limit: int | None) -> Answer:
    """What a step has written behind a cursor."""
    run_id, step_key = read_key(key)
    start = read_cursor(cursor)
    if context.orchestrator.instance.storage.get_run(run_id) is None:  # a name in the request is no folder's name
        return {"__typename": "CapturedLogs", "logKey": key, "stdout": None, "stderr": None, "cursor": cursor or "0:0"}
    return {**runs.captured(context, run_id, step_key, start, CHUNK if limit is None else limit), "logKey": key}


def _captured_logs(_: Any, info: Any, logKey: list[str], cursor: str | None = None, limit: int | None = None) -> Answer:
    return captured_since(context_of(info), logKey, cursor, limit)


def _metadata(_: Any, info: Any, logKey: list[str]) -> Answer:
    context = context_of(info)
    run_id, step_key = read_key(logKey)
    told: Answer = {"__typename": "CapturedLogsMetadata"}
    exists = context.orchestrator.instance.storage.get_run(run_id) is not None
    for stream in ("stdout", "stderr"):
        there = exists and context.orchestrator.instance.compute_logs.size(run_id, step_key, stream) is not None
        file = runs.log_answer(context, run_id, step_key, stream, 0) if there else {}
        told[f"{stream}DownloadUrl"], told[f"{stream}Location"] = file.get("downloadUrl"), file.get("path")
    return told


RESOLVERS = {"Query": {"capturedLogs": _captured_logs, "capturedLogsMetadata": _metadata}}
