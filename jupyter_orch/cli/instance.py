"""``jupyter-orch instance``: what the instance is made of, whether that is right, and bringing it up to date."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from jupyter_orch import clock
from jupyter_orch.api.instance import masked
from jupyter_orch.cli.checking import Row, look_at_everything, name_of
from jupyter_orch.cli.exit_codes import FAILED, OK
from jupyter_orch.cli.listing import Column, print_json, show_facts, show_listing
from jupyter_orch.cli.opening import add_json, add_workspace, opened_instance
from jupyter_orch.instance import Instance
from jupyter_orch.records.run import RunFilter
from jupyter_orch.records.status import IN_PROGRESS, RunStatus
from jupyter_orch.settings import ClassChoice, read_settings
from jupyter_orch.storage.database import Database
from jupyter_orch.storage.opening import chosen_storages, database_url
from jupyter_orch.version import __version__

ALIVE = 60.0
CHECK_COLUMNS = (Column("about", "WHAT"), Column("status", "STATUS"), Column("detail", "DETAIL"))
MIGRATE_COLUMNS = (
    Column("storage", "STORAGE"),
    Column("place", "PLACE"),
    Column("before", "FROM SCHEMA"),
    Column("after", "TO SCHEMA"),
)


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the verbs of this group."""
    verbs = parser.add_subparsers(title="verbs", metavar="VERB", required=True)
    info = verbs.add_parser("info", help="folder, storage, coordinator, launcher, settings")
    add_json(info)
    info.set_defaults(act=_info)
    check = verbs.add_parser("check", help="look at orch.yaml, workspace, storages and folders; exit 1 if one is wrong")
    add_workspace(check)
    add_json(check)
    check.set_defaults(act=_check)
    migrate = verbs.add_parser("migrate", help="bring the storages to the schema that this version needs")
    add_json(migrate)
    migrate.set_defaults(act=_migrate)


def _info(arguments: argparse.Namespace) -> int:
    with opened_instance() as instance:
        facts = _facts(instance)
    if arguments.json:
        print_json(facts)
        return 0
    file = facts["settings_file"] or f"none: {facts['home']}/orch.yaml would be read"
    show_facts({key.replace("_", " ").capitalize(): value for key, value in {**facts, "settings_file": file}.items()})
    return 0


def _check(arguments: argparse.Namespace) -> int:
    findings = look_at_everything(arguments.workspace.absolute())
    show_listing(findings, CHECK_COLUMNS, as_json=arguments.json)
    return FAILED if any(finding["status"] == "fails" for finding in findings) else OK


def _migrate(arguments: argparse.Namespace) -> int:
    """Upgrade every storage of ours."""
    rows = [_upgrade(key, choice) for key, choice in chosen_storages(read_settings()).items()]
    show_listing(rows, MIGRATE_COLUMNS, as_json=arguments.json)
    return OK


def _upgrade(key: str, choice: ClassChoice) -> Row:
    url = database_url(choice)
    if url is None:
        return {"storage": key, "place": name_of(choice), "before": None, "after": None}
    before = None
    if choice.name != "sqlite" or Path(choice.config["path"]).exists():
        looked = Database(url, look=True)
        before = looked.version()
        looked.dispose()
    database = Database(url, upgrade=True)
    after = database.version()
    database.dispose()
    return {"storage": key, "place": database.name, "before": before, "after": after}


def _facts(instance: Instance) -> dict[str, Any]:
    settings, storage = instance.settings, instance.storage
    file = settings.home / "orch.yaml"
    pools, held = settings.pools, storage.pool_slots()
    named = sorted({*pools.limits, *held})
    return {
        "version": __version__,
        "home": str(settings.home),
        "settings_file": str(file) if file.exists() else None,
        **{key: name_of(choice) for key, choice in chosen_storages(settings).items()},
        "run_coordinator": name_of(settings.coordinator),
        "run_launcher": name_of(settings.launcher),
        "runs": storage.count_runs(RunFilter()),
        "runs_queued": storage.count_runs(RunFilter(statuses=(RunStatus.QUEUED,))),
        "runs_in_progress": storage.count_runs(RunFilter(statuses=tuple(IN_PROGRESS))),
        "pools": {name: f"{len(held.get(name, ()))} of {_slots(pools.limit_of(name))}" for name in named},
        "live_replicas": len(storage.list_replicas(clock.now() - ALIVE)),
        "settings": masked(settings.text),
    }


def _slots(limit: int | None) -> str:
    return "any number" if limit is None else str(limit)
