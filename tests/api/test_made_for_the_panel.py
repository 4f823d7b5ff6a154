"""The panel's tools know the whole schema, also what no file of ours holds."""

from __future__ import annotations

from tests.api.made_for_the_panel import FILE, text


def test_the_panels_copy_is_the_servers() -> None:
    assert FILE.read_text("utf-8") == text(), "run: python -m tests.api.made_for_the_panel"
