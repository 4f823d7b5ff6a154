"""Opens the storages that the settings choose, together or apart."""

from __future__ import annotations

import hashlib
import socket
from pathlib import Path

from jupyter_orch.ports import EventLogStorage, RunStorage, ScheduleStorage, Storage
from jupyter_orch.settings import ClassChoice, Settings
from jupyter_orch.settings.custom import make
from jupyter_orch.storage.database import Database
from jupyter_orch.storage.event_log import SqlEventLog
from jupyter_orch.storage.joined import join
from jupyter_orch.storage.sql import SqlStorage
from jupyter_orch.storage.staged import SqlSchedulesApart


def open_storage(settings: Settings) -> Storage:
    """The instance's storage.

    Raises:
        OrchError: a part can not be opened; the message says why and what to do.
    """
    place = place_of(settings.home)
    run_choice = settings.run_storage or settings.storage
    event_choice = _unless_same(settings.event_log_storage, run_choice)
    schedule_choice = _unless_same(settings.schedule_storage, run_choice)
    if settings.run_storage is None and event_choice is None and schedule_choice is None:
        return _whole(settings.storage, place)
    runs = _runs(run_choice, place)
    event_log = _event_log(event_choice) if event_choice is not None else None
    if isinstance(runs, Storage):
        return join(runs, runs, _schedules(schedule_choice) if schedule_choice is not None else None, event_log)
    return join(_whole(settings.storage, place), runs, _schedules(schedule_choice or settings.storage), event_log)


def chosen_storages(settings: Settings) -> dict[str, ClassChoice]:
    """Where things are stored, by the key of ``orch.yaml`` that says so; a place that several share is named once."""
    found = {"run_storage": settings.run_storage or settings.storage}
    if settings.run_storage is None and settings.event_log_storage is None and settings.schedule_storage is None:
        return {"storage": settings.storage}
    for key, choice in (
        ("event_log_storage", settings.event_log_storage),
        ("schedule_storage", settings.schedule_storage),
        ("storage", settings.storage if found["run_storage"].cls else None),  # what somebody's class does not keep
    ):
        if choice is not None and choice not in found.values():
            found[key] = choice
    return found


def place_of(home: Path) -> str:
    """A short name for an instance's folder on this machine, unlike that of any other."""
    return hashlib.sha256(f"{socket.gethostname()}\0{home}".encode()).hexdigest()[:16]


def database_url(choice: ClassChoice) -> str | None:
    """The SQLAlchemy URL of a shipped storage; None for a class of somebody else."""
    if choice.name == "sqlite":
        return f"sqlite:///{choice.config['path']}"
    if choice.name == "postgres":
        return str(choice.config["url"]).replace("postgresql://", "postgresql+psycopg://", 1)
    return None


def _unless_same(choice: ClassChoice | None, runs: ClassChoice) -> ClassChoice | None:
    """What is chosen at the same place as the runs stays with them."""
    return None if choice == runs else choice


def _whole(choice: ClassChoice, place: str) -> Storage:
    url = database_url(choice)
    return SqlStorage(Database(url, place=place)) if url else make(choice, Storage)


def _runs(choice: ClassChoice, place: str) -> RunStorage:
    url = database_url(choice)
    return SqlStorage(Database(url, place=place)) if url else make(choice, RunStorage)


def _schedules(choice: ClassChoice) -> ScheduleStorage:
    url = database_url(choice)
    return SqlSchedulesApart(Database(url)) if url else make(choice, ScheduleStorage)


def _event_log(choice: ClassChoice) -> EventLogStorage:
    url = database_url(choice)
    return SqlEventLog(Database(url)) if url else make(choice, EventLogStorage)
