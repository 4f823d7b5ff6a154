"""Captured output in any store that fsspec knows: S3, Google Cloud Storage, Azure, a mounted folder, …

A run's worker uploads what grows while the run goes on, and all of it at the end. Object stores can not append, so a
file is uploaded as a whole; a large one therefore less often than a small one. Readers look at the local file first:
on the machine where the run goes on it is newer, and nearer.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import logging
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jupyter_orch.compute_logs.files import file_name
from jupyter_orch.compute_logs.local import LocalComputeLogs
from jupyter_orch.errors import OrchError
from jupyter_orch.ports.compute_logs import DEFAULT_MAX_BYTES, ComputeLogs
from jupyter_orch.records.files import file_stem

log = logging.getLogger("jupyter_orch.compute_logs")
UPLOAD_INTERVAL = 10.0
SHARE_OF_TIME = 0.1
"""At most this part of the time is spent with uploading one file again and again."""
LAST_TRIES = 3


class StoreUnavailable(OrchError):
    """The store for captured output can not be used."""

    code = "COMPUTE_LOG_STORE_UNAVAILABLE"


class StoredComputeLogs(ComputeLogs):
    """Keeps output in a store, and a copy on the machine where the run was."""

    def __init__(
        self,
        url: str,
        base_dir: Path,
        storage_options: dict[str, Any] | None = None,
        upload_interval: float = UPLOAD_INTERVAL,
        max_bytes: int = DEFAULT_MAX_BYTES,
    ) -> None:
        """Args:
        url: folder in the store, e.g. ``s3://bucket/logs``.
        base_dir: local folder with one folder for each run.
        storage_options: as the store's fsspec class takes them.
        upload_interval: seconds between two uploads of output that grows.
        max_bytes: how much of one stream of one step is kept.
        """
        self.max_bytes = max_bytes
        self._local = LocalComputeLogs(base_dir, max_bytes)
        self._url = url.rstrip("/")
        self._options = storage_options or {}
        self._interval = upload_interval
        self._opened: tuple[Any, str] | None = None

    def folder(self, run_id: str) -> Path:
        return self._local.folder(run_id)

    @contextmanager
    def keeping(self, run_id: str, *, resumed: bool) -> Iterator[None]:
        if resumed:
            with _only_logged("what an earlier worker has written could not be fetched"):
                self._fetch_what_is_missing(run_id)
        uploads = _Uploads(self.folder(run_id), lambda path: self._put(run_id, path), self._interval)
        uploads.start()
        try:
            yield
        finally:
            uploads.finish()

    def size(self, run_id: str, step_key: str, stream: str) -> int | None:
        here = self._local.size(run_id, step_key, stream)
        if here is not None:
            return here
        store, folder = self._store()
        with contextlib.suppress(FileNotFoundError):
            store.invalidate_cache()
            return int(store.size(f"{folder}/{file_stem(run_id)}/{file_name(step_key, stream)}"))
        return None

    def read(self, run_id: str, step_key: str, stream: str, start: int, limit: int) -> bytes:
        if self._local.size(run_id, step_key, stream) is not None:
            return self._local.read(run_id, step_key, stream, start, limit)
        end = min(start + limit, self.size(run_id, step_key, stream) or 0)
        if start >= end:
            return b""
        store, folder = self._store()
        path = f"{folder}/{file_stem(run_id)}/{file_name(step_key, stream)}"
        return bytes(store.cat_file(path, start=start, end=end))

    def open(self, run_id: str, step_key: str, stream: str) -> int | None:
        here = self._local.open(run_id, step_key, stream)
        if here is not None or self.size(run_id, step_key, stream) is None:
            return here
        store, folder = self._store()
        with tempfile.TemporaryDirectory() as place:
            copy = os.path.join(place, "copy")
            store.get_file(f"{folder}/{file_stem(run_id)}/{file_name(step_key, stream)}", copy)
            return os.open(copy, os.O_RDONLY | os.O_CLOEXEC)

    def delete(self, run_id: str) -> bool:
        was_here = self._local.delete(run_id)
        store, folder = self._store()
        try:
            store.rm(f"{folder}/{file_stem(run_id)}", recursive=True)
        except FileNotFoundError:
            return was_here
        return True

    def check(self) -> None:
        """Whether the store can be reached.

        Raises:
            StoreUnavailable: fsspec, the store's own package, or the store itself is not there.
        """
        store, folder = self._store()
        try:
            store.exists(folder)
        except Exception as error:
            raise StoreUnavailable(f"{self._url} can not be reached: {type(error).__name__}: {error}") from error

    def check_installed(self) -> None:
        """Whether there is such a store, and its package; nothing is opened, so it takes no second.

        Raises:
            StoreUnavailable: fsspec knows no such store, or a package is missing.
        """
        try:
            fsspec = importlib.import_module("fsspec")
        except ImportError as error:
            raise self._lacks_package(error) from error
        scheme, separator, _ = self._url.partition("://")
        if not separator:
            return  # a folder of this machine
        if scheme not in fsspec.available_protocols():
            raise StoreUnavailable(
                f"{self._url}: fsspec knows no store {scheme!r}; e.g. s3, gs, abfs, file, or one that a package adds"
            )
        known = importlib.import_module("fsspec.registry").known_implementations.get(scheme)
        if known is not None and importlib.util.find_spec(package := known["class"].partition(".")[0]) is None:
            raise self._lacks_package(ImportError(f"No module named {package!r}"))

    def _store(self) -> tuple[Any, str]:
        """The store and the folder in it; opened when first needed, for opening costs a second."""
        if self._opened is None:
            self.check_installed()
            try:
                self._opened = importlib.import_module("fsspec").url_to_fs(self._url, **self._options)
            except ImportError as error:
                raise self._lacks_package(error) from error
            except Exception as error:
                raise StoreUnavailable(f"{self._url}: {type(error).__name__}: {error}") from error
        return self._opened

    def _lacks_package(self, error: ImportError) -> StoreUnavailable:
        return StoreUnavailable(
            f"compute logs in {self._url} need a package that is not installed: {error}; "
            "pip install 'jupyter-orch[fsspec]' and the store's own package (s3fs, gcsfs, adlfs, …)"
        )

    def _put(self, run_id: str, path: Path) -> None:
        store, folder = self._store()
        target = f"{folder}/{file_stem(run_id)}"
        store.makedirs(target, exist_ok=True)
        store.put_file(str(path), f"{target}/{path.name}")

    def _fetch_what_is_missing(self, run_id: str) -> None:
        """Processes append to files: what an earlier worker wrote elsewhere must come first."""
        store, folder = self._store()
        store.invalidate_cache()
        try:
            found = store.ls(f"{folder}/{file_stem(run_id)}", detail=False)
        except FileNotFoundError:
            return
        here = self.folder(run_id)
        here.mkdir(mode=0o700, parents=True, exist_ok=True)
        for source in found:
            target = here / source.rsplit("/", 1)[-1]
            if not target.exists() or target.stat().st_size == 0:
                store.get_file(source, str(target))


class _Uploads(threading.Thread):
    """Uploads the files of a folder that have changed; troubles are logged, the run goes on."""

    def __init__(self, folder: Path, put: Callable[[Path], None], interval: float) -> None:
        super().__init__(name="orch-uploads", daemon=True)
        self._folder = folder
        self._put = put
        self._interval = interval
        self._over = threading.Event()
        self._uploaded: dict[str, tuple[int, int]] = {}
        self._not_before: dict[str, float] = {}

    def run(self) -> None:
        """Look at the files again and again."""
        while not self._over.wait(self._interval):
            for path in self._changed():
                if time.monotonic() >= self._not_before.get(path.name, 0.0):
                    self._upload(path)

    def finish(self) -> None:
        """Upload what has changed since, and end."""
        self._over.set()
        self.join()
        for _ in range(LAST_TRIES):
            left = [path for path in self._changed() if not self._upload(path)]
            if not left:
                return
            time.sleep(1)

    def _changed(self) -> list[Path]:
        try:
            return [path for path in sorted(self._folder.iterdir()) if _look(path) != self._uploaded.get(path.name)]
        except OSError:
            return []

    def _upload(self, path: Path) -> bool:
        look, begun = _look(path), time.monotonic()
        with _only_logged(f"{path} could not be uploaded"):
            self._put(path)
            self._uploaded[path.name] = look
        took = time.monotonic() - begun
        self._not_before[path.name] = time.monotonic() + took / SHARE_OF_TIME
        return self._uploaded.get(path.name) == look


def _look(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_size, found.st_mtime_ns


@contextmanager
def _only_logged(what: str) -> Iterator[None]:
    """Stores raise whatever their libraries raise; captured output is no reason to end a run."""
    try:
        yield
    except Exception as error:
        log.warning("%s: %s: %s", what, type(error).__name__, error)
