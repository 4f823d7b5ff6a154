"""What campaigns report: a soak is judged by its slopes, and a collection tells each piece once."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from tests.chaos.big_data import SMALL, BigData
from tests.chaos.campaign import Report
from tests.chaos.collection import collect
from tests.chaos.load import Load, Step
from tests.chaos.soak import Soak

WELL = Soak(
    seconds=4500.0, runs=9000, failed=0, refused=0, unfinished={"QUEUED": 0}, looks=900, news=900, followed=900,
    rss_slope_mb=0.4, files_slope=0.3, largest_wal_mb=4.0, bytes_a_run=(4000.0, 4100.0),
)  # fmt: skip
SURROUNDINGS = {"jupyter_orch": "0.1", "python": "3.11", "sqlite": "3.40", "system": "x", "processors": 2, "load": 1.25}


def test_a_soak_without_faults_has_none() -> None:
    assert WELL.faults() == []


@pytest.mark.parametrize(
    "changes",
    [
        {"failed": 1},
        {"refused": 1},
        {"unfinished": {"QUEUED": 1}},
        {"news": 0},
        {"followed": 0},
        {"largest_wal_mb": 65.0},
        {"rss_slope_mb": 1.0},
        {"files_slope": 2.5},
        {"threads_slope": 2.5},
        {"bytes_a_run": (4000.0, 4300.0)},
    ],
)
def test_each_bar_of_a_soak_can_be_missed(changes: dict[str, Any]) -> None:
    assert len(replace(WELL, **changes).faults()) == 1


def test_slopes_of_minutes_are_not_judged() -> None:
    assert replace(WELL, seconds=120.0, rss_slope_mb=80.0, bytes_a_run=(1.0, 9.0)).faults() == []


def test_a_collection_has_each_piece_once_with_the_newest_figures(tmp_path: Path) -> None:
    suite = {"suite": "tests/x.py", "said": ["1 failed in 3 s"]}
    _write(tmp_path / "a.json", "resume", False, suite)
    _write(tmp_path / "b.json", "soak", True, asdict(WELL))
    collect([tmp_path / "a.json", tmp_path / "b.json"], tmp_path / "docs")
    _write(tmp_path / "a.json", "resume", True, {**suite, "said": ["2 passed in 3 s"]})
    _write(tmp_path / "c.json", "outages", True, {"outages": [_outage(2.0), _outage(30.0)]})
    collect([tmp_path / "a.json", tmp_path / "c.json"], tmp_path / "docs")
    rows = [line for line in (tmp_path / "docs" / "chaos.md").read_text().splitlines() if line.startswith("| ")][2:]
    assert [row.split(" | ")[0] for row in rows] == ["| outages", "| resume", "| soak"]
    assert "2 passed" in rows[1] and "**no**" not in rows[1] and "9000 runs in 75 min" in rows[2]
    assert "sqlite locked for 2 s, 30 s: 54 of 54 runs well" in rows[0]
    assert len(json.loads((tmp_path / "docs" / "chaos.json").read_text())) == 3


def test_a_campaign_tells_its_violations(tmp_path: Path) -> None:
    found = {
        "database": "sqlite", "faults": {"kill step": 2}, "runs": {"SUCCESS": 3}, "resumed": 1, "steps": 9,
        "slowest_end": 1.5, "violations": ["lost: run 1"], "logs": "many lines",
    }  # fmt: skip
    _write(tmp_path / "a.json", "campaign-sqlite", False, found)
    collect([tmp_path / "a.json"], tmp_path)
    told = (tmp_path / "chaos.md").read_text()
    assert (
        "2 faults (kill step 2), 3 runs (3 SUCCESS)" in told
        and "1 violations; lost: run 1" in told
        and "**no**" in told
    )
    assert "many lines" not in told + (tmp_path / "chaos.json").read_text()


def test_load_and_big_data_tell_their_figures(tmp_path: Path) -> None:
    load = Load(steps=[Step(share=0.25, asked=500, answer_p95=0.012, told=10, heard=50, tailed=200.0)], held=0.25)
    data = BigData(size=SMALL, answers={"first page": 0.03}, work={"first page": 0.01}, memory_before=190.0)
    _write(tmp_path / "a.json", "load", True, asdict(load))
    _write(tmp_path / "b.json", "big-data", False, {**asdict(data), "faults": ["of 100 MB of output 0.0 came"]})
    collect([tmp_path / "a.json", tmp_path / "b.json"], tmp_path / "docs")
    told = (tmp_path / "docs" / "chaos.md").read_text()
    assert "0.25 of the promised level: 500 requests, 0 failed, p95 12 ms" in told and "held 0.25" in told
    assert "10000 runs" in told and "first page 30 ms (work 10)" in told and "of 100 MB of output" in told


def test_a_campaign_that_was_cut_short_is_not_well() -> None:
    report = Report(database="sqlite", seed=1, size={})
    assert report.is_well
    report.was_cut_short = True
    assert not report.is_well


def _outage(seconds: float) -> dict[str, Any]:
    return {"kind": "sqlite locked", "seconds": seconds, "runs": {"SUCCESS": 27}, "resumed": 0, "rest": 3.0}


def _write(path: Path, piece: str, passed: bool, found: dict[str, Any]) -> None:
    told = {"piece": piece, "passed": passed, "seed": 1, "minutes": 1.0, **SURROUNDINGS, "found": found}
    path.write_text(json.dumps(told))
