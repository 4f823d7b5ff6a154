"""Two kinds of SQL database for the behaviour suites."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from jupyter_orch.storage.database import Database
from jupyter_orch.storage.sql import SqlStorage


@pytest.fixture
def open_storage(database_url: str) -> Callable[[], SqlStorage]:
    """Opens the same database once more, as another process would."""
    return lambda: SqlStorage(Database(database_url))
