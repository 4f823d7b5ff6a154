"""Dynamic outputs (case 29) and skipping."""

from __future__ import annotations

from typing import Any

import pytest

import jupyter_orch as orch
from tests.execution.quiet import QUIET, inc, many, one, run, total


@orch.pipeline
def mapped() -> None:
    total(many().map(lambda item: inc.alias("twice")(inc(item))).collect())


def test_values_are_keyed_by_their_mapping_key() -> None:
    result = run(mapped)
    assert result.output_for_solid("many") == {"0": 0, "1": 1, "2": 2}
    assert result.output_for_solid("twice") == {"0": 2, "1": 3, "2": 4}
    assert result.output_for_solid("total") == 9


def test_no_item_is_a_success_with_an_empty_collect() -> None:
    result = run(mapped, {"solids": {"many": {"config": 0}}})
    assert result.success
    assert result.output_for_solid("total") == 0


def test_the_dynamic_output_itself_can_be_collected() -> None:
    @orch.pipeline
    def direct() -> None:
        total(many().collect())

    assert run(direct).output_for_solid("total") == 3


@pytest.fixture
def instance(tmp_path: Any) -> orch.DagsterInstance:
    return orch.DagsterInstance.local_temp(str(tmp_path))


def started(result: Any) -> list[str]:
    return [event.step_key for event in result.event_list if event.is_step_start]


def test_one_index_can_be_executed_again_with_all_that_follows(instance: orch.DagsterInstance) -> None:
    first = run(mapped, instance=instance)
    again = orch.reexecute_pipeline(mapped, first.run_id, QUIET, ["inc[1]*"], instance=instance)
    assert started(again) == ["inc[1]", "twice[1]", "total"]
    assert again.output_for_solid("total") == 9
    stored = instance.get_run_by_id(again.run_id)
    assert stored is not None
    assert stored.tags["dagster/parent_run_id"] == stored.tags["dagster/root_run_id"] == first.run_id


def test_a_producer_and_one_of_its_mapped_steps_can_not_be_selected_together(instance: orch.DagsterInstance) -> None:
    first = run(mapped, instance=instance)
    with pytest.raises(orch.DagsterInvariantViolationError, match=r"'inc\[1\]' and also 'many'"):
        orch.reexecute_pipeline(mapped, first.run_id, QUIET, ["many", "inc[1]"], instance=instance)


def test_the_producer_with_all_that_follows_runs_afresh(instance: orch.DagsterInstance) -> None:
    first = run(mapped, instance=instance)
    again = orch.reexecute_pipeline(
        mapped, first.run_id, {**QUIET, "solids": {"many": {"config": 1}}}, ["many*"], instance=instance
    )
    assert started(again) == ["many", "inc[0]", "twice[0]", "total"]


def test_one_failed_item_lets_the_others_end_and_stops_the_collect() -> None:
    @orch.solid
    def picky(x: int) -> int:
        if x == 1:
            raise ValueError("not one")
        return x

    @orch.pipeline
    def failing() -> None:
        total(many().map(picky).collect())

    result = run(failing)
    assert not result.success
    assert result.get_failed_step_keys() == {"picky[1]"}
    assert "total" not in started(result)
    assert {"picky[0]", "picky[2]"} <= {event.step_key for event in result.event_list if event.is_step_success}


def test_twice_the_same_mapping_key_fails_and_odd_keys_are_refused() -> None:
    @orch.solid(output_defs=[orch.DynamicOutputDefinition()])
    def double() -> Any:
        yield orch.DynamicOutput(1, "a")
        yield orch.DynamicOutput(2, "a")

    result = orch.execute_solid(double, raise_on_error=False)
    assert "mapping key 'a'" in result.failure_data.failure["message"]
    with pytest.raises(orch.DagsterInvariantViolationError, match="can not be a mapping key"):
        orch.DynamicOutput(1, "a/b")


@orch.solid(output_defs=[orch.OutputDefinition(int, is_required=False)], config_schema=bool)
def maybe(context: Any) -> Any:
    if context.solid_config:
        yield orch.Output(1)


def test_what_follows_an_absent_optional_output_is_skipped_but_a_list_takes_what_there_is() -> None:
    @orch.solid
    def gather(xs: list[int]) -> list[int]:
        return xs

    @orch.pipeline
    def optional() -> None:
        absent = maybe()
        inc(inc.alias("after")(absent))
        gather([absent, one()])
        gather.alias("all_absent")([absent])

    result = run(optional, {"solids": {"maybe": {"config": False}}})
    assert result.success
    assert result.result_for_solid("after").skipped
    assert result.result_for_solid("inc").skipped
    assert result.output_for_solid("gather") == [1]
    assert result.result_for_solid("all_absent").skipped


def test_steps_behind_a_skipped_producer_are_skipped_with_their_collect() -> None:
    @orch.solid(output_defs=[orch.DynamicOutputDefinition()])
    def spread(x: int) -> Any:
        yield orch.DynamicOutput(x, "a")

    @orch.pipeline
    def skipping() -> None:
        total(spread(maybe()).map(inc).collect())

    result = run(skipping, {"solids": {"maybe": {"config": False}}})
    assert result.success
    assert result.result_for_solid("total").skipped
    assert run(skipping, {"solids": {"maybe": {"config": True}}}).output_for_solid("total") == 2


def test_u22_ten_thousand_values_are_mapped_and_collected() -> None:
    result = run(mapped, {"solids": {"many": {"config": 10_000}}})
    assert result.output_for_solid("total") == sum(range(10_000)) + 2 * 10_000
