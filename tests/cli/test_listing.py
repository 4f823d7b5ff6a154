"""How values are written for people."""

from __future__ import annotations

import pytest

from jupyter_orch.cli.instigators import TICK_COLUMNS
from jupyter_orch.cli.listing import as_text, duration, first_line


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(None, "-"), (0.0123, "12 ms"), (2.345, "2.3 s"), (61, "1 min 01 s"), (3725, "1 h 02 min"), (59.97, "60.0 s")],
)
def test_durations(seconds: float | None, text: str) -> None:
    assert duration(seconds) == text


def test_cells() -> None:
    assert [as_text(v) for v in (None, "", [], ["a", "b"], 0)] == ["-", "-", "-", "a, b", "0"]
    assert first_line("\n one\n two") == "one"


def test_a_tick_of_thousands_of_runs_or_with_an_endless_reason_stays_a_line() -> None:
    many = {"runs": [f"r{n}" for n in range(10_000)], "reason": "because " * 1000}
    cells = {column.heading: column.cell(many) for column in TICK_COLUMNS if column.key in many}
    assert cells["RUNS"] == "r0, r1, r2 and 9997 more"
    assert len(cells["REASON"]) == 301 and cells["REASON"].endswith("…")
    few = {"runs": ["r0", "r1"], "reason": None}
    assert [column.cell(few) for column in TICK_COLUMNS if column.key in few] == ["r0, r1", "-"]
