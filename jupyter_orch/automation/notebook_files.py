"""Plain notebooks below the workspace's folder: found by paths that come from outside, and read."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from jupyter_orch.errors import OrchError

MAX_BYTES = 50 * 1024 * 1024


class NotebookNotFound(OrchError):
    """There is no such notebook below the workspace's folder."""

    code = "NOTEBOOK_NOT_FOUND"


class NotebookFiles:
    """The notebooks of a folder.

    Args:
        root: the workspace's folder.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def file_of(self, path: str) -> Path:
        """The absolute file of a notebook.

        Args:
            path: relative to the workspace's folder, or absolute and below it.

        Raises:
            NotebookNotFound: it is not there, or no notebook.
        """
        root = os.path.realpath(self._root)
        told, _ = self.read(os.path.relpath(os.path.realpath(path), root) if os.path.isabs(path) else path)
        return Path(root, told)

    def read(self, path: str) -> tuple[str, dict[str, Any]]:
        """A notebook below the root: its path as it is stored, and its JSON.

        The path is resolved first, then compared with the resolved root.

        Raises:
            NotebookNotFound: it is not there, or no notebook.
        """
        root = os.path.realpath(self._root)
        file = os.path.realpath(os.path.join(root, path.lstrip("/"))) if "\0" not in path else ""
        if not file or os.path.commonpath((root, file)) != root:
            raise NotebookNotFound(f"{path!r} is not below the workspace's folder {root}", path=path)
        told = os.path.relpath(file, root).replace(os.sep, "/")
        if not file.endswith(".ipynb"):
            raise NotebookNotFound(f"{told} is no notebook: its name does not end in .ipynb", path=path)
        try:
            if os.path.getsize(file) > MAX_BYTES:
                raise NotebookNotFound(f"{told} is larger than {MAX_BYTES // 1024**2} MiB", path=path)
            document = json.loads(Path(file).read_text("utf-8"))
        except OSError as error:
            raise NotebookNotFound(f"there is no notebook {told}: {error.strerror}", path=path) from error
        except (ValueError, RecursionError) as error:
            raise NotebookNotFound(f"{told} is no notebook: {error}", path=path) from error
        if not isinstance(document, dict) or not isinstance(document.get("cells"), list):
            raise NotebookNotFound(f"{told} is no notebook: it has no cells", path=path)
        return told, document


def as_pinned(document: dict[str, Any]) -> str:
    """A notebook as it is pinned: JSON without outputs, so that it is the same for the same code."""
    cells = [
        {**cell, "outputs": [], "execution_count": None} if cell.get("cell_type") == "code" else cell
        for cell in document["cells"]
    ]
    return json.dumps({**document, "cells": cells}, sort_keys=True)
