"""Following a run: its events as lines, as they come."""

from __future__ import annotations

import argparse
import json
import select
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime

import msgspec

from jupyter_orch.bell import BellListener
from jupyter_orch.cli.exit_codes import FAILED, INTERRUPTED, OK
from jupyter_orch.cli.opening import describe
from jupyter_orch.cli.visible import visible
from jupyter_orch.instance import Instance
from jupyter_orch.records.event import Event, EventType, StoredEvent
from jupyter_orch.records.failure import Failure
from jupyter_orch.records.run import Run, RunFilter
from jupyter_orch.records.status import RunStatus
from jupyter_orch.runs.problems import RunNotFound

LOOK_AGAIN = 1.0
PAGE = 1000
SHORTEST_PREFIX = 4
SEARCHED = 1000


def find_run(instance: Instance, wanted: str) -> Run:
    """The run with that id, with an id that begins so, or the newest for ``latest``.

    Raises:
        RunNotFound: none, or several.
    """
    exact = instance.storage.get_run(wanted)
    if exact is not None:
        return exact
    newest = instance.storage.list_runs(RunFilter(), limit=SEARCHED)
    if wanted == "latest" and newest:
        return newest[0]
    found = [run for run in newest if run.run_id.startswith(wanted)] if len(wanted) >= SHORTEST_PREFIX else []
    if len(found) == 1:
        return found[0]
    if found:
        raise RunNotFound(f"{len(found)} runs begin with {wanted!r}; write more of the id")
    raise RunNotFound(f"there is no run {wanted!r} in {instance.settings.home}; see 'jupyter-orch run list'")


def events_of(instance: Instance, run_id: str, *, after: int = 0) -> Iterator[StoredEvent]:
    """Every event that is stored now, oldest first."""
    while page := instance.storage.read_events(run_id, after=after, limit=PAGE):
        yield from page
        after = page[-1].seq


def follow(instance: Instance, run_id: str, *, after: int = 0) -> Iterator[StoredEvent]:
    """Every event, then whatever comes until the run has ended."""
    bell = BellListener(instance.settings.home)
    try:
        while True:
            ended = (found := instance.storage.get_run(run_id)) is None or found.is_final  # asked before reading
            for stored in events_of(instance, run_id, after=after):
                after = stored.seq
                yield stored
            if ended:
                return
            select.select([bell.socket], [], [], LOOK_AGAIN)
            bell.read()
    finally:
        bell.close()


def watch(instance: Instance, run_id: str, *, after: int = 0, as_json: bool = False) -> int:
    """Print a run's events to its end, or until Ctrl-C, which leaves the run alone.

    Args:
        after: only events with a greater number.
        as_json: one JSON object per line.

    Returns:
        The exit code: 0 when the run succeeded, 1 when it did not, 130 after Ctrl-C.
    """
    return watching(
        follow(instance, run_id, after=after),
        lambda: conclude(instance, find_run(instance, run_id)),
        run_id,
        as_json=as_json,
    )


def watching(events: Iterator[StoredEvent], conclude: Callable[[], int], run_id: str, *, as_json: bool = False) -> int:
    """Print events to their end, or until Ctrl-C; returns the exit code, ``conclude``'s unless interrupted."""
    # also in the background of a script, where the shell has us born deaf to SIGINT
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        for stored in events:
            print_event(stored, as_json=as_json)
        return conclude()
    except KeyboardInterrupt:
        print(f"the run goes on; cancel it with: jupyter orch run cancel {run_id[:8]}", file=sys.stderr, flush=True)
        return INTERRUPTED
    finally:
        signal.signal(signal.SIGINT, before)


def wait_for_start(instance: Instance, run_id: str, seconds: float) -> Run:
    """The run once user code may be running in it, once it has ended, or after so many seconds."""
    bell = BellListener(instance.settings.home)
    try:
        waits = int(seconds / LOOK_AGAIN) + 1
        while True:
            run = find_run(instance, run_id)
            if run.runner is not None or run.is_final or waits == 0:
                return run
            waits -= 1
            select.select([bell.socket], [], [], LOOK_AGAIN)
            bell.read()
    finally:
        bell.close()


def add_json_lines(parser: argparse.ArgumentParser) -> None:
    """The option for programs that follow a run."""
    parser.add_argument("--json", action="store_true", help="print JSON, an object a line: the run's id, then events")


def tell_run(run_id: str, *, as_json: bool) -> None:
    """Say which run it is, before anything is said of it."""
    print(json.dumps({"run_id": run_id}) if as_json else f"run {run_id}", flush=True)


def print_event(stored: StoredEvent, *, as_json: bool = False) -> None:
    """One event as one line, with further lines of its message indented."""
    event = stored.event
    if as_json:
        print(json.dumps({"seq": stored.seq, **msgspec.to_builtins(event)}, ensure_ascii=False), flush=True)
        return
    at = datetime.fromtimestamp(event.timestamp).astimezone().strftime("%H:%M:%S.%f")[:-3]
    who = f"{visible(event.step_key)}: " if event.step_key else ""
    kind = event.type if event.type != "LOG" else "log"
    message = visible(event.message.rstrip()).replace("\n", "\n" + " " * 14)
    print(f"{at}  {event.level:<8} {kind:<24} {who}{message}", flush=True)


def conclude(instance: Instance, run: Run) -> int:
    """Say on stderr why a run did not succeed; returns the exit code."""
    return conclude_as(run.run_id, run.status, why_not(instance, run))


def conclude_as(run_id: str, status: RunStatus, reason: str) -> int:
    """The same of a run of which that is known."""
    if status == RunStatus.SUCCESS:
        return OK
    print(f"jupyter-orch: run {run_id} is {status}{': ' + visible(reason) if reason else ''}", file=sys.stderr)
    return FAILED


def why_not(instance: Instance, run: Run) -> str:
    """Why a run failed: every step that failed, and what befell the run itself; empty when it did not."""
    if run.status != RunStatus.FAILURE:
        return ""
    return reasons((stored.event for stored in events_of(instance, run.run_id)), run.failure)


def reasons(events: Iterable[Event], own: Failure | None) -> str:
    """Why a run failed.

    Args:
        events: of the run, those of failed steps among them.
        own: what the run itself ended with; it is left out when it only repeats a step's.
    """
    ends = [event for event in events if event.type == EventType.STEP_FAILURE]
    steps = {e.step_key: msgspec.convert(e.data["failure"], Failure) for e in ends if e.data.get("failure")}
    lines = [f"step {key}: {describe(failure)}" for key, failure in steps.items()]
    if own is not None and (not lines or own.hint) and not _is_told(own, steps):
        lines.append(describe(own))
    return "\n".join(lines)


def _is_told(own: Failure, steps: Mapping[str | None, Failure]) -> bool:
    """Whether a run's failure is that of one of its steps, in other words."""
    return own in steps.values() or any(own.message.startswith(f"step {key} failed: ") for key in steps)
