"""Opens an instance: storage, journal and bell. All that a worker needs; the server adds the rest in ``compose``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from jupyter_orch.bell import BellRinger
from jupyter_orch.compute_logs.masked import MaskedComputeLogs
from jupyter_orch.compute_logs.opening import open_compute_logs
from jupyter_orch.folders import make_home
from jupyter_orch.masking import Mask
from jupyter_orch.ports import Bell, ComputeLogs, Storage
from jupyter_orch.runs.journal import Journal
from jupyter_orch.runs.known_secrets import mask_of
from jupyter_orch.settings import Settings
from jupyter_orch.storage.opening import open_storage


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """An open instance; belongs to the process that opened it."""

    settings: Settings
    storage: Storage
    journal: Journal
    bell: BellRinger
    compute_logs: ComputeLogs

    def close(self) -> None:
        """Close the database and the bell."""
        self.bell.close()
        self.storage.dispose()


def open_instance(settings: Settings) -> Instance:
    """Open the storage that the settings choose.

    Raises:
        OrchError: it can not be opened; the message says why and what to do.
    """
    make_home(settings.home)
    bell = BellRinger(settings.home)
    storage = open_storage(settings)
    return Instance(
        settings=settings,
        storage=storage,
        journal=journal_of(settings, storage, bell),
        bell=bell,
        compute_logs=MaskedComputeLogs(open_compute_logs(settings), partial(_mask_of_unfinished, storage, settings)),
    )


def _mask_of_unfinished(storage: Storage, settings: Settings, run_id: str) -> Mask | None:
    """What hides the secrets of a run that has not ended; the worker has hidden those of one that has."""
    run = storage.get_run(run_id)
    return None if run is None or run.is_final else mask_of(run.submission, settings)


def journal_of(settings: Settings, storage: Storage, bell: Bell) -> Journal:
    """The journal as the settings want it."""
    watch = settings.run_monitoring
    return Journal(
        storage,
        bell,
        watch.start_timeout if watch.enabled else None,
        settings.run_retries,
        use_snapshot=storage.use_snapshot,
    )
