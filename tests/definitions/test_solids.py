"""Solids: what signatures say, and calling them directly in tests."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

import jupyter_orch as orch


def test_inputs_types_and_defaults_come_from_the_signature() -> None:
    @orch.solid
    def made(context: Any, a: int, b: str = "x", *, c: float | None = None) -> list[int]:
        """Says what it does."""
        return [a]

    assert [(i.name, i.dagster_type.display_name, i.has_default_value) for i in made.input_defs] == [
        ("a", "Int", False),
        ("b", "String", True),
        ("c", "Float?", True),
    ]
    assert made.output_defs[0].dagster_type.display_name == "[Int]"
    assert made.description == "Says what it does."
    assert made.source is not None and made.source.file == __file__


def test_a_declared_input_that_the_function_lacks_is_refused() -> None:
    with pytest.raises(orch.DagsterInvalidDefinitionError, match="declares the input 'b'.*it has 'a'"):

        @orch.solid(input_defs=[orch.InputDefinition("a"), orch.InputDefinition("b")])
        def made(a: int) -> int:
            return a


def test_direct_calls_check_types_config_and_resources() -> None:
    @orch.solid(config_schema={"n": orch.Field(int, default_value=2)}, required_resource_keys={"base"})
    def scale(context: Any, x: int) -> int:
        return int(x * context.solid_config["n"] + context.resources.base)

    assert scale(orch.build_solid_context(resources={"base": 1}), 3) == 7
    assert (
        scale(
            orch.build_solid_context(
                config={"n": 5}, resources={"base": orch.ResourceDefinition.hardcoded_resource(0)}
            ),
            x=3,
        )
        == 15
    )
    with pytest.raises(orch.DagsterInvalidInvocationError, match="needs the resource 'base'"):
        scale(orch.build_solid_context(), 3)
    with pytest.raises(orch.DagsterInvalidInvocationError, match="takes a context"):
        scale()
    with pytest.raises(orch.DagsterInvalidInvocationError, match="needs a value for its input 'x'"):
        scale(orch.build_solid_context(resources={"base": 1}))
    with pytest.raises(orch.DagsterInvalidConfigError):
        scale(orch.build_solid_context(config={"n": "two"}, resources={"base": 1}), 3)


def test_a_direct_call_checks_outputs() -> None:
    @orch.solid
    def wrong() -> int:
        return "text"  # type: ignore[return-value]

    with pytest.raises(orch.DagsterTypeCheckDidNotPass, match="output 'result' of solid 'wrong'"):
        wrong()


def test_direct_calls_of_generators_and_coroutines_stay_what_they_are() -> None:
    @orch.solid(output_defs=[orch.OutputDefinition(int, "a"), orch.OutputDefinition(int, "b", is_required=False)])
    def some() -> Any:
        yield orch.AssetMaterialization("thing")
        yield orch.Output(1, "a")

    @orch.solid
    async def later(x: int) -> int:
        await asyncio.sleep(0)
        return x

    given = list(some())
    assert given[1] == orch.Output(1, "a")
    assert asyncio.run(later(4)) == 4


def test_lambda_solids_take_no_context() -> None:
    @orch.lambda_solid
    def plain(context: int) -> int:
        return context + 1

    assert [definition.name for definition in plain.input_defs] == ["context"]
    assert orch.execute_solid(plain, input_values={"context": 1}).output_value() == 2


def test_configured_fixes_config_or_derives_it() -> None:
    @orch.solid(config_schema={"a": int, "b": str})
    def shown(context: Any) -> str:
        return f"{context.solid_config['a']}{context.solid_config['b']}"

    fixed = shown.configured({"a": 1, "b": "x"}, name="fixed")
    assert orch.execute_solid(fixed).output_value() == "1x"

    @orch.configured(shown, config_schema=int)
    def derived(config: int) -> dict[str, Any]:
        return {"a": config, "b": "y"}

    twice = derived.configured(lambda text: len(text), name="twice", config_schema=str)
    assert orch.execute_solid(twice, run_config={"solids": {"twice": {"config": "four"}}}).output_value() == "4y"
    with pytest.raises(orch.DagsterInvalidConfigError):
        shown.configured({"a": "one", "b": "x"}, name="wrong")
    with pytest.raises(orch.DagsterInvalidDefinitionError, match="needs a name"):
        shown.configured({"a": 1, "b": "x"})


def test_op_graph_and_job_are_the_same_things_under_later_words() -> None:
    @orch.op(ins={"x": orch.In(int)}, out=orch.Out(int))
    def double(x: int) -> int:
        return x * 2

    @orch.op
    def three() -> int:
        return 3

    @orch.graph
    def doubled() -> Any:
        return double(three())

    @orch.job(resource_defs={"r": orch.ResourceDefinition.hardcoded_resource(1)}, config={"ops": {}})
    def whole() -> None:
        doubled()

    assert isinstance(double, orch.SolidDefinition)
    assert isinstance(whole, orch.PipelineDefinition)
    assert orch.execute_pipeline(whole).output_for_solid("doubled.double") == 6
    assert orch.execute_pipeline(doubled.to_job("alone")).output_for_solid("double") == 6


def test_a_job_may_map_a_simple_config_to_the_whole_document() -> None:
    @orch.op(config_schema={"text": str})
    def say(context: Any) -> str:
        return str(context.op_config["text"])

    @orch.config_mapping(config_schema={"simple": str})
    def mapping(config: Any) -> Any:
        return {"ops": {"say": {"config": {"text": config["simple"]}}}}

    @orch.job(config=mapping)
    def mapped() -> None:
        say()

    assert orch.execute_pipeline(mapped, {"simple": "hi"}).output_for_solid("say") == "hi"
    with pytest.raises(orch.DagsterInvalidConfigError, match="simple"):
        orch.execute_pipeline(mapped, {})


def test_assets_form_a_job_by_their_names() -> None:
    @orch.asset
    def rows() -> list[int]:
        return [1, 2, 3]

    @orch.asset(namespace="report")
    def total(rows: list[int]) -> int:
        return sum(rows)

    with pytest.raises(orch.DagsterInvalidDefinitionError, match="reads 'report/rows'"):
        orch.build_assets_job("wrong", [rows, total])

    @orch.asset(name="total", ins={"rows": orch.AssetIn(asset_key="rows")})
    def better(rows: list[int]) -> int:
        return sum(rows)

    result = orch.execute_pipeline(orch.build_assets_job("made", [better, rows]))
    assert result.output_for_solid("total") == 6
    keys = [
        event.asset_key.to_user_string()
        for event in result.event_list
        if event.is_step_materialization and event.asset_key
    ]
    assert keys == ["rows", "total"]
    (event,) = [e for e in result.event_list if e.is_step_materialization and e.step_key == "total"]
    assert event.event.data["lineage"] == [["rows"]]


def test_jobs_and_graphs_run_themselves_also_for_one_partition() -> None:
    @orch.op(config_schema=str)
    def shown(context: Any) -> str:
        return f"{context.op_config} {context.partition_key if context.has_partition_key else '-'}"

    @orch.graph
    def showing() -> None:
        shown()

    @orch.static_partitioned_config(["a", "b"])
    def letters(name: str) -> dict[str, Any]:
        return {"ops": {"shown": {"config": name}}}

    sliced = showing.to_job("sliced", config=letters)
    assert sliced.execute_in_process(partition_key="b").output_for_solid("shown") == "b b"
    assert showing.execute_in_process({"ops": {"shown": {"config": "x"}}}).output_for_solid("shown") == "x -"
    with pytest.raises(orch.DagsterInvariantViolationError, match="has no partitions"):
        showing.to_job("whole").execute_in_process(partition_key="a")
