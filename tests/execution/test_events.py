"""The order and content of events; what user code may give."""

from __future__ import annotations

from typing import Any

import pytest

import jupyter_orch as orch
from jupyter_orch.records.codec import dumps
from tests.execution.quiet import inc, kinds, one, run


def test_a_step_says_everything_in_the_classic_order() -> None:
    @orch.pipeline
    def pair() -> None:
        inc(one())

    result = run(pair)
    assert kinds(result, "inc") == [
        "STEP_START",
        "LOADED_INPUT",
        "STEP_INPUT",
        "STEP_OUTPUT",
        "HANDLED_OUTPUT",
        "STEP_SUCCESS",
    ]
    assert result.event_list[0].event_type_value == "PIPELINE_START"
    assert result.event_list[1].event.data["plan"]["steps"][1]["inputs"] == [
        {"name": "x", "sources": [{"solid": "one", "output": "result"}]}
    ]
    assert result.event_list[-1].event_type_value == "PIPELINE_SUCCESS"
    end = result.event_list[-2].event.data
    assert end["seconds"] >= 0 and end["peak_rss_bytes"] > 1_000_000 and end["attempt"] == 1
    for event in result.event_list:
        dumps(event.event)


def test_materializations_observations_and_expectations_are_recorded() -> None:
    @orch.solid
    def made(context: Any) -> Any:
        context.log.info("now %s", "here")
        context.log_event(orch.AssetObservation("seen"))
        yield orch.ExpectationResult(False, "rows", metadata={"n": 3})
        yield orch.AssetMaterialization(
            ["a", "b"],
            "wrote",
            metadata={"rows": 3, "at": orch.EventMetadata.url("javascript:alert(1)")},
            partition="p",
        )
        yield orch.Output(1)

    result = orch.execute_solid(made)
    assert result.success
    (event,) = result.materialization_events_during_compute
    assert event.event.data == {
        "asset_key": ["a", "b"],
        "description": "wrote",
        "partition": "p",
        "metadata": [
            {"label": "rows", "description": "", "kind": "int", "value": 3},
            {"label": "at", "description": "", "kind": "url", "value": "javascript:alert(1)"},
        ],
    }
    assert result.expectation_results_during_compute[0].success is False
    assert [event.message for event in result.step_events if event.event_type_value == "LOG"] == ["now here"]
    assert [event.event_type_value for event in result.step_events][2] == "ASSET_OBSERVATION"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (lambda: iter([orch.Output(1), orch.Output(2)]), "twice"),
        (lambda: iter([orch.Output(1, "other")]), "no output 'other'"),
        (lambda: iter([3]), "gave int 3"),
        (lambda: iter([]), "without giving its output 'result'"),
        (lambda: iter([orch.DynamicOutput(1, "a")]), "is not dynamic"),
    ],
)
def test_wrong_yields_fail_the_step_with_a_reason(body: Any, said: str) -> None:
    @orch.solid
    def wrong() -> Any:
        yield from body()

    result = orch.execute_solid(wrong, raise_on_error=False)
    assert not result.success
    assert said in result.failure_data.failure["message"]


def test_an_iterator_gives_events_as_they_come_and_closing_it_closes_resources() -> None:
    closed: list[str] = []

    @orch.resource
    def held(_init_context: Any) -> Any:
        yield 1
        closed.append("held")

    @orch.solid(required_resource_keys={"held"})
    def first(context: Any) -> int:
        return int(context.resources.held)

    @orch.pipeline(mode_defs=[orch.ModeDefinition(resource_defs={"held": held})])
    def two() -> None:
        inc(first())

    events = orch.execute_pipeline_iterator(two)
    for event in events:
        if event.is_step_success:
            break
    events.close()  # type: ignore[attr-defined]
    assert closed == ["held"]


def test_the_ephemeral_instance_keeps_runs_events_and_assets() -> None:
    @orch.solid
    def made() -> Any:
        yield orch.AssetMaterialization("thing", metadata={"n": 1})
        yield orch.Output(None)

    @orch.pipeline
    def making() -> None:
        made()

    instance = orch.DagsterInstance.ephemeral()
    result = run(making, instance=instance)
    stored = instance.get_run_by_id(result.run_id)
    assert stored is not None and stored.is_success
    assert instance.all_asset_keys() == [orch.AssetKey("thing")]
    assert len(instance.events_for_asset_key(orch.AssetKey("thing"))) == 1
    assert [entry.seq for entry in instance.all_logs(result.run_id)] == list(range(1, len(result.event_list) + 1))


async def _inside_a_loop() -> int:
    @orch.solid
    async def later() -> int:
        return 5

    return int(orch.execute_solid(later).output_value())


def test_everything_works_inside_a_running_event_loop() -> None:
    import asyncio

    assert asyncio.run(_inside_a_loop()) == 5


def test_async_generators_are_taken_and_closed() -> None:
    ended: list[str] = []

    @orch.solid(output_defs=[orch.OutputDefinition(int, "a"), orch.OutputDefinition(int, "b")])
    async def both() -> Any:
        try:
            yield orch.Output(1, "a")
            yield orch.Output(2, "b")
        finally:
            ended.append("closed")

    assert orch.execute_solid(both).output_values == {"a": 1, "b": 2}
    assert ended == ["closed"]
