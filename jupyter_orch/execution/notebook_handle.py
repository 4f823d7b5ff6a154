"""The folder through which a run and the notebook that it executes talk: readable by the owner alone, gone after
the step.
"""

from __future__ import annotations

import json
import os
import pickle
from collections.abc import Iterator
from typing import Any

from jupyter_orch.records.files import file_stem

PARAMETER = "orch_run_folder"
VARIABLE = "ORCH_RUN_FOLDER"
"""The same for the cells before the injected one, in the environment of the kernel."""


class NotebookHandle:
    """Both ends of that folder.

    Args:
        folder: an existing folder of mode 0700.
    """

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self._taken = 0

    def _path(self, *parts: str) -> str:
        return os.path.join(self.folder, *parts)

    # the run's end

    def write_facts(self, facts: dict[str, Any]) -> None:
        """Say what the notebook may know: run id, names, config, how to load the code."""
        _private_write(self._path("facts.json"), json.dumps(facts).encode("utf-8", "surrogatepass"))

    def write_value(self, name: str, value: Any) -> None:
        """Put the value of an input (or the config) there."""
        _private_write(self._path(f"{file_stem(name)}.in"), pickle.dumps(value, pickle.HIGHEST_PROTOCOL))

    def take(self) -> Iterator[tuple[str, str, Any]]:
        """What the notebook gave since the last call, in order.

        Yields:
            ``("output", name, value)``, ``("event", "", event)`` or ``("log", level, text)``.
        """
        try:
            with open(self._path("given"), "rb") as file:
                file.seek(self._taken)
                while True:
                    try:
                        record = pickle.load(file)
                    except (EOFError, pickle.UnpicklingError):  # the end, or a record that is still being written
                        return
                    self._taken = file.tell()
                    yield record
        except FileNotFoundError:
            return

    # the notebook's end

    def facts(self) -> dict[str, Any]:
        """What the run says."""
        with open(self._path("facts.json"), encoding="utf-8") as file:
            found: dict[str, Any] = json.load(file)
        return found

    def value(self, name: str) -> Any:
        """The value of an input (or the config)."""
        with open(self._path(f"{file_stem(name)}.in"), "rb") as file:
            return pickle.load(file)

    def give(self, kind: str, name: str, value: Any) -> None:
        """Pass an output, an event or a line of log to the run."""
        record = pickle.dumps((kind, name, value), pickle.HIGHEST_PROTOCOL)
        descriptor = os.open(self._path("given"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with open(descriptor, "ab") as file:
            file.write(record)


def _private_write(path: str, content: bytes) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
