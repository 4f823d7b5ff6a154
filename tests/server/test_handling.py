"""What a refusal says, in the log as in the answer."""

from __future__ import annotations

import pytest
from tornado import web

from jupyter_orch.server.handling import _said


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (web.HTTPError(404, "%s", "there is no run 'x%d'"), "there is no run 'x%d'"),
        (web.HTTPError(403, "not 100 % sure"), "not 100 % sure"),
        (web.HTTPError(400, reason="no such thing"), "no such thing"),
        (web.HTTPError(500), ""),
    ],
)
def test_a_refusal_says_its_sentence(error: web.HTTPError, told: str) -> None:
    assert _said(error) == told
