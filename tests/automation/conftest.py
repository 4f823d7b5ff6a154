"""Fixtures of the tests of automation."""

from __future__ import annotations

import pytest

from jupyter_orch import clock
from tests.automation.surroundings import Answers, Hands


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> Hands:
    """The clock stands still until the test moves its hands."""
    held = Hands()
    monkeypatch.setattr(clock, "now", held)
    return held


@pytest.fixture
def answers() -> Answers:
    """Code servers that ask for one run each time."""
    return Answers()
