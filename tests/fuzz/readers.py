"""Everything of ours that reads what others wrote, by name: it takes any bytes, or says what is wrong with them.

A reader here raises only if the real one does what it must not: an error that nobody expects, or none and a result that
is not one. Imports of this module are those that are watched when texts are made by coverage.
"""

from __future__ import annotations

import functools
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import msgspec

from jupyter_orch.api.assemble import make_schema
from jupyter_orch.api.engine import Engine
from jupyter_orch.automation import cron
from jupyter_orch.automation.cron import CronError
from jupyter_orch.code_version import code_cells, code_version
from jupyter_orch.definitions.notebook import NotebookSolidDefinition
from jupyter_orch.definitions.solid_cell import SolidCellError
from jupyter_orch.execution.notebook_failures import NotebookCellFailed, cell_failure
from jupyter_orch.notebook_parameters import parameters_of
from jupyter_orch.records.codec import dumps, from_json
from jupyter_orch.records.event import Event
from jupyter_orch.records.spool import read_spool
from jupyter_orch.wire import FrameReader
from jupyter_orch.yaml_text import YamlError, load_yaml
from jupyter_orch_kernel.notebook_module import plain_python

Reader = Callable[[bytes], None]


def _text(data: bytes) -> str:
    """The text, with lone surrogates for what is none: JSON and cells may have them."""
    try:
        return data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return data.decode("utf-8", "surrogateescape")


def _yaml(data: bytes) -> None:
    for content in (_text(data), data):
        try:
            load_yaml(content)
        except YamlError as error:
            assert str(error)


def _cron(data: bytes) -> None:
    text = _text(data)
    assert cron.sentence(text, "Europe/Oslo")
    try:
        cron.check(text, "Europe/Oslo")
    except CronError as error:
        assert str(error) and not cron.upcoming(text, "Europe/Oslo", 1.7e9, 3)
    else:
        found = [one.due_at for one in cron.upcoming(text, "Europe/Oslo", 1.7e9, 3)]
        assert len(found) == 3 and [1.7e9, *found] == sorted({1.7e9, *found})


@functools.cache
def _engine() -> Engine:
    return Engine(make_schema())


def _graphql(data: bytes) -> None:
    document, mistakes = _engine()._parse(_text(data))
    assert (document is not None or mistakes) and all(mistake.message for mistake in mistakes)


def _cell(data: bytes) -> None:
    try:
        found = plain_python(_text(data))
    except SolidCellError as error:
        assert str(error)
    else:
        assert isinstance(found, str)


def _parameters(data: bytes) -> None:
    for language in ("python", "R"):
        cell = {"metadata": {"tags": ["parameters"]}, "source": _text(data)}
        found = parameters_of({"cells": [cell], "metadata": {"language_info": {"name": language}}})
        json.dumps([one.default for one in found])


@functools.cache
def _folder() -> Path:
    """Of this process."""
    folder = tempfile.TemporaryDirectory(prefix="readers-")
    _kept.append(folder)
    return Path(folder.name)


_kept: list[object] = []


def _notebook(data: bytes) -> None:
    path = _folder() / "made.ipynb"
    path.write_bytes(data)
    try:
        cells = code_cells(str(path))
    except ValueError as error:
        assert str(error)
    else:
        assert all(isinstance(index, int) and isinstance(source, str) for index, source in cells)
        parameters_of(json.loads(data))
    assert code_version(str(path.parent), [str(path)])


def _event(data: bytes) -> None:
    try:
        event = msgspec.json.decode(data, type=Event)
    except (msgspec.ValidationError, msgspec.DecodeError, UnicodeDecodeError) as error:
        assert str(error)
    else:
        assert from_json(Event, json.loads(dumps(event))) == event
        assert msgspec.json.decode(dumps(event), type=Event) == event


def _frames(data: bytes) -> None:
    reader = FrameReader()
    try:
        for byte in data:
            list(reader.feed(bytes([byte])))
    except ValueError as error:
        assert str(error)


def _spool(data: bytes) -> None:
    path = _folder() / "spool"
    path.write_bytes(data)
    read_spool(path)


def _traceback(data: bytes) -> None:
    text = _text(data)
    error = _PapermillExecutionError()
    error.evalue, error.traceback, error.source = text, [text], text
    found = cell_failure(error, cast(NotebookSolidDefinition, _SOLID), "/nowhere/executed.ipynb")
    assert isinstance(found, NotebookCellFailed) and isinstance(found.failure.message, str)


class _PapermillExecutionError(Exception):
    """As papermill's own, which takes a second to import."""

    ename, evalue, source, cell_index = "Error", "", "", 0
    traceback: list[str]


_PapermillExecutionError.__name__ = "PapermillExecutionError"
_SOLID = SimpleNamespace(notebook_path="/nowhere.ipynb", timeout=1.0)


READERS: dict[str, Reader] = {
    "yaml": _yaml,
    "cron": _cron,
    "graphql": _graphql,
    "cell": _cell,
    "parameters": _parameters,
    "notebook": _notebook,
    "event": _event,
    "frames": _frames,
    "spool": _spool,
    "traceback": _traceback,
}
