"""What can be asked of a result, of a composite in it, and of what its steps told."""

from __future__ import annotations

from typing import Any

import pytest

import jupyter_orch as orch
from tests.execution.quiet import QUIET, inc, many, one, run, total


@orch.composite_solid(output_defs=[orch.OutputDefinition(int)])
def two() -> Any:
    """1 + 1."""
    return inc(one())


@orch.pipeline
def counted() -> None:
    """Dynamic and composed."""
    inc.alias("three")(two())
    total(many().map(inc).collect())


def test_a_composites_result_answers_as_a_runs_result_does() -> None:
    result = run(counted)
    inside = result.result_for_solid("two")
    assert inside.output_value() == 2
    assert inside.output_for_solid("one") == 1
    assert inside.run_id == result.run_id
    assert inside.handle == "two"
    assert list(inside.events_by_step_key) == ["two.one", "two.inc"]
    assert inside.event_list == inside.step_event_list
    assert {event.step_handle for event in inside.event_list} == {"two.one", "two.inc"}
    with pytest.raises(orch.DagsterInvariantViolationError, match="no solid 'none'"):
        inside.output_for_solid("none")


def test_a_solids_result_gives_the_events_of_its_inputs_and_outputs_by_name() -> None:
    result = run(counted)
    three, dynamic = result.result_for_solid("three"), result.result_for_solid("many")
    assert list(three.compute_input_event_dict) == ["x"]
    assert three.get_output_event_for_compute().event_type is orch.DagsterEventType.STEP_OUTPUT
    assert three.get_step_success_event().is_step_success
    assert len(dynamic.get_output_events_for_compute()) == 3
    assert list(dynamic.compute_output_events_dict) == ["result"]
    with pytest.raises(orch.DagsterInvariantViolationError, match="given 3 times"):
        dynamic.get_output_event_for_compute()
    with pytest.raises(orch.DagsterInvariantViolationError, match="'none'"):
        three.get_output_events_for_compute("none")


def test_the_success_event_of_a_solid_that_failed_is_refused() -> None:
    @orch.solid
    def bad(_: Any) -> None:
        raise ValueError("no")

    @orch.pipeline
    def failing() -> None:
        bad()

    with pytest.raises(orch.DagsterInvariantViolationError, match="did not succeed"):
        run(failing).result_for_solid("bad").get_step_success_event()


def test_the_result_of_a_graph_run_in_process_has_its_outputs_and_events_by_node() -> None:
    @orch.graph
    def adding() -> Any:
        return inc(one())

    result = adding.execute_in_process(QUIET)
    assert result.output_value() == 2
    assert result.output_for_node("one") == 1
    assert {event.step_key for event in result.events_for_node("inc")} == {"inc"}
    assert {event.step_key for event in result.all_node_events} == {"one", "inc"}
    with pytest.raises(orch.DagsterInvariantViolationError, match="'none'"):
        result.output_value("none")


def test_a_pipeline_tells_its_wiring_and_order() -> None:
    order = [node.name for node in counted.solids_in_topological_order]
    assert order.index("two") < order.index("three")
    assert counted.dependency_structure["three"]["x"].solid == "two"
    assert counted.is_single_mode


def test_what_is_told_twice_alike_is_equal_and_shows_what_it_says() -> None:
    def made(partition: str) -> orch.AssetMaterialization:
        return orch.AssetMaterialization("a", metadata={"rows": 3}, partition=partition)

    assert made("x") == made("x")
    assert made("x") != made("y")
    assert orch.AssetObservation("a") != orch.AssetMaterialization("a")
    assert (
        repr(orch.AssetMaterialization("a", "why"))
        == "AssetMaterialization(asset_key=AssetKey(['a']), description='why')"
    )
    assert orch.ExpectationResult(True, "ok") == orch.ExpectationResult(True, "ok")
    assert repr(orch.TypeCheck(False, "no")) == "TypeCheck(success=False, description='no')"
    assert orch.Materialization.file("/data/x.csv").asset_key == orch.AssetKey(["data", "x.csv"])


def test_an_asset_key_survives_its_text_in_a_database() -> None:
    key = orch.AssetKey(["a", "b/c"])
    assert orch.AssetKey.from_db_string(key.to_db_string()) == key
    assert orch.AssetKey.from_db_string("") is None
    with pytest.raises(orch.DagsterInvariantViolationError, match="no asset key"):
        orch.AssetKey.from_db_string("a/b")


def test_the_two_other_classic_statuses_mean_what_they_mean_here() -> None:
    assert orch.PipelineRunStatus.NOT_STARTED is orch.PipelineRunStatus("NOT_STARTED")
    assert orch.PipelineRunStatus.NOT_STARTED is orch.PipelineRunStatus.QUEUED
    assert orch.PipelineRunStatus("MANAGED") is orch.PipelineRunStatus.STARTED
    assert "NOT_STARTED" not in [status.value for status in orch.PipelineRunStatus]


def test_a_run_says_how_it_ended_and_can_be_copied() -> None:
    canceled = orch.PipelineRun(status=orch.PipelineRunStatus.CANCELED)
    assert canceled.is_canceled
    assert canceled.is_failure_or_canceled
    assert not canceled.is_resume_retry
    assert canceled.with_tags({"dagster/is_resume_retry": "true"}).is_resume_retry
    assert canceled.with_status(orch.PipelineRunStatus.SUCCESS).is_success
