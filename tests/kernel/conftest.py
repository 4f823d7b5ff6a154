"""Loading code changes the folder, the module path and the modules of a process; each test gets them back."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def same_process_as_before() -> Iterator[None]:
    folder, path, modules = os.getcwd(), list(sys.path), set(sys.modules)
    yield
    os.chdir(folder)
    sys.path[:] = path
    for name in set(sys.modules) - modules:
        if name.startswith(("location_", "orch_file_", "helper_", "part_")):
            del sys.modules[name]


@pytest.fixture(autouse=True)
def no_notebook_goes_on() -> Iterator[None]:
    """A canceled notebook's thread ends once it has seen its kernel dead; beside it the next test could not fork."""
    yield
    for thread in threading.enumerate():
        if thread.name == "papermill":
            thread.join(30)
