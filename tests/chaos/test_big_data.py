"""Q14 in little: much data is answered whole, and what a server keeps of it in memory has bounds."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.big_data import Size, big_data

pytestmark = pytest.mark.journey
SIZE = Size(runs=3_000, solids=500, log_mb=100)


def test_much_data_is_answered_whole_and_does_not_fill_the_memory(tmp_path: Path) -> None:
    found = big_data(tmp_path, SIZE)
    assert [fault for fault in found.faults() if "p95" not in fault] == [], (
        "how soon answers come is for an idle machine"
    )
    assert len(found.answers) >= 7
