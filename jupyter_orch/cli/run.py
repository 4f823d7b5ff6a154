"""``jupyter-orch run``: look at runs, follow them, stop them. Needs no code and no server."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from typing import Any

import msgspec

from jupyter_orch.api.logs import notebooks_of
from jupyter_orch.cli.choosing import key_and_value
from jupyter_orch.cli.listing import Column, duration, elapsed, moment, print_json, show_facts, show_listing
from jupyter_orch.cli.opening import add_json, opened_instance, person
from jupyter_orch.cli.run_changes import declare_changes
from jupyter_orch.cli.watching import events_of, find_run, print_event, watch, why_not
from jupyter_orch.compute_logs.files import ENDINGS
from jupyter_orch.errors import OrchError
from jupyter_orch.instance import Instance
from jupyter_orch.records.run import Run, RunFilter
from jupyter_orch.records.status import RunStatus
from jupyter_orch.runs.cancel import Canceler
from jupyter_orch.runs.history import STEP_EVENTS, StepState, step_states
from jupyter_orch.runs.secret_config import shown_config
from jupyter_orch.yaml_text import dump_yaml

COLUMNS = (
    Column("run_id", "RUN", lambda text: str(text)[:8]),
    Column("status", "STATUS"),
    Column("pipeline", "PIPELINE"),
    Column("created_by", "BY"),
    Column("create_time", "SUBMITTED", moment),
    Column("seconds", "TOOK", duration),
)
STEP_COLUMNS = (
    Column("step_key", "STEP"),
    Column("status", "STATUS"),
    Column("seconds", "TOOK", duration),
    Column("attempts", "ATTEMPTS"),
    Column("notebook", "NOTEBOOK"),
)


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the verbs of this group."""
    verbs = parser.add_subparsers(title="verbs", metavar="VERB", required=True)
    listed = verbs.add_parser("list", help="runs, newest first")
    listed.add_argument("--limit", type=_count, default=25, metavar="N", help="at most so many (25)")
    listed.add_argument("--pipeline", metavar="NAME", help="only runs of this pipeline")
    listed.add_argument(
        "--status", action="append", choices=[s.value for s in RunStatus], help="only with this status; may be repeated"
    )
    listed.add_argument(
        "-t", "--tag", action="append", default=[], metavar="KEY=VALUE", help="only with this tag; may be repeated"
    )
    add_json(listed)
    listed.set_defaults(act=_list)
    shown = _about_a_run(verbs, "show", "one run with its steps", _show)
    add_json(shown)
    logs = _about_a_run(verbs, "logs", "a run's events, or what a step has printed", _logs)
    logs.add_argument("-f", "--follow", action="store_true", help="go on until the run has ended; exit 1 if it failed")
    logs.add_argument("--step", metavar="KEY", help="what this step has printed, instead of the events")
    logs.add_argument("--stream", choices=list(ENDINGS), default="stdout", help="with --step: which stream (stdout)")
    logs.add_argument("--json", action="store_true", help="print one JSON object per line")
    stopped = _about_a_run(verbs, "cancel", "stop a run", _cancel)
    add_json(stopped)
    stopped.add_argument("--now", action="store_true", help="do not wait for an orderly end: kill")
    declare_changes(verbs)


def _about_a_run(verbs: Any, name: str, sentence: str, act: Any) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = verbs.add_parser(name, help=sentence, description=sentence)
    parser.add_argument("run", metavar="RUN", help="run id, the beginning of one, or 'latest'")
    parser.set_defaults(act=act)
    return parser


def _list(arguments: argparse.Namespace) -> int:
    statuses = tuple(RunStatus(s) for s in arguments.status) if arguments.status else None
    tags = dict(map(key_and_value, arguments.tag))
    where = RunFilter(pipeline=arguments.pipeline, statuses=statuses, tags=tags)
    with opened_instance() as instance:
        rows = [run_row(run) for run in instance.storage.list_runs(where, limit=arguments.limit)]
        nothing = f"No runs in {instance.settings.home}."
    show_listing(rows, COLUMNS, as_json=arguments.json, nothing=nothing)
    return 0


def _show(arguments: argparse.Namespace) -> int:
    with opened_instance() as instance:
        run = find_run(instance, arguments.run)
        steps, reason = step_rows(instance, run), why_not(instance, run)
    if arguments.json:
        print_json({**run_row(run), **_particulars(run), "steps": steps})
        return 0
    particulars = _particulars(run)
    show_facts(
        {
            "Run": run.run_id,
            "Status": run.status.value,
            "Pipeline": f"{run.submission.selector.pipeline} ({run.submission.location}, mode {particulars['mode']})",
            "Submitted": f"{moment(run.create_time)} by {run.submission.created_by or 'nobody'}",
            "Started": moment(run.start_time),
            "Took": duration(elapsed(run.start_time, run.end_time)),
            "Tags": ", ".join(f"{key}={value}" for key, value in particulars["tags"].items()),
            "Run config": dump_yaml(shown_config(run.submission)) if run.submission.run_config else "",
            "Failure": reason,
        }
    )
    print()
    show_listing(steps, STEP_COLUMNS, as_json=False, nothing="No step has started.")
    return 0


def _logs(arguments: argparse.Namespace) -> int:
    with opened_instance() as instance:
        run = find_run(instance, arguments.run)
        if arguments.step:
            _print_captured(instance, run, arguments.step, arguments.stream)
            return 0
        if arguments.follow:
            return watch(instance, run.run_id, as_json=arguments.json)
        for stored in events_of(instance, run.run_id):
            print_event(stored, as_json=arguments.json)
        return 0


def _print_captured(instance: Instance, run: Run, step: str, stream: str) -> None:
    fd = instance.compute_logs.open(run.run_id, step, stream)
    if fd is None:
        known = ", ".join(_states(instance, run)) or "none has started"
        raise OrchError(f"run {run.run_id} has no {stream} of a step {step!r}; its steps: {known}")
    with os.fdopen(fd, "rb") as file:
        sys.stdout.flush()
        shutil.copyfileobj(file, sys.stdout.buffer)


def _cancel(arguments: argparse.Namespace) -> int:
    with opened_instance() as instance:
        run = find_run(instance, arguments.run)
        canceler = Canceler(instance.storage, instance.journal)
        after = canceler.cancel(run.run_id, person(), immediately=arguments.now)
    if arguments.json:
        print_json({"run_id": after.run_id, "status": after.status.value})
    else:
        print(f"run {after.run_id} is {after.status.value}")
    return 0


def run_row(run: Run) -> dict[str, Any]:
    """A run as a row of a listing."""
    return {
        "run_id": run.run_id,
        "status": run.status.value,
        "pipeline": run.submission.selector.pipeline,
        "location": run.submission.location,
        "created_by": run.submission.created_by,
        "create_time": run.create_time,
        "start_time": run.start_time,
        "end_time": run.end_time,
        "seconds": elapsed(run.start_time, run.end_time),
    }


def step_rows(instance: Instance, run: Run) -> list[dict[str, Any]]:
    """A run's steps as rows of a listing."""
    return [
        {
            "step_key": state.step_key,
            "status": state.status,
            "start_time": state.start_time,
            "end_time": state.end_time,
            "seconds": elapsed(state.start_time, state.end_time),
            "attempts": state.attempts,
            "notebook": next(
                (str(p) for p in notebooks_of(instance.settings.artifact_dir, run.run_id, state.step_key)), None
            ),
        }
        for state in _states(instance, run).values()
    ]


def _states(instance: Instance, run: Run) -> dict[str, StepState]:
    return step_states(stored for stored in events_of(instance, run.run_id) if stored.event.type in STEP_EVENTS)


def _particulars(run: Run) -> dict[str, Any]:
    return {
        "repository": run.submission.selector.repository,
        "mode": run.submission.selector.mode,
        "solid_selection": run.submission.selector.solid_selection,
        "run_config": shown_config(run.submission),
        "tags": {key: value for key, value in run.submission.tags.items() if not key.startswith(".")},
        "parent_run_id": run.submission.parent_run_id,
        "root_run_id": run.submission.root_run_id,
        "failure": msgspec.to_builtins(run.failure),
    }


def _count(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number of at least 1, found {text!r}")
    return int(text)
