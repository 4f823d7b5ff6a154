"""Secrets in captured output are overwritten in its files.

Steps write straight into their files, so that no byte is lost and none waits in a process between. What they have
written is looked through behind them; each byte of a secret becomes an asterisk, so that places in a file stay as they
are, for writers, readers and uploads alike.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from jupyter_orch.masking import Mask
from jupyter_orch.ports import ComputeLogs
from jupyter_orch.records.files import file_stem

PIECE = 1024 * 1024


NOTEBOOK_ENDINGS = (".ipynb", ".html", ".md", ".py", ".r", ".jl", ".tex", ".rst", ".asciidoc", ".txt")
"""Of executed notebooks, and of the other forms of text in which they are written; values have no ending."""


class OutputMask:
    """Hides secrets in the files of one folder.

    Args:
        endings: of the files to look at; captured output unless told otherwise.
    """

    def __init__(self, folder: Path, mask: Mask, endings: tuple[str, ...] = (".out", ".err")) -> None:
        self._folder = folder
        self._mask = mask
        self._endings = endings
        self._seen: dict[str, int] = {}

    def hide(self, most: int | None = None) -> None:
        """Look through what was written since the last time.

        Args:
            most: bytes after which the rest of a file waits for the next time; None for no such bound.
        """
        try:
            entries = list(os.scandir(self._folder))
        except OSError:
            return
        for entry in entries:
            if entry.name.endswith(self._endings) and entry.is_file(follow_symlinks=False):
                size = entry.stat(follow_symlinks=False).st_size
                if size != self._seen.get(entry.name, 0):
                    self._hide_in(entry.path, entry.name, size, most)

    def _hide_in(self, path: str, name: str, size: int, most: int | None) -> None:
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError:  # gone, or no plain file any more
            return
        try:
            overlap = max(0, self._mask.longest - 1)
            at = max(0, min(self._seen.get(name, 0), size) - overlap)  # a secret may have been cut by the last look
            until = size if most is None else min(size, at + overlap + most)
            while at < until:
                piece = os.pread(descriptor, min(PIECE, until - at) + overlap, at)
                for start, end in self._mask.places(piece):
                    os.pwrite(descriptor, b"*" * (end - start), at + start)
                at += PIECE
            self._seen[name] = until
        except OSError:  # a disk that fails is told of by others
            pass
        finally:
            os.close(descriptor)


def hide_in_notebooks(artifact_dir: Path, run_id: str, mask: Mask) -> None:
    """Hide secrets in the executed notebooks of a run that has ended; values that steps hand on are left alone."""
    for folder in (artifact_dir / file_stem(run_id)).glob("*/"):
        OutputMask(folder, mask, NOTEBOOK_ENDINGS).hide()


class MaskedComputeLogs(ComputeLogs):
    """Shows no secret of a run that is still writing, whose newest output its worker has not looked through yet."""

    def __init__(self, kept: ComputeLogs, mask_for: Callable[[str], Mask | None]) -> None:
        """Args:
        kept: where the output is.
        mask_for: what hides the secrets of a run, by its id; None when all of it was looked through.
        """
        self.kept = kept
        self.max_bytes = kept.max_bytes
        self._mask_for = mask_for

    def folder(self, run_id: str) -> Path | None:
        return self.kept.folder(run_id)

    @contextmanager
    def keeping(self, run_id: str, *, resumed: bool) -> Iterator[None]:
        with self.kept.keeping(run_id, resumed=resumed):
            yield

    def size(self, run_id: str, step_key: str, stream: str) -> int | None:
        return self.kept.size(run_id, step_key, stream)

    def read(self, run_id: str, step_key: str, stream: str, start: int, limit: int) -> bytes:
        mask = self._mask_for(run_id)
        if not mask:
            return self.kept.read(run_id, step_key, stream, start, limit)
        before = min(start, mask.longest)  # a secret may lie across either border of what is asked for
        asked = before + limit + mask.longest
        found = self.kept.read(run_id, step_key, stream, start - before, asked)
        shown = mask.written(found)
        if len(found) < asked:  # the end of what there is: what may be a secret that has only begun waits
            shown = shown[: len(shown) - mask.begun(found)]
        return shown[before : before + limit]

    def open(self, run_id: str, step_key: str, stream: str) -> int | None:
        mask, folder = self._mask_for(run_id), self.kept.folder(run_id)
        if mask and folder is not None:
            OutputMask(folder, mask).hide()
        return self.kept.open(run_id, step_key, stream)

    def delete(self, run_id: str) -> bool:
        return self.kept.delete(run_id)
