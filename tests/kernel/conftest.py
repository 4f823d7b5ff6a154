"""Loading code changes the folder, the module path and the modules of a process; each test gets them back."""

from __future__ import annotations

import os
import sys
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
