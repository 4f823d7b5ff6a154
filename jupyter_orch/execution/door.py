"""The way from user code to the deployment's own storage, where the server's part is installed."""

from __future__ import annotations

import importlib
import os
from typing import cast

from jupyter_orch.definitions.errors import DagsterInvariantViolationError
from jupyter_orch.records.archive import Archive

DOOR = "jupyter_orch.scripts"
"""A name and no import: what runs user code must load, and work, where the server's part is not installed."""


def open_archive(home: str | None) -> Archive:
    """The runs, events and assets of a deployment.

    Args:
        home: the instance's folder; the one that this process is told by its environment when left out.

    Raises:
        DagsterInvariantViolationError: the server's part of the package is not installed here.
        OrchError: the storage can not be opened; says why and what to do.
    """
    try:
        door = importlib.import_module(DOOR)
    except ImportError as error:
        raise DagsterInvariantViolationError(
            f"no persistent instance can be opened here, because the server's part of jupyter_orch can not be imported "
            f"({error}); install it (pip install jupyter-orch), or use DagsterInstance.ephemeral()"
        ) from error
    return cast(Archive, door.open_archive(home))


class LazyArchive:
    """An archive that is opened when somebody looks into it; each process opens its own.

    Args:
        home: as for :func:`open_archive`.
        folder: for values, known before anything is opened.
    """

    is_persistent = True

    def __init__(self, home: str | None, folder: str = "") -> None:
        self._home = home
        self._folder = folder
        self._opened: dict[int, Archive] = {}  # what a parent process has opened is kept, so that nobody closes it here

    def __getattr__(self, name: str) -> object:
        return getattr(self._of_this_process(), name)

    def _of_this_process(self) -> Archive:
        pid = os.getpid()
        if pid not in self._opened:
            self._opened[pid] = open_archive(self._home)
        return self._opened[pid]

    def home_folder(self) -> str:
        """See ``Archive``."""
        return self._home or self._of_this_process().home_folder()

    def artifact_folder(self) -> str:
        """See ``Archive``."""
        return self._folder or self._of_this_process().artifact_folder()

    def close(self) -> None:
        """Let go of what this process has opened."""
        opened = self._opened.pop(os.getpid(), None)
        if opened is not None:
            opened.close()
