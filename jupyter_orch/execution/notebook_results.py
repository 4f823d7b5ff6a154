"""Writes an executed notebook in other formats, and copies of it all to where the run's tags say."""

from __future__ import annotations

import contextlib
import importlib
import os
import shutil
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from jupyter_orch.definitions.metadata import EventMetadata, EventMetadataEntry
from jupyter_orch.records.notebook_results import FORMATS_TAG, OUTPUT_TAG, formats_of, output_path


def deliver(
    executed: str, notebook: str, run_id: str, tags: Mapping[str, str], tell: Callable[[str], None]
) -> list[EventMetadataEntry]:
    """Write what the tags of a run ask for; a failure is told and fails nothing, for the notebook itself is kept.

    Args:
        executed: the executed notebook.
        notebook: the notebook that was executed; copies go below its folder.
        tell: gets a sentence about each thing that could not be written.

    Returns:
        An entry of metadata for each file that was written.
    """
    files = [executed]
    entries: list[EventMetadataEntry] = []
    try:
        formats = formats_of(tags.get(FORMATS_TAG, ""))
    except ValueError as error:
        tell(f"The tag {FORMATS_TAG} can not be followed: {error}.")
        formats = ()
    for name in formats:
        try:
            made = _converted(executed, name)
        except Exception as error:
            first = (str(error).strip().splitlines() or [type(error).__name__])[0]
            tell(f"The executed notebook could not be written as {name}: {first}")
            continue
        files.append(made)
        entries.append(EventMetadataEntry(f"as {name}", None, EventMetadata.path(made)))
    template = tags.get(OUTPUT_TAG, "")
    if template:
        try:
            copies = _copied(files, template, notebook, run_id)
        except (OSError, ValueError) as error:
            tell(f"The results could not be copied to {template!r}: {error}")
        else:
            entries += [EventMetadataEntry("copy", None, EventMetadata.path(copy)) for copy in copies]
    return entries


def _converted(executed: str, name: str) -> str:
    try:
        nbconvert = _nbconvert()
    except ImportError as error:
        raise RuntimeError(f"nbconvert is not installed in this environment ({error}); pip install nbconvert") from None
    exporter: Any = nbconvert.get_exporter(name)()
    stem = os.path.splitext(executed)[0]
    extras = f"{os.path.basename(stem)}_files"
    if hasattr(exporter, "embed_images"):
        exporter.embed_images = True
    body, resources = exporter.from_filename(executed, resources={"output_files_dir": extras})
    made: str = stem + resources["output_extension"]
    _write(made, body)
    for place, content in resources.get("outputs", {}).items():
        if isinstance(place, str) and os.path.normpath(place).startswith(extras + os.sep):
            _write(os.path.join(os.path.dirname(made), place), content)
    return made


def _nbconvert() -> Any:
    if sys.modules.get("rfc3987_syntax", True) is None:  # held back to start quickly; its place must not look broken
        del sys.modules["rfc3987_syntax"]
    return importlib.import_module("nbconvert")


def _copied(files: list[str], template: str, notebook: str, run_id: str) -> list[str]:
    folder = os.path.realpath(os.path.dirname(notebook))
    name = os.path.basename(notebook).removesuffix(".ipynb")
    target = os.path.join(folder, output_path(template, name=name, run_id=run_id, at=time.time()))
    place = os.path.realpath(os.path.dirname(target))
    if os.path.commonpath((folder, place)) != folder:
        raise ValueError(f"{place} is not below the notebook's folder")
    if os.path.realpath(f"{target}.ipynb") == os.path.realpath(notebook):
        raise ValueError("that is the notebook itself, which stays as it is")
    os.makedirs(place, exist_ok=True)
    stem = os.path.splitext(files[0])[0]
    copies = []
    for file in files:
        copy = os.path.join(place, os.path.basename(target)) + file.removeprefix(stem)
        _write(copy, Path(file).read_bytes())
        copies.append(copy)
    extras = f"{stem}_files"
    if os.path.isdir(extras):
        shutil.copytree(extras, os.path.join(place, os.path.basename(extras)), dirs_exist_ok=True)
    return copies


def _write(path: str, content: str | bytes) -> None:
    """As a whole or not at all: somebody may be reading."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    part = f"{path}.{os.getpid()}.part"
    try:
        with open(part, "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
        os.replace(part, path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(part)
