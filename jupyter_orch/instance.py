"""Opens an instance: storage, journal and bell. All that a worker needs; the server adds the rest in ``compose``."""

from __future__ import annotations

from dataclasses import dataclass

from jupyter_orch.bell import BellRinger
from jupyter_orch.ports import Storage
from jupyter_orch.runs.journal import Journal
from jupyter_orch.settings import ClassChoice, Settings
from jupyter_orch.settings.custom import make
from jupyter_orch.storage.database import Database
from jupyter_orch.storage.sql import SqlStorage


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """An open instance; belongs to the process that opened it."""

    settings: Settings
    storage: Storage
    journal: Journal
    bell: BellRinger

    def close(self) -> None:
        """Close the database and the bell."""
        self.bell.close()
        self.storage.dispose()


def open_instance(settings: Settings) -> Instance:
    """Open the storage that the settings choose.

    Raises:
        OrchError: it can not be opened; the message says why and what to do.
    """
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    bell = BellRinger(settings.home)
    storage = _open_storage(settings.storage)
    return Instance(settings=settings, storage=storage, journal=Journal(storage, bell), bell=bell)


def _open_storage(choice: ClassChoice) -> Storage:
    if choice.name == "sqlite":
        return SqlStorage(Database(f"sqlite:///{choice.config['path']}"))
    if choice.name == "postgres":
        return SqlStorage(Database(choice.config["url"].replace("postgresql://", "postgresql+psycopg://", 1)))
    return make(choice, Storage)
