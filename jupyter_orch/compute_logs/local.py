"""Captured output in files of this machine, and nowhere at all."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from jupyter_orch.compute_logs.files import file_name, open_regular
from jupyter_orch.ports.compute_logs import DEFAULT_MAX_BYTES, ComputeLogs
from jupyter_orch.records.files import file_stem


class LocalComputeLogs(ComputeLogs):
    """Keeps output where it was captured."""

    def __init__(self, base_dir: Path, max_bytes: int = DEFAULT_MAX_BYTES) -> None:
        """Args:
        base_dir: folder with one folder for each run.
        max_bytes: how much of one stream of one step is kept.
        """
        self.base_dir = base_dir
        self.max_bytes = max_bytes

    def folder(self, run_id: str) -> Path:
        return self.base_dir / file_stem(run_id)

    def size(self, run_id: str, step_key: str, stream: str) -> int | None:
        fd = self.open(run_id, step_key, stream)
        if fd is None:
            return None
        try:
            return os.fstat(fd).st_size
        finally:
            os.close(fd)

    def read(self, run_id: str, step_key: str, stream: str, start: int, limit: int) -> bytes:
        fd = self.open(run_id, step_key, stream)
        if fd is None:
            return b""
        try:
            return os.pread(fd, limit, start)
        finally:
            os.close(fd)

    def open(self, run_id: str, step_key: str, stream: str) -> int | None:
        return open_regular(self.base_dir, file_stem(run_id), file_name(step_key, stream))

    def delete(self, run_id: str) -> bool:
        found = self.folder(run_id).is_dir()
        shutil.rmtree(self.folder(run_id), ignore_errors=True)
        return found and not self.folder(run_id).exists()


class NoComputeLogs(ComputeLogs):
    """Captures nothing."""

    def folder(self, run_id: str) -> None:
        return None

    def size(self, run_id: str, step_key: str, stream: str) -> None:
        return None

    def read(self, run_id: str, step_key: str, stream: str, start: int, limit: int) -> bytes:
        return b""

    def open(self, run_id: str, step_key: str, stream: str) -> None:
        return None

    def delete(self, run_id: str) -> bool:
        return False
