"""What a run config's mistakes say about the place where something belongs."""

from __future__ import annotations

from typing import Any

import pytest

import jupyter_orch as orch


@orch.solid(config_schema={"n": int})
def reads(context: Any) -> Any:
    return context.solid_config["n"]


@orch.solid
def takes(_: Any, x: int) -> int:
    return x


@orch.solid
def left_out(_: Any, y: int) -> int:
    return y


def test_config_of_the_whole_pipeline_written_at_the_top_is_told_its_place() -> None:
    @orch.pipeline(config_schema={"n": int}, config_fn=lambda config: {"reads": {"config": config}})
    def p() -> None:
        reads()

    with pytest.raises(orch.DagsterInvalidConfigError, match=r"'n' is config of the whole .* solids: \{config: \{n: …"):
        orch.execute_pipeline(p, {"n": 1})
    assert orch.execute_pipeline(p, {"solids": {"config": {"n": 1}}}).success


def test_missing_inputs_under_a_selection_name_only_what_is_selected() -> None:
    @orch.pipeline
    def p() -> None:
        takes()
        left_out()

    with pytest.raises(orch.DagsterInvalidConfigError) as caught:
        orch.execute_pipeline(p, solid_selection=["takes"])
    assert "'takes'" in str(caught.value)
    assert "left_out" not in str(caught.value)
    ignored = {"solids": {"takes": {"inputs": {"x": 1}}, "left_out": {"inputs": {"y": "ignored"}}}}
    assert orch.execute_pipeline(p, ignored, solid_selection=["takes"]).success
