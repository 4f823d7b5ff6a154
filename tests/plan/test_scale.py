"""Large graphs: no recursion, and a cost per solid that does not grow (U21)."""

from __future__ import annotations

from typing import Any

import jupyter_orch as orch
from jupyter_orch.definitions.describe import describe_pipeline
from jupyter_orch.plan.prepare import prepare


@orch.solid
def start() -> int:
    return 0


@orch.solid
def inc(x: int) -> int:
    return x + 1


def test_a_chain_of_five_thousand_is_planned_described_and_run() -> None:
    @orch.pipeline
    def chain() -> None:
        value: Any = start()
        for _ in range(5000):
            value = inc(value)

    assert len(prepare(chain, None, {}).plan.steps) == 5001
    assert len(describe_pipeline(chain).solids) == 5001
    assert (
        orch.execute_pipeline(chain, {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}).output_for_solid(
            "inc_5000"
        )
        == 5000
    )


def test_ten_thousand_solids_side_by_side() -> None:
    @orch.pipeline
    def wide() -> None:
        value = start()
        for index in range(10_000):
            inc.alias(f"n{index}")(value)

    plan = prepare(wide, None, {}).plan
    assert len(plan.snapshot().steps) == 10_001
