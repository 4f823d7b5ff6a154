"""What ``instance check`` looks at: everything that can be tried without starting, making or changing anything."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from jupyter_orch.code_servers.environments import environment_of
from jupyter_orch.code_servers.workspace import LocationEntry, read_workspace
from jupyter_orch.code_servers.zygote_process import LoadFailed
from jupyter_orch.compose import chosen_parts
from jupyter_orch.compute_logs.local import LocalComputeLogs
from jupyter_orch.compute_logs.opening import open_compute_logs
from jupyter_orch.compute_logs.store import StoredComputeLogs
from jupyter_orch.errors import OrchError
from jupyter_orch.folders import check_home, is_there, try_folder
from jupyter_orch.settings import ClassChoice, Settings, SettingsError, home_folder, read_settings
from jupyter_orch.settings.custom import check
from jupyter_orch.storage.database import Database
from jupyter_orch.storage.opening import chosen_storages, database_url
from jupyter_orch.storage.schema import SCHEMA_VERSION
from jupyter_orch.storage.sqlite_door import refuse_network

Row = dict[str, Any]
PATIENCE = 5.0
"""Seconds to wait for another process that writes."""


def look_at_everything(workspace: Path) -> list[Row]:
    """One row for everything that was looked at, and one for every mistake."""
    return [*_look_at_instance(), *_look_at_workspace(workspace)]


def name_of(choice: ClassChoice) -> str:
    """A part's short name, or its class."""
    return f"{choice.module}.{choice.cls}" if choice.cls else choice.name


def _look_at_instance() -> list[Row]:
    file = home_folder() / "orch.yaml"
    try:
        settings = read_settings()
    except SettingsError as error:  # of what it has not said clearly nothing else can be told
        return [_finding("orch.yaml", False, line) for line in error.message.splitlines()]
    return [
        _finding("orch.yaml", True, str(file) if is_there(file) else f"none; {file} would be read"),
        *look_at_places(settings),
    ]


def look_at_places(settings: Settings) -> list[Row]:
    """One row for every place where the instance keeps something: can it be reached and written, is it sound."""
    return [
        _tried("home", partial(_look_at_home, settings.home)),
        *(_tried(key, partial(_look_at_storage, choice)) for key, choice in _storages(settings)),
        *(
            _tried(key, partial(_look_at_class, choice, port))
            for key, (choice, port) in chosen_parts(settings).items()
            if choice.cls
        ),
        *([] if settings.compute_logs.cls else [_tried("compute_logs", partial(_look_at_compute_logs, settings))]),
        _tried("local_artifact_storage", partial(_look_at_folder, settings.artifact_dir)),
    ]


def _storages(settings: Settings) -> list[tuple[str, ClassChoice]]:
    """The shipped ones, each place once."""
    return [(key, choice) for key, choice in chosen_storages(settings).items() if not choice.cls]


def _look_at_home(home: Path) -> str:
    check_home(home)
    return _look_at_folder(home)


def _look_at_folder(folder: Path) -> str:
    try_folder(folder)
    return str(folder) if is_there(folder) else f"{folder} is made when it is first used"


def _look_at_class(choice: ClassChoice, port: type) -> str:
    check(choice, port)
    return f"{name_of(choice)}, a class of your own: it is made only when it is used"


def _look_at_compute_logs(settings: Settings) -> str:
    logs, choice = open_compute_logs(settings), settings.compute_logs
    if isinstance(logs, StoredComputeLogs):
        logs.check()
        return f"{choice.config['url']} answers"
    return _look_at_folder(logs.base_dir) if isinstance(logs, LocalComputeLogs) else "none is kept"


def _look_at_storage(choice: ClassChoice) -> str:
    """Whether a storage can be reached and written, what its schema is, and whether its file is sound."""
    url = database_url(choice)
    assert url is not None
    if choice.name == "sqlite":
        path = Path(choice.config["path"])
        refuse_network(path.parent)
        try_folder(path.parent)
        if not is_there(path):
            return f"{path} is made when it is first used"
    database = Database(url, look=True, patience=PATIENCE)
    try:
        version, damage = database.version(), database.damage()
        if damage is not None:
            raise OrchError(f"{database.name} is damaged: {damage}; put a backup in its place")
        told = _on_version(database.name, version, is_sqlite=database.is_sqlite)
        database.rehearse()
        return told
    finally:
        database.dispose()


def _on_version(name: str, version: int | None, *, is_sqlite: bool) -> str:
    if version is None:
        return f"{name}, empty: its tables are made when it is first used"
    if version > SCHEMA_VERSION:
        raise OrchError(f"{name} has schema {version}, this program knows {SCHEMA_VERSION}: update jupyter-orch")
    if version == SCHEMA_VERSION:
        return f"{name}, schema {version}"
    told = f"{name} has schema {version}, this program needs {SCHEMA_VERSION}"
    if is_sqlite:
        return f"{told}: is upgraded when it is next used"
    raise OrchError(f"{told}: run 'jupyter-orch instance migrate'")


def _look_at_workspace(path: Path) -> list[Row]:
    if not is_there(path):
        return [_finding("workspace", True, f"none; {path} would be read")]
    try:
        entries = read_workspace(path)
    except OrchError as error:
        return [_finding("workspace", False, error.message)]
    wrong = [_finding("workspace", False, problem) for problem in map(_problem_of, entries) if problem]
    return wrong or [_finding("workspace", True, f"{path}, {len(entries)} locations")]


def _problem_of(entry: LocationEntry) -> str | None:
    """Why a location can not be started; its code is not looked at."""
    if entry.problem is not None or entry.gateway is not None:
        return entry.problem
    try:
        environment_of(entry)
    except LoadFailed as error:
        return f"{entry.target.name}: {error.failure.message}; {error.failure.hint}"
    return None


def _tried(about: str, look: Callable[[], str]) -> Row:
    try:
        return _finding(about, True, look())
    except OrchError as error:
        return _finding(about, False, error.message)


def _finding(about: str, good: bool, detail: str) -> Row:
    return {"about": about, "status": "ok" if good else "fails", "detail": detail}
