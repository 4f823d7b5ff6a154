"""``jupyter-orch instance``: what the instance is made of, whether that is right, and bringing it up to date."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from jupyter_orch import clock
from jupyter_orch.api.instance import masked
from jupyter_orch.cli.exit_codes import FAILED, OK
from jupyter_orch.cli.listing import Column, print_json, show_facts, show_listing
from jupyter_orch.cli.opening import add_json, add_workspace, opened_instance
from jupyter_orch.code_servers.workspace import read_workspace
from jupyter_orch.compose import check_classes
from jupyter_orch.errors import OrchError
from jupyter_orch.instance import Instance
from jupyter_orch.records.run import RunFilter
from jupyter_orch.records.status import IN_PROGRESS, RunStatus
from jupyter_orch.settings import ClassChoice, home_folder, read_settings
from jupyter_orch.storage.database import Database
from jupyter_orch.storage.opening import chosen_storages, database_url
from jupyter_orch.storage.schema import SCHEMA_VERSION
from jupyter_orch.version import __version__

ALIVE = 60.0
CHECK_COLUMNS = (Column("about", "WHAT"), Column("status", "STATUS"), Column("detail", "DETAIL"))
MIGRATE_COLUMNS = (
    Column("storage", "STORAGE"),
    Column("place", "PLACE"),
    Column("before", "FROM SCHEMA"),
    Column("after", "TO SCHEMA"),
)
Row = dict[str, Any]


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the verbs of this group."""
    verbs = parser.add_subparsers(title="verbs", metavar="VERB", required=True)
    info = verbs.add_parser("info", help="folder, storage, coordinator, launcher, settings")
    add_json(info)
    info.set_defaults(act=_info)
    check = verbs.add_parser("check", help="look at orch.yaml, workspace and storages; exit 1 if one is wrong")
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
    """Every mistake at once; nothing is made or changed."""
    findings = [*_settings_findings(), *_workspace_findings(arguments.workspace.absolute()), *_storage_findings()]
    show_listing(findings, CHECK_COLUMNS, as_json=arguments.json)
    return FAILED if any(finding["status"] == "fails" for finding in findings) else OK


def _settings_findings() -> list[Row]:
    file = home_folder() / "orch.yaml"
    try:
        check_classes(read_settings())
    except OrchError as error:
        return [_finding("orch.yaml", False, line) for line in error.message.splitlines()]
    return [_finding("orch.yaml", True, str(file) if file.exists() else f"none; {file} would be read")]


def _workspace_findings(path: Path) -> list[Row]:
    if not path.exists():
        return [_finding("workspace", True, f"none; {path} would be read")]
    try:
        entries = read_workspace(path)
    except OrchError as error:
        return [_finding("workspace", False, error.message)]
    wrong = [_finding("workspace", False, entry.problem) for entry in entries if entry.problem is not None]
    return wrong or [_finding("workspace", True, f"{path}, {len(entries)} locations")]


def _storage_findings() -> list[Row]:
    try:
        settings = read_settings()
    except OrchError:  # told already
        return []
    return [_look_at(key, choice) for key, choice in chosen_storages(settings).items()]


def _look_at(key: str, choice: ClassChoice) -> Row:
    """Whether a storage can be reached, what its schema is, and whether its file is sound."""
    url = database_url(choice)
    if url is None:
        return _finding(key, True, f"{_name(choice)}, a class of your own: opened only when it is used")
    if choice.name == "sqlite" and not Path(choice.config["path"]).exists():
        return _finding(key, True, f"{choice.config['path']} is made when it is first used")
    try:
        database = Database(url, look=True)
        version, damage = database.version(), database.damage()
        database.dispose()
    except OrchError as error:
        return _finding(key, False, error.message)
    if damage is not None:
        return _finding(key, False, f"{database.name} is damaged: {damage}; put a backup in its place")
    return _finding(key, *_on_version(database.name, version, is_sqlite=database.is_sqlite))


def _on_version(name: str, version: int | None, *, is_sqlite: bool) -> tuple[bool, str]:
    if version is None:
        return True, f"{name}, empty: its tables are made when it is first used"
    if version > SCHEMA_VERSION:
        return False, f"{name} has schema {version}, this program knows {SCHEMA_VERSION}: update jupyter-orch"
    if version < SCHEMA_VERSION:
        itself = "is upgraded when it is next used" if is_sqlite else "run 'jupyter-orch instance migrate'"
        return is_sqlite, f"{name} has schema {version}, this program needs {SCHEMA_VERSION}: {itself}"
    return True, f"{name}, schema {version}"


def _migrate(arguments: argparse.Namespace) -> int:
    """Upgrade every storage of ours."""
    rows = [_upgrade(key, choice) for key, choice in chosen_storages(read_settings()).items()]
    show_listing(rows, MIGRATE_COLUMNS, as_json=arguments.json)
    return OK


def _upgrade(key: str, choice: ClassChoice) -> Row:
    url = database_url(choice)
    if url is None:
        return {"storage": key, "place": _name(choice), "before": None, "after": None}
    before = None
    if choice.name != "sqlite" or Path(choice.config["path"]).exists():
        looked = Database(url, look=True)
        before = looked.version()
        looked.dispose()
    database = Database(url, upgrade=True)
    after = database.version()
    database.dispose()
    return {"storage": key, "place": database.name, "before": before, "after": after}


def _finding(about: str, good: bool, detail: str) -> Row:
    return {"about": about, "status": "ok" if good else "fails", "detail": detail}


def _facts(instance: Instance) -> dict[str, Any]:
    settings, storage = instance.settings, instance.storage
    file = settings.home / "orch.yaml"
    return {
        "version": __version__,
        "home": str(settings.home),
        "settings_file": str(file) if file.exists() else None,
        **{key: _name(choice) for key, choice in chosen_storages(settings).items()},
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
