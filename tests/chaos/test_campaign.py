"""Q4: three daemons, a client, a sensor and a monkey; nothing is lost, doubled, stuck or left behind, whatever is hurt."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.campaign import Size, campaign
from tests.postgres import Postgres

pytestmark = pytest.mark.journey
SIZE = Size(runs=40, faults=25, every=0.8, longest_pause=1.5)


def test_nothing_is_lost_doubled_or_left_on_sqlite(tmp_path: Path) -> None:
    report = campaign(tmp_path / "fleet", f"sqlite:///{tmp_path}/orch.db", 1, SIZE)
    assert report.violations == [], report.logs
    assert sum(report.faults.values()) == SIZE.faults
    assert sum(report.runs.values()) > SIZE.runs, "the sensor has asked for some as well"


def test_nothing_is_lost_doubled_or_left_on_postgres(tmp_path: Path, own_postgres: Postgres) -> None:
    report = campaign(tmp_path / "fleet", own_postgres.new_database(), 2, SIZE, own_postgres)
    assert report.violations == [], report.logs
    assert sum(report.faults.values()) == SIZE.faults
    assert sum(report.runs.values()) > SIZE.runs
