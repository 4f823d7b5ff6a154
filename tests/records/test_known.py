"""What a run may build on when some steps run again."""

from __future__ import annotations

import pytest

from jupyter_orch.records.known import known_without
from jupyter_orch.records.messages import KnownState

STEPS = ("a", "spread", "work[x]", "work[y]", "inner.work[x]")
KNOWN = KnownState(
    source_run_ids=dict.fromkeys(STEPS, "r"),
    outputs=dict.fromkeys(STEPS, ("result",)),
    mapping_keys={"spread.result": ("x", "y")},
    attempts={"a": 1},
    failed=("b",),
)


@pytest.mark.parametrize(
    ("again", "left"),
    [
        ((), STEPS),
        (("a", "unheard of"), ("spread", "work[x]", "work[y]", "inner.work[x]")),
        (("work[x]",), ("a", "spread", "work[y]", "inner.work[x]")),
        (("work[?]",), ("a", "spread", "inner.work[x]")),
        (("inner.work[?]", "spread"), ("a", "work[x]", "work[y]")),
        (STEPS, ()),
    ],
)
def test_no_value_of_a_step_that_runs_again_is_taken_from_elsewhere(
    again: tuple[str, ...], left: tuple[str, ...]
) -> None:
    known = known_without(KNOWN, again)
    assert tuple(known.source_run_ids) == tuple(known.outputs) == left
    assert bool(known.mapping_keys) is ("spread" in left)
    assert (known.attempts, known.failed) == (KNOWN.attempts, KNOWN.failed)


def test_a_whole_run_builds_on_no_step_whose_outputs_are_unknown() -> None:
    known = KnownState(source_run_ids={"a": "r", "b": "r"}, outputs={"a": ("result",)}, mapping_keys={"b.o": ("x",)})
    assert known_without(known, None) == KnownState(source_run_ids={"a": "r"}, outputs={"a": ("result",)})
