"""Databases that a suite may hurt."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conftest import missing
from tests.postgres import Postgres, find_programs


@pytest.fixture(scope="module")
def own_postgres() -> Iterator[Postgres]:
    """A cluster that the tests of a module may hurt."""
    programs = find_programs()
    if programs is None:
        missing("Postgres")
    assert programs is not None
    started = Postgres(programs)
    yield started
    started.stop()
