"""Opens the compute logs that the settings choose."""

from __future__ import annotations

from pathlib import Path

from jupyter_orch.compute_logs.local import LocalComputeLogs, NoComputeLogs
from jupyter_orch.compute_logs.store import StoredComputeLogs
from jupyter_orch.ports import ComputeLogs
from jupyter_orch.settings import Settings
from jupyter_orch.settings.custom import make


def open_compute_logs(settings: Settings) -> ComputeLogs:
    """What keeps the captured output of an instance; cheap, for every worker does it.

    Raises:
        SettingsError: somebody's class can not be had.
    """
    choice = settings.compute_logs
    if choice.name == "noop":
        return NoComputeLogs()
    told = dict(choice.config)
    base_dir = settings.home / Path(told.pop("base_dir", "compute_logs")).expanduser()
    if choice.name == "local":
        return LocalComputeLogs(base_dir, **told)
    if choice.name == "fsspec":
        return StoredComputeLogs(base_dir=base_dir, **told)
    return make(choice, ComputeLogs)
