"""Captured output and notebooks of steps. Names of users never become paths: see ``records.files``."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from jupyter_orch.compute_logs.files import open_regular
from jupyter_orch.instance import Instance
from jupyter_orch.ports import ComputeLogs
from jupyter_orch.records.files import file_stem

CHUNK = 256 * 1024
_ENDING = re.compile(r"[A-Za-z0-9]{1,20}(\.[A-Za-z0-9]{1,20})?", re.ASCII)


def remove_files(instance: Instance, run_id: str) -> None:
    """Remove all files of a run: captured output, values, notebooks."""
    instance.compute_logs.delete(run_id)
    shutil.rmtree(instance.settings.artifact_dir / file_stem(run_id), ignore_errors=True)


def log_chunk(
    logs: ComputeLogs, run_id: str, step_key: str, stream: str, cursor: int, limit: int = CHUNK
) -> tuple[str, int, int]:
    """At most ``limit`` bytes from byte ``cursor`` on, cut at a character's end.

    Returns:
        The text, the next cursor, and the size of all there is; ("", cursor, 0) when there is nothing.
    """
    size = logs.size(run_id, step_key, stream)
    if size is None:
        return "", cursor, 0
    cursor = max(0, min(cursor, size))
    data = logs.read(run_id, step_key, stream, cursor, max(4, min(limit, CHUNK)))
    if cursor + len(data) < size:
        data = _whole_characters(data)
    return data.decode("utf-8", "replace"), cursor + len(data), size


def notebooks_of(artifact_dir: Path, run_id: str, step_key: str) -> Iterator[Path]:
    """The executed notebooks of a step, newest first."""
    folder = artifact_dir / file_stem(run_id) / file_stem(step_key)
    found = [path for path in folder.glob("*.ipynb") if path.is_file() and not path.is_symlink()]
    yield from sorted(found, key=lambda path: path.stat().st_mtime, reverse=True)


def open_result(instance: Instance, run_id: str, step_key: str, form: str) -> int | None:
    """A descriptor of what a step of a run that has ended has made of its executed notebook.

    Args:
        form: ending of the file, without a dot before it.
    """
    run = instance.storage.get_run(run_id)
    if run is None or not run.is_final or not _ENDING.fullmatch(form):  # secrets are hidden when a run ends
        return None
    for notebook in notebooks_of(instance.settings.artifact_dir, run_id, step_key):
        name = f"{notebook.name.removesuffix('.ipynb')}.{form}"
        found = open_regular(instance.settings.artifact_dir, file_stem(run_id), file_stem(step_key), name)
        if found is not None:
            return found
    return None


def _whole_characters(data: bytes) -> bytes:
    """Leave off the bytes of a character that is not complete yet."""
    for back in range(1, min(4, len(data)) + 1):
        byte = data[-back]
        if byte & 0xC0 == 0xC0:
            length = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return data[:-back] if back < length else data
        if byte & 0xC0 != 0x80:
            return data
    return data
