"""Values of user code in messages (U14): never asked for their own ``repr``, never long."""

from __future__ import annotations

from typing import Any

import pytest

from jupyter_orch.definitions.shown import described


class Hostile:
    def __repr__(self) -> str:
        raise RuntimeError("asked for its repr")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "null"),
        ("x" * 10**7, "str 'xxx"),
        (b"\xff" * 10**6, "bytes b'"),
        (10**5000, "int of 16610 bits"),
        ([1, "a"], "list [1, 'a']"),
        ({"a": 1}, "dict {'a': 1}"),
        ({}, "dict {}"),
        (list(range(10**6)), "list of 1000000 items"),
        ([Hostile()], "list of 1 items"),
        ({"k": Hostile()}, "dict of 1 items"),
        (Hostile(), "a Hostile object"),
        (ValueError, "a type object"),
    ],
    ids=range(12),
)
def test_u14_any_value_is_said_in_a_few_words(value: Any, said: str) -> None:
    text = described(value)
    assert text.startswith(said)
    assert len(text) <= 120
