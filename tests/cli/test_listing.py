"""How values are written for people."""

from __future__ import annotations

import pytest

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
