"""Following a run: its events as lines, as they come."""

from __future__ import annotations

import argparse
import json
import select
import signal
import sys
from collections.abc import Callable, Iterator
from datetime import datetime

import msgspec

from jupyter_orch.bell import BellListener
from jupyter_orch.cli.exit_codes import FAILED, INTERRUPTED, OK
from jupyter_orch.cli.opening import describe
from jupyter_orch.cli.visible import visible
from jupyter_orch.instance import Instance
from jupyter_orch.records.event import EventType, StoredEvent
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


def watch(instance: Instance, run_id: str, *, as_json: bool = False) -> int:
    """Print a run's events to its end, or until Ctrl-C, which leaves the run alone.

    Args:
        as_json: one JSON object per line.

    Returns:
        The exit code: 0 when the run succeeded, 1 when it did not, 130 after Ctrl-C.
    """
    return watching(
        follow(instance, run_id), lambda: conclude(instance, find_run(instance, run_id)), run_id, as_json=as_json
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
    if run.status == RunStatus.SUCCESS:
        return OK
    reason = why_not(instance, run)
    print(f"jupyter-orch: run {run.run_id} is {run.status}{': ' + visible(reason) if reason else ''}", file=sys.stderr)
    return FAILED


def why_not(instance: Instance, run: Run) -> str:
    """Why a run failed: every step that failed, and what befell the run itself; empty when it did not."""
    if run.status != RunStatus.FAILURE:
        return ""
    ends = [stored.event for stored in events_of(instance, run.run_id) if stored.event.type == EventType.STEP_FAILURE]
    steps = {e.step_key: msgspec.convert(e.data["failure"], Failure) for e in ends if e.data.get("failure")}
    lines = [f"step {key}: {describe(failure)}" for key, failure in steps.items()]
    own = run.failure
    if own is not None and (not lines or own.hint) and own not in steps.values():
        lines.append(describe(own))
    return "\n".join(lines)
