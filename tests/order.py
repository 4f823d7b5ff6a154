"""In which order tests run beside each other: a suite must not end with one long module and idle neighbours."""

from __future__ import annotations

from collections import Counter

import pytest
from xdist.scheduler import LoadScopeScheduling

LONG = (
    "tests/automation/test_many_replicas.py",
    "tests/journeys/test_doors.py",
    "tests/journeys/test_notebook_jobs.py",
    "tests/chaos/test_campaign.py",
    "tests/mutants/test_patches.py",
    "tests/chaos/test_big_data.py",
    "tests/browser/test_automation.py",
    "tests/browser/test_notebook_jobs.py",
    "tests/journeys/test_command_line.py",
    "tests/journeys/test_servers.py",
    "tests/automation/test_killed.py",
    "tests/failures/test_servers.py",
    "tests/failures/test_steps.py",
    "tests/failures/test_database.py",
    "tests/journeys/test_failures.py",
    "tests/journeys/test_swap.py",
    "tests/journeys/test_storages.py",
    "tests/journeys/test_load.py",
    "tests/journeys/test_hub.py",
    "tests/journeys/test_environments.py",
    "tests/journeys/test_gateway.py",
    "tests/cli/test_with_code.py",
    "tests/cli/test_automation.py",
    "tests/storage/test_postgres.py",
    "tests/browser/test_accessibility.py",
    "tests/browser/test_runs.py",
)
"""Modules of more than twenty seconds, those that mostly wait first; the others follow, large ones before small."""

APART = frozenset(
    (
        "tests/automation/test_many_replicas.py",
        "tests/automation/test_killed.py",
        "tests/chaos/test_campaign.py",
        "tests/failures/test_steps.py",
        "tests/failures/test_servers.py",
        "tests/journeys/test_servers.py",
        "tests/journeys/test_swap.py",
        "tests/journeys/test_storages.py",
    )
)
"""Those of which no two tests share anything, so that each may run where there is room."""


class Spread(LoadScopeScheduling):  # type: ignore[misc]
    """Hands out modules as a whole, and those that are :data:`APART` test by test."""

    def __init__(self, config: pytest.Config, log: object = None) -> None:
        super().__init__(config, log)
        config.option.loadscopereorder = False  # the number of tests says little of how long a module takes

    def _split_scope(self, nodeid: str) -> str:
        module = nodeid.split("::", 1)[0]
        return nodeid if module in APART else module


def begin_with_the_long(items: list[pytest.Item]) -> None:
    """Sort collected tests in place; tests of a module keep their order."""
    ranks = {module: rank for rank, module in enumerate(LONG)}
    sizes = Counter(_module(item) for item in items)
    items.sort(key=lambda item: (ranks.get(_module(item), len(LONG)), -sizes[_module(item)], _module(item)))


def _module(item: pytest.Item) -> str:
    return item.nodeid.split("::", 1)[0]
