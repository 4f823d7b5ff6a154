"""``jupyter-orch instance``: what the instance is made of."""

from __future__ import annotations

import argparse
from typing import Any

from jupyter_orch import clock
from jupyter_orch.api.instance import masked
from jupyter_orch.cli.listing import print_json, show_facts
from jupyter_orch.cli.opening import add_json, opened_instance
from jupyter_orch.instance import Instance
from jupyter_orch.records.run import RunFilter
from jupyter_orch.records.status import IN_PROGRESS, RunStatus
from jupyter_orch.settings import ClassChoice
from jupyter_orch.version import __version__

ALIVE = 60.0


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the verbs of this group."""
    verbs = parser.add_subparsers(title="verbs", metavar="VERB", required=True)
    info = verbs.add_parser("info", help="folder, storage, coordinator, launcher, settings")
    add_json(info)
    info.set_defaults(act=_info)


def _info(arguments: argparse.Namespace) -> int:
    with opened_instance() as instance:
        facts = _facts(instance)
    if arguments.json:
        print_json(facts)
        return 0
    file = facts["settings_file"] or f"none: {facts['home']}/orch.yaml would be read"
    show_facts({key.replace("_", " ").capitalize(): value for key, value in {**facts, "settings_file": file}.items()})
    return 0


def _facts(instance: Instance) -> dict[str, Any]:
    settings, storage = instance.settings, instance.storage
    file = settings.home / "orch.yaml"
    return {
        "version": __version__,
        "home": str(settings.home),
        "settings_file": str(file) if file.exists() else None,
        "storage": _name(settings.storage),
        "run_coordinator": _name(settings.coordinator),
        "run_launcher": _name(settings.launcher),
        "runs": storage.count_runs(RunFilter()),
        "runs_queued": storage.count_runs(RunFilter(statuses=(RunStatus.QUEUED,))),
        "runs_in_progress": storage.count_runs(RunFilter(statuses=tuple(IN_PROGRESS))),
        "live_replicas": len(storage.list_replicas(clock.now() - ALIVE)),
        "settings": masked(settings.text),
    }


def _name(choice: ClassChoice) -> str:
    return f"{choice.module}.{choice.cls}" if choice.cls else choice.name
