"""The door for code that executes runs itself: scripts, notebook cells, tests. Looked up by name by the user wing.

A run of such a process is stored as STARTED by that very process, which holds it as a worker would: it renews the
lease, notices when it is canceled, and ends the run. When the process dies, the rescuer ends the run. Nobody else can
launch or resume it, because its code is nowhere but in that process.
"""

from __future__ import annotations

import getpass
import os
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec

from jupyter_orch.instance import Instance, open_instance
from jupyter_orch.masking import Mask
from jupyter_orch.processes import this_process
from jupyter_orch.records.asset import AssetFact, AssetFilter, AssetPath
from jupyter_orch.records.event import Event, EventType, StoredEvent
from jupyter_orch.records.failure import Failure
from jupyter_orch.records.files import file_stem
from jupyter_orch.records.run import Run, RunFilter, Submission
from jupyter_orch.records.status import RunStatus
from jupyter_orch.runs.journal import Journal
from jupyter_orch.runs.known_secrets import mask_of
from jupyter_orch.settings import read_settings

SCRIPT = "(script)"
BEAT_SECONDS, RENEW_SECONDS, FLUSH_SECONDS = 0.25, 5.0, 0.1
_AT_ONCE = {
    EventType.STEP_SUCCESS,
    EventType.STEP_FAILURE,
    EventType.STEP_UP_FOR_RETRY,
    EventType.STEP_SKIPPED,
    EventType.ASSET_MATERIALIZATION,
}

# Steps may be forked at any time; a fork waits until no beat is going on, so the child inherits no lock that is held.
_BEATING = threading.Lock()
os.register_at_fork(before=_BEATING.acquire, after_in_parent=_BEATING.release, after_in_child=_BEATING.release)


def open_archive(home: str | None = None) -> StoredArchive:
    """The runs, events and assets of an instance.

    Args:
        home: its folder; ``$JUPYTER_ORCH_HOME`` or Jupyter's data folder when left out.

    Raises:
        OrchError: the settings are wrong, or the storage can not be opened; says why and what to do.
    """
    return StoredArchive(None if home is None else Path(home).absolute())


@dataclass(slots=True)
class _Held:
    """A run that this process executes."""

    run: Run
    on_cancel: Callable[[], None]
    mask: Mask
    pending: list[Event] = field(default_factory=list)
    lock: threading.RLock = field(default_factory=threading.RLock)
    flushed: float = field(default_factory=time.monotonic)
    renewed: float = field(default_factory=time.monotonic)
    is_canceling: bool = False
    is_lost: bool = False


class StoredArchive:
    """See :class:`jupyter_orch.records.archive.Archive`. Events of own runs are stored at the end of each step, and no
    later than a moment after they happened.
    """

    is_persistent = True

    def __init__(self, home: Path | None) -> None:
        self._home = home
        self._inherited: list[object] = []
        self._start_afresh()
        self._open()

    def _start_afresh(self) -> None:
        self._pid = os.getpid()
        self._instance: Instance | None = None
        self._opening = threading.RLock()
        self._held: dict[str, _Held] = {}
        self._heart: threading.Thread | None = None

    def _open(self) -> Instance:
        if self._pid != os.getpid():  # connections are never carried over a fork, and never closed by the child
            self._inherited += [self._instance, self._held]
            self._start_afresh()
        with self._opening:
            if self._instance is None:
                self._instance = open_instance(read_settings(self._home))
            return self._instance

    def _read(self) -> Instance:
        """The instance, with all stored that this process has told."""
        instance = self._open()
        for held in list(self._held.values()):
            self._flush(instance.journal, held)
        return instance

    # a run of this process

    def begin(self, run_id: str, submission: Submission, message: str, on_cancel: Callable[[], None]) -> Event:
        """See ``Archive``."""
        instance = self._open()
        asked = replace(
            submission,
            location=SCRIPT,
            target=replace(submission.target, name=SCRIPT, working_directory=os.getcwd()),
            run_config=_plain(submission.run_config),
            created_by=submission.created_by or _who(),
        )
        run = instance.journal.hold(asked, run_id, this_process(), message)
        self._held[run_id] = _Held(run, on_cancel, mask_of(asked, instance.settings))
        self._keep_beating()
        return instance.storage.read_events(run_id, limit=1)[0].event

    def append(self, run_id: str, event: Event) -> bool:
        """See ``Archive``."""
        held = self._held.get(run_id)
        if held is None:
            return False
        with held.lock:
            held.pending.append(held.mask.event(event))
        if event.type in _AT_ONCE or time.monotonic() - held.flushed > FLUSH_SECONDS:
            self._flush(self._open().journal, held)
        return not held.is_lost

    def end(self, run_id: str, status: RunStatus, message: str, failure: Failure | None = None) -> Event:
        """See ``Archive``."""
        instance = self._open()
        held = self._held.pop(run_id)
        with held.lock:
            ended = self._ended(instance.journal, held, status, message, failure)
        newest = (ended or instance.storage.get_run(run_id) or held.run).event_seq
        last = instance.storage.read_events(run_id, after=newest - 1, limit=1)
        return last[0].event if last else Event(type=EventType.ENGINE_EVENT, timestamp=time.time(), message=message)

    def _ended(
        self, journal: Journal, held: _Held, status: RunStatus, message: str, failure: Failure | None
    ) -> Run | None:
        events = [_storable(event) for event in held.pending]
        if status is RunStatus.SUCCESS:
            return journal.succeed(held.run, events)
        if status is RunStatus.CANCELED:
            return journal.canceled(held.run, events, message) or journal.fail(
                held.run, "the run was interrupted in its own process", events
            )
        reason = failure or Failure(cls="RunFailure", message=message)
        return journal.fail(held.run, held.mask.failure(reason), events)

    def _flush(self, journal: Journal, held: _Held) -> None:
        with held.lock:
            if not held.pending:
                return
            batch = [_storable(event) for event in held.pending]
            if not journal.append(held.run.run_id, held.run.epoch, batch):
                held.is_lost = True
            held.pending.clear()
            held.flushed = time.monotonic()

    def _keep_beating(self) -> None:
        if self._heart is None or not self._heart.is_alive():
            self._heart = _Heart(self._beat)
            self._heart.start()

    def _beat(self) -> bool:
        """Store what waits, renew leases, hear of cancels; False when there is no run any more."""
        instance = self._open()
        for held in list(self._held.values()):
            self._flush(instance.journal, held)
            self._look_at_row(instance, held)
        if not self._held:
            self._heart = None
            return False
        return True

    def _look_at_row(self, instance: Instance, held: _Held) -> None:
        if time.monotonic() - held.renewed > RENEW_SECONDS:
            held.renewed = time.monotonic()
            row = instance.journal.renew(held.run)
        else:
            row = instance.storage.get_run(held.run.run_id)
        if held.run.run_id not in self._held:  # it has ended meanwhile
            return
        if row is None or row.is_final or row.epoch != held.run.epoch:
            held.is_lost = True
        if (held.is_lost or (row is not None and row.status is RunStatus.CANCELING)) and not held.is_canceling:
            held.is_canceling = True
            held.on_cancel()

    # runs

    def get_run(self, run_id: str) -> Run | None:
        """See ``Archive``."""
        return self._read().storage.get_run(run_id)

    def list_runs(self, where: RunFilter, *, limit: int, before: int | None = None) -> list[Run]:
        """See ``Archive``."""
        return self._read().storage.list_runs(where, limit=limit, before=before)

    def count_runs(self, where: RunFilter) -> int:
        """See ``Archive``."""
        return self._read().storage.count_runs(where)

    def read_events(
        self, run_id: str, *, after: int = 0, limit: int = 1000, types: Iterable[str] | None = None
    ) -> list[StoredEvent]:
        """See ``Archive``."""
        return self._read().storage.read_events(run_id, after=after, limit=limit, types=types)

    def note(self, run_id: str, event: Event) -> bool:
        """See ``Archive``."""
        instance = self._read()
        run = instance.storage.get_run(run_id)
        return run is not None and instance.journal.note(run, _storable(event)) is not None

    def fail_run(self, run_id: str, reason: str) -> bool:
        """See ``Archive``."""
        instance = self._read()
        run = instance.storage.get_run(run_id)
        return run is not None and instance.journal.fail(run, reason) is not None

    def cancel_run(self, run_id: str, who: str) -> bool:
        """See ``Archive``."""
        instance = self._read()
        run = instance.storage.get_run(run_id)
        if run is None:
            return False
        if run.status is RunStatus.CANCELING:
            return True
        moved = instance.journal.cancel_waiting(run) or instance.journal.request_cancel(run, who)
        return moved is not None

    def delete_run(self, run_id: str) -> bool:
        """See ``Archive``."""
        instance = self._read()
        if not instance.storage.delete_run(run_id):
            return False
        instance.compute_logs.delete(run_id)
        shutil.rmtree(instance.settings.artifact_dir / file_stem(run_id), ignore_errors=True)
        instance.bell(run_id)
        return True

    # assets

    def list_assets(self, prefix: AssetPath = (), *, limit: int, after: AssetPath | None = None) -> list[AssetPath]:
        """See ``Archive``."""
        return self._read().storage.list_assets(prefix, limit=limit, after=after)

    def asset_facts(
        self, keys: Sequence[AssetPath], where: AssetFilter, *, limit: int
    ) -> dict[AssetPath, list[AssetFact]]:
        """See ``Archive``."""
        return self._read().storage.asset_facts(keys, where, limit=limit)

    def count_partitions(self, keys: Sequence[AssetPath]) -> dict[AssetPath, dict[str, int]]:
        """See ``Archive``."""
        return self._read().storage.count_partitions(keys)

    def wipe_assets(self, keys: Sequence[AssetPath]) -> list[AssetPath]:
        """See ``Archive``."""
        return self._read().storage.wipe_assets(keys)

    # the rest

    def home_folder(self) -> str:
        """See ``Archive``."""
        return str(self._open().settings.home)

    def artifact_folder(self) -> str:
        """See ``Archive``."""
        folder = self._open().settings.artifact_dir
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return str(folder)

    def close(self) -> None:
        """See ``Archive``; runs of this process go on, and whoever asks for more opens it again."""
        if self._pid == os.getpid() and self._instance is not None and not self._held:
            self._instance.close()
            self._instance = None


class _Heart(threading.Thread):
    """Beats while this process executes runs; a fork may happen whenever it rests."""

    sleeps_through_forks = True

    def __init__(self, beat: Callable[[], bool]) -> None:
        super().__init__(name="jupyter-orch-heart", daemon=True)
        self._beat = beat

    def run(self) -> None:
        """Beat until there is no run any more; what goes wrong is told to whoever writes next."""
        is_needed = True
        while is_needed:
            time.sleep(BEAT_SECONDS)
            with _BEATING:
                try:
                    is_needed = self._beat()
                except Exception:  # the database is away for a moment, or for good: the run's own thread will see
                    is_needed = True


def _storable(event: Event) -> Event:
    """An event whose particulars are JSON; what is not is told by its ``repr``."""
    try:
        msgspec.json.encode(event.data)
    except (TypeError, ValueError, msgspec.MsgspecError):
        return replace(event, data=_plain(event.data))
    return event


def _plain(value: Any) -> Any:
    try:
        return msgspec.json.decode(msgspec.json.encode(value, enc_hook=repr))
    except (TypeError, ValueError, msgspec.MsgspecError):
        return {"repr": repr(value)}


def _who() -> str:
    """Who asks, for the run's record, e.g. ``"ada in etl.py"``."""
    try:
        person = getpass.getuser()
    except (KeyError, OSError):
        person = "somebody"
    script = Path(sys.argv[0]).name if sys.argv and sys.argv[0] not in ("", "-c", "-m") else ""
    if "ipykernel" in sys.modules and script.startswith(("ipykernel", "colab")):
        script = "a notebook"
    return f"{person} in {script}" if script else person
