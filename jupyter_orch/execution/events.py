"""Making events: each kind of fact has its sentence and its data here, and nowhere else."""

from __future__ import annotations

from time import time
from typing import Any

from jupyter_orch.definitions.metadata import EventMetadataEntry, entries_json
from jupyter_orch.definitions.output import AssetMaterialization, ExpectationResult, TypeCheck
from jupyter_orch.records.codec import to_json
from jupyter_orch.records.event import Event, EventType
from jupyter_orch.records.failure import Failure
from jupyter_orch.records.messages import PlanSnapshot

E = EventType
LONGEST_LINE = 256 * 1024


def engine(message: str, step_key: str | None = None, level: str = "INFO", **data: Any) -> Event:
    """Something that the engine itself did or saw."""
    return Event(type=E.ENGINE_EVENT, timestamp=time(), message=message, level=level, step_key=step_key, data=data)


def planned(plan: PlanSnapshot, executor: str) -> Event:
    """The first event of a run: what it is going to do."""
    return engine(
        f"Going to run {len(plan.steps)} step(s) with the executor {executor!r}.", plan=to_json(plan), executor=executor
    )


def step_start(key: str, attempt: int, pid: int, isolation: str) -> Event:
    """A step begins, or begins again."""
    data = {"attempt": attempt, "pid": pid, "isolation": isolation}
    if attempt > 1:
        return Event(
            type=E.STEP_RESTARTED,
            timestamp=time(),
            message=f'Step "{key}" starts again (attempt {attempt}).',
            step_key=key,
            data=data,
        )
    return Event(type=E.STEP_START, timestamp=time(), message=f'Step "{key}" starts.', step_key=key, data=data)


def logs_captured(keys: list[str], key: str) -> Event:
    """From here on the output of these steps goes to files."""
    return Event(
        type=E.LOGS_CAPTURED,
        timestamp=time(),
        message="Output goes to the step's log files.",
        step_key=key,
        data={"step_keys": keys},
    )


def type_check_json(verdict: TypeCheck) -> dict[str, Any]:
    """A verdict as events carry it."""
    made: dict[str, Any] = {"success": verdict.success}
    if verdict.description:
        made["description"] = verdict.description
    if verdict.metadata_entries:
        made["metadata"] = entries_json(verdict.metadata_entries)
    return made


def step_input(key: str, name: str, type_name: str, verdict: TypeCheck) -> Event:
    """A value for an input was checked."""
    passed = "passed" if verdict.success else "did not pass"
    return Event(
        type=E.STEP_INPUT,
        timestamp=time(),
        step_key=key,
        message=f'Input "{name}" of type "{type_name}" {passed} its check.',
        level="INFO" if verdict.success else "ERROR",
        data={"input_name": name, "type_check": type_check_json(verdict)},
    )


def loaded_input(
    key: str, name: str, manager_key: str, upstream_step: str | None, upstream_output: str | None
) -> Event:
    """An input was loaded."""
    source = f' from output "{upstream_output}" of "{upstream_step}"' if upstream_step else ""
    return Event(
        type=E.LOADED_INPUT,
        timestamp=time(),
        step_key=key,
        message=f'Loaded input "{name}"{source} with "{manager_key}".',
        data={
            "input_name": name,
            "manager_key": manager_key,
            "upstream_step": upstream_step,
            "upstream_output": upstream_output,
        },
    )


def step_output(
    key: str,
    name: str,
    mapping_key: str | None,
    type_name: str,
    verdict: TypeCheck,
    metadata: tuple[EventMetadataEntry, ...] = (),
) -> Event:
    """A step gave an output and it was checked."""
    passed = "passed" if verdict.success else "did not pass"
    shown = f"{name}[{mapping_key}]" if mapping_key else name
    data: dict[str, Any] = {"output_name": name, "mapping_key": mapping_key, "type_check": type_check_json(verdict)}
    if metadata:
        data["metadata"] = entries_json(metadata)
    return Event(
        type=E.STEP_OUTPUT,
        timestamp=time(),
        step_key=key,
        message=f'Output "{shown}" of type "{type_name}" {passed} its check.',
        level="INFO" if verdict.success else "ERROR",
        data=data,
    )


def handled_output(
    key: str, name: str, mapping_key: str | None, manager_key: str, metadata: tuple[EventMetadataEntry, ...]
) -> Event:
    """An output was stored."""
    return Event(
        type=E.HANDLED_OUTPUT,
        timestamp=time(),
        step_key=key,
        message=f'Stored output "{name}" with "{manager_key}".',
        data={
            "output_name": name,
            "mapping_key": mapping_key,
            "manager_key": manager_key,
            "metadata": entries_json(metadata),
        },
    )


def asset(key: str, item: AssetMaterialization, lineage: list[list[str]] | None = None) -> Event:
    """A thing outside the run was written or looked at."""
    verb = "Observed" if item.event_type == "ASSET_OBSERVATION" else "Materialized"
    data: dict[str, Any] = {
        "asset_key": item.asset_key.path,
        "description": item.description or "",
        "partition": item.partition,
        "metadata": entries_json(item.metadata_entries),
    }
    if item.tags:
        data["tags"] = item.tags
    if lineage:
        data["lineage"] = lineage
    return Event(
        type=EventType(item.event_type),
        timestamp=time(),
        step_key=key,
        data=data,
        message=item.description or f"{verb} {item.asset_key.to_user_string()}.",
    )


def expectation(key: str, item: ExpectationResult) -> Event:
    """A check of data was made."""
    return Event(
        type=E.STEP_EXPECTATION_RESULT,
        timestamp=time(),
        step_key=key,
        level="INFO" if item.success else "WARNING",
        message=f'Expectation "{item.label}" {"holds" if item.success else "does not hold"}'
        + (f": {item.description}" if item.description else "."),
        data={
            "success": item.success,
            "label": item.label,
            "description": item.description or "",
            "metadata": entries_json(item.metadata_entries),
        },
    )


def step_success(key: str, attempt: int, seconds: float, peak_rss_bytes: int, cpu_seconds: float) -> Event:
    """A step ended well."""
    return Event(
        type=E.STEP_SUCCESS,
        timestamp=time(),
        step_key=key,
        message=f'Step "{key}" is done in {seconds:.3g} s.',
        data={"attempt": attempt, "seconds": seconds, "peak_rss_bytes": peak_rss_bytes, "cpu_seconds": cpu_seconds},
    )


def step_failure(key: str, attempt: int, failure: Failure, **more: Any) -> Event:
    """A step failed for good."""
    return Event(
        type=E.STEP_FAILURE,
        timestamp=time(),
        level="ERROR",
        step_key=key,
        message=f'Step "{key}" failed: {failure.cls}: {_first_line(failure.message)}',
        data={"attempt": attempt, "failure": to_json(failure), **more},
    )


def up_for_retry(key: str, attempt: int, failure: Failure, seconds: float) -> Event:
    """A step failed and will be tried again."""
    return Event(
        type=E.STEP_UP_FOR_RETRY,
        timestamp=time(),
        level="WARNING",
        step_key=key,
        message=f'Step "{key}" failed in attempt {attempt} and is tried again in {seconds:.3g} s: '
        f"{failure.cls}: {_first_line(failure.message)}",
        data={"attempt": attempt, "failure": to_json(failure), "seconds_to_wait": seconds},
    )


def step_skipped(key: str, reason: str) -> Event:
    """A step does not run because an optional output before it was not given."""
    return Event(
        type=E.STEP_SKIPPED,
        timestamp=time(),
        step_key=key,
        message=f'Step "{key}" is skipped: {reason}.',
        data={"reason": reason},
    )


def abandoned(key: str, failed: list[str]) -> Event:
    """A step does not run because one before it failed."""
    return engine(
        f'Step "{key}" does not run, because {", ".join(repr(name) for name in failed)} did not succeed.',
        key,
        "WARNING",
        abandoned=True,
        upstream=failed,
    )


def log_line(key: str | None, level: str, message: str, logger: str) -> Event:
    """What user code logged; of a very long line only the beginning."""
    if len(message) > LONGEST_LINE:
        message = f"{message[:LONGEST_LINE]}… (the line is cut here; it has {len(message):,} characters)"
    return Event(type=E.LOG, timestamp=time(), level=level, message=message, step_key=key, data={"logger": logger})


def hook(kind: EventType, key: str, name: str, failure: Failure | None = None) -> Event:
    """A hook ran, failed, or had nothing to do."""
    verb = {"HOOK_COMPLETED": "ran", "HOOK_ERRORED": "failed", "HOOK_SKIPPED": "had nothing to do"}[kind]
    data: dict[str, Any] = {"hook_name": name}
    if failure is not None:
        data["failure"] = to_json(failure)
    return Event(
        type=kind,
        timestamp=time(),
        step_key=key,
        level="ERROR" if failure else "INFO",
        message=f'Hook "{name}" {verb}.',
        data=data,
    )


def _first_line(text: str) -> str:
    line = text.strip().split("\n", 1)[0]
    return line if len(line) <= 300 else line[:300] + "…"
