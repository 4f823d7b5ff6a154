"""``jupyter-orch run delete|wipe|rerun|export``: removing runs, executing them again, taking one along as a file."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from jupyter_orch import clock
from jupyter_orch.api.events import plain_event
from jupyter_orch.api.logs import remove_files
from jupyter_orch.cli.exit_codes import OK, USAGE
from jupyter_orch.cli.listing import print_json
from jupyter_orch.cli.opening import add_json, add_workspace, opened_deployment, opened_instance, person, workspace_file
from jupyter_orch.cli.watching import add_json_lines, events_of, find_run, tell_run, watch
from jupyter_orch.compute_logs.files import ENDINGS
from jupyter_orch.errors import OrchError
from jupyter_orch.instance import Instance
from jupyter_orch.records import codec
from jupyter_orch.records.audit import AuditEntry
from jupyter_orch.records.run import Run, RunFilter, Submission
from jupyter_orch.records.status import FINAL
from jupyter_orch.runs.history import STEP_EVENTS, step_states
from jupyter_orch.runs.problems import RunConflict
from jupyter_orch.runs.reexecute import Strategy
from jupyter_orch.runs.secret_config import shown_config
from jupyter_orch.version import __version__

EXPORT_FORMAT = 1
LONGEST_LOG = 1024 * 1024
AT_ONCE = 100


def declare_changes(verbs: Any) -> None:
    """Add these verbs to the group of runs."""
    delete = verbs.add_parser("delete", help="remove runs that have ended, with their events and files")
    delete.add_argument("runs", nargs="+", metavar="RUN", help="run ids, beginnings of them, or 'latest'")
    add_json(delete)
    delete.set_defaults(act=_delete)
    wipe = verbs.add_parser("wipe", help="remove every run that has ended")
    wipe.add_argument("--force", action="store_true", help="really; without it nothing is removed")
    add_json(wipe)
    wipe.set_defaults(act=_wipe)
    rerun = verbs.add_parser("rerun", help="start a run with the pipeline and config of an earlier one")
    rerun.add_argument("run", metavar="RUN", help="run id, the beginning of one, or 'latest'")
    what = rerun.add_mutually_exclusive_group()
    what.add_argument("--from-failure", action="store_true", help="only what failed and what depends on it")
    what.add_argument("--steps", metavar="KEYS", help="only these steps, separated by commas, on top of that run")
    rerun.add_argument("--wait", action="store_true", help="show the run's events to its end; exit 1 if it failed")
    add_json_lines(rerun)
    add_workspace(rerun)
    rerun.set_defaults(act=_rerun)
    export = verbs.add_parser("export", help="a run with its events and output as one JSON file")
    export.add_argument("run", metavar="RUN", help="run id, the beginning of one, or 'latest'")
    export.add_argument("file", metavar="FILE", help="where to write it; '-' is stdout")
    export.set_defaults(act=_export)


def _delete(arguments: argparse.Namespace) -> int:
    removed: list[str] = []
    try:
        with opened_instance() as instance:
            for run in [find_run(instance, wanted) for wanted in arguments.runs]:
                if not _remove(instance, run):
                    raise RunConflict(f"run {run.run_id} is {run.status}; cancel it before it is deleted")
                removed.append(run.run_id)
                if not arguments.json:
                    print(f"run {run.run_id} is deleted")
    finally:  # also what was removed before one that can not be
        if arguments.json:
            print_json({"deleted": removed})
    return OK


def _wipe(arguments: argparse.Namespace) -> int:
    ended = RunFilter(statuses=tuple(FINAL))
    with opened_instance() as instance:
        count = instance.storage.count_runs(ended)
        if not arguments.force:
            sentence = f"this would remove {count} runs of {instance.settings.home}; add --force to do it"
            print(f"jupyter-orch: {sentence}", file=sys.stderr)
            return USAGE
        removed = 0
        while page := instance.storage.list_runs(ended, limit=AT_ONCE):
            removed += sum(_remove(instance, run) for run in page)
    if arguments.json:
        print_json({"deleted": removed})
    else:
        print(f"{removed} runs are deleted")
    return OK


def _remove(instance: Instance, run: Run) -> bool:
    if not run.is_final or not instance.storage.delete_run(run.run_id):
        return False
    remove_files(instance, run.run_id)
    instance.bell(run.run_id)
    _tell(instance, "deletePipelineRun", run.run_id, "DeletePipelineRunSuccess")
    return True


def _tell(instance: Instance, action: str, subject: str, outcome: str) -> None:
    """The command line leaves the same entries as the API."""
    entry = AuditEntry(at=clock.now(), user=person(), action=action, subject=subject, outcome=outcome)
    instance.storage.add_audit(entry)


def _rerun(arguments: argparse.Namespace) -> int:
    strategy = Strategy.FROM_FAILURE if arguments.from_failure else Strategy.ALL_STEPS
    with opened_deployment(workspace_file(arguments)) as orchestrator:
        parent = find_run(orchestrator.instance, arguments.run)
        steps = tuple(arguments.steps.split(",")) if arguments.steps else None
        run = orchestrator.reexecutor.reexecute(parent.run_id, strategy, person(), steps)
        _tell(orchestrator.instance, "launchPipelineReexecution", run.run_id, "LaunchPipelineRunSuccess")
        tell_run(run.run_id, as_json=arguments.json)
        if arguments.wait:
            return watch(orchestrator.instance, run.run_id, as_json=arguments.json)
        orchestrator.launcher.join()
    return OK


def _export(arguments: argparse.Namespace) -> int:
    with opened_instance() as instance:
        run = find_run(instance, arguments.run)
        document = {
            "format": EXPORT_FORMAT,
            "version": __version__,
            "run": codec.to_json(replace(run, submission=_shown(run))),
            "events": [plain_event(stored) for stored in events_of(instance, run.run_id)],
            "output": _captured(instance, run.run_id),
        }
    text = json.dumps(document, ensure_ascii=False, indent=1)
    if arguments.file == "-":
        print(text)
        return OK
    try:
        Path(arguments.file).write_text(text + "\n", "utf-8")
    except OSError as error:
        raise OrchError(f"can not write {arguments.file}: {error.strerror or error}") from error
    print(f"run {run.run_id} is in {arguments.file}")
    return OK


def _shown(run: Run) -> Submission:
    return replace(run.submission, run_config=shown_config(run.submission))


def _captured(instance: Instance, run_id: str) -> dict[str, dict[str, str]]:
    """What the run and its steps have printed, by step and stream; of a long text the end."""
    logs = instance.compute_logs
    steps = step_states(stored for stored in events_of(instance, run_id) if stored.event.type in STEP_EVENTS)
    found: dict[str, dict[str, str]] = {}
    for step in ("run", *steps):
        for stream in ENDINGS:
            if size := logs.size(run_id, step, stream):
                data = logs.read(run_id, step, stream, max(0, size - LONGEST_LOG), LONGEST_LOG)
                found.setdefault(step, {})[stream] = data.decode("utf-8", "replace")
    return found
