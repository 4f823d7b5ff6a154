"""What identifies code: the content of its files, nothing else. Both wings compute it, each for itself.

The user wing finds out which files were loaded, the server wing notices when they are saved; equal contents give an
equal version on every machine, whatever the files' times are.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from typing import Any

SKIP_TAG = "orch-skip"
"""Tag of notebook cells that do not count as code."""


def code_version(root: str, paths: Iterable[str]) -> str:
    """Hash over names and contents of source files; of a notebook only the code counts.

    Args:
        root: absolute folder that names are taken relative to; a file outside of it goes by its bare name.
        paths: absolute paths; one that can not be read counts as empty.
    """
    below = os.path.realpath(root) + os.sep
    sources = {}
    for path in map(os.path.realpath, paths):
        sources[path.removeprefix(below) if path.startswith(below) else os.path.basename(path)] = path
    digest = hashlib.sha256()
    for name, path in sorted(sources.items()):
        digest.update(name.encode("utf-8", "surrogateescape") + b"\0" + _content(path) + b"\0")
    return digest.hexdigest()


def code_cells(path: str) -> list[tuple[int, str]]:
    """The code cells of a notebook that count, as (0-based index in the notebook, source).

    Raises:
        ValueError: the file is no notebook of format 4; says what it is instead.
    """
    with open(path, encoding="utf-8") as file:
        text = file.read()
    if not text.strip():
        raise ValueError("the notebook is an empty file")
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"the notebook is no JSON: {error}") from None
    if not isinstance(document, dict) or "nbformat" not in document:
        raise ValueError("the file is JSON but no notebook: it has no nbformat")
    if document["nbformat"] != 4:
        raise ValueError(
            f"the notebook has format {document['nbformat']}; open and save it in JupyterLab to get format 4"
        )
    try:
        return [(index, _source(cell)) for index, cell in enumerate(document.get("cells", [])) if _counts(cell)]
    except (AttributeError, TypeError):  # what has to be a list or an object is none
        raise ValueError("the file is JSON but no notebook: its cells are not as format 4 has them") from None


def _counts(cell: dict[str, Any]) -> bool:
    return cell.get("cell_type") == "code" and SKIP_TAG not in cell.get("metadata", {}).get("tags", ())


def _source(cell: dict[str, Any]) -> str:
    source = cell.get("source", "")
    return source if isinstance(source, str) else "".join(source)


def _content(path: str) -> bytes:
    try:
        if path.endswith(".ipynb"):
            return "\n\x01".join(source for _, source in code_cells(path)).encode("utf-8", "surrogatepass")
        with open(path, "rb") as file:
            return file.read()
    except (OSError, ValueError):
        return b""
